"""Unmatched revisions meet the watches: Match, Alert and Delivery rows. The caller opens the transaction.

    for article in pending(session):              # matched_revision < revision
        hits = monitor.match(document(article))   # pure
        record(...)                               # one savepoint an article; marks the revision it matched

Everything may run twice: a match is unique by revision and watch, and a watch fires once a story. An article or a watch
that raises is noted in `match_failures` with the reason and tried again later; it stops nobody else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from alerts import novelty, telling, watchlists
from alerts.document import Document
from alerts.facts import Facts, facts
from alerts.models import (
    Alert,
    AlertMatch,
    Chat,
    Delivery,
    Match,
    MatchFailure,
    Subscription,
    Watch,
    Watchlist,
)  # fmt: skip
from alerts.monitor import Failure, Hit, Monitor
from alerts.novelty import News, Telling
from alerts.quote import quote
from alerts.telling import Hearer
from crawler import revisits
from crawler.log import get_log
from crawler.models import Article
from crawler.outlets import Outlet

OLD_AT_FIRST_CRAWL = "old at first crawl"
BATCH = 50  # articles in one transaction: some 200 ms of matching with 10,000 watches
RETRY_FIRST = timedelta(minutes=1)
RETRY_LAST = timedelta(hours=12)

# A day or a month is over only at its end: an article dated "today" is not old at noon.
_SLACK = {"day": timedelta(days=1), "month": timedelta(days=31)}
_LETTERS = "abcdefghjkmnpqrstuvwxyz"  # no i, l, o: they look like digits
_ALPHABET = "23456789" + _LETTERS
PARAMETERS = 10_000  # of one statement; SQLite allows 32,766
_MATCHER_LOCK = 0x7261736164  # PostgreSQL: one matcher writes at a time, as on SQLite

log = get_log()


@dataclass(frozen=True, slots=True)
class Matched:
    """What one call of `match_pending` did."""

    articles: int = 0  # revisions asked about and marked
    matches: int = 0
    alerts: int = 0  # sent on their way
    held: int = 0
    deliveries: int = 0
    failed: int = 0  # revisions set aside
    stale: bool = False  # nothing was asked: the watchlists have changed, and the monitor is not theirs any more

    def __add__(self, other: Matched) -> Matched:
        return Matched(
            self.articles + other.articles,
            self.matches + other.matches,
            self.alerts + other.alerts,
            self.held + other.held,
            self.deliveries + other.deliveries,
            self.failed + other.failed,
        )


@dataclass(frozen=True, slots=True)
class Held:
    """An alert that waits to be put into a digest, and why."""

    id: str
    title: str
    outlet: str
    url: str
    published_at: datetime | None
    watchlists: tuple[str, ...]
    reason: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SetAside:
    """A revision that could not be matched, and when it is tried again."""

    article_id: int
    revision: int
    title: str
    url: str
    reason: str
    attempts: int
    next_try_at: datetime


def match_pending(
    session: Session,
    monitor: Monitor[int],
    now: datetime,
    *,
    max_age: timedelta,
    limit: int = BATCH,
    outlets: Mapping[str, Outlet] | None = None,
    version: int | None = None,
) -> Matched:
    """Matches at most `limit` unmatched revisions, the oldest first. `articles + failed == 0` means that nothing waits.

    `outlets` by id give `country:` and `leaning:` their facts. `version` is of the watchlists the monitor was built
    from: when they are others by now, nothing is matched, so that no article misses a watch saved in front of it.
    """
    one_at_a_time(session)
    current = watchlists.version(session)
    if version not in (None, current):
        return Matched(stale=True)
    done = Matched()
    for article in pending(session, now, limit):
        done += _match_one(session, monitor, article, now, max_age, outlets or {}, current)
    return done


def one_at_a_time(session: Session) -> None:
    """Until this transaction ends nobody else matches; SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_MATCHER_LOCK)))


def pending(session: Session, now: datetime, limit: int = BATCH) -> Sequence[Article]:
    """Articles with a revision that waits to be matched, without those set aside for later."""
    later = exists().where(
        MatchFailure.article_id == Article.id,
        MatchFailure.revision == Article.revision,
        MatchFailure.next_try_at > now,
    )
    query = select(Article).where(Article.matched_revision < Article.revision, ~later).order_by(Article.id)
    return session.scalars(query.limit(limit), execution_options={"populate_existing": True}).all()


