"""The flow of a crawl: one coroutine per entry point, the same code for the worker and for `rasad crawl`.

page = get(entry_point)                      # conditional; the host's turn, the guard, robots.txt
reading = outcomes.of_entry_point(page)      # listings, or how the check ended
for wanted in store.listed(reading):         # new, changed or still open; newest first
    page = get(wanted)
    draft = extract(page)
    store.save(draft) | store.settle(why not)
store.check_ended(...)                       # Check row, time of the next one
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from sqlalchemy.exc import SQLAlchemyError

from crawler import isolation, outcomes, urls
from crawler.config import CrawlSection
from crawler.errors import DatabaseError
from crawler.extract import extract
from crawler.fetch import Ask, NotFetched
from crawler.known import Wanted
from crawler.log import get_log
from crawler.outlets import EntryPointFact, Outlet
from crawler.reading import rules_of
from crawler.schedule import CheckEnd, DueEntryPoint, Outcome
from crawler.spiders import Reading
from crawler.store import Store
from crawler.types import Blocked, Draft, Page, Rejected, Saved, Unchanged

if TYPE_CHECKING:
    from crawler.fetch.fetcher import Fetcher

MORE_PAGES = 50  # of one entry point in one check: sitemaps of an index, pages of a section

Extracted = Draft | Rejected | Blocked


@dataclass(frozen=True, slots=True)
class Failed:
    """An expected end: the article could not be had (now); it is tried again."""

    reason: str


@dataclass(frozen=True, slots=True)
class Postponed:
    """An expected end: the host asked for a pause; the article stays open."""

    reason: str
    until: datetime


@dataclass(frozen=True, slots=True)
class ArticleEnded:
    """One article of a crawl and how it ended. `stored` is set for a Draft that was stored (or found unchanged)."""

    outlet: str
    url: str
    end: Extracted | Failed | Postponed
    page: Page | None = None
    stored: Saved | Unchanged | None = None


@dataclass(frozen=True, slots=True)
class CheckEnded:
    """One entry point of a crawl and how its reading ended."""

    entry_point: DueEntryPoint
    end: CheckEnd


Event = ArticleEnded | CheckEnded


@dataclass(frozen=True, slots=True)
class Limits:
    """Which articles a crawl is about: published within [since, until), at most `articles` per entry point."""

    since: datetime | None = None
    until: datetime | None = None
    articles: int | None = None

    def excludes(self, published: datetime | None) -> bool:
        """Whether an article of that date is not asked for; an undated one always is."""
        if published is None:
            return False
        return (self.since is not None and published < self.since) or (
            self.until is not None and published >= self.until
        )


NO_LIMITS = Limits()


class Attention(Protocol):
    """Says aloud what is being worked on, so that somebody knows when the process dies over it."""

    def __call__(self, subject: str) -> AbstractContextManager[object]: ...


def unattended(subject: str) -> AbstractContextManager[object]:
    return nullcontext()


class Crawl:
    """One process's crawl. `stop()` lets what is in flight end and starts nothing new."""

    def __init__(
        self,
        fetcher: Fetcher,
        store: Store,
        outlets: Mapping[str, Outlet],
        crawl: CrawlSection,
        *,
        on_event: Callable[[Event], None] = lambda event: None,
        attention: Attention = unattended,
        extract: isolation.Extract = extract,
    ) -> None:
        self.fetcher = fetcher
        self.store = store
        self.outlets = outlets
        self.stopping = asyncio.Event()
        self._crawl = crawl
        self._on_event = on_event
        self._attention = attention
        self._extract = extract
        self._log = get_log()

    def stop(self) -> None:
        self.stopping.set()

    async def read(self, entry_point: DueEntryPoint, limits: Limits = NO_LIMITS, page: Page | None = None) -> CheckEnd:
        """One check of one entry point, from the fetch to the row. Raises nothing but cancellation.

        `page` is the entry point's own page where it has been fetched already.
        """
        started = self.fetcher.clock()
        counts: Counter[str] = Counter()
        try:
            end = await self._read(entry_point, limits, counts, page)
        except (DatabaseError, SQLAlchemyError, OSError) as error:
            end = CheckEnd("error", f"nothing could be stored: {_first_line(error)}")
        except Exception as error:
            self._log.exception("surprise", outlet=entry_point.outlet, url=entry_point.url)
            end = CheckEnd("error", f"surprise: {type(error).__name__}: {_first_line(error)}")
        now = self.fetcher.clock()
        took_ms = int((now - started).total_seconds() * 1000)
        end = _counted(end, counts, took_ms)
        try:
            await self.store.check_ended(entry_point, end, now)
        except (DatabaseError, SQLAlchemyError, OSError) as error:
            end = replace(end, outcome="error", reason=f"nothing could be stored: {_first_line(error)}")
        self._log.info(
            "checked",
            outlet=entry_point.outlet,
            url=entry_point.url,
            outcome=end.outcome,
            reason=end.reason,
            took_ms=took_ms,
            **counts,
        )
        self._on_event(CheckEnded(entry_point, end))
        return end

    async def _read(
        self, entry_point: DueEntryPoint, limits: Limits, counts: Counter[str], page: Page | None
    ) -> CheckEnd:
        outlet = self.outlets[entry_point.outlet]
        ask = replace(self.ask(entry_point.url, outlet), etag=entry_point.etag, last_modified=entry_point.last_modified)
        got = page or await self.fetcher.get(ask)
        found = await self._listing(got, entry_point, outlet)
        if isinstance(found, CheckEnd) and found.outcome != "not modified":
            return found
        reading = found if isinstance(found, Reading) else Reading((), {})
        counts["listed"] = len(reading.listings)
        wanted = await self.store.listed(entry_point, reading, self.fetcher.clock())
        asked = [one for one in wanted if not limits.excludes(one.listing.published_at)]
        asked = asked[: limits.articles or self._crawl.articles_per_check]
        paused = await self._articles(asked, entry_point.host, outlet, limits, counts)
        if paused is not None:
            return CheckEnd("rate-limited", paused.reason, not_before=paused.until)
        if isinstance(found, CheckEnd):
            return found
        outcome: Outcome = "ok" if reading.listings else "empty"
        reason = ", ".join(f"{count} {why}" for why, count in reading.dropped.items())
        if reading.more or not isinstance(got, Page):  # an index that stays the same says nothing of what it leads to
            return CheckEnd(outcome, reason)
        return CheckEnd(outcome, reason, etag=got.header("etag"), last_modified=got.header("last-modified"))

    async def _listing(self, got: Page | NotFetched, entry_point: DueEntryPoint, outlet: Outlet) -> Reading | CheckEnd:
        """What the entry point's page and the pages it leads to named."""
        found = self._look(got, entry_point, outlet)
        if isinstance(found, CheckEnd):
            return found
        seen, queue = {entry_point.url}, list(found.more)
        while queue and len(seen) <= MORE_PAGES and not self.stopping.is_set():
            address = queue.pop(0)
            if address in seen:
                continue
            seen.add(address)
            further = self._look(await self.fetcher.get(self.ask(address, outlet)), entry_point, outlet)
            if isinstance(further, Reading):
                found = _joined(found, further)
                queue.extend(further.more)
        return found

    def _look(self, got: Page | NotFetched, entry_point: DueEntryPoint, outlet: Outlet) -> Reading | CheckEnd:
        with self._attention(entry_point.url):
            return outcomes.of_entry_point(got, _fact(entry_point, outlet), outlet, self.fetcher.clock())

    def ask(self, url: str, outlet: Outlet) -> Ask:
        """A request with the outlet's delay and proxy."""
        delay = outlet.delay if outlet.delay is not None else self._crawl.delay
        proxy = self._crawl.proxies.get(outlet.id) or outlet.proxy or self._crawl.proxy
        return Ask(url, delay.total_seconds(), proxy)

    async def _articles(
        self, wanted: Iterable[Wanted], host: str, outlet: Outlet, limits: Limits, counts: Counter[str]
    ) -> Postponed | None:
        """Reads articles one after the other; the pause, when the entry point's own `host` asked for one.

        A pause of another host costs only the articles that lie there.
        """
        for one in wanted:
            if self.stopping.is_set():
                break
            ended = await self._surely(one, outlet, limits)
            if not isinstance(ended.end, Postponed):
                counts[_COUNTED[type(ended.stored or ended.end)]] += 1
            elif urls.host(one.listing.url) == host:
                return ended.end
        return None

    async def _surely(self, wanted: Wanted, outlet: Outlet, limits: Limits) -> ArticleEnded:
        """As `article`; a surprise over one article is its own end and not the check's."""
        try:
            return await self.article(wanted, outlet, limits)
        except (DatabaseError, SQLAlchemyError, OSError):
            raise
        except Exception as error:
            self._log.exception("surprise", outlet=outlet.id, url=wanted.listing.url)
            reason = f"surprise: {type(error).__name__}: {_first_line(error)}"
            await self.store.settle(wanted, "failed", reason, self.fetcher.clock())
            return self._ended(ArticleEnded(outlet.id, wanted.listing.url, Failed(reason)))

    async def article(self, wanted: Wanted, outlet: Outlet, limits: Limits = NO_LIMITS) -> ArticleEnded:
        """One article from the fetch to the row. Raises DatabaseError or OSError when it cannot be stored."""
        ask = replace(self.ask(wanted.listing.url, outlet), listing=wanted.listing)
        return await self.finish(wanted, await self.fetcher.get(ask), outlet, limits)

    async def finish(
        self, wanted: Wanted, fetched: Page | NotFetched, outlet: Outlet, limits: Limits = NO_LIMITS
    ) -> ArticleEnded:
        """As `article`, of what has been fetched."""
        now = self.fetcher.clock()
        got = outcomes.of_article(fetched, now)
        ended = ArticleEnded(outlet.id, wanted.listing.url, Failed(""))
        if isinstance(got, outcomes.Postponed):
            await self.store.postpone(wanted, got.until)
            return self._ended(replace(ended, end=Postponed(got.reason, got.until)))
        if isinstance(got, outcomes.Ended):
            await self.store.settle(wanted, got.end, got.reason, now)
            end = Failed(got.reason) if got.end == "failed" else Rejected(got.reason)
            return self._ended(replace(ended, end=end))
        return self._ended(await self._extract_and_store(replace(ended, page=got), wanted, got, outlet, limits))

    async def _extract_and_store(
        self, ended: ArticleEnded, wanted: Wanted, page: Page, outlet: Outlet, limits: Limits
    ) -> ArticleEnded:
        now = self.fetcher.clock()
        extracted = await self._extracted(wanted, page, outlet, now)
        if isinstance(extracted, isolation.Died):
            await self.store.settle(wanted, "quarantined", extracted.reason, now)
            return replace(ended, end=Rejected(f"quarantined: {extracted.reason}"))
        if isinstance(extracted, Blocked):
            await self.store.settle(wanted, "blocked", extracted.reason, now)
        elif isinstance(extracted, Rejected):
            await self.store.settle(wanted, "rejected", extracted.reason, now)
        elif limits.excludes(extracted.published.at):
            return replace(ended, end=Rejected("published outside of the days asked for"))
        else:
            return replace(ended, end=extracted, stored=await self.store.save(wanted, page, extracted, now))
        return replace(ended, end=extracted)

    async def _extracted(self, wanted: Wanted, page: Page, outlet: Outlet, now: datetime) -> Extracted | isolation.Died:
        """The extraction; of a page that a worker died on, in a process of its own."""
        rules = rules_of(outlet)
        if wanted.kills:
            return await isolation.extract_alone(self._extract, page, rules, now)
        with self._attention(wanted.key):
            return self._extract(page, rules, now)

    def _ended(self, ended: ArticleEnded) -> ArticleEnded:
        outcome, reason = _words(ended)
        self._log.info("ingested", outlet=ended.outlet, url=ended.url, outcome=outcome, reason=reason)
        self._on_event(ended)
        return ended


