"""Addresses given by hand: which outlet they belong to, and whether one is a feed, an article or a page of links."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urljoin, urlsplit

from crawler import markup, urls
from crawler.outlets import EntryPointFact, Outlet, Outlets
from crawler.spiders import Reading, feed, section, telegram
from crawler.types import Page

Kind = Literal["feed", "section", "telegram", "article"]
LINKS_OF_A_SECTION = 5

_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json")


def is_address(target: str) -> bool:
    """Whether a target is an address and not an outlet's id."""
    return "://" in target


def outlet_of(url: str, outlets: Outlets) -> Outlet:
    """The outlet of that host, or a nameless one that knows nothing but the address."""
    host = urls.host(url)
    known = outlets.of_url(url)
    if known is not None:
        return known
    parts = urlsplit(url)
    return Outlet(
        id=host,
        name=host,
        home=f"{parts.scheme}://{parts.netloc}/",
        languages=["und"],
        country="XX",
        archive_only=True,  # it is on no schedule
    )


def recognise(page: Page, outlet: Outlet) -> Kind:
    """What the page is by its bytes and its address; an article unless it is plainly something else."""
    if telegram.is_preview(page):
        return "telegram"
    entry = EntryPointFact(kind="feed", url=page.url)
    if isinstance(feed.read(page, entry, outlet, page.fetched_at), Reading):
        return "feed"
    return "section" if urlsplit(page.url).path in ("", "/") else "article"


def is_section(page: Page, outlet: Outlet) -> bool:
    """Whether a page that holds no article holds links to articles."""
    found = section.read(page, EntryPointFact(kind="section", url=page.url), outlet, page.fetched_at)
    return isinstance(found, Reading) and len(found.listings) >= LINKS_OF_A_SECTION


def feeds(page: Page) -> list[str]:
    """Feed addresses the page declares (`<link rel=alternate>`), in its order."""
    tree = markup.parse(markup.decode(page.body, page.header("content-type")))
    if tree is None:
        return []
    found = [
        urljoin(page.url, link.get("href", ""))
        for link in tree.iter("link")
        if "alternate" in (link.get("rel") or "").lower().split() and (link.get("type") or "").lower() in _FEED_TYPES
    ]
    return [address for address in dict.fromkeys(found) if address.startswith(("http://", "https://"))]
