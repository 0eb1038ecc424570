"""How many bytes of one outlet are fetched in a day of UTC, and what they are kept for.

The last tenth is kept for lists: an outlet whose pages are too many is still watched, and its articles wait for the next
day by name. What a person asks for by hand is counted and never held back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Literal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crawler.models import Traffic
from crawler.rows import insert_missing

Purpose = Literal["list", "article", "matched revisit", "revisit"]

SHARES: Mapping[Purpose, float] = {"list": 1.0, "article": 0.9, "matched revisit": 0.8, "revisit": 0.5}


def spend(session: Session, outlet: str, size_bytes: int, answers: int, now: datetime) -> int:
    """Adds to what was fetched of the outlet today; returns the bytes of the day."""
    day = now.astimezone(UTC).date()
    if answers or size_bytes:
        insert_missing(session, Traffic, [{"outlet": outlet, "day": day, "size_bytes": 0, "answers": 0}])
        session.execute(
            update(Traffic)
            .where(Traffic.outlet == outlet, Traffic.day == day)
            .values(size_bytes=Traffic.size_bytes + size_bytes, answers=Traffic.answers + answers)
        )
    return session.scalar(select(Traffic.size_bytes).where(Traffic.outlet == outlet, Traffic.day == day)) or 0


def affords(purpose: Purpose, spent_bytes: int, budget_bytes: int) -> bool:
    """Whether something may still be fetched for this purpose today."""
    return spent_bytes < SHARES[purpose] * budget_bytes


def next_day(now: datetime) -> datetime:
    """The first moment of the next day of UTC."""
    return datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), UTC)


def refused(spent_bytes: int, budget_bytes: int) -> str:
    """The reason in words, for a check and the log."""
    return f"{spent_bytes / 1e6:.3g} of {budget_bytes / 1e6:.3g} MB fetched of this outlet today"
