"""Fetcher: one Scrapy engine that stays open, asked by coroutines. Expected failures come back as values."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import datetime
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit
from urllib.request import proxy_bypass

import scrapy
from OpenSSL import SSL
from scrapy import signals
from scrapy.core.downloader.handlers.http11 import TunnelError
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DontCloseSpider,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    NotSupported,
    ResponseDataLossError,
)
from scrapy.http import Request, Response
from scrapy.http.request import NO_CALLBACK
from twisted.internet import error as network
from twisted.web._newclient import ParseError
from twisted.web.client import ResponseFailed

from crawler.config import CrawlSection
from crawler.fetch import Ask, NotFetched, Trouble
from crawler.fetch.guard import AddressRefused, Guard, ProxyUnusable, check_proxy, check_scheme
from crawler.fetch.resolver import GuardedResolver, resolve
from crawler.fetch.robots import RobotsForbids, Rules
from crawler.fetch.settings import scrapy_settings
from crawler.fetch.turns import HostDeferred, Leases, Turns
from crawler.types import Page

# Surprise of the network -> our word for it, most special first.
_TROUBLES: tuple[tuple[type[BaseException], Trouble, str], ...] = (
    (AddressRefused, "address refused", ""),
    (RobotsForbids, "robots.txt", ""),
    (DownloadTimeoutError, "timeout", "no complete answer within {timeout_s:g} s"),
    (network.TimeoutError, "timeout", "no connection within {timeout_s:g} s"),
    (DownloadConnectionRefusedError, "connection refused", "the host refuses connections"),
    (CannotResolveHostError, "unknown host", "the name has no address"),
    (TunnelError, "proxy", ""),
    (ProxyUnusable, "proxy", ""),
    (DownloadCancelledError, "too large", "more than {max_page} bytes"),
    (ResponseDataLossError, "connection cut", "the connection broke within the answer"),
    (ParseError, "broken answer", "no HTTP answer that can be read"),
    (network.ConnectionClosed, "connection cut", "the connection broke before the answer"),
    (network.ConnectError, "connection refused", ""),
    (NotSupported, "address refused", ""),
    (DownloadFailedError, "broken answer", ""),
)


class Rim(scrapy.Spider):
    """Only keeps the engine open; the crawl asks the engine itself."""

    name = "rasad"
    fetcher: Fetcher

    async def start(self) -> AsyncIterator[Any]:
        return
        yield


class Fetcher:
    """`async with Fetcher(...) as fetcher`, inside `crawler.fetch.loop.run`."""

    def __init__(self, crawl: CrawlSection, leases: Leases, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.guard = Guard(crawl.allow_private, resolve)
        self.resolver = GuardedResolver(self.guard)
        self.turns = Turns(leases, clock)
        self.robots: dict[str, Rules] = {}  # what the robots.txt of each site said, by https://host
        self.meter: Counter[str] = Counter()  # bytes over the wire by outlet; who writes them down takes them out
        self._crawl = crawl
        self._crawler = Crawler(Rim, dict(scrapy_settings(crawl, _version())))
        self._background: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Fetcher:
        from twisted.internet import reactor

        # One line per failed item is ours to write; Scrapy would add its own.
        for name in (
            "core.downloader.handlers.http11",
            "downloadermiddlewares.retry",
            "downloadermiddlewares.httpcompression",
        ):
            logging.getLogger(f"scrapy.{name}").setLevel(logging.CRITICAL)
        reactor.installNameResolver(self.resolver)
        # Not spider_opened: an engine stopped between the two never ends.
        started: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def on_started() -> None:
            started.set_result(None)

        self._crawler.signals.connect(on_started, signal=signals.engine_started, weak=False)
        self._crawler.signals.connect(_stay_open, signal=signals.spider_idle)
        crawling = asyncio.ensure_future(self._crawler.crawl_async(fetcher=self))
        await asyncio.wait([started, crawling], return_when=asyncio.FIRST_COMPLETED)
        if crawling.done():
            crawling.result()
        self._background = [crawling, asyncio.ensure_future(self.turns.tend())]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        crawling, tending = self._background
        tending.cancel()
        with suppress(asyncio.CancelledError):
            await tending
        await self._crawler.stop_async()
        await crawling
        await self.turns.close()

    async def get(self, ask: Ask) -> Page | NotFetched:
        """The page with whatever status it has, after redirects and decompression; or why there is none."""
        try:
            check_scheme(ask.url)
            if ask.proxy:
                check_proxy(ask.proxy)
            response = await self._crawler.engine.download_async(self._request(ask))
        except HostDeferred as deferred:
            return NotFetched("rate-limited", str(deferred), deferred.until)
        except IgnoreRequest as ignored:
            return _ignored(ignored, self._crawl.max_page)
        except Exception as error:
            trouble = self.trouble(error)
            if trouble is None:
                raise
            return trouble
        return _page(ask, response, self.clock())

    def _request(self, ask: Ask) -> Request:
        headers = {}
        if ask.etag:
            headers["If-None-Match"] = ask.etag
        if ask.last_modified:
            headers["If-Modified-Since"] = ask.last_modified
        meta: dict[str, Any] = {"delay_s": ask.delay_s, "outlet": ask.outlet}
        if ask.proxy:
            host = urlsplit(ask.url).hostname or ""
            meta["proxy"] = None if proxy_bypass(host) else ask.proxy
        return Request(ask.url, headers=headers, meta=meta, callback=NO_CALLBACK, dont_filter=True)

    def trouble(self, error: Exception) -> NotFetched | None:
        """Our word for what the network did; None for a surprise of our own (the database, a mistake)."""
        causes = _causes(error)
        for cause in causes:
            if isinstance(cause, (SSL.Error, ssl.SSLError)) or "CertificateError" in type(cause).__name__:
                return NotFetched("TLS", f"the certificate does not hold: {_said(cause)}")
        for kind, trouble, sentence in _TROUBLES:
            for cause in causes:
                if isinstance(cause, kind):
                    limits = {"timeout_s": self._crawl.timeout.total_seconds(), "max_page": self._crawl.max_page}
                    return NotFetched(trouble, sentence.format(**limits) or _said(cause))
        return None


def _stay_open() -> None:
    raise DontCloseSpider


def _ignored(ignored: IgnoreRequest, max_page: int) -> NotFetched:
    """Scrapy says "ignore" for a redirect loop and for a body that grows too large when unpacked."""
    said = str(ignored)
    if "redirect" in said:
        return NotFetched("redirects", "more redirects than a page needs")
    return NotFetched("too large", f"more than {max_page} bytes when unpacked")


def _causes(error: BaseException) -> list[BaseException]:
    """The error, what it was raised from, and what Twisted packed into it."""
    found: list[BaseException] = []
    open_ends: list[BaseException] = [error]
    while open_ends:
        cause = open_ends.pop(0)
        if any(cause is seen for seen in found):
            continue
        found.append(cause)
        if cause.__cause__ is not None:
            open_ends.append(cause.__cause__)
        if isinstance(cause, ResponseFailed):
            open_ends.extend(reason.value for reason in cause.reasons if reason.value is not None)
    if len(found) > 1 and isinstance(found[0], DownloadFailedError):
        return found[1:] + found[:1]
    return found


def _said(error: BaseException) -> str:
    if isinstance(error, SSL.Error) and error.args and error.args[0]:
        return "; ".join(str(part[-1]) for part in error.args[0])
    return " ".join(str(error).split())[:200] or type(error).__name__


def _page(ask: Ask, response: Response, now: datetime) -> Page:
    headers = tuple(
        (name.decode("latin-1").lower(), value.decode("utf-8", "replace"))
        for name, values in response.headers.items()
        for value in values
    )
    return Page(
        url=response.url,
        requested_url=ask.url,
        status=response.status,
        headers=headers,
        body=response.body,
        fetched_at=now,
        listing=ask.listing,
        tls_verified=response.url.startswith("https://"),
        moved=_moved(response),
    )


def _moved(response: Response) -> bool:
    """Whether there were redirects, and all of them for good (RFC 9110: 301 and 308)."""
    reasons = response.request.meta.get("redirect_reasons", []) if response.request is not None else []
    return bool(reasons) and all(reason in (301, 308) for reason in reasons)


def _version() -> str:
    try:
        return installed("rasad")
    except PackageNotFoundError:
        return "0"
