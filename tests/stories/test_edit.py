"""Telegram's answers to a change of a message, and what they mean for it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.channels import Editor, Failed, Gone, Outcome, Retry, Sent, Uncertain
from alerts.channels.console import ConsoleChannel
from alerts.channels.telegram import TelegramChannel
from alerts.render import AlertContent, Message, render
from tests.delivery.fake_telegram import FakeTelegram
from tests.delivery.world import TOKEN

MESSAGE = render(AlertContent("k3f9a2", "<Headline> & مقتل", "Река", "https://reka.example/1"))
FAULTS = [
    ("unmodified", {}, Sent("17")),
    ("frozen", {}, Failed("Message can't be edited")),
    ("429", {"seconds": 17}, Retry(timedelta(seconds=17), "asked to slow down")),
    ("403", {}, Gone("Forbidden: bot was blocked by the user")),
    ("502", {}, Uncertain("Bad Gateway")),
]


def edit(api: FakeTelegram, message: Message = MESSAGE, message_id: str = "17", *, plain: bool = False) -> Outcome:
    async def once() -> Outcome:
        channel = TelegramChannel(TOKEN, base_url=api.url)
        try:
            return await channel.edit("telegram:77", message_id, message, plain=plain)
        finally:
            await channel.close()

    return asyncio.run(once())


def test_text_and_buttons_are_changed(tmp_path: Path) -> None:
    """The same message in full, without a preview; nothing new arrives."""
    with FakeTelegram(tmp_path / "log") as api:
        assert Sent("17") == edit(api)
        (call,) = api.answers
    assert ("editMessageText", "77", "17", "HTML") == tuple(
        call[k] for k in ("method", "chat_id", "message_id", "parse_mode")
    )
    assert (MESSAGE.html, []) == (call["text"], api.accepted)
    assert "judge:k3f9a2:right" in call["reply_markup"]


@pytest.mark.parametrize(("kind", "settings", "expected"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_what_telegram_says_of_an_edit(
    kind: str, settings: dict[str, object], expected: Outcome, tmp_path: Path
) -> None:
    """What says the same already is done; what cannot be changed is a failure of this message alone."""
    with FakeTelegram(tmp_path / "log") as api:
        api.fault(kind, method="editMessageText", **settings)
        assert expected == edit(api)


def test_a_message_without_a_number_is_none_of_telegrams(tmp_path: Path) -> None:
    """No request is made for it."""
    with FakeTelegram(tmp_path / "log") as api:
        assert isinstance(edit(api, message_id=""), Failed)
        assert [] == api.answers


def test_only_telegram_can_edit() -> None:
    """What a console printed stays printed."""
    assert not issubclass(ConsoleChannel, Editor)
    assert issubclass(TelegramChannel, Editor)
