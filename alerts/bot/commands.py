"""What the bot answers. Every command and every button press is authorised anew; strangers learn their own id alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.constants import ChatType
from telegram.error import BadRequest
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes

from alerts import chats, status, subscriptions
from alerts.config import Settings
from alerts.locale import Texts, languages, texts
from alerts.models import Chat
from alerts.render import clean, clip, moment
from alerts.subscriptions import Choice, Role
from crawler.db import Database
from crawler.errors import UsageError
from crawler.log import get_log, redact

log = get_log()

BUTTONS = 40  # Telegram takes 100; nobody reads more
TITLE = 60

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Asked:
    """One command of somebody who may give it."""

    user: int
    role: Role
    address: str  # the chat or topic it was given in
    words: tuple[str, ...]
    said: Texts  # in the language of the chat
    timezone: str = "UTC"
    new: bool = False  # let in by this very command


@dataclass(frozen=True, slots=True)
class Reply:
    """Plain text and, perhaps, buttons: (text, data)."""

    text: str
    buttons: tuple[tuple[str, str], ...] = ()


class Commands:
    """The handlers. Each opens one transaction in a thread and returns a Reply; the network comes afterwards."""

    def __init__(self, settings: Settings, database: Database, clock: Callable[[], datetime]) -> None:
        self.settings, self.database, self.clock = settings, database, clock

    def register(self, app: Application) -> None:  # type: ignore[type-arg]
        answers: dict[str, Callable[[Session, Asked], Reply]] = {
            "start": self.start,
            "help": self.help,
            "watchlists": self.watchlists,
            "subscribe": self.subscribe,
            "unsubscribe": self.unsubscribe,
            "status": self.status,
            "mute": self.mute,
            "quiet": self.quiet,
            "timezone": self.timezone,
            "language": self.language,
        }
        for name, answer in answers.items():
            app.add_handler(CommandHandler(name, self._command(answer)))
        app.add_handler(CallbackQueryHandler(self._pressed))
        app.add_error_handler(_complain)

    def _command(self, answer: Callable[[Session, Asked], Reply]) -> Callable[[Update, Any], Coroutine[Any, Any, None]]:
        async def handle(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
            message = update.message
            if message is None or update.effective_user is None:
                return
            words = tuple(context.args or ())
            reply = await self._transaction(lambda session: self._answer(session, update, words, answer))
            if reply is not None:
                await message.reply_text(reply.text, reply_markup=_keyboard(reply.buttons))

        return handle

    async def _pressed(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        query = update.callback_query
        if query is None:
            return
        data = query.data or ""
        reply = await self._transaction(lambda session: self._answer(session, update, (data,), self.press))
        await query.answer()
        if reply is None:
            return
        try:
            await query.edit_message_text(reply.text, reply_markup=_keyboard(reply.buttons))
        except BadRequest as error:
            if "not modified" not in str(error).lower():  # two quick presses: the second finds it done
                raise

    def _answer(
        self, session: Session, update: Update, words: tuple[str, ...], answer: Callable[[Session, Asked], Reply]
    ) -> Reply | None:
        """The answer to somebody who may ask; one line to a stranger in private; nothing to strangers in groups."""
        user, chat = update.effective_user, update.effective_chat
        if user is None or chat is None:
            return None
        private = chat.type == ChatType.PRIVATE
        role, new = subscriptions.role(session, user.id, self.settings.config.telegram.owners), False
        if role is None and private and answer == self.start and words:
            role = subscriptions.redeem(session, words[0], user.id, self.clock())
            new = role is not None
        if role is None:
            stranger = private and update.callback_query is None
            return Reply(texts("en")("private", id=user.id)) if stranger else None
        address, known = _address(update), user.language_code or ""
        here = session.get(Chat, address)
        if here is None:
            here = subscriptions.remember(session, address, self.clock())
            here.language = texts(known.partition("-")[0]).language
        here.title = chat.title or user.full_name
        asked = Asked(user.id, role, address, words, texts(here.language), here.timezone, new)
        try:
            return answer(session, asked)
        except UsageError as error:
            return Reply(str(error))

    def start(self, session: Session, asked: Asked) -> Reply:
        """Who we are, who can read along, and that a chat which had stopped goes on."""
        lines = [asked.said("welcome", address=asked.address)]
        if asked.new:
            lines.append(asked.said("welcome_new", role=asked.role))
        reason = subscriptions.resume(session, asked.address)
        if reason:
            lines.append(asked.said("resumed", reason=reason))
        return Reply("\n\n".join(lines))

    def help(self, session: Session, asked: Asked) -> Reply:
        names = [choice.watchlist for choice in subscriptions.choices(session, asked.address)]
        example = names[0] if names else "my-names"
        return Reply(asked.said("help", example=example, languages=", ".join(languages())))

    def watchlists(self, session: Session, asked: Asked) -> Reply:
        """Every list by name, with a button each."""
        choices = subscriptions.choices(session, asked.address)
        if not choices:
            return Reply(asked.said("watchlists_none"))
        subscribed = sum(choice.subscribed for choice in choices)
        head = asked.said("watchlists", subscribed=subscribed, count=len(choices))
        lines = [_line(choice, asked.said) for choice in choices[:BUTTONS]]
        return Reply("\n".join([head, *lines]), tuple(_button(choice, asked.said) for choice in choices[:BUTTONS]))

    def press(self, session: Session, asked: Asked) -> Reply:
        """A button of /watchlists: the list as it is afterwards."""
        sign, _, watchlist = asked.words[0].partition(":")
        try:
            if sign == "+":
                subscriptions.subscribe(session, watchlist, asked.address, self.clock())
            elif sign == "-":
                subscriptions.unsubscribe(session, watchlist, asked.address)
        except UsageError as error:
            reply = self.watchlists(session, asked)
            return Reply(f"{error}\n\n{reply.text}", reply.buttons)
        return self.watchlists(session, asked)

    def subscribe(self, session: Session, asked: Asked) -> Reply:
        choices = subscriptions.choices(session, asked.address)
        if not asked.words:
            return Reply(asked.said("subscribe_which", lists=_names(choices, asked.said)))
        name = asked.words[0].lower()
        new = subscriptions.subscribe(session, name, asked.address, self.clock())
        return Reply(asked.said("subscribed" if new else "subscribed_already", title=_title(choices, name)))

    def unsubscribe(self, session: Session, asked: Asked) -> Reply:
        choices = subscriptions.choices(session, asked.address)
        if not asked.words:
            return Reply(
                asked.said("unsubscribe_which", lists=_names((c for c in choices if c.subscribed), asked.said))
            )
        name = asked.words[0].lower()
        was = subscriptions.unsubscribe(session, name, asked.address)
        return Reply(asked.said("unsubscribed" if was else "unsubscribed_already", title=_title(choices, name)))

    def status(self, session: Session, asked: Asked) -> Reply:
        counted = status.status(session, self.clock())
        return Reply(status.say(counted, asked.said.language, addresses=asked.role == "owner"))

    def mute(self, session: Session, asked: Asked) -> Reply:
        until = chats.mute(session, asked.address, " ".join(asked.words), self.clock())
        if until is None:
            return Reply(asked.said("unmuted"))
        return Reply(asked.said("muted", date=moment(until, asked.said.language, ZoneInfo(asked.timezone))))

    def quiet(self, session: Session, asked: Asked) -> Reply:
        hours = chats.set_quiet(session, asked.address, " ".join(asked.words), self.clock())
        return Reply(
            asked.said("quiet_set", hours=hours, timezone=asked.timezone) if hours else asked.said("quiet_off")
        )

    def timezone(self, session: Session, asked: Asked) -> Reply:
        zone = chats.set_timezone(session, asked.address, " ".join(asked.words), self.clock())
        return Reply(asked.said("timezone_set", timezone=zone))

    def language(self, session: Session, asked: Asked) -> Reply:
        chosen = chats.set_language(session, asked.address, " ".join(asked.words), self.clock())
        return Reply(texts(chosen)("language_set"))

    async def _transaction(self, work: Callable[[Session], Result]) -> Result:
        def transact() -> Result:
            with self.database.begin() as session:
                return work(session)

        return await asyncio.to_thread(transact)


def _address(update: Update) -> str:
    chat, message = update.effective_chat, update.effective_message
    assert chat is not None
    if message is not None and getattr(message, "is_topic_message", None) and message.message_thread_id:
        return f"telegram:{chat.id}/{message.message_thread_id}"
    return f"telegram:{chat.id}"


def _names(choices: Iterable[Choice], said: Texts) -> str:
    return ", ".join(choice.watchlist for choice in choices) or said("none")


def _title(choices: Iterable[Choice], watchlist: str) -> str:
    found = next((choice.title for choice in choices if choice.watchlist == watchlist), watchlist)
    return clip(clean(found), TITLE)


def _line(choice: Choice, said: Texts) -> str:
    named = choice.title if choice.title == choice.watchlist else f"{choice.title} ({choice.watchlist})"
    return said("watchlist_line", mark="✓" if choice.subscribed else "–", title=clip(clean(named), TITLE + 42))


def _button(choice: Choice, said: Texts) -> tuple[str, str]:
    text = said(
        "button_unsubscribe" if choice.subscribed else "button_subscribe", title=clip(clean(choice.title), TITLE)
    )
    return text, f"{'-' if choice.subscribed else '+'}:{choice.watchlist}"


def _keyboard(buttons: Iterable[tuple[str, str]]) -> InlineKeyboardMarkup | None:
    # callback_data holds 64 bytes: ids of watchlists are at most 40 letters of ASCII
    rows = [[InlineKeyboardButton(text, callback_data=data)] for text, data in buttons if len(data.encode()) <= 64]
    return InlineKeyboardMarkup(rows) if rows else None


async def _complain(update: object, context: Any) -> None:
    log.error("command failed", error=redact(f"{type(context.error).__name__}: {context.error}"))
