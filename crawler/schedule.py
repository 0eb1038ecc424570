"""Which entry point is read when. The schedule is a column; `due` claims by moving it on before anything is fetched.

How long an entry point waits is decided by `crawler.rhythm` from what it published; here are the rows around it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from crawler import rhythm, urls
from crawler.config import CrawlSection
from crawler.models import Check, EntryPoint
from crawler.outlets import EntryPointFact, Outlet
from crawler.rhythm import Pace, Terms
from crawler.rows import claimed
from crawler.spiders import UnreadableOutcome, readable

MOST_PATIENT = 4  # times every_max: the longest wait for an entry point that keeps failing
POISON_WAIT = timedelta(hours=1)  # for an entry point that a crawl worker died over
MOVED_CHECKS = 2  # that saw the same redirect for good before its end is asked directly
UNCONDITIONAL_EVERY = 12  # every so many checks the feed is asked for without ETag: some servers never change theirs
UNCONDITIONAL_AFTER = timedelta(hours=2)  # and at the latest then: what a false 304 hides, it hides no longer
DISTRUST = timedelta(days=30)  # of validators that stayed the same over new items
AFTER_MIDNIGHT = timedelta(minutes=10)  # what waited for a new day's bytes comes back spread over so long

Outcome = Literal["ok", "not modified", "empty", "rate-limited", "over budget", "blocked"] | UnreadableOutcome
FAILURES: frozenset[Outcome] = frozenset(
    {"blocked", "not a feed", "REST disabled", "no preview", "dead channel", "error"}
)


@dataclass(frozen=True, slots=True)
class DueEntryPoint:
    """An entry point that is to be read now. `id` is None for one that no schedule knows (an ad-hoc crawl)."""

    id: int | None
    outlet: str
    kind: str
    url: str
    etag: str = ""
    last_modified: str = ""
    first: bool = True  # no earlier check has delivered
    address: str = ""  # where it is asked now, if that is not `url`: it moved for good

    @property
    def conditional(self) -> bool:
        """Whether it is asked for only if it changed."""
        return bool(self.etag or self.last_modified)

    @property
    def host(self) -> str:
        return urls.host(self.address or self.url)


@dataclass(frozen=True, slots=True)
class Hole:
    """A time of which an entry point's list told nothing: nobody had looked for longer than it reaches back."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list told about its outlet's rhythm: the dates of what was new to us (None: undated) and its span.

    `since` is the moment from which on it tells everything, where that is later than the last check.
    """

    new: tuple[datetime | None, ...] = ()
    span: timedelta | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class CheckEnd:
    """How the reading of an entry point ended. Counts are articles.

    `learnt` is there when the list itself was read, whatever became of its articles. `hole` is what stays missing of a
    hole, `hole_settled` says that it was seen to and nobody needs to try again.
    """

    outcome: Outcome
    reason: str = ""
    listed: int = 0
    saved: int = 0
    unchanged: int = 0
    rejected: int = 0
    failed: int = 0
    took_ms: int = 0
    etag: str = ""
    last_modified: str = ""
    not_before: datetime | None = None
    moved_to: str = ""  # where redirects led that said they are for good
    learnt: Listed | None = None
    hole: Hole | None = None
    hole_settled: bool = False


def first_interval(terms: Terms, crawl: CrawlSection) -> timedelta:
    """The interval of an entry point of which nothing is known yet: its even share of the budget."""
    even = timedelta(days=1) / crawl.checks_per_day / terms.priority
    return min(max(terms.every or even, crawl.every_min), crawl.every_max)


def terms(fact: EntryPointFact, outlet: Outlet, crawl: CrawlSection) -> Terms:
    """What the configuration says of an entry point's schedule."""
    return Terms(fact.every or crawl.every, outlet.priority, None, outlet.expect.articles_a_day)