def document(article: Article, outlets: Mapping[str, Outlet] | None = None) -> Document:
    """The newest text of an article as the watches see it."""
    outlet = (outlets or {}).get(article.outlet)
    day = (article.published_at or article.first_seen_at).date()
    return Document(
        title=article.title,
        text=article.text,
        outlet=article.outlet,
        language=article.language,
        section=article.section,
        country=outlet.country if outlet else "",
        leaning=outlet.leaning_on(day) if outlet else "",
        published=article.published_at,
    )


def held(session: Session) -> list[Held]:
    """Alerts that wait to be put into a digest, newest article first."""
    query = (
        select(Alert, Article, AlertMatch, Watch.watchlist_id)
        .join(Article, Article.id == Alert.article_id)
        .join(AlertMatch, AlertMatch.alert_id == Alert.id)
        .join(Watch, Watch.id == AlertMatch.watch_id)
        .where(Alert.held != "", Alert.released_at.is_(None))
        .order_by(func.coalesce(Article.published_at, Article.first_seen_at).desc(), Alert.id)
    )
    rows: dict[str, tuple[Alert, Article, dict[str, None]]] = {}
    for alert, article, _, watchlist in session.execute(query):
        rows.setdefault(alert.id, (alert, article, {}))[2][watchlist] = None
    return [
        Held(
            alert.id,
            article.title,
            article.outlet,
            article.url,
            article.published_at,
            tuple(sorted(watchlists)),
            alert.held,
            alert.created_at,
        )
        for alert, article, watchlists in rows.values()
    ]


def release(session: Session, now: datetime, only: Collection[str] | None = None) -> int:
    """Puts the held alerts, or `only` those, into one digest a chat; how many chats get one.

    What nobody is subscribed to stays held.
    """
    waiting = [one for one in held(session) if only is None or one.id in only]
    addresses = _addresses(session, {name for one in waiting for name in one.watchlists})
    digests: dict[str, tuple[list[str], set[str]]] = {}
    for one in waiting:
        for name in one.watchlists:
            for address in addresses.get(name, ()):
                ids, names = digests.setdefault(address, ([], set()))
                names.add(name)
                if one.id not in ids[-1:]:
                    ids.append(one.id)
    for address, (ids, names) in sorted(digests.items()):
        session.add(
            Delivery(
                alert_id=None, digest=ids, address=address, watchlists=sorted(names), not_before=now, created_at=now
            )
        )
    told = {alert_id for ids, _ in digests.values() for alert_id in ids}
    for alert_id in sorted(told):
        session.get_one(Alert, alert_id).released_at = now
    session.flush()
    return len(digests)


def set_aside(session: Session) -> list[SetAside]:
    """Revisions that could not be matched, for a person to see."""
    query = (
        select(MatchFailure, Article)
        .join(Article, Article.id == MatchFailure.article_id)
        .where(Article.matched_revision < Article.revision)
        .order_by(MatchFailure.failed_at)
    )
    return [
        SetAside(article.id, row.revision, article.title, article.url, row.reason, row.attempts, row.next_try_at)
        for row, article in session.execute(query)
    ]


def _match_one(
    session: Session,
    monitor: Monitor[int],
    article: Article,
    now: datetime,
    max_age: timedelta,
    outlets: Mapping[str, Outlet],
    version: int,
) -> Matched:
    """One revision, in a savepoint. What a database in trouble raises is the caller's; anything else is noted."""
    article_id, revision = article.id, article.revision
    failures: list[Failure[int]] = []
    done = Matched()
    try:
        seen = document(article, outlets)
        hits = _explained(monitor.match(seen, failures), failures)
        with session.begin_nested():
            done = _record(session, article, seen, hits, now, max_age, version, outlets)
        reason = "; ".join(f"watch {failure.watch}: {_named(failure.error)}" for failure in failures[:5])
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        reason = _named(error)
    if reason:
        _set_aside(session, article_id, revision, reason, now)
        return done + Matched(failed=1)
    session.execute(delete(MatchFailure).where(MatchFailure.article_id == article_id))
    # An edit stored meanwhile has another revision and stays unmatched.
    session.execute(
        update(Article)
        .where(Article.id == article_id, Article.revision == revision)
        .values(matched_revision=revision)
        .execution_options(synchronize_session=False)
    )
    return done + Matched(articles=1)


