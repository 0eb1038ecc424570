"""Sitemaps (sitemaps.org, Google News): sitemap indexes, gzip, and of long ones only what is new.

A sitemap of an outlet's whole archive is no feed: without a date nothing tells what is new, so undated addresses are
counted and left out, and of dated ones only the last days are named. A back-fill names those of its own days.
"""

from __future__ import annotations

import re
import zlib
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from lxml import etree

from crawler import dates
from crawler.outlets import EntryPointFact, Outlet
from crawler.spiders import LATEST, MOST, MOST_BACK, Days, Reading, Unreadable, absolute, local_name, reading
from crawler.spiders.feed import moment
from crawler.types import Listing, Page

NEW = timedelta(days=3)  # longer than any downtime we promise to catch up with, shorter than an archive
CHILDREN = 3  # sitemaps of an index that are read at one check, the newest
UNPACKED_BYTES = 60_000_000  # the standard allows 50 MB
NEVER = datetime(1, 1, 1, tzinfo=UTC)

# sitemap-2024-05.xml, sitemap_2026.xml. A year in another shape is not read: such a sitemap is asked for.
_MONTH = re.compile(r"(?<!\d)(20[0-3]\d)(?:[-_/]?(0[1-9]|1[0-2]))?(?!\d)")


def read(page: Page, entry: EntryPointFact, outlet: Outlet, now: datetime, days: Days = LATEST) -> Reading | Unreadable:
    """The sitemap's addresses of the last days, newest first; of an index its newest sitemaps as `more`.

    In a back-fill the addresses of the days asked for, and of an index every sitemap that may hold some.
    """
    try:
        body = _unpacked(page.body)
        parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=False)
        root = etree.fromstring(body.lstrip(), parser)
    except (etree.XMLSyntaxError, ValueError, zlib.error) as cause:
        return Unreadable(f"no XML: {cause}")
    name = local_name(root) if root is not None else ""
    if name == "sitemapindex":
        return Reading((), {}, _children(root, page, outlet, now, days))
    if name != "urlset":
        return Unreadable(f"no sitemap: starts with <{name}>" if name else "no XML in it")
    return _articles(root, page, outlet, now, days)


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
        name = local_name(child)
        text = " ".join((child.text or "").split())
        if text and local_name(child.getparent()) in ("url", "sitemap", "news"):
            found.setdefault(name, text)
    return found


def _children(root: Any, page: Page, outlet: Outlet, now: datetime, days: Days) -> tuple[str, ...]:
    """Newest by `lastmod`; without one the first and the last, since some indexes grow at either end."""
    children = [_fields(child) for child in root.iterchildren(etree.Element)]
    dated = [(moment(child.get("lastmod", ""), outlet, now) or NEVER, child.get("loc", "")) for child in children]
    if days.since is not None:
        dated.sort(key=lambda child: child[0], reverse=True)
        addresses = [address for at, address in dated if _may_hold(address, at, days.since, days.until or now)]
    elif all(at == NEVER for at, _ in dated):
        addresses = [address for _, address in (dated[:1] + dated[-1:] if len(dated) > CHILDREN else dated)]
    else:
        addresses = [address for _, address in sorted(dated, key=lambda child: child[0], reverse=True)[:CHILDREN]]
    return tuple(dict.fromkeys(filter(None, (absolute(page.url, address) for address in addresses))))


def _may_hold(address: str, changed: datetime, since: datetime, until: datetime) -> bool:
    """Whether a sitemap of an index may name articles of these days: by its change, and by the month in its name."""
    if changed != NEVER and changed < since:
        return False
    named = _MONTH.findall(address.rpartition("/")[2])
    if len(named) != 1:
        return True
    year, month = named[0]
    first, last = f"{year}-{month or '01'}", f"{year}-{month or '12'}"
    return first <= f"{until:%Y-%m}" and last >= f"{since:%Y-%m}"


def _articles(root: Any, page: Page, outlet: Outlet, now: datetime, days: Days) -> Reading:
    """A change is never earlier than the publication, so it tells what is too old, not what is too new.

    In a back-fill the day in an address goes before the change: some sites stamp their whole archive with today.
    """
    too_old = "older than three days" if days.since is None else f"older than {days.since:%Y-%m-%d}"
    too_new = f"not older than {days.until:%Y-%m-%d}" if days.until is not None else ""
    dropped = {"undated": 0, too_old: 0, too_new: 0}
    new: list[tuple[datetime, Listing]] = []
    for element in root.iterchildren(etree.Element):
        said = _fields(element)
        published = moment(said.get("publication_date", ""), outlet, now)
        day = dates.url_date(said.get("loc", "")) if days.since is not None else None
        changed = published or _end_of(day) or moment(said.get("lastmod", ""), outlet, now)
        if days.until is not None and day is not None and day >= days.until.date():
            dropped[too_new] += 1
        elif changed is None:
            dropped["undated"] += 1
        elif changed < (days.since or now - NEW):
            dropped[too_old] += 1
        else:
            listing = Listing(said.get("loc", ""), said.get("title", ""), published, said.get("lastmod", ""))
            new.append((changed, listing))
    new.sort(key=lambda one: one[0], reverse=True)
    most = MOST if days.since is None else MOST_BACK
    found = reading([listing for _, listing in new], page.url, outlet, titles_are_exact=True, most=most)
    left_out = {reason: count for reason, count in dropped.items() if count}
    return Reading(found.listings, {**found.dropped, **left_out}, titles_are_exact=True)


def _end_of(day: date | None) -> datetime | None:
    return datetime.combine(day, time(23, 59), UTC) if day else None
