"""The crawl worker: a child process of the daemon that reads entry points as they fall due.

Parent and child speak JSON lines. To the child's stdin: first the assignment, later {"stop": true}; its closing means
the same. From its stdout: {"ready": pid}, {"alive": ..., "rss": bytes} every second that its loop makes progress,
{"article": id} after a new revision is stored, {"check": {...}} at the end of each check, {"ended": reason} at last.

What it extracts at the moment stands in a note file, which survives a SIGKILL: the next worker counts it as a kill.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
import sys
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal

from crawler.config import CrawlSection, Section, WorkerSection
from crawler.log import get_log

if TYPE_CHECKING:
    from crawler.crawl import Crawl, Event
    from crawler.isolation import Extract
    from crawler.outlets import Outlets
    from crawler.revisits import DueRevisit
    from crawler.schedule import DueEntryPoint
    from crawler.store import Stored

AT_ONCE = 64  # checks at the same time, at most one per host
REVISITS_AT_ONCE = 16  # of them begun in one tick: news goes before what may have become of it
TICK_S = 1.0
STOP_WITHIN_S = 3.5  # with the closing of connections and files that makes less than five
RECYCLE_WITHIN_S = 40.0  # nobody waits: what is in flight may take its whole time
STARTS_WITHIN_S = 30.0  # loading the libraries takes a moment, on a busy machine several
PAUSE_AFTER_TROUBLE_S = 5.0  # when the database cannot be asked what is due


class Assignment(Section):
    """What a worker is told at its start: nothing of it is read from the environment or a file of its own."""

    database_url: str
    state: Path  # the folder of worker.note
    evidence: Path
    outlet_folders: list[Path] = []
    use: list[str] | Literal["all"] = "all"
    shipped: bool = True  # the outlets that come with the program
    crawl: CrawlSection = CrawlSection()
    worker: WorkerSection = WorkerSection()
    verbose: bool = False

    def line(self) -> bytes:
        """The assignment as one line of JSON."""
        return json.dumps(self.model_dump(), default=_plain).encode() + b"\n"


def _plain(value: object) -> object:
    if isinstance(value, timedelta):
        return f"{value.total_seconds():f}s"
    return dict(value) if isinstance(value, Mapping) else str(value)


# --- the note --------------------------------------------------------------------------------------------------------

_NOTE_BYTES = 4096


class Note:
    """A file that names the subject being worked on; one write of one page, so it is never half written."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def leftover(self) -> str:
        """The subject an earlier process died over, or ''. Reading it clears it."""
        subject = os.pread(self._file, _NOTE_BYTES, 0).rstrip(b"\0").decode("utf-8", "replace")
        self._write("")
        return subject

    @contextmanager
    def __call__(self, subject: str) -> Iterator[None]:
        self._write(subject)
        try:
            yield
        finally:
            self._write("")

    def _write(self, subject: str) -> None:
        os.pwrite(self._file, subject.encode()[:_NOTE_BYTES].ljust(_NOTE_BYTES, b"\0"), 0)

    def close(self) -> None:
        os.close(self._file)


