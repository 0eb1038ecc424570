"""Retry-After in both its forms (RFC 9110, 10.2.3); pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST = timedelta(hours=24)  # a server that asks for more is asked again tomorrow
UNSAID = timedelta(minutes=5)  # a 429 that does not say for how long


def retry_after(status: int, value: str, now: datetime) -> datetime | None:
    """From when on the host may be asked again, at most 24 h ahead; None when the answer says nothing of it."""
    if status not in (429, 503):
        return None
    wait = _wait(value.strip(), now)
    if wait is None:
        return now + UNSAID if status == 429 else None
    return now + min(max(wait, timedelta(0)), LONGEST)


def _wait(value: str, now: datetime) -> timedelta | None:
    if value.isascii() and value.isdigit():
        return timedelta(seconds=min(int(value[:9]), LONGEST.total_seconds()))
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
