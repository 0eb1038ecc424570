"""A crawl by hand as a program of its own: DATABASE EVIDENCE DELAY ADDRESS..."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from crawler.db import Database
from crawler.run import Order, crawl_once
from tests.crawl.fakes import crawl, outlets

if __name__ == "__main__":
    url, folder, delay, *addresses = sys.argv[1:]
    crawl_once(
        Order(addresses, outlets()),
        crawl(delay=delay),
        lambda: datetime.now(UTC),
        database=Database(url),
        evidence=Path(folder),
    )
