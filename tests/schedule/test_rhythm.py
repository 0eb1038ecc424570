"""How often an entry point is read: from what it published, within the bounds, the budget and the span of its list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as some

from crawler import rhythm
from crawler.rhythm import HOUR, Pace, Prior, Rhythm, Terms

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
PACE = Pace(0.5, Prior(), 2 * MINUTE, 30 * MINUTE)


def watched(a_day: float, days: int = 14, hours: range = range(24), start: datetime = MONDAY) -> Rhythm:
    """What is known after so many days of checks every half hour, with articles spread evenly over these hours."""
    gap = len(hours) * HOUR / a_day
    known, owed = Rhythm(until=start), timedelta(0)
    for step in range(days * 48):
        since = start + step * HOUR / 2
        owed += HOUR / 2 if since.hour in hours else timedelta(0)
        came, owed = int(owed / gap), owed % gap
        known = rhythm.learn(known, Prior(), [since + MINUTE] * came, since, since + HOUR / 2)
    return known


def test_wait_is_c_over_the_root_of_the_rate() -> None:
    """A source of a hundred articles a day is read twice as often as one of twenty-five."""
    loose = Pace(0.5, Prior(), timedelta(seconds=1), DAY)
    often, seldom = (rhythm.wait_of(watched(rate), Terms(), loose, MONDAY + 14 * DAY) for rate in (100, 25))
    assert 2.0 == pytest.approx(seldom / often, rel=0.1)


def test_hours_without_articles_are_read_less() -> None:
    """Who publishes from six to twelve is read seldom at three in the morning."""
    known = watched(48, hours=range(6, 12))
    night, morning = (
        rhythm.wait_of(known, Terms(), Pace(0.4, Prior(), MINUTE, 6 * HOUR), MONDAY + 14 * DAY + hour * HOUR)
        for hour in (20, 9)
    )
    assert night > 3 * morning


def test_wait_that_begins_at_night_ends_in_the_morning() -> None:
    """The hours it crosses count, not the one it begins in: the first articles of the day do not wait for the night's."""
    known, loose = watched(48, hours=range(6, 12)), Pace(4.0, Prior(), MINUTE, DAY)
    before_dawn = rhythm.wait_of(known, Terms(), loose, MONDAY + 14 * DAY + 5 * HOUR)
    assert before_dawn < rhythm.wait_of(known, Terms(), loose, MONDAY + 14 * DAY + 14 * HOUR) / 2


def test_weekend_without_articles_is_read_less() -> None:
    """Six weeks of silent Sundays make the next one quiet."""
    known = Rhythm(until=MONDAY)
    for day in range(42):
        since = MONDAY + day * DAY
        came = [] if since.weekday() == 6 else [since + hour * HOUR for hour in range(24)]
        known = rhythm.learn(known, Prior(), came, since, since + DAY)
    sunday, tuesday = (
        rhythm.wait_of(known, Terms(), Pace(0.2, Prior(), MINUTE, DAY), MONDAY + (42 + day) * DAY + 12 * HOUR)
        for day in (6, 1)
    )
    assert sunday > 1.5 * tuesday


def test_burst_is_read_more_often_and_forgotten() -> None:
    """Ten articles within the hour shorten the wait; a day later it is what it was."""
    calm, now = watched(12), MONDAY + 14 * DAY
    stormy = rhythm.learn(calm, Prior(), [now + k * MINUTE for k in range(10)], now, now + HOUR / 2)
    quiet = rhythm.learn(calm, Prior(), [], now, now + HOUR / 2)
    loose = Pace(0.5, Prior(), MINUTE, DAY)
    storm, still = (rhythm.wait_of(one, Terms(), loose, now + HOUR / 2) for one in (stormy, quiet))
    later, usual = (rhythm.wait_of(one, Terms(), loose, now + DAY) for one in (stormy, quiet))
    assert storm < 0.6 * still
    assert later > 0.8 * usual


@given(
    a_day=some.floats(0.01, 5_000),
    hours=some.floats(0.0, 400),
    span=some.one_of(some.none(), some.floats(0, 96)),
    priority=some.floats(0.1, 10),
    seed=some.integers(0, 9),
)
def test_bounds_hold_whatever_was_seen(
    a_day: float, hours: float, span: float | None, priority: float, seed: int
) -> None:
    """Between the shortest and the longest wait, and never longer than half the span unless that is too short."""
    known = rhythm.learn(Rhythm(), Prior(), [MONDAY] * int(a_day * hours / 24), MONDAY - hours * HOUR, MONDAY)
    terms = Terms(priority=priority, span=None if span is None else span * HOUR)
    wait = rhythm.jittered(rhythm.wait_of(known, terms, PACE, MONDAY), Random(seed))
    assert PACE.shortest * (1 - rhythm.JITTER) <= wait <= PACE.longest
    if span is not None:
        assert wait <= max(span * HOUR / 2, PACE.shortest)


