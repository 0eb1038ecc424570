"""What a chat can ask of an alert it got: the stored text, which outlives the link, and why it came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.models import Alert, AlertMatch, Delivery, Match, Watch, Watchlist
from crawler.models import Article, Evidence, Revision

MOST_TOLD = 500  # articles of one story that are looked through for other outlets


@dataclass(frozen=True, slots=True)
class Teller:
    """An article that tells a story: the outlet's id, and when it was first seen."""

    outlet: str
    title: str
    url: str
    first_seen_at: datetime


@dataclass(frozen=True, slots=True)
class More:
    """What a message about an alert leaves out. `captured_at` and `sha256` are of the kept copy, None and '' without."""

    quotes: tuple[str, ...]
    others: tuple[Teller, ...]  # the first article of every other outlet
    url: str
    captured_at: datetime | None
    sha256: str
    retracted: str


def more(session: Session, alert_id: str, address: str) -> More | None:
    """The rest of an alert, quotes of this chat's lists alone; None when it never came here."""
    mine = lists_told(session, alert_id, address)
    if mine is None:
        return None
    alert = session.get_one(Alert, alert_id)
    article = session.get_one(Article, alert.article_id)
    evidence = session.get(Evidence, article.evidence_id) if article.evidence_id is not None else None
    quotes = (
        select(Match.quote)
        .join(AlertMatch, AlertMatch.match_id == Match.id)
        .join(Watch, Watch.id == Match.watch_id)
        .where(AlertMatch.alert_id == alert_id, Watch.watchlist_id.in_(mine))
        .order_by(Match.id)
    )
    told = select(Article).where(Article.story_id == article.story_id).order_by(Article.first_seen_at, Article.id)
    others: dict[str, Teller] = {}
    for row in session.scalars(told.limit(MOST_TOLD)):
        if row.outlet != article.outlet:
            others.setdefault(row.outlet, Teller(row.outlet, row.title, row.url, row.first_seen_at))
    return More(
        tuple(dict.fromkeys(filter(None, session.scalars(quotes)))),
        tuple(others.values()),
        article.url,
        evidence.captured_at if evidence else None,
        evidence.sha256 if evidence else "",
        alert.retracted,
    )


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


def why(session: Session, alert_id: str, address: str, *, tree: bool = False) -> str:
    """List by list, the reasons of every match, for the lists this chat gets; with `tree` the path through the query.

    Without it nothing of the query is said but what was found.
    """
    mine = lists_told(session, alert_id, address) or ()
    matches = (
        select(Watchlist.id, Watchlist.title, Match.why, Match.tree)
        .join(Watch, Watch.watchlist_id == Watchlist.id)
        .join(Match, Match.watch_id == Watch.id)
        .join(AlertMatch, AlertMatch.match_id == Match.id)
        .where(AlertMatch.alert_id == alert_id, Watchlist.id.in_(mine))
        .order_by(Watchlist.id, Match.id)
    )
    reasons: dict[str, list[str]] = {}
    for watchlist, title, lines, path in session.execute(matches):
        reasons.setdefault(title or watchlist, []).extend((path if tree else None) or lines)
    return "\n".join(line for title, lines in reasons.items() for line in (title, *(f"  {one}" for one in lines)))
