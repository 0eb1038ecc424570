"""Ways to an outlet's newest articles: one kind of entry point per file, found by itself.

Each kind is a module of pure functions, of which only the first is asked of all:

    read(page, entry, outlet, now, days) -> Reading | Unreadable
    start(url, days) -> str                 # the address to ask first, where it is not the entry point's own
    recognise(page) -> Unreadable | bool    # an end in this kind's own words; True: plainly a listing, and no challenge;
                                            # False: the general rules decide. Asked before `read`

`page` is the fetched entry point, `entry` its facts, `outlet` whose it is, `days` what a back-fill asks for. What `read`
returns in `Reading.more` is read the same way within the same check (the sitemaps of an index); `Reading.older` leads one
page back in time and is followed by the rules of `crawler.paging`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal
from urllib.parse import unquote, urljoin, urlsplit

from crawler import urls
from crawler.outlets import EntryPointFact, Outlet
from crawler.registry import kinds
from crawler.types import Draft, Listing, Page

MOST = 2_000  # articles of one page; a feed with more is a mistake or an attack
MOST_BACK = 50_000  # of one page in a back-fill: what the sitemap standard allows


@dataclass(frozen=True, slots=True)
class Days:
    """The days a back-fill asks for: published within [since, until). Without `since` only what is new is asked for."""

    since: datetime | None = None
    until: datetime | None = None


LATEST = Days()


@dataclass(frozen=True, slots=True)
class Told:
    """An article that stands whole on the entry point's own page, which is its evidence."""

    draft: Draft
    page: Page


@dataclass(frozen=True, slots=True)
class Reading:
    """What an entry point named, in its own order, one listing per article; `dropped` counts the rest by reason.

    `told` has the articles by canonical address where they have no pages of their own; None: each is to be fetched.
    """

    listings: tuple[Listing, ...]
    dropped: Mapping[str, int]
    more: tuple[str, ...] = ()
    titles_are_exact: bool = False  # a changed title or update mark means a changed article (feeds, not link texts)
    older: str = ""  # the page before this one in time
    told: Mapping[str, Told] | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An expected end: the page is not this kind of entry point."""

    reason: str
    outcome: UnreadableOutcome = "error"


UnreadableOutcome = Literal["not a feed", "REST disabled", "no preview", "dead channel", "error"]
Read = Callable[[Page, EntryPointFact, Outlet, datetime, Days], Reading | Unreadable]


@cache
def readers() -> Mapping[str, Read]:
    """`read` by kind."""
    return {name: module.read for name, module in kinds(__name__)}


@cache
def _optional(name: str) -> Mapping[str, Callable[..., object]]:
    """A function by kind, of the kinds that have it."""
    return {kind: getattr(module, name) for kind, module in kinds(__name__) if hasattr(module, name)}


def start(kind: str, url: str, days: Days = LATEST) -> str:
    """The address that is asked first of an entry point."""
    starts = _optional("start")
    return str(starts[kind](url, days)) if kind in starts else url


def recognise(kind: str, page: Page) -> Unreadable | bool:
    """Whether the answer is plainly of this kind, or an end in its own words; False when the general rules decide."""
    judges = _optional("recognise")
    found = judges[kind](page) if kind in judges else False
    return found if isinstance(found, Unreadable) else bool(found)


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
    older: str = "",
    most: int = MOST,
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
        elif len(kept) >= most:
            dropped[f"beyond {most}"] += 1
        else:
            kept[key] = Listing(address, listing.title, listing.published_at, listing.updated)
    return Reading(tuple(kept.values()), dict(dropped), more, titles_are_exact, older)


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


def local_name(element: Any) -> str:
    """An XML element's name without its namespace. lxml's own QName raises over the names of mended XML."""
    return str(element.tag).rpartition("}")[2] if isinstance(element.tag, str) else ""


def namespace_of(element: Any) -> str:
    return str(element.tag).partition("}")[0][1:] if str(element.tag).startswith("{") else ""
