"""Section pages: the links of a page of the outlet's own site that look like articles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from lxml.cssselect import CSSSelector

from crawler import markup, urls
from crawler.outlets import EntryPointFact, Outlet
from crawler.spiders import Reading, Unreadable, absolute, reading
from crawler.types import Listing, Page

# What an article's address has and a section's has not, where the outlet does not say: a number, a day or a long slug.
_ARTICLE_PATH = re.compile(r"\d{4,}|/\d{4}/\d{1,2}/|/\d+(?:\.\w+)?/?$|(?:[^/\-_]+[-_]){3}")
_NO_ARTICLE = re.compile(
    r"(?i)\.(?:jpe?g|png|gif|webp|svg|pdf|mp[34]|zip|css|js|xml|rss|ico)$|/(?:tag|tags|author|category|page|login|search)/"
)


def read(page: Page, entry: EntryPointFact, outlet: Outlet, now: datetime) -> Reading | Unreadable:
    """The page's article links from top to bottom."""
    tree = markup.parse(markup.decode(page.body, page.header("content-type")))
    if tree is None:
        return Unreadable("no HTML in it")
    places = CSSSelector(entry.links, translator="html")(tree) if entry.links else [tree]
    base = absolute(page.url, next((b.get("href", "") for b in tree.iter("base")), "")) or page.url
    listings = [
        Listing(link, " ".join(text.split()))
        for link, text in _links(places)
        if _elsewhere(absolute(base, link), page, outlet) is False
    ]
    return reading(listings, base, outlet)


def _links(places: list[Any]) -> Iterator[tuple[str, str]]:
    for place in places:
        for anchor in [place] if place.tag == "a" else place.iter("a"):
            yield anchor.get("href") or "", "".join(anchor.itertext())


def _elsewhere(address: str, page: Page, outlet: Outlet) -> bool:
    """Whether a link leads to another site, to itself, or to something that is no article by its looks."""
    if not address:
        return False  # `reading` counts it
    if urls.site(address) not in (urls.site(page.url), urls.site(outlet.home)) or urls.same_article(address, page.url):
        return True
    if outlet.articles:
        return False
    path = urlsplit(address).path
    return bool(_NO_ARTICLE.search(path)) or not _ARTICLE_PATH.search(path + "?" + urlsplit(address).query)
