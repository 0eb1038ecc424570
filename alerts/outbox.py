"""The outbox: deliveries are leased, sent elsewhere, and settled. Everything it knows stands in the database.

    lease      pending or uncertain -> leased      UPDATE ... WHERE and the row count, so two senders never share a row
    settle     leased -> sent | pending | uncertain | failed, only for the one who still holds the lease

A row is leased before a byte leaves, and settled after the answer. Whoever is killed in between leaves a lease that
runs out; nobody can know then whether the message was sent, so it goes out again, marked as a possible repeat under
the same id: nothing is lost, and every repeat says so.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from alerts import chats, subscriptions
from alerts.channels import (
    Closed,
    Failed,
    FormatRefused,
    Gone,
    Moved,
    Outcome,
    Retry,
    Sent,
    Uncertain,
    pace,
    scheme,
)
from alerts.models import Chat, Delivery, Feedback, Note, Subscription
from alerts.telling import INSTANT
from crawler.db import UTCDateTime
from crawler.rows import insert_missing

UNCERTAIN_WAIT = timedelta(seconds=30)  # a lease lasts so long, and the first repeat waits so long
LONGEST_WAIT = timedelta(hours=1)
ATTEMPTS = 10  # with doubling waits about three hours; then a person has to look
BURST_S = 0.2  # what the whole channel takes at once, in seconds of its rate


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A delivery that is ours to send until `lease` is taken from us.

    `alert_id` is None for a digest and for a notice; `reply_to` is the channel's name of the message it answers, or ''.
    """

    delivery_id: int
    lease: str
    address: str
    alert_id: str | None
    digest: tuple[str, ...]
    watchlists: tuple[str, ...]
    repeat: bool
    plain: bool
    attempts: int
    created_at: datetime
    notice: Mapping[str, Any] | None = None
    news: tuple[Mapping[str, Any], ...] = ()
    reply_to: str = ""
    silent: bool = False


def lease(
    session: Session,
    now: datetime,
    holder: str,
    limit: int,
    *,
    wait: timedelta = UNCERTAIN_WAIT,
    schemes: Collection[str] | None = None,
) -> list[Outgoing]:
    """At most `limit` deliveries that may be sent now, the oldest of each chat, never two of one chat.

    Leases that ran out become `uncertain` first. A chat keeps its rows while its pause is not over, while it is
    suspended, not allowed, muted or in its quiet hours (which rows that wake break), or when its scheme is not one of
    `schemes`; rows of digest lists wait until they are folded. The lease holds for `wait`; a sending must end well
    before.
    """
    _expire(session, now)
    budgets = _Budgets(session, now)
    busy = set(session.scalars(select(Delivery.address).where(Delivery.status == "leased")))
    taken = {pace(address).chat for address in busy}
    leased: list[Outgoing] = []
    for delivery_id, address in _candidates(session, now, schemes):
        paced = pace(address)
        if len(leased) == limit:
            break
        if paced.chat in taken or not budgets.allow(scheme(address), paced.per_second):
            continue
        token = f"{holder}/{secrets.token_hex(8)}"
        if _claim(session, delivery_id, token, now, now + wait):
            taken.add(paced.chat)
            budgets.spend(scheme(address), paced.per_second)
            _pause(session, paced.chat, now + paced.pause)
            leased.append(_outgoing(session, session.get_one(Delivery, delivery_id, populate_existing=True)))
    budgets.store()
    return leased


def reserve(session: Session, address: str, now: datetime) -> bool:
    """Takes a turn for a change of an earlier message; False while the chat or the channel has none to give.

    What is due to be sent goes first.
    """
    paced = pace(address)
    chat = session.get(Chat, address, with_for_update=True, populate_existing=True)
    if (
        chat is None
        or not chat.allowed
        or chat.suspended
        or (chat.next_send_at is not None and chat.next_send_at > now)
    ):
        return False
    waiting = Delivery.status.in_(("pending", "uncertain", "leased")) & (Delivery.not_before <= now)
    if session.scalar(select(Delivery.id).where(Delivery.address == address, waiting).limit(1)) is not None:
        return False
    budgets = _Budgets(session, now)
    if not budgets.allow(scheme(address), paced.per_second):
        return False
    budgets.spend(scheme(address), paced.per_second)
    budgets.store()
    _pause(session, paced.chat, now + paced.pause)
    return True


