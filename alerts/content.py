"""Rows -> AlertContent | DigestContent: what a delivery tells, before anybody chooses words for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alerts.facts import Facts
from alerts.facts.allegations import marks
from alerts.match import OLD_AT_FIRST_CRAWL
from alerts.models import Alert, AlertMatch, Match, Watch, Watchlist
from alerts.outbox import Outgoing
from alerts.render import DIGEST_ITEMS, AlertContent, Content, DigestContent, DigestItem, Equation, News, Quote
from crawler import stories
from crawler.models import Article, Revision
from crawler.outlets import Outlet
from crawler.types import Dating, Precision

Outlets = Mapping[str, Outlet]

# How `alerts.terms.name` says that a name was found. Other reasons would show the query.
_EQUATION = re.compile(r"(.+) = (.+?)(?: \(((?:full name|surname), (?:by sound|same spelling))\))?", re.S)


def content(session: Session, outgoing: Outgoing, outlets: Outlets) -> Content:
    """What a delivery tells: an alert, seen through the lists this chat gets, or a digest of alerts."""
    if outgoing.alert_id is None:
        return _digest(session, outgoing, outlets)
    news = tuple(News(str(one.get("kind", "")), str(one.get("text", ""))) for one in outgoing.news)
    return alert_content(session, outgoing.alert_id, outlets, outgoing.watchlists, news=news, repeat=outgoing.repeat)


def alert_content(
    session: Session,
    alert_id: str,
    outlets: Outlets,
    watchlists: tuple[str, ...] = (),
    *,
    news: tuple[News, ...] = (),
    repeat: bool = False,
) -> AlertContent:
    """One alert. With `watchlists`, only matches of these lists are told: the others are not this chat's business."""
    alert = session.get_one(Alert, alert_id)
    article = session.get_one(Article, alert.article_id)
    outlet = outlets.get(article.outlet)
    told = _matches(session, alert_id, watchlists)
    lists = watchlists or tuple(dict.fromkeys(name for _, name in told))
    matches = [match for match, _ in told]
    told_by = stories.counts(session, alert.story_id)
    day = (article.published_at or article.first_seen_at).date()
    return AlertContent(
        alert_id=alert.id,
        headline=_headline(session, article, alert.revision),
        outlet=outlet.name if outlet else article.outlet,
        url=article.url,
        country=outlet.country if outlet else "",
        leaning=outlet.leaning_on(day) if outlet else "",
        language=article.language,
        published=_dating(article),
        first_seen_at=article.first_seen_at,
        quotes=_quotes(matches),
        names=_equations(matches),
        facts=Facts.from_json(alert.facts).told({match.watch_id for match in matches}),
        news=news,
        outlets=told_by.outlets,
        origins=told_by.origins,
        watchlists=_titles(session, lists),
        alleged=alert.alleged,
        late=alert.late,
        copy_kept=article.evidence_id is not None,
        repeat=repeat,
    )


def _matches(session: Session, alert_id: str, watchlists: Sequence[str]) -> list[tuple[Match, str]]:
    """The matches of an alert with their lists, only those of `watchlists` if there are any."""
    query = (
        select(Match, Watch.watchlist_id)
        .join(AlertMatch, AlertMatch.match_id == Match.id)
        .join(Watch, Watch.id == Match.watch_id)
        .where(AlertMatch.alert_id == alert_id)
        .order_by(Match.id)
    )
    return [(match, name) for match, name in session.execute(query) if not watchlists or name in watchlists]


def _quotes(matches: Iterable[Match]) -> tuple[Quote, ...]:
    """Each sentence once, with the words of every match in it and those of death, capture and their like."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for match in matches:
        if match.quote:
            spans.setdefault(match.quote, []).extend((start, end) for start, end in match.quote_spans)
    return tuple(Quote(text, tuple(found), tuple(marks(text))) for text, found in spans.items())


def _equations(matches: Iterable[Match]) -> tuple[Equation, ...]:
    """Which name of the text is which name of a list, each once."""
    read = (_EQUATION.fullmatch(why) for match in matches for why in match.why)
    found = (Equation(one[1], one[2], one[3] or "") for one in read if one and not one[2].startswith("@"))
    return tuple(dict.fromkeys(one for one in found if one.rule))


def _headline(session: Session, article: Article, revision: int) -> str:
    """The headline as it stood when the watch fired; outlets rewrite them."""
    earlier = select(Revision.title).where(Revision.article_id == article.id, Revision.revision == revision)
    return article.title if article.revision == revision else session.scalar(earlier) or article.title


def _digest(session: Session, outgoing: Outgoing, outlets: Outlets) -> DigestContent:
    """The newest stories of a digest, one line each: the latest alert of each."""
    newest = func.coalesce(Article.published_at, Article.first_seen_at).desc()
    query = (
        select(Alert.story_id, Alert.id)
        .join(Article, Article.id == Alert.article_id)
        .where(Alert.id.in_(outgoing.digest))
        .order_by(newest, Alert.created_at.desc(), Alert.id)
    )
    stories: dict[int, str] = {}
    for story_id, alert_id in session.execute(query):
        stories.setdefault(story_id, alert_id)
    shown = list(stories.values())[:DIGEST_ITEMS]
    held = session.scalar(select(Alert.held).where(Alert.id.in_(outgoing.digest[:1]))) == OLD_AT_FIRST_CRAWL
    return DigestContent(
        name=str(outgoing.delivery_id),
        items=tuple(_digest_item(session, alert_id, outlets, outgoing.watchlists) for alert_id in shown),
        count=len(stories),
        watchlists=_titles(session, outgoing.watchlists),
        held=held,
        repeat=outgoing.repeat,
    )


def _digest_item(session: Session, alert_id: str, outlets: Outlets, watchlists: Sequence[str]) -> DigestItem:
    alert = session.get_one(Alert, alert_id)
    article = session.get_one(Article, alert.article_id)
    outlet = outlets.get(article.outlet)
    told = {match.watch_id for match, _ in _matches(session, alert_id, watchlists)}
    return DigestItem(
        alert_id=alert.id,
        headline=_headline(session, article, alert.revision),
        outlet=outlet.name if outlet else article.outlet,
        url=article.url,
        published=_dating(article),
        about=Facts.from_json(alert.facts).told(told).about,
    )


def _dating(article: Article) -> Dating:
    known: dict[str, Precision] = {"minute": "minute", "day": "day", "month": "month"}
    return Dating(article.published_at, known.get(article.published_precision, "none"))


def _titles(session: Session, watchlists: tuple[str, ...]) -> tuple[str, ...]:
    """Names as people gave them; the id where there is none."""
    found = session.execute(select(Watchlist.id, Watchlist.title).where(Watchlist.id.in_(watchlists)))
    titles = {row.id: row.title for row in found}
    return tuple(titles.get(name) or name for name in watchlists)
