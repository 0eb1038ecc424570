"""The crawl worker and its keeper: it reads what is due, dies of nothing for long, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select

from crawler.db import Database
from crawler.models import Article, HostLease, KnownUrl
from crawler.worker import (
    ArticleStored,
    Assignment,
    Checked,
    Ended,
    Note,
    Report,
    Started,
    WorkerProcess,
    resident_bytes,
)
from tests.crawl.fakes import Site, article, crawl, feed

DEADLY = (sys.executable, "-m", "tests.crawl.deadly_worker")
OURS = (sys.executable, "-m", "crawler.worker")


def assignment(site: Site, database: Database, folder: Path, *feeds: str, **worker: object) -> Assignment:
    """A worker for outlets whose feeds are at these paths, one host each."""
    outlets = folder / "outlets"
    outlets.mkdir(exist_ok=True)
    for n, path in enumerate(feeds, 1):
        (outlets / f"o{n}.yaml").write_text(
            f"name: O{n}\nhome: {site.url('/', n)}\nlanguages: [en]\ncountry: XX\n"
            f"entry_points:\n  - kind: feed\n    url: {site.url(path, n)}\n    every: 2s\n"
        )
    return Assignment.model_validate(
        {
            "database_url": database.url.render_as_string(hide_password=False),
            "state": folder,
            "evidence": folder / "evidence",
            "outlet_folders": [outlets],
            "shipped": False,
            "crawl": crawl(every="2s"),
            "worker": {"stall": "4s", **worker},
        }
    )


class Heard:
    """What a worker has said so far."""

    def __init__(self, worker: WorkerProcess) -> None:
        self.worker = worker
        self.reports: list[Report] = []

    async def listen(self) -> None:
        async for report in self.worker.reports():
            self.reports.append(report)

    async def until(self, told: Callable[[Sequence[Report]], bool], within_s: float = 40.0) -> None:
        async with asyncio.timeout(within_s):
            while not told(self.reports):
                await asyncio.sleep(0.05)

    def of(self, kind: type[Report]) -> list[Report]:
        return [report for report in self.reports if isinstance(report, kind)]


@asynccontextmanager
async def working(told: Assignment, command: Sequence[str] = OURS) -> AsyncIterator[Heard]:
    """A worker that is up; stopped at the end of the block."""
    worker = WorkerProcess(told, command)
    heard = Heard(worker)
    await worker.start()
    listening = asyncio.ensure_future(heard.listen())
    try:
        yield heard
    finally:
        await worker.stop()
        await asyncio.wait_for(listening, 10)


def stored(reports: Sequence[Report], count: int = 1) -> bool:
    return len([report for report in reports if isinstance(report, ArticleStored)]) >= count


def started(reports: Sequence[Report], count: int) -> bool:
    return len([report for report in reports if isinstance(report, Started)]) >= count


def test_worker_reads_what_is_due_and_tells(site: Site, database: Database, tmp_path: Path) -> None:
    """The article is committed when it is announced; a stop gives every host back and ends it cleanly."""
    site.answers["/feed.xml"] = feed(site.url("/a"))
    site.answers["/a"] = article("Flour reaches the market")

    async def main() -> list[Report]:
        async with working(assignment(site, database, tmp_path, "/feed.xml")) as heard:
            await heard.until(lambda reports: any(isinstance(r, Checked) for r in reports))
            with database.read() as session:
                assert [ArticleStored(session.scalar(select(Article.id)) or 0)] == heard.of(ArticleStored)
        return heard.reports

    reports = asyncio.run(main())
    assert Ended("stop", 0) == reports[-1]
    assert ("o1", "ok", 1) == next((r.outlet, r.outcome, r.saved) for r in reports if isinstance(r, Checked))
    with database.read() as session:
        assert [""] == list(session.scalars(select(HostLease.holder)))


def test_entry_point_is_read_again_when_it_falls_due(site: Site, sqlite_database: Database, tmp_path: Path) -> None:
    """An article that appears later is found by the schedule, without a restart."""
    site.answers["/feed.xml"] = feed(site.url("/a"))
    site.answers["/a"] = article("Flour reaches the market")
    site.answers["/b"] = article("Bridge opens", "The bridge opened at noon. " * 10)

    async def main() -> None:
        async with working(assignment(site, sqlite_database, tmp_path, "/feed.xml")) as heard:
            await heard.until(stored)
            site.answers["/feed.xml"] = feed(site.url("/b"), site.url("/a"))
            await heard.until(lambda reports: stored(reports, 2))

    asyncio.run(main())
    assert 1 == site.paths().count("/a")


@pytest.mark.parametrize(
    ("word", "death"),
    [("HANG", "killed: no progress for 4 s"), ("CRASH", "died of SIGSEGV"), ("EAT", "killed: ")],
)
def test_page_that_kills_is_quarantined_and_the_rest_is_read(
    site: Site, sqlite_database: Database, tmp_path: Path, word: str, death: str
) -> None:
    """It takes one worker with it, is read apart the second time, and then never again; others are not held up."""
    site.answers["/feed.xml"] = feed(site.url("/bad"), site.url("/good"))
    site.answers["/bad"] = article(f"{word} of the page")
    site.answers["/good"] = article("Flour reaches the market", "Flour reached the market by noon. " * 9)
    told = assignment(site, sqlite_database, tmp_path, "/feed.xml", memory="300MB")

    def quarantined(reports: Sequence[Report]) -> bool:
        with sqlite_database.read() as session:
            return "quarantined" in session.scalars(select(KnownUrl.outcome)).all() and stored(reports)

    async def main() -> list[Report]:
        async with working(told, DEADLY) as heard:
            await heard.until(quarantined, 100)
        return heard.reports

    deaths = [report.reason for report in asyncio.run(main()) if isinstance(report, Ended)]
    assert deaths[0].startswith(death), deaths
    assert deaths[1:] == ["stop"]
    with sqlite_database.read() as session:
        assert ["Flour reaches the market"] == list(session.scalars(select(Article.title)))


def test_worker_killed_from_outside_is_replaced_and_loses_nothing(
    site: Site, database: Database, tmp_path: Path
) -> None:
    """SIGKILL at any moment: another worker starts and every article arrives."""
    site.answers["/feed.xml"] = feed(*[site.url(f"/{n}") for n in range(20)])
    site.answers.update({f"/{n}": article(f"Convoy {n} arrives", f"Story number {n}. " * 20) for n in range(20)})

    async def main() -> None:
        async with working(assignment(site, database, tmp_path, "/feed.xml")) as heard:
            await heard.until(stored)
            os.kill(heard.worker.pid or 0, signal.SIGKILL)
            await heard.until(lambda reports: started(reports, 2))
            async with asyncio.timeout(60):
                while count() < 20:
                    await asyncio.sleep(0.2)
        assert Ended("died of SIGKILL", -9) in heard.reports

    def count() -> int:
        with database.read() as session:
            return len(session.scalars(select(Article.id)).all())

    asyncio.run(main())


def test_sigterm_ends_it_although_a_host_does_not_answer(site: Site, sqlite_database: Database, tmp_path: Path) -> None:
    """What is in flight gets a moment and not its whole timeout; the process ends by itself and cleanly."""
    site.answers["/feed.xml"] = feed(site.url("/never"))
    told = assignment(site, sqlite_database, tmp_path, "/feed.xml")
    told = told.model_copy(update={"crawl": crawl(timeout="30s")})

    async def main() -> list[Report]:
        async with working(told) as heard:
            await heard.until(lambda reports: "/never" in site.paths() and started(reports, 1))
            os.kill(heard.worker.pid or 0, signal.SIGTERM)
            await heard.until(lambda reports: any(isinstance(r, Ended) for r in reports), within_s=15)
        return heard.reports

    assert Ended("SIGTERM", 0) in asyncio.run(main())


def test_worker_ends_when_its_parent_is_gone(site: Site, sqlite_database: Database, tmp_path: Path) -> None:
    """A closed pipe is the end: no orphan goes on crawling."""
    told = assignment(site, sqlite_database, tmp_path, "/feed.xml")

    async def main() -> int:
        child = await asyncio.create_subprocess_exec(
            *OURS, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        assert child.stdin is not None and child.stdout is not None
        child.stdin.write(told.line())
        assert b"alive" in await child.stdout.readline()
        child.stdin.close()
        return await asyncio.wait_for(child.wait(), 15)

    assert 0 == asyncio.run(main())


def test_old_worker_is_replaced_between_two_pages(site: Site, sqlite_database: Database, tmp_path: Path) -> None:
    """After its time it ends by itself, with its reason, and the next one goes on."""
    site.answers["/feed.xml"] = feed()

    async def main() -> list[Report]:
        told = assignment(site, sqlite_database, tmp_path, "/feed.xml", recycle_after="2s")
        async with working(told) as heard:
            await heard.until(lambda reports: started(reports, 2))
        return heard.reports

    assert Ended("recycle: age", 0) in asyncio.run(main())


def test_locked_database_is_waited_for(site: Site, sqlite_database: Database, tmp_path: Path) -> None:
    """While another program holds the database the worker stays alive; then the article is stored."""
    site.answers["/feed.xml"] = feed(site.url("/a"))
    site.answers["/a"] = article("Flour reaches the market")

    async def main() -> list[Report]:
        with sqlite_database.engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")  # BEGIN IMMEDIATE: ours until we let go
            async with working(assignment(site, sqlite_database, tmp_path, "/feed.xml")) as heard:
                await heard.until(lambda reports: started(reports, 1))
                await asyncio.sleep(6)  # longer than the stall limit
                connection.rollback()
                await heard.until(stored)
        return heard.reports

    assert ["stop"] == [report.reason for report in asyncio.run(main()) if isinstance(report, Ended)]


def test_note_survives_and_is_read_once(tmp_path: Path) -> None:
    """What was being worked on at the end is told to the next process, and only to that one."""
    note = Note(tmp_path / "worker.note")
    with note("https://news.example/خبر"):
        dead = Note(tmp_path / "worker.note").leftover()
    assert ("https://news.example/خبر", "") == (dead, Note(tmp_path / "worker.note").leftover())


def test_resident_memory_of_a_process_that_is_gone_is_nothing() -> None:
    """Our own is something."""
    assert resident_bytes() > 1_000_000
    assert 0 == resident_bytes(2**22 + 1)


def test_crawl_by_hand_beside_the_worker_stays_polite(site: Site, database: Database, tmp_path: Path) -> None:
    """Two processes, one host: their requests take turns, none closer to another than the delay."""
    site.answers["/feed.xml"] = feed(*[site.url(f"/{n}") for n in range(12)])
    site.answers.update({f"/{n}": article(f"Convoy {n} arrives", f"Story number {n}. " * 20) for n in range(16)})
    told = assignment(site, database, tmp_path, "/feed.xml")
    told = told.model_copy(update={"crawl": crawl(every="60s", every_max="60s", delay="0.25s")})

    async def by_hand(addresses: Sequence[str]) -> int:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.crawl.by_hand", str(told.database_url), str(tmp_path / "by-hand"), "0.25s"),
            *addresses,
        )
        return await child.wait()

    async def main() -> None:
        async with working(told) as heard:
            await heard.until(stored)
            assert 0 == await by_hand([site.url(f"/{n}") for n in range(12, 16)])
            await heard.until(lambda reports: any(isinstance(r, Checked) for r in reports))

    asyncio.run(main())
    asked = sorted(site.log, key=lambda one: one.start)
    assert {f"/{n}" for n in range(16)} <= {one.path for one in asked}
    assert min(later.start - earlier.end for earlier, later in pairwise(asked)) >= 0.24
