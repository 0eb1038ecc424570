"""SOCKS proxies: Twisted speaks none, so these requests go through Scrapy's handler over httpx.

Scrapy calls that handler experimental, and it is used for nothing else. The proxy resolves the names.
"""

from __future__ import annotations

import asyncio

from scrapy.core.downloader.handlers._httpx import (  # type: ignore[attr-defined]
    HttpxDownloadHandler,
    httpx,  # the one it uses: httpx2 where that is installed
)
from scrapy.exceptions import DownloadConnectionRefusedError, DownloadFailedError, DownloadTimeoutError
from scrapy.http import Request, Response
from twisted.internet.error import ConnectionLost

from crawler.fetch.guard import ProxyUnusable

_CUT = (httpx.NetworkError, httpx.RemoteProtocolError)


class SocksHandler(HttpxDownloadHandler):
    """The same failures as without a proxy, and one limit for the whole answer: httpx counts from byte to byte."""

    experimental = False  # said above

    async def download_request(self, request: Request) -> Response:
        timeout_s = float(request.meta["download_timeout"])
        try:
            async with asyncio.timeout(timeout_s):
                return await super().download_request(request)
        except TimeoutError as late:
            raise DownloadTimeoutError(f"no complete answer within {timeout_s:g} s") from late
        except (DownloadConnectionRefusedError, DownloadFailedError) as failed:
            cause = failed.__cause__
            if isinstance(cause, httpx.ProxyError):
                raise ProxyUnusable(str(cause)) from cause
            if isinstance(failed, DownloadFailedError) and isinstance(cause, _CUT):
                raise ConnectionLost(str(cause)) from cause
            raise
