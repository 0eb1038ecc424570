"""The Telegram bot: python-telegram-bot driven by hand inside our loop.

    run(settings, database, clock, stopping, announce)
        ask Telegram who we are, until it answers
        print the first owner's link when nobody may command yet
        poll until `stopping` is set, then take leave properly

All state is in the database: a killed bot forgets nothing and repeats at most one harmless answer.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from telegram import Update
from telegram.error import Conflict, InvalidToken, TelegramError
from telegram.ext import Application, ApplicationBuilder, ExtBot

from alerts import subscriptions
from alerts.bot.commands import Commands
from alerts.channels.telegram import READ_TIMEOUT_S, http
from alerts.config import Settings
from crawler.db import Database
from crawler.errors import ChannelError
from crawler.log import get_log, redact

log = get_log()

POLL_S = 25  # how long Telegram holds an empty getUpdates
CONFLICTS = 3  # in a row; a single one may be the connection of our own killed predecessor
LEAVE_S = 3.0
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0


async def run(
    settings: Settings,
    database: Database,
    clock: Callable[[], datetime],
    stopping: asyncio.Event,
    announce: Callable[[str], None] = print,
) -> None:
    """Answers commands until `stopping` is set. No network only means waiting.

    `announce` gets the one-use link for the first owner, when there is none yet.
    Raises ChannelError for a wrong token, and when another program polls with the same one.
    """
    app = _application(settings)
    Commands(settings, database, clock).register(app)
    if not await _introduce(app, stopping):
        return
    link = await asyncio.to_thread(_owner_link, settings, database, clock(), app.bot.username)
    if link:
        announce(link)
    trouble: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    async with app:
        await app.start()
        assert app.updater is not None
        await app.updater.start_polling(
            timeout=POLL_S,
            allowed_updates=[Update.MESSAGE, Update.CALLBACK_QUERY],
            error_callback=_Complaints(trouble),
        )
        log.info("bot polls", bot=app.bot.username)
        try:
            await _first(trouble, stopping)
        finally:
            # Handlers in flight finish; PTB would also ask once more for updates, which a dead network never answers.
            for leave in (app.updater.stop, app.stop):
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LEAVE_S):
                        await leave()


def _application(settings: Settings) -> Application:  # type: ignore[type-arg]
    telegram = settings.config.telegram
    base_url = f"{telegram.base_url.rstrip('/')}/bot"
    request = http(proxy=telegram.proxy, connections=8)
    polling = http(proxy=telegram.proxy, connections=2, read_timeout_s=POLL_S + READ_TIMEOUT_S)
    bot = ExtBot(settings.token, base_url=base_url, request=request, get_updates_request=polling)
    return ApplicationBuilder().bot(bot).build()


async def _introduce(app: Application, stopping: asyncio.Event) -> bool:  # type: ignore[type-arg]
    """getMe, until Telegram answers; False when stopped before. A wrong token is a ChannelError."""
    wait_s = FIRST_WAIT_S
    while not stopping.is_set():
        try:
            await app.bot.initialize()
            return True
        except InvalidToken as cause:
            raise ChannelError(
                "Telegram does not know this token; copy it again from @BotFather, or get a new one there"
            ) from cause
        except TelegramError as error:
            log.warning("telegram does not answer", reason=redact(str(error)), again_in_s=wait_s)
        try:
            await asyncio.wait_for(stopping.wait(), wait_s)
        except TimeoutError:
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)
    return False


def owner_link(username: str, code: str) -> str:
    """The address that, opened in Telegram, says /start CODE to the bot."""
    return f"https://t.me/{username}?start={code}"


def _owner_link(settings: Settings, database: Database, now: datetime, username: str) -> str:
    with database.begin() as session:
        code = subscriptions.first_owner(session, now, settings.config.telegram.owners)
    if code is None:
        return ""
    minutes = int(subscriptions.INVITE_LIFE.total_seconds() // 60)
    return f"The bot has no owner yet. Open this once, within {minutes} minutes: {owner_link(username, code)}"


class _Complaints:
    """What polling complains of. PTB goes on by itself; a second poller is the one thing it cannot heal."""

    def __init__(self, trouble: asyncio.Future[None]) -> None:
        self.trouble, self.conflicts = trouble, 0

    def __call__(self, error: TelegramError) -> None:
        log.warning("polling failed", reason=redact(str(error)))
        self.conflicts = self.conflicts + 1 if isinstance(error, Conflict) else 0
        if self.conflicts >= CONFLICTS and not self.trouble.done():
            self.trouble.set_exception(
                ChannelError("another program polls with this bot's token; stop it, or give one of them another token")
            )


async def _first(trouble: asyncio.Future[None], stopping: asyncio.Event) -> None:
    stopped = asyncio.create_task(stopping.wait())
    waited: set[asyncio.Future[Any]] = {trouble, stopped}
    try:
        await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopped.cancel()
    if trouble.done():
        trouble.result()
