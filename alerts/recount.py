"""Sent messages whose story more outlets tell by now: the first message of each chat is edited, silently.

    find     messages of the last days whose story has other counts than they show
    claim    UPDATE ... WHERE edit_after has passed, and a turn in the chat's pace          -- transaction 1
    edit     the message as it would be sent now                                            -- network
    settle   what it shows, or when it may be tried again                                   -- transaction 2

An edit makes no sound and may be repeated; a sender that is killed half way leaves one that is made again. What waits
to be sent goes first, and a message is changed at most once in five minutes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from alerts import outbox
from alerts.channels import Channel, Closed, Editor, Gone, Moved, Outcome, Retry, Sent, Uncertain, scheme
from alerts.deliver import message_of
from alerts.models import Alert, Chat, Delivery, Feedback
from alerts.outbox import Outgoing
from crawler.db import Database
from crawler.log import get_log, redact
from crawler.models import Article
from crawler.outlets import Outlet
from crawler.rows import claimed
from crawler.stories import Counts

log = get_log()

EVERY = timedelta(minutes=5)  # between two changes of a message
LOOK = timedelta(days=2)  # older messages stay as they are; Telegram lets a bot edit for 48 hours in some chats
BATCH = 10  # in one call
ANSWER_S = 15.0
FINAL = "final"  # in Delivery.shown: this message is changed no more


@dataclass(frozen=True, slots=True)
class Change:
    """A sent message that is ours to edit."""

    outgoing: Outgoing
    message_id: str
    counts: Counts


async def edit_due(
    database: Database,
    channels: Mapping[str, Channel],
    outlets: Mapping[str, Outlet],
    clock: Callable[[], datetime],
    stopping: asyncio.Event,
) -> int:
    """Edits messages whose counts have changed, at most BATCH; how many edits were accepted."""
    editors = {name: channel for name, channel in channels.items() if isinstance(channel, Editor)}
    accepted = 0
    for _ in range(BATCH if editors else 0):
        if stopping.is_set():
            break
        change = await asyncio.to_thread(_claim, database, editors, clock())
        if change is None:
            break
        outcome = await _edit(database, editors[scheme(change.outgoing.address)], change, outlets, clock())
        await asyncio.to_thread(_settle, database, change, outcome, clock())
        accepted += isinstance(outcome, Sent)
        log.info("edited", delivery=change.outgoing.delivery_id, outcome=type(outcome).__name__.lower())
    return accepted


def changed(session: Session, schemes: Mapping[str, object], now: datetime) -> list[tuple[Delivery, Counts]]:
    """First messages that show other counts than their story has, and may be edited now; the longest unchanged first.

    Not those of discreet chats, which show none, and not those somebody has judged: their buttons say so.
    """
    origin = func.coalesce(Article.origin_id, Article.id)
    told = (func.count(Article.outlet.distinct()), func.count(origin.distinct()))
    query = (
        select(Delivery, *told)
        .join(Alert, Alert.id == Delivery.alert_id)
        .join(Article, Article.story_id == Alert.story_id)
        .join(Chat, Chat.address == Delivery.address)
        .where(
            Delivery.status == "sent", Delivery.sent_at > now - LOOK, Delivery.reply_to.is_(None),
            Delivery.message_id != "", ~Chat.discreet, Chat.allowed, Chat.suspended == "",
            or_(Delivery.edit_after.is_(None), Delivery.edit_after <= now),
            or_(*(Delivery.address.startswith(f"{name}:", autoescape=True) for name in schemes)),
            Delivery.alert_id.not_in(select(Feedback.alert_id).where(Feedback.address == Delivery.address)),
        )
        .group_by(Delivery.id)
        .having(func.count(Article.outlet.distinct()) > 1)
        .order_by(Delivery.edit_after.nulls_first(), Delivery.id)
    )  # fmt: skip
    rows = [(delivery, Counts(outlets, origins)) for delivery, outlets, origins in session.execute(query)]
    return [(delivery, counts) for delivery, counts in rows if _differs(session, delivery, counts)]


def _differs(session: Session, delivery: Delivery, counts: Counts) -> bool:
    if delivery.shown:
        return FINAL not in delivery.shown and delivery.shown != asdict(counts)
    # Never edited: it shows what was stored when it was made, or something newer, and then Telegram says so.
    outlets = (
        select(func.count(Article.outlet.distinct()))
        .join(Alert, Alert.story_id == Article.story_id)
        .where(Alert.id == delivery.alert_id, Article.first_seen_at <= delivery.created_at)
    )
    return session.scalar(outlets) != counts.outlets


def _claim(database: Database, editors: Mapping[str, Editor], now: datetime) -> Change | None:
    with database.read() as session:
        waiting = [(delivery.id, delivery.address, counts) for delivery, counts in changed(session, editors, now)]
    for delivery_id, address, counts in waiting:
        with database.begin() as session:
            if not outbox.reserve(session, address, now):
                continue
            free = or_(Delivery.edit_after.is_(None), Delivery.edit_after <= now)
            ours = update(Delivery).where(Delivery.id == delivery_id, free).values(edit_after=now + EVERY)
            if claimed(session, ours):
                delivery = session.get_one(Delivery, delivery_id, populate_existing=True)
                return Change(outbox.reread(session, delivery), delivery.message_id, counts)
    return None


async def _edit(
    database: Database, editor: Editor, change: Change, outlets: Mapping[str, Outlet], now: datetime
) -> Outcome:
    try:
        message = await asyncio.to_thread(message_of, database, change.outgoing, outlets, now)
        async with asyncio.timeout(ANSWER_S):
            outgoing = change.outgoing
            return await editor.edit(outgoing.address, change.message_id, message, plain=outgoing.plain)
    except Exception as error:  # it may have been changed; changing it again does no harm
        return Uncertain(redact(f"{type(error).__name__}: {error}")[:300])


def _settle(database: Database, change: Change, outcome: Outcome, now: datetime) -> None:
    shown: dict[str, Any] = asdict(change.counts)
    address = change.outgoing.address
    with database.begin() as session:
        delivery = session.get(Delivery, change.outgoing.delivery_id, with_for_update=True)
        if delivery is None:
            return
        match outcome:
            case Sent():
                delivery.shown = shown
            case Retry():
                delivery.edit_after = now + outcome.after
                outbox.defer(session, address, now + outcome.after)
            case Uncertain() | Closed():
                pass  # edit_after stands five minutes ahead
            case Gone():
                chat = session.get_one(Chat, address)
                chat.suspended = outcome.reason
            case Moved():
                outbox.move(session, address, outcome.address, now)
            case _:
                delivery.shown = {**shown, FINAL: getattr(outcome, "reason", "")}
