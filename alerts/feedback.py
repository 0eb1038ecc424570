"""What readers say of alerts: right, wrong person, not relevant. The last two mute the story in that chat at once.

From what was said of a watch's past alerts come narrower queries (`offers`, see alerts.narrow); who may change the list
applies one to it, anybody else to a copy of their own (`apply`), and can take it back (`undo`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from alerts import drafts, match, recall, subscriptions, watchlists
from alerts.models import Alert, AlertMatch, Delivery, Feedback, Match, Subscription, Watch, Watchlist
from alerts.narrow import Narrower, Past, narrower
from crawler.errors import UsageError
from crawler.models import Article
from crawler.outlets import Outlet

Verdict = Literal["right", "wrong person", "not relevant"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
MUTED = "a reader here called the story wrong or not relevant"

PAST = timedelta(days=90)  # past hits a narrower query is judged against
MOST_PAST = 200
MOST_WATCHES = 3  # of one alert that narrower queries are sought for
OFFERS = 2


@dataclass(frozen=True, slots=True)
class Quality:
    """How readers judged the alerts of one watch; one word per alert and reader."""

    watch_id: int
    watchlist: str
    query: str
    right: int
    wrong: int

    @property
    def precision(self) -> float:
        """Share of "right" among all words."""
        return self.right / (self.right + self.wrong)


def judge(session: Session, alert_id: str, address: str, user_id: int, verdict: str, now: datetime) -> None:
    """Stores the reader's word, in place of an earlier one. UsageError for an alert this chat never got."""
    if verdict not in VERDICTS:
        raise UsageError(f"{verdict!r} is no verdict; say one of: {', '.join(VERDICTS)}")
    if recall.lists_told(session, alert_id, address) is None:
        raise UsageError(f"this chat got no alert {alert_id}")
    said = session.scalar(
        select(Feedback).where(Feedback.alert_id == alert_id, Feedback.address == address, Feedback.user_id == user_id)
    )
    if said is None:
        said = Feedback(alert_id=alert_id, address=address, user_id=user_id, verdict=verdict, at=now)
        session.add(said)
    said.verdict, said.at = verdict, now
    session.flush()


def take_back(session: Session, alert_id: str, address: str, user_id: int, now: datetime) -> bool:
    """Forgets the reader's word; what it had muted waits to be sent again. False when there was none."""
    said = session.scalar(
        select(Feedback).where(Feedback.alert_id == alert_id, Feedback.address == address, Feedback.user_id == user_id)
    )
    if said is None:
        return False
    session.delete(said)
    session.flush()
    story = select(Alert.story_id).where(Alert.id == alert_id).scalar_subquery()
    others = (
        select(Feedback.id)
        .join(Alert, Alert.id == Feedback.alert_id)
        .where(Feedback.address == address, Feedback.verdict != "right", Alert.story_id == story)
    )
    if session.scalar(others.limit(1)) is None:
        muted = select(Alert.id).where(Alert.story_id == story)
        session.execute(
            update(Delivery)
            .where(Delivery.address == address, Delivery.status == "muted", Delivery.reason == MUTED)
            .where(Delivery.alert_id.in_(muted))
            .values(status="pending", not_before=now, reason="")
        )
    return True


def mute(session: Session) -> int:
    """Takes out of the queue what chats have called none of theirs: later alerts of the same stories. How many."""
    unwanted = (
        select(Alert.story_id)
        .join(Feedback, Feedback.alert_id == Alert.id)
        .where(Feedback.address == Delivery.address, Feedback.verdict != "right")
        .correlate(Delivery)
    )
    stories = select(Alert.id).where(Alert.story_id.in_(unwanted)).correlate(Delivery)
    muted = session.execute(
        update(Delivery)
        .where(
            Delivery.status == "pending",
            Delivery.address.in_(select(Feedback.address)),
            Delivery.alert_id.in_(stories),
        )
        .values(status="muted", reason=MUTED)
        .execution_options(synchronize_session=False)
    )
    return int(muted.rowcount)  # type: ignore[attr-defined]


def quality(session: Session) -> list[Quality]:
    """Every watch somebody has judged, the worst first."""
    said: Counter[tuple[int, bool]] = Counter()
    rows = select(AlertMatch.watch_id, Feedback.verdict).join(Feedback, Feedback.alert_id == AlertMatch.alert_id)
    for watch_id, verdict in session.execute(rows):
        said[watch_id, verdict == "right"] += 1
    judged = session.scalars(select(Watch).where(Watch.id.in_({watch_id for watch_id, _ in said})))
    found = [Quality(w.id, w.watchlist_id, w.query, said[w.id, True], said[w.id, False]) for w in judged]
    return sorted(found, key=lambda one: (one.precision, -one.wrong, one.watch_id))


# --- narrower queries


@dataclass(frozen=True, slots=True)
class Offer:
    """A narrower query for a watch."""

    watch_id: int
    watchlist: str
    title: str
    narrower: Narrower


def offers(
    session: Session,
    watches: Iterable[int],
    now: datetime,
    *,
    wrong: Collection[int] = (),
    outlets: Mapping[str, Outlet] | None = None,
) -> list[Offer]:
    """At most two narrower queries for these watches, with their effect on past hits. Reads some hundred texts.

    `wrong` are articles the reader has just called so, whatever others said of them.
    """
    found = []
    for watch_id in list(watches)[:MOST_WATCHES]:
        row, watch = watchlists.list_of(session, watch_id), session.get(Watch, watch_id)
        if row is None or watch is None or watch.broken:
            continue
        past = _past(session, watch_id, now, wrong, outlets)
        macros = watchlists.macros(session, row.id) if "$" in watch.query else None
        found += [Offer(watch_id, row.id, row.title or row.id, one) for one in narrower(watch.query, past, macros)]
    found.sort(key=lambda one: (-one.narrower.dropped_wrong, one.narrower.dropped))
    return found[:OFFERS]


