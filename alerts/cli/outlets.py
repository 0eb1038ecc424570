"""rasad outlets: what is watched, and whether it can be read. Adding and recording are in `outlet_files`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alerts.cli.shared import (
    Format,
    FormatOption,
    console,
    json_line,
    now,
    outlet_named,
    settings,
)
from alerts.cli.shared import outlets as known_outlets
from crawler.errors import UsageError
from crawler.outlets import Outlet, trust

if TYPE_CHECKING:
    from alerts.config import Settings
    from crawler.db import Database
    from crawler.fetch.turns import Leases
    from crawler.healing import Move
    from crawler.outlets import Outlets
    from crawler.records import Difference

outlets = typer.Typer(help="The outlets that are watched.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(outlets, name="outlets")


@outlets.command("list", epilog="Examples: rasad outlets list --language ar | rasad outlets list --json")
def list_outlets(
    language: Annotated[str, typer.Option(help="Only outlets in this language.")] = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object an outlet; the same as --format jsonl.")
    ] = False,
    form: FormatOption = Format.table,
) -> None:
    """Every outlet: language, leaning, entry points, last article, health in one word; what was healed."""
    current = settings()
    loaded = known_outlets(current)
    known = _known(current.database_url, loaded.by_id)
    chosen = [one for _, one in sorted(loaded.by_id.items()) if not language or language in one.languages]
    rows = [_row(outlet, known.get(outlet.id, Known())) for outlet in chosen]
    if as_json or form is Format.jsonl:
        for row in rows:
            typer.echo(json_line(row))
        return
    _print_outlets(rows)


@dataclass(slots=True)
class Known:
    """What the database knows of an outlet."""

    articles: int = 0
    last_article: datetime | None = None
    checks: list[tuple[datetime, str]] = field(default_factory=list)  # the last of each entry point
    moves: list[Move] = field(default_factory=list)
    health: str = "new"
    last_look: str = ""  # for a better entry point


def _known(database_url: str, outlets: Mapping[str, Outlet]) -> dict[str, Known]:
    """By outlet; empty before the first `rasad db upgrade`."""
    from sqlalchemy import func, select

    from crawler import healing, health_rows
    from crawler.models import Article, EntryPoint

    opened = _opened(database_url)
    if opened is None:
        return {}
    known: dict[str, Known] = defaultdict(Known)
    with opened.read() as session:
        for point in session.scalars(select(EntryPoint).where(EntryPoint.retired_at.is_(None)).order_by(EntryPoint.id)):
            if point.last_checked_at:
                known[point.outlet].checks.append((point.last_checked_at, point.last_outcome))
        newest = func.max(func.coalesce(Article.published_at, Article.first_seen_at))
        query = select(Article.outlet, func.count(), newest).where(
            func.coalesce(Article.published_at, Article.first_seen_at) <= now()
        )
        for outlet, count, last in session.execute(query.group_by(Article.outlet)):
            known[outlet].articles, known[outlet].last_article = count, last
        for outlet, moves in healing.moves(session).items():
            known[outlet].moves = moves
        for outlet, look in healing.last_looks(session).items():
            known[outlet].last_look = look
        for health in health_rows.judged(session, outlets, now()) if outlets else ():
            known[health.outlet].health = health.state
    return known


def _opened(database_url: str) -> Database | None:
    """The database if there is one of this program's schema; asking makes none."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    from crawler.db import Database
    from crawler.errors import DatabaseError
    from migrations.schema import require_current

    try:
        address = make_url(database_url)
        if address.get_backend_name() == "sqlite" and not Path(address.database or "").is_file():
            return None
        opened = Database(database_url)
        require_current(opened)
    except (DatabaseError, ArgumentError):
        return None
    return opened


def turns(current: Settings) -> Leases | None:
    """The turns of a daemon beside us, where there may be one: no host is asked by two processes at a time."""
    opened = _opened(current.database_url)
    if opened is None:
        return None
    from crawler.store import Stored

    return Stored(opened, current.evidence, current.config.crawl, now).leases


# How far an entry point is trusted -> the mark behind its kind.
_MARKS = {"proven": "", "unproven": "?"}


def _row(outlet: Outlet, known: Known) -> dict[str, Any]:
    found = [move for move in known.moves if move.url not in [point.url for point in outlet.entry_points]]
    return {
        "id": outlet.id,
        "name": outlet.name,
        "home": outlet.home,
        "languages": outlet.languages,
        "country": outlet.country,
        "leaning": outlet.leaning_on(now().date()),
        "trust": trust(outlet),
        "entry_points": [
            {"kind": point.kind, "url": point.url, "confidence": point.confidence} for point in outlet.entry_points
        ],
        "found": [
            {"kind": one.kind, "url": one.url, "instead_of": one.instead_of, "since": one.since, "yaml": one.yaml}
            for one in found
        ],
        "last_look": known.last_look,
        "articles": known.articles,
        "last_article": known.last_article,
        "last_checks": [{"at": at, "outcome": outcome} for at, outcome in known.checks],
        "health": "archive" if outlet.archive_only else known.health,
    }


