"""The worker makes the visits that are due, beside its checks, and tells of the edits they bring."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select, update

from crawler.db import Database
from crawler.models import Article, Revisit, Traffic
from tests.crawl.fakes import Site, article, feed
from tests.crawl.test_worker import assignment, stored, working


def test_edit_is_found_by_the_worker_and_told(site: Site, sqlite_database: Database, tmp_path: Path) -> None:
    """The feed never changes; the visit falls due, the second revision is stored and announced, the bytes are counted."""
    today = datetime.now(UTC).isoformat(timespec="seconds")
    site.answers["/feed.xml"] = feed(site.url("/a"), etag='"1"')
    site.answers["/a"] = article("Flour reaches the market", date=today)

    async def main() -> None:
        async with working(assignment(site, sqlite_database, tmp_path, "/feed.xml")) as heard:
            await heard.until(stored)
            site.answers["/a"] = article("Flour is stopped", "The convoy was turned back at noon. " * 9, today)
            with sqlite_database.begin() as session:
                session.execute(update(Revisit).values(next_at=datetime.now(UTC)))
            await heard.until(lambda reports: stored(reports, 2))

    asyncio.run(main())
    with sqlite_database.read() as session:
        assert ["Flour is stopped"] == list(session.scalars(select(Article.title)))
        assert (session.scalar(select(Traffic.size_bytes)) or 0) > 1_000
