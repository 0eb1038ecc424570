"""The contract every channel keeps, and how Telegram's answers are read."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from alerts import channels
from alerts.channels import (
    Channel,
    Closed,
    Failed,
    FormatRefused,
    Gone,
    Moved,
    Outcome,
    Retry,
    Sent,
    Uncertain,
)
from alerts.channels.console import ConsoleChannel
from alerts.channels.telegram import TelegramChannel
from alerts.config import Config, Settings
from alerts.render import AlertContent, Message, render
from crawler import log
from crawler.errors import UsageError
from tests.delivery.fake_telegram import FakeTelegram
from tests.delivery.world import TOKEN

MESSAGE = render(AlertContent("k3f9a2", "<Headline> & مقتل", "Река", "https://reka.example/1"))


@contextmanager
def console(folder: Path) -> Iterator[tuple[Channel, Callable[[], str]]]:
    stream = io.StringIO()
    yield ConsoleChannel(stream), stream.getvalue


@contextmanager
def telegram(folder: Path) -> Iterator[tuple[Channel, Callable[[], str]]]:
    with FakeTelegram(folder / "accepted.jsonl") as api:
        yield TelegramChannel(TOKEN, base_url=api.url), lambda: "\n".join(api.texts())


KINDS = {"console": (console, "console:"), "telegram": (telegram, "telegram:77")}


def send(channel: Channel, address: str, message: Message = MESSAGE, *, plain: bool = False) -> Outcome:
    async def once() -> Outcome:
        try:
            return await channel.send(address, message, plain=plain)
        finally:
            await channel.close()

    return asyncio.run(once())


def test_every_kind_is_under_contract() -> None:
    """A new channel's file needs a line in KINDS."""
    assert set(KINDS) == set(channels._kinds())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("plain", [False, True])
def test_a_message_arrives(kind: str, plain: bool, tmp_path: Path) -> None:
    """Sent means that headline and id are there to be read."""
    opened, address = KINDS[kind]
    with opened(tmp_path) as (channel, arrived):
        assert isinstance(send(channel, address, plain=plain), Sent)
        assert "Headline" in arrived()
        assert "مقتل" in arrived()
        assert "k3f9a2" in arrived()


@pytest.mark.parametrize("kind", KINDS)
def test_an_address_has_one_spelling(kind: str) -> None:
    """What `check` returns it takes again, and it begins with the scheme."""
    _, address = KINDS[kind]
    assert channels.check(address) == address
    assert channels.scheme(address) == kind
    assert channels.pace(address).pause >= timedelta(0)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "telegram",
        "telegram:",
        "telegram:bob",
        "telegram:0",
        "telegram:5/",
        "telegram:5/0",
        "console:x",
        "fax:1",
        "1",
    ],
)
def test_what_is_no_address_is_refused_with_an_example(address: str) -> None:
    """The message says how to write it."""
    with pytest.raises(UsageError, match="write"):
        channels.check(address)


def test_without_a_token_there_is_no_telegram(tmp_path: Path) -> None:
    """The rows of Telegram wait then; the console always works."""
    settings = Settings(Config(), None, tmp_path, "", "")
    assert sorted(channels.connect(settings)) == ["console"]


def test_a_closed_standard_output_is_a_failure() -> None:
    """It has a name and raises nothing."""
    stream = io.StringIO()
    stream.close()
    assert isinstance(send(ConsoleChannel(stream), "console:"), Failed)


FAULTS = [
    ("429", {"seconds": 17}, Retry(timedelta(seconds=17), "asked to slow down"), 0),
    ("403", {}, Gone("Forbidden: bot was blocked by the user"), 0),
    ("migrate", {"to": "-100500"}, Moved("telegram:-100500"), 0),
    ("400", {}, Failed("Message is cursed"), 0),
    ("entities", {}, FormatRefused("Can't parse entities: unsupported start tag"), 0),
    ("401", {}, Closed("Telegram does not know the token; get a new one from @BotFather"), 0),
    ("502", {}, Uncertain("Bad Gateway"), 0),
    ("cut-before", {}, Uncertain("httpx.RemoteProtocolError: Server disconnected without sending a response."), 0),
    ("cut-after", {}, Uncertain("httpx.RemoteProtocolError: Server disconnected without sending a response."), 1),
]


@pytest.mark.parametrize(("kind", "settings", "expected", "accepted"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_what_telegram_says_and_what_it_means(
    kind: str, settings: dict[str, object], expected: Outcome, accepted: int, tmp_path: Path
) -> None:
    """Nobody can tell a message cut before from one cut after; both are uncertain."""
    with FakeTelegram(tmp_path / "log") as api:
        api.fault(kind, **settings)
        assert send(TelegramChannel(TOKEN, base_url=api.url), "telegram:77") == expected
        assert len(api.accepted) == accepted


@pytest.mark.parametrize(
    "said", ["chat not found", "have no rights to send a message", "group chat was deactivated", "TOPIC_CLOSED"]
)
def test_nobody_there_to_read(said: str) -> None:
    """Refusals that mean the chat, not the message."""
    from telegram.error import BadRequest

    from alerts.channels.telegram import outcome

    assert isinstance(outcome(BadRequest(said)), Gone)


def test_no_connection_is_surely_not_sent(tmp_path: Path) -> None:
    """A refused connection is tried again without counting and without a mark."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    outcome = send(TelegramChannel(TOKEN, base_url=f"http://127.0.0.1:{port}"), "telegram:77")
    assert isinstance(outcome, Retry)


def test_html_topic_and_no_preview(tmp_path: Path) -> None:
    """What Telegram is asked: HTML, the topic, no preview of the link."""
    with FakeTelegram(tmp_path / "log") as api:
        send(TelegramChannel(TOKEN, base_url=api.url), "telegram:-10077/5")
        (row,) = api.accepted
    assert (row["chat"], row["thread"], row["parse_mode"]) == ("-10077", "5", "HTML")
    assert json.loads(row["preview"]) == {"is_disabled": True}
    assert "&lt;Headline&gt; &amp;" in row["text"]


def test_no_token_in_any_log(tmp_path: Path) -> None:
    """Not at DEBUG, not from httpx or python-telegram-bot, not in a traceback."""
    stream = io.StringIO()
    before = (logging.getLogger().handlers[:], logging.getLogger().level)
    log.configure(verbose=True, stream=stream)
    noisy = [logging.getLogger(name) for name in ("httpx", "httpcore", "telegram")]
    levels = [logger.level for logger in noisy]
    for logger in noisy:
        logger.setLevel(logging.DEBUG)
    try:
        with FakeTelegram(tmp_path / "log") as api:
            api.fault("cut-after")
            send(TelegramChannel(TOKEN, base_url=api.url), "telegram:77")
            send(TelegramChannel(TOKEN, base_url=api.url), "telegram:77")
            try:
                raise RuntimeError(f"{api.url}/bot{TOKEN}/sendMessage")
            except RuntimeError:
                logging.getLogger("rasad").exception("a traceback with %s", TOKEN)
    finally:
        for logger, level in zip(noisy, levels, strict=True):
            logger.setLevel(level)
        logging.getLogger().handlers[:] = before[0]
        logging.getLogger().setLevel(before[1])
    assert "[token]/sendMessage" in stream.getvalue()
    assert TOKEN.partition(":")[2] not in stream.getvalue()
