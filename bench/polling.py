"""How soon an article is seen: the schedule's own decisions on invented sources, beside other rules at the same budget.

A source publishes at its own rate (a few articles a week up to twenty an hour, evenly spread on a log scale), by the
hours of a time zone and a weekend of its own, partly in bursts: a story draws others after it. Its list shows the newest
articles only. Every rule learns from what its own checks showed, and is given 96 checks a source and day on average.

    fixed         every 15 minutes
    inverse rate  c / rate, as some feed readers do, up to a day
    ours          crawler.rhythm: learn, pace_of, wait_of, jittered

A second world takes its hours from saved pages: the hours and days at which those of the open half with a time to the
minute were published. Nothing in it was looked at while the rule was made.

Delays are minutes from an article's publication to the check that shows it, over all articles of the measured weeks.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from crawler.extract import extract
from crawler.rhythm import HOUR, Pace, Prior, Rhythm, Terms, jittered, learn, pace_of, rate_of, span_of, wait_of
from crawler.types import Draft, Page
from tests.quality.extraction import gold_pages
from tests.quality.figure import Figure, Skipped

SEEDS = (7, 19, 43)
SOURCES = 130
CHECKS_A_DAY = 96.0
SHORTEST, LONGEST = timedelta(minutes=2), timedelta(minutes=30)
START = datetime(2026, 9, 7, tzinfo=UTC)
HISTORY, LEARNING, MEASURED = timedelta(days=10), timedelta(days=5), timedelta(days=7)
EPOCH = timedelta(hours=6)  # after which c is fitted anew
SLOW_A_DAY = 6.0  # sources of fewer articles a day are the slow ones
SLOWEST_A_DAY, FASTEST_A_DAY = 0.5, 480.0

# Share of a day's articles by local hour, in the shapes of a round-the-clock agency, of an ordinary newsroom and of one
# that publishes in the evening.
SHAPES = (
    (3, 2, 2, 2, 2, 3, 4, 5, 6, 7, 7, 7, 7, 7, 7, 7, 6, 6, 6, 5, 5, 5, 4, 4),
    (0.5, 0.3, 0.2, 0.2, 0.2, 0.5, 1.5, 3, 5, 8, 9, 9, 9, 9, 9, 8, 8, 7, 5, 3, 2, 1.5, 1, 0.7),
    (3, 2, 1, 0.5, 0.3, 0.3, 0.5, 1, 2, 3, 4, 5, 5, 6, 6, 7, 8, 9, 9, 9, 8, 7, 6, 5),
)
WEEKENDS = ((4, 5), (5, 6))  # Friday and Saturday, Saturday and Sunday


@dataclass(frozen=True)
class Source:
    """What one source publishes, as sorted moments, and how many articles its list shows."""

    rate_a_day: float
    published: Sequence[datetime]
    shown: int

    def list_at(self, now: datetime) -> Sequence[datetime]:
        end = bisect_right(self.published, now)
        return self.published[max(0, end - self.shown) : end]


@dataclass(frozen=True)
class World:
    """What sources of a world have in common: shapes of a day in local time, and days of the week that are quiet."""

    shapes: Sequence[Sequence[float]]
    weekends: Sequence[Sequence[int]] = WEEKENDS
    zones: Sequence[int] = (0, 2, 3, 3, 3, 5, 7)


def source(rng: Random, world: World) -> Source:
    """An invented source whose articles fall by the hours of a world."""
    shape = rng.choice(world.shapes)
    rate = math.exp(rng.uniform(math.log(SLOWEST_A_DAY), math.log(FASTEST_A_DAY)))
    zone, weekend, quiet = rng.choice(world.zones), rng.choice(world.weekends), rng.uniform(0.2, 0.9)
    bursting = rng.uniform(0.1, 0.5)  # share of articles that another one drew after it
    mean = sum(shape) / 24
    top = max(shape) / mean
    found: list[datetime] = []
    at, end = START - HISTORY, START + LEARNING + MEASURED
    while at < end:
        at += timedelta(days=rng.expovariate(rate * (1 - bursting) * top))
        local = at + zone * HOUR
        weight = shape[local.hour] / mean / top * (quiet if local.weekday() in weekend else 1.0)
        if rng.random() < weight:
            found += _drawn(rng, at, bursting)
    return Source(rate, sorted(one for one in found if one < end), rng.randint(20, 60))


def _drawn(rng: Random, at: datetime, bursting: float) -> Iterator[datetime]:
    """An article and what it draws after it: each draws others with some chance, minutes to an hour later."""
    waiting = [at]
    while waiting:
        one = waiting.pop()
        yield one
        if rng.random() < bursting:
            waiting.append(one + timedelta(minutes=rng.expovariate(1 / 25)))


@dataclass
class Reader:
    """One rule's view of one source: what it learnt, and when it looks next. Never told anything but lists."""

    source: Source
    next_at: datetime
    learns: bool = True
    rhythm: Rhythm = field(default_factory=Rhythm)
    terms: Terms = field(default_factory=Terms)
    seen: datetime | None = None  # the newest article it knows
    checks: int = 0
    delays: list[float] = field(default_factory=list)
    lost: int = 0

    def look(self, now: datetime, prior: Prior) -> None:
        """One check: learns, and notes the delay of each new article in the measured weeks."""
        listed = self.source.list_at(now)
        new = listed[bisect_right(listed, self.seen) :] if self.seen is not None else listed
        if self.learns:
            since = self.rhythm.until or (listed[0] if listed else now)
            self.rhythm = learn(self.rhythm, prior, new, since, now)
            self.terms = replace(self.terms, span=span_of(listed, now))
        if now >= START + LEARNING:
            self.checks += 1
            before = bisect_right(self.source.published, self.seen) if self.seen is not None else 0
            missed = bisect_left(self.source.published, listed[0]) - before if listed and self.seen else 0
            self.lost += max(missed, 0)
            self.delays += [(now - at) / timedelta(minutes=1) for at in new if at >= START + LEARNING]
        self.seen = listed[-1] if listed else self.seen


