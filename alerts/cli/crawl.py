"""rasad crawl: outlets or addresses, now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alerts.cli.extraction import draft_row
from alerts.cli.shared import (
    Format,
    FormatOption,
    console,
    database,
    is_address,
    json_line,
    moment,
    now,
    outlet_named,
    outlets,
    print_rows,
    settings,
)
from crawler.errors import UsageError

if TYPE_CHECKING:
    from alerts.monitor import Monitor
    from crawler.crawl import ArticleEnded, Event
    from crawler.run import Summary


def register(app: typer.Typer) -> None:
    app.command(
        epilog="Examples: rasad crawl fontanka ria | rasad crawl --all --since 2026-11-01 | "
        "rasad crawl https://site.example/news/1 --watch 'name:\"Кирилл Ананьев\"' --no-store"
    )(crawl)


def crawl(
    targets: Annotated[
        list[str] | None,
        typer.Argument(metavar="[OUTLET or URL ...]", help="Outlet ids; article, feed or home addresses."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every outlet of the configuration.")] = False,
    due: Annotated[bool, typer.Option("--due", help="Only what the schedule says is due.")] = False,
    folder: Annotated[
        Path | None, typer.Option("--outlets", help="Outlet YAMLs of this folder; without other targets, all of them.")
    ] = None,
    since: Annotated[
        str, typer.Option(help="Only articles published from this day on; archives are read back to it.")
    ] = "",
    until: Annotated[str, typer.Option(help="Only articles published before this day.")] = "",
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many articles per entry point.")] = None,
    watch: Annotated[str, typer.Option(help="Match at once and print the hits.")] = "",
    store: Annotated[bool, typer.Option("--store/--no-store", help="Keep articles and copies, or nothing.")] = True,
    form: FormatOption = Format.table,
) -> None:
    """Crawl now. Polite beside a running daemon: both take turns per host.

    Closes with a summary per outlet. Exit 1 when something could not be read, 130 when stopped by Ctrl-C.
    """
    from crawler import run
    from crawler.crawl import ArticleEnded, Limits

    current = settings()
    known = outlets(current, [folder] if folder else [], only_extra=folder is not None)
    wanted = list(targets or [])
    if every or due or (folder and not wanted):
        wanted += [outlet.id for outlet in known.by_id.values() if not outlet.archive_only]
    for target in wanted:
        if "://" not in target:
            outlet_named(known, target)
        elif not is_address(target):
            raise UsageError(f"{target!r} is not an http or https address")
    if not wanted:
        raise UsageError("nothing to crawl: name outlets or addresses, or say --all or --due")
    monitor = _monitor(watch) if watch else None
    opened = database(current) if store else None
    with _progress(form) as (begin, advance):

        def heard(event: Event) -> None:
            advance(event)
            if isinstance(event, ArticleEnded):
                _show(event, monitor, form)

        limits = Limits(moment(since, "--since"), moment(until, "--until"), limit)
        summary = run.crawl_once(
            run.Order(wanted, known, limits, due_only=due and not every),
            current.config.crawl,
            now,
            database=opened,
            evidence=current.evidence if store else None,
            on_event=heard,
            on_start=begin,
        )
    _close(summary, form)


def _monitor(watch: str) -> Monitor[str]:
    from alerts.monitor import Monitor
    from alerts.query import parse

    return Monitor([(watch, parse(watch))])


@contextmanager
def _progress(form: Format) -> Iterator[tuple[Callable[[int], None], Callable[[Event], None]]]:
    """A bar of checks on a terminal, nothing elsewhere."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from crawler.crawl import CheckEnded

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    out = console(stderr=True)
    with Progress(*columns, console=out, disable=not out.is_terminal or form is Format.jsonl, transient=True) as bar:
        task = bar.add_task("reading", total=None)
        articles = 0

        def advance(event: Event) -> None:
            nonlocal articles
            if isinstance(event, CheckEnded):
                bar.advance(task)
            else:
                articles += 1
                bar.update(task, description=f"reading · {articles} articles")

        yield (lambda checks: bar.update(task, total=checks)), advance


def _show(ended: ArticleEnded, monitor: Monitor[str] | None, form: Format) -> None:
    """One article as it ends: a JSON line, or its hits."""
    from crawler.types import Draft

    if form is Format.jsonl:
        typer.echo(json_line(_row(ended, monitor)))
    elif monitor is not None and isinstance(ended.end, Draft):
        for hit in _hits(ended, monitor):
            _print_hit(ended.end.title, ended.end.url, hit)


def _row(ended: ArticleEnded, monitor: Monitor[str] | None) -> dict[str, Any]:
    from crawler.types import Draft, Saved, Unchanged

    if not isinstance(ended.end, Draft):
        word = type(ended.end).__name__.lower()
        return {"url": ended.url, "outlet": ended.outlet, "outcome": word, word: ended.end.reason}
    match ended.stored:
        case Saved():
            outcome = "new" if ended.stored.new else "edited"
        case Unchanged():
            outcome = "unchanged"
        case _:
            outcome = "read"
    row = draft_row(ended.end, ended.outlet)
    row["outcome"] = outcome
    row["matches"] = _hits(ended, monitor) if monitor else []
    return row


def _hits(ended: ArticleEnded, monitor: Monitor[str]) -> list[dict[str, Any]]:
    from alerts.document import Document
    from alerts.quote import quote
    from crawler.types import Draft

    assert isinstance(ended.end, Draft)
    draft = ended.end
    document = Document(
        title=draft.title,
        text=draft.text,
        outlet=ended.outlet,
        language=draft.language,
        section=draft.section,
        published=draft.published.at,
    )
    rows = []
    for hit in monitor.match(document):
        told, spans = quote(document, hit)
        rows.append({"watch": hit.watch, "spans": hit.spans, "quote": told, "quote_spans": spans, "why": hit.why})
    return rows


def _print_hit(title: str, url: str, hit: dict[str, Any]) -> None:
    from rich.text import Text

    out = console()
    out.print(Text(title, style="bold"))
    out.print(Text(url, style="blue"))
    told = Text(f"❝ {hit['quote']} ❞")
    for start, end in hit["quote_spans"]:
        told.stylize("bold black on yellow", start + 2, end + 2)
    out.print(told)
    for line in hit["why"]:
        out.print(Text(f"  {line}", style="dim"))
    out.print()


def _close(summary: Summary, form: Format) -> None:
    """The closing table (on stderr beside JSON lines), and the exit code."""
    rows = [
        {
            "outlet": outlet,
            "found": counts.found,
            "new": counts.new,
            "edited": counts.edited,
            "unchanged": counts.unchanged,
            "rejected": _reasons(counts.rejected),
            "failed": _reasons(counts.failed),
        }
        for outlet, counts in sorted(summary.outlets.items())
    ]
    if form is Format.table:
        print_rows(rows, ["outlet", "found", "new", "edited", "unchanged", "rejected", "failed"], form)
    else:
        for row in rows:
            typer.echo(json_line({"summary": row}), err=True)
    if summary.interrupted:
        typer.secho("stopped before the end", err=True)
        raise typer.Exit(130)
    if any(counts.failed for counts in summary.outlets.values()):
        raise typer.Exit(1)


def _reasons(counts: dict[str, int]) -> str:
    return "; ".join(f"{count} {reason}" for reason, count in counts.items())