def _explained(hits: Iterable[Hit[int]], failures: list[Failure[int]]) -> list[Hit[int]]:
    """The hits that can say why. One that raises instead is a failure of that watch alone."""
    sound = []
    for hit in hits:
        try:
            hit.spans  # noqa: B018  worked out here, kept in the hit
        except Exception as error:
            failures.append(Failure(hit.watch, error))
        else:
            sound.append(hit)
    return sound


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]


def _set_aside(session: Session, article_id: int, revision: int, reason: str, now: datetime) -> None:
    row = session.get(MatchFailure, article_id)
    if row is None:
        row = MatchFailure(article_id=article_id, attempts=0)
        session.add(row)
    elif row.revision != revision:
        row.attempts = 0
    row.attempts += 1
    row.revision, row.reason, row.failed_at = revision, reason, now
    row.next_try_at = now + min(RETRY_LAST, RETRY_FIRST * 2 ** min(row.attempts - 1, 20))
    session.flush()
    log.warning(
        "match failed", article=article_id, revision=revision, reason=reason, attempts=row.attempts,
        next_try_at=row.next_try_at.isoformat(),
    )  # fmt: skip


def _record(
    session: Session,
    article: Article,
    seen: Document,
    hits: Sequence[Hit[int]],
    now: datetime,
    max_age: timedelta,
    version: int,
    outlets: Mapping[str, Outlet],
) -> Matched:
    """Writes the matches, and one alert for those of them that are news in the story."""
    watches = _watches(session, [hit.watch for hit in hits])  # a watch removed meanwhile fires no more
    matches, new = _matches(session, article, seen, [hit for hit in hits if hit.watch in watches], now, version)
    if not matches:
        return Matched()
    revisits.favour(session, article.id, now)
    old = now - _newest(article) > max_age
    hold = old and article.from_first_crawl and article.matched_revision == 0
    fresh = _fresh(session, article, matches, hold, now)
    plan = [] if hold else _plan(session, article, seen, hits, matches, fresh, watches, outlets)
    if not fresh and not plan:
        return Matched(matches=new)
    told = plan[0].said.facts.as_json() if plan else _facts(seen, hits, fresh, outlets)
    lists = [watches[match.watch_id] for match in fresh or matches]
    alert = _alert(session, article, fresh, lists, now, held=OLD_AT_FIRST_CRAWL if hold else "", told=told)
    _repeat_matches(session, alert, [match for match in matches if match not in fresh], plan, watches)
    alert.late = old and not hold
    deliveries = sum(_tell(session, alert, one, now) for one in plan)
    session.flush()
    log.info(
        "held" if hold else "alert", id=alert.id, outlet=article.outlet, url=article.url, watches=len(fresh),
        deliveries=deliveries, late=alert.late,
    )  # fmt: skip
    return Matched(matches=new, alerts=int(not hold), held=int(hold), deliveries=deliveries)


@dataclass(frozen=True, slots=True)
class _Planned:
    """What one chat hears of a revision: its first message of the story, or a reply with `fresh`."""

    hearer: Hearer
    said: Telling
    first: Delivery | None
    fresh: Sequence[News]


def _plan(
    session: Session,
    article: Article,
    seen: Document,
    hits: Sequence[Hit[int]],
    matches: Sequence[Match],
    fresh: Sequence[Match],
    watches: Mapping[int, Watchlist],
    outlets: Mapping[str, Outlet],
) -> list[_Planned]:
    """Who hears of the matches: chats for which a watch fires anew, and those that know the story and not all of it."""
    new_lists = {watches[match.watch_id].id: watches[match.watch_id].title for match in fresh}
    lists = {watches[match.watch_id].id for match in matches}
    hearers = telling.hearers(session, article, lists)
    firsts = novelty.firsts(session, article.story_id, [hearer.address for hearer in hearers])
    if not fresh and not firsts:
        return []
    said = Telling(_facts_of(seen, hits, matches, outlets), _state_outlet(seen, article, outlets))
    anew = [hearer for hearer in telling.hearers(session, article, new_lists) if hearer.address not in firsts]
    planned = [_Planned(hearer, said, None, ()) for hearer in anew]
    for hearer in hearers:
        if hearer.address not in firsts or hearer.outside:
            continue
        titles = tuple(new_lists[name] or name for name in hearer.watchlists if name in new_lists)
        own = replace(said, watches=titles)
        news = novelty.news(own, novelty.told(session, article.story_id, hearer.address))
        if news:
            planned.append(_Planned(hearer, own, firsts[hearer.address], news))
    return planned


