"""robots.txt (RFC 9309): fetched once a few hours, at most 500 KB of it read, its Crawl-delay handed to the turns."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from protego import Protego
from scrapy.exceptions import NotConfigured
from scrapy.http import Request
from scrapy.http.request import NO_CALLBACK

from crawler.fetch.guard import AddressRefused
from crawler.fetch.turns import HostDeferred

if TYPE_CHECKING:
    from crawler.fetch.fetcher import Fetcher

KEPT = timedelta(hours=6)
KEPT_AFTER_TROUBLE = timedelta(minutes=10)
READ_BYTES = 500 * 1024  # RFC 9309, 2.5
NAME = "Rasad"  # the product token rules are looked up under


class RobotsForbids(Exception):
    """robots.txt of the host does not want this address read."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What one robots.txt says, and until when we take its word."""

    parsed: Protego | None  # None: no rules
    until: datetime


class Robots:
    """Downloader middleware. An answer that is not 200, or none at all, means no rules: news sites with a broken
    robots.txt are many, and the article's own request shows soon enough whether the host is ill."""

    def __init__(self, crawler: Any) -> None:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        self._crawler = crawler
        self._rules: dict[str, Rules] = {}
        self._asking: dict[str, asyncio.Lock] = {}

    @classmethod
    def from_crawler(cls, crawler: Any) -> Robots:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        if request.meta.get("dont_obey_robotstxt"):
            return
        rules = await self._of(request)
        if rules.parsed is not None and not rules.parsed.can_fetch(request.url, NAME):
            host = urlsplit(request.url).netloc
            raise RobotsForbids(f"robots.txt of {host} forbids {urlsplit(request.url).path or '/'}")

    async def _of(self, request: Request) -> Rules:
        fetcher: Fetcher = self._crawler.spider.fetcher
        parts = urlsplit(request.url)
        site = f"{parts.scheme}://{parts.netloc}"
        async with self._asking.setdefault(site, asyncio.Lock()):
            known = self._rules.get(site)
            if known is None or known.until <= fetcher.clock():
                known = self._rules[site] = await self._ask(fetcher, site, request)
                self._delay(fetcher, (parts.hostname or "").lower(), known)
            return known

    async def _ask(self, fetcher: Fetcher, site: str, original: Request) -> Rules:
        meta = {"dont_obey_robotstxt": True, "delay_s": original.meta.get("delay_s", 0.0), "max_retry_times": 0}
        meta["outlet"] = original.meta.get("outlet", "")
        if "proxy" in original.meta:
            meta["proxy"] = original.meta["proxy"]
        request = Request(f"{site}/robots.txt", meta=meta, callback=NO_CALLBACK)
        try:
            response = await self._crawler.engine.download_async(request)
        except (HostDeferred, AddressRefused):
            raise  # the article's own request would meet the same
        except Exception as error:
            if fetcher.trouble(error) is None:
                raise  # a surprise of our own says nothing about the host
            return Rules(None, fetcher.clock() + KEPT_AFTER_TROUBLE)
        if response.status != 200:
            missing = 400 <= response.status < 500 and response.status != 429
            return Rules(None, fetcher.clock() + (KEPT if missing else KEPT_AFTER_TROUBLE))
        text = response.body[:READ_BYTES].decode("utf-8-sig", "ignore").replace("\x00", "")
        return Rules(Protego.parse(text), fetcher.clock() + KEPT)

    def _delay(self, fetcher: Fetcher, host: str, rules: Rules) -> None:
        delay_s = rules.parsed.crawl_delay(NAME) if rules.parsed is not None else None
        if delay_s:
            fetcher.turns.crawl_delay_s[host] = float(delay_s)
        else:
            fetcher.turns.crawl_delay_s.pop(host, None)
