"""Crawls asked for by hand: `crawl_once` for `rasad crawl`. A dry check of one outlet is in `dry`."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from crawler import adhoc, backfill, revisits, schedule
from crawler.config import CrawlSection
from crawler.crawl import NO_LIMITS, ArticleEnded, CheckEnded, Crawl, Event, Failed, Limits
from crawler.db import Database
from crawler.errors import DatabaseError
from crawler.extract import extract
from crawler.fetch import NotFetched
from crawler.known import unknown
from crawler.outlets import Outlet, Outlets
from crawler.reading import rules_of
from crawler.revisits import DueRevisit
from crawler.schedule import DueEntryPoint
from crawler.spiders import readable
from crawler.store import NotStored, Store, Stored
from crawler.types import Blocked, Listing, Page, Rejected, Saved, Unchanged

AT_ONCE = 64  # entry points read at the same time; a host is asked one request at a time anyway
GRACE_S = 4.0  # what is in flight may still end when we are told to stop

Clock = Callable[[], datetime]


@dataclass(slots=True)
class OutletSummary:
    """What a crawl brought of one outlet; `rejected` and `failed` count articles and checks by reason."""

    found: int = 0
    new: int = 0
    edited: int = 0
    unchanged: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)

    def add(self, event: Event) -> None:
        if isinstance(event, CheckEnded):
            self.found += event.end.listed
            if event.end.outcome in schedule.FAILURES or event.end.outcome == "rate-limited":
                self.failed[f"{event.end.outcome}: {event.end.reason}"] += 1
        elif isinstance(event.stored, Saved):
            self.new += event.stored.new
            self.edited += not event.stored.new
        elif isinstance(event.stored, Unchanged):
            self.unchanged += 1
        elif isinstance(event.end, Rejected):
            self.rejected[event.end.reason] += 1
        elif isinstance(event.end, (Blocked, Failed)):
            self.failed[event.end.reason] += 1


@dataclass(slots=True)
class Summary:
    """What a crawl brought, by outlet id; `interrupted` when it was stopped before its end."""

    outlets: dict[str, OutletSummary] = field(default_factory=dict)
    interrupted: bool = False

    def add(self, event: Event) -> None:
        outlet = event.outlet if isinstance(event, ArticleEnded) else event.entry_point.outlet
        self.outlets.setdefault(outlet, OutletSummary()).add(event)


@dataclass(frozen=True, slots=True)
class Order:
    """What a crawl by hand is asked for. `targets` are outlet ids and http addresses (an article, a feed, a home page).

    With `limits.since` the outlets' archives are read back to that day, after their entry points. `due_only` reads of
    the outlets only the entry points that are due; it needs a database.
    """

    targets: Sequence[str]
    outlets: Outlets
    limits: Limits = NO_LIMITS
    due_only: bool = False


def crawl_once(
    order: Order,
    crawl: CrawlSection,
    clock: Clock,
    *,
    database: Database | None = None,
    evidence: Path | None = None,
    on_event: Callable[[Event], None] = lambda event: None,
    on_start: Callable[[int], None] = lambda checks: None,
) -> Summary:
    """Crawls once, in this process. Without a `database` nothing is stored; with one, `evidence` is the WARC folder.

    `on_start` is told how many entry points and addresses there are, `on_event` of every end. An interrupt (Ctrl-C)
    lets what is in flight end. Raises ConfigError on an unknown outlet, DatabaseError when the database cannot be used.
    """
    from crawler.fetch.loop import run

    for target in order.targets:
        if not adhoc.is_address(target):
            order.outlets.get(target)
    summary = Summary()

    def heard(event: Event) -> None:
        summary.add(event)
        on_event(event)

    async def main() -> None:
        from crawler.fetch.fetcher import Fetcher

        store: Store = Stored(database, evidence, crawl, clock) if database and evidence else NotStored()
        try:
            entry_points = await _entry_points(order, crawl, clock, store)
            addresses = [target for target in order.targets if adhoc.is_address(target)]
            archives = _archives(order)
            on_start(len(entry_points) + len(addresses) + len(archives))
            async with Fetcher(crawl, store.leases, clock) as fetcher:
                known = dict(order.outlets.by_id)
                known.update((o.id, o) for o in (adhoc.outlet_of(url, order.outlets) for url in addresses))
                one = Crawl(fetcher, store, known, crawl, on_event=heard, bounded=order.due_only)
                jobs: list[Coroutine[None, None, object]] = [one.read(e, order.limits) for e in entry_points]
                jobs += [_address(one, url, order) for url in addresses]
                jobs += [one.revisit(due) for due in await _revisits(order, crawl, clock, store)]
                summary.interrupted = await _together(jobs, one)
                # Afterwards: what the newest pages name is stored by then, and not fetched twice at the same time.
                back = [one.back_fill(archive, order.limits) for archive in archives]
                summary.interrupted = await _together(back, one) or summary.interrupted
                await one.all_spent()
        finally:
            await store.close()

    run(main())
    return summary


async def _revisits(order: Order, crawl: CrawlSection, clock: Clock, store: Store) -> list[DueRevisit]:
    """The articles to ask for again, where what is due was asked for."""
    if not order.due_only or not isinstance(store, Stored):
        return []
    database = store.database

    def claim() -> list[DueRevisit]:
        with database.begin() as session:
            return revisits.due(session, clock(), 1_000, which=crawl.revisits, outlets=list(order.targets))

    return await store.apart(claim)


def _archives(order: Order) -> list[DueEntryPoint]:
    """The outlets' ways back, where a first day is asked for."""
    if order.limits.since is None or order.due_only:
        return []
    chosen = [order.outlets.get(target) for target in order.targets if not adhoc.is_address(target)]
    return [archive for outlet in chosen for archive in backfill.archives(outlet)]


