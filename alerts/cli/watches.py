"""rasad watch: what is watched for, and what it would have caught."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alerts.cli.shared import (
    Format,
    FormatOption,
    ago,
    console,
    database,
    database_in_step,
    json_line,
    now,
    outlets,
    print_rows,
    read_text,
    row_id,
    settings,
)
from crawler.config import did_you_mean
from crawler.errors import FetchError, UsageError

if TYPE_CHECKING:
    from alerts.config import Config, Settings
    from alerts.document import Document
    from alerts.monitor import Monitor
    from alerts.query import Query

watch = typer.Typer(help="Watches and watchlists.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(watch, name="watch")


def query_problems(config: Config, where: Callable[..., str]) -> list[str]:
    """One message for every watch of config.yaml that cannot be read; `where` gives file and line of a key."""
    from alerts.watchlists import read

    return [
        f"{where('watchlists', name, 'watches', number)}: watchlist {name}, `{line.text}`: {line.broken}"
        for name, watchlist in config.watchlists.items()
        for number, line in enumerate(read(watchlist.watches))
        if line.broken
    ]


@watch.command("list", epilog="Example: rasad watch list --watchlist named-persons")
def list_watches(
    watchlist: Annotated[str, typer.Option(help="Only this list's.")] = "",
    form: FormatOption = Format.table,
) -> None:
    """Watchlists and their watches. Those of config.yaml are changed there."""
    from sqlalchemy import func, select

    from alerts.models import Match, Watch, Watchlist

    query = (
        select(Watch, Watchlist, func.count(Match.id))
        .join(Watchlist, Watchlist.id == Watch.watchlist_id)
        .outerjoin(Match, Match.watch_id == Watch.id)
        .where(Watch.removed_at.is_(None), Watchlist.removed_at.is_(None))
        .group_by(Watch.id, Watchlist.id)
        .order_by(Watchlist.id, Watch.position, Watch.id)
    )
    if watchlist:
        query = query.where(Watchlist.id == watchlist)
    opened = database_in_step(settings())
    with opened.read() as session:
        rows = [
            {
                "id": found.id,
                "watchlist": owner.id,
                "title": owner.title,
                "watch": found.query,
                "source": owner.source,
                "hits": hits,
                "broken": found.broken,
            }
            for found, owner, hits in session.execute(query)
        ]
        there = set(session.scalars(select(Watchlist.id).where(Watchlist.removed_at.is_(None))))
    if watchlist and watchlist not in there:
        raise UsageError(f"no watchlist `{watchlist}`{did_you_mean(watchlist, sorted(there))}")
    columns = ["id", "watchlist", "watch", "source", "hits", "broken"]
    print_rows(rows, columns, form, empty="no watches; write them into config.yaml, or `rasad watch add LIST QUERY`")


@watch.command(epilog="Example: rasad watch remove 17")
def remove(number: Annotated[int, typer.Argument(help="The watch's number in `rasad watch list`.")]) -> None:
    """Watch for it no more. Earlier alerts can still say why they fired."""
    from alerts import watchlists

    opened = database_in_step(settings())
    with opened.begin() as session:
        gone = watchlists.remove(session, row_id(number), now())
    typer.echo(f"{gone.watchlist} no longer watches for {gone.query}")


@dataclass(frozen=True, slots=True)
class _Tried:
    """A text a watch is tried on. `name` is its file, or the address of an article."""

    name: str
    document: Document


@watch.command(epilog="Example: rasad watch test 'name:\"Кирилл Ананьев\"' article.txt --format jsonl")
def test(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[QUERY] [FILE...]", help="UTF-8 texts, first line the title; - for stdin."),
    ] = None,
    watchlist: Annotated[str, typer.Option(help="The watches of this list instead of a QUERY.")] = "",
    url: Annotated[str, typer.Option(help="Fetch this page and try it.")] = "",
    stored: Annotated[str, typer.Option(help="Try the stored articles of the last 30d, 24h ...")] = "",
    outlet: Annotated[str, typer.Option(help="Pretend the text is this outlet's.")] = "",
    language: Annotated[str, typer.Option(help="The text's language. [detected]")] = "",
    form: FormatOption = Format.table,
) -> None:
    """What would have matched, and why. Exit 1 when nothing does.

    jsonl: one line per text, {file, matched, hits: [{watch, start, end, quote, why}]}; offsets are half-open, in code points
    of the decoded file, its first line included.
    """
    from alerts.monitor import Monitor
    from alerts.query import parse

    given = list(words or [])
    if not watchlist and not given:
        raise UsageError("give a QUERY, or --watchlist ID")
    current = settings()
    queries = _of_list(current, watchlist) if watchlist else [(given[0], parse(given.pop(0)))]
    if not given and not url and not stored:
        raise UsageError("give FILES, --url or --stored 30d to try it on")
    monitor = Monitor(queries)
    unread: list[str] = []
    texts = _texts(current, given, unread, url, stored, outlet, language)
    matched = sum(_try(monitor, tried, form) for tried in texts)
    if unread:
        raise UsageError(f"{len(unread)} of {len(given)} files could not be read; the others were tried")
    if not matched:
        if form is Format.table:
            typer.secho("no match", err=True)
        raise typer.Exit(1)


def _of_list(current: Settings, watchlist: str) -> list[tuple[str, Query]]:
    """The watches of a list, of config.yaml or else of the database; a line that cannot be read is named on stderr."""
    from alerts.watchlists import listed, read

    config = current.config.watchlists
    if watchlist in config:
        texts: Iterable[str] = config[watchlist].watches
    else:
        with database(current).read() as session:
            texts = [line.query for line in listed(session, watchlist)]
    lines = read(texts)
    for line in lines:
        if line.broken:
            typer.secho(f"left out: {line.text}: {line.broken}", fg="yellow", err=True)
    return [(line.text, line.query) for line in lines if line.query is not None and not line.definition]


def _texts(
    current: Settings, files: Iterable[str], unread: list[str], url: str, stored: str, outlet: str, language: str
) -> Iterator[_Tried]:
    """The texts in the order asked for; a file that cannot be read is named, noted in `unread` and passed over."""
    from alerts.document import Document
    from crawler.languages import detect

    for file in files:
        try:
            text = read_text(Path(file))
        except UsageError as error:
            unread.append(file)
            typer.secho(str(error), fg="red", err=True)
            continue
        title, _, body = text.partition("\n")
        yield _Tried(file, Document(title, body, outlet=outlet, language=language or detect(text)))
    if url:
        yield _fetched(current, url, outlet, language)
    if stored:
        yield from _stored(current, stored, outlet)


def _fetched(current: Settings, url: str, outlet: str, language: str) -> _Tried:
    from alerts.document import Document
    from crawler import run
    from crawler.crawl import ArticleEnded
    from crawler.types import Draft

    ends: list[ArticleEnded] = []
    run.crawl_once(
        run.Order([url], outlets(current)),
        current.config.crawl,
        now,
        on_event=lambda event: ends.append(event) if isinstance(event, ArticleEnded) else None,
    )
    drafts = [ended.end for ended in ends if isinstance(ended.end, Draft)]
    if not drafts:
        reasons = "; ".join(ended.end.reason for ended in ends if not isinstance(ended.end, Draft))
        raise FetchError(f"{url}: no article there{': ' + reasons if reasons else ''}")
    draft = drafts[0]
    return _Tried(
        draft.url,
        Document(
            draft.title,
            draft.text,
            outlet=outlet or ends[0].outlet,
            language=language or draft.language,
            section=draft.section,
            published=draft.published.at,
        ),
    )


def _stored(current: Settings, span: str, outlet: str) -> Iterator[_Tried]:
    from sqlalchemy import select

    from alerts.match import document
    from crawler.models import Article

    query = select(Article).where(Article.first_seen_at >= now() - ago(span)).order_by(Article.id)
    if outlet:
        query = query.where(Article.outlet == outlet)
    known = outlets(current).by_id
    with database(current).read() as session:
        for article in session.scalars(query.execution_options(yield_per=200)):
            yield _Tried(article.url, document(article, known))


def _try(monitor: Monitor[str], tried: _Tried, form: Format) -> bool:
    """Print what matched in one text; whether anything did."""
    from alerts.quote import quote

    hits = monitor.match(tried.document)
    rows: list[dict[str, Any]] = []
    for hit in hits:
        told, spans = quote(tried.document, hit)
        if form is Format.table:
            _print(tried, hit.watch, told, spans, hit.why)
        rows += [
            {"watch": hit.watch, "start": start, "end": end, "quote": told, "why": hit.why} for start, end in hit.spans
        ]
    if form is Format.jsonl:
        typer.echo(json_line({"file": tried.name, "matched": bool(hits), "hits": rows}))
    return bool(hits)


def _print(tried: _Tried, watched: str, told: str, spans: Iterable[tuple[int, int]], why: Iterable[str]) -> None:
    from rich.text import Text

    out = console()
    out.print(Text(tried.name, style="blue"))
    out.print(Text(tried.document.title.strip(), style="bold"))
    line = Text(f"❝ {told} ❞")
    for start, end in spans:
        line.stylize("bold black on yellow", start + 2, end + 2)
    out.print(line)
    out.print(Text(f"  watch: {watched}", style="dim"))
    for reason in why:
        out.print(Text(f"  {reason}", style="dim"))
    out.print()
