"""What an outlet usually delivers, learnt from its own past. Pure.

A rate for each hour of the week, of the last eight weeks, newer ones counting more. Where there is little past an hour
borrows from its hour of the day, its day of the week and the outlet's mean, and the mean from `expect:` of the YAML.

The time since the last article is measured in expected articles: the sum of the rates of the hours that were read since.
For arrivals of that rate this is exponential with mean 1 whatever the rhythm (time rescaling), so a quiet night or a
free Friday adds next to nothing. News come in bursts, though, so the exponential is stretched to the outlet's own gaps:
Poisson for its shape, the outlet's own quantile for its scale. Each alone fails: Poisson calls every bursty outlet
silent, and the quantile of a few dozen gaps says nothing of one gap in thousands.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

WEEK = 168  # hours
HALF_LIFE_H = 21 * 24.0  # the past of three weeks ago counts half
PRIOR_H = 48.0  # hours of reading that `expect:` weighs as much as
PROFILE = 4.0  # articles an hour of the day, or a day of the week, needs before it is half believed
CELL_H = 4.0  # hours of reading an hour of the week needs for the same
LEARNT_H = 5 * 24.0  # hours read from which on the past is a baseline
TAIL_OF = 20  # of so many gaps the longest is the measure of the tail
FEW_GAPS = 20
FALSE_ALARMS_A_MONTH = 0.01  # of one outlet, that `longest` allows for


@dataclass(frozen=True, slots=True)
class Hours:
    """An outlet's hours, one after the other: which were read, and how much new each brought.

    `first` is the number of the first hour since 1970, UTC, a Thursday.
    """

    first: int
    read: Sequence[bool]
    new: Sequence[float]

    @property
    def end(self) -> int:
        return self.first + len(self.read)

    def last_new(self) -> int | None:
        """The last hour that brought something."""
        return next((self.first + at for at in range(len(self.new) - 1, -1, -1) if self.new[at]), None)


@dataclass(frozen=True, slots=True)
class Usual:
    """The baseline. `rates` are articles an hour, by the hour of the week since Thursday 00:00 UTC."""

    rates: tuple[float, ...]
    hours_read: float
    articles: float  # in those hours
    tail: float  # how much longer its gaps are than those of a Poisson process, at least 1
    spread: float = 1.0  # how much more its days vary than those of a Poisson process (variance over mean), at least 1

    @property
    def a_day(self) -> float:
        return sum(self.rates) / 7

    @property
    def learnt(self) -> bool:
        """Whether the past is long enough to be a baseline."""
        return self.hours_read >= LEARNT_H and self.articles >= 3

    @property
    def longest(self) -> float:
        """How many expected articles may fail to come before it is no chance any more."""
        return self.tail * math.log(max(self.a_day * 30, 1) / FALSE_ALARMS_A_MONTH)

    def expected(self, hours: Hours, since: int, of_last: float = 1.0) -> float:
        """How many articles usually come in the hours of `hours` from number `since` on, of those that were read.

        Of the last hour only the share `of_last` has passed.
        """
        asked = [hour for hour in range(max(since, hours.first), hours.end) if hours.read[hour - hours.first]]
        whole = sum(self.rates[hour % WEEK] for hour in asked)
        unfinished = self.rates[asked[-1] % WEEK] * (1 - of_last) if asked and asked[-1] == hours.end - 1 else 0.0
        return whole - unfinished


def learn(hours: Hours, expect_a_day: float | None = None) -> Usual:
    """The baseline of the past up to the last news: that nothing comes any more is no habit.

    The first hour after a hole brings what came in the hole, so it says nothing of its own rate.
    """
    last = hours.last_new()
    end = hours.first if last is None else last + 1
    read, new = [0.0] * WEEK, [0.0] * WEEK
    hours_read = articles = 0.0
    now = False
    for at in range(end - hours.first):
        before, now = now, hours.read[at]
        if not (now and before):
            continue
        hour = hours.first + at
        weight = 0.5 ** ((end - hour) / HALF_LIFE_H)
        read[hour % WEEK] += weight
        new[hour % WEEK] += weight * hours.new[at]
        hours_read += 1
        articles += hours.new[at]
    rates = _rates(read, new, expect_a_day)
    return Usual(rates, hours_read, articles, _tail(hours, end, rates), _spread(hours, end, rates))


def _rates(read: Sequence[float], new: Sequence[float], expect_a_day: float | None) -> tuple[float, ...]:
    prior_h = PRIOR_H if expect_a_day is not None else 0.0
    total = sum(read) + prior_h
    mean = (sum(new) + prior_h * (expect_a_day or 0.0) / 24) / total if total else 0.0
    if not mean:
        return (0.0,) * WEEK
    of_hour = [_share(read[h::24], new[h::24], mean) for h in range(24)]
    of_day = [_share(read[24 * d : 24 * d + 24], new[24 * d : 24 * d + 24], mean) for d in range(7)]
    rates = []
    for slot in range(WEEK):
        # The neighbours lend their numbers: clocks change by an hour twice a year, and news are not that punctual.
        near = [(slot - 1) % WEEK, slot, (slot + 1) % WEEK]
        found, asked = sum(new[at] for at in near), sum(read[at] for at in near)
        guess = mean * of_hour[slot % 24] * of_day[slot // 24]
        rates.append((found + CELL_H * guess) / (asked + CELL_H))
    return tuple(rates)


def _share(read: Sequence[float], new: Sequence[float], mean: float) -> float:
    """How many times the mean these hours bring; 1 as long as they say little."""
    return (sum(new) + PROFILE) / (sum(read) * mean + PROFILE)


def _tail(hours: Hours, end: int, rates: Sequence[float]) -> float:
    """The outlet's own long gaps (19 of 20 are shorter) over those of a Poisson process."""
    gaps: list[float] = []
    gap, begun = 0.0, False
    for at in range(end - hours.first):
        if hours.new[at]:
            if begun:
                gaps.append(gap)
            gap, begun = 0.0, True
        elif hours.read[at]:
            gap += rates[(hours.first + at) % WEEK]
    if len(gaps) < FEW_GAPS:
        return 1.5
    gaps.sort()
    return max(1.0, gaps[len(gaps) * (TAIL_OF - 1) // TAIL_OF] / math.log(TAIL_OF))


def _spread(hours: Hours, end: int, rates: Sequence[float]) -> float:
    """How far its days lie from what was to be expected of them."""
    excess: list[float] = []
    for start in range(0, end - hours.first - 23, 24):
        expected = sum(rates[(hours.first + at) % WEEK] for at in range(start, start + 24) if hours.read[at])
        if expected > 0:
            excess.append((sum(hours.new[start : start + 24]) - expected) ** 2 / expected)
    return max(1.0, sum(excess) / len(excess)) if len(excess) >= 7 else 2.0


def chance_of_few(found: float, expected: float, spread: float) -> float:
    """How likely `found` articles or fewer are where `expected` usually come, for an outlet with that spread."""
    mean, most = expected / spread, int(found / spread)
    term = total = math.exp(-mean)
    for count in range(1, most + 1):
        term *= mean / count
        total += term
    return min(1.0, total)


def chance_of_few_of(found: int, tries: int, share: float) -> float:
    """How likely `found` or fewer of `tries` are where `share` of them usually are (binomial)."""
    share = min(max(share, 1e-6), 1 - 1e-6)
    return min(
        1.0,
        sum(math.comb(tries, count) * share**count * (1 - share) ** (tries - count) for count in range(found + 1)),
    )
