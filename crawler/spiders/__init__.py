"""Ways to an outlet's newest articles: one kind of entry point per file, found by itself.

Each kind is a module with one pure function:

    read(page, entry, outlet, now) -> Reading | Unreadable

`page` is the fetched entry point, `entry` its facts, `outlet` whose it is. What `read` returns in `Reading.more` is
fetched and read the same way within the same check (the sitemaps of an index, the next page of a section).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from urllib.parse import unquote, urljoin, urlsplit

from crawler import urls
from crawler.outlets import EntryPointFact, Outlet
from crawler.registry import kinds
from crawler.types import Listing, Page

MOST = 2_000  # articles of one page; a feed with more is a mistake or an attack


@dataclass(frozen=True, slots=True)
class Reading:
    """What an entry point named, in its own order, one listing per article; `dropped` counts the rest by reason."""

    listings: tuple[Listing, ...]
    dropped: Mapping[str, int]
    more: tuple[str, ...] = ()
    titles_are_exact: bool = False  # a changed title or update mark means a changed article (feeds, not link texts)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An expected end: the page is not this kind of entry point."""

    reason: str


Read = Callable[[Page, EntryPointFact, Outlet, datetime], Reading | Unreadable]


@cache
def readers() -> Mapping[str, Read]:
    """`read` by kind."""
    return {name: module.read for name, module in kinds(__name__)}


def readable(outlet: Outlet) -> list[EntryPointFact]:
    """The outlet's entry points of a kind that is known here, in order of trust."""
    return [fact for fact in outlet.entry_points if fact.kind in readers()]


def reading(
    listings: Iterable[Listing],
    base: str,
    outlet: Outlet,
    *,
    more: tuple[str, ...] = (),
    titles_are_exact: bool = False,
) -> Reading:
    """A Reading of what can be fetched: absolute http addresses that the outlet calls articles, each article once."""
    kept: dict[str, Listing] = {}
    dropped: Counter[str] = Counter()
    for listing in listings:
        address = absolute(base, listing.url)
        if not address:
            dropped["not an http address"] += 1
        elif not is_article(address, outlet):
            dropped["not an article address"] += 1
        elif (key := urls.canonical(address)) in kept:
            dropped["listed twice"] += 1
        elif len(kept) >= MOST:
            dropped[f"beyond {MOST}"] += 1
        else:
            kept[key] = Listing(address, listing.title, listing.published_at, listing.updated)
    return Reading(tuple(kept.values()), dict(dropped), more, titles_are_exact)


def absolute(base: str, link: str) -> str:
    """`link` as an absolute http address without fragment, or ''."""
    link = "".join(link.split("\n")).strip()
    if not link:
        return ""
    try:
        address = urljoin(base, link).partition("#")[0]
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address.replace(" ", "%20") if parts.scheme in ("http", "https") and parts.hostname else ""


def is_article(address: str, outlet: Outlet) -> bool:
    """Whether the outlet's `articles` expression, if it has one, finds the address as it stands or unescaped."""
    if not outlet.articles:
        return True
    return bool(re.search(outlet.articles, address) or re.search(outlet.articles, unquote(address)))
