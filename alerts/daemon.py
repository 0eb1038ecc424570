"""The daemon: the one place that knows the machinery of both packages. Everything it does is a step that can run twice.

    every second (APScheduler), and whenever the worker reports an article:
        match_pending(...)     in a thread, with the monitor rebuilt when a watchlist changed
        send_due(...)          what was matched, or fell due
    the crawl worker           a child process; its reports wake the matcher, its death starts another
    the bot                    Telegram's updates, in this loop
    the watchdog               fed only while matching, sending and crawling make progress
"""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from alerts import bot, channels, deliver, subscriptions, systemd, watchlists
from alerts.config import Settings
from alerts.first_report import FirstReport, Report
from alerts.match import match_pending
from alerts.monitor import Monitor
from crawler import schedule
from crawler.db import Database
from crawler.errors import ChannelError, DatabaseError
from crawler.log import get_log
from crawler.outlets import Outlets
from crawler.worker import WorkerProcess

log = get_log()

TICK_S = 1.0
STOP_S = 8.0  # of the ten seconds a person waits after Ctrl-C
DATABASE_PAUSE_S = 5.0  # after a locked, full or unreachable database, before the next try
CONSOLE = "console:"


def now() -> datetime:
    return datetime.now(UTC)


class Progress:
    """When each part last did what it is there for. The watchdog is fed only while none is overdue."""

    def __init__(self, allowed_s: float) -> None:
        self.allowed_s = allowed_s
        self._seen: dict[str, float] = {}

    def note(self, part: str) -> None:
        self._seen[part] = asyncio.get_running_loop().time()

    def overdue(self) -> list[str]:
        """The parts that have made no progress for too long."""
        at = asyncio.get_running_loop().time()
        return [part for part, seen in self._seen.items() if at - seen > self.allowed_s]


