"""Coverage: what was read hour by hour, what a watchlist sees of it, and when its readers must be told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts import scope, subscriptions, watchlists
from alerts.models import Chat
from alerts.query import parse
from crawler import coverage, health_rows
from crawler.coverage import Coverage, OutletCoverage, lost_coverage, regained_coverage
from crawler.db import Database
from crawler.health import Change, State
from crawler.outlets import Leaning
from tests.health.rows import DAY, HOUR, NOW, check, checks, entry_point, healthy, outlet, outlets

CHAT = "console:"


def test_an_outage_of_ours_is_a_hole(database: Database) -> None:
    """Six hours off are told: a hole where the next list no longer reached back, caught up where it did."""
    with database.begin() as session:
        lost = {"hole_since": NOW - 10 * HOUR, "hole_until": NOW - 5 * HOUR}
        for name, hole in (("gazette", {}), ("herald", lost)):
            point = healthy(session, name, until=NOW - 10 * HOUR)
            check(session, point, NOW - 4 * HOUR, saved=5, **hole)
            checks(session, point, NOW - 3.5 * HOUR, NOW)
    known = outlets(outlet("gazette"), outlet("herald"))
    health_rows.keep(database, known, NOW)
    with database.read() as session:
        found = coverage.summary(session, known, NOW, window=timedelta(hours=12))
    gazette, herald = (one.hours for one in found.outlets)
    assert ("ooooo" in gazette, "     g" in herald) == (True, True)
    (off,) = found.holes
    assert (off[0].hour, off[1].hour) == (3, 8)


def test_the_line_names_what_was_not_read(sqlite_database: Database) -> None:
    """The daily line: how many of how many, the others by why; what was judged last counts."""
    with sqlite_database.begin() as session:
        healthy(session, "gazette")
        point = healthy(session, "herald", until=NOW - 5 * HOUR)
        checks(session, point, NOW - 5 * HOUR, NOW, "blocked", reason="qrator challenge")
        checks(session, entry_point(session, "tribune"), NOW - HOUR, NOW)
    known = outlets(*map(outlet, ("gazette", "herald", "tribune", "unread")))
    health_rows.keep(sqlite_database, known, NOW)
    with sqlite_database.read() as session:
        found = coverage.summary(session, known, NOW)
        of_one = coverage.summary(session, known, NOW, only=["herald"])
    assert "1 of 4 outlets read; blocked: herald; new: unread; not read long enough: tribune" == found.line()
    assert ("0 of 1 outlets read; blocked: herald", ("herald",)) == (of_one.line(), of_one.blocked)
    assert ["gazette"] == [one.outlet for one in found.outlets if one.read]


def test_long_lists_are_cut() -> None:
    """A line names five outlets of a kind and counts the others."""
    several = tuple(OutletCoverage(f"o{number}", "", "x" * 24, "error") for number in range(8))
    assert "0 of 8 outlets read; error: o0, o1 and 6 more" == Coverage(NOW - DAY, NOW, several).line(most=2)


OUTLETS = outlets(
    outlet("sana", languages=["ar"], country="SY", leaning=[Leaning(label="state")]),
    outlet("tass", languages=["ru"], country="RU", leaning=[Leaning(label="Russian state")]),
    outlet("bbc", languages=["en", "ar"], country="GB"),
)
SCOPES = [
    ("killed", {"sana", "tass", "bbc"}),
    ("killed AND outlet:tass", {"tass"}),
    ("killed AND (outlet:tass OR outlet:SANA)", {"tass", "sana"}),
    ("killed NOT outlet:tass", {"sana", "bbc"}),
    ("killed AND lang:ar", {"sana", "bbc"}),
    ("killed NOT lang:ar", {"tass", "bbc"}),  # the other language of that outlet
    ("killed country:RU", {"tass"}),
    ("killed leaning:state", {"sana", "tass"}),
    ("killed AND (Homs OR outlet:tass)", {"sana", "tass", "bbc"}),
    ("killed NOT (outlet:tass OR outlet:sana)", {"bbc"}),
    ("killed NOT (outlet:tass AND Homs)", {"sana", "tass", "bbc"}),
    ("same-sentence(killed, Homs) lang:ru", {"tass"}),
]


@pytest.mark.parametrize(("query", "seen"), SCOPES)
def test_what_a_watch_can_see(query: str, seen: set[str]) -> None:
    """A watch sees the outlets of which an article may meet it."""
    assert seen == scope.scope([parse(query)], OUTLETS, NOW.date())


def test_what_a_list_can_see() -> None:
    """A list sees what one of its watches sees; one without an outlet, a language or a country sees all."""
    some, every = [parse("killed outlet:tass"), parse("killed lang:en")], [parse("killed outlet:tass"), parse("Вагнер")]
    assert ({"tass", "bbc"}, set(OUTLETS)) == tuple(set(scope.scope(one, OUTLETS, NOW.date())) for one in (some, every))


def test_only_subscribed_lists_count(sqlite_database: Database) -> None:
    """A list nobody who can be reached has subscribed to interrupts nobody."""
    with sqlite_database.begin() as session:
        for name in ("read", "unread", "suspended"):
            watchlists.add(session, "killed outlet:tass", NOW, watchlist=name)
        subscriptions.subscribe(session, "read", CHAT, NOW)
        subscriptions.subscribe(session, "suspended", "telegram:5", NOW)
        session.get_one(Chat, "telegram:5").suspended = "blocked by user"
        session.flush()
        assert {"read": {"tass"}} == scope.subscribed(session, OUTLETS, NOW.date())


def change(name: str, before: State, after: State, id: int = 1) -> Change:
    return Change(id, name, before, after, "", NOW, "because", "", NOW)


def test_a_narrow_list_misses_each_outlet() -> None:
    """A list that sees ten outlets or fewer is told of each one lost, and of each one that is back."""
    scopes = {"narrow": {"a", "b"}, "other": {"b"}}
    lost = lost_coverage([change("a", "ok", "silent")], {"a": "silent", "b": "ok"}, scopes)
    back = regained_coverage([change("a", "silent", "quiet")], {"a": "quiet", "b": "ok"}, scopes)
    assert [("narrow", ("a",), 1, 2)] == [(one.watchlist, one.outlets, one.read, one.of) for one in lost]
    assert [("narrow", ("a",), 2, 2)] == [(one.watchlist, one.outlets, one.read, one.of) for one in back]


def test_a_wide_list_misses_many() -> None:
    """Of forty outlets one lost is for the daily message; the eleventh takes the list below three quarters, once."""
    names = [f"o{number}" for number in range(40)]

    def told(broken: int) -> int:
        states: dict[str, State] = {name: "error" if place < broken else "ok" for place, name in enumerate(names)}
        return len(lost_coverage([change(names[broken - 1], "ok", "error")], states, {"wide": names}))

    assert [0, 0, 1, 0] == [told(broken) for broken in (1, 10, 11, 12)]


def test_what_mended_meanwhile_is_no_loss() -> None:
    """An outlet that broke and is back within the changes looked at interrupts nobody."""
    both = [change("a", "ok", "error", 1), change("a", "error", "ok", 2)]
    assert (
        []
        == lost_coverage(both, {"a": "ok"}, {"narrow": ["a"]})
        == regained_coverage(both, {"a": "ok"}, {"narrow": ["a"]})
    )


def test_getting_worse_is_lost_once() -> None:
    """From silent to stale nothing more is lost; a day with fewer articles is no loss at all."""
    for before, after in (("silent", "stale feed"), ("ok", "quiet"), ("learning", "ok")):
        assert [] == lost_coverage([change("a", before, after)], {"a": after}, {"narrow": ["a"]})  # type: ignore[arg-type,dict-item]
