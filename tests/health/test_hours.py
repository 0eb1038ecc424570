"""An hour's letter, and the hours between two checks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from crawler.coverage import best, hour_by_hour, squeeze
from crawler.tally import Checked, Day, mark, patience
from tests.health.rows import HOUR, NOW

PATIENCE = patience(600)
BEGIN = NOW.replace(minute=0)


def checked(minute: int, outcome: str = "ok", **more: Any) -> Checked:
    values = {"saved": 0, "unchanged": 0, "refused": 0, "failed": 0}
    return Checked(BEGIN + timedelta(minutes=minute), False, outcome, **{**values, **more})


HOURS: list[tuple[str, list[Checked], datetime | None, str]] = [
    ("nobody asked", [], BEGIN, " "),
    ("news", [checked(5), checked(15, saved=2)], BEGIN, "+"),
    ("nothing new", [checked(5), checked(15, "not modified")], BEGIN, "."),
    ("once is enough", [checked(5, "error"), checked(15), checked(25, "blocked")], BEGIN, "."),
    ("blocked", [checked(5, "error"), checked(15, "blocked")], BEGIN, "b"),
    ("empty", [checked(5, "empty")], BEGIN, "e"),
    ("pauses", [checked(5, "rate-limited")], BEGIN, "r"),
    ("a page", [checked(5, "not a feed")], BEGIN, "f"),
    ("no channel", [checked(5, "dead channel")], BEGIN, "d"),
    ("timeout", [checked(5, "error")], BEGIN, "x"),
    ("late, caught up", [checked(5, saved=7)], BEGIN - 5 * HOUR, "l"),
    ("late, nothing missed", [checked(5, "not modified")], BEGIN - 5 * HOUR, "l"),
    ("late, and its list did not reach back", [checked(5, saved=18, hole=True)], BEGIN - 5 * HOUR, "g"),
    ("our budget", [checked(5, "over budget")], BEGIN, "m"),
    ("late after a failure", [checked(5)], None, "."),
]


@pytest.mark.parametrize(("asked", "before", "letter"), [row[1:] for row in HOURS], ids=[row[0] for row in HOURS])
def test_the_letter_of_an_hour(asked: list[Checked], before: datetime | None, letter: str) -> None:
    """An hour is told by its best check, and by what the one after a pause still named."""
    assert letter == mark(asked, before, PATIENCE)


LINES = [
    # as the days have it (12 hours), as it is told, how long a check may take to come
    ("+.+.........", "+.+.........", 70),
    ("+ . + . + . ", "+...+...+...", 130),  # asked every second hour
    ("+.    l.....", "+.ooool.....", 70),
    ("+.    g.....", "+.    g.....", 70),
    ("+.          ", "+..         ", 70),  # the next check may come in the hour after
    ("+x x   x  ..", "+xxxxxxxxx..", 70),  # a failing one is asked more and more rarely
    ("+r          ", "+rrrrrrrrrrr", 70),  # it may ask for a pause of a day
    ("      +.....", "      +.....", 70),
]


@pytest.mark.parametrize(("stored", "told", "minutes"), LINES)
def test_the_hours_between_two_checks(stored: str, told: str, minutes: int) -> None:
    """Waiting is told as what it waits for; a hole stays one unless a later list reached back over it."""
    days = {10: Day(stored + " " * 12, {})}
    assert told == hour_by_hour(days, 240, 251, timedelta(minutes=minutes))


def test_what_no_list_reached_stays_a_hole() -> None:
    """Of an outage the part that a later list no longer reached is blank, the rest was caught up."""
    days = {10: Day("+.        l." + " " * 12, {})}
    assert "+.   oooool." == hour_by_hour(days, 240, 251, patience(600), [(241, 244)])


def test_the_best_entry_point_tells_the_hour() -> None:
    """An outlet was read when one of its entry points was."""
    assert "+.lx " == best([".bxx ", "+.lx "], 5)
    assert "    " == best([], 4)


def test_a_long_window_shows_the_worst() -> None:
    """Several hours to a letter: trouble does not hide among hours that were read, news do not among those without."""
    assert ("+b.", 4) == squeeze("..+...b.....", 3)
    assert ("..b", 1) == squeeze("..b", 48)
