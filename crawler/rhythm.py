"""How often an entry point is read: what it published so far, and from that the wait until the next check. Pure.

    rhythm = learn(rhythm, prior, arrivals, since, until)   # after each check: what came, and how long nobody had looked
    prior  = prior_of(rhythms)                              # what is usual among all entry points
    pace   = pace_of(loads, checks_a_day, ...)              # the c that makes all waits together fit the budget
    wait   = wait_of(rhythm, terms, pace, now)              # T = clamp(c / sqrt(rate x hour of the week), min, max)

The square root is what makes the sum of all delays smallest at a given number of checks (Cho and Garcia-Molina, Effective
page refresh policies, 2003, have the same for freshness). Rates are per hour. Little history is shrunk to the prior: a
gamma distribution over rates, so that a feed seen for an hour is neither dead nor a news agency.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from math import sqrt
from random import Random
from typing import Any

HOUR = timedelta(hours=1)
HALF_LIFE = timedelta(days=14)  # of what is known about the rate and its hours
LOOK_BACK = timedelta(days=28)  # of the dates in a first reading: older ones say little of today
HEAT_HALF_LIFE = timedelta(hours=2)  # of what is known about a burst
HEAT_SPAN = timedelta(hours=6)
HEAT_SHRINK = 2.0  # articles the rhythm itself is worth against those of the last hours
HOUR_SHRINK, DAY_SHRINK = 4.0, 8.0  # articles that an even hour of the day, an even day of the week are worth
JITTER = 0.1  # a wait is shortened by up to so much, so that outlets that start together drift apart
_MEAN_JITTER = 1 - JITTER / 2
_HOURS, _DAYS = 24, 7
_EMPTY = (0.0,) * (_HOURS + _DAYS)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What an entry point published, what is longer ago weighing less.

    `seen` counts articles and `watched` hours, by hour of the day (UTC, 24) and then by day of the week (7). `heat` is
    the articles of the last hours beside those that were to be expected.
    """

    seen: tuple[float, ...] = _EMPTY
    watched: tuple[float, ...] = _EMPTY
    heat: float = 0.0
    heat_expected: float = 0.0
    until: datetime | None = None

    @property
    def articles(self) -> float:
        return sum(self.seen[:_HOURS])

    @property
    def hours(self) -> float:
        return sum(self.watched[:_HOURS])


@dataclass(frozen=True, slots=True)
class Prior:
    """A gamma distribution over rates: `shape` is worth so many articles, `mean` is articles an hour."""

    mean: float = 1.0
    shape: float = 0.5


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for one entry point whatever its rhythm. `span` is how far its last list reached back."""

    every: timedelta | None = None  # a fixed interval, as the configuration asks for
    priority: float = 1.0  # twice the priority is twice the checks
    span: timedelta | None = None
    expected_a_day: float | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """What holds for all entry points: c of the square root (in sqrt(hours)), the prior and the bounds."""

    c: float
    prior: Prior
    shortest: timedelta
    longest: timedelta


def to_json(rhythm: Rhythm) -> dict[str, Any]:
    """The rhythm as it is stored in a column."""
    if rhythm.until is None:
        return {}
    return {
        "seen": [round(number, 4) for number in rhythm.seen],
        "watched": [round(number, 4) for number in rhythm.watched],
        "heat": [round(rhythm.heat, 4), round(rhythm.heat_expected, 4)],
        "until": rhythm.until.isoformat(),
    }


def from_json(stored: Mapping[str, Any]) -> Rhythm:
    """The rhythm of a column; of an empty one that of nothing seen."""
    if not stored:
        return Rhythm()
    heat, expected = stored["heat"]
    until = datetime.fromisoformat(stored["until"])
    return Rhythm(tuple(stored["seen"]), tuple(stored["watched"]), heat, expected, until)


def learn(rhythm: Rhythm, prior: Prior, arrivals: Iterable[datetime], since: datetime, until: datetime) -> Rhythm:
    """The rhythm after `until`, when nothing but `arrivals` came since `since`; what lies outside is not counted."""
    since = max(since, until - LOOK_BACK, rhythm.until or since)
    came = sorted(at for at in arrivals if since <= at <= until)
    kept = _kept(rhythm.until, until, HALF_LIFE)
    seen, watched = [one * kept for one in rhythm.seen], [one * kept for one in rhythm.watched]
    for hour, day, hours in _pieces(since, until):
        watched[hour] += hours
        watched[_HOURS + day] += hours
    for at in came:
        seen[at.hour] += 1
        seen[_HOURS + at.weekday()] += 1
    cooled = _kept(rhythm.until, until, HEAT_HALF_LIFE)
    heat, expected = rhythm.heat * cooled, rhythm.heat_expected * cooled
    if rhythm.until is not None:
        start, rates = max(since, until - HEAT_SPAN), _Rates(rhythm, prior)
        heat += sum(at >= start for at in came)
        expected += sum(rates.at(hour, day) * hours for hour, day, hours in _pieces(start, until))
    return Rhythm(tuple(seen), tuple(watched), heat, expected, until)


def own_prior(terms: Terms, usual: Prior) -> Prior:
    """The prior of one entry point: what its outlet's `expect` says goes before what is usual."""
    if terms.expected_a_day is None:
        return usual
    return Prior(max(terms.expected_a_day, 0.01) / 24, 2.0)


def prior_of(rhythms: Iterable[Rhythm]) -> Prior:
    """Mean and shape of the rates known so far, by their moments; a default while fewer than five are known."""
    rates = [rhythm.articles / rhythm.hours for rhythm in rhythms if rhythm.hours >= 24]
    mean = sum(rates) / len(rates) if rates else 0.0
    if len(rates) < 5 or mean <= 0:
        return Prior()
    variance = sum((rate - mean) ** 2 for rate in rates) / len(rates)
    return Prior(mean, min(max(mean * mean / variance, 0.2), 5.0) if variance > 0 else 5.0)