Wait = Callable[[Reader, datetime], timedelta]


@dataclass(frozen=True)
class Run:
    """What a rule reached: delays in minutes, those of slow sources apart."""

    delays: Sequence[float]
    slow: Sequence[float]
    checks_a_day: float
    lost: int

    def at(self, share: float, *, slow: bool = False) -> float:
        ordered = sorted(self.slow if slow else self.delays)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def run(sources: Sequence[Source], fit: Callable[[Sequence[Reader]], tuple[Prior, Wait]], rng: Random) -> Run:
    """Lets a rule read all sources from START on; `fit` is asked for its waits at the start of each epoch."""
    readers = [Reader(one, START + rng.random() * LONGEST, fit is not fixed) for one in sources]
    epoch, end = START, START + LEARNING + MEASURED
    while epoch < end:
        prior, wait = fit(readers)
        epoch += EPOCH if epoch >= START + timedelta(days=1) else HOUR
        for reader in readers:
            while reader.next_at < epoch:
                now = reader.next_at
                reader.look(now, prior)
                reader.next_at = now + wait(reader, now)
    slow = [delay for one in readers if one.source.rate_a_day < SLOW_A_DAY for delay in one.delays]
    checks = sum(one.checks for one in readers) / len(readers) / (MEASURED / timedelta(days=1))
    return Run([delay for one in readers for delay in one.delays], slow, checks, sum(one.lost for one in readers))


def fixed(readers: Sequence[Reader]) -> tuple[Prior, Wait]:
    """The same interval for all."""
    return Prior(), lambda reader, now: timedelta(days=1) / CHECKS_A_DAY


