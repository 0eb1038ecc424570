"""The table from signs to states, row by row, and what keeps a state from flapping."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from crawler.health import (
    LOST,
    RULES,
    STATES,
    Asked,
    Change,
    Group,
    Lately,
    Signs,
    Standing,
    State,
    fold,
    is_news,
    judge,
    worst_first,
)
from crawler.usual import WEEK, Usual
from tests.health.rows import DAY, HOUR, NOW

TEN_A_DAY = Usual((10 / 24,) * WEEK, 1000, 400, 1.0)
ONE_A_DAY = Usual((1 / 24,) * WEEK, 1000, 40, 1.0)
UNKNOWN = Usual((0.0,) * WEEK, 5, 0, 1.5)
READ = Asked("read", "ok", "", 12, NOW - 3 * HOUR, True, True)


def signs(**more: Any) -> Signs:
    """Those of a healthy outlet, but for what a test says."""
    values: dict[str, Any] = {
        "outlet": "gazette",
        "home": "https://gazette.example/",
        "now": NOW,
        "asked": READ,
        "usual": TEN_A_DAY,
        "last_new_at": NOW - HOUR,
        "newest_at": NOW - HOUR,
        "day": 10,
        "day_usual": 10.0,
    }
    return Signs(**{**values, **more})


def failing(outcome: str, reason: str = "", run: int = 5, since: timedelta = 5 * HOUR) -> Asked:
    return Asked("failing", outcome, reason, run, NOW - since, True, True)


def was(state: State, since: timedelta = DAY) -> Standing:
    return Standing(state, "", NOW - since, "because", "do this", 1)


def lately(**more: Any) -> Lately:
    values: dict[str, Any] = {
        "tried": 12, "good": 12, "usual_good": 0.95, "articles": 10, "dated": 10, "usual_dated": 0.97,
        "length": 7.6, "usual_length": 7.6, "spread": 0.6, "since": NOW - 6 * HOUR,
    }  # fmt: skip
    return Lately(**{**values, **more})


TABLE: list[tuple[str, Signs, State, str]] = [
    ("all is well", signs(), "ok", "10 articles"),
    ("never read", signs(asked=Asked(), usual=UNKNOWN, last_new_at=None), "new", "not read yet"),
    ("a past too short", signs(usual=UNKNOWN), "learning", "too little"),
    ("a challenge", signs(asked=failing("blocked", "qrator challenge")), "blocked", "qrator challenge"),
    ("closed to a country", signs(asked=failing("blocked", "geo-block")), "blocked", "our country"),
    ("robots.txt", signs(asked=failing("blocked", "robots.txt: disallowed")), "blocked", "robots.txt forbids"),
    ("a login", signs(asked=failing("blocked", "login wall")), "blocked", "login"),
    ("REST off", signs(asked=failing("REST disabled", "no route")), "blocked", "REST"),
    ("pauses", signs(asked=failing("rate-limited", "HTTP 429")), "rate-limited", "429"),
    ("a page for a feed", signs(asked=failing("not a feed", "HTML instead of a feed")), "HTML instead of feed", "page"),
    ("no feed at all", signs(asked=failing("not a feed", "JSON that is no JSON Feed")), "error", "no feed"),
    ("gone", signs(asked=failing("error", "HTTP 404")), "moved", "404"),
    ("led elsewhere", signs(asked=failing("error", "HTTP 302: redirect to / not followed")), "moved", "302"),
    ("a timeout", signs(asked=failing("error", "timeout: 30 s")), "error", "timeout"),
    ("for weeks", signs(asked=failing("error", "HTTP 404", 12, 15 * DAY)), "dead", "15 days"),
    ("refused for weeks", signs(asked=failing("blocked", "forbidden (403)", 12, 15 * DAY)), "blocked", "403"),
    ("no such channel", signs(asked=failing("dead channel", "no channel of this name")), "dead channel", "channel"),
    ("no preview", signs(asked=failing("no preview", "its owner switched the preview off")), "dead channel", "preview"),
    ("all fail at once", signs(asked=failing("error", "timeout: 30 s"), failing_share=0.9, outlets=100), "error", "90 outlets"),
    ("lists nothing", signs(asked=Asked("empty", "empty", "", 5, NOW - 2 * HOUR, True, True)), "empty", "no article"),
    ("articles refused", signs(lately=lately(good=0, refused_by="blocked", refusal="qrator challenge")), "blocked", "12 of the last 12"),
    ("articles missing", signs(lately=lately(good=1, refused_by="failed", refusal="HTTP 500")), "error", "HTTP 500"),
    ("articles unread", signs(lately=lately(good=1, refused_by="rejected", refusal="no text")), "extraction drift", "usually 5 %"),
    ("only leads", signs(lately=lately(length=math.log(300))), "extraction drift", "300 characters"),
    ("chrome swallowed", signs(lately=lately(length=math.log(9000))), "extraction drift", "9,000 characters"),
    ("a wrong table", signs(lately=lately(garbled=9)), "encoding", "9 of the last 10"),
    ("no dates", signs(lately=lately(dated=0)), "undated", "10 of the last 10"),
    ("nothing new", signs(gap=14.0, last_new_at=NOW - 34 * HOUR, day=0), "silent", "34 hours"),
    ("left behind", signs(gap=90.0, last_new_at=NOW - 9 * DAY, newest_at=NOW - 9 * DAY, day=0), "stale feed", "9 days"),
    ("old at first sight", signs(usual=UNKNOWN, newest_at=NOW - 900 * DAY, last_new_at=NOW - 2 * HOUR, day=0), "stale feed", "900 days"),
    ("a few", signs(day=1, day_usual=18.0), "quiet", "1 articles in 24 hours, usually 18"),
]  # fmt: skip


@pytest.mark.parametrize(("found", "state", "said"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_the_table(found: Signs, state: State, said: str) -> None:
    """Each set of signs has its state, and the cause says what was seen."""
    health = judge(found)
    assert state == health.state
    assert said in health.cause


def test_the_table_of_the_tests_is_whole() -> None:
    """Every state there is has a rule and a row above."""
    assert set(STATES) == {rule.state for rule in RULES} == {row[2] for row in TABLE}


def test_what_is_not_well_says_what_to_do() -> None:
    """Each state that costs coverage comes with an advice, and it names the outlet or its home."""
    found = [judge(row[1]) for row in TABLE if row[2] in LOST]
    assert [] == [health.cause for health in found if not health.advice]
    assert any("`rasad outlets check gazette`" in health.advice for health in found)


WELL: list[tuple[str, Signs]] = [
    ("a failure or two", signs(asked=failing("error", "timeout", run=2, since=20 * timedelta(minutes=1)))),
    ("a night without news", signs(gap=2.0, last_new_at=NOW - 9 * HOUR)),
    ("two days of a small outlet", signs(usual=ONE_A_DAY, gap=2.0, last_new_at=NOW - 2 * DAY, day=0, day_usual=1.0)),
    ("three short texts", signs(lately=lately(articles=3, length=5.0))),
    ("one garbled text", signs(lately=lately(garbled=1))),
    ("an empty hour", signs(asked=Asked("empty", "empty", "", 2, NOW - HOUR / 2, True, True))),
    ("half refused, as ever", signs(lately=lately(good=5, usual_good=0.45, refused_by="rejected"))),
]


@pytest.mark.parametrize("found", [row[1] for row in WELL], ids=[row[0] for row in WELL])
def test_chance_is_no_trouble(found: Signs) -> None:
    """What happens to a healthy outlet now and then changes nothing."""
    assert "ok" == judge(replace(found, was=was("ok"))).state


def test_a_host_that_often_fails_is_given_more_tries() -> None:
    """Five failures in a row are a trouble where one of a hundred checks fails, and chance where every fourth does."""
    rarely = failing("error", "timeout", run=5, since=3 * HOUR)
    often = replace(rarely, usual_failing=0.25)
    assert ("error", "ok") == tuple(judge(signs(asked=asked, was=was("ok"))).state for asked in (rarely, often))


RECOVERIES: list[tuple[str, Group, int, float, bool, int, State]] = [
    # name, group of the last checks, how many, for how many hours, more than 304s, changes of the day, state
    ("one answer", "read", 1, 0.0, True, 1, "error"),
    ("answers for half an hour", "read", 6, 1.1, True, 1, "ok"),
    ("only 304", "read", 6, 3.0, False, 1, "error"),
    ("mended for the fourth time today", "read", 6, 1.1, True, 4, "error"),
    ("mended for the fourth time, and for hours", "read", 12, 6.1, True, 4, "ok"),
    ("fails again at once", "failing", 1, 0.0, True, 1, "error"),
]


@pytest.mark.parametrize(
    ("group", "run", "hours", "fresh", "changes", "state"),
    [row[1:] for row in RECOVERIES],
    ids=[row[0] for row in RECOVERIES],
)
def test_mending_takes_a_while(group: Group, run: int, hours: float, fresh: bool, changes: int, state: State) -> None:
    """An outlet that answers again is mended when it does so for a while, longer each time it broke that day."""
    asked = Asked(group, "ok", "", run, NOW - hours * HOUR, fresh, True)
    assert state == judge(signs(asked=asked, was=was("error"), changes_today=changes)).state


def test_thresholds_to_leave_are_not_those_to_enter() -> None:
    """A silence that is half over is still one; the same gap would not have begun it."""
    found = signs(gap=7.0, last_new_at=NOW - 17 * HOUR)
    assert ("ok", "silent") == (judge(found).state, judge(replace(found, was=was("silent"))).state)


def test_a_state_that_stays_keeps_its_beginning() -> None:
    """`since` is when it began and not when it was looked at."""
    found = signs(asked=failing("error", "timeout"), was=was("error", 3 * DAY))
    assert NOW - 3 * DAY == judge(found).since


def test_silence_counts_from_the_last_article() -> None:
    """A new silence began when the last article came."""
    assert NOW - 34 * HOUR == judge(signs(gap=14.0, last_new_at=NOW - 34 * HOUR, day=0)).since


def test_expect_stands_in_for_a_past() -> None:
    """Of a new outlet the YAML's `expect:` tells what is usual; two days without anything are silence."""
    expected = Usual((5 / 24,) * WEEK, 0, 0, 1.5)
    early, late = (
        signs(usual=expected, gap=hours * 5 / 24, last_new_at=NOW - hours * HOUR, day=0) for hours in (40, 90)
    )
    assert ("learning", "silent") == (judge(early).state, judge(late).state)


