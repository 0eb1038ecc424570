"""What every command needs: the settings, the database, rows printed as a table or as JSON lines."""

from __future__ import annotations

import enum
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from alerts.config import Settings
    from crawler.db import Database
    from crawler.outlets import Outlet, Outlets


class Format(enum.StrEnum):
    table = "table"
    jsonl = "jsonl"


MOST_ROWS = 1_000_000

FormatOption = Annotated[Format, typer.Option("--format", help="A table for people or one JSON object a line.")]


@dataclass(slots=True)
class State:
    """The global options of this invocation."""

    config_path: Path | None = None
    verbose: bool = False


state = State()


def now() -> datetime:
    return datetime.now(UTC)


def settings(*, logging_on: bool = True) -> Settings:
    """The configuration; also switches logging on, since every command that reads it may log."""
    from alerts.config import load
    from crawler.log import configure

    if logging_on:
        configure(verbose=state.verbose, quiet=not state.verbose)
    return load(state.config_path)


def database(current: Settings) -> Database:
    """The database, with exactly this program's schema. Raises SchemaError or DatabaseError."""
    from crawler.db import Database
    from migrations.schema import require_current

    opened = Database(current.database_url)
    require_current(opened)
    return opened


def database_in_step(current: Settings) -> Database:
    """As `database`, with the watchlists and subscriptions of config.yaml as they stand there now."""
    from alerts import subscriptions, watchlists

    opened = database(current)
    with opened.begin() as session:
        watchlists.sync(session, current.config.watchlists, now())
        subscriptions.sync(session, current.config.subscriptions, now())
    return opened


def outlets(current: Settings, extra: Sequence[Path] = (), *, only_extra: bool = False) -> Outlets:
    """The outlets of the configuration; broken files are named on stderr and never stop the others."""
    from crawler import outlets as known

    if only_extra:
        loaded = known.load(extra, shipped=False)
    else:
        use = current.config.outlets.use
        loaded = known.load([*current.outlet_folders, *extra], use="all" if isinstance(use, str) else use)
    for problem in loaded.broken:
        typer.secho(problem, fg="yellow", err=True)
    return loaded


def outlet_named(known: Outlets, outlet_id: str) -> Outlet:
    """Raises UsageError with a "did you mean"."""
    try:
        return known.get(outlet_id)
    except ConfigError as cause:
        raise UsageError(str(cause)) from cause


def console(*, stderr: bool = False) -> Console:
    """A console that does not cut columns when its output is piped."""
    from rich.console import Console

    made = Console(stderr=stderr, highlight=False)
    return made if made.is_terminal else Console(stderr=stderr, highlight=False, width=200)


def print_rows(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], form: Format, *, empty: str = "") -> int:
    """Print `rows` and return how many there were. jsonl prints every key; a table prints `columns`."""
    count = 0
    if form is Format.jsonl:
        for row in rows:
            typer.echo(json_line(row))
            count += 1
        return count
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, header_style="bold", box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(cell(row.get(column))) for column in columns))
        count += 1
    if count:
        console().print(table)
    elif empty:
        typer.secho(empty, err=True)
    return count


def json_line(row: Mapping[str, Any]) -> str:
    """`row` as JSON without a newline; where stdout is not UTF-8, with escapes, which say the same to a program."""
    utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    return json.dumps(row, ensure_ascii=not utf8, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    return str(value)


def iso(moment: datetime | None) -> str | None:
    """UTC ISO 8601 with a Z, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.astimezone().strftime("%Y-%m-%d %H:%M")
        case list() | tuple():
            return ", ".join(str(part) for part in value)
        case _:
            return str(value)


def is_address(text: str) -> bool:
    """Whether it is an http or https address with a host."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(text.strip())
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def row_id(text: str | int) -> int:
    """The number of a row; one that no database could hold becomes the greatest, which no row has."""
    number = int(text)
    return min(number, 2**63 - 1)


def ago(text: str) -> timedelta:
    """`30d`, `24h` as a timedelta, at most a hundred years. Raises UsageError."""
    from pydantic import TypeAdapter, ValidationError

    from crawler.config import Duration

    try:
        return TypeAdapter(Duration).validate_python(text)
    except ValidationError as cause:
        raise UsageError(f"{text!r} is not a span of time; write it like 30d, 24h or 15m") from cause


def moment(text: str | None, option: str) -> datetime | None:
    """A day or an ISO moment, as UTC. Raises UsageError naming the option."""
    if not text:
        return None
    try:
        parsed = datetime.fromisoformat(text)
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError) as cause:
        raise UsageError(f"{option} {text!r}: write a day like 2026-11-22, or an ISO time") from cause


def read_text(file: Path) -> str:
    """A UTF-8 text from a file or, for `-`, stdin; newlines as they stand. Raises UsageError."""
    try:
        raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        return raw.decode("utf-8")
    except OSError as cause:
        raise UsageError(f"{file}: cannot be read: {cause.strerror}") from cause
    except UnicodeDecodeError as cause:
        raise UsageError(f"{file}: not UTF-8 at byte {cause.start}; save it as UTF-8") from cause
