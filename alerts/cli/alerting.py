"""rasad subscriptions, alerts, deliveries: what was sent, what will be, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from alerts.cli.shared import (
    MOST_ROWS,
    Format,
    FormatOption,
    ago,
    database,
    database_in_step,
    now,
    print_rows,
    settings,
)
from crawler.config import did_you_mean
from crawler.errors import UsageError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from alerts.models import Alert

subscriptions = typer.Typer(help="Who gets which watchlist.", no_args_is_help=True)
alerts = typer.Typer(help="What fired, and what was held back.", no_args_is_help=True)
deliveries = typer.Typer(help="The outbox: one row per alert and chat.", no_args_is_help=True)

STATUSES = ("pending", "leased", "sent", "uncertain", "failed", "gone", "folded", "muted")

Since = Annotated[str, typer.Option(help="Only the last 30d, 24h ...")]
Limit = Annotated[int, typer.Option(min=1, max=MOST_ROWS, help="At most so many, the newest first.")]


def register(app: typer.Typer) -> None:
    app.add_typer(subscriptions, name="subscriptions")
    app.add_typer(alerts, name="alerts")
    app.add_typer(deliveries, name="deliveries")


@alerts.command("list", epilog="Example: rasad alerts list --held")
def list_alerts(
    held: Annotated[
        bool, typer.Option("--held", help="Only those held back at a first crawl and not released.")
    ] = False,
    since: Since = "",
    limit: Limit = 50,
    form: FormatOption = Format.table,
) -> None:
    """The alerts there were: which article, which watches, whether sent or held back and why."""
    from sqlalchemy import select

    from alerts.models import Alert

    query = select(Alert).order_by(Alert.created_at.desc(), Alert.id).limit(limit)
    if held:
        query = query.where(Alert.held != "", Alert.released_at.is_(None))
    if since:
        query = query.where(Alert.created_at >= now() - ago(since))
    opened = database(settings())
    with opened.read() as session:
        rows = [_alert_row(session, alert) for alert in session.scalars(query)]
    columns = ["id", "created_at", "watchlists", "outlet", "title", "state"]
    print_rows(rows, columns, form, empty="no alerts held back" if held else "no alerts yet")


def _alert_row(session: Session, alert: Alert) -> dict[str, Any]:
    from sqlalchemy import select

    from alerts.models import AlertMatch, Delivery, Match, Watch
    from crawler.models import Article

    article = session.get_one(Article, alert.article_id)
    hits = session.execute(
        select(Watch, Match)
        .join(AlertMatch, AlertMatch.watch_id == Watch.id)
        .join(Match, Match.id == AlertMatch.match_id)
        .where(AlertMatch.alert_id == alert.id)
        .order_by(Watch.id)
    ).all()
    states = session.scalars(select(Delivery.status).where(Delivery.alert_id == alert.id)).all()
    if alert.held and alert.released_at is None:
        state = f"held: {alert.held}"
    elif alert.held:
        state = "released in a digest"
    else:
        state = ", ".join(f"{states.count(status)} {status}" for status in dict.fromkeys(states)) or "nobody subscribed"
    return {
        "id": alert.id,
        "created_at": alert.created_at,
        "watchlists": sorted({watch.watchlist_id for watch, _ in hits}),
        "watches": [watch.query for watch, _ in hits],
        "why": [line for _, match in hits for line in match.why],
        "quotes": [match.quote for _, match in hits],
        "outlet": article.outlet,
        "title": article.title,
        "url": article.url,
        "published_at": article.published_at,
        "alleged": alert.alleged,
        "late": alert.late,
        "state": state,
    }


@alerts.command(epilog="Example: rasad alerts release")
def release() -> None:
    """Send what a first crawl held back, as one digest per subscribed chat."""
    from alerts import match

    opened = database(settings())
    with opened.begin() as session:
        waiting = len(match.held(session))
        chats = match.release(session, now())
        left = len(match.held(session))
    typer.echo(f"{waiting - left} alerts put into {chats} digests; the daemon sends them")
    if left:
        typer.echo(f"{left} stay held: nobody is subscribed to their watchlists")


@deliveries.command("list", epilog="Example: rasad deliveries list --status failed --format jsonl")
def list_deliveries(
    status: Annotated[str, typer.Option(help="Only those that are " + ", ".join(STATUSES) + ".")] = "",
    since: Since = "",
    limit: Limit = 50,
    form: FormatOption = Format.table,
) -> None:
    """What is on its way, what arrived, what could not be sent and why."""
    from sqlalchemy import select

    from alerts.models import Delivery

    if status and status not in STATUSES:
        raise UsageError(f"no status {status!r}{did_you_mean(status, STATUSES)}")
    query = select(Delivery).order_by(Delivery.created_at.desc(), Delivery.id.desc()).limit(limit)
    if status:
        query = query.where(Delivery.status == status)
    if since:
        query = query.where(Delivery.created_at >= now() - ago(since))
    opened = database(settings())
    with opened.read() as session:
        rows = [
            {
                "id": row.id,
                "alert": row.alert_id or "digest of " + ", ".join(row.digest),
                "to": row.address,
                "watchlists": row.watchlists,
                "status": row.status,
                "attempts": row.attempts,
                "repeat": row.repeat,
                "not_before": row.not_before,
                "sent_at": row.sent_at,
                "reason": row.reason,
            }
            for row in session.scalars(query)
        ]
    print_rows(
        rows,
        ["alert", "to", "watchlists", "status", "attempts", "sent_at", "reason"],
        form,
        empty="nothing in the outbox",
    )


@subscriptions.command("list", epilog="Example: rasad subscriptions list")
def list_subscriptions(form: FormatOption = Format.table) -> None:
    """Which chat gets which watchlist."""
    from sqlalchemy import select

    from alerts.models import Chat, Subscription

    opened = database_in_step(settings())
    with opened.read() as session:
        rows = [
            {
                "watchlist": row.watchlist_id,
                "to": row.address,
                "chat": chat.title,
                "source": row.source,
                "suspended": chat.suspended,
                "since": row.created_at,
            }
            for row, chat in session.execute(
                select(Subscription, Chat)
                .join(Chat, Chat.address == Subscription.address)
                .order_by(Subscription.watchlist_id, Subscription.address)
            )
        ]
    columns = ["watchlist", "to", "chat", "source", "suspended", "since"]
    print_rows(rows, columns, form, empty="nobody is subscribed: `rasad subscriptions add WATCHLIST telegram:CHAT_ID`")


@subscriptions.command(epilog="Example: rasad subscriptions add named-persons telegram:123456789")
def add(
    watchlist: Annotated[str, typer.Argument(help="A watchlist's id, see `rasad watch list`.")],
    to: Annotated[str, typer.Argument(help="An address: telegram:CHAT_ID, telegram:CHAT_ID/THREAD or console:")],
) -> None:
    """Send a watchlist's alerts to a chat from now on."""
    from alerts import subscriptions as people

    opened = database_in_step(settings())
    with opened.begin() as session:
        people.subscribe(session, watchlist, to, now())
    typer.echo(f"{to} gets {watchlist}")


@subscriptions.command(epilog="Example: rasad subscriptions remove named-persons telegram:123456789")
def remove(
    watchlist: Annotated[str, typer.Argument(help="A watchlist's id.")],
    to: Annotated[str, typer.Argument(help="The address.")],
) -> None:
    """Send no more of a watchlist's alerts to a chat."""
    from alerts import subscriptions as people

    opened = database_in_step(settings())
    with opened.begin() as session:
        if not people.unsubscribe(session, watchlist, to):
            raise UsageError(f"{to} is not subscribed to {watchlist}; see `rasad subscriptions list`")
    typer.echo(f"{to} no longer gets {watchlist}")
