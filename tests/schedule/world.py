"""An outlet on the site of the crawl's tests, read at moments of the test's choosing."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select

from crawler.config import CrawlSection
from crawler.db import Database
from crawler.models import Article, Check, EntryPoint
from crawler.outlets import EntryPointFact, Outlet
from crawler.run import Order, Summary, crawl_once
from tests.crawl.fakes import Answer, Site, article, outlets

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Row = TypeVar("Row", Article, Check, EntryPoint)


def gazette(site: Site, *archives: EntryPointFact, **facts: object) -> Outlet:
    """An outlet with one feed, archives and what else its YAML says."""
    known = {"id": "gazette", "name": "gazette", "home": site.url("/"), "languages": ["en"], "country": "XX"}
    feeds = [EntryPointFact(kind="feed", url=site.url("/feed.xml"), confidence="proven")]
    return Outlet.model_validate({**known, "entry_points": feeds, "archives": list(archives), **facts})


def settings(**values: object) -> CrawlSection:
    return CrawlSection.model_validate({"delay": "0s", "timeout": "5s", "allow_private": ["127.0.0.0/8"], **values})


def look(
    database: Database, folder: Path, one: Outlet, at: datetime, *, by_hand: bool = False, **values: object
) -> Summary:
    """What falls due by `at`, as the daemon would read it; or everything, as a person who asks for it."""
    began = time.monotonic()

    def clock() -> datetime:
        return at + timedelta(seconds=time.monotonic() - began)

    order = Order([one.id], outlets(one), due_only=not by_hand)
    return crawl_once(order, settings(**values), clock, database=database, evidence=folder)


def rows(database: Database, table: type[Row]) -> Sequence[Row]:
    """All rows of a table, the oldest first."""
    with database.read() as session:
        return session.scalars(select(table).order_by(table.id)).all()


def published(site: Site, *numbers: int, start: datetime = START, every: timedelta = HOUR) -> None:
    """Articles of these numbers, each an `every` later than the one before; the site's feed lists them."""
    items = []
    for number in numbers:
        at = start + number * every
        text = "\n".join(
            f"Paragraph {line} of story {number} tells what came over river {number}." for line in range(5)
        )
        site.answers[f"/{number}"] = article(f"Convoy {number} arrives", text, at.isoformat())
        items.append(
            f"<item><title>Convoy {number} arrives</title><link>{site.url(f'/{number}')}</link>"
            f"<pubDate>{at:%a, %d %b %Y %H:%M:%S} +0000</pubDate></item>"
        )
    body = (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>F</title>{"".join(reversed(items))}</channel></rss>'
    )
    site.answers["/feed.xml"] = Answer(body.encode(), kind="application/rss+xml")
