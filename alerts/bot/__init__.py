"""The Telegram bot: python-telegram-bot driven by hand inside our loop.

    run(settings, database, clock, stopping, announce)
        ask Telegram who we are, until it answers; wait while another daemon on this database answers for the bot
        print the first owner's link when nobody may command yet
        poll until `stopping` is set, then take leave properly

All state is in the database: a killed bot forgets nothing and repeats at most one harmless answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

from telegram import Update
from telegram.error import Conflict, InvalidToken, TelegramError
from telegram.ext import Application, ApplicationBuilder, ExtBot

from alerts import subscriptions
from alerts.bot import menu, turn
from alerts.bot.reception import Reception
from alerts.bot.talk import Around
from alerts.channels.telegram import READ_TIMEOUT_S, http
from alerts.config import Settings
from crawler import outlets
from crawler.db import Database
from crawler.errors import ChannelError, DatabaseError, WrongToken
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
    """Answers commands until `stopping` is set. No network only means waiting, and so does another daemon that
    answers for the same bot on this database.

    `announce` gets the one-use link for the first owner, when there is none yet.
    Raises WrongToken, and ChannelError when a program elsewhere polls with the same one.
    """
    holder = secrets.token_hex(8)
    known = await asyncio.to_thread(outlets.load, settings.outlet_folders)
    while not stopping.is_set():
        app = _application(settings)
        if not await _introduce(app, stopping):
            return
        around = Around(settings, database, known.by_id, clock, stopping.is_set, app.bot.username)
        reception = Reception(around)
        reception.register(app)
        ours = _Turn(database, clock, str(app.bot.id), holder)
        if not await ours.wait_for(stopping):
            return
        link = await asyncio.to_thread(_owner_link, settings, database, clock(), app.bot.username)
        if link:
            announce(link)
        try:
            await _poll(app, ours, stopping)
        finally:
            await reception.close()
            await ours.end()


async def _poll(app: Application, ours: _Turn, stopping: asyncio.Event) -> None:  # type: ignore[type-arg]
    """Until stopped, or the turn was lost; ChannelError after several conflicts."""
    trouble: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    async with app:
        await app.start()
        assert app.updater is not None
        await app.updater.start_polling(
            timeout=POLL_S,
            allowed_updates=[Update.MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER],
            error_callback=_Complaints(trouble),
        )
        log.info("bot polls", bot=app.bot.username)
        showing = asyncio.create_task(menu.show(app.bot))  # a slow answer holds nobody up
        try:
            await _first(trouble, stopping.wait(), ours.keep())
        finally:
            showing.cancel()
            # Handlers in flight finish; PTB would also ask once more for updates, which a dead network never answers.
            for leave in (app.updater.stop, app.stop):
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LEAVE_S):
                        await leave()


class _Turn:
    """Our claim to be the one who polls."""

    def __init__(self, database: Database, clock: Callable[[], datetime], bot_id: str, holder: str) -> None:
        self.database, self.clock, self.bot_id, self.holder = database, clock, bot_id, holder

    async def wait_for(self, stopping: asyncio.Event) -> bool:
        """True when it is our turn, False when stopped before."""
        said = False
        while not await asyncio.to_thread(self._take):
            if not said:
                log.warning("another daemon answers for this bot; waiting for it to end", bot=self.bot_id)
                said = True
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), turn.RENEW_S / 5)
            if stopping.is_set():
                return False
        return True

    async def keep(self) -> None:
        """Renews it; returns when somebody else took it, because we were asleep for too long."""
        while True:
            await asyncio.sleep(turn.RENEW_S)
            try:
                if not await asyncio.to_thread(self._take):
                    log.warning("another daemon took over the bot", bot=self.bot_id)
                    return
            except DatabaseError as error:  # who cannot renew goes on: a quarrel is better than a silent bot
                log.error("turn not renewed", reason=str(error))

    async def end(self) -> None:
        with contextlib.suppress(DatabaseError):
            await asyncio.to_thread(self._give_back)

    def _take(self) -> bool:
        with self.database.begin() as session:
            return turn.take(session, self.bot_id, self.holder, self.clock())

    def _give_back(self) -> None:
        with self.database.begin() as session:
            turn.give_back(session, self.bot_id, self.holder)


def _application(settings: Settings) -> Application:  # type: ignore[type-arg]
    telegram = settings.config.telegram
    address = telegram.base_url.rstrip("/")
    request = http(proxy=telegram.proxy, connections=8)
    polling = http(proxy=telegram.proxy, connections=2, read_timeout_s=POLL_S + READ_TIMEOUT_S)
    bot = ExtBot(
        settings.token,
        base_url=f"{address}/bot",
        base_file_url=f"{address}/file/bot",
        request=request,
        get_updates_request=polling,
    )
    return ApplicationBuilder().bot(bot).build()


async def _introduce(app: Application, stopping: asyncio.Event) -> bool:  # type: ignore[type-arg]
    """getMe, until Telegram answers; False when stopped before. Raises WrongToken."""
    wait_s = FIRST_WAIT_S
    while not stopping.is_set():
        try:
            await app.bot.initialize()
            return True
        except InvalidToken as cause:
            raise WrongToken(
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


async def _first(trouble: asyncio.Future[None], *endings: Coroutine[Any, Any, Any]) -> None:
    """Until one of `endings` ends; raises what `trouble` brings."""
    tasks = [asyncio.create_task(ending) for ending in endings]
    waited: set[asyncio.Future[Any]] = {trouble, *tasks}
    try:
        await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
    if trouble.done():
        trouble.result()
