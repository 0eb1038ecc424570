"""Two programs over one local site: `python -m bench._chains ours|plain FOLDER`. Prints pages and CPU seconds as JSON.

FOLDER/order.json is {"site": "http://...", "outlets": [Outlet as JSON, ...]}; the first outlet warms up and is not
counted: the first page of a program pays for lexicons and models, a daemon pays once.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any


def ours(folder: Path, order: dict[str, Any]) -> tuple[int, float]:
    """The whole chain: robots.txt, feed, page, evidence, text, dates, story, store, shipped watches, alerts."""
    from alerts import config, match, watchlists
    from alerts.monitor import Monitor
    from crawler.config import CrawlSection
    from crawler.db import Database
    from crawler.outlets import Outlet, Outlets
    from crawler.run import Order, crawl_once
    from migrations import schema

    def now() -> datetime:
        return datetime.now(UTC)

    outlets = Outlets({row["id"]: Outlet.model_validate(row) for row in order["outlets"]})
    database = Database(f"sqlite:///{folder / 'rasad.db'}")
    schema.upgrade(database)
    with database.begin() as session:
        watchlists.sync(session, config.load(Path("config.yaml"), {}).config.watchlists, now())
        monitor = Monitor(watchlists.load(session).watches)
    crawl = CrawlSection.model_validate({"delay": "0s", "allow_private": ["127.0.0.0/8"]})

    def chain(names: list[str]) -> int:
        summary = crawl_once(Order(names, outlets), crawl, now, database=database, evidence=folder / "evidence")
        while True:
            with database.begin() as session:
                batch = match.match_pending(session, monitor, now(), max_age=timedelta(days=1))
            if not batch.articles + batch.failed:
                return sum(one.new for one in summary.outlets.values())

    chain(list(outlets.by_id)[:1])
    started = time.process_time()
    return chain(list(outlets.by_id)[1:]), time.process_time() - started


def plain(folder: Path, order: dict[str, Any]) -> tuple[int, float]:
    """What a tutorial ends with: Scrapy reads feeds and pages, trafilatura its defaults, items go to JSON lines."""
    import scrapy
    import trafilatura
    from scrapy.crawler import CrawlerProcess

    spent: list[float] = []
    found: list[str] = []

    class Plain(scrapy.Spider):
        name = "plain"

        async def start(self) -> Any:
            yield scrapy.Request(order["outlets"][0]["entry_points"][0]["url"], self.feed, cb_kwargs={"warm": True})

        def feed(self, response: Any, warm: bool = False) -> Iterator[Any]:
            for item in response.xpath("//item"):
                yield scrapy.Request(item.xpath("link/text()").get(), self.page, cb_kwargs={"warm": warm})

        def page(self, response: Any, warm: bool) -> Iterator[Any]:
            text = trafilatura.extract(response.text)
            yield {"url": response.url, "title": response.css("title::text").get(), "text": text}
            if not warm:
                found.append(response.url)

        def rest(self, spider: Any) -> None:
            if spent:
                return
            spent.append(time.process_time())
            for outlet in order["outlets"][1:]:
                self.crawler.engine.crawl(scrapy.Request(outlet["entry_points"][0]["url"], self.feed))
            raise scrapy.exceptions.DontCloseSpider

    settings = {
        "FEEDS": {str(folder / "items.jsonl"): {"format": "jsonlines"}},
        "LOG_LEVEL": "ERROR",
        "DOWNLOAD_DELAY": 0,
        "TELNETCONSOLE_ENABLED": False,
    }
    process = CrawlerProcess(settings)
    crawler = process.create_crawler(Plain)

    def idle(spider: Any) -> None:
        spider.rest(spider)

    crawler.signals.connect(idle, signal=scrapy.signals.spider_idle)
    process.crawl(crawler)
    process.start()
    return len(found), time.process_time() - spent[0]


if __name__ == "__main__":
    which, where = sys.argv[1], Path(sys.argv[2])
    pages, seconds = {"ours": ours, "plain": plain}[which](where, json.loads((where / "order.json").read_text("utf-8")))
    print(json.dumps({"pages": pages, "seconds": seconds}))
