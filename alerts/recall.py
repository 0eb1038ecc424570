"""What a chat can ask of an alert it got: the stored text, which outlives the link, and why it came."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.models import Alert, AlertMatch, Delivery, Match, Watch, Watchlist
from crawler.models import Article, Revision


def text(session: Session, alert_id: str) -> str:
    """Headline and text of the revision that fired."""
    alert = session.get_one(Alert, alert_id)
    article = session.get_one(Article, alert.article_id)
    told: Article | Revision | None = article
    if article.revision != alert.revision:
        earlier = (Revision.article_id == article.id, Revision.revision == alert.revision)
        told = session.scalar(select(Revision).where(*earlier)) or article
    assert told is not None
    return f"{told.title}\n\n{told.text}"


def lists_told(session: Session, alert_id: str, address: str) -> tuple[str, ...] | None:
    """The lists under which this chat got this alert, singly or in a digest; None when it never did.

    Nothing is shown or judged otherwise: an id can be guessed.
    """
    got = select(Delivery.watchlists).where(Delivery.address == address)
    singly = got.where(Delivery.alert_id == alert_id, Delivery.status.in_(("sent", "folded", "leased")))
    found = session.scalar(singly)
    if found is not None:
        return tuple(found)
    digests = select(Delivery).where(
        Delivery.address == address, Delivery.alert_id.is_(None), Delivery.sent_at.is_not(None)
    )
    return next((tuple(row.watchlists) for row in session.scalars(digests) if alert_id in row.digest), None)


def why(session: Session, alert_id: str, address: str) -> str:
    """List by list, the reasons of every match, for the lists this chat gets; never the query."""
    mine = lists_told(session, alert_id, address) or ()
    matches = (
        select(Watchlist.id, Watchlist.title, Match.why)
        .join(Watch, Watch.watchlist_id == Watchlist.id)
        .join(Match, Match.watch_id == Watch.id)
        .join(AlertMatch, AlertMatch.match_id == Match.id)
        .where(AlertMatch.alert_id == alert_id, Watchlist.id.in_(mine))
        .order_by(Watchlist.id, Match.id)
    )
    reasons: dict[str, list[str]] = {}
    for watchlist, title, lines in session.execute(matches):
        reasons.setdefault(title or watchlist, []).extend(lines)
    return "\n".join(line for title, lines in reasons.items() for line in (title, *(f"  {one}" for one in lines)))
