"""rasad watch add, edit, replay: a watch says what it would have caught before it is saved."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alerts.cli.shared import (
    Format,
    FormatOption,
    ago,
    console,
    database_in_step,
    json_line,
    now,
    outlets,
    print_rows,
    settings,
)  # fmt: skip
from alerts.cli.watches import watch
from crawler.errors import UsageError

if TYPE_CHECKING:
    from alerts.lookback import Covered, PastHit, Seen, Step
    from alerts.watchlists import Listed

Window = Annotated[str, typer.Option("--since", help="How far back to look: 30d, 24h ...")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Save without asking.")]

_SAMPLES = 5
_ASKED_FOR = 50  # articles a replay writes in one transaction


def register(app: typer.Typer) -> None:
    """The commands join those of `rasad watch`."""


@watch.command(epilog="Example: rasad watch add my-list 'name:\"Кирилл Ананьев\"'")
def add(
    watchlist: Annotated[str, typer.Argument(help="A list of yours; made when it does not exist.")],
    query: Annotated[str, typer.Argument(help="One line of the watch language.")],
    title: Annotated[str, typer.Option(help="What a new list is for.")] = "",
    alleged: Annotated[bool, typer.Option("--alleged", help="Head the list's alerts Alleged.")] = False,
    since: Window = "30d",
    yes: Yes = False,
    form: FormatOption = Format.table,
) -> None:
    """Watch for something from now on. Says first what it would have caught; alerts reach the list's subscribers.

    On a terminal you are asked before it is saved. jsonl: one object, {id, watchlist, watch, understood, saved, fired,
    articles, samples, store}.
    """
    from alerts import lookback, subscriptions, watchlists

    window = ago(since)
    current = settings()
    known = outlets(current).by_id
    opened = database_in_step(current)
    seen = None
    with opened.read() as session, _progress("looking back") as step:
        line = watchlists.understood(session, query, watchlist)
        store = lookback.covered(session, now(), window)
        if line.query is not None and not line.definition:
            seen = lookback.look(session, {0: line.query}, now(), window=window, outlets=known, step=step)
    before = seen.fired(0) if seen else 0
    if form is Format.table and seen is not None:
        _tell_look(seen, store)
    if not _confirmed(yes, form):
        raise typer.Exit(1)
    with opened.begin() as session:
        saved = lookback.save(
            session, seen, query, now(), watchlist=watchlist, title=title, alleged=alleged, outlets=known
        )
        heard = any(row.watchlist == watchlist for row in subscriptions.listed(session))
    if form is Format.jsonl:
        typer.echo(json_line(_added(saved, seen, store)))
    else:
        if seen is not None and seen.fired(0) > before:
            typer.echo(f"{seen.fired(0) - before} more while you decided: `rasad watch replay {watchlist}` shows them")
        typer.echo(f"{saved.watchlist} watches for {saved.query} (number {saved.id})")
        if saved.understood != saved.query:
            typer.echo(f"understood as {saved.understood}")
    if not heard:
        typer.secho(f"nobody gets its alerts yet: rasad subscriptions add {watchlist} telegram:CHAT_ID", err=True)


@watch.command(epilog="Example: rasad watch edit 17 'name:\"Кирилл Ананьев\" AND (погиб OR قتل)'")
def edit(
    number: Annotated[int, typer.Argument(help="The watch's number in `rasad watch list`.")],
    query: Annotated[str, typer.Argument(help="What shall stand there instead.")],
    since: Window = "30d",
    yes: Yes = False,
    form: FormatOption = Format.table,
) -> None:
    """Change a watch of yours. Shows first what it newly catches and what it no longer catches.

    Stories the old watch told stay told. jsonl: one object, {id, was, watchlist, watch, understood, saved, newly,
    no_longer, still, store}.
    """
    from alerts import lookback, watchlists

    window = ago(since)
    current = settings()
    known = outlets(current).by_id
    opened = database_in_step(current)
    with opened.read() as session, _progress("looking back") as step:
        edits = watchlists.edits(session, number, query)
        store = lookback.covered(session, now(), window)
        asked = {2 * index: one.before for index, one in enumerate(edits)}
        asked |= {2 * index + 1: one.after for index, one in enumerate(edits)}
        seen = lookback.look(session, asked, now(), window=window, outlets=known, step=step)
    changes = [lookback.difference(seen, 2 * index, 2 * index + 1) for index in range(len(edits))]
    newly = [hit for change in changes for hit in change.newly]
    gone = [hit for change in changes for hit in change.no_longer]
    still = sum(len(change.still) for change in changes)
    if form is Format.table:
        _tell(f"newly caught in the last {_days(window)}: {_counted(len(newly), 'article')}", newly)
        _tell(f"no longer caught: {_counted(len(gone), 'article')}", gone)
        typer.echo(f"still caught: {_counted(still, 'article')}")
        _tell_store(store)
    if not _confirmed(yes, form):
        raise typer.Exit(1)
    with opened.begin() as session:
        saved = lookback.replace(session, seen, number, query, now(), known)
    if form is Format.jsonl:
        row = {"id": saved.id, "was": number, "watchlist": saved.watchlist, "watch": saved.query}
        row |= {"understood": saved.understood, "saved": True, "newly": [_row(hit) for hit in newly]}
        row |= {"no_longer": [_row(hit) for hit in gone], "still": still, "store": _store(store)}
        typer.echo(json_line(row))
    else:
        typer.echo(f"{saved.watchlist} watches for {saved.query} (number {saved.id})")


@watch.command(epilog="Example: rasad watch replay my-list --since 7d --send")
def replay(
    watchlist: Annotated[str, typer.Argument(help="A watchlist's id, see `rasad watch list`.")],
    since: Window = "30d",
    mark: Annotated[bool, typer.Option("--mark", help="Write them down as told, and tell nobody.")] = False,
    send: Annotated[bool, typer.Option("--send", help="Send those not told yet, one digest per chat.")] = False,
    form: FormatOption = Format.table,
) -> None:
    """What a watchlist holds for in the stored articles; with --mark or --send it is written down or sent.

    A story is told once: what was told before is listed with its alert and not told again. Exit 1 when there is nothing.
    jsonl: one line per article and watch, {number, watch, at, outlet, title, url, quote, why, alert}.
    """
    from alerts import lookback, watchlists

    if mark and send:
        raise UsageError("--mark tells nobody and --send tells everybody; choose one")
    window = ago(since)
    current = settings()
    known = outlets(current).by_id
    opened = database_in_step(current)
    with opened.read() as session, _progress("looking back") as step:
        queries = dict(watchlists.load(session, watchlist).watches)
        store = lookback.covered(session, now(), window)
        seen = lookback.look(session, queries, now(), window=window, outlets=known, step=step)
        told = lookback.told(session, queries)
    hits = sorted(seen.hits, key=lambda hit: hit.at, reverse=True)
    rows = [
        {"number": hit.watch, "watch": queries[hit.watch].text, "alert": told.get((hit.story_id, hit.watch), "")}
        | _row(hit)
        for hit in hits
    ]
    print_rows(rows, ["at", "alert", "outlet", "title", "quote"], form, empty="no past hits")
    if form is Format.table:
        _tell_store(store)
    if mark or send:
        done = _write_down(opened, queries, [hit.article_id for hit in hits], known, mark=mark)
        typer.secho(done, err=form is Format.jsonl)
    if not rows:
        raise typer.Exit(1)


def _write_down(opened: Any, queries: Any, articles: Sequence[int], known: Any, *, mark: bool) -> str:
    """Alerts of past hits, some articles a transaction; what was done, in words."""
    from alerts import lookback, match
    from alerts.monitor import Monitor

    monitor = Monitor(queries.items())
    ids = sorted(set(articles))
    made: list[str] = []
    for start in range(0, len(ids), _ASKED_FOR):
        with opened.begin() as session:
            chosen = ids[start : start + _ASKED_FOR]
            made += lookback.replay(session, chosen, monitor, now(), mark=mark, outlets=known)
    if mark:
        return f"{_counted(len(made), 'alert')} marked as told"
    with opened.begin() as session:
        chats = match.release(session, now(), set(made))
        left = len({one.id for one in match.held(session)} & set(made))
    unheard = f"; {left} stay held: nobody is subscribed" if left else ""
    return f"{_counted(len(made) - left, 'alert')} put into {_counted(chats, 'digest')}; the daemon sends them{unheard}"


def _confirmed(yes: bool, form: Format) -> bool:
    """Asked only where somebody can answer: a script without a terminal has said what it wants."""
    if yes or form is Format.jsonl or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return True
    if typer.confirm("save it?", default=True):
        return True
    typer.secho("not saved", err=True)
    return False


def _tell_look(seen: Seen, store: Covered) -> None:
    fired, articles = seen.fired(0), len(seen.of(0))
    times = "once" if fired == 1 else f"{fired} times"
    where = f", in {articles} articles" if articles > fired else ""
    _tell(f"in the last {_days(seen.now - seen.since)} this would have fired {times}{where}", seen.samples(0, _SAMPLES))
    _tell_store(store)


def _tell(headline: str, hits: Sequence[PastHit]) -> None:
    from rich.text import Text

    out = console()
    out.print(Text(headline, style="bold"))
    for hit in hits[:_SAMPLES]:
        out.print(Text(f"  {hit.at:%Y-%m-%d} · {hit.outlet} · {hit.title}"))
        if hit.quote:
            out.print(Text(f"      ❝ {hit.quote} ❞", style="dim"))


def _tell_store(store: Covered) -> None:
    """A thin store says so: an empty answer from it means little."""
    if not store.thin:
        return
    if not store.articles:
        typer.secho("the store is empty: no hits prove nothing; `rasad crawl --all` fills it", fg="yellow")
        return
    held = f"{_days(store.reach)} from {_counted(store.outlets, 'outlet')}"
    typer.secho(f"the store holds {held}, not {_days(store.window)}: no hits prove nothing", fg="yellow")


def _days(span: timedelta) -> str:
    if span >= timedelta(days=2):
        return f"{span.days} days"
    if span >= timedelta(hours=1):
        return f"{span // timedelta(hours=1)} h"
    return f"{span // timedelta(minutes=1)} min"


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _row(hit: PastHit) -> dict[str, Any]:
    return {"at": hit.at, "outlet": hit.outlet, "title": hit.title, "url": hit.url, "quote": hit.quote, "why": hit.why}


def _store(store: Covered) -> dict[str, Any]:
    hours = {"hours": round(store.reach / timedelta(hours=1), 1), "asked_hours": store.window / timedelta(hours=1)}
    return hours | {"articles": store.articles, "outlets": store.outlets, "thin": store.thin}


def _added(saved: Listed, seen: Seen | None, store: Covered) -> dict[str, Any]:
    row: dict[str, Any] = {"id": saved.id, "watchlist": saved.watchlist, "watch": saved.query}
    row |= {"understood": saved.understood, "saved": True, "store": _store(store)}
    if seen is not None:
        row |= {"fired": seen.fired(0), "articles": len(seen.of(0))}
        row |= {"samples": [_row(hit) for hit in seen.samples(0, _SAMPLES)]}
    return row


@contextmanager
def _progress(what: str) -> Iterator[Step]:
    """A bar on stderr while there is something to wait for, on a terminal alone."""
    from rich.progress import Progress

    with Progress(console=console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
