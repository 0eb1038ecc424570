"""Rows that tests of health start from: one outlet's entry points, their checks, what was stored."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from crawler.models import Article, Check, EntryPoint, KnownUrl, Story
from crawler.outlets import EntryPointFact, Outlet

NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def outlet(name: str = "gazette", **facts: Any) -> Outlet:
    values: dict[str, Any] = {
        "id": name,
        "name": name.title(),
        "home": f"https://{name}.example/",
        "languages": ["en"],
        "country": "XX",
        "entry_points": [EntryPointFact(kind="feed", url=f"https://{name}.example/rss")],
    }
    return Outlet(**{**values, **facts})


def outlets(*several: Outlet) -> dict[str, Outlet]:
    return {one.id: one for one in several}


def entry_point(session: Session, name: str = "gazette", kind: str = "feed", path: str = "rss") -> EntryPoint:
    url = f"https://{name}.example/{path}"
    row = EntryPoint(
        outlet=name,
        kind=kind,
        url=url,
        host=f"{name}.example",
        next_check_at=NOW,
        interval_s=600,
        first_read_at=NOW - 90 * DAY,
    )
    session.add(row)
    session.flush()
    return row


def check(session: Session, point: EntryPoint, at: datetime, outcome: str = "ok", **columns: Any) -> None:
    values = {"first": False, "listed": 20 if outcome == "ok" else 0, **columns}
    session.add(Check(entry_point_id=point.id, at=at, outcome=outcome, **values))


def checks(
    session: Session,
    point: EntryPoint,
    since: datetime,
    until: datetime,
    outcome: str = "ok",
    every_m: int = 30,
    **columns: Any,
) -> None:
    """A check every so many minutes, from `since` on and before `until`."""
    at = since
    while at < until:
        check(session, point, at, outcome, **columns)
        at += timedelta(minutes=every_m)


def articles(session: Session, point: EntryPoint, moments: Iterable[datetime], text: str = "", **columns: Any) -> None:
    """An article stored at each of the moments, named by the entry point."""
    story = Story(first_seen_at=NOW)
    session.add(story)
    session.flush()
    for at in moments:
        number = f"{point.id}-{at.timestamp():.0f}"
        values = {
            "url": f"https://{point.host}/{number}",
            "canonical_url": f"{point.host}/{number}",
            "outlet": point.outlet,
            "story_id": story.id,
            "title": "Headline",
            "authors": [],
            "published_at": at,
            "published_precision": "minute",
            "language": "en",
            "text": text or "Two convoys left the depot before dawn, a driver said. " * 20,
            "folded": "",
            "text_hash": number,
            "tags": [],
            "notes": [],
            "first_seen_at": at,
            "changed_at": at,
            "from_first_crawl": False,
        }
        article = Article(**{**values, **columns})
        session.add(article)
        session.flush()
        known = {"url": article.canonical_url, "address": article.url, "outlet": point.outlet, "outcome": "saved"}
        session.add(KnownUrl(**known, entry_point_id=point.id, article_id=article.id, seen_at=at))


def healthy(
    session: Session, name: str = "gazette", *, days: int = 20, until: datetime = NOW, a_day: int = 12
) -> EntryPoint:
    """An outlet with a past: read every half an hour, `a_day` articles at even distances."""
    point = entry_point(session, name)
    begun = NOW - days * DAY
    checks(session, point, begun, until, saved=0)
    step = DAY / a_day
    articles(session, point, [begun + number * step for number in range(int((until - begun) / step))])
    return point
