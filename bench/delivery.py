"""From the article in the store to the message accepted, and what becomes of a queue that piled up.

The matcher and the sender of the daemon run here as they do there; the Bot API is a process of its own that takes 50 ms
for each message. Ten messages a second over fifty chats; then 5,000 rows that waited two hours.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from alerts import daemon
from alerts.config import Config, Settings
from alerts.models import Alert, Delivery
from crawler import log
from crawler.db import Database
from crawler.models import Article, Story
from crawler.outlets import Outlets
from migrations import schema
from tests.quality.figure import Figure, Skipped

CHATS = 50
PER_SECOND = 10
SECONDS = 45  # nine messages a chat: more than ten an hour would become a digest
WARM_UP = 3
PENDING = 5_000
TOKEN = "424242:" + "b" * 35
SYLLABLES = ("zor", "van", "kem", "tul", "pir")


def measure(data: Path | None) -> Iterable[Figure | Skipped]:
    """Seconds from store to accepted; messages, pace and memory after downtime. On SQLite."""
    log.configure(quiet=True)
    with _running() as (running, database, accepted):
        took = asyncio.run(_stream(running, database, accepted))
    took.sort()
    note = f"{len(took)} messages, longest {took[-1]:.2f} s"
    yield Figure("delivery.stored_to_accepted.median_s", statistics.median(took), 1.0, True, note=note)
    yield Figure("delivery.stored_to_accepted.p95_s", took[int(len(took) * 0.95)], 3.0, True)
    with _running() as (running, database, accepted):
        _pile_up(database)
        grown = asyncio.run(_drain(running, database))
        messages = accepted()
    told = sum(int(message["text"].removeprefix("<b>").split()[0]) for message in messages)
    note = f"they tell of {told} of {PENDING} alerts"
    yield Figure("delivery.after_downtime.messages", len(messages), float(CHATS), True, note=note)
    yield Figure("delivery.after_downtime.alerts_told", told / PENDING, 1.0)
    yield Figure("delivery.after_downtime.most_in_a_second", _most_in_a_second(messages), 30.0, True)
    yield Figure(
        "delivery.after_downtime.grown_mb", grown, 40.0, True, note="resident memory while folding and sending"
    )


def word(number: int) -> str:
    """A word nobody uses, of a chat."""
    return "".join(SYLLABLES[number // 5**place % 5] for place in range(3)).capitalize()


@contextmanager
def _running() -> Iterator[tuple[daemon.Daemon, Database, Any]]:
    """A daemon with fifty lists and chats, its empty database, and what the Bot API has accepted."""
    with tempfile.TemporaryDirectory(prefix="rasad-bench-") as folder:
        accepted = Path(folder) / "accepted.jsonl"
        port = _free_port()
        words = ["-m", "tests.delivery.fake_telegram", "--port", str(port), "--log", str(accepted), "--latency", "0.05"]
        api = subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE)
        assert api.stdout is not None
        url = api.stdout.readline().decode().strip()
        database = Database(f"sqlite:///{folder}/rasad.db")
        try:
            schema.upgrade(database)
            settings = _settings(Path(folder), database, url)
            daemon.prepare(settings, database, Outlets({}))
            running = daemon.Daemon(settings, database, Outlets({}), print, lambda report: None)
            running.report.done = True
            yield running, database, lambda: [json.loads(line) for line in accepted.read_text("utf-8").splitlines()]
        finally:
            api.kill()
            api.wait()
            database.close()


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _settings(folder: Path, database: Database, url: str) -> Settings:
    names = [f"list-{number}" for number in range(CHATS)]
    config = Config.model_validate(
        {
            "telegram": {"base_url": url, "owners": [1]},
            "watchlists": {name: {"watches": [word(number)]} for number, name in enumerate(names)},
            "subscriptions": [
                {"watchlist": name, "to": f"telegram:{1000 + number}"} for number, name in enumerate(names)
            ],
        }
    )
    return Settings(config, None, folder, str(database.url), TOKEN)


async def _parts(running: daemon.Daemon) -> list[asyncio.Task[None]]:
    """Matcher, sender and tick, as in Daemon.run."""

    async def tick() -> None:
        while not running.stopping.is_set():
            running.to_match.set()
            running.to_send.set()
            await asyncio.sleep(daemon.TICK_S)

    matcher = running._repeat("matcher", running.to_match, running._match)
    sender = running._repeat("sender", running.to_send, running._send)
    return [asyncio.create_task(part) for part in (matcher, sender, tick())]


async def _end(running: daemon.Daemon, parts: list[asyncio.Task[None]]) -> None:
    running.stopping.set()
    running.to_match.set()
    running.to_send.set()
    await asyncio.wait(parts)


async def _stream(running: daemon.Daemon, database: Database, accepted: Any) -> list[float]:
    """Articles at an even pace, each for one chat; seconds until each was accepted."""
    parts = await _parts(running)
    stored: dict[str, float] = {}
    for number in range(-WARM_UP, 0):
        await asyncio.to_thread(_store, database, number)
        running.to_match.set()
    await asyncio.sleep(5)
    started = time.monotonic()
    for number in range(PER_SECOND * SECONDS):
        await asyncio.sleep(max(0.0, started + number / PER_SECOND - time.monotonic()))
        await asyncio.to_thread(_store, database, number)
        stored[f"Report {number:05d} "] = time.time()
        running.to_match.set()  # as the worker's report does
    for _ in range(60):
        if len(accepted()) >= len(stored) + WARM_UP:
            break
        await asyncio.sleep(0.5)
    await _end(running, parts)
    arrived = {key: row["at"] for row in accepted() for key in stored if key in row["text"]}
    return [arrived[key] - at for key, at in stored.items()]


def _store(database: Database, number: int) -> None:
    with database.begin() as session:
        _article(session, number, word(number % CHATS))


def _article(session: Any, number: int, name: str, at: datetime | None = None) -> Article:
    at = at or datetime.now(UTC)
    story = Story(first_seen_at=at)
    session.add(story)
    session.flush()
    url = f"https://bench.example/{number}"
    text = f"Report {number:05d} says that {name} was seen at the crossing. " + "Nothing else was told that day. " * 40
    article = Article(
        url=url, canonical_url=url, outlet="bench", story_id=story.id, title=f"Report {number:05d} from the crossing",
        authors=[], published_at=at, published_precision="minute", language="en", text=text, folded="",
        text_hash=url, tags=[], notes=[], first_seen_at=at, changed_at=at, from_first_crawl=False,
    )  # fmt: skip
    session.add(article)
    session.flush()
    return article


def _pile_up(database: Database) -> None:
    """A hundred alerts, each on its way to every chat for two hours."""
    at = datetime.now(UTC) - timedelta(hours=2)
    with database.begin() as session:
        for number in range(PENDING // CHATS):
            article = _article(session, number, "nobody", at)
            article.matched_revision = article.revision
            alert = Alert(
                id=f"b{number:05d}", story_id=article.story_id, article_id=article.id, revision=1, alleged=False,
                created_at=at,
            )  # fmt: skip
            session.add(alert)
            session.flush()
            session.add_all(
                Delivery(
                    alert_id=alert.id, digest=[], address=f"telegram:{1000 + chat}", watchlists=[f"list-{chat}"],
                    not_before=at, created_at=at,
                )
                for chat in range(CHATS)
            )  # fmt: skip


async def _drain(running: daemon.Daemon, database: Database) -> float:
    """Until nothing waits; by how many MB the process grew at most."""
    from sqlalchemy import func, select

    before = _resident_mb()
    parts, most = await _parts(running), before
    open_rows = (
        select(func.count()).select_from(Delivery).where(Delivery.status.in_(("pending", "leased", "uncertain")))
    )
    for _ in range(600):
        await asyncio.sleep(0.1)
        most = max(most, _resident_mb())
        with database.read() as session:
            if not session.scalar(open_rows):
                break
    await _end(running, parts)
    return most - before


def _resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * 4096 / 1e6


def _most_in_a_second(messages: list[dict[str, Any]]) -> float:
    """Messages accepted in the busiest second of all chats; no chat may have had two in one."""
    by_chat: dict[str, list[float]] = {}
    for message in messages:
        by_chat.setdefault(message["chat"], []).append(message["at"])
    for times in by_chat.values():
        close = [later - earlier for earlier, later in zip(sorted(times), sorted(times)[1:], strict=False)]
        if min(close, default=1.0) < 0.9:
            raise AssertionError("a chat got two messages within a second")
    return float(max(Counter(int(message["at"]) for message in messages).values()))
