"""Real processes, really killed: every alert arrives, and every repeat says that it may be one."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from sqlalchemy import select

from alerts.models import Delivery
from crawler.db import Database
from tests.delivery.fake_telegram import FakeTelegram
from tests.delivery.world import filled

CHATS, EACH, KILLS = 6, 3, 4


def start(database: Database, api: FakeTelegram) -> subprocess.Popen[bytes]:
    url = database.url.render_as_string(hide_password=False)
    return subprocess.Popen([sys.executable, "-m", "tests.delivery.sender", url, api.url])


def wait_for_more(api: FakeTelegram, count: int) -> None:
    """Until `count` messages have been accepted in all."""
    with api.lock:
        assert api.lock.wait_for(lambda: len(api.accepted) >= count, timeout=30)


def wait_until_done(database: Database) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with database.read() as session:
            if set(session.scalars(select(Delivery.status))) == {"sent"}:
                return
        time.sleep(0.05)
    raise AssertionError("not everything was sent")


def arrived(api: FakeTelegram) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
    """(chat, alert) of unmarked messages and of those marked as possible repeats."""
    unmarked: Counter[tuple[str, str]] = Counter()
    marked: Counter[tuple[str, str]] = Counter()
    for row in api.accepted:
        alert_id = row["text"].splitlines()[-1].split(" · ")[0]
        (marked if row["text"].startswith(f"May be a repeat of {alert_id}\n") else unmarked)[row["chat"], alert_id] += 1
    return unmarked, marked


def test_sigkill_loses_nothing_and_marks_repeats(database: Database, tmp_path: Path) -> None:
    """Killed the moment the API has accepted a message, before the sender can know."""
    filled(database, *(f"telegram:{number}" for number in range(1, CHATS + 1)), each=EACH, urgent=True)
    with FakeTelegram(tmp_path / "log", latency_s=0.02) as api:
        for _ in range(KILLS):
            sender = start(database, api)
            wait_for_more(api, len(api.accepted) + 1)
            sender.send_signal(signal.SIGKILL)
            sender.wait()
        sender = start(database, api)
        wait_until_done(database)
        sender.send_signal(signal.SIGTERM)
        assert sender.wait(10) == 0
    unmarked, marked = arrived(api)
    assert len(unmarked | marked) == CHATS * EACH
    assert set(unmarked.values()) == {1}
    assert marked.total() > 0


def test_sigterm_doubles_nothing(database: Database, tmp_path: Path) -> None:
    """Stopped in the middle of sending, again and again: everything once, nothing marked."""
    filled(database, *(f"telegram:{number}" for number in range(1, CHATS + 1)), each=EACH, urgent=True)
    with FakeTelegram(tmp_path / "log", latency_s=0.05) as api:
        for _ in range(2):
            sender = start(database, api)
            wait_for_more(api, len(api.accepted) + 1)
            sender.send_signal(signal.SIGTERM)
            assert sender.wait(10) == 0
        sender = start(database, api)
        wait_until_done(database)
        sender.send_signal(signal.SIGTERM)
        assert sender.wait(10) == 0
    unmarked, marked = arrived(api)
    assert (len(unmarked), set(unmarked.values()), marked.total()) == (CHATS * EACH, {1}, 0)
