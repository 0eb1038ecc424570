"""How far a reading goes beyond its first page, decided without network or database.

The traps are those of every archive: calendars that lead into every month, "next" links that never end, pages that show
the same under ever new addresses. A trail ends at no new article twice, at dates before the days asked for, at a cap.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from crawler import urls
from crawler.spiders import Reading
from crawler.types import Listing

CATCH_UP_PAGES = 20  # of an entry point at a check that comes late: a busy channel's day
BACK_FILL_PAGES = 1_000  # of one archive in one back-fill
BARREN = 2  # pages without a new article, one after the other, are the end


@dataclass(slots=True)
class Trail:
    """The pages of one entry point that were read and those that are to be. `ended` says why it went no further."""

    start: str
    since: datetime | None = None
    most_pages: int = CATCH_UP_PAGES
    ended: str = ""
    pages: int = 0
    passed_over: bool = False  # a page could not be read, or a limit came first: something may be left out
    oldest: datetime | None = None  # of the articles that were named, as far as their dates are known
    _asked: set[str] = field(default_factory=set)
    _named: set[str] = field(default_factory=set)
    _barren: int = 0
    _queue: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._asked.add(urls.canonical(self.start))

    def after(self, reading: Reading, dates: Collection[datetime] = ()) -> str:
        """The page to read after this one, or '' at the end.

        `dates` are those of the page's articles that could be learnt. A listing's own date need not be among them.
        """
        self.pages += 1
        fresh = {urls.canonical(one.url): one.published_at for one in self.fresh(reading)}
        self._named.update(fresh)
        self.oldest = min([at for at in (self.oldest, *fresh.values(), *dates) if at is not None], default=None)
        self._queue.extend(reading.more)
        if reading.older and self._goes_on(fresh.values(), dates):
            self._queue.append(reading.older)
        return self._next()

    def fresh(self, reading: Reading) -> tuple[Listing, ...]:
        """What no page before this one named."""
        return tuple(one for one in reading.listings if urls.canonical(one.url) not in self._named)

    def passed(self) -> str:
        """The page to read after one that could not be read, or ''."""
        self.pages += 1
        self.passed_over = True
        return self._next()

    def _goes_on(self, listed: Collection[datetime | None], learnt: Collection[datetime]) -> bool:
        self._barren = 0 if listed else self._barren + 1
        if self._barren >= BARREN:
            self.ended = f"no new articles on {BARREN} pages"
            return False
        dates = [at for at in listed if at is not None] or list(learnt)
        # The newest of a page, since an old story that is pinned to the top says nothing.
        if self.since is not None and dates and max(dates) < self.since:
            self.ended = f"reached {max(dates):%Y-%m-%d}"
            return False
        return True

    def _next(self) -> str:
        while self._queue:
            address = self._queue.pop(0)
            key = urls.canonical(address)  # a session id makes no other page of it
            if key in self._asked:
                continue
            if self.pages >= self.most_pages:
                self.ended = f"stopped after {self.most_pages} pages"
                return ""
            self._asked.add(key)
            return address
        return ""
