"""The rim: the only code that reads the network, by way of Scrapy's downloader.

    page = await fetcher.get(Ask(url, ...))       # Page | NotFetched

Each hop of a request, redirects and robots.txt included, passes the same door (`handler`), in this order:

    guard.judge(url)                  # scheme, private addresses: a hop that is not public is not taken
    async with turns.turn(host):      # one request at a time per host in all processes, delay, Retry-After
        Scrapy's HTTP/1.1 handler     # TLS verified, size and time limits, address checked again when resolved
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from crawler.types import Listing

Trouble = Literal[
    "timeout",
    "connection refused",
    "connection cut",
    "unknown host",
    "TLS",
    "too large",
    "robots.txt",
    "address refused",
    "rate-limited",
    "redirects",
    "proxy",
    "broken answer",
]


@dataclass(frozen=True, slots=True)
class Ask:
    """One request as the crawl wants it. `delay_s` is the outlet's own pause; robots.txt can only lengthen it."""

    url: str
    delay_s: float
    outlet: str = ""  # whose bytes these are
    proxy: str = ""  # "" means https_proxy/http_proxy of the environment
    etag: str = ""
    last_modified: str = ""
    listing: Listing | None = None


@dataclass(frozen=True, slots=True)
class NotFetched:
    """An expected end: no page came. `until` says from when on the host may be asked again, if it said so."""

    trouble: Trouble
    reason: str  # one sentence for a person
    until: datetime | None = None
