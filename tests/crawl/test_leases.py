"""Host leases: one process at a time per host, and a turn that waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from crawler import leases
from crawler.db import Database
from crawler.fetch.turns import HostDeferred, NoLeases, Turns
from crawler.leases import LEASE, Held, Left
from crawler.models import HostLease

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def acquire(database: Database, holder: str, now: datetime) -> Held | None:
    with database.begin() as session:
        return leases.acquire(session, "news.example", holder, 2 * SECOND, now)


def test_second_process_waits_for_the_first(database: Database) -> None:
    """A held host is not given to another; its holder may ask again."""
    assert acquire(database, "a", NOW) is not None
    assert acquire(database, "b", NOW + SECOND) is None
    assert acquire(database, "a", NOW + SECOND) is not None


def test_next_holder_keeps_the_pause_of_the_last(database: Database) -> None:
    """A released host tells from when on the next request is polite."""
    acquire(database, "a", NOW)
    with database.begin() as session:
        leases.release(session, {"news.example": Left(NOW + 5 * SECOND)}, "a", NOW)
    held = acquire(database, "b", NOW + SECOND)
    assert held is not None
    assert held.next_request_at == NOW + 5 * SECOND


def test_lease_of_a_dead_process_runs_out_and_costs_its_pause(database: Database) -> None:
    """The dead holder may have asked until its lease ended, so the next one waits its delay on top."""
    acquire(database, "a", NOW)
    held = acquire(database, "b", NOW + LEASE + SECOND)
    assert held is not None
    assert held.next_request_at == NOW + LEASE + 2 * SECOND


def test_dead_process_of_this_machine_is_not_waited_for(database: Database) -> None:
    """Its lease is taken over at once, after the pause: it may have asked a moment ago."""
    with database.begin() as session:
        leases.acquire(session, "news.example", "gone", 2 * SECOND, NOW)
        held = leases.acquire(session, "news.example", "b", 2 * SECOND, NOW + SECOND, lambda holder: holder == "gone")
    assert held is not None
    assert NOW + 3 * SECOND == held.next_request_at


def test_process_is_dead_only_when_we_know(database: Database) -> None:
    """We live; a process id that no process has is dead; of another machine we know nothing."""
    machine, _, random = leases.this_process().split("/")
    assert [False, True, False, False] == [
        leases.is_dead(holder)
        for holder in (leases.this_process(), f"{machine}/4194305/{random}", f"elsewhere/4194305/{random}", "a")
    ]


def test_renewing_tells_what_was_lost(database: Database) -> None:
    """A lease that another process took over meanwhile is not renewed."""
    acquire(database, "a", NOW)
    acquire(database, "b", NOW + LEASE + SECOND)
    with database.begin() as session:
        assert set() == leases.renew(session, ["news.example"], "a", NOW + LEASE + 2 * SECOND)
        assert {"news.example"} == leases.renew(session, ["news.example"], "b", NOW + LEASE + 2 * SECOND)


def test_release_of_a_lost_lease_changes_nothing(database: Database) -> None:
    """What belongs to another process now is left alone."""
    acquire(database, "a", NOW)
    acquire(database, "b", NOW + LEASE + SECOND)
    with database.begin() as session:
        leases.release(session, {"news.example": Left(NOW)}, "a", NOW)
    with database.read() as session:
        assert session.get_one(HostLease, "news.example").holder == "b"


def test_a_longer_pause_is_not_shortened(database: Database) -> None:
    """Of two Retry-After the later one holds, for every process."""
    acquire(database, "a", NOW)
    with database.begin() as session:
        leases.defer(session, "news.example", NOW + 600 * SECOND)
        leases.defer(session, "news.example", NOW + 60 * SECOND)
        leases.release(session, {"news.example": Left(NOW)}, "a", NOW)
    held = acquire(database, "b", NOW)
    assert held is not None
    assert held.not_before == NOW + 600 * SECOND


class Busy:
    """Leases that another process holds for the first `refusals` questions; keeps a record."""

    def __init__(self, refusals: int = 0, not_before: datetime | None = None) -> None:
        self.refusals = refusals
        self.not_before = not_before
        self.said: list[str] = []

    async def acquire(self, host: str, delay: timedelta) -> Held | None:
        self.said.append("acquire")
        self.refusals -= 1
        if self.refusals >= 0:
            return None
        return Held(now() + LEASE, now(), self.not_before)

    async def renew(self, hosts: Iterable[str]) -> set[str]:
        self.said.append("renew")
        return set(hosts)

    async def release(self, hosts: Mapping[str, Left]) -> None:
        self.said.append("release")

    async def defer(self, host: str, until: datetime) -> None:
        self.said.append("defer")


def now() -> datetime:
    return datetime.now(UTC)


def test_requests_to_one_host_neither_overlap_nor_crowd() -> None:
    """Five tasks that want the same host get it one after the other, each a delay after the end of the last."""
    spans: list[tuple[float, float]] = []

    async def ask(turns: Turns) -> None:
        async with turns.turn("news.example", 0.05):
            start = now().timestamp()
            await asyncio.sleep(0.01)
            spans.append((start, now().timestamp()))

    async def main() -> None:
        turns = Turns(NoLeases(), now)
        await asyncio.gather(*(ask(turns) for _ in range(5)))

    asyncio.run(main())
    assert all(later[0] - earlier[1] >= 0.049 for earlier, later in pairwise(spans))


def test_crawl_delay_of_robots_txt_lengthens_the_pause() -> None:
    """The longer of the outlet's delay and robots.txt's is kept."""

    async def main() -> float:
        turns = Turns(NoLeases(), now)
        async with turns.turn("news.example", 0.0):
            turns.crawl_delay_s["news.example"] = 0.2
        start = now()
        async with turns.turn("news.example", 0.0):
            return (now() - start).total_seconds()

    assert asyncio.run(main()) >= 0.19


def test_turn_waits_while_another_process_holds_the_host() -> None:
    """The lease is asked for again until it is free."""
    busy = Busy(refusals=2)

    async def main() -> None:
        async with Turns(busy, now).turn("news.example", 0.0):
            pass

    asyncio.run(main())
    assert busy.said == ["acquire"] * 3


def test_burst_needs_one_lease_and_idle_gives_it_back() -> None:
    """Ten requests cost one acquire; when the host was quiet for a while its lease is released."""
    busy = Busy()
    moment = [now()]

    async def main() -> None:
        turns = Turns(busy, lambda: moment[0])
        for _ in range(10):
            async with turns.turn("news.example", 0.0):
                pass
        moment[0] += timedelta(seconds=10)
        await turns.tend_once()

    asyncio.run(main())
    assert busy.said == ["acquire", "release"]


def test_long_pause_ends_the_request_at_once() -> None:
    """A host that asked for an hour is not waited for: the caller learns until when."""
    until = now() + timedelta(hours=1)

    async def main() -> None:
        async with Turns(Busy(not_before=until), now).turn("news.example", 0.0):
            raise AssertionError("asked in spite of Retry-After")

    with pytest.raises(HostDeferred) as deferred:
        asyncio.run(main())
    assert until == deferred.value.until
