"""How soon an outlet that fails is noticed, and how often a healthy one is blamed: invented outlets, injected faults.

Outlets of five sizes with the rhythm of a day and a week, bursts, hosts that fail now and then and one that flaps. Eight
weeks are their past; then either nothing happens for four weeks, or one fault does and stays.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median

from crawler.health import LOST, Asked, Health, Standing, State, judge
from crawler.outlets import EntryPointFact, Outlet
from crawler.signs import Series, signs_of
from crawler.tally import hour_of
from crawler.usual import Hours, Usual, learn
from tests.quality.figure import Figure, Skipped

START = datetime(2026, 8, 3, tzinfo=UTC)  # a Monday
SEED = 7102  # the thresholds were chosen with another one, 20261122
PAST_H, WATCHED_H = 56 * 24, 28 * 24
SIZES = (0.5, 2.0, 8.0, 30.0, 120.0)  # articles a day
OF_EACH = 16
EVERY_S = 600
OUTLET_MONTH_H = 30 * 24
NEVER_H = 21 * 24.0  # a fault is looked for so long

# How many times the mean an hour of the day brings, and a day of the week; a newsroom in Damascus, one in Moscow.
NIGHT = (
    0.15,
    0.1,
    0.05,
    0.05,
    0.1,
    0.3,
    0.7,
    1.2,
    1.5,
    1.7,
    1.8,
    1.8,
    1.7,
    1.6,
    1.6,
    1.5,
    1.4,
    1.3,
    1.2,
    1.1,
    1.0,
    0.8,
    0.5,
    0.3,
)
ROUND_THE_CLOCK = tuple(0.7 + 0.03 * min(hour, 24 - hour) for hour in range(24))
WEEKENDS = ((5, 6), (4, 5), ())


@dataclass(frozen=True)
class Invented:
    """An outlet that is none: articles an hour of the week, how bursty, how often its host fails."""

    a_day: float
    rates: tuple[float, ...]
    burst: float  # mean size of a burst
    failing: float  # share of checks that fail
    flapping: bool = False


@dataclass
class Life:
    """What came of an outlet, hour by hour, as the days have it."""

    read: list[bool]
    counts: dict[str, list[float]]
    newest: list[datetime]

    def until(self, end: int) -> Series:
        cut = {name: values[: end + 1] for name, values in self.counts.items()}
        return Series(hour_of(START), self.read[: end + 1], cut, self.newest[end])


def invented(rng: Random, a_day: float, flapping: bool = False) -> Invented:
    day = rng.choice((NIGHT, NIGHT, ROUND_THE_CLOCK))
    free, calm = rng.choice(WEEKENDS), rng.uniform(0.15, 0.6)
    shift = rng.randrange(24)
    shape = [day[(hour + shift) % 24] * (calm if (hour // 24) in free else 1.0) for hour in range(168)]
    scale = a_day / (sum(shape) / 7)
    return Invented(
        a_day, tuple(scale * one for one in shape), rng.choice((1.0, 1.3, 2.0)), rng.choice((0.0, 0.02, 0.1)), flapping
    )


def lived(outlet: Invented, rng: Random, hours: int) -> Life:
    """A healthy life. Articles come in bursts on a day's rhythm; some days are slow; the machine was off twice."""
    read = [True] * hours
    for begun in (rng.randrange(PAST_H), rng.randrange(PAST_H, hours)):
        for hour in range(begun, min(hours, begun + rng.randrange(2, 12))):
            read[hour] = False
    counts: dict[str, list[float]] = {
        name: [0.0] * hours
        for name in ("new", "good", "refused", "articles", "dated", "length", "squares", "failed", "garbled")
    }
    newest, last, waiting, mood = [], START, 0, 1.0
    for hour in range(hours):
        if hour % 24 == 0:
            mood = math.exp(rng.gauss(0.0, 0.25))  # some days are slow, some are not
        bursts = _poisson(rng, outlet.rates[hour % 168] * mood / outlet.burst)
        waiting += sum(1 + _poisson(rng, outlet.burst - 1) for _ in range(bursts))
        if read[hour] and waiting:
            _stored(counts, hour, waiting, rng)
            last, waiting = START + timedelta(hours=hour), 0
        newest.append(last)
    return Life(read, counts, newest)


def _stored(
    counts: Mapping[str, list[float]], hour: int, many: int, rng: Random, *, dated: bool = True, length: float = 7.6
) -> None:
    for _ in range(many):
        size = rng.gauss(length, 0.6)
        fate = rng.random()
        counts["new"][hour] += 1
        if fate < 0.04:
            counts["refused"][hour] += 1
            continue
        counts["good"][hour] += 1
        counts["articles"][hour] += 1
        counts["dated"][hour] += dated and rng.random() < 0.97
        counts["length"][hour] += size
        counts["squares"][hour] += size * size


def _poisson(rng: Random, mean: float) -> int:
    limit, count, product = math.exp(-mean), 0, rng.random()
    while product > limit:
        count, product = count + 1, product * rng.random()
    return count


