"""What was read, found and sent: the same few lines for /status and the command line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from alerts.locale import texts
from alerts.models import Alert, Chat, Delivery
from alerts.render import clean, clip
from alerts.telling import OUTSIDE
from crawler.db import Base
from crawler.models import Article, EntryPoint

DAY = timedelta(days=1)
FAILING_AFTER = 3  # failures in a row


@dataclass(frozen=True, slots=True)
class Status:
    """Counts of the last 24 hours unless said otherwise."""

    entry_points: int  # in the configuration now
    read: int
    failing: tuple[str, ...]  # outlets, now
    articles: int  # ever
    new_articles: int
    alerts: int
    held: int  # not yet released, ever
    sent: int
    waiting: int  # now
    uncertain: int  # now
    failed: int  # set aside, ever
    outside: int  # not told to chats that asked for other outlets or languages
    suspended: tuple[str, ...]  # addresses, now


def status(session: Session, now: datetime) -> Status:
    """Counted from the rows."""
    since = now - DAY
    live = EntryPoint.retired_at.is_(None)
    counted = session.execute(select(Delivery.status, func.count()).group_by(Delivery.status))
    by_status = {row[0]: row[1] for row in counted}

    def count(table: type[Base], *conditions: ColumnElement[bool]) -> int:
        return session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0

    failing = select(EntryPoint.outlet).where(live, EntryPoint.failures >= FAILING_AFTER).distinct()
    return Status(
        entry_points=count(EntryPoint, live),
        read=count(EntryPoint, live, EntryPoint.last_checked_at > since, EntryPoint.failures == 0),
        failing=tuple(session.scalars(failing.order_by(EntryPoint.outlet))),
        articles=count(Article),
        new_articles=count(Article, Article.first_seen_at > since),
        alerts=count(Alert, Alert.created_at > since),
        held=count(Alert, Alert.held != "", Alert.released_at.is_(None)),
        sent=count(Delivery, Delivery.sent_at > since),
        waiting=by_status.get("pending", 0) + by_status.get("leased", 0),
        uncertain=by_status.get("uncertain", 0),
        failed=by_status.get("failed", 0),
        outside=count(Delivery, Delivery.status == OUTSIDE, Delivery.created_at > since),
        suspended=tuple(session.scalars(select(Chat.address).where(Chat.suspended != "").order_by(Chat.address))),
    )


def say(counted: Status, language: str = "en", *, addresses: bool = True) -> str:
    """As lines for a person. Lines about trouble stand only when there is some.

    Without `addresses` the chats of others are a number.
    """
    said = texts(language)
    lines = [
        said("status_outlets", read=counted.read, count=counted.entry_points),
        said("status_articles", count=counted.articles, new=counted.new_articles),
        said("status_alerts", count=counted.alerts, held=counted.held),
        said(
            "status_deliveries",
            sent=counted.sent,
            waiting=counted.waiting,
            uncertain=counted.uncertain,
            failed=counted.failed,
        ),
    ]
    if counted.outside:
        lines.append(said("status_outside", count=counted.outside))
    if counted.failing:
        lines.append(said("status_failing", outlets=clip(clean(", ".join(counted.failing)), 900)))
    if counted.suspended:
        chats = ", ".join(counted.suspended) if addresses else str(len(counted.suspended))
        lines.append(said("status_suspended", chats=clip(clean(chats), 900)))
    return "\n".join(lines)