def resident_bytes(pid: int | None = None) -> int:
    """Resident memory of a process, of this one by default; 0 when it is gone."""
    try:
        pages = int(Path(f"/proc/{pid or 'self'}/statm").read_text("ascii").split()[1])
    except (OSError, IndexError, ValueError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 if pid is None else 0
    return pages * resource.getpagesize()


# --- the child -------------------------------------------------------------------------------------------------------


def main(extract: Extract | None = None) -> None:
    """The child's whole life; returns never. Tests give it an `extract` of their own."""
    from crawler import log
    from crawler.extract import extract as ours
    from crawler.fetch.loop import run

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    assignment = Assignment.model_validate_json(sys.stdin.buffer.readline())
    log.configure(verbose=assignment.verbose)
    reason = run(_Child(assignment, extract or ours).work())
    _say({"ended": reason})
    os._exit(0)  # a thread may still wait for a database that does not answer; everything is stored or open


def _say(message: Mapping[str, object]) -> None:
    with suppress(BrokenPipeError):
        os.write(1, json.dumps(message, ensure_ascii=False).encode() + b"\n")


class _Child:
    """The worker's loop and what ends it."""

    def __init__(self, assignment: Assignment, extract: Extract) -> None:
        self.assignment = assignment
        self.extract = extract
        self.ending = ""  # why it ends, once it does
        self._started = monotonic()
        self._log = get_log()
        self._checks: dict[str, asyncio.Task[Any]] = {}  # by host

    async def work(self) -> str:
        """Works until told to stop or too old; the reason."""
        from crawler import outlets
        from crawler.crawl import Crawl
        from crawler.db import Database
        from crawler.fetch.fetcher import Fetcher
        from crawler.store import Stored

        a = self.assignment
        known = outlets.load(a.outlet_folders, use=a.use, shipped=a.shipped)
        database = Database(a.database_url)
        store = Stored(database, a.evidence, a.crawl, _now)
        note = Note(a.state / "worker.note")
        beating = asyncio.ensure_future(self._beat())
        listening = asyncio.ensure_future(self._listen())
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self.end, "SIGTERM")
        async with Fetcher(a.crawl, store.leases, _now) as fetcher:
            crawl = Crawl(
                fetcher,
                store,
                known.by_id,
                a.crawl,
                on_event=_report,
                attention=note,
                extract=self.extract,
                bounded=True,
            )
            _say({"ready": os.getpid()})
            await self._begin(store, known, note)
            while not self.ending:
                await self._tick(crawl, store)
                await asyncio.sleep(TICK_S)
            await self._wind_up(crawl)
        with suppress(TimeoutError):
            await asyncio.wait_for(store.close(), 1.0)
        for background in (beating, listening):
            background.cancel()
        note.close()
        return self.ending

    def end(self, reason: str) -> None:
        self.ending = self.ending or reason

    async def _listen(self) -> None:
        """Ends the worker when the parent says so or is gone."""
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := await reader.readline():
            with suppress(ValueError):
                if json.loads(line).get("stop"):
                    self.end("stop")
        self.end("the parent is gone")

    async def _beat(self) -> None:
        """Heartbeats come from the loop itself: a page that holds it up silences them."""
        while True:
            rss = resident_bytes()
            _say({"alive": _now().isoformat(), "rss": rss})
            if rss > self.assignment.worker.memory:
                self.end(f"recycle: {rss // 10**6} MB resident")
            if monotonic() - self._started > self.assignment.worker.recycle_after.total_seconds():
                self.end("recycle: age")
            await asyncio.sleep(TICK_S)

    async def _begin(self, store: Stored, known: Outlets, note: Note) -> None:
        """Counts what an earlier worker died over, and brings the rows in step with the outlets."""
        subject = note.leftover()
        while not self.ending:
            try:
                await store.apart(lambda: _bring_in_step(store, known, subject, self.assignment.crawl))
                return
            except Exception as error:
                self._log.error("cannot begin", reason=str(error).splitlines()[0])
                await asyncio.sleep(PAUSE_AFTER_TROUBLE_S)

    async def _tick(self, crawl: Crawl, store: Stored) -> None:
        """Claims what is due and starts its check."""
        self._checks = {host: task for host, task in self._checks.items() if not task.done()}
        free = AT_ONCE - len(self._checks)
        if free <= 0:
            return
        busy = set(self._checks)
        try:
            due, again = await store.apart(lambda: _claim(store, crawl.outlets, busy, free, self.assignment.crawl))
        except Exception as error:
            self._log.error("cannot see what is due", reason=str(error).splitlines()[0])
            await asyncio.sleep(PAUSE_AFTER_TROUBLE_S)
            return
        for entry_point in due:
            self._checks[entry_point.host] = asyncio.ensure_future(crawl.read(entry_point))
        for one in again:
            self._checks[one.host] = asyncio.ensure_future(crawl.revisit(one))

    async def _wind_up(self, crawl: Crawl) -> None:
        """The page in flight ends; what is left stays open in the database."""
        crawl.stop()
        within_s = RECYCLE_WITHIN_S if self.ending.startswith("recycle") else STOP_WITHIN_S
        if self._checks:
            await asyncio.wait(self._checks.values(), timeout=within_s)
        for task in self._checks.values():
            task.cancel()
        await asyncio.gather(*self._checks.values(), return_exceptions=True)


