"""Many alerts become one message: digest lists at the hour the chat chose; instant ones after downtime, after a mute,
or when an hour brings more than anybody reads.

Rows are folded in the database before anything is leased: the single rows end as `folded` and name their digest, the
digest is a delivery like any other. Nothing is dropped: a digest says how many stories it tells of, and `unfold` sends
them singly after all.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.orm import Session

from alerts import chats
from alerts.locale import texts
from alerts.models import Alert, AlertMatch, Chat, Delivery, Subscription, Watch
from alerts.render import DIGEST_ITEMS, Button
from alerts.telling import DIGEST, INSTANT
from crawler.errors import UsageError

HOUR = timedelta(hours=1)
DIGEST_AT = "08:00"  # unless the chat says otherwise
PAGES = 3  # a digest list is told in at most so many messages; the last one counts the rest
ALL_AT_ONCE = 50  # what one press of [All] sends singly; another press sends the next
PARAMETERS = 5_000  # of one statement


@dataclass(frozen=True, slots=True)
class Folding:
    """When single messages become a digest; digests of one chat are at least `every` apart."""

    above: int = 10  # so many may wait for a chat
    hourly: int = 10  # so many single messages a chat gets in an hour
    every: timedelta = timedelta(minutes=30)
    stale: timedelta = timedelta(minutes=30)  # `few` rows waiting longer than this (downtime, a mute) are folded too
    few: int = 3


FOLDING = Folding()
Decision = Literal["single", "fold"] | timedelta


def decide(
    waiting: int, oldest: timedelta, sent_last_hour: int, since_digest: timedelta | None, folding: Folding
) -> Decision:
    """What becomes of a chat's waiting rows: sent singly, folded now, or held for that long.

    `oldest` is the age of the oldest of them, `since_digest` that of the chat's last digest.
    """
    flood = sent_last_hour >= folding.hourly
    if waiting > folding.above or (waiting >= folding.few and oldest >= folding.stale):
        wanted = True
    elif flood and oldest < folding.every:
        return folding.every - oldest
    else:
        wanted = flood and waiting > 1
    if wanted and since_digest is not None and since_digest < folding.every:
        return folding.every - since_digest
    return "fold" if wanted else "single"


def next_digest(after: datetime, digest_at: str, timezone: str) -> datetime:
    """The first moment after `after` at which that clock in that zone shows `digest_at` ("08:00"; '' is the default)."""
    zone, at = ZoneInfo(timezone), time.fromisoformat(digest_at or DIGEST_AT)
    today = after.astimezone(zone).date()
    moments = (datetime.combine(today + timedelta(days=day), at, zone).astimezone(UTC) for day in range(3))
    return next(moment for moment in moments if moment > after)


def fold(session: Session, now: datetime, folding: Folding = FOLDING) -> int:
    """Makes the digests that are due and holds what waits for one; how many digests were made."""
    silent = chats.silent(session, now)
    made = _fold_lists(session, silent, now)
    waiting = [row for row in _waiting(session, INSTANT) if row.address not in silent]
    sent, last = _sent(session, waiting, now), _last_digests(session, waiting, now - folding.every)
    for row in waiting:
        since_digest = now - last[row.address] if row.address in last else None
        decision = decide(row.count, now - row.oldest, sent.get(row.address, 0), since_digest, folding)
        if decision == "fold":
            made += _fold(session, row.address, INSTANT, now)
        elif isinstance(decision, timedelta):
            until = now + decision
            held = update(Delivery).where(*_foldable(INSTANT, row.address), Delivery.not_before < until)
            session.execute(held.values(not_before=until))
    return made


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Rows of one chat that were never tried: how many, and since when the oldest waits."""

    address: str
    count: int
    oldest: datetime


def _fold_lists(session: Session, silent: Collection[str], now: datetime) -> int:
    """What digest lists brought, where the chat's hour has come."""
    made = 0
    for row in _waiting(session, DIGEST):
        chat = session.get_one(Chat, row.address)
        if row.address not in silent and next_digest(row.oldest, chat.digest_at, chat.timezone) <= now:
            made += _fold(session, row.address, DIGEST, now, pages=PAGES)
    return made


