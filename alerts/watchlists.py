"""Watches under names: those of config.yaml, read-only here, and those people made. The caller opens the transaction.

A line of a watchlist is a watch or a definition, `$region = (Khasham OR "Deir ez-Zor")`, for the lines
behind it. A line that cannot be read is set aside with the reason and reported; the others go on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from operator import itemgetter

from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.orm import Session

from alerts.config import WatchlistSection
from alerts.models import Note, Watch, Watchlist
from alerts.query import Query, parse
from crawler.config import did_you_mean
from crawler.errors import QueryError, UsageError

DEFAULT = "my-watches"  # where a person's watch goes when no watchlist is named

_DEFINITION = re.compile(r"\s*\$([^\W\d]\w*)\s*=(.*)", re.S)
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_VERSION = "watchlists.version"
PARSED = 400_000  # lines kept parsed; a list longer than this would push itself out
LONGEST_COPY = 500  # lines of a list somebody copies in a chat
PARAMETERS = 10_000  # of one statement; SQLite allows 32,766


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a watchlist, read. `query` is None when it cannot be read; then `broken` says why."""

    text: str
    query: Query | None
    broken: str = ""
    definition: bool = False


@dataclass(frozen=True, slots=True)
class Broken:
    """A line that was set aside."""

    watchlist: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Synced:
    """What `sync` changed: numbers of lines, and the lines set aside."""

    added: int
    removed: int
    broken: tuple[Broken, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a watchlist as a person sees it. `understood` is how it was read, '' when it could not be."""

    id: int
    watchlist: str
    title: str
    source: str
    query: str
    understood: str
    broken: str
    created_at: datetime
    owner: int | None = None  # the Telegram user who made the list


@dataclass(frozen=True, slots=True)
class Loaded:
    """The watches for a monitor, by id, of one version of the watchlists, and the lines that were left out."""

    version: int
    watches: tuple[tuple[int, Query], ...]
    broken: tuple[Broken, ...]


def read(texts: Iterable[str]) -> list[Line]:
    """The lines of one watchlist; a definition holds for the lines behind it. Pure."""
    macros: dict[str, Query] = {}
    lines = []
    for text in texts:
        found = _DEFINITION.match(text)
        try:
            query = _parsed(text) if not found and "$" not in text else _with_macros(text, found, macros)
        except QueryError as error:
            lines.append(Line(text, None, explained(error), found is not None))
            continue
        if found:
            macros[found[1].casefold()] = query
        lines.append(Line(text, query, definition=found is not None))
    return lines


def _with_macros(text: str, found: re.Match[str] | None, macros: Mapping[str, Query]) -> Query:
    return parse(found[2] if found else text, macros, watch=found is None)


@lru_cache(maxsize=PARSED)
def _parsed(text: str) -> Query:
    # A changed list is loaded whole, and all but one of its lines are those of the last time.
    return parse(text)


def explained(error: QueryError) -> str:
    """The message with its column and, where there is one, the suggestion."""
    return f"column {error.column}: {error}" + (f"; try: {error.suggestion}" if error.suggestion else "")


def version(session: Session) -> int:
    """A number that grows with every change of the watches: when to build a new monitor. One row is read."""
    note = session.get(Note, _VERSION)
    return int(note.value["number"]) if note else 0


def load(session: Session, watchlist: str = "") -> Loaded:
    """The watches that are to be matched, or those of one list. UsageError for a watchlist nobody has."""
    if watchlist:
        there = session.scalars(select(Watchlist.id).where(Watchlist.removed_at.is_(None))).all()
        if watchlist not in there:
            raise UsageError(f"no watchlist `{watchlist}`{did_you_mean(watchlist, there)}")
    # Before the lines: if they change in between, the number is too old and they are loaded again.
    number = version(session)
    watches: list[tuple[int, Query]] = []
    broken: list[Broken] = []
    # Columns, not rows of the mapper: a list may have 100,000 lines.
    stored = session.execute(_lines(watchlist).with_only_columns(Watch.watchlist_id, Watch.id, Watch.query))
    for watchlist, rows in groupby(stored, key=itemgetter(0)):
        numbered = [(watch_id, text) for _, watch_id, text in rows]
        for (watch_id, _), line in zip(numbered, read(text for _, text in numbered), strict=True):
            if line.query is None:
                broken.append(Broken(watchlist, line.text, line.broken))
            elif not line.definition:
                watches.append((watch_id, line.query))
    return Loaded(number, tuple(watches), tuple(broken))


def sync(session: Session, wanted: Mapping[str, WatchlistSection], now: datetime) -> Synced:
    """Makes the watchlists of config.yaml so. Lists made by people are left alone; may be called at every start.

    A line that returns gets its old row back, so that a story it fired for stays told.
    """
    added = removed = 0
    broken: list[Broken] = []
    for name, section in wanted.items():
        if _made_by_people(session, name):
            reason = f"a person's watchlist has the id `{name}` already; give the one in config.yaml another id"
            broken += [Broken(name, text, reason) for text in section.watches]
            continue
        _write_list(session, name, section, now)
        more, fewer = _write_lines(session, name, section.watches, now)
        added, removed = added + more, removed + fewer
        broken += [Broken(name, line.text, line.broken) for line in read(section.watches) if line.broken]
    gone = select(Watchlist).where(Watchlist.source == "config", Watchlist.removed_at.is_(None))
    for row in session.scalars(gone.where(Watchlist.id.not_in(list(wanted)))):
        row.removed_at = now
        removed += _write_lines(session, row.id, (), now)[1]
    session.flush()
    return Synced(added, removed, tuple(broken))


def add(
    session: Session,
    text: str,
    now: datetime,
    *,
    watchlist: str = DEFAULT,
    title: str = "",
    alleged: bool = False,
    owner: int | None = None,
) -> Listed:
    """A person's watch, saved; the watchlist is made when it is not there. The same watch twice is one.

    Raises QueryError, or UsageError when the list is config.yaml's or its id cannot be one.
    """
    line = understood(session, text, watchlist)
    row = _own_list(session, watchlist, title, alleged, now, owner)
    watch = _write_line(session, watchlist, line, now)
    session.flush()
    return _listed(row, watch, line)


def understood(session: Session, text: str, watchlist: str = DEFAULT) -> Line:
    """`text` as it would be read in that list, behind its definitions. Raises as `add` does; changes nothing."""
    check_own(session, watchlist)
    if "$" not in text:
        return Line(text, _parsed(text))
    texts = [other for other in _texts(session, watchlist) if other != text]
    line = read([*texts, text])[-1]
    if line.query is None:
        parse(text, _macros(texts))  # raises, with column and suggestion
        raise UsageError(line.broken)
    return line


def add_all(
    session: Session,
    lines: Iterable[str],
    now: datetime,
    *,
    watchlist: str,
    title: str = "",
    alleged: bool = False,
    owner: int | None = None,
) -> int:
    """Many watches of a person, each readable by itself, saved at once; how many of them are new to the list."""
    check_own(session, watchlist)
    _own_list(session, watchlist, title, alleged, now, owner)
    rows = session.execute(select(Watch.query, Watch.id, Watch.removed_at).where(Watch.watchlist_id == watchlist))
    there = {text: (watch_id, removed_at) for text, watch_id, removed_at in rows}
    wanted = dict.fromkeys(lines)
    back = [there[text][0] for text in wanted if text in there and there[text][1] is not None]
    for start in range(0, len(back), PARAMETERS):
        chosen = update(Watch).where(Watch.id.in_(back[start : start + PARAMETERS]))
        session.execute(chosen.values(removed_at=None, broken=""))
    last = session.scalar(select(func.max(Watch.position)).where(Watch.watchlist_id == watchlist))
    first = 0 if last is None else last + 1
    new = [text for text in wanted if text not in there]
    columns = [
        {"watchlist_id": watchlist, "query": text, "position": first + number, "created_at": now, "broken": ""}
        for number, text in enumerate(new)
    ]
    if columns:
        session.execute(insert(Watch), columns)
    if back or new:
        _changed(session)
    session.flush()
    return len(back) + len(new)


@dataclass(frozen=True, slots=True)
class Edit:
    """A watch that an edit changes: its number, and how it is read before and after."""

    id: int
    before: Query
    after: Query


def edits(session: Session, watch_id: int, text: str) -> list[Edit]:
    """What writing `text` in the place of a person's watch would change; of a definition, every watch that uses it.

    Raises UsageError or QueryError, also when another line could not be read any more; changes nothing.
    """
    watch = _own_watch(session, watch_id)
    rows = _lines_by_list(session, watch.watchlist_id)[watch.watchlist_id]
    twin = next((row for row in rows if row.query == text and row.id != watch_id), None)
    if twin is not None:
        raise UsageError(f"`{text}` stands in `{watch.watchlist_id}` already, as number {twin.id}")
    before = read(row.query for row in rows)
    after = read(text if row.id == watch_id else row.query for row in rows)
    at = next(index for index, row in enumerate(rows) if row.id == watch_id)
    if after[at].query is None:
        parse(text, _macros(row.query for row in rows[:at]))  # raises, with column and suggestion
        raise UsageError(after[at].broken)
    changed = []
    for row, old, new in zip(rows, before, after, strict=True):
        if old.query is not None and new.query is None:
            raise UsageError(f"number {row.id}, `{row.query}`, could not be read any more: {new.broken}")
        if old.query and new.query and old.query.root != new.query.root and not (old.definition or new.definition):
            changed.append(Edit(row.id, old.query, new.query))
    return changed


def edit(session: Session, watch_id: int, text: str, now: datetime) -> Listed:
    """A person's watch, replaced by `text` in its place. The old row stays, so that old alerts can say why."""
    edits(session, watch_id, text)  # raises
    watch = _own_watch(session, watch_id)
    rows = _lines_by_list(session, watch.watchlist_id)[watch.watchlist_id]
    lines = read(text if row.id == watch_id else row.query for row in rows)
    written = watch
    for row, line in zip(rows, lines, strict=True):
        if row is not watch:
            row.broken = line.broken
        elif row.query != text:
            watch.removed_at = now
            written = _write_line(session, watch.watchlist_id, line, now, watch.position)
            _changed(session)
    session.flush()
    return next(one for one in listed(session, watch.watchlist_id) if one.id == written.id)


def _own_watch(session: Session, watch_id: int) -> Watch:
    watch = session.get(Watch, watch_id)
    if watch is None or watch.removed_at is not None:
        raise UsageError(f"no watch {watch_id}; see `rasad watch list`")
    row = session.get_one(Watchlist, watch.watchlist_id)
    if row.source == "config":
        raise UsageError(f"watch {watch_id} stands in config.yaml under `{row.id}`; change it there")
    return watch


def check_own(session: Session, watchlist: str) -> None:
    if not _ID.fullmatch(watchlist):
        raise UsageError(f"watchlist id {watchlist!r}: use small letters, digits and hyphens, at most 40")
    row = session.get(Watchlist, watchlist)
    if row is not None and row.source == "config" and row.removed_at is None:
        raise UsageError(f"watchlist `{watchlist}` stands in config.yaml; change it there, or name another one")


def _own_list(
    session: Session, watchlist: str, title: str, alleged: bool, now: datetime, owner: int | None = None
) -> Watchlist:
    """A person's list, made or brought back when it is not there; `owner` is kept when it is."""
    row = session.get(Watchlist, watchlist)
    if row is None:
        row = Watchlist(id=watchlist, title=title, alleged=alleged, source="user", owner=owner, created_at=now)
        session.add(row)
    row.source, row.removed_at, row.title, row.alleged = "user", None, title or row.title, alleged or row.alleged
    session.flush()
    return row


def may_change(row: Watchlist, user_id: int, role: str) -> bool:
    """Whether that Telegram user may change this list: its maker, the owner, and editors where nobody owns it."""
    if row.source == "config" or row.removed_at is not None:
        return False
    return row.owner == user_id or role == "owner" or (role == "editor" and row.owner is None)


def list_of(session: Session, watch_id: int) -> Watchlist | None:
    """The list in which that watch stands now, or None."""
    watch = session.get(Watch, watch_id)
    if watch is None or watch.removed_at is not None:
        return None
    row = session.get_one(Watchlist, watch.watchlist_id)
    return None if row.removed_at is not None else row


def copy(session: Session, watchlist: str, to: str, now: datetime, *, owner: int, title: str = "") -> int:
    """A person's own copy of a list, under the id `to`, to be changed at will; how many lines were written.

    A copy that is there already stays as it is: 0. UsageError for a list nobody has or of thousands of lines.
    """
    original = session.get(Watchlist, watchlist)
    if original is None or original.removed_at is not None:
        raise UsageError(f"no watchlist `{watchlist}`")
    texts = _texts(session, watchlist)
    if len(texts) > LONGEST_COPY:
        raise UsageError(f"`{watchlist}` has {len(texts)} watches, too many to copy here: at most {LONGEST_COPY}")
    there = session.get(Watchlist, to)
    if there is not None and there.owner != owner:
        raise UsageError(f"the id `{to}` is taken")
    if there is not None and there.removed_at is None:
        return 0
    row = _own_list(session, to, title or original.title, original.alleged, now, owner)
    row.deliver, row.urgent = original.deliver, original.urgent
    _write_lines(session, to, texts, now)
    session.flush()
    return len(texts)


def remove_list(session: Session, watchlist: str, now: datetime) -> None:
    """Takes a person's list away, with its watches; the rows stay. May be called twice."""
    row = session.get(Watchlist, watchlist)
    if row is None or row.source == "config" or row.removed_at is not None:
        return
    _write_lines(session, watchlist, (), now)
    row.removed_at = now
    session.flush()


def remove(session: Session, watch_id: int, now: datetime) -> Listed:
    """A person's watch, removed; its row stays, so that old alerts can say why. UsageError when it is not theirs."""
    watch = _own_watch(session, watch_id)
    row = session.get_one(Watchlist, watch.watchlist_id)
    # Only a line with a definition in it needs the others to be read, and a list may have 100,000 of them.
    rows = _lines_by_list(session, row.id)[row.id] if "$" in watch.query else [watch]
    shown = next(
        _listed(row, one, line)
        for one, line in zip(rows, read(other.query for other in rows), strict=True)
        if one is watch
    )
    watch.removed_at = now
    _changed(session)
    session.flush()
    return shown


def listed(session: Session, watchlist: str = "") -> list[Listed]:
    """All lines, or those of one watchlist, in their order. UsageError for a watchlist nobody has."""
    by_list = _lines_by_list(session, watchlist)
    rows = {row.id: row for row in session.scalars(select(Watchlist).where(Watchlist.removed_at.is_(None)))}
    if watchlist and watchlist not in rows:
        raise UsageError(f"no watchlist `{watchlist}`{did_you_mean(watchlist, rows)}")
    return [
        _listed(rows[name], watch, line)
        for name in ([watchlist] if watchlist else sorted(rows))
        for watch, line in zip(by_list.get(name, ()), read(watch.query for watch in by_list.get(name, ())), strict=True)
    ]


def _listed(row: Watchlist, watch: Watch, line: Line) -> Listed:
    understood = "" if line.query is None else str(line.query)
    return Listed(
        watch.id,
        row.id,
        row.title or row.id,
        row.source,
        watch.query,
        understood,
        line.broken,
        watch.created_at,
        row.owner,
    )


def macros(session: Session, watchlist: str) -> Mapping[str, Query]:
    """The definitions of a list, by name without `$`."""
    return _macros(_texts(session, watchlist))


def _macros(texts: Iterable[str]) -> dict[str, Query]:
    found = ((_DEFINITION.match(line.text), line.query) for line in read(texts) if line.definition)
    return {match[1].casefold(): query for match, query in found if match and query}


def _lines(watchlist: str = "") -> Select[Watch]:
    """Every line of every watchlist that is there, or of one, list by list in the order they were written."""
    query = (
        select(Watch)
        .join(Watchlist, Watchlist.id == Watch.watchlist_id)
        .where(Watch.removed_at.is_(None), Watchlist.removed_at.is_(None))
        .order_by(Watch.watchlist_id, Watch.position, Watch.id)
    )
    return query.where(Watch.watchlist_id == watchlist) if watchlist else query


def _texts(session: Session, watchlist: str) -> list[str]:
    return list(session.scalars(_lines(watchlist).with_only_columns(Watch.query)))


def _lines_by_list(session: Session, watchlist: str = "") -> dict[str, list[Watch]]:
    """The lines of every watchlist that is there, or of one, in the order they were written."""
    by_list: dict[str, list[Watch]] = {}
    for watch in session.scalars(_lines(watchlist)):
        by_list.setdefault(watch.watchlist_id, []).append(watch)
    return by_list


def _made_by_people(session: Session, name: str) -> bool:
    row = session.get(Watchlist, name)
    return row is not None and row.source == "user" and row.removed_at is None


def _write_list(session: Session, name: str, section: WatchlistSection, now: datetime) -> None:
    row = session.get(Watchlist, name)
    if row is None:
        row = Watchlist(id=name, created_at=now)
        session.add(row)
    row.title, row.alleged, row.source, row.removed_at = section.title, section.alleged, "config", None
    row.deliver, row.urgent = section.deliver, section.urgent
    session.flush()


def _write_lines(session: Session, name: str, texts: Iterable[str], now: datetime) -> tuple[int, int]:
    """Makes the lines of a watchlist exactly `texts`; how many were added and removed."""
    wanted = {line.text: line for line in read(texts)}
    there = {
        row.query: row
        for row in session.scalars(select(Watch).where(Watch.watchlist_id == name, Watch.removed_at.is_(None)))
    }
    for position, line in enumerate(wanted.values()):
        _write_line(session, name, line, now, position)
    for text in there.keys() - wanted.keys():
        there[text].removed_at = now
        _changed(session)
    return len(wanted.keys() - there.keys()), len(there.keys() - wanted.keys())


def _write_line(session: Session, watchlist: str, line: Line, now: datetime, position: int | None = None) -> Watch:
    watch = session.scalar(select(Watch).where(Watch.watchlist_id == watchlist, Watch.query == line.text))
    if position is None:
        last = session.scalar(select(func.max(Watch.position)).where(Watch.watchlist_id == watchlist))
        position = watch.position if watch is not None else (-1 if last is None else last) + 1
    if watch is None:
        watch = Watch(watchlist_id=watchlist, query=line.text, position=position, created_at=now, broken=line.broken)
        session.add(watch)
        _changed(session)
    elif (watch.removed_at, watch.broken, watch.position) != (None, line.broken, position):
        watch.removed_at, watch.broken, watch.position = None, line.broken, position
        _changed(session)
    return watch


def _changed(session: Session) -> None:
    note = session.get(Note, _VERSION)
    if note is None:
        session.add(Note(key=_VERSION, value={"number": 1}))
        session.flush()
    else:
        note.value = {"number": note.value["number"] + 1}