def pace(session: Session, crawl: CrawlSection) -> Pace:
    """The pace at which all entry points together keep to the budget of checks. Costs a quarter of a second of work."""
    rows = session.scalars(select(EntryPoint).where(EntryPoint.retired_at.is_(None))).all()
    loads = [(rhythm.from_json(row.rhythm), _terms(row)) for row in rows]
    return rhythm.pace_of(loads, crawl.checks_per_day, crawl.every_min, crawl.every_max)


def _terms(row: EntryPoint) -> Terms:
    every = timedelta(seconds=row.every_s) if row.every_s is not None else None
    span = timedelta(seconds=row.span_s) if row.span_s is not None else None
    return Terms(every, row.priority, span, row.expected_a_day)


def next_wait(interval_s: int, failures: int, crawl: CrawlSection, rng: Random) -> timedelta:
    """How long until the next check after `failures` failures in a row: doubled for each, with jitter."""
    longest_s = crawl.every_max.total_seconds() * MOST_PATIENT
    wait_s = min(interval_s * 2.0 ** min(failures, 20), max(longest_s, float(interval_s)))
    return rhythm.jittered(timedelta(seconds=wait_s), rng)


def sync(
    session: Session, outlets: Iterable[Outlet], crawl: CrawlSection, now: datetime, *, retire: bool = True
) -> None:
    """Rows for the entry points of `outlets`; those of no outlet are retired, and come back with their memory.

    `retire=False` leaves the others alone: an ad-hoc crawl of a few outlets is no new configuration.
    """
    outlets = list(outlets)
    rows = {(row.outlet, row.url): row for row in session.scalars(select(EntryPoint))}
    wanted = {
        (outlet.id, fact.url): (fact, terms(fact, outlet, crawl))
        for outlet in outlets
        if not outlet.archive_only
        for fact in readable(outlet)
    }
    stated = set(wanted)
    for key, entry in _found(rows.values(), outlets, crawl).items():
        wanted.setdefault(key, entry)
    for key, row in rows.items():
        if retire and key not in wanted and row.retired_at is None:
            row.retired_at = now
    for (outlet_id, url), (fact, asked) in wanted.items():
        every_s = int(asked.every.total_seconds()) if asked.every is not None else None
        interval_s = int(first_interval(asked, crawl).total_seconds())
        found = rows.get((outlet_id, url))
        if found is None:
            session.add(
                EntryPoint(
                    outlet=outlet_id,
                    kind=fact.kind,
                    url=url,
                    host=urls.host(url),
                    every_s=every_s,
                    priority=asked.priority,
                    expected_a_day=asked.expected_a_day,
                    next_check_at=now,
                    interval_s=interval_s,
                )
            )
            continue
        if (found.every_s, found.priority) != (every_s, asked.priority):
            found.interval_s = interval_s
            found.next_check_at = min(found.next_check_at, now + timedelta(seconds=interval_s))
        if found.retired_at is not None or found.last_outcome == "over budget":  # the budget may be another one now
            found.next_check_at = now
        found.every_s, found.priority, found.expected_a_day = every_s, asked.priority, asked.expected_a_day
        found.kind, found.retired_at = fact.kind, None
        if (outlet_id, url) in stated:
            found.source = "yaml"


def _found(
    rows: Iterable[EntryPoint], outlets: Iterable[Outlet], crawl: CrawlSection
) -> dict[tuple[str, str], tuple[EntryPointFact, Terms]]:
    """The entry points that healing took up: they are read like those of the YAML until it names them or they die."""
    by_id = {outlet.id: outlet for outlet in outlets if not outlet.archive_only}
    found = {}
    for row in rows:
        if row.source == "found" and row.outlet in by_id and row.retired_at is None:
            fact = EntryPointFact(kind=row.kind, url=row.url)
            found[row.outlet, row.url] = (fact, terms(fact, by_id[row.outlet], crawl))
    return found


def found(session: Session, outlets: Collection[str]) -> list[tuple[str, str]]:
    """(outlet, url) of the entry points that healing took up and that are read."""
    query = select(EntryPoint).where(EntryPoint.outlet.in_(outlets), EntryPoint.retired_at.is_(None))
    return [(row.outlet, row.url) for row in session.scalars(query.where(EntryPoint.source == "found"))]