def _waiting(session: Session, deliver: str) -> list[_Waiting]:
    """In chats that can be reached."""
    query = (
        select(Delivery.address, func.count(), func.min(Delivery.created_at))
        .join(Chat, Chat.address == Delivery.address)
        .where(*_foldable(deliver), Chat.suspended == "", Chat.allowed)
        .group_by(Delivery.address)
        .order_by(Delivery.address)
    )
    return [_Waiting(address, count, oldest) for address, count, oldest in session.execute(query)]


def _foldable(deliver: str, address: str | None = None) -> list[ColumnElement[bool]]:
    """What may be folded: a row that may have been delivered already must say so itself, singly."""
    conditions = [
        Delivery.status == "pending",
        Delivery.deliver == deliver,
        Delivery.alert_id.is_not(None),
        Delivery.urgent.is_(False),
        Delivery.attempts == 0,
        Delivery.repeat.is_(False),
    ]
    return conditions if address is None else [*conditions, Delivery.address == address]


def _sent(session: Session, waiting: Sequence[_Waiting], now: datetime) -> dict[str, int]:
    """Single messages of the last hour by chat; urgent ones and those somebody asked for do not count."""
    addresses = [row.address for row in waiting]
    counted = (
        select(Delivery.address, func.count())
        .where(
            Delivery.address.in_(addresses),
            Delivery.sent_at > now - HOUR,
            Delivery.alert_id.is_not(None),
            Delivery.urgent.is_(False),
        )
        .group_by(Delivery.address)
    )
    return {row[0]: row[1] for row in session.execute(counted)} if waiting else {}


def _last_digests(session: Session, waiting: Sequence[_Waiting], since: datetime) -> dict[str, datetime]:
    addresses = [row.address for row in waiting]
    made = (
        select(Delivery.address, func.max(Delivery.created_at))
        .where(
            Delivery.address.in_(addresses),
            Delivery.created_at > since,
            Delivery.alert_id.is_(None),
            Delivery.notice.is_(None),
        )
        .group_by(Delivery.address)
    )
    return {row[0]: row[1] for row in session.execute(made)} if waiting else {}


def _fold(session: Session, address: str, deliver: str, now: datetime, *, pages: int = 1) -> int:
    """Digests of all that waits for `address`, at most `pages`; how many, 0 when another sender was faster."""
    first = _digest(session, address, now)
    taken = session.execute(
        update(Delivery)
        .where(*_foldable(deliver, address))
        .values(status="folded", folded_into=first.id, reason=f"in digest {first.id}")
    )
    if not taken.rowcount:  # type: ignore[attr-defined]
        session.delete(first)
        session.flush()
        return 0
    told = _by_story(session, first.id)
    stories = list(told)
    for page in range(pages):
        until = (page + 1) * DIGEST_ITEMS if page < pages - 1 else len(stories)
        here = stories[page * DIGEST_ITEMS : until]
        if not here:
            return page
        digest = first if page == 0 else _digest(session, address, now)
        rows = [row for story in here for row in told[story]]
        if page:
            _move_into(session, digest, [row.id for row in rows])
        digest.digest = [told[story][0].alert_id for story in here]
        digest.watchlists = sorted({name for row in rows for name in row.watchlists})
        session.flush()
    return pages


def _digest(session: Session, address: str, now: datetime) -> Delivery:
    digest = Delivery(digest=[], address=address, watchlists=[], not_before=now, created_at=now)
    session.add(digest)
    session.flush()
    return digest


def _by_story(session: Session, digest_id: int) -> dict[int, list[Any]]:
    """Rows (id, alert_id, watchlists) folded into a digest, newest first: one line a story, that of its newest alert."""
    query = (
        select(Delivery.id, Delivery.alert_id, Delivery.watchlists, Alert.story_id)
        .join(Alert, Alert.id == Delivery.alert_id)
        .where(Delivery.folded_into == digest_id)
        .order_by(Delivery.id.desc())
    )
    told: dict[int, list[Any]] = {}
    for row in session.execute(query):
        told.setdefault(row.story_id, []).append(row)
    return told


def _move_into(session: Session, digest: Delivery, ids: Sequence[int]) -> None:
    for start in range(0, len(ids), PARAMETERS):
        moved = update(Delivery).where(Delivery.id.in_(ids[start : start + PARAMETERS]))
        session.execute(moved.values(folded_into=digest.id, reason=f"in digest {digest.id}"))


# What stands under a digest, and what a press does.


