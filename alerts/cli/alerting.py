"""rasad subscriptions, alerts, deliveries: what was sent, what will be, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alerts.cli.exchange import FileFormat, FileFormatOption, write_rows
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

    from alerts.config import Settings
    from alerts.models import Alert, Delivery

subscriptions = typer.Typer(help="Who gets which watchlist.", no_args_is_help=True)
alerts = typer.Typer(help="What fired, and what was held back.", no_args_is_help=True)
deliveries = typer.Typer(help="The outbox: one row per alert and chat.", no_args_is_help=True)

STATUSES = ("pending", "leased", "sent", "uncertain", "failed", "gone", "folded", "muted", "outside")

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
    digest: Annotated[
        int | None, typer.Option(min=1, help="Only those a digest told of, by the number it shows.")
    ] = None,
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
        if digest is not None:
            query = query.where(Alert.id.in_(_told_in(session, digest)))
        rows = [_alert_row(session, alert) for alert in session.scalars(query)]
    columns = ["id", "created_at", "watchlists", "outlet", "title", "state"]
    print_rows(rows, columns, form, empty="no alerts held back" if held else "no alerts yet")


def _told_in(session: Session, digest: int) -> list[str]:
    """The alerts of a digest."""
    from alerts.models import Delivery

    row = session.get(Delivery, digest)
    if row is None or row.alert_id is not None or row.notice is not None:
        raise UsageError(f"no digest {digest}; see `rasad deliveries list`")
    return row.digest


def _alert_row(session: Session, alert: Alert) -> dict[str, Any]:
    from sqlalchemy import select

    from alerts.lookback import MARKED
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
    elif alert.held == MARKED:
        state = MARKED
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


@alerts.command(epilog="Example: rasad alerts why k7m2qx")
def why(
    alert_id: Annotated[str, typer.Argument(metavar="ID", help="The alert's id, as every message shows it.")],
    form: FormatOption = Format.table,
) -> None:
    """Why an alert fired: for every watch the path through it that was true, and the words that made it so.

    jsonl: one line per watch, with the keys of `rasad alerts export` and tree, a list of indented lines.
    """
    from alerts.models import Alert, AlertMatch

    opened = database(settings())
    with opened.read() as session:
        if session.get(Alert, alert_id) is None:
            raise UsageError(f"no alert {alert_id!r}; see `rasad alerts list`")
        rows = list(_match_rows(session, AlertMatch.alert_id == alert_id))
    if form is Format.jsonl:
        print_rows(rows, (), form)
        return
    for row in rows:
        typer.secho(f"{row['watchlist']}, number {row['number']}: {row['watch']}", bold=True)
        typer.echo(f"  {row['outlet']} · {row['title']}\n  {row['url']}")
        if row["quote"]:
            typer.echo(f"  ❝ {row['quote']} ❞")
        for line in row["tree"] or row["why"]:
            typer.echo(f"    {line}")
        typer.secho(f"  watchlists version {row['watchlists_version']}, revision {row['revision']}", dim=True)


@alerts.command(epilog="Example: rasad alerts export --since 7d > matches.csv")
def export(
    watchlist: Annotated[str, typer.Option(help="Only this list's.")] = "",
    since: Since = "",
    form: FileFormatOption = FileFormat.csv,
) -> None:
    """Every match there was, sent or not, oldest first: a table for a spreadsheet, or JSON lines.

    One row per article, revision and watch: alert, watchlist, number, watch, matched_at, outlet, title, url, published_at,
    revision, quote, why, watchlists_version; jsonl adds tree and spans (half-open, in code points of title + newline +
    text). Several reasons in one cell are separated by |.
    """
    from alerts.models import Match, Watch

    chosen = [Match.id > 0]
    if watchlist:
        chosen.append(Watch.watchlist_id == watchlist)
    if since:
        chosen.append(Match.matched_at >= now() - ago(since))
    opened = database(settings())
    with opened.read() as session:
        write_rows(_match_rows(session, *chosen), _EXPORTED, form)


_EXPORTED = ["alert", "watchlist", "number", "watch", "matched_at", "outlet", "title", "url", "published_at", "revision",
             "quote", "why", "watchlists_version"]  # fmt: skip


def _match_rows(session: Session, *chosen: Any) -> Iterator[dict[str, Any]]:
    """Matches with their watch, article and, where there is one, alert."""
    from sqlalchemy import select

    from alerts.models import AlertMatch, Match, Watch
    from crawler.models import Article

    query = (
        select(Match, Watch, Article.outlet, Article.title, Article.url, Article.published_at, AlertMatch.alert_id)
        .join(Watch, Watch.id == Match.watch_id)
        .join(Article, Article.id == Match.article_id)
        .outerjoin(AlertMatch, AlertMatch.match_id == Match.id)
        .where(*chosen)
        .order_by(Match.id)
    )
    for match, watch, outlet, title, url, published_at, alert in session.execute(
        query.execution_options(yield_per=500)
    ):
        yield {
            "alert": alert,
            "watchlist": watch.watchlist_id,
            "number": watch.id,
            "watch": watch.query,
            "matched_at": match.matched_at,
            "outlet": outlet,
            "title": title,
            "url": url,
            "published_at": published_at,
            "revision": match.revision,
            "quote": match.quote,
            "spans": match.spans,
            "why": match.why,
            "tree": match.tree,
            "watchlists_version": match.watchlists_version,
        }


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
                "alert": _told(row),
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


def _told(row: Delivery) -> str:
    """What a delivery tells: an alert, a digest of alerts, or a notice of our own."""
    if row.notice is not None:
        return f"notice {row.notice['key']}"
    return row.alert_id or "digest of " + ", ".join(row.digest)


def _feed(current: Settings, address: str) -> str:
    """The file of an Atom feed; '' for other addresses."""
    from alerts.channels import atom, scheme

    return str(atom.file(current.state / "feeds", address)) if scheme(address) == "atom" else ""


@subscriptions.command("list", epilog="Example: rasad subscriptions list")
def list_subscriptions(form: FormatOption = Format.table) -> None:
    """Which chat gets which watchlist."""
    from sqlalchemy import select

    from alerts.models import Chat, Subscription

    current = settings()
    opened = database_in_step(current)
    with opened.read() as session:
        rows = [
            {
                "watchlist": row.watchlist_id,
                "to": row.address,
                "chat": chat.title or _feed(current, row.address),
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
    to: Annotated[
        str,
        typer.Argument(
            help="An address: telegram:CHAT_ID, email:YOU@EXAMPLE.ORG, atom:NAME ... (docs/guide/channels.md)"
        ),
    ],
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
