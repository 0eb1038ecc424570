"""The daemon: the one place that knows the machinery of both packages. Everything it does is a step that can run twice.

every five minutes: health_rows.keep    a row for every outlet whose health changed
every minute: notices                  that we live, outages, the daily line, what the operator must know
every second (APScheduler), and whenever the worker reports an article:
    match_pending(...)     in a thread, with the monitor rebuilt when a watchlist changed
    send_due(...)          what was matched, or fell due
the crawl worker           a child process; its reports wake the matcher, its death starts another
the bot                    Telegram's updates, in this loop
the watchdog               fed only while matching, sending and crawling make progress
"""

from __future__ import annotations

import asyncio
import gc
import os
import secrets
import signal
import sys
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from alerts import bot, channels, deliver, notices, recount, subscriptions, systemd, watchlists
from alerts.config import Settings
from alerts.first_report import FirstReport, Report
from alerts.match import Matched, match_pending
from alerts.monitor import Monitor
from crawler import coverage, health_rows, schedule
from crawler.db import Database
from crawler.errors import DatabaseError, WrongToken
from crawler.log import get_log
from crawler.outlets import Outlets
from crawler.worker import ArticleStored, Assignment, Ended, WorkerProcess

log = get_log()

TICK_S = 1.0
RECOUNT_EVERY_S = 10.0
JUDGE_EVERY_S = 300.0
VOUCH_EVERY_S = 60.0
SHORTEST_PATIENCE = timedelta(hours=1)
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

    def note(self, part: str, at: float | None = None) -> None:
        """`part` did something, now or at a moment of time.monotonic()."""
        self._seen[part] = time.monotonic() if at is None else at

    def overdue(self) -> list[str]:
        """The parts that have made no progress for too long."""
        at = time.monotonic()
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
        *,
        verbose: bool = False,
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
        self.worker = WorkerProcess(assignment(settings, verbose=verbose))
        self.monitor: Monitor[int] = Monitor()
        self.watchlists_version = -1
        self.report = FirstReport(outlets.by_id, show_report, now())
        self.reach = notices.Reach()
        self.unsettled = deliver.Unsettled()
        self.database_pause_s = DATABASE_PAUSE_S
        self.recount_at = 0.0  # of time.monotonic(): the next look for messages whose counts have changed
        self.closed: dict[str, str] = {}  # channels that cannot be used, and why
        # An outlet may be asked twice as rarely as anything ought to be before nothing read is an outage.
        self.patience = max(SHORTEST_PATIENCE, 2 * settings.config.crawl.every_max)

    async def run(self) -> None:
        """Raises ChannelError when a second program polls with our token; nothing else is worth dying for."""
        scheduler = AsyncIOScheduler(job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None})
        scheduler.add_job(self._tick, "interval", seconds=TICK_S)
        scheduler.add_job(self._judge, "interval", seconds=JUDGE_EVERY_S)
        scheduler.add_job(self._vouch, "interval", seconds=VOUCH_EVERY_S, next_run_time=now())
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
        with suppress(DatabaseError, SQLAlchemyError):
            await asyncio.to_thread(deliver.settle_left, self.database, self.unsettled)
        with suppress(Exception):
            await channels.close(self.channels)

    def _tick(self) -> None:
        self.to_match.set()
        self.to_send.set()
        if self.worker.alive_at:
            self.progress.note("worker", self.worker.alive_at)
        overdue = self.progress.overdue()
        if overdue:
            log.error("no progress", parts=overdue)
        else:
            systemd.notify("WATCHDOG=1")

    async def _judge(self) -> None:
        """What became of the outlets' health, as rows; whoever tells the operator reads them."""
        try:
            await asyncio.to_thread(self._judge_now)
        except DatabaseError as error:
            log.error("database", part="health", error=str(error))

    def _judge_now(self) -> None:
        for change in health_rows.keep(self.database, self.outlets.by_id, now()):
            log.info("health", outlet=change.outlet, was=change.was, state=change.state, cause=change.cause)

    async def _vouch(self) -> None:
        """Notices of ourselves, and the heartbeat while all goes well."""
        if self.progress.overdue():
            return  # a part that is stuck must be missed
        try:
            trouble = await asyncio.to_thread(self._vouch_now)
        except (DatabaseError, SQLAlchemyError) as error:
            log.error("database", part="notices", error=str(error))
            return
        self.to_send.set()
        url = self.settings.config.alerts.heartbeat_url
        if trouble:
            log.warning("not well", reason=trouble)
        elif url:
            await notices.ping(url)

    def _vouch_now(self) -> str:
        """What stands still, or ''."""
        at, known, wanted = now(), self.outlets.by_id, self.settings.config
        told = len(self.reach.back)
        with self.database.begin() as session:
            notices.beat(session, at, self.reach, self.patience)
        del self.reach.back[:told]
        with self.database.read() as session:
            trouble = notices.well(session, at, self.reach, self.patience)
            due = notices.due_lines(session, at, wanted.alerts.daily_at)
            covered = coverage.summary(session, known, at) if due else None
        operator = notices.Operator(wanted.operator, self.channels.keys())
        with self.database.begin() as session:
            if covered is not None:
                notices.daily(session, due, covered, at)
            notices.report_health(session, known, operator, at, wanted.alerts.daily_at)
            for name, reason in self.closed.items():
                params = {"channel": name, "reason": reason}
                notices.tell_operator(
                    session, operator, "channel_closed", params, at, unique=f"closed:{name}:{at.date()}"
                )
            notices.reroute(session, operator, at)
        return trouble

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
                await self._pause(self.database_pause_s)
            except Exception:
                log.exception("step failed", part=part)
                await self._pause(self.database_pause_s)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), seconds)

    async def _match(self) -> None:
        matched = await asyncio.to_thread(self._match_now)
        if matched:
            self.to_send.set()
        await asyncio.to_thread(self.report.print_when_ready, self.database, now())

    def _read_watchlists(self) -> None:
        """Brings the monitor up to date when a watchlist changed."""
        with self.database.read() as session:
            changed = watchlists.version(session) != self.watchlists_version
            loaded = watchlists.load(session) if changed else None
        if loaded is None:
            return
        # Thousands of watches are a graph the collector would walk again and again, in the middle of an article.
        gc.unfreeze()
        self.monitor.become(loaded.watches)
        gc.collect()
        gc.freeze()
        self.watchlists_version = loaded.version
        log.info("watches", count=len(loaded.watches), broken=len(loaded.broken))

    def _match_now(self) -> int:
        """In a thread: match what waits; how many alerts that made."""
        done = Matched()
        while not self.stopping.is_set():
            self._read_watchlists()
            with self.database.begin() as session:
                batch = match_pending(
                    session,
                    self.monitor,
                    now(),
                    max_age=self.settings.config.alerts.max_age,
                    outlets=self.outlets.by_id,
                    version=self.watchlists_version,
                )
            if batch.stale:
                continue
            if batch.articles + batch.failed == 0:
                break
            self.progress.note("matcher")
            done += batch
        if done.articles:
            log.info("matched", articles=done.articles, matches=done.matches, alerts=done.alerts, held=done.held)
        return done.alerts

    async def _send(self) -> None:
        if not self.channels:
            return
        ended = await deliver.send_due(
            self.database,
            self.channels,
            self.outlets.by_id,
            self._sender_clock,
            holder=self.holder,
            stopping=self.stopping,
            wait=self.settings.config.alerts.uncertain_wait,
            unsettled=self.unsettled,
        )
        self.reach.hear(ended.answered, ended.unanswered, now())
        if time.monotonic() >= self.recount_at:
            self.recount_at = time.monotonic() + RECOUNT_EVERY_S
            await recount.edit_due(self.database, self.channels, self.outlets.by_id, self._sender_clock, self.stopping)
        for name, reason in ended.closed.items():
            # The rows stay; a new token and a restart send them.
            self.channels.pop(name, None)
            self.closed[name] = reason
            self.say(f"The channel {name} cannot be used: {reason}. What is to be sent waits in the database.")

    def _sender_clock(self) -> datetime:
        """The time; a sender that asks for it between two messages is alive, however long its queue."""
        self.progress.note("sender")
        return now()

    async def _crawl(self) -> None:
        """The worker's reports wake the matcher. It restarts by itself; here it only starts and stops with us."""
        await self.worker.start()
        stop = asyncio.create_task(self._stop_worker())
        async for report in self.worker.reports():
            if isinstance(report, ArticleStored):
                self.to_match.set()
            elif isinstance(report, Ended):
                self.to_match.set()  # what it stored last may not have been told
        await stop

    async def _stop_worker(self) -> None:
        await self.stopping.wait()
        await self.worker.stop(within_s=STOP_S - 2)

    async def _bot(self) -> None:
        if not self.settings.token:
            await self.stopping.wait()
            return
        try:
            await bot.run(self.settings, self.database, now, self.stopping, self.say)
        except WrongToken as error:
            self.closed["telegram"] = str(error)
            self.channels.pop("telegram", None)
            self.say(str(error))
        await self.stopping.wait()