def _now() -> datetime:
    return datetime.now(UTC)


def _report(event: Event) -> None:
    from crawler.crawl import ArticleEnded
    from crawler.types import Saved

    if isinstance(event, ArticleEnded):
        if isinstance(event.stored, Saved):
            _say({"article": event.stored.article_id})
        return
    entry_point, end = event.entry_point, event.end
    counts = {name: getattr(end, name) for name in ("listed", "saved", "unchanged", "rejected", "failed", "took_ms")}
    said = {"outlet": entry_point.outlet, "url": entry_point.url, "first": entry_point.first}
    _say({"check": {**said, "outcome": end.outcome, "reason": end.reason, **counts}})


def _bring_in_step(store: Stored, known: Outlets, subject: str, crawl: CrawlSection) -> None:
    from crawler import known as addresses
    from crawler import schedule

    with store.database.begin() as session:
        schedule.sync(session, known.by_id.values(), crawl, _now())
        schedule.resume(session, _now())
        if not subject:
            return
        kills = addresses.blame(session, subject, _now()) or schedule.blame(session, subject, crawl, _now())
    quarantined = kills >= addresses.KILLS_TO_QUARANTINE
    get_log().warning("a worker died", over=subject, kills=kills, outcome="quarantined" if quarantined else "suspect")


def _claim(
    store: Stored, outlets: Collection[str], busy: set[str], limit: int, crawl: CrawlSection
) -> tuple[list[DueEntryPoint], list[DueRevisit]]:
    """What is due now, entry points before articles. Asks without the write lock first: mostly nothing is."""
    from crawler import revisits, schedule

    with store.database.read() as session:
        if not schedule.anything_due(session, _now()) and not revisits.anything_due(session, _now(), crawl.revisits):
            return [], []
    with store.database.begin() as session:
        due = schedule.due(session, _now(), limit, busy_hosts=busy, outlets=outlets)
        taken = busy | {one.host for one in due}
        free = min(limit - len(due), REVISITS_AT_ONCE)
        again = revisits.due(session, _now(), free, which=crawl.revisits, busy_hosts=taken, outlets=outlets)
    return due, again


# --- the parent's side -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Started:
    pid: int


@dataclass(frozen=True, slots=True)
class ArticleStored:
    """A new revision is committed: the matcher may look."""

    article_id: int


@dataclass(frozen=True, slots=True)
class Checked:
    """An entry point was read; see `schedule.CheckEnd` for the words."""

    outlet: str
    url: str
    first: bool
    outcome: str
    reason: str
    listed: int
    saved: int
    unchanged: int
    rejected: int
    failed: int
    took_ms: int


@dataclass(frozen=True, slots=True)
class Ended:
    """A worker process is gone; another one follows unless it was told to stop."""

    reason: str
    exit_code: int


Report = Started | ArticleStored | Checked | Ended

_FIRST_WAIT_S = 1.0
_LONGEST_WAIT_S = 60.0