_COUNTED: Mapping[type[object], str] = {
    Saved: "saved",
    Unchanged: "unchanged",
    Rejected: "rejected",
    Blocked: "failed",
    Failed: "failed",
}


def _words(ended: ArticleEnded) -> tuple[str, str]:
    """(outcome, reason) for the log."""
    if isinstance(ended.stored, Saved):
        return ("new" if ended.stored.new else "edited"), ""
    if isinstance(ended.stored, Unchanged):
        return "unchanged", ended.stored.reason
    if isinstance(ended.end, Draft):
        return "read", ""
    return type(ended.end).__name__.lower(), ended.end.reason


def _counted(end: CheckEnd, counts: Counter[str], took_ms: int) -> CheckEnd:
    return replace(
        end,
        took_ms=took_ms,
        listed=counts["listed"],
        saved=counts["saved"],
        unchanged=counts["unchanged"],
        rejected=counts["rejected"],
        failed=counts["failed"],
    )


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


def _fact(entry_point: DueEntryPoint, outlet: Outlet) -> EntryPointFact:
    found = next((f for f in outlet.entry_points if (f.kind, f.url) == (entry_point.kind, entry_point.url)), None)
    return found or EntryPointFact(kind=entry_point.kind, url=entry_point.url)


def _joined(a: Reading, b: Reading) -> Reading:
    known = {listing.url for listing in a.listings}
    listings = a.listings + tuple(listing for listing in b.listings if listing.url not in known)
    return Reading(listings, dict(Counter(a.dropped) + Counter(b.dropped)), a.more, a.titles_are_exact)
