"""The menu of commands Telegram shows behind the slash, in every language."""

from __future__ import annotations

from telegram import Bot, BotCommand
from telegram.error import TelegramError

from alerts.locale import languages, texts
from crawler.log import get_log, redact

log = get_log()

# In the order people need them.
COMMANDS = (
    "watchlists", "subscribe", "unsubscribe", "watch", "watches", "edit", "delete", "name", "search", "show", "status", "coverage",
    "mute", "quiet", "digest", "only", "timezone", "language", "discreet", "export", "retract", "invite", "help", "start",
)  # fmt: skip


async def show(bot: Bot) -> None:
    """Tells Telegram the commands; English for languages we do not speak. A refusal costs the menu and nothing else."""
    try:
        for language in languages():
            said = texts(language)
            commands = [BotCommand(name, said(f"menu_{name}")) for name in COMMANDS]
            if language == "en":
                await bot.set_my_commands(commands)
            await bot.set_my_commands(commands, language_code=language)
    except TelegramError as error:
        log.warning("no menu of commands", reason=redact(str(error)))