def assignment(settings: Settings, *, verbose: bool = False) -> Assignment:
    """What the crawl worker is told."""
    use = settings.config.outlets.use
    return Assignment(
        database_url=settings.database_url,
        state=settings.state,
        evidence=settings.evidence,
        outlet_folders=settings.outlet_folders,
        use="all" if isinstance(use, str) else use,
        crawl=settings.config.crawl,
        worker=settings.config.worker,
        verbose=verbose,
    )


def prepare(settings: Settings, database: Database, outlets: Outlets) -> list[str]:
    """Brings rows in step with config.yaml and the outlet YAMLs; returns what was wrong with single watches."""
    try:
        synced = _in_step(settings, database, outlets)
    except IntegrityError:  # another daemon wrote the same rows at the same moment; now they are found
        synced = _in_step(settings, database, outlets)
    return [f"watchlist {line.watchlist}, `{line.text}`: {line.reason}" for line in synced.broken]


def _in_step(settings: Settings, database: Database, outlets: Outlets) -> watchlists.Synced:
    config, at = settings.config, now()
    with database.begin() as session:
        schedule.sync(session, outlets.by_id.values(), config.crawl, at)
        synced = watchlists.sync(session, config.watchlists, at)
        subscriptions.sync(session, config.subscriptions, at)
        _console(session, wanted=not settings.token, at=at)
    return synced


def _console(session: Session, *, wanted: bool, at: datetime) -> None:
    """Without a token every list is printed here; with one, only those somebody asked for."""
    if wanted:
        for choice in subscriptions.choices(session, CONSOLE):
            subscriptions.subscribe(session, choice.watchlist, CONSOLE, at, source="console")
        return
    for row in subscriptions.listed(session, CONSOLE):
        if row.source == "console":
            subscriptions.unsubscribe(session, row.watchlist, CONSOLE)


async def serve(
    settings: Settings,
    database: Database,
    outlets: Outlets,
    say: Callable[[str], None],
    show_report: Callable[[Report], None],
    *,
    verbose: bool = False,
) -> None:
    """Run until SIGINT or SIGTERM."""
    daemon = Daemon(settings, database, outlets, say, show_report, verbose=verbose)
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
        lines.append(
            "No Telegram token: alerts are printed here. To get them on a phone: make a bot at @BotFather, then"
        )
        lines.append(f"  RASAD_TELEGRAM_TOKEN=... {rasad_path()} run")
    return lines


def rasad_path() -> str:
    """How to call this program again."""
    from pathlib import Path

    beside = Path(sys.executable).parent / "rasad"
    return str(beside) if beside.exists() else f"{sys.executable} -m alerts"
