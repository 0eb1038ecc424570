"""Where updates come in: every command and every button press is authorised anew; strangers learn their own id alone.

update -> who, where, may they?        one transaction in a thread, with the command's own rows in it
       -> the command's Reply          sent; then what takes longer, in a thread of its own, one at a time
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from telegram import Bot, Document, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, Message, Update
from telegram.constants import ChatMemberStatus, ChatType, ParseMode
from telegram.error import BadRequest
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from alerts import subscriptions
from alerts.bot import commands
from alerts.bot.refusals import refusal
from alerts.bot.talk import Answer, Around, Asked, Buttons, Reply, Upload
from alerts.locale import texts
from alerts.models import Chat
from alerts.render import LIMIT, clip, parts, units
from crawler.errors import UsageError
from crawler.log import get_log, redact
from crawler.registry import kinds

log = get_log()

TOAST = 200
LARGEST_UPLOAD = 1_000_000  # bytes
MOST_WAITING = 20  # long answers, of all users

Result = TypeVar("Result")


@cache
def answers() -> Mapping[str, Answer]:
    """Every command there is, by name: `COMMANDS` of the files of alerts/bot/commands/."""
    return {
        name: one for _, module in kinds(commands.__name__) for name, one in getattr(module, "COMMANDS", {}).items()
    }


@cache
def presses() -> Mapping[str, Answer]:
    """What buttons lead to, by the first word of their data: `BUTTONS` of the same files."""
    return {name: one for _, module in kinds(commands.__name__) for name, one in getattr(module, "BUTTONS", {}).items()}


class Reception:
    """The handlers of one bot. `close` ends what takes longer."""

    def __init__(self, around: Around) -> None:
        self.around = around
        self._thread = ThreadPoolExecutor(1, "rasad-bot-long")
        self._long: dict[int, asyncio.Task[None]] = {}  # by user: each waits for one answer at a time

    def register(self, app: Application) -> None:  # type: ignore[type-arg]
        for name in answers():
            app.add_handler(CommandHandler(name, self._commanded))
        app.add_handler(MessageHandler(filters.Document.ALL, self._uploaded))
        app.add_handler(CallbackQueryHandler(self._pressed))
        app.add_handler(ChatMemberHandler(self._added, ChatMemberHandler.MY_CHAT_MEMBER))
        app.add_error_handler(_complain)

    async def close(self) -> None:
        """Answers under way are given up; their question can be asked again."""
        for task in self._long.values():
            task.cancel()
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _commanded(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        message = update.message
        if message is None or update.effective_user is None:
            return
        name = (message.text or "")[1:].split(maxsplit=1)[0].partition("@")[0].lower()
        reply = await self._transaction(
            lambda session: self._answer(session, update, tuple(context.args or ()), answers()[name], name=name)
        )
        if reply is None:
            await self._leave_unlisted(update)
            return
        await self._send(update, context.bot, reply)

    async def _uploaded(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """A file in a private chat, or one under /watch, is a list of watches."""
        message, chat = update.message, update.effective_chat
        document = message.document if message is not None else None
        if message is None or document is None or chat is None:
            return
        if chat.type != ChatType.PRIVATE and not (message.caption or "").startswith("/watch"):
            return
        refused = await self._transaction(lambda session: self._answer(session, update, (), _nothing))
        if refused is None or refused.text:  # strangers make us fetch nothing
            await self._send(update, context.bot, refused or Reply())
            return
        upload = await _download(context.bot, document)
        reply = await self._transaction(
            lambda session: self._answer(session, update, (), answers()["watch"], name="watch", upload=upload)
        )
        if reply is not None:
            await self._send(update, context.bot, reply)

    async def _pressed(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        query = update.callback_query
        if query is None or update.effective_chat is None:
            return
        words = tuple((query.data or "").split(":"))
        answer = presses().get(words[0], _nothing)
        reply = await self._transaction(lambda session: self._answer(session, update, words, answer))
        with suppress(BadRequest):  # a press older than Telegram remembers; what it did is done
            await query.answer(clip(reply.toast, TOAST) if reply and reply.toast else None)
        if reply is None:
            return
        if not reply.edit:
            await self._send(update, context.bot, reply)
            return
        try:
            if reply.text:
                await query.edit_message_text(reply.text, reply_markup=_keyboard(reply.buttons))
            else:
                await query.edit_message_reply_markup(_keyboard(reply.buttons))
        except BadRequest as error:
            if "not modified" not in str(error).lower():  # two quick presses: the second finds it done
                raise
        await self._send(update, context.bot, replace(reply, text="", buttons=()))

    async def _added(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Somebody put the bot into a group or channel: it leaves again unless that chat or that person is listed."""
        change = update.my_chat_member
        if change is None or change.chat.type == ChatType.PRIVATE:
            return
        there = (ChatMemberStatus.MEMBER, ChatMemberStatus.ADMINISTRATOR)
        if change.new_chat_member.status not in there:
            return
        title = change.chat.title or ""
        hint = await self._transaction(
            lambda session: self._listed(session, change.from_user.id, f"telegram:{change.chat.id}", title)
        )
        if hint is None:
            log.warning("left a chat nobody listed")
            await change.chat.leave()
        elif hint and change.chat.type == ChatType.CHANNEL:
            with suppress(BadRequest):  # who never wrote to the bot cannot be written to
                await context.bot.send_message(change.from_user.id, hint)

    def _listed(self, session: Session, user_id: int, address: str, title: str) -> str | None:
        """None when the bot must leave; else how to subscribe the chat, for who put it there."""
        known = subscriptions.role(session, user_id, self.around.settings.config.telegram.owners) is not None
        if known and subscriptions.allowed(session, address):
            subscriptions.remember(session, address, self.around.clock(), title=title)
            own = session.get(Chat, f"telegram:{user_id}")
            return texts(own.language if own else "en")("added_to", title=title, chat=address.partition(":")[2])
        return "" if subscriptions.knows_chat(session, address) else None

    async def _leave_unlisted(self, update: Update) -> None:
        """A group the bot was put into while it did not run."""
        chat = update.effective_chat
        if chat is None or chat.type == ChatType.PRIVATE:
            return
        if not await self._transaction(lambda session: subscriptions.knows_chat(session, f"telegram:{chat.id}")):
            log.warning("left a chat nobody listed")
            await chat.leave()

    def _answer(
        self,
        session: Session,
        update: Update,
        words: tuple[str, ...],
        answer: Answer,
        *,
        name: str = "",
        upload: Upload | None = None,
    ) -> Reply | None:
        """The answer to somebody who may ask; one line to a stranger in private; nothing to strangers in groups."""
        user, chat = update.effective_user, update.effective_chat
        if user is None or chat is None:
            return None
        now, private = self.around.clock(), chat.type == ChatType.PRIVATE
        role, new = subscriptions.role(session, user.id, self.around.settings.config.telegram.owners), False
        if role is None and private and name == "start" and words:
            role = subscriptions.redeem(session, words[0], user.id, now)
            new = role is not None
        if role is None:
            stranger = private and update.callback_query is None
            return Reply(texts("en")("private", id=user.id)) if stranger else None
        address, spoken = _address(update), user.language_code or ""
        here = session.get(Chat, address)
        if here is None:
            here = subscriptions.remember(session, address, now)
            here.language = texts(spoken.partition("-")[0]).language
        here.title = chat.title or user.full_name
        asked = Asked(
            user=user.id,
            name=user.full_name,
            role=role,
            address=address,
            private=private,
            words=words,
            text=_after_command(update),
            said=texts(here.language),
            now=now,
            around=self.around,
            zone=ZoneInfo(here.timezone),
            new=new,
            upload=upload,
        )
        try:
            with session.begin_nested():  # what a refused command had begun is undone
                return answer(session, asked)
        except UsageError as error:
            said = refusal(error, asked.said.language)
            return Reply(toast=said) if update.callback_query else Reply(said)

    async def _send(self, update: Update, bot: Bot, reply: Reply) -> None:
        """The reply into the chat and topic the update came from; then what takes longer."""
        chat, thread = update.effective_chat, _thread(update)
        assert chat is not None
        keyboard = _keyboard(reply.buttons)
        off = LinkPreviewOptions(is_disabled=True)
        if reply.message is not None:
            await bot.send_message(
                chat.id,
                reply.message.html,
                message_thread_id=thread,
                parse_mode=ParseMode.HTML,
                reply_markup=_keyboard(reply.message.buttons),
                link_preview_options=off,
            )
        pages = [reply.text] if units(reply.text) <= LIMIT else parts(reply.text)
        for number, page in enumerate(filter(None, pages), start=1):
            last = keyboard if number == len(pages) else None
            await bot.send_message(chat.id, page, message_thread_id=thread, reply_markup=last, link_preview_options=off)
        if reply.paper is not None:
            await bot.send_document(chat.id, reply.paper.content, filename=reply.paper.name, message_thread_id=thread)
        if reply.later is not None:
            await self._begin_long(update, bot, reply.later)

    async def _begin_long(self, update: Update, bot: Bot, later: Callable[[], Reply]) -> None:
        user = update.effective_user
        assert user is not None
        if user.id in self._long or len(self._long) >= MOST_WAITING:
            language = await self._transaction(lambda session: session.get_one(Chat, _address(update)).language)
            await self._send(update, bot, Reply(texts(language)("busy")))
            return
        task = asyncio.create_task(self._take_long(update, bot, later))
        self._long[user.id] = task
        task.add_done_callback(lambda _: self._long.pop(user.id, None))

    async def _take_long(self, update: Update, bot: Bot, later: Callable[[], Reply]) -> None:
        try:
            try:
                reply = await asyncio.get_running_loop().run_in_executor(self._thread, later)
            except UsageError as error:
                language = await self._transaction(lambda session: session.get_one(Chat, _address(update)).language)
                reply = Reply(refusal(error, language))
            await self._send(update, bot, reply)
        except Exception as error:
            log.error("answer failed", error=redact(f"{type(error).__name__}: {error}"))

    async def _transaction(self, work: Callable[[Session], Result]) -> Result:
        def transact() -> Result:
            with self.around.database.begin() as session:
                return work(session)

        return await asyncio.to_thread(transact)


