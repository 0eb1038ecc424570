"""The door to the network: Scrapy's HTTP handler behind the address guard and the host's turn."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.exceptions import CannotResolveHostError
from scrapy.http import Request, Response

from crawler.fetch.guard import check_proxy, is_socks

if TYPE_CHECKING:
    from crawler.fetch.fetcher import Fetcher
    from crawler.fetch.socks import SocksHandler


class PoliteHandler(HTTP11DownloadHandler):
    """Every request passes here, also those Scrapy makes by itself (redirects, robots.txt)."""

    lazy = False

    async def download_request(self, request: Request) -> Response:
        fetcher: Fetcher = self.crawler.spider.fetcher  # type: ignore[union-attr]  # our own spider, see Fetcher
        if request.meta.get("proxy"):
            check_proxy(request.meta["proxy"])
        await fetcher.guard.judge(request.url, request.meta.get("proxy"))
        host = (urlsplit(request.url).hostname or "").lower()
        async with fetcher.turns.turn(host, float(request.meta.get("delay_s", 0.0))) as turn:
            response = await self._ask(fetcher, host, request)
            header = response.headers.get("Retry-After") or b""
            turn.answered(response.status, header.decode("latin-1"), fetcher.clock())
        fetcher.meter[request.meta.get("outlet", "")] += len(response.body) + len(response.headers.to_string())
        if response.ip_address is not None and not request.meta.get("proxy"):
            fetcher.guard.check(host, [response.ip_address])  # whatever way the connection was made
        return response

    async def _ask(self, fetcher: Fetcher, host: str, request: Request) -> Response:
        if is_socks(request.meta.get("proxy") or ""):
            return await self._socks.download_request(request)
        try:
            return await super().download_request(request)
        except CannotResolveHostError:
            refused = fetcher.resolver.refused.pop(host, None)
            if refused is not None:
                raise refused from None
            raise

    @cached_property
    def _socks(self) -> SocksHandler:
        from crawler.fetch.socks import SocksHandler  # httpx is slow to import, and few need it

        return SocksHandler(self.crawler)

    async def close(self) -> None:
        if "_socks" in self.__dict__:
            await self._socks.close()
        await super().close()