def inverse_rate(readers: Sequence[Reader]) -> tuple[Prior, Wait]:
    """c / rate between the shortest wait and a day, with the c that fits the budget."""
    prior = Prior()
    rates = [rate_of(one.rhythm, prior) for one in readers]

    def waited(rate: float, c: float) -> timedelta:
        return min(max(HOUR * (c / rate), SHORTEST), timedelta(days=1))

    low, high = 1e-3, 1e4
    for _ in range(40):
        c = math.sqrt(low * high)
        checks = sum(timedelta(days=1) / waited(rate, c) for rate in rates)
        low, high = (c, high) if checks > CHECKS_A_DAY * len(rates) else (low, c)
    return prior, lambda reader, now: waited(rate_of(reader.rhythm, prior), high)


def ours(rng: Random) -> Callable[[Sequence[Reader]], tuple[Prior, Wait]]:
    """The decisions of the schedule itself."""

    def fit(readers: Sequence[Reader]) -> tuple[Prior, Wait]:
        pace: Pace = pace_of(((one.rhythm, one.terms) for one in readers), CHECKS_A_DAY, SHORTEST, LONGEST)
        return pace.prior, lambda reader, now: jittered(wait_of(reader.rhythm, reader.terms, pace, now), rng)

    return fit


def compared(name: str, world: World) -> Iterator[Figure]:
    """The three rules on one world for each seed; ratios to the fixed interval, the worst of the seeds."""
    ratios: dict[str, list[float]] = {"median": [], "p95": [], "slow_p95": []}
    notes: list[str] = []
    others: dict[str, list[float]] = {"median": [], "p95": [], "slow_p95": []}
    for seed in SEEDS:
        rng = Random(seed)
        sources = [source(rng, world) for _ in range(SOURCES)]
        base, inverse = run(sources, fixed, Random(seed)), run(sources, inverse_rate, Random(seed))
        own = run(sources, ours(Random(seed)), Random(seed))
        for told, one in ((ratios, own), (others, inverse)):
            told["median"].append(one.at(0.5) / base.at(0.5))
            told["p95"].append(one.at(0.95) / base.at(0.95))
            told["slow_p95"].append(one.at(0.95, slow=True) / base.at(0.95, slow=True))
        notes.append(
            f"seed {seed}: "
            + ", ".join(
                f"{rule} {one.at(0.5):.1f}/{one.at(0.95):.1f} min, slow {one.at(0.95, slow=True):.1f}, "
                f"{one.checks_a_day:.1f} checks, {one.lost} lost"
                for rule, one in (("fixed", base), ("inverse", inverse), ("ours", own))
            )
        )
    for what, target in (("median", 0.55), ("p95", 0.9), ("slow_p95", 2.1)):
        note = "; ".join(notes) if what == "median" else "worst of the seeds, against the fixed interval"
        baselines = {"inverse rate": max(others[what])}
        yield Figure(f"polling.{name}.{what}", max(ratios[what]), target, True, baselines, note=note)


def page_hours(data: Path) -> World:
    """The hours and quiet days of saved pages, by language; UTC, as their dates are read."""
    hours: dict[str, list[float]] = {}
    days: dict[str, list[float]] = {}
    for page in gold_pages(data):
        if page.kept_out:
            continue
        read = extract(Page(page.url, page.url, 200, (("content-type", "text/html"),), page.body, START), None, START)
        if isinstance(read, Draft) and read.published.at is not None and read.published.precision == "minute":
            hours.setdefault(page.language, [1.0] * 24)[read.published.at.hour] += 1
            days.setdefault(page.language, [1.0] * 7)[read.published.at.weekday()] += 1
    quiet = [sorted(range(7), key=week.__getitem__)[:2] for week in days.values()]
    return World(list(hours.values()), quiet, (0,))


def measure(data: Path | None) -> Iterable[Figure | Skipped]:
    """Delay against the fixed interval, the worst of three seeds."""
    yield from compared("invented", World(SHAPES))
    if data is None or not (data / "pages" / "index.tsv").exists():
        yield Skipped("polling of page hours", "pages/index.tsv (set RASAD_EVAL_DATA)")
        return
    yield from compared("page_hours", page_hours(data))
