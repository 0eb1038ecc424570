"""Sitemaps (sitemaps.org, Google News): sitemap indexes, gzip, and of long ones only what is new.

A sitemap of an outlet's whole archive is no feed: without a date nothing tells what is new, so undated addresses are
counted and left out, and of dated ones only the last days are named.
"""

from __future__ import annotations

import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

from lxml import etree

from crawler.outlets import EntryPointFact, Outlet
from crawler.spiders import Reading, Unreadable, absolute, reading
from crawler.spiders.feed import moment
from crawler.types import Listing, Page

NEW = timedelta(days=3)  # longer than any downtime we promise to catch up with, shorter than an archive
CHILDREN = 3  # sitemaps of an index that are read at one check, the newest
UNPACKED_BYTES = 60_000_000  # the standard allows 50 MB
NEVER = datetime(1, 1, 1, tzinfo=UTC)


def read(page: Page, entry: EntryPointFact, outlet: Outlet, now: datetime) -> Reading | Unreadable:
    """The sitemap's addresses of the last days, newest first; of an index its newest sitemaps as `more`."""
    try:
        body = _unpacked(page.body)
        parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=False)
        root = etree.fromstring(body.lstrip(), parser)
    except (etree.XMLSyntaxError, ValueError, zlib.error) as cause:
        return Unreadable(f"no XML: {cause}")
    name = etree.QName(root).localname if root is not None else ""
    if name == "sitemapindex":
        return Reading((), {}, _newest(root, page, outlet, now))
    if name != "urlset":
        return Unreadable(f"no sitemap: starts with <{name}>" if name else "no XML in it")
    return _articles(root, page, outlet, now)


def _unpacked(body: bytes) -> bytes:
    """The sitemap itself. Raises ValueError when it is larger than the standard allows."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    gzip = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    unpacked = gzip.decompress(body, UNPACKED_BYTES)
    if gzip.unconsumed_tail:
        raise ValueError(f"more than {UNPACKED_BYTES} bytes when unpacked")
    return unpacked


def _fields(element: Any) -> dict[str, str]:
    """Text by local name, of the children and of the news element's children; the first of each name counts."""
    found: dict[str, str] = {}
    for child in element.iter(etree.Element):
        name = etree.QName(child).localname
        text = " ".join((child.text or "").split())
        if text and etree.QName(child.getparent()).localname in ("url", "sitemap", "news"):
            found.setdefault(name, text)
    return found


def _newest(root: Any, page: Page, outlet: Outlet, now: datetime) -> tuple[str, ...]:
    """Newest by `lastmod`; without one the first and the last, since some indexes grow at either end."""
    children = [_fields(child) for child in root.iterchildren(etree.Element)]
    dated = [(moment(child.get("lastmod", ""), outlet, now) or NEVER, child.get("loc", "")) for child in children]
    if all(at == NEVER for at, _ in dated):
        addresses = [address for _, address in (dated[:1] + dated[-1:] if len(dated) > CHILDREN else dated)]
    else:
        addresses = [address for _, address in sorted(dated, key=lambda child: child[0], reverse=True)[:CHILDREN]]
    return tuple(dict.fromkeys(filter(None, (absolute(page.url, address) for address in addresses))))


def _articles(root: Any, page: Page, outlet: Outlet, now: datetime) -> Reading:
    dropped = {"undated": 0, "older than three days": 0}
    new: list[tuple[datetime, Listing]] = []
    for element in root.iterchildren(etree.Element):
        said = _fields(element)
        published = moment(said.get("publication_date", ""), outlet, now)
        changed = published or moment(said.get("lastmod", ""), outlet, now)
        if changed is None:
            dropped["undated"] += 1
        elif changed < now - NEW:
            dropped["older than three days"] += 1
        else:
            listing = Listing(said.get("loc", ""), said.get("title", ""), published, said.get("lastmod", ""))
            new.append((changed, listing))
    new.sort(key=lambda one: one[0], reverse=True)
    found = reading([listing for _, listing in new], page.url, outlet, titles_are_exact=True)
    left_out = {reason: count for reason, count in dropped.items() if count}
    return Reading(found.listings, {**found.dropped, **left_out}, titles_are_exact=True)