def _nothing(session: Session, asked: Asked) -> Reply:
    """What a button of another version, or a made-up one, leads to."""
    return Reply()


async def _download(bot: Bot, document: Document) -> Upload:
    """The file; one that is too large is not fetched, and /watch says so of its empty content."""
    name = document.file_name or "list.csv"
    if (document.file_size or 0) > LARGEST_UPLOAD:
        return Upload(name, b"")
    file = await bot.get_file(document.file_id)
    return Upload(name, bytes(await file.download_as_bytearray()))


def _after_command(update: Update) -> str:
    message = update.message
    text = (message.text or message.caption if message else "") or ""
    return (text.split(maxsplit=1)[1:] or [""])[0] if text.startswith("/") else text


def _thread(update: Update) -> int | None:
    """The forum topic an update comes from."""
    message = update.effective_message
    inside = message is not None and getattr(message, "is_topic_message", None)
    return message.message_thread_id if isinstance(message, Message) and inside else None


def _address(update: Update) -> str:
    chat, thread = update.effective_chat, _thread(update)
    assert chat is not None
    return f"telegram:{chat.id}/{thread}" if thread else f"telegram:{chat.id}"


def _keyboard(buttons: Iterable[Iterable[Any]] | Buttons) -> InlineKeyboardMarkup | None:
    # callback_data holds 64 bytes: ids of watchlists are at most 40 letters of ASCII
    rows = [
        [InlineKeyboardButton(one.text, callback_data=one.data) for one in row if len(one.data.encode()) <= 64]
        for row in buttons
    ]
    return InlineKeyboardMarkup(rows) if rows else None


async def _complain(update: object, context: Any) -> None:
    log.error("command failed", error=redact(f"{type(context.error).__name__}: {context.error}"))