async def _entry_points(order: Order, crawl: CrawlSection, clock: Clock, store: Store) -> list[DueEntryPoint]:
    """The entry points of the outlets asked for; with a database they are claimed, so that the daemon lets them be."""
    chosen = [order.outlets.get(target) for target in order.targets if not adhoc.is_address(target)]
    if not isinstance(store, Stored):
        return [DueEntryPoint(None, outlet.id, fact.kind, fact.url) for outlet in chosen for fact in readable(outlet)]
    database = store.database

    def claim() -> list[DueEntryPoint]:
        with database.begin() as session:
            schedule.sync(session, chosen, crawl, clock(), retire=False)
            session.flush()
            if order.due_only:
                return schedule.due(
                    session, clock(), 10_000, outlets=[outlet.id for outlet in chosen], one_per_host=False
                )
            stated = [(outlet.id, fact.url) for outlet in chosen for fact in readable(outlet)]
            found = schedule.found(session, [outlet.id for outlet in chosen])
            return schedule.claim(session, [*stated, *found], clock())

    return await store.apart(claim)


async def _together(jobs: Iterable[Coroutine[None, None, object]], crawl: Crawl) -> bool:
    """Runs all jobs, AT_ONCE at a time; whether they were interrupted. The first surprise is raised at the end."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(job: Coroutine[None, None, object]) -> None:
        async with slots:
            if not crawl.stopping.is_set():
                await job
            else:
                job.close()

    loop = asyncio.get_running_loop()
    with suppress(NotImplementedError, RuntimeError, ValueError):  # not the main thread
        loop.add_signal_handler(signal.SIGINT, crawl.stop)
    tasks = [asyncio.ensure_future(one(job)) for job in jobs]
    ended: asyncio.Future[Any] = asyncio.gather(*tasks, return_exceptions=True)
    stopped: asyncio.Future[Any] = asyncio.ensure_future(crawl.stopping.wait())
    try:
        await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait({ended}, timeout=GRACE_S)
    finally:
        with suppress(NotImplementedError, RuntimeError, ValueError):
            loop.remove_signal_handler(signal.SIGINT)
        for task in [stopped, *tasks]:
            task.cancel()
    for error in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(error, Exception):
            raise error
    return crawl.stopping.is_set()


async def _address(crawl: Crawl, url: str, order: Order) -> None:
    """An address given by hand; a surprise over it does not stop the others."""
    outlet = adhoc.outlet_of(url, order.outlets)
    try:
        await _read_address(crawl, url, outlet, order)
    except (DatabaseError, SQLAlchemyError, OSError):
        raise
    except Exception as error:
        crawl.surprised(outlet.id, url, error)


async def _read_address(crawl: Crawl, url: str, outlet: Outlet, order: Order) -> None:
    """Reads an address as what it turns out to be: an article, a feed, a page of links."""
    got = await crawl.get(crawl.ask(url, outlet))
    if isinstance(got, NotFetched) or adhoc.recognise(got, outlet) == "article":
        await _article(crawl, url, got, outlet, order)
        return
    kind = adhoc.recognise(got, outlet)
    for address in adhoc.feeds(got) if kind == "section" else ():
        page = await crawl.get(crawl.ask(address, outlet))
        if isinstance(page, Page) and page.status == 200 and adhoc.recognise(page, outlet) == "feed":
            got, kind = page, "feed"
            break
    await crawl.read(DueEntryPoint(None, outlet.id, kind, got.url), order.limits, got)


async def _article(crawl: Crawl, url: str, got: Page | NotFetched, outlet: Outlet, order: Order) -> None:
    """An article, unless the page holds none but links to some."""
    if isinstance(got, Page) and _only_links(got, outlet):
        await crawl.read(DueEntryPoint(None, outlet.id, "section", got.url), order.limits, got)
        return
    await crawl.finish(unknown(Listing(url), outlet.id, first=True), got, outlet, order.limits)


def _only_links(page: Page, outlet: Outlet) -> bool:
    """Whether a page holds no article but links to some."""
    if page.status != 200 or not adhoc.is_section(page, outlet):
        return False
    return isinstance(extract(page, rules_of(outlet), page.fetched_at), Rejected)
