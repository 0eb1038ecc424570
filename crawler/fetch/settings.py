"""Scrapy's settings. Its defaults are not ours: they verify no certificate, read 1 GiB, and listen on a port."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crawler.config import CrawlSection

ACCEPT_LANGUAGE = "ar,ru;q=0.9,en;q=0.8,*;q=0.5"
REDIRECTS = 5

_HANDLER = "crawler.fetch.handler.PoliteHandler"


def scrapy_settings(crawl: CrawlSection, version: str) -> Mapping[str, Any]:
    """All settings, as a new mapping."""
    return {
        "USER_AGENT": f"Rasad/{version} (+{crawl.contact})",
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,application/rss+xml,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Language": ACCEPT_LANGUAGE,
        },
        # Nothing listens, nothing but http and https is spoken.
        "REMOTE_CONTROL_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "DOWNLOAD_HANDLERS": {
            "http": _HANDLER,
            "https": _HANDLER,
            **dict.fromkeys(("data", "file", "ftp", "s3")),
        },
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DOWNLOAD_MAXSIZE": crawl.max_page,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_TIMEOUT": crawl.timeout.total_seconds(),
        "REDIRECT_MAX_TIMES": REDIRECTS,
        "METAREFRESH_ENABLED": False,  # news pages reload themselves every few minutes
        # Broken answers once more; 429 and 503 are the host's wish, and one that never answers was waited for enough.
        "RETRY_TIMES": 1,
        "RETRY_HTTP_CODES": [500, 502, 504, 522, 524],
        "RETRY_EXCEPTIONS": [
            "scrapy.exceptions.DownloadFailedError",
            "scrapy.exceptions.ResponseDataLossError",
            "twisted.internet.error.ConnectionLost",
        ],
        "COOKIES_ENABLED": False,
        "HTTPCACHE_ENABLED": False,
        "AUTOTHROTTLE_ENABLED": False,
        # Scrapy's own robots middleware keeps a robots.txt for ever and knows no Crawl-delay.
        "ROBOTSTXT_OBEY": crawl.obey_robots,
        "DOWNLOADER_MIDDLEWARES": {
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "crawler.fetch.robots.Robots": 100,
        },
        # The turns (crawler.fetch.turns) keep each host to one request and its delay; Scrapy's slots would only add.
        "DOWNLOAD_DELAY": 0,
        "CONCURRENT_REQUESTS": 1000,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1000,
        "DNSCACHE_ENABLED": False,
        "STATS_DUMP": False,
        "LOG_ENABLED": False,
        "EXTENSIONS": {
            "scrapy.extensions.logstats.LogStats": None,
            "scrapy.extensions.memusage.MemoryUsage": None,
            "scrapy.extensions.telnet.TelnetConsole": None,
        },
    }
