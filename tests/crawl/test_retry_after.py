"""Retry-After, in both forms."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crawler.fetch.retry_after import retry_after

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "value", "wait_s"),
    [
        (429, "120", 120),
        (503, "120", 120),
        (429, "Sun, 22 Nov 2026 09:10:00 GMT", 600),
        (503, "Sun, 22 Nov 2026 09:10:00 GMT", 600),
        (429, "Sun, 22 Nov 2026 08:00:00 GMT", 0),
        (429, "99999999999", 86400),
        (429, "Sun, 29 Nov 2026 09:10:00 GMT", 86400),
        (429, "", 300),
        (429, "soon", 300),
        (429, "٣", 300),
    ],
)
def test_wait_is_read(status: int, value: str, wait_s: int) -> None:
    """Seconds and HTTP dates count from now, a day at most; a 429 that does not say waits five minutes."""
    assert NOW + timedelta(seconds=wait_s) == retry_after(status, value, NOW)


@pytest.mark.parametrize(("status", "value"), [(503, ""), (503, "soon"), (200, "120"), (404, "120")])
def test_no_wait_where_none_is_asked_for(status: int, value: str) -> None:
    """A 503 that names no time is a failure like another, and other answers are not listened to."""
    assert retry_after(status, value, NOW) is None