# --- faults ----------------------------------------------------------------------------------------------------------


def dried_up(life: Life, at: int, rng: Random) -> None:
    """The feed answers and nothing new comes."""
    for values in life.counts.values():
        values[at:] = [0.0] * (len(values) - at)
    life.newest[at:] = [life.newest[at - 1]] * (len(life.newest) - at)


def template_drift(life: Life, at: int, rng: Random) -> None:
    """Articles come, their text is not found any more."""
    counts = life.counts
    for hour in range(at, len(life.read)):
        counts["refused"][hour] += counts["good"][hour]
        for name in ("good", "articles", "dated", "length", "squares"):
            counts[name][hour] = 0.0


def lead_only(life: Life, at: int, rng: Random) -> None:
    """Of each article the first lines are left."""
    counts = life.counts
    for hour in range(at, len(life.read)):
        many = int(counts["articles"][hour])
        sizes = [rng.gauss(5.6, 0.4) for _ in range(many)]
        counts["length"][hour], counts["squares"][hour] = sum(sizes), sum(size * size for size in sizes)


def encoding(life: Life, at: int, rng: Random) -> None:
    """Texts are decoded with the wrong table."""
    life.counts["garbled"][at:] = life.counts["articles"][at:]


def undated(life: Life, at: int, rng: Random) -> None:
    """No date is found any more."""
    life.counts["dated"][at:] = [0.0] * (len(life.read) - at)


def untouched(life: Life, at: int, rng: Random) -> None:
    """The fault lies in how the entry point answers."""


Fault = Callable[[Life, int, Random], None]
FAULTS: Mapping[str, tuple[Fault, tuple[State, ...], str, str]] = {
    # fault: what it does to the articles, the states that name it, how the entry point answers from then on
    "dries_up": (dried_up, ("silent", "stale feed"), "ok", ""),
    "template_drift": (template_drift, ("extraction drift",), "ok", ""),
    "lead_only": (lead_only, ("extraction drift",), "ok", ""),
    "encoding": (encoding, ("encoding",), "ok", ""),
    "undated": (undated, ("undated",), "ok", ""),
    "feed_html": (untouched, ("HTML instead of feed",), "not a feed", "HTML instead of a feed"),
    "blocked": (untouched, ("blocked",), "blocked", "qrator challenge"),
    "unreachable": (untouched, ("error",), "error", "timeout: no answer in 30 s"),
    "gone": (untouched, ("moved",), "error", "HTTP 404"),
}


# --- watching --------------------------------------------------------------------------------------------------------


@dataclass
class Host:
    """How the entry point's checks end, one after the other: a run of answers, or of failures."""

    outlet: Invented
    rng: Random
    outcome: str = "ok"
    reason: str = ""
    run: int = 12
    group: str = "read"
    since: datetime = START
    next_at: datetime = START
    failures: int = 0

    @property
    def usual_failing(self) -> float:
        """As it would stand in eight weeks of days."""
        return 0.4 if self.outlet.flapping else max(self.outlet.failing, 1e-3)

    def asked(self, now: datetime) -> Asked:
        while self.next_at <= now:
            self._check(self.next_at)
        read = self.group == "read"
        outcome, reason = (
            ("ok", "")
            if read
            else (self.outcome if self.outcome != "ok" else "error", self.reason or "timeout: no answer in 30 s")
        )
        return Asked(
            "read" if read else "failing",
            outcome,
            reason,
            min(self.run, 12),
            self.since,
            True,
            True,
            self.usual_failing,
        )

    def _check(self, at: datetime) -> None:
        share = 0.5 if self.outlet.flapping else self.outlet.failing
        fails = self.outcome != "ok" or self.rng.random() < share
        group = "failing" if fails else "read"
        self.run, self.since = (self.run + 1, self.since) if group == self.group else (1, at)
        self.group, self.failures = group, self.failures + 1 if fails else 0
        wait_s = min(EVERY_S * 2.0 ** min(self.failures, 20), 7200.0)
        self.next_at = at + timedelta(seconds=wait_s * self.rng.uniform(0.9, 1.1))


def judgements(
    outlet: Invented, life: Life, begin: int, hours: int, rng: Random, outcome: str = "ok", reason: str = ""
) -> Iterator[tuple[int, Health]]:
    """The health at the end of every hour from `begin` on; what is usual is learnt once a day."""
    facts = Outlet(
        id="o",
        name="o",
        home="https://o.example/",
        languages=["ru"],
        country="RU",
        entry_points=[EntryPointFact(kind="feed", url="https://o.example/rss")],
    )
    host = Host(outlet, rng, outcome, reason, since=START, next_at=START + timedelta(hours=begin))
    standing: Standing | None = None
    usual: Usual | None = None
    changes: list[int] = []
    for hour in range(begin, min(begin + hours, len(life.read))):
        now = START + timedelta(hours=hour, minutes=59)
        series = life.until(hour)
        if usual is None or hour % 24 == 0:
            usual = learn(Hours(series.first, series.read, series.of("new")))
        signs = signs_of(facts, host.asked(now), series, now, usual=usual)
        if signs.lately.tried > signs.lately.good:
            signs = replace(signs, lately=replace(signs.lately, refused_by="rejected", refusal="no text"))
        today = sum(hour - at < 24 for at in changes)
        health = judge(replace(signs, was=standing, changes_today=today))
        if standing is None or standing.state != health.state:
            changes += [hour] if standing is not None else []
            standing = Standing(health.state, health.kind, health.since, health.cause, health.advice)
        yield hour, health


