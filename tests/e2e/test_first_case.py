"""The first case, through the whole chain as processes: feed, crawl, store, match, alert, message."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.demo.replay import World
from crawler.db import Database
from tests.delivery.fake_telegram import FakeTelegram
from tests.e2e import world

TOKEN = "424242:" + "a" * 35
CHAT = 4711


@pytest.fixture
def replay(tmp_path: Path) -> Iterator[World]:
    world.build(tmp_path / "world")
    with World(tmp_path / "world") as running:
        yield running


@pytest.fixture
def telegram(tmp_path: Path) -> Iterator[FakeTelegram]:
    with FakeTelegram(tmp_path / "accepted.jsonl") as api:
        yield api


@pytest.fixture
def config(tmp_path: Path, replay: World, telegram: FakeTelegram, database: Database) -> Path:
    """A configuration on SQLite and on PostgreSQL: one line differs."""
    address = database.url.render_as_string(hide_password=False)
    return world.configure(
        tmp_path, proxy=replay.address, database=address, telegram=telegram.url, chats=[f"telegram:{CHAT}"]
    )


def read_once(database: Database) -> bool:
    with database.read() as session:
        from crawler.models import Article

        return session.query(Article).count() >= 1


def test_the_first_case_arrives(
    tmp_path: Path, config: Path, replay: World, telegram: FakeTelegram, database: Database
) -> None:
    """One message: alleged, headline, outlet, date, the sentence with the name, the link; nothing of the site's chrome."""
    title, paragraphs = world.seed()
    with world.daemon(config, tmp_path / "daemon.log", RASAD_TELEGRAM_TOKEN=TOKEN) as process:
        world.eventually(lambda: read_once(database), "the first crawl")
        assert [] == telegram.texts(CHAT)
        replay.later()
        world.eventually(lambda: telegram.texts(CHAT), "the alert")
        time.sleep(2.5)  # long enough for a second message, if there wrongly were one
        process.send_signal(signal.SIGINT)
        assert 0 == process.wait(10)
    messages = telegram.texts(CHAT)
    assert 1 == len(messages), messages
    text = messages[0]
    plain = re.sub(r"<[^>]+>|[\u2066-\u2069\u200e\u200f]", "", text)
    sentence = next(paragraph for paragraph in paragraphs if "كيريل أنانيف" in paragraph)
    assert "Alleged" in plain.splitlines()[0]
    assert title in plain
    assert "Furat Daily" in plain
    assert "13 Feb 2018" in plain
    assert "late" in plain
    assert sentence.rstrip(".") in plain
    assert f"http://{world.HOST}/archives/2" in text
    assert [] == [phrase for phrase in world.CHROME if phrase in text]


@pytest.mark.parametrize("victim", ["daemon", "worker"])
def test_a_kill_loses_nothing(
    tmp_path: Path, config: Path, replay: World, telegram: FakeTelegram, database: Database, victim: str
) -> None:
    """SIGKILL right after the world moved on, then a start: the alert arrives all the same."""
    log = tmp_path / "daemon.log"
    with world.daemon(config, log, RASAD_TELEGRAM_TOKEN=TOKEN) as process:
        world.eventually(lambda: read_once(database), "the first crawl")
        replay.later()
        time.sleep(0.7)
        for pid in world.children(process.pid) if victim == "worker" else [process.pid]:
            world.kill(pid)
        if victim == "worker":
            world.eventually(lambda: telegram.texts(CHAT), "the alert after the worker's death")
    if victim == "daemon":
        with world.daemon(config, log, RASAD_TELEGRAM_TOKEN=TOKEN):
            world.eventually(lambda: telegram.texts(CHAT), "the alert after the daemon's death")
    texts = telegram.texts(CHAT)
    assert all("repeat" in text for text in texts[1:])


def test_two_daemons_by_mistake(tmp_path: Path, replay: World, telegram: FakeTelegram, database: Database) -> None:
    """On one configuration and one database: every chat gets the alert once, and nothing claims to be a repeat."""
    address = database.url.render_as_string(hide_password=False)
    chats = [f"telegram:{5000 + number}" for number in range(12)]
    config = world.configure(tmp_path, proxy=replay.address, database=address, telegram=telegram.url, chats=chats)
    config.write_text(config.read_text("utf-8").replace("uncertain_wait: 1s", "uncertain_wait: 20s"), "utf-8")
    with (
        world.daemon(config, tmp_path / "one.log", RASAD_TELEGRAM_TOKEN=TOKEN) as one,
        world.daemon(config, tmp_path / "two.log", RASAD_TELEGRAM_TOKEN=TOKEN) as two,
    ):
        world.eventually(lambda: read_once(database), "the first crawl")
        world.eventually(
            lambda: all("watches" in (tmp_path / f"{name}.log").read_text() for name in ("one", "two")), "both"
        )
        replay.later()
        world.eventually(lambda: len(telegram.texts()) >= len(chats), "the alert in every chat")
        time.sleep(2.0)  # long enough for a second message, if there wrongly were one
        for process in (one, two):
            process.send_signal(signal.SIGTERM)
        assert [0, 0] == [one.wait(10), two.wait(10)]
    assert [1] * len(chats) == [len(telegram.texts(chat.partition(":")[2])) for chat in chats]
    assert not any("repeat" in text for text in telegram.texts())


def test_strangers_learn_nothing(tmp_path: Path, config: Path, telegram: FakeTelegram) -> None:
    """Whoever finds the bot hears "private bot" and their own id."""
    with world.daemon(config, tmp_path / "daemon.log", RASAD_TELEGRAM_TOKEN=TOKEN):
        telegram.say(999, 999, "/watchlists")
        world.eventually(lambda: telegram.texts(999), "the refusal")
        told = telegram.texts(999)
    assert ["private bot"] == [text.lower()[:11] for text in told]
    assert "999" in told[0]


def test_no_token_in_any_log(tmp_path: Path, config: Path, telegram: FakeTelegram) -> None:
    """A daemon that talks to Telegram for a while, at the most talkative level, never writes its token."""
    log = tmp_path / "daemon.log"
    with world.daemon(config, log, "--verbose", RASAD_TELEGRAM_TOKEN=TOKEN):
        world.eventually(lambda: telegram.calls["getUpdates"], "polling")
    assert TOKEN not in log.read_text("utf-8")
