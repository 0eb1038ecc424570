"""rasad watch quality, rasad alerts retract: what readers said of alerts, and taking one back."""

from __future__ import annotations

from typing import Annotated

import typer

from alerts.cli.alerting import alerts
from alerts.cli.shared import Format, FormatOption, database, now, print_rows, settings
from alerts.cli.watches import watch


def register(app: typer.Typer) -> None:
    """The commands join those of `rasad watch` and `rasad alerts`."""


@watch.command(epilog="Example: rasad watch quality --format jsonl")
def quality(form: FormatOption = Format.table) -> None:
    """How readers judged the alerts of each watch, the worst first. The last word of each reader counts, once an alert.

    jsonl: one line per watch, {number, watchlist, watch, right, wrong, precision}.
    """
    from alerts import feedback

    opened = database(settings())
    with opened.read() as session:
        rows = [
            {
                "number": one.watch_id,
                "watchlist": one.watchlist,
                "watch": one.query,
                "right": one.right,
                "wrong": one.wrong,
                "precision": round(one.precision, 3),
            }
            for one in feedback.quality(session)
        ]
    columns = ["number", "watchlist", "watch", "right", "wrong", "precision"]
    print_rows(rows, columns, form, empty="no reader has judged an alert yet")


@alerts.command(epilog="Example: rasad alerts retract k7m2qx 'the outlet withdrew its report'")
def retract(
    alert_id: Annotated[str, typer.Argument(metavar="ID", help="The alert's id, as every message shows it.")],
    reason: Annotated[str, typer.Argument(help="Why; everybody who got the alert reads it.")],
) -> None:
    """Take an alert back: every chat that got it hears why, in reply to its copy; what was not sent yet is not sent."""
    from alerts.retract import retract as take_back

    opened = database(settings())
    with opened.begin() as session:
        done = take_back(session, alert_id, reason, now())
    typer.echo(f"{alert_id} is taken back; {done.told} copies answered, {done.stopped} not sent")
