"""Which entry point is read when. The schedule is a column; `due` claims by moving it on before anything is fetched."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from crawler import urls
from crawler.config import CrawlSection
from crawler.models import Check, EntryPoint
from crawler.outlets import EntryPointFact, Outlet
from crawler.rows import claimed
from crawler.spiders import UnreadableOutcome, readable

JITTER = 0.1  # of the interval, so that outlets that start together drift apart
MOST_PATIENT = 4  # times every_max: the longest wait for an entry point that keeps failing
POISON_WAIT = timedelta(hours=1)  # for an entry point that a crawl worker died over
MOVED_CHECKS = 2  # that saw the same redirect for good before its end is asked directly
UNCONDITIONAL_EVERY = 12  # every so many checks the feed is asked for without ETag: some servers never change theirs

Outcome = Literal["ok", "not modified", "empty", "rate-limited", "blocked"] | UnreadableOutcome
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
    def host(self) -> str:
        return urls.host(self.address or self.url)


@dataclass(frozen=True, slots=True)
class CheckEnd:
    """How the reading of an entry point ended. Counts are articles."""

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


def interval(fact: EntryPointFact, crawl: CrawlSection) -> timedelta:
    """How often an entry point is read while all is well."""
    return min(max(fact.every or crawl.every, crawl.every_min), crawl.every_max)


def next_wait(interval_s: int, failures: int, crawl: CrawlSection, rng: Random) -> timedelta:
    """How long until the next check after `failures` failures in a row: doubled for each, with jitter."""
    longest_s = crawl.every_max.total_seconds() * MOST_PATIENT
    wait_s = min(interval_s * 2.0 ** min(failures, 20), max(longest_s, float(interval_s)))
    return timedelta(seconds=wait_s * (1 + rng.uniform(-JITTER, JITTER)))


def sync(
    session: Session, outlets: Iterable[Outlet], crawl: CrawlSection, now: datetime, *, retire: bool = True
) -> None:
    """Rows for the entry points of `outlets`; those of no outlet are retired, and come back with their memory.

    `retire=False` leaves the others alone: an ad-hoc crawl of a few outlets is no new configuration.
    """
    outlets = list(outlets)
    rows = {(row.outlet, row.url): row for row in session.scalars(select(EntryPoint))}
    wanted = {(outlet.id, fact.url): fact for outlet in outlets if not outlet.archive_only for fact in readable(outlet)}
    stated = set(wanted)
    for key, fact in _found(rows.values(), {outlet.id for outlet in outlets if not outlet.archive_only}).items():
        wanted.setdefault(key, fact)
    for key, row in rows.items():
        if retire and key not in wanted and row.retired_at is None:
            row.retired_at = now
    for (outlet_id, url), fact in wanted.items():
        every_s = int(interval(fact, crawl).total_seconds())
        found = rows.get((outlet_id, url))
        if found is None:
            session.add(
                EntryPoint(
                    outlet=outlet_id,
                    kind=fact.kind,
                    url=url,
                    host=urls.host(url),
                    next_check_at=now,
                    interval_s=every_s,
                )
            )
            continue
        if found.interval_s != every_s:
            found.next_check_at = min(found.next_check_at, now + timedelta(seconds=every_s))
        if found.retired_at is not None:
            found.next_check_at = now
        found.kind, found.interval_s, found.retired_at = fact.kind, every_s, None
        if (outlet_id, url) in stated:
            found.source = "yaml"


def _found(rows: Iterable[EntryPoint], outlets: Collection[str]) -> dict[tuple[str, str], EntryPointFact]:
    """The entry points that healing took up: they are read like those of the YAML until it names them or they die."""
    return {
        (row.outlet, row.url): EntryPointFact(kind=row.kind, url=row.url)
        for row in rows
        if row.source == "found" and row.outlet in outlets and row.retired_at is None
    }


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
            found.append(as_due(row))
    return found


def claim(session: Session, entry_points: Collection[tuple[str, str]], now: datetime) -> list[DueEntryPoint]:
    """The entry points named by (outlet, url), due or not, claimed so that the daemon does not read them as well."""
    rows = session.scalars(
        select(EntryPoint).where(EntryPoint.outlet.in_({outlet for outlet, _ in entry_points}))
    ).all()
    chosen = [row for row in rows if (row.outlet, row.url) in set(entry_points)]
    for row in chosen:
        _claim(session, row, now)
    return [as_due(row) for row in chosen]


def _claim(session: Session, row: EntryPoint, now: datetime) -> bool:
    return claimed(
        session,
        update(EntryPoint)
        .where(EntryPoint.id == row.id, EntryPoint.next_check_at == row.next_check_at)
        .values(next_check_at=now + timedelta(seconds=row.interval_s), checking_since=now),
    )


def as_due(row: EntryPoint) -> DueEntryPoint:
    """The row as a value, with validators left out at every Nth check."""
    conditional = row.checks % UNCONDITIONAL_EVERY != 0
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
    session: Session, entry_point: DueEntryPoint, end: CheckEnd, crawl: CrawlSection, now: datetime, rng: Random
) -> datetime | None:
    """Writes the check and the time of the next one; returns that time. None when the entry point is gone."""
    row = session.get(EntryPoint, entry_point.id, with_for_update=True)
    if row is None:
        return None
    failed = end.outcome in FAILURES
    row.failures = row.failures + 1 if failed else 0
    row.checks += 1
    row.checking_since = None
    row.last_checked_at, row.last_outcome = now, end.outcome
    if end.outcome in ("ok", "empty"):
        row.etag, row.last_modified = end.etag, end.last_modified
    row.not_before = max((at for at in (end.not_before, row.not_before) if at is not None), default=None)
    if row.not_before is not None and row.not_before <= now:
        row.not_before = None
    row.next_check_at = max(now + next_wait(row.interval_s, row.failures, crawl, rng), row.not_before or now)
    counts: Mapping[str, int] = {
        name: getattr(end, name) for name in ("listed", "saved", "unchanged", "rejected", "failed", "took_ms")
    }
    session.add(
        Check(entry_point_id=row.id, at=now, first=entry_point.first, outcome=end.outcome, reason=end.reason, **counts)
    )
    return row.next_check_at


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