def due(
    session: Session,
    now: datetime,
    limit: int,
    *,
    busy_hosts: Collection[str] = (),
    outlets: Collection[str] | None = None,
    one_per_host: bool = True,
) -> list[DueEntryPoint]:
    """At most `limit` entry points to read now, none of `busy_hosts`; each is claimed for its interval."""
    query = (
        select(EntryPoint)
        .where(
            EntryPoint.retired_at.is_(None),
            EntryPoint.next_check_at <= now,
            or_(EntryPoint.not_before.is_(None), EntryPoint.not_before <= now),
        )
        .order_by(EntryPoint.next_check_at, EntryPoint.id)
    )
    if outlets is not None:
        query = query.where(EntryPoint.outlet.in_(outlets))
    taken = set(busy_hosts)
    found: list[DueEntryPoint] = []
    for row in session.scalars(query).all():
        if len(found) >= limit:
            break
        if row.host not in taken and _claim(session, row, now):
            taken.update([row.host] if one_per_host else [])
            found.append(as_due(row, now))
    return found


def claim(session: Session, entry_points: Collection[tuple[str, str]], now: datetime) -> list[DueEntryPoint]:
    """The entry points named by (outlet, url), due or not, claimed so that the daemon does not read them as well."""
    rows = session.scalars(
        select(EntryPoint).where(EntryPoint.outlet.in_({outlet for outlet, _ in entry_points}))
    ).all()
    chosen = [row for row in rows if (row.outlet, row.url) in set(entry_points)]
    for row in chosen:
        _claim(session, row, now)
    return [as_due(row, now) for row in chosen]


def _claim(session: Session, row: EntryPoint, now: datetime) -> bool:
    return claimed(
        session,
        update(EntryPoint)
        .where(EntryPoint.id == row.id, EntryPoint.next_check_at == row.next_check_at)
        .values(next_check_at=now + timedelta(seconds=row.interval_s), checking_since=now),
    )


def as_due(row: EntryPoint, now: datetime) -> DueEntryPoint:
    """The row as a value, with validators where they may be believed.

    They are left out at every Nth check, two hours after the last whole answer, after a failure (a 304 would not show
    that it is over) and for a month where they were caught lying.
    """
    conditional = (
        row.checks % UNCONDITIONAL_EVERY != 0
        and row.failures == 0
        and (row.full_at is None or now - row.full_at < UNCONDITIONAL_AFTER)
        and (row.distrusted_at is None or now - row.distrusted_at > DISTRUST)
    )
    return DueEntryPoint(
        id=row.id,
        outlet=row.outlet,
        kind=row.kind,
        url=row.url,
        etag=row.etag if conditional else "",
        last_modified=row.last_modified if conditional else "",
        first=row.first_read_at is None,
        address=row.moved_to if row.moved_checks >= MOVED_CHECKS else "",
    )


