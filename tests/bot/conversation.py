"""A conversation with the bot: what users say, send and press, one after the other, and what the bot sent back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from alerts import bot, outbox
from alerts.channels import Sent
from alerts.config import Config, Settings
from alerts.models import Subscription
from crawler.db import Database
from tests.delivery.fake_telegram import FakeTelegram
from tests.delivery.world import NOW, TOKEN, Clock, alert, chat, delivery, watch

OWNER, EDITOR, READER, STRANGER, GROUP, CHANNEL = 1001, 1003, 1002, 6666, -10077, -10088
PATIENCE_S = 20

Answered = Callable[[], bool]
Step = Callable[[FakeTelegram], Answered | None]


class Talk:
    """The bot on a Bot API of our own; `owners` are those of config.yaml."""

    def __init__(self, database: Database, folder: Path, *, owners: list[int] | None = None) -> None:
        self.database, self.clock, self.announced = database, Clock(), list[str]()
        folder.mkdir(exist_ok=True)
        self.api = FakeTelegram(folder / "accepted.jsonl")
        telegram = {"base_url": self.api.url, "owners": [OWNER] if owners is None else owners}
        config = Config.model_validate({"telegram": telegram})
        self.settings = Settings(config, None, folder, str(database.url), TOKEN)

    def after(self, *steps: Step) -> FakeTelegram:
        """Runs the bot, takes the steps one by one, waiting until each is answered or read; then stops it."""

        async def talk() -> None:
            stopping = asyncio.Event()
            running = asyncio.create_task(
                bot.run(self.settings, self.database, self.clock, stopping, self.announced.append)
            )
            try:
                while not self.api.calls["getUpdates"] and not running.done():
                    await asyncio.sleep(0.01)
                async with asyncio.timeout(PATIENCE_S):
                    for step in steps:
                        answered = step(self.api)
                        while not running.done() and (self.api.updates or not (answered is None or answered())):
                            await asyncio.sleep(0.01)
            finally:
                stopping.set()
                await running

        with self.api:
            asyncio.run(talk())
        return self.api


def _messages(api: FakeTelegram, wanted: int) -> Answered | None:
    """Whether `wanted` more messages were accepted than now; None when nobody waits for any."""
    there = len(api.accepted)
    return (lambda: len(api.accepted) >= there + wanted) if wanted else None


def said(user: int, text: str, chat_id: int | None = None, thread: int | None = None, *, answers: int = 0) -> Step:
    """`answers` messages are waited for: what takes longer comes after the update is read."""

    def step(api: FakeTelegram) -> Answered | None:
        api.say(chat_id or user, user, text, thread=thread)
        return _messages(api, answers)

    return step


def sent_file(user: int, name: str, content: bytes, *, answers: int = 0, size: int | None = None) -> Step:
    def step(api: FakeTelegram) -> Answered | None:
        api.send_file(user, user, name, content, size=size)
        return _messages(api, answers)

    return step


def pressed(
    user: int, data: str | Callable[[FakeTelegram], str], chat_id: int | None = None, *, answers: int = 0
) -> Step:
    """A button with that data, or with what is found in what the bot has sent (see `button`)."""

    def step(api: FakeTelegram) -> Answered | None:
        if isinstance(data, str):
            api.press(chat_id or user, user, data)
            return _messages(api, answers)
        waiting: list[Answered | None] = []

        def answered() -> bool:
            """Presses as soon as the button is there, then waits for the answers."""
            if not waiting:
                found = data(api)
                if not found:
                    return False
                api.press(chat_id or user, user, found)
                waiting.append(_messages(api, answers))
                return False
            return waiting[0] is None or waiting[0]()

        return answered

    return step


def button(text: str) -> Callable[[FakeTelegram], str]:
    """The data of the newest button that says `text`, in a message or an edited one; '' while there is none."""

    def find(api: FakeTelegram) -> str:
        found = [one["callback_data"] for one in api.buttons() if one["text"] == text]
        return found[-1] if found else ""

    return find


def subscribed(database: Database) -> set[tuple[str, str]]:
    with database.read() as session:
        return {(row.watchlist_id, row.address) for row in session.scalars(select(Subscription))}


def told(database: Database, address: str = f"telegram:{OWNER}") -> None:
    """One alert of one list was sent there; another list fired too."""
    with database.begin() as session:
        mine, other = watch(session), watch(session, "plans", "Plans")
        alert(session, "k3f9a2", [mine, other])
        chat(session, address)
        delivery(session, "k3f9a2", address)
        (outgoing,) = outbox.lease(session, NOW, "test", 1)
        outbox.settle(session, outgoing, Sent("5"), NOW)
