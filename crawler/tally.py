"""An entry point's day in 24 hours: one letter and some numbers an hour. Pure; `check_days` counts them from the rows.

Hours are numbers since 1970, UTC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

HOLE = " "
MARKS: Mapping[str, str] = {
    "+": "read, with news",
    ".": "read, nothing new",
    "l": "read late, caught up",
    "g": "read, but what came before may be lost",
    "e": "empty: it listed nothing",
    "r": "rate-limited",
    "m": "our budget for it used up",
    "b": "blocked",
    "f": "not a feed",
    "d": "channel gone",
    "x": "error",
    HOLE: "not read",
}
READ = frozenset("+.lg")
_MARK_OF = {
    "empty": "e",
    "rate-limited": "r",
    "over budget": "m",
    "blocked": "b",
    "REST disabled": "b",
    "not a feed": "f",
    "no preview": "d",
    "dead channel": "d",
}
# Numbers of an hour; an article is counted in the hour it was stored.
COUNTED = (
    "checks",
    "failures",
    "new",
    "good",
    "refused",
    "failed",
    "articles",
    "dated",
    "garbled",
    "length",
    "squares",
)
SLACK = timedelta(minutes=10)  # a check may come so much later than twice its interval before it is late


@dataclass(frozen=True, slots=True)
class Day:
    """One entry point's day in hours. `counts[name][h]` is a number of `COUNTED`; a name without a number is absent.

    checks, failures: how often it was asked, and how often in vain; good, refused, failed: articles that were read, and how that ended; articles, dated, garbled: new ones, stored;
    new: those of them that were no archive's, and what was refused or failed: what the outlet brought; length, squares:
    sums of the natural logarithm of the lengths of the texts, in characters, and of its square.
    """

    marks: str
    counts: Mapping[str, Sequence[float]]
    newest_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """One check, as far as it is counted."""

    at: datetime
    first: bool
    outcome: str
    saved: int
    unchanged: int
    refused: int
    failed: int
    hole: bool = False  # its list did not reach back to what the check before had


def hour_of(at: datetime) -> int:
    return int(at.timestamp()) // 3600


def moment_of(hour: int) -> datetime:
    return datetime.fromtimestamp(hour * 3600, UTC)


def mark(asked: Sequence[Checked], before: datetime | None, patience: timedelta) -> str:
    """How one hour of an entry point went. `before` is when it was asked last before this hour, and answered.

    An hour in which it was read once was read, whatever the other checks of it were.
    """
    read = [check for check in asked if check.outcome in ("ok", "not modified")]
    if not asked:
        return HOLE
    if not read:
        return _MARK_OF.get(asked[-1].outcome, "x")
    moments = [check.at for check in asked]
    previous = [before, *moments[:-1]]
    late = [check for check, last in zip(asked, previous, strict=True) if last and check.at - last > patience]
    if any(check.hole for check in asked):
        return "g"
    if late:
        return "l"
    return "+" if any(check.saved for check in read) else "."


def patience(interval_s: int) -> timedelta:
    """How long after a check the next one is late. Intervals follow the hour, so an hour is never too long."""
    return max(2 * timedelta(seconds=interval_s), timedelta(hours=1)) + SLACK
