"""lease -> content -> render -> channel.send -> settle, for everything that is due.

Database work runs in threads, the network outside transactions. Chats are served at the same time, each of them one
message at a time, in the order its alerts were made.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from alerts import feedback, outbox
from alerts.channels import Channel, Closed, Failed, Outcome, Retry, Uncertain, pace, scheme
from alerts.content import content
from alerts.fold import FOLDING, Folding, buttons, fold
from alerts.models import Chat
from alerts.outbox import UNCERTAIN_WAIT, Outgoing
from alerts.render import Content, DigestContent, Message, render, render_discreet, render_notice
from crawler.db import Database
from crawler.errors import DatabaseError
from crawler.log import get_log, redact
from crawler.outlets import Outlet

log = get_log()

BATCH = 30
LONGEST_CALL_S = 5.0
SHORTEST_PAUSE_S = 0.03
SOON = timedelta(seconds=1)  # what falls due within this is waited for: a busy chat gets its message every second


@dataclass(frozen=True, slots=True)
class Sending:
    """How the sendings of one call ended, by the name of the outcome in lower case.

    `closed` says which channels cannot be used at all, and why. Their rows wait; the caller stops passing them in.
    `answered` are servers that said anything at all, `unanswered` those of which nothing was heard but silence: the
    name of a channel that has one server for all its chats, else an address.
    """

    counts: Mapping[str, int]
    closed: Mapping[str, str] = field(default_factory=dict)
    answered: frozenset[str] = frozenset()
    unanswered: frozenset[str] = frozenset()


@dataclass
class Unsettled:
    """Sendings whose end could not be written, because the database was away: how each ended, and when.

    Whoever calls `send_due` again and again passes the same one: they are written first when the database is back, so
    that nothing is repeated which is known to have arrived. Another sender may have been faster: their leases ran out,
    and they go out again, marked. So do those of a process that ended meanwhile.
    """

    ends: list[tuple[Outgoing, Outcome, datetime]] = field(default_factory=list)


async def send_due(
    database: Database,
    channels: Mapping[str, Channel],
    outlets: Mapping[str, Outlet],
    clock: Callable[[], datetime],
    *,
    holder: str,
    stopping: asyncio.Event | None = None,
    wait: timedelta = UNCERTAIN_WAIT,
    folding: Folding = FOLDING,
    unsettled: Unsettled | None = None,
) -> Sending:
    """Sends what is due now or falls due within a second, until nothing is left or `stopping` is set.

    A long queue is left after a few seconds, so that the caller sees progress; it calls again. A message on its way
    when `stopping` is set is finished and settled; leased ones not yet begun go back untouched.
    A flood of messages to one chat becomes a digest first, as `folding` says. Two calls at the same time, of one process
    or of several, share the work and never a row. What cannot be settled stands in `unsettled`.
    """
    stopping = stopping or asyncio.Event()
    unsettled = Unsettled() if unsettled is None else unsettled
    counts: Counter[str] = Counter()
    closed: dict[str, str] = {}
    heard: set[str] = set()
    unheard: set[str] = set()
    enough = asyncio.get_running_loop().time() + LONGEST_CALL_S
    while not stopping.is_set() and asyncio.get_running_loop().time() < enough:
        usable = [name for name in channels if name not in closed]
        await asyncio.to_thread(settle_left, database, unsettled, wait)
        batch = await asyncio.to_thread(_lease, database, clock(), holder, wait, usable, folding)
        if not batch:
            due = await asyncio.to_thread(_next_due, database, clock(), usable)
            if due is None or due > clock() + SOON or not await _pause_until(due, clock, stopping):
                break
            continue
        sendings = (_send_one(database, channels, outlets, one, clock, stopping, wait, unsettled) for one in batch)
        for outgoing, outcome in zip(batch, await asyncio.gather(*sendings, return_exceptions=True), strict=True):
            if isinstance(outcome, BaseException):  # sent or not, its lease will run out and it will say "repeat"
                log.error("delivery not settled", delivery=outgoing.delivery_id, error=repr(outcome))
                counts["unsettled"] += 1
                continue
            counts[type(outcome).__name__.lower()] += 1
            (unheard if isinstance(outcome, Retry | Uncertain) else heard).add(_server(outgoing.address))
            if isinstance(outcome, Closed):
                closed[scheme(outgoing.address)] = outcome.reason
    for name, reason in closed.items():
        log.error("channel closed", channel=name, reason=reason, rows="kept")
    return Sending(counts, closed, frozenset(heard), frozenset(unheard - heard))


def _server(address: str) -> str:
    return scheme(address) if pace(address).per_second is not None else address


async def _send_one(
    database: Database,
    channels: Mapping[str, Channel],
    outlets: Mapping[str, Outlet],
    outgoing: Outgoing,
    clock: Callable[[], datetime],
    stopping: asyncio.Event,
    wait: timedelta,
    unsettled: Unsettled,
) -> Outcome:
    leased_at = asyncio.get_running_loop().time()
    outcome: Outcome
    try:
        message = await asyncio.to_thread(message_of, database, outgoing, outlets, clock())
    except (DatabaseError, DBAPIError):
        outcome = Retry(timedelta(0), "the database was away before it was sent")
    except Exception as error:  # a row that cannot be read or rendered must not hold up the others
        outcome = Failed(redact(f"{type(error).__name__}: {error}")[:300])
    else:
        late_s = asyncio.get_running_loop().time() - leased_at
        if stopping.is_set():
            outcome = Retry(timedelta(0), "stopped before it was sent")
        elif late_s > wait.total_seconds() / 4:
            outcome = Retry(timedelta(0), "the lease grew too old before it was sent")
        else:
            outcome = await _through(channels[scheme(outgoing.address)], outgoing, message, wait)
    ended_at = clock()
    try:
        settled = await asyncio.to_thread(_settle, database, outgoing, outcome, ended_at, wait)
    except (DatabaseError, SQLAlchemyError) as error:
        unsettled.ends.append((outgoing, outcome, ended_at))
        settled = False
        log.error("delivery not settled yet", delivery=outgoing.delivery_id, error=redact(str(error))[:300])
    log.info(
        "delivery",
        delivery=outgoing.delivery_id,
        alert=outgoing.alert_id,
        channel=scheme(outgoing.address),  # whom we write to is nobody's business, a log reader's included
        outcome=type(outcome).__name__.lower(),
        reason=getattr(outcome, "reason", ""),
        repeat=outgoing.repeat,
        settled=settled,
    )
    return outcome


async def _through(channel: Channel, outgoing: Outgoing, message: Message, wait: timedelta) -> Outcome:
    """The channel's answer; whatever is raised may have happened after the message was accepted."""
    try:
        async with asyncio.timeout(wait.total_seconds() * 2 / 3):
            return await channel.send(outgoing.address, message, plain=outgoing.plain)
    except TimeoutError:
        return Uncertain("no answer in time")
    except Exception as error:
        return Uncertain(redact(f"{type(error).__name__}: {error}")[:300])