def defer(session: Session, address: str, until: datetime) -> None:
    """Nothing is written to the chat before that moment."""
    _pause(session, pace(address).chat, until)


def reread(session: Session, delivery: Delivery) -> Outgoing:
    """A delivery that was sent, as it would be sent now."""
    return _outgoing(session, delivery)


def notify(
    session: Session,
    address: str,
    key: str,
    params: Mapping[str, Any],
    now: datetime,
    *,
    silent: bool = False,
    unique: str = "",
) -> bool:
    """Puts a line of our own on its way: the text `key` of the chat's language, with `params` (see render_notice).

    With `unique` an address hears of that matter once, however often this is called: False when it had.
    """
    subscriptions.remember(session, address, now)
    row: dict[str, object] = {
        "digest": [],
        "address": address,
        "notice": {**params, "key": key},
        "once": unique or None,
        "watchlists": [],
        "silent": silent,
        "not_before": now,
        "created_at": now,
    }
    session.flush()  # the chat may be new, and what follows goes past the session
    return insert_missing(session, Delivery, [row]) == 1


def settle(
    session: Session, outgoing: Outgoing, outcome: Outcome, now: datetime, *, wait: timedelta = UNCERTAIN_WAIT
) -> bool:
    """Writes down how the sending ended. False when the lease was no longer ours: nothing is changed then."""
    row, about_chat = _SETTLED[type(outcome)](outcome, outgoing, now, wait)
    changed = session.execute(
        update(Delivery)
        .where(Delivery.id == outgoing.delivery_id, Delivery.status == "leased", Delivery.lease == outgoing.lease)
        .values(lease="", leased_until=None, **row)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        return False
    paced = pace(outgoing.address)
    _pause(session, paced.chat, now + paced.pause)
    if about_chat is not None:
        about_chat(session)
    return True


def next_due(session: Session, now: datetime, schemes: Collection[str] | None = None) -> datetime | None:
    """The moment from which the next row may be sent, or None when nothing waits but for a silence to end."""
    later = func.max if session.get_bind().dialect.name == "sqlite" else func.greatest
    due = later(Delivery.not_before, func.coalesce(Chat.next_send_at, Delivery.not_before))
    query = select(func.min(due, type_=UTCDateTime())).join(Chat, Chat.address == Delivery.address)
    found: datetime | None = session.scalar(query.where(_sendable(), _of_schemes(schemes), _awake(session, now)))
    return found


def _expire(session: Session, now: datetime) -> None:
    """Leases that ran out: the sender was killed, before or after the channel took the message."""
    stale = (Delivery.status == "leased", Delivery.leased_until <= now)
    session.execute(
        update(Delivery)
        .where(*stale, Delivery.attempts + 1 >= ATTEMPTS)
        .values(status="failed", lease="", attempts=Delivery.attempts + 1, reason="every sender of it was killed")
    )
    session.execute(
        update(Delivery)
        .where(*stale)
        .values(
            status="uncertain",
            lease="",
            repeat=True,
            attempts=Delivery.attempts + 1,
            reason="the sender was killed while sending",
        )
    )


def _sendable() -> ColumnElement[bool]:
    return (
        Delivery.status.in_(("pending", "uncertain"))
        & (Delivery.deliver == INSTANT)
        & (Chat.suspended == "")
        & Chat.allowed
    )


def _awake(session: Session, now: datetime) -> ColumnElement[bool]:
    """Rows of chats that are neither muted nor in their quiet hours; what wakes waits for a mute alone."""
    muted = func.coalesce(Chat.muted_until > now, False)
    return or_(Delivery.address.not_in(chats.silent(session, now)), Delivery.wakes & ~muted)


def _of_schemes(schemes: Collection[str] | None) -> ColumnElement[bool]:
    if schemes is None:
        return Delivery.id.is_not(None)
    return or_(*(Delivery.address.startswith(f"{name}:", autoescape=True) for name in schemes), Delivery.id.is_(None))


def _candidates(session: Session, now: datetime, schemes: Collection[str] | None) -> list[tuple[int, str]]:
    """(delivery, address): the oldest due row of every address that may be written to, oldest first."""
    query = (
        select(func.min(Delivery.id), Delivery.address)
        .join(Chat, Chat.address == Delivery.address)
        .where(_sendable(), _of_schemes(schemes), _awake(session, now), Delivery.not_before <= now)
        .where(or_(Chat.next_send_at.is_(None), Chat.next_send_at <= now))
        .group_by(Delivery.address)
        .order_by(func.min(Delivery.id))
    )
    return [(delivery_id, address) for delivery_id, address in session.execute(query)]


def _claim(session: Session, delivery_id: int, token: str, now: datetime, until: datetime) -> bool:
    claimed = session.execute(
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.status.in_(("pending", "uncertain")), Delivery.not_before <= now)
        .values(status="leased", lease=token, leased_until=until)
    )
    return bool(claimed.rowcount == 1)  # type: ignore[attr-defined]