def _past(
    session: Session, watch_id: int, now: datetime, wrong: Collection[int], outlets: Mapping[str, Outlet] | None
) -> list[Past]:
    """The watch's newest hits as texts, each article once, with what was said of their alerts."""
    query = (
        select(Match.article_id, AlertMatch.alert_id)
        .outerjoin(AlertMatch, AlertMatch.match_id == Match.id)
        .where(Match.watch_id == watch_id, Match.matched_at >= now - PAST)
        .order_by(Match.id.desc())
        .limit(MOST_PAST)
    )
    alerts_of: dict[int, str | None] = dict(
        reversed([(article_id, alert_id) for article_id, alert_id in session.execute(query)])
    )
    for article_id in wrong:
        alerts_of.setdefault(article_id, None)
    said: dict[str, set[str]] = {}
    told = select(Feedback.alert_id, Feedback.verdict).where(
        Feedback.alert_id.in_(list(filter(None, alerts_of.values())))
    )
    for alert_id, verdict in session.execute(told):
        said.setdefault(alert_id, set()).add(verdict)
    past = []
    for article_id, told_in in alerts_of.items():
        verdicts = said.get(told_in or "", set())
        bad = article_id in wrong or bool(verdicts - {"right"})
        article = session.get_one(Article, article_id)
        past.append(Past(match.document(article, outlets), "wrong" if bad else "right" if verdicts else ""))
    return past


def watches_of(session: Session, alert_id: str, lists: Collection[str]) -> list[int]:
    """The watches of these lists that fired in an alert and are still there."""
    query = (
        select(Watch.id)
        .join(AlertMatch, AlertMatch.watch_id == Watch.id)
        .where(AlertMatch.alert_id == alert_id, Watch.watchlist_id.in_(lists), Watch.removed_at.is_(None))
        .order_by(Watch.id)
    )
    return list(session.scalars(query))


@dataclass(frozen=True, slots=True)
class Applied:
    """Where a narrower query stands now. `copied` names the list it was copied from, or is ''.

    `replaced`: this chat gets the copy instead of the original; `undo` takes everything back.
    """

    watchlist: str
    title: str
    copied: str
    replaced: bool
    undo: Mapping[str, Any]


def apply(
    session: Session,
    watch_id: int,
    text: str,
    *,
    user_id: int,
    role: str,
    address: str,
    now: datetime,
    outlets: Mapping[str, Outlet] | None = None,
) -> Applied:
    """Puts `text` in the place of the watch: in its list for who may change that, else in a copy of the reader's own.

    Nothing changes for others in the second case; the chat gets the copy and no longer the original, unless config.yaml
    subscribes it. Raises UsageError when the watch is gone.
    """
    row, watch = watchlists.list_of(session, watch_id), session.get(Watch, watch_id)
    if row is None or watch is None:
        raise UsageError(f"watch {watch_id} is gone")
    old = watch.query
    if watchlists.may_change(row, user_id, role):
        written = drafts.change(session, watch_id, text, now, outlets=outlets)
        return Applied(row.id, row.title or row.id, "", False, {"watch_id": written.id, "text": old})
    own, made, replaced = copy_list(session, row.id, user_id=user_id, address=address, now=now)
    line = next((one for one in watchlists.listed(session, own) if one.query in (old, text)), None)
    undo: dict[str, Any] = {"copy": own, "original": row.id, "made": bool(made), "replaced": replaced}
    if line is None:
        undo["watch_id"], undo["text"] = watchlists.add(session, text, now, watchlist=own).id, ""
    else:
        undo["watch_id"] = drafts.change(session, line.id, text, now, outlets=outlets).id
        undo["text"] = line.query
    copy = session.get_one(Watchlist, own)
    return Applied(own, copy.title or own, row.title or row.id, replaced, undo)


def copy_list(session: Session, watchlist: str, *, user_id: int, address: str, now: datetime) -> tuple[str, int, bool]:
    """A reader's own copy of a list: its id, how many lines were copied, and whether it replaced the original here.

    A copy made before stays as it is. The chat is subscribed to the copy, in the way it got the original.
    """
    own = f"{subscriptions.own_list(user_id)}-{watchlist}"[:40].rstrip("-")
    made = watchlists.copy(session, watchlist, own, now, owner=user_id)
    subscriptions.subscribe(session, own, address, now)
    how = session.scalar(
        select(Subscription).where(Subscription.watchlist_id == watchlist, Subscription.address == address)
    )
    if how is None:
        return own, made, False
    subscriptions.choose(session, own, address, deliver=how.deliver, wakes=how.wakes)
    if how.source == "config":
        return own, made, False
    return own, made, subscriptions.unsubscribe(session, watchlist, address)


def undo(
    session: Session,
    done: Mapping[str, Any],
    address: str,
    now: datetime,
    *,
    outlets: Mapping[str, Outlet] | None = None,
) -> None:
    """Takes an `Applied.undo` back: the watch as it was, the copy gone, the chat subscribed to the original."""
    if done.get("replaced"):
        subscriptions.subscribe(session, done["original"], address, now)
    if done.get("made"):
        subscriptions.unsubscribe(session, done["copy"], address)
        watchlists.remove_list(session, done["copy"], now)
    elif done["text"]:
        drafts.change(session, done["watch_id"], done["text"], now, outlets=outlets)
    else:
        watchlists.remove(session, done["watch_id"], now)
