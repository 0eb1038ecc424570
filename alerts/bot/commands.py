"""What the bot answers. Every command and every button press is authorised anew; strangers learn their own id alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, Update
from telegram.constants import ChatMemberStatus, ChatType, ParseMode
from telegram.error import BadRequest
from telegram.ext import Application, CallbackQueryHandler, ChatMemberHandler, CommandHandler, ContextTypes

from alerts import chats, feedback, recall, status, subscriptions
from alerts.bot import watching
from alerts.bot.talk import Asked, Reply
from alerts.config import Settings
from alerts.content import alert_content
from alerts.locale import Texts, languages, texts
from alerts.models import Chat
from alerts.render import Button, alert_buttons, clean, clip, moment, parts, render
from alerts.subscriptions import Choice
from crawler.db import Database
from crawler.errors import UsageError
from crawler.log import get_log, redact
from crawler.outlets import Outlet

log = get_log()

BUTTONS = 40  # Telegram takes 100; nobody reads more
TITLE = 60
TOAST = 200

Result = TypeVar("Result")


class Commands:
    """The handlers. Each opens one transaction in a thread and returns a Reply; the network comes afterwards."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        clock: Callable[[], datetime],
        outlets: Mapping[str, Outlet],
    ) -> None:
        self.settings, self.database, self.clock, self.outlets = settings, database, clock, outlets
        self.username = ""  # the bot's own, once Telegram has told it

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
            "discreet": self.discreet,
            "show": self.show,
            "invite": self.invite,
            "watch": watching.watch,
            "watches": watching.watches,
            "delete": watching.delete,
            "search": watching.search,
        }
        for name, answer in answers.items():
            app.add_handler(CommandHandler(name, self._command(answer)))
        app.add_handler(CallbackQueryHandler(self._pressed))
        app.add_handler(ChatMemberHandler(self._added, ChatMemberHandler.MY_CHAT_MEMBER))
        app.add_error_handler(_complain)

    def _command(self, answer: Callable[[Session, Asked], Reply]) -> Callable[[Update, Any], Coroutine[Any, Any, None]]:
        async def handle(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
            message = update.message
            if message is None or update.effective_user is None:
                return
            words = tuple(context.args or ())
            reply = await self._transaction(lambda session: self._answer(session, update, words, answer))
            if reply is not None:
                if reply.message is not None:
                    await message.reply_text(
                        reply.message.html,
                        parse_mode=ParseMode.HTML,
                        reply_markup=_keyboard(reply.message.buttons),
                        link_preview_options=LinkPreviewOptions(is_disabled=True),
                    )
                for part in parts(reply.text):
                    await message.reply_text(part, reply_markup=_keyboard(reply.buttons))

        return handle

    async def _added(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Somebody put the bot into a group or channel: it leaves again unless that chat or that person is listed."""
        change = update.my_chat_member
        if change is None or change.chat.type == ChatType.PRIVATE:
            return
        there = (ChatMemberStatus.MEMBER, ChatMemberStatus.ADMINISTRATOR)
        if change.new_chat_member.status in there and not await self._transaction(
            lambda session: self._may_stay(session, change.from_user.id, f"telegram:{change.chat.id}")
        ):
            log.warning("left a chat nobody listed")
            await change.chat.leave()

    def _may_stay(self, session: Session, user_id: int, address: str) -> bool:
        known = subscriptions.role(session, user_id, self.settings.config.telegram.owners) is not None
        return known or subscriptions.knows_chat(session, address)

    async def _pressed(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        query, chat = update.callback_query, update.effective_chat
        if query is None or chat is None:
            return
        data = query.data or ""
        reply = await self._transaction(lambda session: self._answer(session, update, (data,), self.press))
        await query.answer(clip(reply.toast, TOAST) if reply and reply.toast else None)
        if reply is None:
            return
        try:
            if reply.edit and reply.text:
                await query.edit_message_text(reply.text, reply_markup=_keyboard(reply.buttons))
            elif reply.edit:
                await query.edit_message_reply_markup(_keyboard(reply.buttons))
            else:
                thread = _thread(update)
                for part in parts(reply.text):
                    await context.bot.send_message(chat.id, part, message_thread_id=thread)
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
        asked = Asked(
            user=user.id,
            name=user.full_name,
            role=role,
            address=address,
            private=private,
            words=words,
            text=_after_command(update),
            said=texts(here.language),
            now=self.clock(),
            timezone=here.timezone,
            new=new,
        )
        try:
            return answer(session, asked)
        except UsageError as error:
            return Reply(toast=str(error)) if update.callback_query else Reply(str(error))

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
        names = [choice.watchlist for choice in subscriptions.choices(session, asked.address, asked.user, asked.role)]
        example = names[0] if names else "my-names"
        return Reply(asked.said("help", example=example, languages=", ".join(languages())))

    def watchlists(self, session: Session, asked: Asked) -> Reply:
        """Every list by name, with a button each."""
        choices = subscriptions.choices(session, asked.address, asked.user, asked.role)
        if not choices:
            return Reply(asked.said("watchlists_none"))
        subscribed = sum(choice.subscribed for choice in choices)
        head = asked.said("watchlists", subscribed=subscribed, count=len(choices))
        lines = [_line(choice, asked.said) for choice in choices[:BUTTONS]]
        return Reply("\n".join([head, *lines]), tuple((_button(choice, asked.said),) for choice in choices[:BUTTONS]))

    def press(self, session: Session, asked: Asked) -> Reply:
        """A button: a line of /watchlists, or what stands under an alert."""
        presses: dict[str, Callable[[Session, Asked, list[str]], Reply]] = {
            "+": self._toggle,
            "-": self._toggle,
            "judge": self._judge,
            "text": self._text,
            "why": self._why,
        }
        kind, *rest = asked.words[0].split(":", 2)
        pressed = presses.get(kind)
        return pressed(session, asked, [kind, *rest, ""]) if pressed else Reply()

    def _toggle(self, session: Session, asked: Asked, data: list[str]) -> Reply:
        """The list as it is afterwards."""
        if data[0] == "+":
            subscriptions.check_visible(data[1], asked.user, asked.role)
            subscriptions.subscribe(session, data[1], asked.address, asked.now)
        else:
            subscriptions.unsubscribe(session, data[1], asked.address)
        return replace(self.watchlists(session, asked), edit=True)

    def _judge(self, session: Session, asked: Asked, data: list[str]) -> Reply:
        """The reader's word is stored and shown at its button."""
        feedback.judge(session, data[1], asked.address, asked.user, data[2], asked.now)
        toast = asked.said("judged" if data[2] == "right" else "judged_muted")
        return Reply(buttons=alert_buttons(data[1], asked.said, data[2]), edit=True, toast=toast)

    def _text(self, session: Session, asked: Asked, data: list[str]) -> Reply:
        if recall.lists_told(session, data[1], asked.address) is None:
            return Reply(toast=asked.said("not_told"))
        return Reply(recall.text(session, data[1]))

    def _why(self, session: Session, asked: Asked, data: list[str]) -> Reply:
        if recall.lists_told(session, data[1], asked.address) is None:
            return Reply(toast=asked.said("not_told"))
        return Reply(f"{asked.said('why', id=data[1])}\n{recall.why(session, data[1], asked.address)}")

    def subscribe(self, session: Session, asked: Asked) -> Reply:
        choices = subscriptions.choices(session, asked.address, asked.user, asked.role)
        if not asked.words:
            return Reply(asked.said("subscribe_which", lists=_names(choices, asked.said)))
        name = asked.words[0].lower()
        subscriptions.check_visible(name, asked.user, asked.role)
        new = subscriptions.subscribe(session, name, asked.address, asked.now)
        return Reply(asked.said("subscribed" if new else "subscribed_already", title=_title(choices, name)))

    def unsubscribe(self, session: Session, asked: Asked) -> Reply:
        choices = subscriptions.choices(session, asked.address, asked.user, asked.role)
        if not asked.words:
            return Reply(
                asked.said("unsubscribe_which", lists=_names((c for c in choices if c.subscribed), asked.said))
            )
        name = asked.words[0].lower()
        was = subscriptions.unsubscribe(session, name, asked.address)
        return Reply(asked.said("unsubscribed" if was else "unsubscribed_already", title=_title(choices, name)))

    def status(self, session: Session, asked: Asked) -> Reply:
        counted = status.status(session, asked.now)
        return Reply(status.say(counted, asked.said.language, addresses=asked.role == "owner"))

    def mute(self, session: Session, asked: Asked) -> Reply:
        until = chats.mute(session, asked.address, " ".join(asked.words), asked.now)
        if until is None:
            return Reply(asked.said("unmuted"))
        return Reply(asked.said("muted", date=moment(until, asked.said.language, ZoneInfo(asked.timezone))))

    def quiet(self, session: Session, asked: Asked) -> Reply:
        hours = chats.set_quiet(session, asked.address, " ".join(asked.words), asked.now)
        return Reply(
            asked.said("quiet_set", hours=hours, timezone=asked.timezone) if hours else asked.said("quiet_off")
        )

    def timezone(self, session: Session, asked: Asked) -> Reply:
        zone = chats.set_timezone(session, asked.address, " ".join(asked.words), asked.now)
        return Reply(asked.said("timezone_set", timezone=zone))

    def language(self, session: Session, asked: Asked) -> Reply:
        chosen = chats.set_language(session, asked.address, " ".join(asked.words), asked.now)
        return Reply(texts(chosen)("language_set"))

    def discreet(self, session: Session, asked: Asked) -> Reply:
        on = chats.set_discreet(session, asked.address, " ".join(asked.words), asked.now)
        return Reply(asked.said("discreet_on" if on else "discreet_off"))

    def show(self, session: Session, asked: Asked) -> Reply:
        """An alert in full, as this chat would have got it; only one that it got."""
        if not asked.words:
            return Reply(asked.said("show_which"))
        alert_id = asked.words[0].lower()
        lists = recall.lists_told(session, alert_id, asked.address)
        if lists is None:
            return Reply(asked.said("not_told"))
        told = alert_content(session, alert_id, self.outlets, lists)
        return Reply(message=render(told, asked.said.language, asked.timezone))

    def invite(self, session: Session, asked: Asked) -> Reply:
        """A link that lets one person in as a reader."""
        if asked.role != "owner":
            return Reply(asked.said("owner_only"))
        if not asked.private:
            return Reply(asked.said("private_only"))
        code = subscriptions.invite(session, "reader", asked.now)
        minutes = int(subscriptions.INVITE_LIFE.total_seconds() // 60)
        return Reply(asked.said("invite", minutes=minutes, link=f"https://t.me/{self.username}?start={code}"))

    async def _transaction(self, work: Callable[[Session], Result]) -> Result:
        def transact() -> Result:
            with self.database.begin() as session:
                return work(session)

        return await asyncio.to_thread(transact)


def _after_command(update: Update) -> str:
    text = (update.message.text if update.message else "") or ""
    return (text.split(maxsplit=1)[1:] or [""])[0]


def _thread(update: Update) -> int | None:
    """The forum topic an update comes from."""
    message = update.effective_message
    inside = message is not None and getattr(message, "is_topic_message", None)
    return message.message_thread_id if message is not None and inside else None


def _address(update: Update) -> str:
    chat, thread = update.effective_chat, _thread(update)
    assert chat is not None
    return f"telegram:{chat.id}/{thread}" if thread else f"telegram:{chat.id}"


def _names(choices: Iterable[Choice], said: Texts) -> str:
    return ", ".join(choice.watchlist for choice in choices) or said("none")


def _title(choices: Iterable[Choice], watchlist: str) -> str:
    found = next((choice.title for choice in choices if choice.watchlist == watchlist), watchlist)
    return clip(clean(found), TITLE)


def _line(choice: Choice, said: Texts) -> str:
    named = choice.title if choice.title == choice.watchlist else f"{choice.title} ({choice.watchlist})"
    return said("watchlist_line", mark="✓" if choice.subscribed else "–", title=clip(clean(named), TITLE + 42))


def _button(choice: Choice, said: Texts) -> Button:
    text = said(
        "button_unsubscribe" if choice.subscribed else "button_subscribe", title=clip(clean(choice.title), TITLE)
    )
    return Button(text, f"{'-' if choice.subscribed else '+'}:{choice.watchlist}")


def _keyboard(buttons: Iterable[Iterable[Button]]) -> InlineKeyboardMarkup | None:
    # callback_data holds 64 bytes: ids of watchlists are at most 40 letters of ASCII
    rows = [
        [InlineKeyboardButton(one.text, callback_data=one.data) for one in row if len(one.data.encode()) <= 64]
        for row in buttons
    ]
    return InlineKeyboardMarkup(rows) if rows else None


async def _complain(update: object, context: Any) -> None:
    log.error("command failed", error=redact(f"{type(context.error).__name__}: {context.error}"))