def buttons(session: Session, digest_id: int, language: str) -> tuple[tuple[Button, ...], ...]:
    """[All] [Digest] [Narrow]; a digest the chat asked for does not ask it again whether it wants one."""
    said = texts(language)
    folded = session.scalar(select(Delivery.deliver).where(Delivery.folded_into == digest_id).limit(1))
    words = {None: ("all",), DIGEST: ("all", "narrow")}.get(folded, ("all", "digest", "narrow"))
    return (tuple(Button(said(f"button_{word}"), f"digest:{digest_id}:{word}") for word in words),)


@dataclass(frozen=True, slots=True)
class Unfolded:
    """How many alerts of a digest are sent singly now, and how many another press would send."""

    count: int
    left: int


def unfold(session: Session, digest_id: int, address: str, now: datetime, limit: int = ALL_AT_ONCE) -> Unfolded:
    """[All]: the newest `limit` alerts of a digest of this chat come singly, and are not folded again.

    UsageError for a digest this chat never got.
    """
    digest = _told_digest(session, digest_id, address)
    if not session.scalar(select(Delivery.id).where(Delivery.folded_into == digest_id).limit(1)):
        _rows_of_released(session, digest, now)
    folded = (Delivery.folded_into == digest_id, Delivery.status == "folded")
    chosen = session.scalars(select(Delivery.id).where(*folded).order_by(Delivery.id.desc()).limit(limit)).all()
    back = update(Delivery).where(Delivery.id.in_(chosen), *folded)
    sent = session.execute(
        back.values(status="pending", deliver=INSTANT, urgent=True, not_before=now, reason=f"asked for, {digest_id}")
    )
    left = session.scalar(select(func.count()).select_from(Delivery).where(*folded)) or 0
    return Unfolded(sent.rowcount, left)  # type: ignore[attr-defined]


def _rows_of_released(session: Session, digest: Delivery, now: datetime) -> None:
    """Held alerts were put into their digest without rows of their own; now they get them."""
    had = set(session.scalars(select(Delivery.alert_id).where(Delivery.address == digest.address)))
    for alert_id in reversed([one for one in digest.digest if one not in had]):
        fired = select(Watch.watchlist_id).join(AlertMatch, AlertMatch.watch_id == Watch.id)
        lists = set(session.scalars(fired.where(AlertMatch.alert_id == alert_id))) & set(digest.watchlists)
        session.add(
            Delivery(
                alert_id=alert_id,
                digest=[],
                address=digest.address,
                watchlists=sorted(lists),
                status="folded",
                folded_into=digest.id,
                not_before=now,
                created_at=now,
            )
        )
    session.flush()


def prefer_digest(session: Session, digest_id: int, address: str) -> tuple[str, ...]:
    """[Digest]: from now on the lists of this digest come to this chat once a day; their ids."""
    lists = tuple(_told_digest(session, digest_id, address).watchlists)
    mine = and_(Subscription.address == address, Subscription.watchlist_id.in_(lists))
    session.execute(update(Subscription).where(mine).values(deliver=DIGEST))
    return lists


@dataclass(frozen=True, slots=True)
class Loud:
    """A watch and how many stories of a digest it fired for."""

    watch_id: int
    watchlist: str
    query: str
    count: int


def loudest(session: Session, digest_id: int, address: str, limit: int = 5) -> list[Loud]:
    """[Narrow]: which watches made this digest so long, the loudest first. Queries are for whoever may see the list."""
    digest = _told_digest(session, digest_id, address)
    stories = func.count(AlertMatch.story_id.distinct())
    query = (
        select(Watch.id, Watch.watchlist_id, Watch.query, stories)
        .join(AlertMatch, AlertMatch.watch_id == Watch.id)
        .where(AlertMatch.alert_id.in_(digest.digest[:PARAMETERS]), Watch.watchlist_id.in_(digest.watchlists))
        .group_by(Watch.id, Watch.watchlist_id, Watch.query)
        .order_by(stories.desc(), Watch.id)
        .limit(limit)
    )
    return [Loud(*row) for row in session.execute(query)]


def _told_digest(session: Session, digest_id: int, address: str) -> Delivery:
    digest = session.get(Delivery, digest_id)
    if digest is None or digest.address != address or digest.alert_id is not None or digest.notice is not None:
        raise UsageError(f"this chat got no digest {digest_id}")
    return digest
