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
SHOWN_CHARACTERS = 20_000  # a longer one is obeyed, and not kept: there is one for every host
NAME = "Rasad"  # the product token rules are looked up under


class RobotsForbids(Exception):
    """robots.txt of the host does not want this address read."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What one robots.txt says, and until when we take its word."""

    parsed: Protego | None  # None: no rules
    until: datetime
    why: str = ""  # there are none
    text: str = ""  # verbatim, of one that is short enough to be shown


class Robots:
    """Downloader middleware. An answer that is not 200, or none at all, means no rules: news sites with a broken
    robots.txt are many, and the article's own request shows soon enough whether the host is ill."""

    def __init__(self, crawler: Any) -> None:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        self._crawler = crawler
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
            known = fetcher.robots.get(site)
            if known is None or known.until <= fetcher.clock():
                known = fetcher.robots[site] = await self._ask(fetcher, site, request)
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
            trouble = fetcher.trouble(error)
            if trouble is None:
                raise  # a surprise of our own says nothing about the host
            return Rules(None, fetcher.clock() + KEPT_AFTER_TROUBLE, trouble.trouble)
        if response.status != 200:
            missing = 400 <= response.status < 500 and response.status != 429
            kept = KEPT if missing else KEPT_AFTER_TROUBLE
            return Rules(None, fetcher.clock() + kept, f"HTTP {response.status}")
        text = response.body[:READ_BYTES].decode("utf-8-sig", "ignore").replace("\x00", "")
        shown = text if len(text) <= SHOWN_CHARACTERS else ""
        return Rules(Protego.parse(text), fetcher.clock() + KEPT, text=shown)

    def _delay(self, fetcher: Fetcher, host: str, rules: Rules) -> None:
        delay_s = rules.parsed.crawl_delay(NAME) if rules.parsed is not None else None
        if delay_s:
            fetcher.turns.crawl_delay_s[host] = float(delay_s)
        else:
            fetcher.turns.crawl_delay_s.pop(host, None)
