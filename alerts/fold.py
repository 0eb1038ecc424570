"""Floods become digests: after downtime, after a mute, or when one hour brings more than anybody reads.

Rows are folded in the database before anything is leased: the single rows end as `folded` and name their digest, the
digest is a delivery like any other. Nothing is dropped; a digest says how many alerts it tells of.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from alerts import chats
from alerts.models import Chat, Delivery

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Folding:
    """When single messages become a digest; digests of one chat are at least `every` apart."""

    above: int = 10  # so many may wait for a chat
    hourly: int = 10  # so many single messages a chat gets in an hour
    every: timedelta = timedelta(minutes=30)
    stale: timedelta = timedelta(minutes=30)  # `few` rows waiting longer than this (downtime, a mute) are folded too
    few: int = 3


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


def fold(session: Session, now: datetime, folding: Folding) -> int:
    """Makes the digests that are due and holds what waits for one; how many digests were made."""
    silent = chats.silent(session, now)
    made = 0
    for address, waiting, oldest in _waiting(session):
        if address in silent:
            continue
        sent, last_digest = _sent(session, address, now), _last_digest(session, address, now - folding.every)
        since_digest = now - last_digest if last_digest else None
        decision = decide(waiting, now - oldest, sent, since_digest, folding)
        if decision == "fold":
            made += _fold(session, address, now)
        elif isinstance(decision, timedelta):
            until = now + decision
            session.execute(
                update(Delivery).where(*_foldable(address), Delivery.not_before < until).values(not_before=until)
            )
    return made


def _waiting(session: Session) -> list[tuple[str, int, datetime]]:
    """(address, how many, since when) of single rows that were never tried, in chats that can be reached."""
    query = (
        select(Delivery.address, func.count(), func.min(Delivery.created_at))
        .join(Chat, Chat.address == Delivery.address)
        .where(*_foldable(), Chat.suspended == "", Chat.allowed)
        .group_by(Delivery.address)
        .order_by(Delivery.address)
    )
    return [(address, count, oldest) for address, count, oldest in session.execute(query)]


def _foldable(address: str | None = None) -> list[ColumnElement[bool]]:
    """What may be folded: a row that may have been delivered already must say so itself, singly."""
    conditions = [
        Delivery.status == "pending",
        Delivery.alert_id.is_not(None),
        Delivery.attempts == 0,
        Delivery.repeat.is_(False),
    ]
    return conditions if address is None else [*conditions, Delivery.address == address]


def _sent(session: Session, address: str, now: datetime) -> int:
    counted = select(func.count()).select_from(Delivery)
    return (
        session.scalar(
            counted.where(Delivery.address == address, Delivery.sent_at > now - HOUR, Delivery.alert_id.is_not(None))
        )
        or 0
    )


def _last_digest(session: Session, address: str, since: datetime) -> datetime | None:
    made: datetime | None = session.scalar(
        select(func.max(Delivery.created_at)).where(
            Delivery.address == address,
            Delivery.alert_id.is_(None),
            Delivery.notice.is_(None),
            Delivery.created_at > since,
        )
    )
    return made


def _fold(session: Session, address: str, now: datetime) -> int:
    """One digest of all that waits for `address`: 1, or 0 when another sender was faster."""
    digest = Delivery(digest=[], address=address, watchlists=[], not_before=now, created_at=now)
    session.add(digest)
    session.flush()
    taken = session.execute(
        update(Delivery)
        .where(*_foldable(address))
        .values(status="folded", reason=f"in digest {digest.id}")
        .returning(Delivery.id, Delivery.alert_id, Delivery.watchlists)
    ).all()
    if not taken:
        session.delete(digest)
        session.flush()
        return 0
    newest_first = sorted(taken, key=lambda row: row.id, reverse=True)
    digest.digest = [row.alert_id for row in newest_first]
    digest.watchlists = sorted({name for row in taken for name in row.watchlists})
    session.flush()
    return 1
