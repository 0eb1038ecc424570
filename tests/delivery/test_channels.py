"""The contract every channel keeps, and how Telegram's answers are read."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import html
import io
import json
import logging
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import feedparser
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

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
from alerts.channels.apprise import AppriseChannel
from alerts.channels.atom import AtomChannel
from alerts.channels.atom import file as atom_file
from alerts.channels.console import ConsoleChannel
from alerts.channels.email import EmailChannel
from alerts.channels.telegram import TelegramChannel
from alerts.channels.webhook import WebhookChannel
from alerts.config import Config, EmailSection, Settings, load
from alerts.render import AlertContent, Message, render
from crawler import log
from crawler.errors import ConfigError, UsageError
from tests.delivery.fake_smtp import FakeSmtp
from tests.delivery.fake_telegram import FakeTelegram
from tests.delivery.fake_webhook import FakeWebhook
from tests.delivery.world import TOKEN

MESSAGE = render(AlertContent("k3f9a2", "<Headline> & مقتل", "Река", "https://reka.example/1"))


Opened = tuple[Channel, str, Callable[[], str]]  # the channel, an address of it, and what has arrived there
Fault = Literal["", "retry", "refused", "uncertain"]
SECRET = "p4ss-of-mine"


@contextmanager
def console(folder: Path, fault: Fault) -> Iterator[Opened]:
    stream = io.StringIO()
    if fault:
        stream.close()
    yield ConsoleChannel(stream), "console:", lambda: stream.getvalue()


@contextmanager
def telegram(folder: Path, fault: Fault) -> Iterator[Opened]:
    with FakeTelegram(folder / "accepted.jsonl") as api:
        if fault:
            api.fault({"retry": "429", "refused": "400", "uncertain": "cut-after"}[fault])
        yield TelegramChannel(TOKEN, base_url=api.url), "telegram:77", lambda: "\n".join(api.texts())


@contextmanager
def webhook(folder: Path, fault: Fault) -> Iterator[Opened]:
    with FakeWebhook({"": 204, "retry": 429, "refused": 404, "uncertain": 500}[fault]) as hook:
        yield WebhookChannel(SECRET), hook.address, lambda: "".join(body.decode() for _, body in hook.got)


@contextmanager
def email(folder: Path, fault: Fault) -> Iterator[Opened]:
    faults = {"": {}, "retry": {"RCPT": "451 later"}, "refused": {"DATA": "554 spam"}, "uncertain": {"BODY": "cut"}}
    with FakeSmtp(faults[fault]) as server:
        yield EmailChannel(mail_server(server), SECRET), "email:you@example.org", lambda: _mailed(server)


def mail_server(server: FakeSmtp, **settings: object) -> EmailSection:
    section = {"host": "127.0.0.1", "port": server.port, "tls": "none", "user": "me", "sender": "rasad@example.org"}
    return EmailSection.model_validate({**section, **settings})


def _mailed(server: FakeSmtp) -> str:
    return "".join(
        f"{mail['Subject']}\n{part.get_content()}" for mail in server.mails for part in mail.iter_parts() or ()
    ) + "".join(f"{mail['Subject']}\n{mail.get_content()}" for mail in server.mails if not mail.is_multipart())


@contextmanager
def apprise(folder: Path, fault: Fault) -> Iterator[Opened]:
    with FakeWebhook(500 if fault else 200) as hook:
        url = f"json://me:{SECRET}@127.0.0.1:{hook.server.server_address[1]}/"
        yield (
            AppriseChannel({"desk": url}),
            "apprise:desk",
            lambda: "".join(json.dumps(json.loads(body), ensure_ascii=False) for _, body in hook.got),
        )


@contextmanager
def atom(folder: Path, fault: Fault) -> Iterator[Opened]:
    path = atom_file(folder, "atom:names")
    if fault:
        path.with_suffix(".new").mkdir()
    yield AtomChannel(folder), "atom:names", lambda: html.unescape(path.read_text("utf-8"))


KINDS: dict[str, Callable[[Path, Fault], AbstractContextManager[Opened]]] = {
    "apprise": apprise,
    "atom": atom,
    "console": console,
    "email": email,
    "telegram": telegram,
    "webhook": webhook,
}
# What each channel can tell apart: a message surely not sent, one refused for its own fault, one that may have arrived.
ENDS: list[tuple[str, Fault, type[Outcome]]] = [
    ("apprise", "uncertain", Uncertain),
    ("atom", "retry", Retry),
    ("console", "refused", Failed),
    ("email", "retry", Retry),
    ("email", "refused", Failed),
    ("email", "uncertain", Uncertain),
    ("telegram", "retry", Retry),
    ("telegram", "refused", Failed),
    ("telegram", "uncertain", Uncertain),
    ("webhook", "retry", Retry),
    ("webhook", "refused", Failed),
    ("webhook", "uncertain", Uncertain),
]


def send(channel: Channel, address: str, message: Message = MESSAGE, *, plain: bool = False) -> Outcome:
    async def once() -> Outcome:
        try:
            return await channel.send(address, message, plain=plain)
        finally:
            await channel.close()

    return asyncio.run(once())


def test_every_kind_is_under_contract() -> None:
    """A new channel's file needs a line in KINDS and one in ENDS."""
    assert set(KINDS) == set(channels._kinds()) == {kind for kind, _, _ in ENDS}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("plain", [False, True])
