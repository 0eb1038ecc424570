"""Section pages: the links of a page of the outlet's own site that look like articles, and the way to its next page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from lxml.cssselect import CSSSelector

from crawler import markup, urls
from crawler.outlets import EntryPointFact, Outlet
from crawler.spiders import LATEST, Days, Reading, Unreadable, absolute, reading
from crawler.types import Listing, Page

# What an article's address has and a section's has not, where the outlet does not say: a number, a day or a long slug.
_ARTICLE_PATH = re.compile(r"\d{4,}|/\d{4}/\d{1,2}/|/\d+(?:\.\w+)?/?$|(?:[^/\-_]+[-_]){3}")
_NO_ARTICLE = re.compile(
    r"(?i)\.(?:jpe?g|png|gif|webp|svg|pdf|mp[34]|zip|css|js|xml|rss|ico)$|/(?:tag|tags|author|category|page|login|search)/"
)

# The number of a page of a list, in its path or its query. Months and years are no page numbers: see `_older`.
_NUMBER_IN_PATH = re.compile(r"(?i)(?<=/)(?:page|p|pagina)[/-]?(\d{1,6})/?$")
_NUMBER_IN_QUERY = re.compile(r"(?i)^(?:page|paged|p|pg|pagen_\d+)$")


def read(page: Page, entry: EntryPointFact, outlet: Outlet, now: datetime, days: Days = LATEST) -> Reading | Unreadable:
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
    return reading(listings, base, outlet, older=_older(tree, base, page))


def _older(tree: Any, base: str, page: Page) -> str:
    """The page of this list that comes next: the one that is numbered one more, else the one declared as the next.

    A number must be the very next and the rest of the address the same, so a calendar's arrows lead nowhere.
    """
    here, number = _numbered(page.requested_url)
    declared = ""
    for link in tree.iter("a", "link"):
        address = absolute(base, link.get("href") or "")
        if not address or urls.site(address) != urls.site(page.url):
            continue
        if _numbered(address) == (here, number + 1):
            return address
        if "next" in (link.get("rel") or "").lower().split():
            declared = declared or address
    return declared if declared and not urls.same_article(declared, page.requested_url) else ""


def _numbered(address: str) -> tuple[str, int]:
    """The list an address belongs to and the number of its page; 1 where none stands."""
    parts = urlsplit(urls.canonical(address))
    found = _NUMBER_IN_PATH.search(parts.path)
    path = parts.path[: found.start()] if found else parts.path
    asked = parse_qsl(parts.query)
    numbers = [int(value) for name, value in asked if _NUMBER_IN_QUERY.match(name) and value.isdecimal()]
    rest = sorted((name, value) for name, value in asked if not (_NUMBER_IN_QUERY.match(name) and value.isdecimal()))
    number = int(found[1]) if found else numbers[0] if numbers else 1
    return f"{parts.netloc}{unquote(path).rstrip('/')}?{rest}", number


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
