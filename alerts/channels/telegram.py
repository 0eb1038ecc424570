"""`telegram:CHAT` or `telegram:CHAT/THREAD`: a private chat, group, channel or forum topic, through the Bot API."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from alerts.channels import Closed, Failed, FormatRefused, Gone, Moved, Outcome, Pace, Retry, Sent, Uncertain
from alerts.config import Settings
from alerts.render import Message
from crawler.errors import UsageError
from crawler.log import redact

if TYPE_CHECKING:
    from telegram import InlineKeyboardMarkup
    from telegram.request import HTTPXRequest

# https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
PRIVATE_PAUSE = timedelta(seconds=1)
GROUP_PAUSE = timedelta(seconds=3)  # 20 a minute
MESSAGES_PER_SECOND = 25.0  # with what goes at once (outbox.BURST_S) no second has more than 30

CONNECT_TIMEOUT_S = 8.0
READ_TIMEOUT_S = 12.0
NOT_CONNECTED_WAIT = timedelta(seconds=5)

_ADDRESS = re.compile(r"telegram:(?P<chat>-?[1-9]\d{0,18})(?:/(?P<thread>[1-9]\d{0,18}))?")

# What Telegram says (lower case) when nobody in the chat can read us any more.
_NOBODY_THERE = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "chat_write_forbidden",
    "have no rights to send a message",
    "not enough rights to send",
    "need administrator rights",
    "group chat was deactivated",
    "message thread not found",
    "topic_closed",
    "topic_deleted",
    "chat_restricted",
)
_FORMAT = ("can't parse entities", "entity_text_invalid", "message text is empty")


def check(address: str) -> str:
    """`telegram:` and a number (negative for groups and channels), perhaps `/` and the number of a topic."""
    if not _ADDRESS.fullmatch(address):
        raise UsageError(
            f"{address!r}: write telegram:123456789 for a person, telegram:-100123456789 for a group or channel, "
            "telegram:-100123456789/45 for a topic; the bot's /start shows the number"
        )
    return address


def pace(address: str) -> Pace:
    """Limits count per chat: the topics of a group share one."""
    chat = address.partition("/")[0]
    group = chat.startswith("telegram:-")
    return Pace(chat, GROUP_PAUSE if group else PRIVATE_PAUSE, MESSAGES_PER_SECOND)


def connect(settings: Settings) -> TelegramChannel | None:
    """None without a token."""
    if not settings.token:
        return None
    telegram = settings.config.telegram
    return TelegramChannel(settings.token, base_url=telegram.base_url, proxy=telegram.proxy)


def http(*, proxy: str, connections: int = 40, read_timeout_s: float = READ_TIMEOUT_S) -> HTTPXRequest:
    """The HTTP side of a Bot, with our limits. PTB's own logging and httpx's stay below WARNING (`log.configure`)."""
    from telegram.request import HTTPXRequest

    return HTTPXRequest(
        connection_pool_size=connections,
        connect_timeout=CONNECT_TIMEOUT_S,
        read_timeout=read_timeout_s,
        write_timeout=READ_TIMEOUT_S,
        pool_timeout=CONNECT_TIMEOUT_S,
        proxy=proxy or None,
    )


class TelegramChannel:
    """A Bot that only sends. Nothing is asked at start: without a network the rows simply wait."""

    def __init__(self, token: str, *, base_url: str, proxy: str = "") -> None:
        from telegram import Bot

        self._request = http(proxy=proxy)
        self._bot = Bot(token, base_url=f"{base_url.rstrip('/')}/bot", request=self._request)

    async def send(self, address: str, message: Message, *, plain: bool = False) -> Outcome:
        from telegram import LinkPreviewOptions, ReplyParameters
        from telegram.constants import ParseMode
        from telegram.error import TelegramError

        parts = _ADDRESS.fullmatch(address)
        if parts is None:
            return Failed(f"{address!r} is not a Telegram address")
        try:
            sent = await self._bot.send_message(
                chat_id=int(parts["chat"]),
                message_thread_id=int(parts["thread"]) if parts["thread"] else None,
                text=message.plain if plain else message.html,
                parse_mode=None if plain else ParseMode.HTML,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
                disable_notification=message.silent,
                reply_markup=_keyboard(message),
                # What it answers may have been deleted since; the news is worth more than its place.
                reply_parameters=ReplyParameters(int(message.reply_to), allow_sending_without_reply=True)
                if message.reply_to.isdecimal()
                else None,
            )
        except TelegramError as error:
            return outcome(error)
        return Sent(str(sent.message_id))

    async def edit(self, address: str, message_id: str, message: Message, *, plain: bool = False) -> Outcome:
        """Changes text and buttons of a message; nobody's phone makes a sound."""
        from telegram import LinkPreviewOptions
        from telegram.constants import ParseMode
        from telegram.error import TelegramError

        parts = _ADDRESS.fullmatch(address)
        if parts is None or not message_id.isdecimal():
            return Failed(f"{message_id!r} at {address!r} is not a Telegram message")
        try:
            await self._bot.edit_message_text(
                chat_id=int(parts["chat"]),
                message_id=int(message_id),
                text=message.plain if plain else message.html,
                parse_mode=None if plain else ParseMode.HTML,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
                reply_markup=_keyboard(message),
            )
        except TelegramError as error:
            return Sent(message_id) if "message is not modified" in str(error).lower() else outcome(error)
        return Sent(message_id)

    async def close(self) -> None:
        await self._request.shutdown()


def _keyboard(message: Message) -> InlineKeyboardMarkup | None:
    from telegram import InlineKeyboardButton, InlineKeyboardMarkup

    rows = [[InlineKeyboardButton(one.text, callback_data=one.data) for one in row] for row in message.buttons]
    return InlineKeyboardMarkup(rows) if rows else None


def outcome(error: Exception) -> Outcome:
    """What an exception of python-telegram-bot means for the message. The first row of the table that fits decides."""
    from telegram import error as errors

    table: tuple[tuple[type[Exception], Callable[[Any], Outcome]], ...] = (
        (errors.RetryAfter, lambda e: Retry(_seconds(e.retry_after), "asked to slow down")),
        (errors.ChatMigrated, lambda e: Moved(f"telegram:{e.new_chat_id}")),
        (errors.Forbidden, lambda e: Gone(_said(e))),
        (errors.InvalidToken, lambda e: Closed("Telegram does not know the token; get a new one from @BotFather")),
        (errors.BadRequest, _bad_request),  # a NetworkError to PTB, so it must stand before that
        (errors.NetworkError, _network),
    )
    for kind, decide in table:
        if isinstance(error, kind):
            return decide(error)
    return Uncertain(_said(error))  # an answer nobody could read may have been a yes


def _bad_request(error: Exception) -> Outcome:
    said = str(error).lower()
    if any(phrase in said for phrase in _FORMAT):
        return FormatRefused(_said(error))
    if any(phrase in said for phrase in _NOBODY_THERE):
        return Gone(_said(error))
    return Failed(_said(error))


def _network(error: Exception) -> Outcome:
    import httpx

    # Only these three happen before a byte of the request has left. PTB raises the same class for all the others,
    # whether Telegram has delivered the message or not.
    if isinstance(error.__cause__, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return Retry(NOT_CONNECTED_WAIT, _said(error))
    return Uncertain(_said(error))


def _seconds(value: int | timedelta) -> timedelta:
    return value if isinstance(value, timedelta) else timedelta(seconds=value)


def _said(error: Exception) -> str:
    return redact(str(error) or type(error).__name__)[:300]