def change(id: int, name: str, before: State, after: State) -> Change:
    return Change(id, name, before, after, "", NOW, "because", "do this", NOW)


def test_a_day_is_folded() -> None:
    """One change an outlet and day, the worst first; what broke and mended in between is not told."""
    day = [
        change(1, "a", "ok", "silent"),
        change(2, "b", "ok", "error"),
        change(3, "b", "error", "ok"),
        change(4, "a", "silent", "stale feed"),
        change(5, "c", "ok", "blocked"),
    ]
    assert [("c", "ok", "blocked"), ("a", "ok", "stale feed")] == [
        (one.outlet, one.was, one.state) for one in fold(day)
    ]


def test_getting_to_know_an_outlet_is_no_news() -> None:
    """The operator hears what breaks and what is mended, not that a baseline is complete."""
    told = [
        change(1, "a", "new", "learning"),
        change(2, "a", "learning", "ok"),
        change(3, "a", "ok", "dead"),
        change(4, "a", "dead", "ok"),
    ]
    assert [False, False, True, True] == [is_news(one) for one in told]
    assert [False, False, True, False] == [one.broke for one in told]
    assert [False, False, False, True] == [one.mended for one in told]


def test_the_worst_comes_first() -> None:
    """A list of health begins with what needs a person."""
    several = [judge(row[1]) for row in TABLE]
    states = [STATES.index(health.state) for health in worst_first(several)]
    assert sorted(states) == states