def _outgoing(session: Session, row: Delivery) -> Outgoing:
    return Outgoing(
        delivery_id=row.id,
        lease=row.lease,
        address=row.address,
        alert_id=row.alert_id,
        digest=tuple(row.digest),
        watchlists=tuple(row.watchlists),
        repeat=row.repeat,
        plain=row.plain,
        attempts=row.attempts,
        created_at=row.created_at,
        notice=row.notice,
        news=tuple(row.news),
        reply_to=_answered(session, row),
        silent=row.silent,
    )


def _answered(session: Session, row: Delivery) -> str:
    """The message that `row` replies to: the first of its story, or the digest that told it."""
    first = session.get(Delivery, row.reply_to) if row.reply_to is not None else None
    if first is not None and first.folded_into is not None:
        first = session.get(Delivery, first.folded_into)
    return first.message_id if first is not None and first.address == row.address else ""


def _pause(session: Session, chat: str, until: datetime) -> None:
    """No earlier than `until` to this chat, nor to any topic of it."""
    session.execute(
        update(Chat)
        .where(or_(Chat.address == chat, Chat.address.startswith(f"{chat}/", autoescape=True)))
        .where(or_(Chat.next_send_at.is_(None), Chat.next_send_at < until))
        .values(next_send_at=until)
    )


class _Budgets:
    """What each channel still takes now, all chats together: one note a channel holds the time its rate is used up to.

    Taking the note's row also puts two senders of one PostgreSQL database into a queue.
    """

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now = session, now
        self.used_until: dict[str, datetime] = {}

    def allow(self, name: str, per_second: float | None) -> bool:
        if per_second is None:
            return True
        if name not in self.used_until:
            self.used_until[name] = max(_read_moment(self.session, f"pace:{name}"), self.now)
        ahead = (self.used_until[name] - self.now).total_seconds()
        return ahead + 1 / per_second <= max(BURST_S, 1 / per_second) + 1e-6

    def spend(self, name: str, per_second: float | None) -> None:
        if per_second is not None:
            self.used_until[name] += timedelta(seconds=1 / per_second)

    def store(self) -> None:
        for name, until in self.used_until.items():
            note = self.session.get_one(Note, f"pace:{name}")
            note.value = {"used_until": until.isoformat()}


def _read_moment(session: Session, key: str) -> datetime:
    never = datetime(1970, 1, 1, tzinfo=UTC)
    if session.get(Note, key) is None:
        try:
            with session.begin_nested():
                session.add(Note(key=key, value={"used_until": never.isoformat()}))
        except IntegrityError:
            session.expire_all()  # another sender was first; its row is as good
    note = session.get_one(Note, key, with_for_update=True, populate_existing=True)
    return datetime.fromisoformat(note.value["used_until"])


# How each outcome changes the row, and what else it says about the chat.
Settled = tuple[Mapping[str, Any], Callable[[Session], None] | None]


def _sent(outcome: Sent, outgoing: Outgoing, now: datetime, wait: timedelta) -> Settled:
    return {"status": "sent", "sent_at": now, "message_id": outcome.message_id, "reason": ""}, None


def _retry(outcome: Retry, outgoing: Outgoing, now: datetime, wait: timedelta) -> Settled:
    until = now + outcome.after
    return _waiting(outgoing, until, outcome.reason), lambda session: _pause(
        session, pace(outgoing.address).chat, until
    )