def _tell(session: Session, alert: Alert, planned: _Planned, now: datetime) -> int:
    """Puts it into the outbox; 1 when that made a row somebody will get."""
    if planned.first is None:
        novelty.tell_first(session, alert, planned.hearer, planned.said, now)
        return int(not planned.hearer.outside)
    return int(novelty.reply(session, alert, planned.hearer, planned.first, planned.fresh, now) is not None)


def _repeat_matches(
    session: Session, alert: Alert, rest: Sequence[Match], plan: Sequence[_Planned], watches: Mapping[int, Watchlist]
) -> None:
    """The matches of a reply whose watches had fired: it quotes them, and they fire no second time."""
    shown = {name for one in plan if one.first is not None for name in one.hearer.watchlists}
    session.add_all(
        AlertMatch(alert_id=alert.id, match_id=match.id, story_id=None, watch_id=match.watch_id)
        for match in rest
        if watches[match.watch_id].id in shown
    )


def _state_outlet(seen: Document, article: Article, outlets: Mapping[str, Outlet]) -> str:
    """The name of the outlet when it was a state's on the day of the article."""
    outlet = outlets.get(article.outlet)
    return outlet.name if outlet is not None and "state" in seen.leaning.casefold().split() else ""


def _facts_of(
    seen: Document, hits: Sequence[Hit[int]], told: Sequence[Match], outlets: Mapping[str, Outlet] | None
) -> Facts:
    """What the text says beside, for those hits that are told. An alert without it is better than none."""
    watches = {match.watch_id for match in told}
    try:
        return facts(seen, [hit for hit in hits if hit.watch in watches], outlets)
    except Exception as error:
        log.error("facts not read", outlet=seen.outlet, title=seen.title[:100], error=_named(error))
        return Facts()


def _facts(
    seen: Document, hits: Sequence[Hit[int]], told: Sequence[Match], outlets: Mapping[str, Outlet] | None
) -> dict[str, Any]:
    return _facts_of(seen, hits, told, outlets).as_json()


def _alert(
    session: Session,
    article: Article,
    fresh: Sequence[Match],
    lists: Iterable[Watchlist],
    now: datetime,
    *,
    held: str,
    told: dict[str, Any],
) -> Alert:
    """The alert of these matches, with nobody told yet."""
    alert = Alert(
        id=_alert_id(session, article, fresh),
        story_id=article.story_id,
        article_id=article.id,
        revision=article.revision,
        alleged=any(watchlist.alleged for watchlist in lists),
        held=held,
        facts=told,
        created_at=now,
    )
    session.add(alert)
    session.flush()
    session.add_all(
        AlertMatch(alert_id=alert.id, match_id=match.id, story_id=article.story_id, watch_id=match.watch_id)
        for match in fresh
    )
    return alert


def hold(
    session: Session,
    article: Article,
    hits: Sequence[Hit[int]],
    now: datetime,
    *,
    reason: str,
    outlets: Mapping[str, Outlet] | None = None,
) -> Alert | None:
    """An alert, held for `reason`, of those hits in a stored article whose watch has not fired in its story; or None."""
    fresh = _fresh(session, article, note(session, article, hits, now, outlets=outlets), True, now)
    if not fresh:
        return None
    watches = _watches(session, [match.watch_id for match in fresh])
    told = _facts(document(article, outlets), hits, fresh, outlets)
    alert = _alert(session, article, fresh, [watches[match.watch_id] for match in fresh], now, held=reason, told=told)
    session.flush()
    return alert


def note(
    session: Session,
    article: Article,
    hits: Sequence[Hit[int]],
    now: datetime,
    *,
    outlets: Mapping[str, Outlet] | None = None,
) -> list[Match]:
    """A Match row for every hit in a stored article whose watch is still there; those it had already included."""
    watches = _watches(session, [hit.watch for hit in hits])
    kept = [hit for hit in hits if hit.watch in watches]
    return _matches(session, article, document(article, outlets), kept, now, watchlists.version(session))[0]


