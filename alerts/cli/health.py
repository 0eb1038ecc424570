"""rasad health and rasad coverage: what each outlet delivers, and what silence is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alerts.cli.shared import ago, console, database, iso, json_line, now, settings
from alerts.cli.shared import outlets as known_outlets

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from crawler.coverage import Coverage, OutletCoverage
    from crawler.db import Database
    from crawler.health import Health
    from crawler.outlets import Outlet

JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object an outlet, a line each.")]
FEWEST_LETTERS, MOST_LETTERS = 24, 48  # of a row; a longer window has several hours to a letter
WORD_WIDTH = 16  # at least, for the state behind them
NAME_WIDTH = 22
GREEN, DIM, YELLOW, RED = "green", "green dim", "yellow", "red"
LETTER_COLOURS = {"+": GREEN, ".": DIM, "l": YELLOW, "o": YELLOW, "g": "magenta", " ": ""}


def register(app: typer.Typer) -> None:
    app.command(epilog="Example: rasad health --since 7d")(health)
    app.command(epilog="Examples: rasad coverage contractor-deaths --since 24h | rasad coverage --since 7d")(coverage)


def health(
    outlet: Annotated[list[str] | None, typer.Argument(help="Ids of outlets; all by default.")] = None,
    since: Annotated[str, typer.Option(help="What was delivered in this time.")] = "7d",
    as_json: JsonOption = False,
) -> None:
    """What each outlet delivered against what it usually delivers, the worst first: state, cause, what to do."""
    from crawler import health_rows
    from crawler.health import worst_first

    current = settings()
    known = _chosen(known_outlets(current).by_id, outlet)
    moment, window = now(), ago(since)
    with database(current).read() as session:
        found = worst_first(health_rows.judged(session, known, moment, window))
    if as_json:
        for one in found:
            typer.echo(json_line(_health_row(one)))
        return
    _print_health(found, since)
    words: dict[str, int] = {}
    for one in found:
        words[one.state] = words.get(one.state, 0) + 1
    lost = sum(one.lost for one in found)
    said = ", ".join(f"{count} {word}" for word, count in words.items())
    console().print(
        f"\n{len(found)} outlets: {said}. {f'{lost} of them are not covered.' if lost else 'All are covered.'}"
    )


def _chosen(known: Mapping[str, Outlet], wanted: Sequence[str] | None) -> Mapping[str, Outlet]:
    from crawler.config import did_you_mean
    from crawler.errors import UsageError

    for id in wanted or ():
        if id not in known:
            raise UsageError(f"unknown outlet `{id}`{did_you_mean(id, known)}")
    return {id: known[id] for id in wanted} if wanted else known


def _health_row(one: Health) -> dict[str, Any]:
    signs = one.signs
    assert signs is not None
    return {
        "outlet": one.outlet,
        "state": one.state,
        "kind": one.kind,
        "lost": one.lost,
        "since": one.since,
        "cause": one.cause,
        "advice": one.advice,
        "delivered": signs.window,
        "usual": round(signs.window_usual, 2),
        "usual_a_day": round(signs.usual.a_day, 2),
        "learnt": signs.usual.learnt,
        "last_new_at": signs.last_new_at,
        "newest_at": signs.newest_at,
        "articles_tried": signs.lately.tried,
        "articles_good": signs.lately.good,
    }


def _print_health(found: Sequence[Health], since: str) -> None:
    """One line an outlet; of one that is not well a second with the cause and a third with what to do."""
    from rich.text import Text

    from crawler.health import COLOURS

    out = console()
    wide = _width(out)
    name = min(max((len(one.outlet) for one in found), default=6), NAME_WIDTH)
    out.print(Text(f"{'outlet':{name}}  {'state':20}  {'since':12}  {f'in {since}':>7}  usually", style="bold"))
    told = ""
    for one in found:
        signs = one.signs
        assert signs is not None
        well = one.state in ("ok", "learning", "new")
        usual = _about(signs.window_usual) if signs.usual.learnt else "?"
        line = Text(f"{_cut(one.outlet, name):{name}}  ")
        line.append(f"{one.state:20}", style=COLOURS[one.state])
        line.append(f"  {'' if well else _when(one.since, signs.now):12}  {signs.window:>7}  {usual:>7}")
        out.print(line)
        if well:
            continue
        out.print(_indented(one.cause, "", wide))
        advice = one.advice.replace(one.outlet, "ID")
        if one.advice and advice != told:  # what helps the one above helps this one too
            out.print(_indented(f"→ {one.advice}", "dim", wide))
        told = advice


def _indented(words: str, style: str, wide: int) -> Text:
    import textwrap

    from rich.text import Text

    return Text(
        "\n".join(textwrap.wrap(words, wide - 1, initial_indent="    ", subsequent_indent="      ")), style=style
    )


def _width(out: Console) -> int:
    """The columns of the terminal; of a pipe 80, so that what is pasted into a message does not run over."""
    return max(out.width, 60) if out.is_terminal else 80


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _about(count: float) -> str:
    return f"{count:.0f}" if count >= 10 else f"{count:.1f}"


def _when(at: datetime, moment: datetime) -> str:
    """`14:05` of today, `20 Nov 14:05`, `12 Mar 2025`."""
    local = at.astimezone()
    if moment - at < timedelta(hours=20):
        return f"{local:%H:%M}"
    return f"{local.day} {local:%b %H:%M}" if moment - at < timedelta(days=300) else f"{local.day} {local:%b %Y}"


def coverage(
    watchlist: Annotated[str, typer.Argument(help="A watchlist: the outlets it can see; all by default.")] = "",
    since: Annotated[str, typer.Option(help="How far back.")] = "24h",
    as_json: JsonOption = False,
) -> None:
    """Which outlets were up, empty, blocked or late, hour by hour: what "no alert" is worth."""
    from alerts import scope
    from alerts.cli.shared import database_in_step
    from crawler import coverage as coverages
    from crawler import health_rows

    current = settings()
    known = known_outlets(current).by_id
    opened: Database = database_in_step(current)
    moment, window = now(), min(ago(since), timedelta(days=90))
    with opened.read() as session:
        only = scope.of_watchlist(session, watchlist, known, moment.date()) if watchlist else None
        judged = {one.outlet: (one.state, one.kind) for one in health_rows.judged(session, known, moment)}
        found = coverages.summary(session, known, moment, window=window, only=only, judged=judged)
    if as_json:
        for one in found.outlets:
            typer.echo(json_line(_coverage_row(found, one)))
        return
    _print_coverage(found, watchlist)


def _coverage_row(found: Coverage, one: OutletCoverage) -> dict[str, Any]:
    return {
        "outlet": one.outlet,
        "since": iso(found.since),
        "hours": one.hours,
        "read_hours": one.read_h,
        "read": one.read,
        "state": one.state,
        "kind": one.kind,
        "why_not": one.word,
    }


def _print_coverage(found: Coverage, watchlist: str) -> None:
    """One row an outlet, one letter an hour; those that were not read first."""
    from rich.text import Text

    from crawler.coverage import LEGEND, squeeze
    from crawler.health import COLOURS, STATES

    out = console()
    name = min(max((len(one.outlet) for one in found.outlets), default=6), NAME_WIDTH)
    hours = len(found.outlets[0].hours) if found.outlets else 0
    most = min(max(_width(out) - name - WORD_WIDTH - 4, FEWEST_LETTERS), MOST_LETTERS)
    letters, each = squeeze(" " * hours, most)
    out.print(Text(f"{'':{name}}  {_ruler(found, len(letters), each)}", style="dim"))
    used: set[str] = set()
    for one in sorted(found.outlets, key=lambda one: (one.read, STATES.index(one.state), one.outlet)):
        row = Text(f"{_cut(one.outlet, name):{name}}  ")
        letters, _ = squeeze(one.hours, most)
        used.update(letters)
        for letter in letters:
            row.append("·" if letter == "." else letter, style=LETTER_COLOURS.get(letter, RED))
        row.append("  ")
        row.append(_cut(one.word or one.state, _width(out) - name - len(letters) - 4), style=COLOURS[one.state])
        out.print(row)
    legend = [
        f"{'·' if letter == '.' else letter if letter.strip() else 'blank'} {LEGEND[letter]}"
        for letter in LEGEND
        if letter in used
    ]
    out.print(
        Text("\n" + "; ".join(legend) + (f"; a letter is the worst of {each} hours" if each > 1 else ""), style="dim")
    )
    for begun, ended in found.holes:
        out.print(f"Nothing was read from {_local(begun)} to {_local(ended)}: Rasad was off.", style="yellow")
    of = f"`{watchlist}` sees {found.of} outlets" if watchlist else f"{found.of} outlets"
    whole = sum(one.read and one.read_h == len(one.hours) for one in found.outlets)
    out.print(Text(f"{of}; {found.line()}."))
    gaps, not_read = found.read - whole, found.of - found.read
    out.print(f"What no alert is worth: read all {hours} hours {whole}, with gaps {gaps}, not read {not_read}.")


def _ruler(found: Coverage, letters: int, each: int) -> str:
    """Local hours above the letters, every sixth letter."""
    ruler = ""
    for at in range(0, letters, 6):
        begun = found.since + timedelta(hours=at * each)
        ruler += f"{begun.astimezone():%H}h   " if each < 4 else f"{begun.astimezone():%d.%m} "
    return ruler[: max(letters, 6)].rstrip()


def _local(at: datetime) -> str:
    return f"{at.astimezone():%d %b %H:%M}"