def _uncertain(outcome: Uncertain, outgoing: Outgoing, now: datetime, wait: timedelta) -> Settled:
    return {**_counted(replace(outgoing, repeat=True), now, wait, outcome.reason), "repeat": True}, None


def _gone(outcome: Gone, outgoing: Outgoing, now: datetime, wait: timedelta) -> Settled:
    def suspend(session: Session) -> None:
        session.execute(update(Chat).where(Chat.address == outgoing.address).values(suspended=outcome.reason))

    return _waiting(outgoing, now, outcome.reason), suspend


def _moved(outcome: Moved, outgoing: Outgoing, now: datetime, wait: timedelta) -> Settled:
    return _waiting(outgoing, now, ""), lambda session: move(session, outgoing.address, outcome.address, now)


def _format_refused(outcome: FormatRefused, outgoing: Outgoing, now: datetime, wait: timedelta) -> Settled:
    if outgoing.plain:
        return _counted(outgoing, now, wait, outcome.reason), None
    return {**_waiting(outgoing, now, outcome.reason), "plain": True}, None


def _failed(outcome: Failed, outgoing: Outgoing, now: datetime, wait: timedelta) -> Settled:
    return _counted(outgoing, now, wait, outcome.reason), None


def _closed(outcome: Closed, outgoing: Outgoing, now: datetime, wait: timedelta) -> Settled:
    return _waiting(outgoing, now, outcome.reason), None


_SETTLED: Mapping[type[Outcome], Callable[[Any, Outgoing, datetime, timedelta], Settled]] = {
    Sent: _sent,
    Retry: _retry,
    Uncertain: _uncertain,
    Gone: _gone,
    Moved: _moved,
    FormatRefused: _format_refused,
    Failed: _failed,
    Closed: _closed,
}


def _waiting(outgoing: Outgoing, until: datetime, reason: str) -> dict[str, Any]:
    """Back in the queue; nothing was sent, so what was uncertain of an earlier sending still is."""
    return {"status": "uncertain" if outgoing.repeat else "pending", "not_before": until, "reason": reason}


def _counted(outgoing: Outgoing, now: datetime, wait: timedelta, reason: str) -> dict[str, Any]:
    """An attempt that counts: the wait doubles each time, and after the last one the row is set aside."""
    attempts = outgoing.attempts + 1
    if attempts >= ATTEMPTS:
        return {"status": "failed", "attempts": attempts, "reason": f"given up after {attempts} attempts: {reason}"}
    until = now + min(wait * 2 ** (attempts - 1), LONGEST_WAIT)
    return {**_waiting(outgoing, until, reason), "attempts": attempts}


def move(session: Session, old: str, new: str, now: datetime) -> None:
    """A chat has a new address: its rows, subscriptions and pacing go with it. May be called twice."""
    if old == new:
        return
    chat = session.get(Chat, old, populate_existing=True)
    if chat is None:
        return
    session.merge(Note(key=f"moved:{old}", value={"to": new}))  # config.yaml may go on naming the old one
    if session.get(Chat, new) is None:
        session.expunge(chat)
        session.execute(update(Chat).where(Chat.address == old).values(address=new))  # the rest follows by cascade
        return
    for table, keys in _ONE_OF_EACH.items():
        new_there = [
            or_(key.is_(None), key.not_in(select(key).where(table.address == new, key.is_not(None)))) for key in keys
        ]
        session.execute(update(table).where(table.address == old, *new_there).values(address=new))
        session.query(table).where(table.address == old).delete(synchronize_session=False)
    words = (Feedback.alert_id, Feedback.user_id)
    there = select(*words).where(Feedback.address == new)
    here = Feedback.address == old
    session.execute(update(Feedback).where(here, tuple_(*words).not_in(there)).values(address=new))
    session.execute(delete(Feedback).where(here))
    session.delete(chat)


# What an address has one of: where both addresses of a chat have it, the new one's stays.
_ONE_OF_EACH: Mapping[Any, tuple[Any, ...]] = {
    Delivery: (Delivery.alert_id, Delivery.once),
    Subscription: (Subscription.watchlist_id,),
}
