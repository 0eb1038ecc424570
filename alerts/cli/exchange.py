"""rasad watch import, export: watchlists from files and into files."""

from __future__ import annotations

import csv
import enum
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alerts.cli.shared import Format, FormatOption, database_in_step, json_line, now, print_rows, settings
from alerts.cli.watches import watch
from crawler.errors import UsageError

if TYPE_CHECKING:
    from alerts.imports import Read

_SHOWN = 20  # refusals a person is shown; --format jsonl prints all
_TOLD_EVERY = 2_000  # lines between two steps of the bar


class FileFormat(enum.StrEnum):
    csv = "csv"
    jsonl = "jsonl"


FileFormatOption = Annotated[FileFormat, typer.Option("--format", help="CSV with a header, or one JSON object a line.")]


def register(app: typer.Typer) -> None:
    """The commands join those of `rasad watch`."""


@watch.command("import", epilog="Example: rasad watch import sanctioned persons.csv")
def import_list(
    watchlist: Annotated[str, typer.Argument(help="A list of yours; made when it does not exist.")],
    file: Annotated[Path, typer.Argument(help="CSV, or JSON lines when its name ends in .json, .jsonl or .ftm.")],
    title: Annotated[str, typer.Option(help="What a new list is for.")] = "",
    alleged: Annotated[bool, typer.Option("--alleged", help="Head the list's alerts Alleged.")] = False,
    form: FormatOption = Format.table,
) -> None:
    """Watch for the persons and organisations of a file: CSV, or FollowTheMoney / OpenSanctions JSON lines.

    CSV has a header with `name` and, if you like, `aliases` separated by |. May be repeated: what is there stays one.
    Exit 1 when lines were refused; the others are saved. jsonl: one line per refusal, {line, text, reason}, then
    {imported, new, refused, skipped, left_out}.
    """
    from alerts import imports, subscriptions, watchlists

    opened = database_in_step(settings())
    with opened.read() as session:
        watchlists.check_own(session, watchlist)
    entries: list[str] = []
    refused: list[dict[str, Any]] = []
    skipped: dict[str, int] = {}
    left_out = 0
    jsonl = file.suffix.casefold() in (".json", ".jsonl", ".ftm", ".ndjson")
    for one in _watched(imports.read(_lines(file), jsonl=jsonl)):
        match one:
            case imports.Entry():
                entries.append(one.watch)
                left_out += one.left_out
            case imports.Refused():
                refused.append({"line": one.line, "text": one.text, "reason": one.reason})
            case imports.Skipped():
                skipped[one.schema] = skipped.get(one.schema, 0) + 1
    new = 0
    if entries:
        with opened.begin() as session:
            new = watchlists.add_all(session, entries, now(), watchlist=watchlist, title=title, alleged=alleged)
            heard = any(row.watchlist == watchlist for row in subscriptions.listed(session))
        if not heard:
            typer.secho(f"nobody gets its alerts yet: rasad subscriptions add {watchlist} telegram:CHAT_ID", err=True)
    counts = {"imported": len(entries), "new": new, "refused": len(refused), "skipped": skipped, "left_out": left_out}
    _report(file, watchlist, counts, refused, form)
    if refused or not entries:
        raise typer.Exit(1)


def _report(
    file: Path, watchlist: str, counts: Mapping[str, Any], refused: Sequence[Mapping[str, Any]], form: Format
) -> None:
    if form is Format.jsonl:
        print_rows([*refused, counts], (), form)
        return
    for one in refused[:_SHOWN]:
        typer.secho(f"{file}:{one['line']}: {one['text']}: {one['reason']}", fg="yellow", err=True)
    if len(refused) > _SHOWN:
        typer.secho(f"and {len(refused) - _SHOWN} more: --format jsonl prints them all", fg="yellow", err=True)
    typer.echo(
        f"{watchlist}: {counts['imported']:,} read, {counts['new']:,} of them new, {counts['refused']:,} refused"
    )
    for schema, count in sorted(counts["skipped"].items()):
        typer.echo(f"{count:,} of schema {schema} are neither persons nor organisations and were skipped")
    if counts["left_out"]:
        typer.echo(f"{counts['left_out']:,} aliases left out: one word alone, or a script that is not read")


def _lines(file: Path) -> Iterator[str]:
    """The lines of a UTF-8 file or, for `-`, of stdin. Raises UsageError."""
    try:
        with sys.stdin.buffer if str(file) == "-" else file.open("rb") as raw:
            for number, line in enumerate(raw, start=1):
                try:
                    yield line.decode("utf-8")
                except UnicodeDecodeError as cause:
                    raise UsageError(f"{file}:{number}: not UTF-8; save it as UTF-8, nothing was imported") from cause
    except OSError as cause:
        raise UsageError(f"{file}: cannot be read: {cause.strerror}") from cause


def _watched(found: Iterable[Read]) -> Iterator[Read]:
    """The same, with a bar on stderr on a terminal."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = SpinnerColumn(), TextColumn("{task.completed:,.0f} lines read"), TimeElapsedColumn()
    from alerts.cli.shared import console

    with Progress(*columns, console=console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("", total=None)
        for number, one in enumerate(found, start=1):
            if number % _TOLD_EVERY == 0:
                bar.update(task, completed=number)
            yield one


@watch.command(epilog="Example: rasad watch export named-persons > named-persons.csv")
def export(
    watchlist: Annotated[str, typer.Argument(help="A watchlist's id, see `rasad watch list`.")],
    form: FileFormatOption = FileFormat.csv,
) -> None:
    """A watchlist as a file that `rasad watch import` reads: name, aliases, watch. Definitions stay behind.

    jsonl: one line per watch, {name, aliases, watch}.
    """
    from alerts import imports, watchlists

    opened = database_in_step(settings())
    with opened.read() as session:
        loaded = watchlists.load(session, watchlist)
    for broken in loaded.broken:
        typer.secho(f"left out: {broken.text}: {broken.reason}", fg="yellow", err=True)
    # A macro is written out: the file stands for itself.
    rows = (imports.row(str(query) if "$" in query.text else query.text, query) for _, query in loaded.watches)
    columns = ["name", "aliases", "watch"]
    write_rows(({"name": row.name, "aliases": list(row.aliases), "watch": row.watch} for row in rows), columns, form)


def write_rows(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], form: FileFormat) -> int:
    """Rows on stdout as CSV, lists joined by |, or as JSON lines; how many."""
    count = 0
    table = csv.writer(sys.stdout, lineterminator="\n")
    if form is FileFormat.csv:
        table.writerow(columns)
    for count, row in enumerate(rows, start=1):  # noqa: B007
        if form is FileFormat.jsonl:
            typer.echo(json_line(row))
        else:
            table.writerow([_cell(row[column]) for column in columns])
    return count


def _cell(value: object) -> str:
    """As a spreadsheet should show it: a text that would be taken for a formula is set apart by an apostrophe."""
    from alerts.cli.shared import iso
    from alerts.imports import FORMULA

    match value:
        case list() | tuple():
            text = "|".join(str(part) for part in value)
        case None:
            text = ""
        case _ if hasattr(value, "astimezone"):
            text = iso(value) or ""  # type: ignore[arg-type]
        case _:
            text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
