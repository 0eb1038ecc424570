"""The engine's life around the fetches."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.config import CrawlSection
from crawler.fetch.fetcher import Fetcher
from crawler.fetch.loop import run
from crawler.store import NotStored


@pytest.mark.timeout(20)
def test_an_error_right_after_opening_ends_it() -> None:
    """What is raised before the first fetch closes the engine and comes through, instead of waiting for ever."""

    async def main() -> None:
        async with Fetcher(CrawlSection(), NotStored().leases, lambda: datetime.now(UTC)):
            raise ValueError("at once")

    with pytest.raises(ValueError, match="at once"):
        run(main())
