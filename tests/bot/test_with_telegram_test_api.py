"""The happy paths against a Bot API nobody of us wrote: the npm package telegram-test-api.

`make test` installs it below .venv when npm is there. It has neither files, channels, topics and forbidden chats nor
setMyCommands, 429 or migrations: what needs those is tested with `tests.delivery.fake_telegram`.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from alerts import bot, deliver
from alerts.channels.telegram import TelegramChannel
from alerts.config import Config, Settings
from alerts.models import Delivery, Feedback
from crawler.db import Database
from tests.bot.conversation import OWNER, subscribed
from tests.delivery.world import NOW, OUTLETS, TOKEN, Clock, alert, chat, delivery, watch

ROOT = Path(__file__).parent.parent.parent
MODULES = ROOT / ".venv" / "telegram-test-api" / "node_modules"
SERVE = Path(__file__).parent / "telegram_test_api" / "serve.js"
PATIENCE_S = 10

pytestmark = [
    pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed"),
    pytest.mark.skipif(
        not (MODULES / "telegram-test-api").is_dir(),
        reason="telegram-test-api is not installed: `make test` does it when npm is there",
    ),
]


class Foreign:
    """The package's server, and the person who talks to the bot through it."""

    def __init__(self, url: str) -> None:
        self.url = url

    def post(self, path: str, body: dict[str, Any]) -> Any:
        request = urllib.request.Request(
            f"{self.url}/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.load(answer)

    def say(self, text: str) -> None:
        entities = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        self.post("sendCommand", {**_message(), "botToken": TOKEN, "text": text, "entities": entities})

    def press(self, button: dict[str, Any]) -> None:
        data, message = button["callback_data"], {**_message(), "message_id": button["of"], "text": "x"}
        self.post("sendCallback", {"botToken": TOKEN, "from": _message()["from"], "message": message, "data": data})

    def texts(self) -> list[str]:
        return [row["message"]["text"] for row in self._sent()]

    def buttons(self) -> dict[str, dict[str, Any]]:
        """By what they say, those of messages sent and edited."""
        return {
            button["text"]: {**button, "of": row["messageId"]}
            for row in self._sent()
            for line in row["message"].get("reply_markup", {}).get("inline_keyboard", [])
            for button in line
        }

    def _sent(self) -> list[dict[str, Any]]:
        rows = self.post("getUpdatesHistory", {"token": TOKEN})["result"]
        return [row for row in rows if "chat_id" in row.get("message", {})]


def _message() -> dict[str, Any]:
    person = {"id": OWNER, "first_name": "Owner", "is_bot": False}
    return {"from": person, "chat": {"id": OWNER, "first_name": "Owner", "type": "private"}, "date": int(time.time())}


@pytest.fixture
def server() -> Iterator[str]:
    environment = {"NODE_PATH": str(MODULES), "PATH": "/usr/bin:/bin:/usr/local/bin"}
    node = shutil.which("node")
    assert node is not None
    with subprocess.Popen(
        [node, str(SERVE)], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        assert process.stdin is not None
        process.stdin.close()


Step = Callable[[Foreign], Callable[[], bool]]


def talk(database: Database, folder: Path, url: str, *steps: Step) -> Foreign:
    """Runs the bot; after each step waits until what it returns is true."""
    config = Config.model_validate({"telegram": {"base_url": url, "owners": [OWNER]}})
    settings = Settings(config, None, folder, str(database.url), TOKEN)
    foreign = Foreign(url)

    async def run() -> None:
        stopping = asyncio.Event()
        running = asyncio.create_task(bot.run(settings, database, Clock(), stopping, lambda _: None))
        try:
            async with asyncio.timeout(PATIENCE_S):
                for step in steps:
                    done = await asyncio.to_thread(step, foreign)
                    while not running.done() and not await asyncio.to_thread(done):
                        await asyncio.sleep(0.02)
        finally:
            stopping.set()
            await running

    asyncio.run(run())
    return foreign


def said(text: str, answers: int = 1) -> Step:
    """A command, and as many messages as answer it."""

    def step(foreign: Foreign) -> Callable[[], bool]:
        there = len(foreign.texts())
        foreign.say(text)
        return lambda: len(foreign.texts()) >= there + answers

    return step


def pressed(text: str, then: Callable[[Foreign], bool]) -> Step:
    """The newest button that says so; `then` is true when it was answered."""

    def step(foreign: Foreign) -> Callable[[], bool]:
        foreign.press(foreign.buttons()[text])
        return lambda: then(foreign)

    return step


def test_a_list_is_found_and_subscribed(sqlite_database: Database, tmp_path: Path, server: str) -> None:
    """/start, /watchlists and its button: the message is edited to how things are then."""
    with sqlite_database.begin() as session:
        watch(session)
    foreign = talk(
        sqlite_database,
        tmp_path,
        server,
        said("/start"),
        said("/watchlists"),
        pressed("+ Names", lambda foreign: "✓ Names" in foreign.buttons()),
    )
    assert "not end-to-end encrypted" in foreign.texts()[0]
    assert subscribed(sqlite_database) == {("my-names", f"telegram:{OWNER}")}


def test_a_watch_is_shown_and_saved(sqlite_database: Database, tmp_path: Path, server: str) -> None:
    """/watch, the table, [Save], /watches."""
    foreign = talk(
        sqlite_database,
        tmp_path,
        server,
        said("/watch Хмеймим AND взрыв", answers=2),
        pressed("Save", lambda foreign: any("Saved: 1." in text for text in foreign.texts())),
        said("/watches"),
    )
    assert "Хмеймим AND взрыв" in foreign.texts()[-1]
    assert subscribed(sqlite_database) == {(f"user-{OWNER}", f"telegram:{OWNER}")}


def test_an_alert_arrives_and_is_judged(sqlite_database: Database, tmp_path: Path, server: str) -> None:
    """Sent by the channel, judged and read by its buttons."""
    with sqlite_database.begin() as session:
        alert(session, "k3f9a2", [watch(session)])
        chat(session, f"telegram:{OWNER}")
        delivery(session, "k3f9a2", f"telegram:{OWNER}")

    async def send() -> None:
        channel = TelegramChannel(TOKEN, base_url=server)
        await deliver.send_due(sqlite_database, {"telegram": channel}, OUTLETS, lambda: NOW, holder="test")
        await channel.close()

    asyncio.run(send())
    with sqlite_database.read() as session:
        assert session.scalars(select(Delivery)).one().status == "sent"
    foreign = talk(
        sqlite_database,
        tmp_path,
        server,
        pressed("Right", lambda foreign: "✓ Right" in foreign.buttons()),
        pressed("Text", lambda foreign: foreign.texts()[-1].startswith("مقتل متعاقدين في هجوم\n\n")),
    )
    assert "k3f9a2" in next(text for text in foreign.texts() if "<b>" in text)
    with sqlite_database.read() as session:
        assert session.scalars(select(Feedback)).one().verdict == "right"
