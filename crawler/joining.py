"""An article told on several pages is read to its end: each page politely, then one text (crawler.extract.further)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler import outcomes
from crawler.extract.further import joined
from crawler.known import Wanted
from crawler.outlets import Outlet
from crawler.types import Draft, Page

if TYPE_CHECKING:
    from crawler.crawl import Crawl


@dataclass(frozen=True, slots=True)
class Whole:
    """The article of all its pages; `pages` are those behind the first. `lacking` says which could not be read, or ''."""

    draft: Draft
    pages: tuple[Page, ...] = ()
    lacking: str = ""


async def whole(crawl: Crawl, wanted: Wanted, first: Draft, outlet: Outlet) -> Whole:
    """Reads the further pages in order, up to the first that cannot be read or says nothing new."""
    draft, pages, drafts = first, list[Page](), list[Draft]()
    for number, url in enumerate(first.further, 2):
        got = outcomes.of_article(await crawl.get(crawl.ask(url, outlet)), crawl.fetcher.clock())
        if not isinstance(got, Page):
            return Whole(draft, tuple(pages), f"page {number} could not be read: {got.reason}")
        read = await crawl.extracted(wanted, got, outlet)
        if not isinstance(read, Draft):
            return Whole(draft, tuple(pages), f"page {number} could not be read: {read.reason}")
        longer = joined(first, [*drafts, read])
        if longer.text == draft.text:
            break
        draft = longer
        drafts.append(read)
        pages.append(got)
    return Whole(draft, tuple(pages))