def test_fixed_interval_goes_before_what_was_learnt() -> None:
    """`every:` is kept, within the bounds; priority and rate do not matter."""
    waits = [rhythm.wait_of(watched(200), Terms(every=every), PACE, MONDAY) for every in (7 * MINUTE, DAY, MINUTE / 2)]
    assert [7 * MINUTE, 30 * MINUTE, 2 * MINUTE] == waits


def test_priority_multiplies_checks() -> None:
    """Twice the priority is half the wait."""
    loose, known = Pace(0.5, Prior(), timedelta(seconds=1), DAY), watched(48)
    plain, dear = (rhythm.wait_of(known, Terms(priority=p), loose, MONDAY + 14 * DAY) for p in (1.0, 2.0))
    assert 2.0 == pytest.approx(plain / dear, rel=0.05)


@pytest.mark.parametrize("budget", [60.0, 96.0, 200.0])
def test_all_together_keep_to_the_budget(budget: float) -> None:
    """Entry points of very different rates are read so many times a day on average; counted over a simulated day."""
    loads = [(watched(rate), Terms(priority=1 + rate % 2)) for rate in (0.3, 1, 3, 10, 30, 100, 300)]
    pace = rhythm.pace_of(loads, budget, 2 * MINUTE, 30 * MINUTE)
    checks, rng, start = 0, Random(1), MONDAY + 15 * DAY
    for known, terms in loads:
        now = start
        while now < start + DAY:
            now += rhythm.jittered(rhythm.wait_of(known, terms, pace, now), rng)
            checks += 1
    assert budget == pytest.approx(checks / len(loads), rel=0.1)


def test_bounds_go_before_the_budget() -> None:
    """Nobody waits longer than the longest wait because little may be spent."""
    pace = rhythm.pace_of([(watched(5), Terms())], 2.0, 2 * MINUTE, 30 * MINUTE)
    assert 30 * MINUTE == rhythm.wait_of(watched(5), Terms(), pace, MONDAY + 14 * DAY)


def test_little_history_is_shrunk_to_the_prior() -> None:
    """An hour without an article does not make a source dead, ten within minutes not an agency; `expect` weighs more."""
    prior = Prior(mean=1.0, shape=0.5)
    silent = rhythm.learn(Rhythm(), prior, [], MONDAY, MONDAY + HOUR)
    busy = rhythm.learn(Rhythm(), prior, [MONDAY] * 10, MONDAY, MONDAY + HOUR)
    expected = rhythm.own_prior(Terms(expected_a_day=240), prior)
    assert 0.2 < rhythm.rate_of(silent, prior) < 1.0 < rhythm.rate_of(busy, prior) < 10
    assert rhythm.rate_of(silent, expected) > 1.5


def test_prior_is_what_is_usual_among_the_others() -> None:
    """Of sources alike the prior is narrow, of very different ones wide."""
    alike = rhythm.prior_of([watched(24) for _ in range(6)])
    mixed = rhythm.prior_of([watched(rate) for rate in (1, 2, 4, 40, 400, 2)])
    assert 1.0 == pytest.approx(alike.mean, rel=0.05)
    assert alike.shape > 10 * mixed.shape
    assert Prior() == rhythm.prior_of([watched(24)])


@pytest.mark.parametrize(
    ("ages_h", "span_h"),
    [
        ((0, 1, 2, 3), 3),
        ((5, 6, 29), 24),
        ((1, 1, 1, 1), None),  # stamped with the time the feed was made
        ((0, 2), None),
        ((), None),
        ((-48, 0, 1, 2), 2),  # a date of the future
        ((*range(10), 9_000), 9),  # an old story pinned to the list
    ],
)
def test_span_is_what_the_list_reaches_back(ages_h: tuple[int, ...], span_h: int | None) -> None:
    """From the newest to the oldest date, without the future and without what is pinned."""
    dates = [MONDAY - age * HOUR for age in ages_h]
    assert (None if span_h is None else span_h * HOUR) == rhythm.span_of(dates, MONDAY)


def test_rhythm_survives_its_column() -> None:
    """What was learnt before a restart is known after it."""
    known = watched(30, days=3)
    again = rhythm.from_json(rhythm.to_json(known))
    now = MONDAY + 3 * DAY
    assert abs(rhythm.wait_of(known, Terms(), PACE, now) - rhythm.wait_of(again, Terms(), PACE, now)) < MINUTE / 60
    assert rhythm.from_json({}) == Rhythm()


def test_what_is_long_ago_weighs_less() -> None:
    """A source that doubled its output is known to have after a few weeks."""
    changed = watched(20, days=28)
    grown = rhythm.learn(changed, Prior(), [], MONDAY + 28 * DAY, MONDAY + 28 * DAY)
    for day in range(28):
        since = MONDAY + (28 + day) * DAY
        grown = rhythm.learn(grown, Prior(), [since + k * HOUR / 4 for k in range(80)], since, since + DAY)
    assert rhythm.rate_of(grown, Prior()) * 24 > 60
