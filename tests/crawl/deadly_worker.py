"""A crawl worker whose extraction dies of pages by their headline; run as a program in place of crawler.worker."""

from __future__ import annotations

import os
import signal
import time
from datetime import datetime

from crawler.extract import ReadingRules, extract
from crawler.types import Blocked, Draft, Page, Rejected
from crawler.worker import main


def deadly(page: Page, rules: ReadingRules | None, now: datetime) -> Draft | Rejected | Blocked:
    """Extraction that hangs, crashes or eats memory when the page says so."""
    if b"HANG" in page.body:
        time.sleep(3600)
    if b"CRASH" in page.body:
        os.kill(os.getpid(), signal.SIGSEGV)
    if b"EAT" in page.body:
        eaten = [b"x" * 50_000_000 for _ in range(200)]
        time.sleep(len(eaten))
    return extract(page, rules, now)


if __name__ == "__main__":
    from tests.crawl import deadly_worker  # so that the function can be named to a process of its own

    main(deadly_worker.deadly)
