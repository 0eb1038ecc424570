"""The contract every channel keeps, and how Telegram's answers are read."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import io
import json
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
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
from alerts.channels.webhook import WebhookChannel
from alerts.config import Config, Settings, load
from alerts.render import AlertContent, Message, render
from crawler import log
from crawler.errors import ConfigError, UsageError
from tests.delivery.fake_telegram import FakeTelegram
from tests.delivery.fake_webhook import FakeWebhook
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


@contextmanager
def webhook(folder: Path) -> Iterator[tuple[Channel, Callable[[], str]]]:
    with FakeWebhook() as hook:
        yield Redirected(WebhookChannel("secret"), hook.address), lambda: "".join(b.decode() for _, b in hook.got)


class Redirected:
    """Sends to the fake whatever address the contract names."""

    def __init__(self, channel: Channel, address: str) -> None:
        self.channel, self.address = channel, address

    async def send(self, address: str, message: Message, *, plain: bool = False) -> Outcome:
        return await self.channel.send(self.address, message, plain=plain)

    async def close(self) -> None:
        await self.channel.close()


KINDS = {
    "console": (console, "console:"),
    "telegram": (telegram, "telegram:77"),
    "webhook": (webhook, "webhook:https://hook.example/rasad"),
}


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
        "webhook:",
        "webhook:ftp://x.example",
        "webhook:https://u:p@x.example/",
        "webhook:https://x.example/a b",
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


def test_a_channel_without_its_secret_is_not_there(tmp_path: Path) -> None:
    """Its rows wait then; the console always works. Secrets are never shown."""
    settings = Settings(Config(), None, tmp_path, "", "")
    assert sorted(channels.connect(settings)) == ["console"]
    settings = Settings(Config(), None, tmp_path, "", TOKEN, "hush")
    assert sorted(channels.connect(settings)) == ["console", "telegram", "webhook"]
    assert TOKEN not in repr(settings)
    assert "hush" not in repr(settings)


def test_the_webhook_secret_is_found_like_the_token(tmp_path: Path) -> None:
    """Environment, systemd credential, a file that only its owner can read."""
    (tmp_path / "config.yaml").write_text("{}")
    (tmp_path / "webhook_secret").write_text("hush\n")
    found = ({"RASAD_WEBHOOK_SECRET": "hush"}, {"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert [load(tmp_path / "config.yaml", environ).webhook_secret for environ in found] == ["hush", "hush"]
    (tmp_path / "webhook_secret").chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        load(tmp_path / "config.yaml", {"RASAD_WEBHOOK_SECRET_FILE": str(tmp_path / "webhook_secret")})


def test_a_closed_standard_output_is_a_failure() -> None:
    """It has a name and raises nothing."""
    stream = io.StringIO()
    stream.close()
    assert isinstance(send(ConsoleChannel(stream), "console:"), Failed)


def test_a_webhook_is_signed() -> None:
    """The receiver can check who wrote it and when, and knows a repeat by the id."""
    with FakeWebhook() as hook:
        assert send(WebhookChannel("secret"), hook.address) == Sent()
    ((headers, body),) = hook.got
    at, _, signature = headers["x-rasad-signature"].removeprefix("t=").partition(",v1=")
    assert signature == hmac.new(b"secret", at.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert (headers["x-rasad-id"], json.loads(body)["id"]) == ("k3f9a2", "k3f9a2")
    assert json.loads(body)["text"] == MESSAGE.plain


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (200, {}, Sent()),
        (302, {"Location": "http://127.0.0.1:1/"}, Failed("HTTP 302")),
        (404, {}, Failed("HTTP 404")),
        (410, {}, Gone("HTTP 410")),
        (429, {}, Retry(timedelta(seconds=60), "HTTP 429")),
        (429, {"Retry-After": "7"}, Retry(timedelta(seconds=7), "HTTP 429")),
        (429, {"Retry-After": "99999"}, Retry(timedelta(seconds=3600), "HTTP 429")),
        (500, {}, Uncertain("HTTP 500")),
    ],
)
def test_what_a_receiver_answers_and_what_it_means(status: int, headers: dict[str, str], expected: Outcome) -> None:
    """A redirect is not followed: the message would go where nobody sent it."""
    with FakeWebhook(status, headers) as hook:
        assert send(WebhookChannel("secret"), hook.address) == expected


def test_a_webhook_nobody_answers_is_tried_again() -> None:
    """Surely not sent."""
    with FakeWebhook() as hook:
        pass
    assert isinstance(send(WebhookChannel("secret"), hook.address), Retry)


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


def test_a_reply_stands_under_what_it_answers(tmp_path: Path) -> None:
    """Telegram is told which message it answers, to send it all the same when that one is gone, and whether to be quiet."""
    with FakeTelegram(tmp_path / "log") as api:
        send(TelegramChannel(TOKEN, base_url=api.url), "telegram:77", replace(MESSAGE, reply_to="41", silent=True))
        send(TelegramChannel(TOKEN, base_url=api.url), "telegram:77")
        reply, other = api.accepted
    assert json.loads(reply["reply"]) == {"message_id": 41, "allow_sending_without_reply": True}
    assert (reply["silent"], other["silent"], other["reply"]) == (True, False, "")


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
