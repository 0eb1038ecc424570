"""rasad db: the database's schema."""

from __future__ import annotations

from typing import Annotated

import typer

from alerts.cli.shared import Format, FormatOption, print_rows, settings

db = typer.Typer(help="The database and its schema.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(db, name="db")


@db.command(epilog="Example: rasad db upgrade")
def upgrade(
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing when there is nothing to do.")] = False,
) -> None:
    """Create the tables, or bring them up to date. Safe to run again."""
    from crawler.db import Database
    from migrations import schema

    opened = Database(settings().database_url)
    before, after = schema.upgrade(opened)
    where = opened.url.render_as_string(hide_password=True)
    if before != after:
        typer.echo(f"{where}: schema {before or 'empty'} -> {after}")
    elif not quiet:
        typer.echo(f"{where}: schema {after}, up to date")


@db.command(epilog="Example: rasad db status --format jsonl")
def status(form: FormatOption = Format.table) -> None:
    """Say which schema the database has and how much is stored. Exit 4 when it is not this program's."""
    from sqlalchemy import func, select

    from alerts.models import Alert, Delivery, Match
    from crawler.db import Database
    from crawler.models import Article, EntryPoint, Evidence
    from migrations import schema

    opened = Database(settings().database_url)
    row: dict[str, object] = {
        "database": opened.url.render_as_string(hide_password=True),
        "schema": schema.current(opened) or "empty",
        "program": schema.newest(),
    }
    schema.require_current(opened)
    with opened.read() as session:
        for table in (EntryPoint, Article, Evidence, Match, Alert, Delivery):
            row[table.__tablename__] = session.scalar(select(func.count()).select_from(table))
    print_rows([row], list(row), form)
