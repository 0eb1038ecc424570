"""rasad run, rasad demo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from alerts.cli.shared import console, database, outlets, settings, state

if TYPE_CHECKING:
    from alerts.first_report import Report


def register(app: typer.Typer) -> None:
    app.command(epilog="Example: RASAD_TELEGRAM_TOKEN=123456:ABC... rasad run")(run)
    app.command(epilog="Example: rasad demo")(demo)


def run() -> None:
    """The daemon: crawls on schedule, matches, sends, serves the bot. Ctrl-C stops it within ten seconds."""
    import asyncio

    from alerts import daemon
    from crawler.log import configure

    current = settings()
    configure(verbose=state.verbose)
    known = outlets(current)
    opened = database(current)
    for problem in daemon.prepare(current, opened, known):
        typer.secho(problem, fg="yellow", err=True)
    for line in daemon.greeting(current):
        typer.echo(line)
    asyncio.run(daemon.serve(current, opened, known, typer.echo, show_report, verbose=state.verbose))
    opened.close()
    typer.echo("Rasad has stopped.")


def show_report(report: Report) -> None:
    """The table after the first crawl."""
    from rich.table import Table
    from rich.text import Text

    out = console()
    table = Table("outlet", "by", "read", "articles", "why not", title="The first crawl", box=None, header_style="bold")
    for reading in report.readings:
        good = reading.outcome in ("ok", "not modified")
        table.add_row(
            Text(reading.outlet),
            reading.kind,
            Text("yes" if good else reading.outcome, style="green" if good else "red"),
            str(reading.articles),
            Text("" if good else reading.reason),
        )
    out.print(table)
    if report.readings and all("unknown host" in reading.reason for reading in report.readings):
        out.print(
            Text(
                "No outlet's name has an address: is this machine online? Behind a proxy, set https_proxy.", style="red"
            )
        )
    for title, count in report.hits.items():
        out.print(Text(f"{count:5} hits · {title}"))
    if report.held:
        out.print(
            Text(
                f"{report.held} alerts were held back, being old news: `rasad alerts list --held` shows them, "
                "`rasad alerts release` sends them as one digest."
            )
        )
    if report.sample:
        out.print(Text("An alert looks like this:", style="bold"))
        out.print(Text(report.sample))
    else:
        out.print("Nothing on the watchlists was reported. What an alert looks like: `rasad demo`.")


def demo(
    seconds: Annotated[int, typer.Option(min=5, help="Stop after so many seconds at the latest.")] = 30,
) -> None:
    """Play a small invented world on this machine: crawl, clean text, match, alert. Needs no network and no account."""
    from alerts.demo.play import play

    raise typer.Exit(play(console(), seconds))