async def _pause_until(due: datetime, clock: Callable[[], datetime], stopping: asyncio.Event) -> bool:
    """Waits; False when `stopping` came first."""
    left_s = max((due - clock()).total_seconds(), SHORTEST_PAUSE_S)  # the channel as a whole may be what we wait for
    try:
        await asyncio.wait_for(stopping.wait(), left_s)
    except TimeoutError:
        return True
    return False


def _lease(
    database: Database, now: datetime, holder: str, wait: timedelta, usable: list[str], folding: Folding
) -> list[Outgoing]:
    with database.begin() as session:
        feedback.mute(session)
        fold(session, now, folding)
        return outbox.lease(session, now, holder, BATCH, wait=wait, schemes=usable)


def _next_due(database: Database, now: datetime, usable: list[str]) -> datetime | None:
    with database.read() as session:
        return outbox.next_due(session, now, usable)


def message_of(database: Database, outgoing: Outgoing, outlets: Mapping[str, Outlet], now: datetime) -> Message:
    """What a delivery says as things stand now."""
    with database.read() as session:
        chat = session.get_one(Chat, outgoing.address)
        loaded = None if outgoing.notice is not None else content(session, outgoing, outlets)
        message = _rendered(outgoing, loaded, chat, now)
        if isinstance(loaded, DigestContent) and not chat.discreet:
            message = replace(message, buttons=buttons(session, outgoing.delivery_id, chat.language))
    return replace(message, silent=outgoing.silent, reply_to=outgoing.reply_to)


def _rendered(outgoing: Outgoing, loaded: Content | None, chat: Chat, now: datetime) -> Message:
    if loaded is None:
        return render_notice(
            outgoing.notice or {},
            str(outgoing.delivery_id),
            chat.language,
            chat.timezone,
            discreet=chat.discreet,
            repeat=outgoing.repeat,
        )
    if chat.discreet:
        return render_discreet(loaded, chat.language)
    return render(loaded, chat.language, chat.timezone, now)


def _settle(database: Database, outgoing: Outgoing, outcome: Outcome, now: datetime, wait: timedelta) -> bool:
    with database.begin() as session:
        return outbox.settle(session, outgoing, outcome, now, wait=wait)


def settle_left(database: Database, unsettled: Unsettled, wait: timedelta = UNCERTAIN_WAIT) -> None:
    """Writes the ends that could not be written before; raises while the database is still away."""
    while unsettled.ends:
        outgoing, outcome, ended_at = unsettled.ends[0]
        settled = _settle(database, outgoing, outcome, ended_at, wait)
        unsettled.ends.pop(0)
        log.info("delivery settled late", delivery=outgoing.delivery_id, settled=settled)
