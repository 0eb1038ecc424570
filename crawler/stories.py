"""Which story an article belongs to, and how many have told it. The caller opens the transaction.

    candidates = articles of the last days that share keys with it       # one indexed query
    story      = the story of the one it is a copy or a translation of, else a new one
    origin     = of a copy the original's, of a text naming the same agency the earlier one's, else its own

An article stays in the story it was put into: an edit changes what copies of it are found by, never where it belongs,
because alerts have been sent under that story.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from crawler import cluster
from crawler.cluster import Cast, Likeness, Signature
from crawler.models import Article, Story, StoryKey

WINDOW = timedelta(days=10)  # what is further apart, in reading or in publication, is another story
SAME_DAY = timedelta(days=1)  # of a text and its translation
CANDIDATES = 8  # the articles that share most keys are compared
FEW_KEYS = 12  # of a text with more, one that a stranger shares is chance or the outlet's own phrase
COMMON = 12  # persons and places that more articles name together than this tell no event apart
FORGET_EVERY = 100  # articles; keys older than the window are dropped so often
_LOCK = 0x73746F7279  # PostgreSQL: one assignment at a time, as on SQLite; two copies must not both be first


@dataclass(frozen=True, slots=True)
class Counts:
    """Outlets that tell a story, and how many of their texts are no copies of one another's source."""

    outlets: int
    origins: int


@dataclass(frozen=True, slots=True)
class Belongs:
    """Where an article belongs. `origin_id` None: it is an origin itself. `why` is '' for the first of a story."""

    story_id: int
    origin_id: int | None = None
    why: str = ""


def counts(session: Session, story_id: int) -> Counts:
    """Outlets and independent origins of a story, as stored now."""
    origin = func.coalesce(Article.origin_id, Article.id)
    query = select(func.count(Article.outlet.distinct()), func.count(origin.distinct()))
    outlets, origins = session.execute(query.where(Article.story_id == story_id)).one()
    return Counts(outlets, origins)


def place(session: Session, article: Article, now: datetime) -> Belongs:
    """The story and the origin of an article that is not stored yet; a new story when it is like no other."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    found = _most_alike(session, article, now)
    if found is None:
        story = Story(first_seen_at=now)
        session.add(story)
        session.flush()
        return Belongs(story.id)
    other, near = found
    if near.copy:
        return Belongs(other.story_id, other.origin_id or other.id, near.why)
    return Belongs(other.story_id, _same_agency(session, other.story_id, article), near.why)


def index(session: Session, article: Article, now: datetime) -> None:
    """Makes an article findable by its newest text. May be called twice."""
    session.execute(delete(StoryKey).where(StoryKey.article_id == article.id))
    rows = [{"key": key, "article_id": article.id} for key in sorted(_keys(article))]
    if rows:
        session.execute(insert(StoryKey), rows)
    if article.id % FORGET_EVERY == 0:
        forget(session, now)


def forget(session: Session, now: datetime) -> None:
    """Drops the keys of articles the window has passed."""
    oldest = select(func.min(Article.id)).where(Article.first_seen_at >= now - WINDOW).scalar_subquery()
    session.execute(delete(StoryKey).where(StoryKey.article_id < oldest).execution_options(synchronize_session=False))


def _most_alike(session: Session, article: Article, now: datetime) -> tuple[Article, Likeness] | None:
    """The stored article this one is a copy of, else one it is a translation of."""
    mine = _signature(article.title, article.text, article.language)
    copies = _candidates(session, mine.keys, now)
    found = _best(copies, article, WINDOW, lambda other: cluster.likeness(mine, _signature(*_read(other))))
    if found is not None:
        return found
    told = _cast(article.title, article.text)
    rare = _rare(session, cluster.cast_keys(told), now)
    others = [other for other in rare if other.language != article.language]
    return _best(others, article, SAME_DAY, lambda other: cluster.translation(told, _cast(other.title, other.text)))


def _best(
    candidates: Iterable[Article], article: Article, apart: timedelta, near: Callable[[Article], Likeness | None]
) -> tuple[Article, Likeness] | None:
    """The candidate that is most alike, the oldest of several."""
    found = [
        (other, likeness)
        for other in candidates
        if abs(_at(article) - _at(other)) <= apart and (likeness := near(other)) is not None
    ]
    return max(found, key=lambda one: (one[1].score, -one[0].id), default=None)


def _at(article: Article) -> datetime:
    return article.published_at or article.first_seen_at


def _candidates(session: Session, keys: Sequence[int], now: datetime) -> Sequence[Article]:
    if not keys:
        return []
    shared = func.count()
    query = (
        select(Article)
        .join(StoryKey, StoryKey.article_id == Article.id)
        .where(StoryKey.key.in_(keys), Article.first_seen_at >= now - WINDOW)
        .group_by(Article.id)
        .having(shared > (1 if len(keys) > FEW_KEYS else 0))
        .order_by(shared.desc(), Article.id)
        .limit(CANDIDATES)
    )
    with session.no_autoflush:
        return session.scalars(query).all()


def _rare(session: Session, keys: Sequence[int], now: datetime) -> Sequence[Article]:
    """Articles that share a key which few have."""
    if not keys:
        return []
    holders: dict[int, list[int]] = {}
    with session.no_autoflush:
        for key, article_id in session.execute(
            select(StoryKey.key, StoryKey.article_id)
            .join(Article, Article.id == StoryKey.article_id)
            .where(StoryKey.key.in_(keys), Article.first_seen_at >= now - WINDOW)
        ):
            holders.setdefault(key, []).append(article_id)
        shared = Counter(one for held in holders.values() if len(held) <= COMMON for one in held)
        ids = [article_id for article_id, _ in shared.most_common(CANDIDATES)]
        return session.scalars(select(Article).where(Article.id.in_(ids)).order_by(Article.id)).all()


def _same_agency(session: Session, story_id: int, article: Article) -> int | None:
    """The origin in the story that rests on an agency this article names too."""
    mine = set(cluster.cited(article.text))
    if not mine:
        return None
    members = session.scalars(
        select(Article).where(Article.story_id == story_id).order_by(Article.id).limit(CANDIDATES)
    )
    return next((one.origin_id or one.id for one in members if mine.intersection(cluster.cited(one.text))), None)


def _keys(article: Article) -> set[int]:
    return {*_signature(*_read(article)).keys, *cluster.cast_keys(_cast(article.title, article.text))}


def _read(article: Article) -> tuple[str, str, str]:
    return article.title, article.text, article.language


@lru_cache(maxsize=500)
def _signature(title: str, text: str, language: str) -> Signature:
    return cluster.read(title, text, language)


@lru_cache(maxsize=500)
def _cast(title: str, text: str) -> Cast:
    return cluster.cast(title, text)