def measure(data: Path | None) -> Iterable[Figure | Skipped]:
    """Delays in hours from the fault on; alarms a month of a healthy outlet."""
    rng = Random(SEED)
    outlets = [invented(rng, size) for size in SIZES for _ in range(OF_EACH)]
    lives = [lived(outlet, rng, PAST_H + WATCHED_H) for outlet in outlets]
    yield from _false_alarms(outlets, lives, rng)
    yield from _flapping(rng)
    for fault in FAULTS:
        yield from _delays(fault, outlets, lives, rng)


def _false_alarms(outlets: list[Invented], lives: list[Life], rng: Random) -> Iterator[Figure]:
    lost = silent = quiet = 0
    fixed: dict[float, int] = dict.fromkeys(SIZES, 0)
    for outlet, life in zip(outlets, lives, strict=True):
        state: State = "ok"
        for _, health in judgements(outlet, life, PAST_H, WATCHED_H, rng):
            if health.state != state:
                lost += health.lost and state not in LOST
                silent += health.state in ("silent", "stale feed")
                quiet += health.state == "quiet"
                fixed[outlet.a_day] += health.lost and state not in LOST
                state = health.state
    months = len(outlets) * WATCHED_H / OUTLET_MONTH_H
    sizes = ", ".join(f"{size:g}/day {count / (months / len(SIZES)):.3f}" for size, count in fixed.items())
    yield Figure(
        "health.false_alarms_a_month",
        lost / months,
        0.05,
        True,
        {"a day without news": _by_the_day(outlets, lives) / months},
        note=sizes,
    )
    yield Figure("health.false_silent_a_month", silent / months, 0.05, True)
    yield Figure("health.quiet_a_month", quiet / months, None, True, note="said in the list, interrupts nobody")


def _by_the_day(outlets: list[Invented], lives: list[Life]) -> int:
    """Alarms of the usual rule: nothing new for 24 hours."""
    alarms = 0
    for life in lives:
        gap = 0
        for hour in range(PAST_H, PAST_H + WATCHED_H):
            gap = 0 if life.counts["new"][hour] else gap + life.read[hour]
            alarms += gap == 24
    return alarms


def _flapping(rng: Random) -> Iterator[Figure]:
    """A host of which every second request fails: how often it changes its state."""
    changes, outlets = 0, [invented(rng, 30.0, flapping=True) for _ in range(12)]
    for outlet in outlets:
        state: State = "ok"
        for _, health in judgements(outlet, lived(outlet, rng, PAST_H + 14 * 24), PAST_H, 14 * 24, rng):
            changes += health.state != state
            state = health.state
    yield Figure(
        "health.flapping_changes_a_day", changes / (len(outlets) * 14), 1.0, True, note="every second request fails"
    )


def _delays(fault: str, outlets: list[Invented], lives: list[Life], rng: Random) -> Iterator[Figure]:
    spoil, states, outcome, reason = FAULTS[fault]
    delays: dict[float, list[float]] = {size: [] for size in SIZES}
    for outlet, healthy in zip(outlets, lives, strict=True):
        at = PAST_H + rng.randrange(7 * 24)
        life = Life(healthy.read[:], {name: values[:] for name, values in healthy.counts.items()}, healthy.newest[:])
        spoil(life, at, rng)
        found = (
            hour - at + 1
            for hour, health in judgements(outlet, life, at, int(NEVER_H), rng, outcome, reason)
            if health.state in states
        )
        delays[outlet.a_day].append(next(found, math.inf))
    every = [delay for several in delays.values() for delay in several]
    seen = sum(delay < math.inf for delay in every) / len(every)
    note = ", ".join(f"{size:g}/day {_hours(median(several))}" for size, several in delays.items())
    yield Figure(f"health.{fault}.found_in_3_weeks", seen, None, note=f"median delay: {note}")
    busy = [delay for size, several in delays.items() if size >= 8 for delay in several]
    yield Figure(
        f"health.{fault}.hours_to_notice",
        median(busy),
        None,
        True,
        note=f"median, 8 articles a day and more; p95 {_hours(sorted(busy)[int(len(busy) * 0.95)])}",
    )


def _hours(delay: float) -> str:
    return "never" if delay == math.inf else f"{delay:.0f} h" if delay < 48 else f"{delay / 24:.0f} d"