class Daemon:
    """One run of the daemon. `run()` returns when it was told to stop and everything in flight has ended."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        outlets: Outlets,
        say: Callable[[str], None],
        show_report: Callable[[Report], None],
    ) -> None:
        self.settings = settings
        self.database = database
        self.outlets = outlets
        self.say = say
        self.holder = f"{os.uname().nodename}-{os.getpid()}-{secrets.token_hex(3)}"
        self.stopping = asyncio.Event()
        self.to_match = asyncio.Event()
        self.to_send = asyncio.Event()
        self.progress = Progress(allowed_s=90.0)
        self.channels = channels.connect(settings)
        self.worker = WorkerProcess(settings.worker_orders(), settings.config.worker)
        self.monitor = Monitor([])
        self.watchlists_version: object = None
        self.report = FirstReport(outlets.by_id, show_report, now())

    async def run(self) -> None:
        """Raises ChannelError when a second program polls with our token; nothing else is worth dying for."""
        scheduler = AsyncIOScheduler(job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None})
        scheduler.add_job(self._tick, "interval", seconds=TICK_S)
        parts = [
            asyncio.create_task(part, name=name)
            for name, part in (
                ("matcher", self._repeat("matcher", self.to_match, self._match)),
                ("sender", self._repeat("sender", self.to_send, self._send)),
                ("worker", self._crawl()),
                ("bot", self._bot()),
            )
        ]
        scheduler.start()
        systemd.notify("READY=1")
        stopped = asyncio.create_task(self.stopping.wait(), name="stop")
        try:
            done, _ = await asyncio.wait([*parts, stopped], return_when=asyncio.FIRST_COMPLETED)
            for part in done - {stopped}:
                part.result()  # a part ends by itself only when it raises
        finally:
            self.stopping.set()
            systemd.notify("STOPPING=1")
            scheduler.shutdown(wait=False)
            await self._wind_down(parts)

    async def _wind_down(self, parts: list[asyncio.Task[None]]) -> None:
        """The send in flight ends, the worker stops, then everything is closed; never longer than STOP_S."""
        self.to_match.set()
        self.to_send.set()
        _, late = await asyncio.wait(parts, timeout=STOP_S)
        for part in late:
            log.warning("cut off", part=part.get_name())
            part.cancel()
        with suppress(Exception):
            await channels.close(self.channels)

    def _tick(self) -> None:
        self.to_match.set()
        self.to_send.set()
        overdue = self.progress.overdue()
        if overdue:
            log.error("no progress", parts=overdue)
        else:
            systemd.notify("WATCHDOG=1")

    async def _repeat(self, part: str, wanted: asyncio.Event, step: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """`step` whenever it is wanted. Its failure is logged and tried again: rows wait, nothing is lost."""
        while not self.stopping.is_set():
            self.progress.note(part)
            await wanted.wait()
            wanted.clear()
            try:
                await step()
            except DatabaseError as error:
                log.error("database", part=part, error=str(error))
                await self._pause(DATABASE_PAUSE_S)
            except Exception:
                log.exception("step failed", part=part)
                await self._pause(DATABASE_PAUSE_S)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), seconds)

    async def _match(self) -> None:
        matched = await asyncio.to_thread(self._match_now)
        if matched:
            self.to_send.set()
        await asyncio.to_thread(self.report.print_when_ready, self.database, now())

    def _match_now(self) -> int:
        """In a thread: rebuild the monitor when a watchlist changed, match what waits; how many alerts that made."""
        with self.database.read() as session:
            version = watchlists.version(session)
            loaded = watchlists.load(session) if version != self.watchlists_version else None
        if loaded is not None:
            self.monitor = Monitor(loaded)
            self.watchlists_version = version
            log.info("watches", count=len(loaded))
        matched = match_pending(self.database, self.monitor, now(), max_age=self.settings.config.alerts.max_age)
        return matched.alerts

    async def _send(self) -> None:
        if not self.channels:
            return
        ended = await deliver.send_due(
            self.database,
            self.channels,
            self.outlets.by_id,
            now,
            holder=self.holder,
            stopping=self.stopping,
            wait=self.settings.config.alerts.uncertain_wait,
        )
        for name, reason in ended.closed.items():
            # The rows stay; a new token and a restart send them.
            self.channels.pop(name, None)
            self.say(f"The channel {name} cannot be used: {reason}. What is to be sent waits in the database.")

    async def _crawl(self) -> None:
        async for event in self.worker.events(self.stopping):
            self.progress.note("worker")
            if event.kind == "article":
                self.to_match.set()

    async def _bot(self) -> None:
        if not self.settings.token:
            await self.stopping.wait()
            return
        try:
            await bot.run(self.settings, self.database, now, self.stopping, self.say)
        except ChannelError as error:
            if "token" not in str(error):
                raise
            self.say(str(error))
        await self.stopping.wait()


def prepare(settings: Settings, database: Database, outlets: Outlets) -> list[str]:
    """Brings rows in step with config.yaml and the outlet YAMLs; returns what was wrong with single watches."""
    config, at = settings.config, now()
    with database.begin() as session:
        schedule.sync(session, outlets.by_id.values(), config.crawl, at)
        problems = watchlists.sync(session, config.watchlists, at)
        subscriptions.sync(session, config.subscriptions, at)
        if not settings.token:
            for watchlist in config.watchlists:
                subscriptions.subscribe(session, watchlist, CONSOLE, at, source="console")
    return problems


async def serve(
    settings: Settings,
    database: Database,
    outlets: Outlets,
    say: Callable[[str], None],
    show_report: Callable[[Report], None],
) -> None:
    """Run until SIGINT or SIGTERM."""
    daemon = Daemon(settings, database, outlets, say, show_report)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, daemon.stopping.set)
    await daemon.run()


def greeting(settings: Settings) -> list[str]:
    """The first lines a person reads."""
    lines = [f"Rasad is running. Call it as {rasad_path()} (try: {rasad_path()} --help). Ctrl-C stops it."]
    if settings.path is None:
        lines.append("No config.yaml was found: all shipped outlets, no watchlists. See docs/guide/config.md.")
    if not settings.token:
        lines.append("No Telegram token: alerts are printed here. To get them on a phone: make a bot at @BotFather, then")
        lines.append(f"  RASAD_TELEGRAM_TOKEN=... {rasad_path()} run")
    return lines


def rasad_path() -> str:
    """How to call this program again."""
    from pathlib import Path

    beside = Path(sys.executable).parent / "rasad"
    return str(beside) if beside.exists() else f"{sys.executable} -m alerts"