def rate_of(rhythm: Rhythm, prior: Prior) -> float:
    """Articles an hour over a whole week: what was seen, shrunk to the prior."""
    return (prior.shape + rhythm.articles) / (prior.shape / prior.mean + rhythm.hours)


class _Rates:
    """Expected articles an hour by hour of the day and day of the week, without the burst of the moment."""

    def __init__(self, rhythm: Rhythm, prior: Prior) -> None:
        self.mean = rate_of(rhythm, prior)
        raw = rhythm.articles / rhythm.hours if rhythm.hours else 0.0
        hours = _factors(rhythm.seen[:_HOURS], [raw * one for one in rhythm.watched[:_HOURS]], HOUR_SHRINK)
        days = _factors(rhythm.seen[_HOURS:], [raw * one for one in rhythm.watched[_HOURS:]], DAY_SHRINK)
        # An hour's neighbours know something of it.
        self._hours = [(hours[at - 1] + 2 * hours[at] + hours[(at + 1) % _HOURS]) / 4 for at in range(_HOURS)]
        self._days = days

    def at(self, hour: int, day: int) -> float:
        return self.mean * self._hours[hour] * self._days[day]


def _factors(seen: Sequence[float], expected: Sequence[float], shrink: float) -> list[float]:
    return [(shrink + came) / (shrink + due) for came, due in zip(seen, expected, strict=True)]


def _burst(rhythm: Rhythm, now: datetime) -> float:
    """How many times the expected comes at the moment."""
    cooled = _kept(rhythm.until, now, HEAT_HALF_LIFE)
    return (HEAT_SHRINK + rhythm.heat * cooled) / (HEAT_SHRINK + rhythm.heat_expected * cooled)


def wait_of(rhythm: Rhythm, terms: Terms, pace: Pace, now: datetime) -> timedelta:
    """From `now` to the next check while all is well, before jitter.

    c / sqrt(rate x hour of the week), integrated over the hours it crosses: a wait that begins in a quiet night ends when
    the morning's articles come. Never longer than half the span of the list, or what came between two checks is lost.
    """
    if terms.every is not None:
        return min(max(terms.every, pace.shortest), pace.longest)
    longest = _longest(terms, pace)
    rates, burst = _Rates(rhythm, own_prior(terms, pace.prior)), _burst(rhythm, now)
    share, waited = 0.0, 0.0
    for hour, day, hours in _pieces(now, now + longest):
        speed = terms.priority * sqrt(rates.at(hour, day) * burst) / pace.c
        if share + speed * hours >= 1:
            return max(HOUR * (waited + (1 - share) / speed), pace.shortest)
        share, waited = share + speed * hours, waited + hours
    return longest


def jittered(wait: timedelta, rng: Random) -> timedelta:
    """The wait, a little shorter: no bound is exceeded by chance."""
    return wait * (1 - JITTER * rng.random())


def pace_of(
    loads: Iterable[tuple[Rhythm, Terms]], checks_a_day: float, shortest: timedelta, longest: timedelta
) -> Pace:
    """The pace at which these entry points are read `checks_a_day` times each on average, over a week.

    Those with an interval of their own are no part of it. Bounds go before the budget.
    """
    known = list(loads)
    prior = prior_of(rhythm for rhythm, _ in known)
    bounds = Pace(1.0, prior, shortest, longest)
    week: list[tuple[float, list[float]]] = []  # (longest wait in hours, checks an hour at c = 1 for each hour)
    for rhythm, terms in known:
        if terms.every is None:
            rates = _Rates(rhythm, own_prior(terms, prior))
            speeds = [terms.priority * sqrt(rates.at(*place)) for place in product(range(_HOURS), range(_DAYS))]
            week.append((_longest(terms, bounds) / HOUR, speeds))
    low, high = 1e-3, 1e3
    for _ in range(30):
        c = sqrt(low * high)
        checks = sum(_checks(speeds, c, shortest / HOUR, most) for most, speeds in week)
        low, high = (c, high) if checks > checks_a_day * len(week) else (low, c)
    return Pace(sqrt(low * high), prior, shortest, longest)


def _checks(speeds: Sequence[float], c: float, least: float, most: float) -> float:
    """Checks a day at this c, jitter included."""
    return 24 * sum(1 / max(min(c / speed, most), least) for speed in speeds) / len(speeds) / _MEAN_JITTER


def _longest(terms: Terms, pace: Pace) -> timedelta:
    half = terms.span / 2 if terms.span is not None else pace.longest
    return max(min(half, pace.longest), pace.shortest)


def span_of(dates: Iterable[datetime], now: datetime) -> timedelta | None:
    """How far back a list reaches: from its newest to its oldest date; None where its dates do not tell.

    Dates of the future do not count, and of ten or more the oldest tenth does not: an old story pinned to a list would
    make it look long.
    """
    told = sorted(at for at in dates if at <= now)
    if len(set(told)) < 3:
        return None
    return told[-1] - told[len(told) // 10]


def _kept(since: datetime | None, until: datetime, half_life: timedelta) -> float:
    return float(0.5 ** (max(until - since, timedelta(0)) / half_life)) if since is not None else 1.0


def _pieces(since: datetime, until: datetime) -> Iterator[tuple[int, int, float]]:
    """(hour of the day, day of the week, hours) of a time, cut at full hours."""
    at = since
    while at < until:
        end = min(at.replace(minute=0, second=0, microsecond=0) + HOUR, until)
        yield at.hour, at.weekday(), (end - at) / HOUR
        at = end
