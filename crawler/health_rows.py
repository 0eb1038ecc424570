"""Health between the rows and the judgement: reads the signs of every outlet, writes a row for each change.

    check_days.count(session, now)            checks and articles since the last time, by the hour
    judged(session, outlets, now)             signs of every outlet -> health.judge
    note(session, found, now)                 a row of health_changes where the state is another

Each step may run twice: counting replaces, and a state that did not change writes nothing. `keep` runs all three.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from crawler import check_days
from crawler.db import Database
from crawler.health import (
    MENDED_AT_MOST,
    STATES,
    Asked,
    Change,
    Group,
    Health,
    Lately,
    Refusal,
    Signs,
    Standing,
    State,
    judge,
)
from crawler.models import Check, EntryPoint, HealthChange, KnownUrl
from crawler.outlets import Outlet
from crawler.rows import insert_missing
from crawler.signs import Point, leading, series_of, signs_of

PAST = timedelta(days=56)  # eight times each hour of the week
A_DAY = timedelta(days=1)
READ = ("ok", "not modified")
LAST_CHECKS = 12  # of an entry point that are looked at
MOST_OF = 5  # of those, the newest that say what ails it


def keep(database: Database, outlets: Mapping[str, Outlet], now: datetime) -> list[Change]:
    """Counts, judges and notes; the changes. Reading takes a second and locks nothing, the two writes are short."""
    more = True
    while more:
        with database.begin() as session:
            more = check_days.count(session, now)
    with database.read() as session:
        found = judged(session, outlets, now)
    with database.begin() as session:
        return note(session, found, now)


def judged(session: Session, outlets: Mapping[str, Outlet], now: datetime, window: timedelta = A_DAY) -> list[Health]:
    """The health of every outlet that is read on schedule; writes nothing.

    `window`, at most eight weeks, is only counted beside it (`Signs.window`).
    """
    return [judge(found) for found in signs(session, outlets, now, window)]


def signs(session: Session, outlets: Mapping[str, Outlet], now: datetime, window: timedelta) -> list[Signs]:
    """The signs of every outlet that is read on schedule."""
    known = {id: outlet for id, outlet in outlets.items() if not outlet.archive_only}
    points = _points(session, known, now)
    before, today = standing(session), _changes_today(session, now)
    failing = sum(all(p.asked.group == "failing" for p in found) for found in points.values() if found)
    asked = sum(any(p.asked.group for p in found) for found in points.values())
    found_signs = []
    for id, outlet in known.items():
        own = points.get(id, [])
        found = signs_of(outlet, leading(own), series_of(own, now), now, max(1, round(window.total_seconds() / 3600)))
        found_signs.append(
            replace(
                found,
                was=before.get(id),
                changes_today=today.get(id, 0),
                failing_share=failing / asked if asked else 0.0,
                outlets=max(asked, 1),
                lately=_explained(session, id, found.lately),
            )
        )
    return found_signs


# --- entry points ----------------------------------------------------------------------------------------------------


def _points(session: Session, outlets: Mapping[str, Outlet], now: datetime) -> dict[str, list[Point]]:
    """The entry points by outlet, in the order of the YAML."""
    days = check_days.read(session, now - PAST, now)
    trust = {(id, fact.url): place for id, o in outlets.items() for place, fact in enumerate(o.entry_points)}
    rows = session.execute(
        select(
            EntryPoint.id,
            EntryPoint.outlet,
            EntryPoint.kind,
            EntryPoint.url,
            EntryPoint.instead_of,
            EntryPoint.first_read_at,
        ).where(EntryPoint.retired_at.is_(None))
    ).all()
    found: dict[str, list[Point]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: trust.get((row.outlet, row.url), len(trust))):
        own = days.get(row.id, {})
        brought = sum(sum(day.counts.get("new", ())) for day in own.values())
        asked = _asked(session, row.id, row.kind, row.first_read_at is not None, now)
        found[row.outlet].append(Point(row.url, row.instead_of, asked, brought, own))
    return found


def _asked(session: Session, entry_point_id: int, kind: str, ever_read: bool, now: datetime) -> Asked:
    """Its newest checks that ended alike; the first of them is found however long ago it is."""
    rows = session.execute(
        select(Check.at, Check.outcome, Check.reason)
        .where(Check.entry_point_id == entry_point_id)
        .order_by(Check.at.desc(), Check.id.desc())
        .limit(LAST_CHECKS)
    ).all()
    if not rows:
        return Asked(ever_read=ever_read)
    groups = [_group(row.outcome, kind) for row in rows]
    run = next((place for place, group in enumerate(groups) if group != groups[0]), len(rows))
    since = rows[run - 1].at
    if run == LAST_CHECKS:
        # A run of readings matters until it is long enough to be mended, a failing one as long as it lasts.
        oldest = now - (MENDED_AT_MOST if groups[0] == "read" else PAST)
        since = _begun(session, entry_point_id, groups[0], kind, oldest) or since
    told = Counter((row.outcome, row.reason) for row in rows[: min(run, MOST_OF)])
    (outcome, reason), _ = told.most_common(1)[0]
    fresh = any(row.outcome == "ok" for row in rows[:run])
    return Asked(groups[0], outcome, reason, run, since, fresh or run == LAST_CHECKS, ever_read)


def _group(outcome: str, kind: str) -> Group:
    if outcome == "empty":
        return "read" if kind == "sitemap" else "empty"  # a sitemap is asked for three days, which may be empty
    return "read" if outcome in READ else "failing"


def _begun(session: Session, entry_point_id: int, group: str, kind: str, oldest: datetime) -> datetime | None:
    """When a run of checks of one group began, as far as `oldest` back."""
    words = {"read": [*READ], "empty": ["empty"]}
    if kind == "sitemap":
        words["read"].append("empty")
    answers = Check.outcome.in_(words.get(group, [*READ, "empty"]))
    inside = answers if group in words else ~answers
    own = (Check.entry_point_id == entry_point_id, Check.at >= oldest)
    other = session.scalar(select(Check.at).where(*own, ~inside).order_by(Check.at.desc()).limit(1))
    query = select(Check.at).where(*own).order_by(Check.at).limit(1)
    return session.scalar(query if other is None else query.where(Check.at > other))


def _explained(session: Session, outlet: str, lately: Lately) -> Lately:
    """Why the articles that were not read were not; asked only where that is many."""
    if lately.since is None or lately.tried - lately.good < 0.3 * lately.tried:
        return lately
    rows = session.execute(
        select(KnownUrl.outcome, KnownUrl.reason, func.count())
        .where(
            KnownUrl.outlet == outlet,
            KnownUrl.seen_at >= lately.since,
            KnownUrl.outcome.in_(["blocked", "failed", "rejected"]),
        )
        .group_by(KnownUrl.outcome, KnownUrl.reason)
        .order_by(func.count().desc(), KnownUrl.outcome, KnownUrl.reason)
    ).all()
    by_outcome: Counter[str] = Counter()
    for outcome, _, count in rows:
        by_outcome[outcome] += count
    if not by_outcome:
        return lately
    most = by_outcome.most_common(1)[0][0]
    reason = next(row.reason for row in rows if row.outcome == most)
    return replace(lately, refused_by=cast(Refusal, most), refusal=reason)


# --- rows of health_changes ------------------------------------------------------------------------------------------


def standing(session: Session) -> dict[str, Standing]:
    """The newest change of every outlet."""
    newest = select(func.max(HealthChange.id)).group_by(HealthChange.outlet)
    return {
        row.outlet: Standing(_state(row.state), row.kind, row.since, row.cause, row.advice, row.number)
        for row in session.scalars(select(HealthChange).where(HealthChange.id.in_(newest)))
    }


def _changes_today(session: Session, now: datetime) -> dict[str, int]:
    query = select(HealthChange.outlet, func.count()).where(HealthChange.at > now - timedelta(days=1))
    return dict(session.execute(query.group_by(HealthChange.outlet)).all())


def _state(word: str) -> State:
    """A state as a row has it; one this program has no longer is something new to it."""
    return word if word in STATES else "new"


def note(session: Session, found: Iterable[Health], now: datetime) -> list[Change]:
    """Writes a row for every outlet whose state changed and returns those changes. May be called twice."""
    before = standing(session)
    changes: list[Change] = []
    for health in found:
        old = before.get(health.outlet)
        was: State = old.state if old is not None else "new"
        if health.state == was:
            continue
        row = {
            "outlet": health.outlet,
            "number": old.number + 1 if old is not None else 1,
            "was": was,
            "state": health.state,
            "kind": health.kind[:200],
            "since": health.since,
            "cause": health.cause[:1000],
            "advice": health.advice[:1000],
            "at": now,
        }
        if insert_missing(session, HealthChange, [row]):
            changes += _changes(session, HealthChange.outlet == health.outlet, HealthChange.number == row["number"])
    return changes


def changes_after(session: Session, last_id: int) -> list[Change]:
    """The changes written after the one with that id, oldest first. 0 is before all of them."""
    return _changes(session, HealthChange.id > last_id)


def changes_since(session: Session, since: datetime) -> list[Change]:
    """The changes noticed from then on, oldest first."""
    return _changes(session, HealthChange.at >= since)


def _changes(session: Session, *conditions: ColumnElement[bool]) -> list[Change]:
    rows = session.scalars(select(HealthChange).where(*conditions).order_by(HealthChange.id))
    return [
        Change(
            row.id,
            row.outlet,
            _state(row.was),
            _state(row.state),
            row.kind,
            row.since,
            row.cause,
            row.advice,
            row.at,
        )
        for row in rows
    ]


def states(session: Session) -> dict[str, State]:
    """The state of each outlet as it was judged last; outlets that never were judged are absent. Two cheap reads."""
    return {outlet: row.state for outlet, row in standing(session).items()}