def test_a_message_arrives(kind: str, plain: bool, tmp_path: Path) -> None:
    """Sent means that headline and id are there to be read."""
    with KINDS[kind](tmp_path, "") as (channel, address, arrived):
        assert isinstance(send(channel, address, plain=plain), Sent)
        assert "Headline" in arrived()
        assert "مقتل" in arrived()
        assert "k3f9a2" in arrived()


@pytest.mark.parametrize(("kind", "fault", "expected"), ENDS)
def test_how_a_sending_ends(kind: str, fault: Fault, expected: type[Outcome], tmp_path: Path) -> None:
    """Surely not sent is tried again unmarked; who cannot know says so; no reason and no log line names a secret."""
    stream = io.StringIO()
    with logged(stream), KINDS[kind](tmp_path, fault) as (channel, address, _):
        outcome = send(channel, address)
    assert isinstance(outcome, expected)
    told = f"{outcome!r} {channel!r} {stream.getvalue()}"
    for secret in (TOKEN.partition(":")[2], SECRET):
        assert secret not in told


@pytest.mark.parametrize("kind", KINDS)
def test_an_address_has_one_spelling(kind: str, tmp_path: Path) -> None:
    """What `check` returns it takes again, and it begins with the scheme."""
    with KINDS[kind](tmp_path, "") as (channel, address, _):
        asyncio.run(channel.close())
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
        "email:you",
        "email:you@example",
        "email:Me <you@example.org>",
        "email:a@example.org,b@example.org",
        "apprise:",
        "apprise:slack://token",
        "atom:",
        "atom:../x",
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
    assert sorted(channels.connect(settings)) == ["atom", "console"]
    config = Config.model_validate({"email": {"host": "mail.example.org", "sender": "rasad@example.org"}})
    settings = Settings(config, None, tmp_path, "", TOKEN, "hush", "hush", {"desk": "json://me:hush@127.0.0.1/"})
    assert sorted(channels.connect(settings)) == sorted(KINDS)
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
    with logged(stream), FakeTelegram(tmp_path / "log") as api:
        api.fault("cut-after")
        send(TelegramChannel(TOKEN, base_url=api.url), "telegram:77")
        send(TelegramChannel(TOKEN, base_url=api.url), "telegram:77")
        try:
            raise RuntimeError(f"{api.url}/bot{TOKEN}/sendMessage")
        except RuntimeError:
            logging.getLogger("rasad").exception("a traceback with %s", TOKEN)
    assert "[token]/sendMessage" in stream.getvalue()
    assert TOKEN.partition(":")[2] not in stream.getvalue()


def test_secrets_of_any_shape_are_cut_out(tmp_path: Path) -> None:
    """A password that looks like no token: once the settings are read, no line can hold it, nor a part of an address."""
    (tmp_path / "config.yaml").write_text("{}")
    environ = {
        "RASAD_WEBHOOK_SECRET": "hush-hush",
        "RASAD_APPRISE_DESK": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/",
    }
    load(tmp_path / "config.yaml", environ)
    stream = io.StringIO()
    with logged(stream):
        log.get_log().warning("oops", said="hush-hush", url="https://hooks.example/TIiajkdnlazkcOXrIdevi7FQ")
        logging.getLogger("urllib3").debug("POST /services/%s", "T1JJ3T3L2/A1BRTD4JD")
    assert "oops" in stream.getvalue()
    for secret in ("hush-hush", "TIiajkdnlazkcOXrIdevi7FQ", "A1BRTD4JD"):
        assert secret not in stream.getvalue()


@contextmanager
def logged(stream: io.StringIO) -> Iterator[None]:
    """Everything there is to log, as the product writes it, the libraries' own at DEBUG."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    noisy = [logging.getLogger(name) for name in ("httpx", "httpcore", "telegram", "apprise", "urllib3", "requests")]
    levels = [logger.level for logger in noisy]
    log.configure(verbose=True, stream=stream)
    for logger in noisy:
        logger.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        for logger, level in zip(noisy, levels, strict=True):
            logger.setLevel(level)
        root.handlers[:] = before[0]
        root.setLevel(before[1])


def test_mail_goes_encrypted_or_not_at_all(tmp_path: Path) -> None:
    """With STARTTLS the password is told after the handshake; a server without it, or with a strange certificate, is not."""
    authority, certificate = _certificate(tmp_path)
    with FakeSmtp(context=certificate) as server:
        section = mail_server(server, tls="starttls", host="localhost")
        assert isinstance(send(EmailChannel(section, SECRET, authority), "email:you@example.org"), Sent)
        assert [mail["To"] for mail in server.mails] == ["you@example.org"]
        commands = [line.split()[0] for line in server.commands]
        assert commands.index("STARTTLS") < commands.index("AUTH")
        assert isinstance(send(EmailChannel(section, SECRET), "email:you@example.org"), Retry)
        assert 1 == len(server.mails)
    with FakeSmtp() as server:
        section = mail_server(server, tls="starttls", host="localhost")
        assert isinstance(send(EmailChannel(section, SECRET), "email:you@example.org"), Closed)
        assert "AUTH" not in "".join(server.commands)


def _certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """One that knows the other's certificate, and the other."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    built = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1))
    signed = built.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False).sign(key, SHA256())
    pem = signed.public_bytes(Encoding.PEM)
    both = folder / "both.pem"
    both.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + pem)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(both)
    return ssl.create_default_context(cadata=pem.decode()), server


