"""Checks counted by the hour into one row an entry point and day, so that months of polling are read in an instant.

    checks + articles of the hours since the last count -> tally.mark and sums -> check_days

`count` writes, `read` reads and adds what is not counted yet.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from crawler.models import Article, Check, CheckDay, EntryPoint, KnownUrl
from crawler.mojibake import LOOKED_AT, is_garbled
from crawler.tally import COUNTED, HOLE, Checked, Day, hour_of, mark, moment_of, patience

EPOCH = date(1970, 1, 1)
ANSWERED = ("ok", "not modified", "empty", "over budget")  # not in vain
AT_MOST = timedelta(hours=48)  # counted in one transaction


@dataclass(slots=True)
class _Hours:
    """What is counted of one entry point, hour by hour, before it becomes days."""

    marks: dict[int, str] = field(default_factory=dict)
    counts: dict[int, dict[str, float]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(float)))
    newest: dict[int, datetime] = field(default_factory=dict)  # by day number


def count(session: Session, now: datetime) -> bool:
    """Brings `check_days` up to `now`, at most two days of it; True while there is more. May be called twice."""
    start = _start(session)
    if start is None:
        return False
    # The next check after what is counted may be days away: the machine was off.
    following = session.scalar(select(func.min(Check.at)).where(Check.at >= moment_of(start + 1)))
    until = min(now, (following or moment_of(start)) + AT_MOST)
    counted = _counted(session, start, until)
    stored = _stored(session, start // 24)
    for entry_point_id, hours in counted.items():
        for number, day in _days(hours, start, stored.get(entry_point_id, {})).items():
            _write(session, entry_point_id, number, day)
    return until < now


def read(session: Session, since: datetime, now: datetime) -> dict[int, dict[int, Day]]:
    """Days by entry point and number of the day (since 1970), from that of `since` on; writes nothing."""
    first = hour_of(since) // 24
    stored = _stored(session, first)
    start = _start(session)
    if start is None:
        return stored
    start = max(start, first * 24)
    for entry_point_id, hours in _counted(session, start, now).items():
        known = stored.setdefault(entry_point_id, {})
        known.update(_days(hours, start, known))
    return stored


def _start(session: Session) -> int | None:
    """The first hour that is not counted, or not to its end."""
    day: date | None = session.scalar(select(func.max(CheckDay.day)))
    if day is None:
        first = session.scalar(select(func.min(Check.at)))
        return hour_of(first) if first else None
    marks = session.scalars(select(CheckDay.marks).where(CheckDay.day == day))
    return (day - EPOCH).days * 24 + max((len(row.rstrip(HOLE)) - 1 for row in marks if row != HOLE * 24), default=0)


def _stored(session: Session, first_day: int) -> dict[int, dict[int, Day]]:
    rows = session.execute(
        select(CheckDay.entry_point_id, CheckDay.day, CheckDay.marks, CheckDay.counts, CheckDay.newest_at).where(
            CheckDay.day >= EPOCH + timedelta(days=first_day)
        )
    )
    found: dict[int, dict[int, Day]] = {}
    for entry_point_id, day, marks, counts, newest_at in rows:
        found.setdefault(entry_point_id, {})[(day - EPOCH).days] = Day(marks, counts, newest_at)
    return found


def _counted(session: Session, start: int, until: datetime) -> dict[int, _Hours]:
    since = moment_of(start)
    checks = _checks(session, since, until)
    intervals = dict(session.execute(select(EntryPoint.id, EntryPoint.interval_s)).all())
    found: dict[int, _Hours] = defaultdict(_Hours)
    for entry_point_id, asked in checks.items():
        hours = found[entry_point_id]
        before = _read_before(session, entry_point_id, since)
        wait = patience(intervals[entry_point_id])
        for hour, group in _by_hour(asked).items():
            hours.marks[hour] = mark(group, before, wait)
            read = [check.at for check in group if check.outcome in ANSWERED]
            # After a failure the next check is due later and later; that it waits is no lateness of ours.
            before = read[-1] if read and read[-1] == group[-1].at else None
            counts = hours.counts[hour]
            counts["checks"] += len(group)
            counts["failures"] += sum(check.outcome not in ANSWERED for check in group)
            for check in group:
                counts["good"] += check.saved + check.unchanged
                counts["refused"] += check.refused
                counts["failed"] += check.failed
                counts["new"] += 0 if check.first else check.refused + check.failed
    _add_articles(session, since, until, found)
    return found


def _checks(session: Session, since: datetime, until: datetime) -> dict[int, list[Checked]]:
    rows = session.execute(
        select(
            Check.entry_point_id,
            Check.at,
            Check.first,
            # A sitemap is asked for three days, and three days without an article are no trouble of its.
            case((and_(EntryPoint.kind == "sitemap", Check.outcome == "empty"), "ok"), else_=Check.outcome),
            Check.saved,
            Check.unchanged,
            Check.rejected,
            Check.failed,
            Check.hole_since.is_not(None),
        )
        .join(EntryPoint, EntryPoint.id == Check.entry_point_id)
        .where(Check.at >= since, Check.at <= until)
        .order_by(Check.at, Check.id)
    )
    found: dict[int, list[Checked]] = defaultdict(list)
    for entry_point_id, at, first, outcome, saved, unchanged, refused, failed, hole in rows:
        found[entry_point_id].append(Checked(at, first, outcome, saved, unchanged, refused, failed, hole))
    return found


def _by_hour(asked: Iterable[Checked]) -> dict[int, list[Checked]]:
    hours: dict[int, list[Checked]] = {}
    for check in asked:
        hours.setdefault(hour_of(check.at), []).append(check)
    return hours


def _read_before(session: Session, entry_point_id: int, since: datetime) -> datetime | None:
    last = session.execute(
        select(Check.at, Check.outcome)
        .where(Check.entry_point_id == entry_point_id, Check.at < since)
        .order_by(Check.at.desc())
        .limit(1)
    ).one_or_none()
    return last.at if last is not None and last.outcome in ANSWERED else None


def _add_articles(session: Session, since: datetime, until: datetime, found: dict[int, _Hours]) -> None:
    """What was stored; an article belongs to the entry point that its address came from."""
    rows = session.execute(
        select(
            KnownUrl.entry_point_id,
            Article.first_seen_at,
            Article.from_first_crawl,
            Article.published_at,
            func.length(Article.text),
            func.substr(Article.text, 1, LOOKED_AT),
        )
        .join(KnownUrl, KnownUrl.article_id == Article.id)
        .where(Article.first_seen_at >= since, Article.first_seen_at <= until, KnownUrl.entry_point_id.is_not(None))
    )
    for entry_point_id, at, from_first_crawl, published_at, length, text in rows:
        hours, hour = found[entry_point_id], hour_of(at)
        counts, size = hours.counts[hour], math.log(max(length, 1))
        counts["articles"] += 1
        counts["new"] += not from_first_crawl
        counts["dated"] += published_at is not None
        counts["garbled"] += is_garbled(text)
        counts["length"] += round(size, 4)
        counts["squares"] += round(size * size, 4)
        if published_at is not None:
            day = hour // 24
            hours.newest[day] = max(hours.newest.get(day, published_at), published_at)


def _days(hours: _Hours, start: int, stored: Mapping[int, Day]) -> dict[int, Day]:
    """The days from hour `start` on; what is stored of the hours before it stays."""
    numbers = {hour // 24 for hour in (*hours.marks, *hours.counts)}
    days: dict[int, Day] = {}
    for number in numbers:
        old = stored.get(number, Day(HOLE * 24, {}))
        first = number * 24
        keep = max(0, min(24, start - first))
        marks = old.marks[:keep] + "".join(hours.marks.get(first + hour, HOLE) for hour in range(keep, 24))
        counts: dict[str, Sequence[float]] = {}
        for name in COUNTED:
            kept = list(old.counts.get(name, ()))[:keep] or [0.0] * keep
            new = [
                hours.counts[first + h].get(name, 0.0) if first + h in hours.counts else 0.0 for h in range(keep, 24)
            ]
            if any(kept) or any(new):
                counts[name] = [_plain(value) for value in (*kept, *new)]
        newest = max((at for at in (old.newest_at, hours.newest.get(number)) if at is not None), default=None)
        days[number] = Day(marks, counts, newest)
    return days


def _plain(value: float) -> float:
    return int(value) if value == int(value) else round(value, 4)


_INSERT: Mapping[str, Callable[..., Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def _write(session: Session, entry_point_id: int, number: int, day: Day) -> None:
    values = {"marks": day.marks, "counts": dict(day.counts), "newest_at": day.newest_at}
    statement = _INSERT[session.get_bind().dialect.name](CheckDay).values(
        entry_point_id=entry_point_id, day=EPOCH + timedelta(days=number), **values
    )
    session.execute(statement.on_conflict_do_update(index_elements=["entry_point_id", "day"], set_=values))
