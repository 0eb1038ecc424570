"""The only writer of articles. One call, one transaction of the caller: evidence row, article or revision, story."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crawler import stories
from crawler.evidence import Capture
from crawler.languages import fold
from crawler.models import Article, Evidence, Revision
from crawler.types import Draft, Saved, Unchanged


def text_hash(text: str) -> str:
    """SHA-256 of the folded text, spaces evened out: another spelling of the same letters is no other text."""
    return hashlib.sha256(" ".join(fold(text).split()).encode("utf-8")).hexdigest()


def unchanged(session: Session, draft: Draft, outlet: str) -> Unchanged | None:
    """What is stored tells the same; None when `ingest` would write. Asked first: nothing is preserved in vain."""
    article = session.scalar(select(Article).where(Article.canonical_url == draft.canonical_url))
    if article is not None:
        return Unchanged(article.id) if _same(article, draft) else None
    twin = _twin(session, draft, outlet)
    return Unchanged(twin, "same text at another address") if twin is not None else None


def ingest(
    session: Session, draft: Draft, capture: Capture | None, outlet: str, now: datetime, *, from_first_crawl: bool
) -> Saved | Unchanged:
    """Stores a draft: a new article, a new revision of a known one, or nothing. May be called twice.

    An edit moves the old text to `revisions` and leaves `matched_revision` behind, which is what makes `alerts` look
    again. A page that was blocked or rejected never comes here, so it can never look like an edit.
    """
    known = session.scalar(select(Article).where(Article.canonical_url == draft.canonical_url).with_for_update())
    if known is not None:
        return _revise(session, known, draft, capture, now)
    twin = _twin(session, draft, outlet)
    if twin is not None:
        return Unchanged(twin, "same text at another address")
    try:
        with session.begin_nested():
            return _new(session, draft, capture, outlet, now, from_first_crawl)
    except IntegrityError:  # another process stored it between our question and our answer
        known = session.scalars(
            select(Article).where(Article.canonical_url == draft.canonical_url).with_for_update()
        ).one()
        return _revise(session, known, draft, capture, now)


def _same(article: Article, draft: Draft) -> bool:
    return article.text_hash == text_hash(draft.text) and article.title == draft.title


def _twin(session: Session, draft: Draft, outlet: str) -> int | None:
    """An article of the outlet with the same headline and text at another address."""
    found = session.execute(
        select(Article.id, Article.title)
        .where(Article.text_hash == text_hash(draft.text), Article.outlet == outlet)
        .order_by(Article.id)
    )
    return next((row.id for row in found if fold(row.title) == fold(draft.title)), None)


def _new(
    session: Session, draft: Draft, capture: Capture | None, outlet: str, now: datetime, from_first_crawl: bool
) -> Saved:
    article = Article(
        url=draft.url,
        canonical_url=draft.canonical_url,
        outlet=outlet,
        first_seen_at=now,
        from_first_crawl=from_first_crawl,
        revision=1,
        matched_revision=0,
    )
    _fill(session, article, draft, capture, now)
    belongs = stories.place(session, article, now)
    article.story_id, article.origin_id = belongs.story_id, belongs.origin_id
    session.add(article)
    session.flush()
    stories.index(session, article, now)
    return Saved(article.id, 1, new=True)


def _revise(
    session: Session, article: Article, draft: Draft, capture: Capture | None, now: datetime
) -> Saved | Unchanged:
    if _same(article, draft):
        return Unchanged(article.id)
    session.add(
        Revision(
            article_id=article.id,
            revision=article.revision,
            title=article.title,
            text=article.text,
            text_hash=article.text_hash,
            evidence_id=article.evidence_id,
            stored_at=article.changed_at,
        )
    )
    article.revision += 1
    if draft.published.at is None and article.published_at is not None:
        published = article.published_at, article.published_precision
        _fill(session, article, draft, capture, now)
        article.published_at, article.published_precision = published
    else:
        _fill(session, article, draft, capture, now)
    session.flush()
    stories.index(session, article, now)
    return Saved(article.id, article.revision, new=False)


def _fill(session: Session, article: Article, draft: Draft, capture: Capture | None, now: datetime) -> None:
    article.title = draft.title
    article.authors = list(draft.authors)
    article.published_at = draft.published.at
    article.published_precision = draft.published.precision
    article.updated_at = draft.updated_at
    article.language = draft.language
    article.section = draft.section
    article.lead = draft.lead
    article.text = draft.text
    article.folded = fold(f"{draft.title}\n{draft.text}")
    article.text_hash = text_hash(draft.text)
    article.image = draft.image
    article.tags = list(draft.tags)
    article.notes = list(draft.notes)
    article.changed_at = now
    if capture is not None:
        evidence = Evidence(**asdict(capture))
        session.add(evidence)
        session.flush()
        article.evidence_id = evidence.id