def _watches(session: Session, ids: Sequence[int]) -> dict[int, Watchlist]:
    """The watchlists of those watches that are still there, by watch."""
    query = (
        select(Watch.id, Watchlist)
        .join(Watchlist, Watchlist.id == Watch.watchlist_id)
        .where(Watch.removed_at.is_(None), Watchlist.removed_at.is_(None))
    )
    found: dict[int, Watchlist] = {}
    for start in range(0, len(ids), PARAMETERS):
        rows = session.execute(query.where(Watch.id.in_(ids[start : start + PARAMETERS])))
        found.update((watch_id, watchlist) for watch_id, watchlist in rows)
    return found


def _matches(
    session: Session, article: Article, seen: Document, hits: Sequence[Hit[int]], now: datetime, version: int
) -> tuple[list[Match], int]:
    """A row for every hit of this revision, and how many of them are new."""
    query = select(Match).where(Match.article_id == article.id, Match.revision == article.revision)
    there = {match.watch_id: match for match in session.scalars(query)} if hits else {}
    found = []
    for hit in hits:
        match = there.get(hit.watch)
        if match is None:
            quoted, quote_spans = quote(seen, hit)
            match = Match(
                article_id=article.id,
                revision=article.revision,
                watch_id=hit.watch,
                spans=[list(span) for span in hit.spans],
                why=hit.why,
                tree=str(hit.explanation).splitlines(),
                quote=quoted,
                quote_spans=[list(span) for span in quote_spans],
                watchlists_version=version,
                matched_at=now,
            )
            session.add(match)
        found.append(match)
    session.flush()
    return found, sum(1 for hit in hits if hit.watch not in there)


def _newest(article: Article) -> datetime:
    """The latest moment the article may be of: its date, at the end of a day or month known only as such."""
    if article.published_at is None:
        return article.first_seen_at
    return min(article.first_seen_at, article.published_at + _SLACK.get(article.published_precision, timedelta(0)))


def _fresh(session: Session, article: Article, matches: Sequence[Match], hold: bool, now: datetime) -> list[Match]:
    """The matches whose watch has not fired in this story.

    A watch that fired only in an alert still held back has told nobody: a later article of the story takes it over.
    """
    query = (
        select(AlertMatch, Alert)
        .join(Alert, Alert.id == AlertMatch.alert_id)
        .where(AlertMatch.story_id == article.story_id)
    )
    fired = {row.watch_id: (row, alert) for row, alert in session.execute(query)}
    fresh = []
    for match in matches:
        row, alert = fired.get(match.watch_id, (None, None))
        if row is not None and alert is not None:
            untold = alert.held != "" and alert.released_at is None
            if hold or not untold or alert.article_id == article.id:
                continue
            _take_over(session, row, alert, now)
        fresh.append(match)
    return fresh


def _take_over(session: Session, row: AlertMatch, alert: Alert, now: datetime) -> None:
    session.delete(row)
    session.flush()
    if not session.scalar(select(func.count()).where(AlertMatch.alert_id == alert.id)):
        alert.released_at = now  # nothing is left in it to be held


def _addresses(session: Session, watchlists: Iterable[str]) -> dict[str, list[str]]:
    """Who gets each watchlist now. Suspended chats too: theirs waits in the outbox until they are back."""
    query = (
        select(Subscription.watchlist_id, Subscription.address)
        .join(Chat, Chat.address == Subscription.address)
        .where(Subscription.watchlist_id.in_(sorted(watchlists)), Chat.allowed)
        .order_by(Subscription.address)
    )
    found: dict[str, list[str]] = {}
    for watchlist, address in session.execute(query):
        found.setdefault(watchlist, []).append(address)
    return found


def _alert_id(session: Session, article: Article, fresh: Sequence[Match]) -> str:
    """A letter and five characters no two of which look alike, made of what the alert is about."""
    about = f"{article.story_id}:{article.id}:{article.revision}:{sorted(match.watch_id for match in fresh)}"
    for attempt in range(1000):
        number = int.from_bytes(hashlib.sha256(f"{about}:{attempt}".encode()).digest()[:8])
        number, letter = divmod(number, len(_LETTERS))
        code = _LETTERS[letter]
        for _ in range(5):
            number, digit = divmod(number, len(_ALPHABET))
            code += _ALPHABET[digit]
        if session.get(Alert, code) is None:
            return code
    raise RuntimeError("no free alert id in 1000 attempts; 659 million exist")