def reschedule(
    session: Session,
    entry_point: DueEntryPoint,
    end: CheckEnd,
    crawl: CrawlSection,
    now: datetime,
    rng: Random,
    at_pace: Pace | None = None,
) -> datetime | None:
    """Writes the check and the time of the next one; returns that time. None when the entry point is gone.

    `at_pace` is what `pace` returned not long ago; without it, it is asked.
    """
    row = session.get(EntryPoint, entry_point.id, with_for_update=True)
    if row is None:
        return None
    at_pace = at_pace or pace(session, crawl)
    failed = end.outcome in FAILURES
    row.failures = row.failures + 1 if failed else 0
    row.checks += 1
    row.checking_since = None
    row.last_checked_at, row.last_outcome = now, end.outcome
    if end.learnt is not None:
        if _lied(row, entry_point, end):
            row.distrusted_at = now
        row.full_at = now
        if end.outcome in ("ok", "empty", "over budget"):
            row.etag, row.last_modified = end.etag, end.last_modified
    if end.learnt is not None or end.outcome == "not modified":
        _learn(row, end.learnt or Listed(), at_pace, now)
    if end.hole_settled:
        row.hole_since = row.hole_until = None
    row.interval_s = int(rhythm.wait_of(rhythm.from_json(row.rhythm), _terms(row), at_pace, now).total_seconds())
    asked = end.not_before if end.outcome == "rate-limited" else None
    row.not_before = max((at for at in (asked, row.not_before) if at is not None), default=None)
    if row.not_before is not None and row.not_before <= now:
        row.not_before = None
    row.next_check_at = max(now + next_wait(row.interval_s, row.failures, crawl, rng), row.not_before or now)
    if end.outcome == "over budget" and end.not_before is not None:
        row.next_check_at = max(row.next_check_at, end.not_before + AFTER_MIDNIGHT * rng.random())
    counts: Mapping[str, int] = {
        name: getattr(end, name) for name in ("listed", "saved", "unchanged", "rejected", "failed", "took_ms")
    }
    session.add(
        Check(
            entry_point_id=row.id,
            at=now,
            first=entry_point.first,
            outcome=end.outcome,
            reason=end.reason,
            hole_since=end.hole.since if end.hole else None,
            hole_until=end.hole.until if end.hole else None,
            **counts,
        )
    )
    return row.next_check_at


def _lied(row: EntryPoint, entry_point: DueEntryPoint, end: CheckEnd) -> bool:
    """Whether the validators are those of the last whole answer though the list names something new.

    Asked with them the server would have said 304 and hidden it.
    """
    if entry_point.first or not end.learnt or not end.learnt.new:
        return False
    return end.etag == row.etag if row.etag else bool(row.last_modified) and end.last_modified == row.last_modified


def _learn(row: EntryPoint, told: Listed, at_pace: Pace, now: datetime) -> None:
    """Adds to the rhythm what came since the last look; the dates of a first list are a history."""
    known = rhythm.from_json(row.rhythm)
    dates = [at for at in told.new if at is not None and at <= now]
    if told.span is not None:
        row.span_s = int(told.span.total_seconds())
    if known.until is None:
        since = max(dates) - told.span if dates and told.span is not None else now
        arrivals = dates if since < now else []
    else:
        since = max(filter(None, (known.until, told.since)))
        middle = since + (now - since) / 2  # what is undated, or dated long ago, came some time between
        arrivals = [at if at is not None and since <= at <= now else middle for at in told.new]
    prior = rhythm.own_prior(_terms(row), at_pace.prior)
    row.rhythm = rhythm.to_json(rhythm.learn(known, prior, arrivals, since, now))
    row.last_read_at = now


def resume(session: Session, now: datetime) -> int:
    """Makes due again what a worker had claimed and did not end, because it was killed; how many."""
    rows = session.scalars(select(EntryPoint).where(EntryPoint.checking_since.is_not(None))).all()
    for row in rows:
        row.checking_since, row.next_check_at = None, min(row.next_check_at, now)
    return len(rows)


def anything_due(session: Session, now: datetime) -> bool:
    """Whether `due` may find something."""
    query = select(EntryPoint.id).where(EntryPoint.retired_at.is_(None), EntryPoint.next_check_at <= now).limit(1)
    return session.scalar(query) is not None


def blame(session: Session, url: str, crawl: CrawlSection, now: datetime) -> int:
    """A crawl worker died while it read these entry points: a failure, from the second in a row an hour's wait.

    The first may be chance: a worker that was killed from outside was reading something as well.
    """
    rows = session.scalars(select(EntryPoint).where(EntryPoint.url == url)).all()
    for row in rows:
        row.failures += 1
        row.last_checked_at, row.last_outcome = now, "error"
        wait = next_wait(row.interval_s, row.failures, crawl, Random(row.id))
        row.next_check_at = now + (max(wait, POISON_WAIT) if row.failures > 1 else wait)
        reason = "a crawl worker died while it read this"
        session.add(
            Check(entry_point_id=row.id, at=now, first=row.first_read_at is None, outcome="error", reason=reason)
        )
    return max((row.failures for row in rows), default=0)
