"""What silence is worth: which outlets were read, hour by hour, and which were not and why.

hour_by_hour   letters of an entry point's days, with the hours between two checks filled in     pure
summary        every outlet's hours and its health                                               reads rows
lost_coverage  whether changes of health cost a watchlist so much that its readers must know     pure
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from crawler import check_days, health_rows
from crawler.health import LOST, STATES, Change, State, fold
from crawler.models import Check, EntryPoint
from crawler.outlets import Outlet
from crawler.tally import HOLE, MARKS, READ, Day, hour_of, moment_of, patience

CAUGHT_UP = "o"  # not read then, but what came in it was read later
LEGEND: Mapping[str, str] = {**MARKS, CAUGHT_UP: "not read then, caught up later"}
ORDER = "+.lgoermbfdx "  # of several entry points the one that comes first here tells the hour
COVERED = READ | {CAUGHT_UP}
WAITS_H = {"r": 24, "m": 24}  # hours an outlet's pause may last; any other failure is tried again sooner
WAITS_OTHERWISE_H = 4
ENOUGH = 0.5  # share of the hours of a window from which on an outlet was read
NARROW = 10  # a watchlist that can see no more outlets than this misses each of them
WIDE_ENOUGH = 0.75  # a wider one misses outlets when fewer of them than this are read


@dataclass(frozen=True, slots=True)
class OutletCoverage:
    """One outlet in the window. `hours` has a letter of `LEGEND` for each hour, the newest last."""

    outlet: str
    name: str
    hours: str
    state: State
    kind: str = ""

    @property
    def read_h(self) -> int:
        return sum(letter in COVERED for letter in self.hours)

    @property
    def read(self) -> bool:
        """Whether its silence is worth something: read for most of the window, and what it wrote could be read."""
        return self.state not in LOST and self.read_h >= ENOUGH * len(self.hours)

    @property
    def word(self) -> str:
        """Why it was not read: its state, or that we were not there; '' for one that was read."""
        if self.state in LOST:
            return f"{self.state} ({self.kind})" if self.kind else self.state
        return "" if self.read else "new" if self.state == "new" else "not read long enough"


@dataclass(frozen=True, slots=True)
class Coverage:
    """All outlets of a watchlist, or all there are, from hour `since` up to `until`."""

    since: datetime
    until: datetime
    outlets: tuple[OutletCoverage, ...]

    @property
    def of(self) -> int:
        return len(self.outlets)

    @property
    def read(self) -> int:
        return sum(one.read for one in self.outlets)

    @property
    def quiet(self) -> tuple[str, ...]:
        """Ids of outlets that bring less than usual, but are read."""
        return tuple(one.outlet for one in self.outlets if one.state == "quiet")

    @property
    def blocked(self) -> tuple[str, ...]:
        """Ids of outlets that block us."""
        return self.not_read.get("blocked", ())

    @property
    def not_read(self) -> Mapping[str, tuple[str, ...]]:
        """Ids by why they were not read (a state, "new", "not read long enough"), the worst first."""
        order = [*STATES, "not read long enough"]
        found: dict[str, list[str]] = {}
        for one in self.outlets:
            if not one.read:
                found.setdefault(one.state if one.state in LOST else one.word, []).append(one.outlet)
        return {word: tuple(found[word]) for word in sorted(found, key=order.index)}

    @property
    def holes(self) -> tuple[tuple[datetime, datetime], ...]:
        """From when to when nothing at all was asked: the machine, or Rasad, was off."""
        length = len(self.outlets[0].hours) if self.outlets else 0
        off = [all(one.hours[at] in (HOLE, CAUGHT_UP) for one in self.outlets) for at in range(length)]
        found: list[tuple[datetime, datetime]] = []
        for at in range(length):
            if off[at] and at and off[at - 1]:
                found[-1] = found[-1][0], self.since + timedelta(hours=at + 1)
            elif off[at]:
                found.append((self.since + timedelta(hours=at), self.since + timedelta(hours=at + 1)))
        return tuple(found)

    def line(self, most: int = 5) -> str:
        """`131 of 140 outlets read; blocked: a, b; silent: c`, each with at most `most` names."""
        parts = [f"{self.read} of {self.of} outlets read"]
        parts += [f"{word}: {_named(names, most)}" for word, names in self.not_read.items()]
        return "; ".join(parts)


def _named(names: Sequence[str], most: int) -> str:
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def summary(
    session: Session,
    outlets: Mapping[str, Outlet],
    now: datetime,
    *,
    window: timedelta = timedelta(hours=24),
    only: Collection[str] | None = None,
    judged: Mapping[str, tuple[State, str]] | None = None,
) -> Coverage:
    """The coverage of the last `window`, in whole hours, of `only` these outlets or of all that are read on schedule.

    `judged` are states and kinds that were found just now; by default those of the newest rows count.
    """
    hours = max(1, math.ceil(window.total_seconds() / 3600))
    first = hour_of(now) + 1 - hours
    since = moment_of(first)
    standing = health_rows.standing(session) if judged is None else {}
    known = judged if judged is not None else {id: (row.state, row.kind) for id, row in standing.items()}
    lines = _lines(session, since, now, hours)
    found = []
    for id, outlet in sorted(outlets.items()):
        if outlet.archive_only or (only is not None and id not in only):
            continue
        state, kind = known.get(id, ("new", ""))
        found.append(OutletCoverage(id, outlet.name, best(lines.get(id, []), hours), state, kind))
    return Coverage(since, now, tuple(found))


def _lines(session: Session, since: datetime, now: datetime, hours: int) -> dict[str, list[str]]:
    """The filled hours of every entry point, by outlet."""
    from_day = since - timedelta(days=1)  # what ended before the window may reach into it
    days = check_days.read(session, from_day, now)
    points = session.execute(
        select(EntryPoint.id, EntryPoint.outlet, EntryPoint.interval_s).where(EntryPoint.retired_at.is_(None))
    )
    found: dict[str, list[str]] = {}
    first, last = hour_of(from_day) // 24 * 24, hour_of(now)
    holes = _holes(session, from_day)
    for id, outlet, interval_s in points:
        letters = hour_by_hour(days.get(id, {}), first, last, patience(interval_s), holes.get(id, ()))
        found.setdefault(outlet, []).append(letters[-hours:])
    return found


def _holes(session: Session, since: datetime) -> dict[int, list[tuple[int, int]]]:
    """First and last hour of what stays missing, by entry point: the list no longer reached it, no archive gave it."""
    rows = session.execute(
        select(Check.entry_point_id, Check.hole_since, Check.hole_until).where(
            Check.at >= since, Check.hole_since.is_not(None)
        )
    )
    found: dict[int, list[tuple[int, int]]] = {}
    for id, begun, ended in rows:
        if begun is not None and ended is not None:
            found.setdefault(id, []).append((hour_of(begun), hour_of(ended)))
    return found


def hour_by_hour(
    days: Mapping[int, Day], first: int, last: int, patience: timedelta, holes: Sequence[tuple[int, int]] = ()
) -> str:
    """The letters of hours `first` to `last`, of which an entry point's days have some.

    Between two checks that are no further apart than `patience` nothing was missed; after a failure the next try is
    late on purpose; and what was not read was caught up by the next check, unless it lies in one of `holes`.
    """
    blank = HOLE * 24
    row = "".join(days[number].marks if number in days else blank for number in range(first // 24, last // 24 + 1))
    letters = list(row[first % 24 : first % 24 + last - first + 1])
    filled = list(_filled(letters, math.ceil(patience.total_seconds() / 3600)))
    for begun, ended in holes:
        for at in range(max(0, begun - first), min(len(filled), ended + 1 - first)):
            filled[at] = HOLE if letters[at] == HOLE else filled[at]
    return "".join(filled)


def _filled(letters: Sequence[str], patience_h: int) -> Iterator[str]:
    before, ago = HOLE, 0
    for at, letter in enumerate(letters):
        if letter != HOLE:
            before, ago = letter, 0
            yield letter
            continue
        ago += 1
        after = next((other for other in letters[at:] if other != HOLE), "")
        ahead = next((far for far, other in enumerate(letters[at:]) if other != HOLE), len(letters) - at)
        if before in READ or before == "e":
            short = after not in ("l", "g") and (ago + ahead - 1 if after else ago) < patience_h
            yield "." if short else CAUGHT_UP if after == "l" else HOLE
        elif before != HOLE and ago <= WAITS_H.get(before, WAITS_OTHERWISE_H):
            yield before
        else:
            yield CAUGHT_UP if after == "l" else HOLE


def best(lines: Sequence[str], hours: int) -> str:
    """The hours of an outlet: of each hour the best that one of its entry points had."""
    if not lines:
        return HOLE * hours
    return "".join(min(column, key=ORDER.index) for column in zip(*lines, strict=True))


def squeeze(hours: str, width: int) -> tuple[str, int]:
    """At most `width` letters for all hours, each the worst of its stretch, and how many hours each stands for.

    Where all of a stretch was read, news are worth more than none.
    """
    each = max(1, math.ceil(len(hours) / width))
    starts = range(len(hours) % each - each if len(hours) % each else 0, len(hours), each)
    stretches = [hours[max(0, at) : at + each] for at in starts]
    return "".join(
        "+" if "+" in part and not part.strip("+.") else max(part, key=ORDER.index) for part in stretches
    ), each


# --- what a watchlist loses ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CoverageChange:
    """A watchlist that lost outlets it can see, or has them back. `read` of `of` are read now."""

    watchlist: str
    outlets: tuple[str, ...]
    read: int
    of: int


def lost_coverage(
    changes: Iterable[Change], states: Mapping[str, State], scopes: Mapping[str, Collection[str]]
) -> list[CoverageChange]:
    """Which watchlists lose so much by `changes` that their readers must be told at once.

    `states` are those of all outlets after the changes, `scopes` the outlets each subscribed watchlist can see. One that
    can see ten outlets or fewer loses by each of them; a wider one when fewer than three quarters of its own are read
    and it was more before. What broke and mended again within `changes` is no loss.
    """
    return list(_crossings(changes, states, scopes, lost=True))


def regained_coverage(
    changes: Iterable[Change], states: Mapping[str, State], scopes: Mapping[str, Collection[str]]
) -> list[CoverageChange]:
    """Which watchlists have back what `lost_coverage` told of: the notice that it is mended."""
    return list(_crossings(changes, states, scopes, lost=False))


def _crossings(
    changes: Iterable[Change], states: Mapping[str, State], scopes: Mapping[str, Collection[str]], *, lost: bool
) -> Iterator[CoverageChange]:
    folded = fold(changes)
    broke = {change.outlet for change in folded if change.broke}
    mended = {change.outlet for change in folded if change.mended}
    for watchlist, scope in sorted(scopes.items()):
        seen = set(scope) & states.keys()
        concerned = seen & (broke if lost else mended)
        if not concerned:
            continue
        read = sum(states[outlet] not in LOST for outlet in seen)
        before = read + len(seen & broke) - len(seen & mended)
        limit = WIDE_ENOUGH * len(seen)
        crossed = read < limit <= before if lost else before < limit <= read
        if len(seen) <= NARROW or crossed:
            yield CoverageChange(watchlist, tuple(sorted(concerned)), read, len(seen))
