"""Rows that tests of matching start from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from alerts import watchlists
from alerts.models import Chat, Subscription
from crawler.models import Article, Story

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DAY = timedelta(hours=24)
CHAT = "console:"


def article(session: Session, text: str, *, story: Story | None = None, **columns: Any) -> Article:
    """A stored article, unmatched, one hour old."""
    if story is None:
        story = Story(first_seen_at=NOW)
        session.add(story)
        session.flush()
    number = session.query(Article).count() + 1
    values: dict[str, Any] = {
        "url": f"https://news.example/{number}",
        "canonical_url": f"news.example/{number}",
        "outlet": "example",
        "story_id": story.id,
        "title": "Headline",
        "authors": [],
        "published_at": NOW - timedelta(hours=1),
        "published_precision": "minute",
        "language": "en",
        "text": text,
        "folded": text,
        "text_hash": str(number),
        "tags": [],
        "notes": [],
        "first_seen_at": NOW - timedelta(minutes=5),
        "changed_at": NOW - timedelta(minutes=5),
        "from_first_crawl": False,
    }
    row = Article(**(values | columns))
    session.add(row)
    session.flush()
    return row


def edit(session: Session, row: Article, text: str) -> None:
    row.text, row.revision = text, row.revision + 1
    session.flush()


def subscriber(session: Session, watchlist: str, address: str = CHAT) -> None:
    if session.get(Chat, address) is None:
        session.add(Chat(address=address, created_at=NOW))
        session.flush()
    session.add(Subscription(watchlist_id=watchlist, address=address, source="user", created_at=NOW))
    session.flush()


def watch(session: Session, query: str, watchlist: str = "losses") -> int:
    return watchlists.add(session, query, NOW, watchlist=watchlist).id
