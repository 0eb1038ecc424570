"""What a crawl remembers: `Stored` in the database and the evidence folder, `NotStored` nowhere.

A crawl runs on one loop; the database is asked in one thread beside it, so that a locked database stops neither the
heartbeat nor the host leases. Each call is one transaction; evidence is on the disk before its row is written.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Protocol, TypeVar

from crawler import budget, evidence, healing, ingest, known, leases, revisits, schedule
from crawler.config import CrawlSection
from crawler.db import Database
from crawler.fetch.turns import Leases, NoLeases
from crawler.healing import Move, Need
from crawler.known import End, Noted, Wanted
from crawler.leases import Left
from crawler.models import Evidence
from crawler.outlets import Outlet
from crawler.proving import Proof
from crawler.rhythm import Pace
from crawler.schedule import CheckEnd, DueEntryPoint
from crawler.spiders import Reading
from crawler.types import Draft, Page, Saved, Unchanged

Result = TypeVar("Result")
PACE_KEPT = timedelta(hours=1)  # the rhythms of all entry points together change slowly


class Store(Protocol):
    """What the crawl tells and asks. Raises DatabaseError or OSError when nothing can be stored."""

    leases: Leases

    async def listed(self, entry_point: DueEntryPoint, reading: Reading, now: datetime) -> Noted: ...
    async def reached(self, reading: Reading) -> bool: ...
    async def dates(self, reading: Reading) -> list[datetime]: ...
    async def save(
        self, wanted: Wanted, page: Page, draft: Draft, now: datetime, *, further: Sequence[Page] = ()
    ) -> Saved | Unchanged: ...
    async def settle(self, wanted: Wanted, end: End, reason: str, now: datetime) -> None: ...
    async def postpone(self, wanted: Wanted, until: datetime) -> None: ...
    async def check_ended(self, entry_point: DueEntryPoint, end: CheckEnd, now: datetime) -> None: ...
    async def healing_needed(
        self, entry_point: DueEntryPoint, end: CheckEnd, outlet: Outlet, now: datetime
    ) -> tuple[Need, list[str]] | None: ...
    async def healing_ended(self, need: Need, found: Proof | str, outlet: Outlet, now: datetime) -> Move | None: ...
    async def spent(self, outlet: str, size_bytes: int, answers: int, now: datetime) -> int: ...
    async def of_article(self, article_id: int) -> tuple[str, Wanted]: ...
    async def revisited(self, article_id: int, page: Page, now: datetime) -> None: ...
    async def revisit_later(self, article_id: int, until: datetime) -> None: ...
    async def not_there(self, article_id: int, reason: str, page: Page, now: datetime) -> bool: ...
    async def close(self) -> None: ...


class Stored:
    """The database and the evidence folder."""

    def __init__(
        self, database: Database, evidence_folder: Path, crawl: CrawlSection, clock: Callable[[], datetime]
    ) -> None:
        self.database = database
        self.leases: Leases = _Rows(self, clock)
        self._crawl = crawl
        self._writer = evidence.EvidenceWriter(evidence_folder)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._rng = Random()
        self._pace: tuple[datetime, Pace] | None = None

    async def apart(self, step: Callable[[], Result]) -> Result:
        """Runs a step in the store's thread; steps run one after the other, in the order they were asked for."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, step)

    async def listed(self, entry_point: DueEntryPoint, reading: Reading, now: datetime) -> Noted:
        def step() -> Noted:
            with self.database.begin() as session:
                return known.note(session, entry_point, reading, now)

        return await self.apart(step)

    async def reached(self, reading: Reading) -> bool:
        def step() -> bool:
            with self.database.read() as session:
                return known.reached(session, reading)

        return await self.apart(step)

    async def dates(self, reading: Reading) -> list[datetime]:
        def step() -> list[datetime]:
            with self.database.read() as session:
                return known.dates(session, reading)

        return await self.apart(step)

    async def save(
        self, wanted: Wanted, page: Page, draft: Draft, now: datetime, *, further: Sequence[Page] = ()
    ) -> Saved | Unchanged:
        return await self.apart(lambda: self._save(wanted, page, draft, now, further))

    def _save(
        self, wanted: Wanted, page: Page, draft: Draft, now: datetime, further: Sequence[Page]
    ) -> Saved | Unchanged:
        with self.database.read() as session:
            same = ingest.unchanged(session, draft, wanted.outlet)
        others = [self._writer.preserve(one) for one in further] if same is None else []
        capture = self._writer.preserve(page) if same is None else None
        with self.database.begin() as session:
            ended = same or ingest.ingest(
                session, draft, capture, wanted.outlet, now, from_first_crawl=wanted.from_first_crawl
            )
            session.add_all(Evidence(**asdict(other)) for other in others)
            end: End = "saved" if isinstance(ended, Saved) else "unchanged"
            known.settle(session, wanted, end, "", now, article_id=ended.article_id)
            # What a channel tells has no page of its own to ask for again.
            if isinstance(ended, Saved) and ended.new and page.requested_url == wanted.listing.url:
                if self._crawl.revisits == "all":
                    revisits.plan(session, ended.article_id, page, now)
            elif isinstance(ended, Saved):
                revisits.seen(session, ended.article_id, page, now)
        return ended

    async def settle(self, wanted: Wanted, end: End, reason: str, now: datetime) -> None:
        def step() -> None:
            with self.database.begin() as session:
                known.settle(session, wanted, end, reason, now)

        await self.apart(step)

    async def postpone(self, wanted: Wanted, until: datetime) -> None:
        def step() -> None:
            with self.database.begin() as session:
                known.postpone(session, wanted, until)

        await self.apart(step)

    async def check_ended(self, entry_point: DueEntryPoint, end: CheckEnd, now: datetime) -> None:
        if entry_point.id is None:
            return

        def step() -> Move | None:
            at_pace = self._at_pace(now)
            with self.database.begin() as session:
                move = healing.noted(session, entry_point, end, now)
                schedule.reschedule(session, entry_point, end, self._crawl, now, self._rng, at_pace)
            return move

        healing.say_moved(await self.apart(step))

    async def healing_needed(
        self, entry_point: DueEntryPoint, end: CheckEnd, outlet: Outlet, now: datetime
    ) -> tuple[Need, list[str]] | None:
        def step() -> tuple[Need, list[str]] | None:
            with self.database.read() as session:  # without the write lock: most of the time nothing is needed
                why = healing.why(session, entry_point, end, outlet, now)
            if why is None:
                return None
            with self.database.begin() as session:
                need = healing.claim(session, entry_point, why, now)
                return (need, healing.addresses(session, outlet.id)) if need is not None else None

        return await self.apart(step)

    async def healing_ended(self, need: Need, found: Proof | str, outlet: Outlet, now: datetime) -> Move | None:
        def step() -> Move | None:
            with self.database.begin() as session:
                return healing.settled(session, need, found, outlet, self._crawl, now)

        return await self.apart(step)

    def _at_pace(self, now: datetime) -> Pace:
        if self._pace is None or not timedelta(0) <= now - self._pace[0] < PACE_KEPT:
            with self.database.read() as session:
                self._pace = (now, schedule.pace(session, self._crawl))
        return self._pace[1]

    async def spent(self, outlet: str, size_bytes: int, answers: int, now: datetime) -> int:
        def step() -> int:
            asking = not size_bytes and not answers
            with self.database.read() if asking else self.database.begin() as session:
                return budget.spend(session, outlet, size_bytes, answers, now)

        return await self.apart(step)

    async def of_article(self, article_id: int) -> tuple[str, Wanted]:
        def step() -> tuple[str, Wanted]:
            with self.database.read() as session:
                return revisits.of_article(session, article_id)

        return await self.apart(step)

    async def revisited(self, article_id: int, page: Page, now: datetime) -> None:
        def step() -> None:
            with self.database.begin() as session:
                revisits.seen(session, article_id, page, now)

        await self.apart(step)

    async def revisit_later(self, article_id: int, until: datetime) -> None:
        def step() -> None:
            with self.database.begin() as session:
                revisits.later(session, article_id, until)

        await self.apart(step)

    async def not_there(self, article_id: int, reason: str, page: Page, now: datetime) -> bool:
        """Whether that makes the article gone; then the answer that said so is evidence, on the disk before its row."""

        def step() -> bool:
            with self.database.begin() as session:
                if not revisits.not_there(session, article_id, now):
                    return False
            capture = self._writer.preserve(page)
            with self.database.begin() as session:
                revisits.bury(session, article_id, reason, Evidence(**asdict(capture)), now)
            return True

        return await self.apart(step)

    async def close(self) -> None:
        await self.apart(self._writer.close)
        self._thread.shutdown(wait=False)


