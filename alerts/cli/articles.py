"""rasad articles: what is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from alerts.cli.shared import (
    MOST_ROWS,
    Format,
    FormatOption,
    ago,
    console,
    database,
    json_line,
    moment,
    now,
    print_rows,
    row_id,
    settings,
)
from crawler.errors import UsageError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from crawler.models import Article

articles = typer.Typer(help="Stored articles.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(articles, name="articles")


@articles.command(epilog='Example: rasad articles search "Ананьев Сирия" --since 30d --format jsonl')
def search(
    words: Annotated[list[str], typer.Argument(help="All of these must occur, in any form and any order.")],
    since: Annotated[str, typer.Option(help="Only what was published in the last 30d, 24h ...")] = "",
    until: Annotated[str, typer.Option(help="Only what was published before this day.")] = "",
    outlet: Annotated[str, typer.Option(help="Only this outlet's.")] = "",
    language: Annotated[str, typer.Option(help="Only articles in this language (ar, ru, en ...).")] = "",
    limit: Annotated[int, typer.Option(min=1, max=MOST_ROWS, help="At most so many, the newest first.")] = 20,
    form: FormatOption = Format.table,
) -> None:
    """Search the stored text. Exit 1 when nothing is found."""
    from crawler.search import search as find

    opened = database(settings())
    with opened.read() as session:
        found = find(
            session,
            " ".join(words),
            limit=limit,
            since=now() - ago(since) if since else None,
            until=moment(until, "--until"),
            outlet=outlet,
            language=language,
        )
        rows = [row(session, article) for article in found]
    columns = ["id", "outlet", "language", "published_at", "title", "url"]
    if not print_rows(rows, columns, form, empty="nothing found"):
        raise typer.Exit(1)


@articles.command(epilog="Example: rasad articles show 42")
def show(
    which: Annotated[str, typer.Argument(metavar="ID|URL", help="The number from `articles search`, or the address.")],
    form: FormatOption = Format.table,
) -> None:
    """One article: text, hits, where its preserved copy lies."""
    from sqlalchemy import or_, select

    from crawler.models import Article, Evidence

    opened = database(settings())
    with opened.read() as session:
        wanted = (
            Article.id == row_id(which)
            if which.isdecimal()
            else or_(Article.url == which, Article.canonical_url == which)
        )
        article = session.scalar(select(Article).where(wanted))
        if article is None:
            raise UsageError(f"no stored article {which!r}; find it with `rasad articles search`")
        told = row(session, article)
        copy = session.get(Evidence, article.evidence_id) if article.evidence_id else None
        answer = session.get(Evidence, article.gone_evidence_id) if article.gone_evidence_id else None
    if answer:
        told["gone_evidence"] = {"file": answer.warc_file, "offset": answer.warc_offset, "sha256": answer.sha256}
    if copy:
        told["evidence"] = {"file": copy.warc_file, "offset": copy.warc_offset, "sha256": copy.sha256}
    if form is Format.jsonl:
        typer.echo(json_line(told))
    else:
        _print(told)


def row(session: Session, article: Article) -> dict[str, Any]:
    """An article as every jsonl output gives it."""
    from sqlalchemy import select

    from alerts.models import Match, Watch

    hits = session.execute(
        select(Match, Watch)
        .join(Watch, Watch.id == Match.watch_id)
        .where(Match.article_id == article.id)
        .order_by(Match.id)
    )
    return {
        "id": article.id,
        "url": article.url,
        "canonical_url": article.canonical_url,
        "outlet": article.outlet,
        "title": article.title,
        "authors": article.authors,
        "published_at": article.published_at,
        "published_precision": article.published_precision,
        "language": article.language,
        "section": article.section,
        "text": article.text,
        "first_seen_at": article.first_seen_at,
        "revision": article.revision,
        "gone_at": article.gone_at,
        "gone_reason": article.gone_reason,
        "matches": [
            {
                "watchlist": watch.watchlist_id,
                "watch": watch.query,
                "revision": match.revision,
                "spans": match.spans,
                "quote": match.quote,
                "why": match.why,
            }
            for match, watch in hits
        ],
    }


def _print(told: dict[str, Any]) -> None:
    from rich.text import Text

    out = console()
    out.print(Text(told["title"], style="bold"))
    date = told["published_at"]
    day = (
        "undated"
        if date is None
        else f"{date:%Y-%m-%d %H:%M} UTC"
        if told["published_precision"] == "minute"
        else f"{date:%Y-%m-%d}"
    )
    out.print(Text(f"{told['outlet']} · {told['language']} · {day} · revision {told['revision']}", style="dim"))
    out.print(Text(told["url"], style="blue"))
    if told["gone_at"] is not None:
        gone = f"gone: not there any more since {told['gone_at']:%Y-%m-%d %H:%M} UTC ({told['gone_reason']})"
        out.print(Text(gone, style="bold red"))
    if told.get("gone_evidence"):
        copy = told["gone_evidence"]
        out.print(Text(f"answer kept: {copy['file']} at {copy['offset']}, SHA-256 {copy['sha256']}", style="dim"))
    if told.get("evidence"):
        copy = told["evidence"]
        out.print(Text(f"copy kept: {copy['file']} at {copy['offset']}, SHA-256 {copy['sha256']}", style="dim"))
    out.print()
    out.print(Text(told["text"]))
    for hit in told["matches"]:
        out.print()
        out.print(Text(f"{hit['watchlist']}: {hit['watch']}", style="bold yellow"))
        out.print(Text(f"❝ {hit['quote']} ❞"))
        for line in hit["why"]:
            out.print(Text(f"  {line}", style="dim"))
