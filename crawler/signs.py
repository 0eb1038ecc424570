"""From an outlet's entry points, their checks and days, to the signs its health is judged by. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import add, or_

from crawler.health import Asked, Lately, Signs
from crawler.outlets import Outlet
from crawler.tally import READ, Day, hour_of, moment_of
from crawler.usual import WEEK, Hours, Usual, learn

LATELY_H = 28 * 24
FEWEST_TRIED, FEWEST_STORED = 12, 10  # the newest so many articles are "lately"; fewer when four weeks bring fewer
PAST_TRIED, PAST_STORED = 15, 15  # articles before those from which on the past is a measure
DAY_H = 24


@dataclass(frozen=True, slots=True)
class Point:
    """An entry point, how it answers, and its days."""

    url: str
    instead_of: str  # the address it was found for when that had died, or ''
    asked: Asked
    brought: float  # articles in the past that is looked at
    days: Mapping[int, Day]


@dataclass(slots=True)
class Series:
    """The numbers of an outlet hour by hour, all entry points added up."""

    first: int
    read: list[bool]
    counts: dict[str, list[float]] = field(default_factory=dict)
    newest_at: datetime | None = None

    def of(self, name: str) -> Sequence[float]:
        return self.counts.get(name) or [0.0] * len(self.read)


def leading(points: Sequence[Point]) -> Asked:
    """How the outlet answers: as the entry point that brings most of it, else as the first that answers."""
    if not points:
        return Asked()
    healed = {point.instead_of for point in points if point.instead_of and point.asked.group == "read"}
    points = [point for point in points if point.url not in healed]
    brought = sum(point.brought for point in points)
    main = max(points, key=lambda point: point.brought)
    if len(points) > 1 and not (brought and main.brought > brought / 2):
        main = next(
            (p for p in points if p.asked.group == "read"), next((p for p in points if p.asked.group), points[0])
        )
    return replace(main.asked, usual_failing=_usual_failing(main))


def _usual_failing(point: Point) -> float:
    """The share of its checks that fail by chance; those of the present run are no part of it."""
    checks = sum(sum(day.counts.get("checks", ())) for day in point.days.values())
    failures = sum(sum(day.counts.get("failures", ())) for day in point.days.values())
    failures -= min(point.asked.run, failures) if point.asked.group == "failing" else 0
    return (failures + 1) / (checks + 100)


def signs_of(
    outlet: Outlet,
    asked: Asked,
    series: Series,
    now: datetime,
    window_h: int = DAY_H,
    usual: Usual | None = None,
) -> Signs:
    """The signs of one outlet; `usual` spares learning its past again."""
    hours = Hours(series.first, series.read, series.of("new"))
    usual = usual or learn(hours, outlet.expect.articles_a_day)
    last = hours.last_new()
    begun = next((series.first + at for at, read in enumerate(series.read) if read), None)
    since = last if last is not None else begun
    of_last = (now.timestamp() % 3600) / 3600
    return Signs(
        outlet=outlet.id,
        home=outlet.home,
        now=now,
        asked=asked,
        usual=usual,
        lately=lately_of(series),
        last_new_at=min(moment_of(since + 1), now) if since is not None else None,
        gap=usual.expected(hours, since + 1, of_last) if since is not None else 0.0,
        newest_at=series.newest_at,
        day=int(sum(hours.new[-DAY_H:])),
        day_usual=usual.expected(hours, hours.end - DAY_H, of_last),
        window=int(sum(hours.new[-window_h:])),
        window_usual=sum(usual.rates[hour % WEEK] for hour in range(max(hours.first, hours.end - window_h), hours.end)),
        expect_dated=outlet.expect.dated,
    )


def series_of(points: Sequence[Point], now: datetime) -> Series:
    """The hours of an outlet from its first day to this hour: read where one of its entry points was."""
    last = hour_of(now)
    numbers = [number for point in points for number in point.days]
    first_day = min(numbers, default=last // 24)
    length = (max([*numbers, last // 24]) + 1 - first_day) * 24
    series = Series(first_day * 24, [False] * length)
    for point in points:
        for number, day in point.days.items():
            hours = slice((number - first_day) * 24, (number - first_day) * 24 + 24)
            series.read[hours] = map(or_, series.read[hours], [letter in READ for letter in day.marks])
            for name, values in day.counts.items():
                line = series.counts.setdefault(name, [0.0] * length)
                line[hours] = map(add, line[hours], values)
            if day.newest_at is not None:
                series.newest_at = max(series.newest_at or day.newest_at, day.newest_at)
    beyond = slice(last + 1 - series.first, None)
    del series.read[beyond]
    for line in series.counts.values():
        del line[beyond]
    return series


def lately_of(series: Series) -> Lately:
    """The last articles that were tried, and the last that were stored, each beside those before."""
    good, refused, failed = (series.of(name) for name in ("good", "refused", "failed"))
    tried = [sum(hour) for hour in zip(good, refused, failed, strict=True)]
    at, begun = _back(tried, FEWEST_TRIED)
    before = sum(tried[:at])
    stored, dated, length = (series.of(name) for name in ("articles", "dated", "length"))
    to, _ = _back(stored, FEWEST_STORED)
    past, count = sum(stored[:to]), sum(stored[to:])
    mean = sum(length[:to]) / past if past else 0.0
    variance = sum(series.of("squares")[:to]) / past - mean * mean if past else 1.0
    known = past >= PAST_STORED
    return Lately(
        tried=int(sum(tried[at:])),
        good=int(sum(good[at:])),
        usual_good=sum(good[:at]) / before if before >= PAST_TRIED else None,
        articles=int(count),
        dated=int(sum(dated[to:])),
        usual_dated=sum(dated[:to]) / past if known else None,
        garbled=int(sum(series.of("garbled")[to:])),
        length=sum(length[to:]) / count if count else 0.0,
        usual_length=mean if known else None,
        spread=max(math.sqrt(max(variance, 0.0)), 0.2),
        since=moment_of(series.first + begun) if begun is not None else None,
    )


def _back(values: Sequence[float], enough: float) -> tuple[int, int | None]:
    """(where the newest hours begin that together have `enough`, within four weeks; the first of them that has any)."""
    total, begun = 0.0, None
    oldest = max(0, len(values) - LATELY_H)
    for at in range(len(values) - 1, oldest - 1, -1):
        if values[at]:
            total, begun = total + values[at], at
            if total >= enough:
                break
    return (oldest if begun is None else begun), begun
