"""Twisted's reactor on an asyncio loop: the crawl is written as coroutines and can run more than once a process."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")

_loop: asyncio.AbstractEventLoop | None = None


def loop() -> asyncio.AbstractEventLoop:
    """The loop of this process, with the reactor on it. A reactor can be started only once, a loop run many times."""
    global _loop
    if _loop is None:
        from twisted.internet import asyncioreactor

        _loop = asyncio.new_event_loop()
        asyncioreactor.install(_loop)  # type: ignore[no-untyped-call]
        from twisted.internet import reactor

        _loop.call_soon(reactor.startRunning, False)
    return _loop


def run(main: Coroutine[Any, Any, Result]) -> Result:
    """Runs `main` to its end. Scrapy can be used inside."""
    return loop().run_until_complete(main)