def _print_outlets(rows: Sequence[dict[str, Any]]) -> None:
    """A table that stays legible at 80 columns, the counts, and what a person should write into a YAML."""
    from rich.table import Table
    from rich.text import Text

    from crawler.health import COLOURS

    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 1, 0, 0))
    for column, width in (("id", 14), ("lang", 5), ("leaning", 16), ("entry points", 14), ("newest", 10)):
        table.add_column(column, max_width=width, no_wrap=True, overflow="ellipsis")
    table.add_column("health", max_width=16, no_wrap=True, overflow="ellipsis")
    for row in rows:
        kinds = [f"{one['kind']}{_MARKS.get(one['confidence'], '~')}" for one in row["entry_points"]]
        kinds += [f"{one['kind']}+" for one in row["found"]]
        languages, word = ",".join(row["languages"]), row["health"]
        style = COLOURS.get(word, "dim")
        table.add_row(
            row["id"], languages, row["leaning"], " ".join(kinds), _age(row["last_article"]), Text(word, style)
        )
    out = console()
    out.print(table)
    counts = Counter(row["trust"] for row in rows)
    told = ", ".join(f"{counts[word]} {word}" for word in ("proven", "listed", "unproven", "archive only"))
    out.print(f"\n{len(rows)} outlets: {told}", style="bold")
    out.print("kind: proven by us · kind~ in lists of others · kind? unproven · kind+ found by Rasad", style="dim")
    for row in rows:
        for one in row["found"]:
            gone = f" instead of {one['instead_of']}" if one["instead_of"] else ""
            out.print(
                Text(f"{row['id']}: reads {one['url']}{gone}; write into its YAML: {one['yaml']}", "yellow"),
                soft_wrap=True,
            )


def _age(at: datetime | None) -> str:
    if at is None:
        return ""
    age = now() - at
    if age < timedelta(hours=1):
        return f"{age // timedelta(minutes=1)} min"
    return f"{age // timedelta(hours=1)} h" if age < timedelta(days=2) else f"{at:%Y-%m-%d}"


@outlets.command(epilog="Example: rasad outlets show fontanka")
def show(
    outlet: Annotated[str, typer.Argument(help="The outlet's id.")],
    form: FormatOption = Format.table,
) -> None:
    """Everything the outlet's YAML says."""
    found = outlet_named(known_outlets(settings()), outlet)
    facts = found.model_dump(mode="json", exclude_defaults=True)
    if form is Format.jsonl:
        typer.echo(json_line(facts))
        return
    import yaml
    from rich.text import Text

    console().print(Text(yaml.safe_dump(facts, allow_unicode=True, sort_keys=False).rstrip()))


@outlets.command(epilog="Examples: rasad outlets check fontanka | rasad outlets check --recorded")
def check(
    outlet: Annotated[str, typer.Argument(metavar="[ID]", help="The outlet's id.")] = "",
    recorded: Annotated[
        bool, typer.Option("--recorded", help="Read the recorded pages again and show what differs; no network.")
    ] = False,
) -> None:
    """Fetch the outlet once, dry, and print every step's reasoning. Stores nothing.

    Exit 1 when it cannot be read, or when a recorded page reads otherwise than a person agreed to.
    """
    current = settings()
    known = known_outlets(current)
    found = outlet_named(known, outlet) if outlet else None
    if recorded:
        raise typer.Exit(0 if _replay(current, known, outlet) else 1)
    if found is None:
        raise UsageError("name an outlet, or say --recorded")
    from crawler import dry

    learnt = _known(current.database_url, {found.id: found}).get(found.id, Known())
    if learnt.last_look:
        typer.echo(f"last look for a better entry point: {learnt.last_look}")
    raise typer.Exit(
        0 if dry.check_outlet(found, current.config.crawl, now, typer.echo, learnt.moves, turns(current)) else 1
    )


def _replay(current: Settings, known: Outlets, outlet_id: str) -> bool:
    """Whether every recorded page reads as it was agreed."""
    from crawler import records

    count = drifted = 0
    for record in (one for folder in current.outlet_folders for one in records.records(folder, outlet_id)):
        count += 1
        if record.outlet not in known.by_id:
            changed = [records.Difference("outlet", record.outlet, "no outlet of this id")]
        else:
            changed = records.differences(record, known.by_id[record.outlet])
        drifted += bool(changed)
        typer.echo(f"{'differs' if changed else 'as agreed'}  {record.outlet}  {record.page.url}")
        for one in changed:
            _show_difference(one)
    if not count:
        typer.secho("no page is recorded; `rasad outlets record ID URL` records one", err=True)
        return False
    typer.echo(f"{count} recorded, {f'{drifted} read otherwise than agreed' if drifted else 'all as agreed'}")
    return not drifted


def _show_difference(one: Difference) -> None:
    if one.expected.startswith("- ") or one.found.startswith("+ "):
        typer.echo(f"  {one.key}:")
        for line in (*one.expected.splitlines(), *one.found.splitlines()):
            typer.secho(f"    {line}", fg="red" if line.startswith("-") else "green")
        return
    typer.echo(f"  {one.key}: {one.expected} -> {one.found}")