@pytest.mark.parametrize(
    ("faults", "expected"),
    [
        ({"CONNECT": "421 busy"}, Retry),
        ({"CONNECT": "cut"}, Retry),
        ({"AUTH": "535 no"}, Closed),
        ({"AUTH": "454 later"}, Retry),
        ({"MAIL": "550 not you"}, Failed),
        ({"RCPT": "550 no such user"}, Gone),
        ({"RCPT": "450 greylisted"}, Retry),
        ({"RCPT": "cut"}, Retry),
        ({"DATA": "451 later"}, Retry),
        ({"BODY": "452 disk full"}, Retry),
        ({"BODY": "554 spam"}, Failed),
        ({"QUIT": "cut"}, Sent),
    ],
)
def test_what_a_mail_server_answers_and_what_it_means(faults: dict[str, str], expected: type[Outcome]) -> None:
    """Only a connection lost after the mail was on its way leaves a doubt (see ENDS)."""
    with FakeSmtp(faults) as server:
        assert expected is type(send(EmailChannel(mail_server(server), SECRET), "email:you@example.org"))


def test_a_repeated_mail_has_the_name_of_the_first() -> None:
    """Mailboxes that know it drop the second; a reply stands under the first."""
    with FakeSmtp() as server:
        first = send(EmailChannel(mail_server(server), SECRET), "email:you@example.org")
        assert isinstance(first, Sent)
        send(
            EmailChannel(mail_server(server), SECRET),
            "email:you@example.org",
            replace(MESSAGE, reply_to=first.message_id),
        )
    assert [first.message_id] * 2 == [mail["Message-ID"] for mail in server.mails]
    assert [None, first.message_id] == [mail["In-Reply-To"] for mail in server.mails]
    assert "<Headline> & مقتل" == server.mails[0]["Subject"]


def test_a_feed_keeps_its_newest_entries_once(tmp_path: Path) -> None:
    """A repeat takes the place of its entry; the file's name cannot be guessed from the address, nor the folder listed."""
    for number in (1, 2, 1):
        message = render(AlertContent(f"a{number}", f"Headline {number}\x0b", "Река", f"https://reka.example/{number}"))
        assert send(AtomChannel(tmp_path / "feeds"), "atom:names", message) == Sent()
    path = atom_file(tmp_path / "feeds", "atom:names")
    feed = feedparser.parse(path.read_bytes())
    assert ["urn:rasad:a1", "urn:rasad:a2"] == [entry.id for entry in feed.entries]
    assert ("https://reka.example/1", False) == (feed.entries[0].link, bool(feed.bozo))
    assert path != atom_file(tmp_path / "other", "atom:names")
    assert 0o711 == (tmp_path / "feeds").stat().st_mode & 0o777
    path.write_text("torn <")
    assert send(AtomChannel(tmp_path / "feeds"), "atom:names", message) == Sent()
    assert path.with_suffix(".broken").exists()


def test_an_apprise_address_comes_from_the_environment(tmp_path: Path) -> None:
    """Variable, credential or file; a service nobody knows is named without its address."""
    (tmp_path / "config.yaml").write_text("{}")
    (tmp_path / "apprise_night_desk").write_text("json://me:hush@127.0.0.1/\n")
    found = load(tmp_path / "config.yaml", {"CREDENTIALS_DIRECTORY": str(tmp_path), "RASAD_APPRISE_OPS": "ntfy://x"})
    assert {"night-desk": "json://me:hush@127.0.0.1/", "ops": "ntfy://x"} == found.apprise
    (tmp_path / "apprise_night_desk").chmod(0o600)
    named = load(tmp_path / "config.yaml", {"RASAD_APPRISE_A_FILE": str(tmp_path / "apprise_night_desk")})
    assert {"a": "json://me:hush@127.0.0.1/"} == named.apprise
    with pytest.raises(ConfigError, match="apprise:x: Apprise knows no service") as raised:
        AppriseChannel({"x": "nosuch://me:hush@host"})
    assert "hush" not in str(raised.value)