class WorkerProcess:
    """Keeps one crawl worker alive: restarts one that ended, kills one that stalls or eats memory.

    `start()`, then `async for report in worker.reports()`, at the end `stop()`. `alive_at` is the monotonic moment of
    the last heartbeat, for a watchdog.
    """

    def __init__(
        self, assignment: Assignment, command: Sequence[str] = (sys.executable, "-m", "crawler.worker")
    ) -> None:
        self.assignment = assignment
        self.alive_at = 0.0
        self.rss_bytes = 0
        self.pid: int | None = None
        self._command = tuple(command)
        self._reports: asyncio.Queue[Report | None] = asyncio.Queue()
        self._child: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None
        self._reason = ""
        self._beaten = False  # this child's heart has beaten

    async def start(self) -> None:
        """Starts the worker and its keeper."""
        self.alive_at = monotonic()
        self._keeping = asyncio.ensure_future(self._keep())

    async def reports(self) -> AsyncIterator[Report]:
        """What the worker says, until it has stopped for good."""
        while (report := await self._reports.get()) is not None:
            yield report

    async def stop(self, within_s: float = 6.0) -> None:
        """Asks the worker to finish its page, then SIGTERM, then SIGKILL; returns when it is gone."""
        self._stopping.set()
        child = self._child
        if child is not None and child.returncode is None:
            with suppress(ConnectionError, RuntimeError):
                assert child.stdin is not None
                child.stdin.write(b'{"stop": true}\n')
                child.stdin.close()
            for action, wait_s in ((child.terminate, within_s * 0.85), (child.kill, within_s * 0.15)):
                with suppress(TimeoutError):
                    await asyncio.wait_for(child.wait(), wait_s)
                    break
                with suppress(ProcessLookupError):
                    action()
        if self._keeping is not None:
            await self._keeping

    async def _keep(self) -> None:
        wait_s = _FIRST_WAIT_S
        while not self._stopping.is_set():
            began = monotonic()
            ended = await self._life()
            self._reports.put_nowait(ended)
            if self._stopping.is_set():
                break
            get_log().warning("worker ended", reason=ended.reason, exit_code=ended.exit_code)
            if ended.reason.startswith("recycle"):
                continue
            wait_s = _FIRST_WAIT_S if monotonic() - began > _LONGEST_WAIT_S else min(wait_s * 2, _LONGEST_WAIT_S)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), wait_s / 2)
        self._reports.put_nowait(None)

    async def _life(self) -> Ended:
        """One child from its start to its end."""
        self._reason, self._beaten, self.alive_at = "", False, monotonic()
        try:
            child = await asyncio.create_subprocess_exec(
                *self._command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=1 << 20
            )
        except OSError as error:
            return Ended(f"cannot be started: {error.strerror}", -1)
        self._child, self.pid = child, child.pid
        assert child.stdin is not None
        with suppress(ConnectionError):
            child.stdin.write(self.assignment.line())
            await child.stdin.drain()
        watching = asyncio.ensure_future(self._watch(child))
        try:
            await self._hear(child)
            code = await child.wait()
        finally:
            watching.cancel()
            with suppress(ProcessLookupError):
                child.kill()
            self.pid = None
        return Ended(self._reason or _death(code), code)

    async def _hear(self, child: asyncio.subprocess.Process) -> None:
        assert child.stdout is not None
        async for line in child.stdout:
            try:
                said = json.loads(line)
            except ValueError:
                continue  # a line cut by a SIGKILL
            if "alive" in said:
                self.alive_at, self.rss_bytes, self._beaten = monotonic(), int(said["rss"]), True
            elif "article" in said:
                self._reports.put_nowait(ArticleStored(said["article"]))
            elif "check" in said:
                self._reports.put_nowait(Checked(**said["check"]))
            elif "ready" in said:
                self.alive_at = monotonic()
                self._reports.put_nowait(Started(said["ready"]))
            elif "ended" in said:
                self._reason = said["ended"]

    async def _watch(self, child: asyncio.subprocess.Process) -> None:
        """Kills a child whose loop makes no progress, or whose memory is twice what it may be before it recycles."""
        worker = self.assignment.worker
        while True:
            stall_s = (
                worker.stall.total_seconds() if self._beaten else max(worker.stall.total_seconds(), STARTS_WITHIN_S)
            )
            await asyncio.sleep(min(TICK_S, stall_s / 4))
            rss = resident_bytes(child.pid)
            if monotonic() - self.alive_at > stall_s:
                self._reason = f"killed: no progress for {stall_s:g} s"
            elif rss > 2 * worker.memory:
                self._reason = f"killed: {rss // 10**6} MB resident"
            else:
                continue
            with suppress(ProcessLookupError):
                child.kill()
            return


def _death(code: int) -> str:
    if code < 0:
        with suppress(ValueError):
            return f"died of {signal.Signals(-code).name}"
    return f"exited with {code}"


if __name__ == "__main__":
    main()
