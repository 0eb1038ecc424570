"""rasad outlets: what is watched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from alerts.cli.shared import Format, FormatOption, console, json_line, now, outlet_named, print_rows, settings
from alerts.cli.shared import outlets as known_outlets
from crawler.outlets import Outlet

outlets = typer.Typer(help="The outlets that are watched.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(outlets, name="outlets")


@outlets.command("list", epilog="Example: rasad outlets list --language ar")
def list_outlets(
    language: Annotated[str, typer.Option(help="Only outlets in this language.")] = "",
    form: FormatOption = Format.table,
) -> None:
    """Every outlet: language, leaning, entry points, its last article, and its health in one word."""
    from crawler.health import COLOURS

    current = settings()
    loaded = known_outlets(current)
    readings = _readings(current.database_url, loaded.by_id)
    rows = [
        _row(outlet, readings)
        for outlet in sorted(loaded.by_id.values(), key=lambda outlet: outlet.id)
        if not language or language in outlet.languages
    ]
    columns = ["id", "name", "languages", "country", "leaning", "entry_points", "articles", "last_article", "health"]
    print_rows(rows, columns, form, colours={"health": COLOURS})


def _readings(database_url: str, outlets: Mapping[str, Outlet]) -> dict[str, dict[str, Any]]:
    """What the database knows of each outlet; empty before the first `rasad db upgrade`."""
    from sqlalchemy import func, select

    from crawler import health_rows
    from crawler.db import Database
    from crawler.errors import DatabaseError
    from crawler.models import Article, EntryPoint
    from migrations.schema import require_current

    opened = Database(database_url)
    try:
        require_current(opened)
    except DatabaseError:
        return {}
    known: dict[str, dict[str, Any]] = {}
    with opened.read() as session:
        for point in session.scalars(select(EntryPoint).where(EntryPoint.retired_at.is_(None)).order_by(EntryPoint.id)):
            read = known.setdefault(point.outlet, {"articles": 0, "last_read": []})
            if point.last_checked_at:
                read["last_read"].append(f"{point.last_checked_at:%Y-%m-%d %H:%M} {point.last_outcome}")
        for outlet, count in session.execute(select(Article.outlet, func.count()).group_by(Article.outlet)):
            known.setdefault(outlet, {"articles": 0, "last_read": []})["articles"] = count
        for outlet, seen in health_rows.glance(session, outlets, now()).items():
            read = known.setdefault(outlet, {"articles": 0, "last_read": []})
            read.update(last_article=seen.last_article_at, health=seen.state)
    return known


def _row(outlet: Outlet, readings: dict[str, dict[str, Any]]) -> dict[str, Any]:
    read = readings.get(outlet.id, {})
    return {
        "id": outlet.id,
        "name": outlet.name,
        "home": outlet.home,
        "languages": outlet.languages,
        "country": outlet.country,
        "leaning": outlet.leaning_on(now().date()),
        "archive_only": outlet.archive_only,
        "entry_points": [f"{point.kind} ({point.confidence})" for point in outlet.entry_points],
        "articles": read.get("articles", 0),
        "last_read": "; ".join(read.get("last_read", [])),
        "last_article": read.get("last_article"),
        "health": "" if outlet.archive_only else read.get("health", "new"),
    }


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


@outlets.command(epilog="Example: rasad outlets check fontanka")
def check(outlet: Annotated[str, typer.Argument(help="The outlet's id.")]) -> None:
    """Fetch the outlet once, dry, and print every step's reasoning. Stores nothing. Exit 1 when it cannot be read."""
    from crawler import run

    current = settings()
    found = outlet_named(known_outlets(current), outlet)
    raise typer.Exit(0 if run.check_outlet(found, current.config.crawl, now, typer.echo) else 1)
