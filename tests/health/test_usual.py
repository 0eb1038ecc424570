"""What is usual: rhythms are learnt, and a gap is measured in articles that did not come."""

from __future__ import annotations

from random import Random

import pytest

from crawler.usual import WEEK, Hours, chance_of_few, learn

WEEKS = 8


def lived(pattern: list[int], weeks: int = WEEKS) -> Hours:
    """So many articles each hour of the week, all hours read."""
    return Hours(0, [True] * (WEEK * weeks), [float(count) for count in pattern * weeks])


OFFICE = [2 if 8 <= hour % 24 < 18 and hour // 24 < 5 else 0 for hour in range(WEEK)]


def test_a_rhythm_is_learnt() -> None:
    """An office that writes by day and on weekdays is expected to do so, and nothing at night or at the weekend."""
    usual = learn(lived(OFFICE))
    noon, night, weekend = usual.rates[12], usual.rates[2], usual.rates[5 * 24 + 12]
    assert noon == pytest.approx(2, abs=0.2)
    assert night < 0.1 and weekend < 0.3
    assert usual.a_day == pytest.approx(100 / 7, rel=0.1)
    assert usual.learnt


def test_a_weekend_off_is_no_gap() -> None:
    """Sixty hours of a weekend weigh less than one working morning."""
    hours = lived(OFFICE)
    usual = learn(hours)
    silent = Hours(0, [True] * WEEK * 2, [0.0] * WEEK * 2)
    weekend = sum(usual.rates[hour] for hour in range(4 * 24 + 18, 7 * 24))
    assert weekend < 4 < usual.expected(silent, 7 * 24 + 8) - usual.expected(silent, 7 * 24 + 14)


def test_hours_that_were_not_read_count_for_nothing() -> None:
    """While the machine was off nothing was expected, and the hour after it tells nothing of its own rate."""
    pattern = [1.0] * 24 * 14
    hours = Hours(0, [True] * 24 * 14, pattern)
    off = Hours(
        0, [True] * 24 * 7 + [False] * 24 + [True] * 24 * 6, [1.0] * 24 * 7 + [0.0] * 24 + [25.0] + [1.0] * (24 * 6 - 1)
    )
    assert learn(off).a_day == pytest.approx(learn(hours).a_day, rel=0.02)


def test_silence_is_not_learnt() -> None:
    """What an outlet usually delivers ends with its last article: three weeks of nothing do not become usual."""
    lively = lived(OFFICE)
    silent = Hours(0, [*lively.read, *[True] * 24 * 21], [*lively.new, *[0.0] * 24 * 21])
    assert learn(silent).a_day == pytest.approx(learn(lively).a_day)


def test_expect_counts_until_the_past_does() -> None:
    """The YAML's word stands for an outlet without a past and fades as one is learnt."""
    nothing = Hours(0, [True] * 3, [0.0] * 3)
    assert learn(nothing, 12.0).a_day == pytest.approx(12, rel=0.1)
    assert learn(lived(OFFICE), 200.0).a_day == pytest.approx(100 / 7, rel=0.8)
    assert learn(nothing).a_day == 0 and not learn(nothing, 12.0).learnt


def test_bursts_stretch_the_limit() -> None:
    """An outlet that writes in bursts may be silent for longer than one with the same number of articles evenly."""
    rng = Random(5)
    even = Hours(0, [True] * WEEK * WEEKS, [float(rng.random() < 0.25) for _ in range(WEEK * WEEKS)])
    bursts = Hours(0, [True] * WEEK * WEEKS, [8.0 * (rng.random() < 0.25 / 8) for _ in range(WEEK * WEEKS)])
    assert learn(even).a_day == pytest.approx(learn(bursts).a_day, rel=0.4)
    assert learn(bursts).longest > 1.5 * learn(even).longest


def test_the_limit_grows_with_the_number_of_gaps() -> None:
    """A busy outlet has more gaps a month that chance may stretch, so its limit in articles is higher."""
    rare = learn(lived([1 if hour % 56 == 0 else 0 for hour in range(WEEK)]))
    busy = learn(lived([5] * WEEK))
    assert busy.longest / busy.tail > rare.longest / rare.tail > 6


@pytest.mark.parametrize(
    ("found", "expected", "spread", "low"), [(0, 10, 1, True), (5, 10, 1, False), (0, 10, 3, False), (3, 30, 2, True)]
)
def test_how_likely_few_are(found: int, expected: float, spread: float, low: bool) -> None:
    """Few where many are expected is unlikely, less so for an outlet whose days vary."""
    assert low == (chance_of_few(found, expected, spread) < 1e-3)