class _Rows:
    """Host leases of this process, as rows."""

    def __init__(self, store: Stored, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self.holder = leases.this_process()

    async def acquire(self, host: str, delay: timedelta) -> leases.Held | None:
        def step() -> leases.Held | None:
            with self._store.database.begin() as session:
                return leases.acquire(session, host, self.holder, delay, self._clock(), leases.is_dead)

        return await self._store.apart(step)

    async def renew(self, hosts: Iterable[str]) -> set[str]:
        def step() -> set[str]:
            with self._store.database.begin() as session:
                return leases.renew(session, hosts, self.holder, self._clock())

        return await self._store.apart(step)

    async def release(self, hosts: Mapping[str, Left]) -> None:
        def step() -> None:
            with self._store.database.begin() as session:
                leases.release(session, hosts, self.holder, self._clock())

        await self._store.apart(step)

    async def defer(self, host: str, until: datetime) -> None:
        def step() -> None:
            with self._store.database.begin() as session:
                leases.defer(session, host, until)

        await self._store.apart(step)


class NotStored:
    """Remembers nothing: every article an entry point names is wanted, nothing is written."""

    def __init__(self) -> None:
        self.leases: Leases = NoLeases()

    async def listed(self, entry_point: DueEntryPoint, reading: Reading, now: datetime) -> Noted:
        listed = sorted(reading.listings, key=lambda listing: listing.published_at or now, reverse=True)
        return Noted([known.unknown(listing, entry_point.outlet, first=True) for listing in listed])

    async def reached(self, reading: Reading) -> bool:
        return True  # without a memory there is nothing to catch up with

    async def dates(self, reading: Reading) -> list[datetime]:
        return []

    async def save(
        self, wanted: Wanted, page: Page, draft: Draft, now: datetime, *, further: Sequence[Page] = ()
    ) -> Saved | Unchanged:
        return Saved(0, 0, new=True)

    async def settle(self, wanted: Wanted, end: End, reason: str, now: datetime) -> None:
        pass

    async def postpone(self, wanted: Wanted, until: datetime) -> None:
        pass

    async def check_ended(self, entry_point: DueEntryPoint, end: CheckEnd, now: datetime) -> None:
        pass

    async def healing_needed(
        self, entry_point: DueEntryPoint, end: CheckEnd, outlet: Outlet, now: datetime
    ) -> tuple[Need, list[str]] | None:
        return None

    async def healing_ended(self, need: Need, found: Proof | str, outlet: Outlet, now: datetime) -> Move | None:
        return None

    async def spent(self, outlet: str, size_bytes: int, answers: int, now: datetime) -> int:
        return 0

    async def of_article(self, article_id: int) -> tuple[str, Wanted]:
        raise LookupError(f"article {article_id}: nothing is stored")

    async def revisited(self, article_id: int, page: Page, now: datetime) -> None:
        pass

    async def revisit_later(self, article_id: int, until: datetime) -> None:
        pass

    async def not_there(self, article_id: int, reason: str, page: Page, now: datetime) -> bool:
        return False

    async def close(self) -> None:
        pass
