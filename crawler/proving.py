"""Whether a place that was found lists articles: fetched once, politely, and read as what it is taken for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from crawler import spiders
from crawler.outlets import EntryPointFact, Outlet
from crawler.schedule import CheckEnd, DueEntryPoint
from crawler.spiders import Reading
from crawler.types import Page

if TYPE_CHECKING:
    from crawler.crawl import Crawl


@dataclass(frozen=True, slots=True)
class Proof:
    """A place that was read. `fact.url` is where it stands now, when the old address led there for good."""

    fact: EntryPointFact
    page: Page
    reading: Reading

    @property
    def newest(self) -> datetime | None:
        return max((one.published_at for one in self.reading.listings if one.published_at), default=None)

    @property
    def dated(self) -> int:
        return sum(one.published_at is not None for one in self.reading.listings)


@dataclass(frozen=True, slots=True)
class Disproof:
    """An expected end: nothing is listed there, and why. `readable`: it is of its kind, and names nothing new."""

    fact: EntryPointFact
    reason: str
    readable: bool = False


async def prove(crawl: Crawl, outlet: Outlet, fact: EntryPointFact) -> Proof | Disproof:
    """One request, two for a sitemap index."""
    entry_point = DueEntryPoint(None, outlet.id, fact.kind, fact.url)
    got = await crawl.get(crawl.ask(spiders.start(fact.kind, fact.url), outlet))
    found = crawl.look(got, entry_point, outlet)
    if isinstance(found, Reading) and not found.listings and found.more:
        found = crawl.look(await crawl.get(crawl.ask(found.more[0], outlet)), entry_point, outlet)
    if isinstance(found, CheckEnd):
        return Disproof(fact, f"{found.outcome}: {found.reason}" if found.outcome != "error" else found.reason)
    assert isinstance(got, Page)
    if not found.listings:
        left_out = ", ".join(f"{count} {why}" for why, count in found.dropped.items())
        return Disproof(fact, f"names no article{f' ({left_out})' if left_out else ''}", readable=True)
    if got.moved and fact.kind in ("feed", "sitemap"):
        fact = fact.model_copy(update={"url": got.url})
    return Proof(fact, replace(got, listing=None), found)
