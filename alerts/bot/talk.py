"""What passes between Telegram and the commands: what was asked, and what is answered.

A command is a function `(session, asked) -> Reply`, run in a thread, in one short transaction that writes. What takes
longer it hands over as `Reply.later`: run after that transaction, outside of any, one at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from alerts.config import Settings
from alerts.locale import Texts
from alerts.render import FSI, PDI, Button, Message, clean, clip
from alerts.subscriptions import Role
from crawler.db import Database
from crawler.outlets import Outlet

LINE = 300  # units of a watch, headline or reason in one line of an answer

Buttons = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Around:
    """What commands may use beside the rows: settings, outlets by id, and the database for what takes longer."""

    settings: Settings
    database: Database
    outlets: Mapping[str, Outlet]
    clock: Callable[[], datetime]
    stopping: Callable[[], bool] = lambda: False
    username: str = ""  # the bot's own


@dataclass(frozen=True, slots=True)
class Upload:
    """A file somebody sent."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """One command or press of somebody who may give it."""

    user: int
    name: str  # as Telegram shows that person
    role: Role
    address: str  # the chat or topic it was given in
    private: bool
    words: tuple[str, ...]  # behind the command; of a press, its data cut at the colons
    text: str  # what follows the command, line breaks kept
    said: Texts  # in the language of the chat
    now: datetime
    around: Around
    zone: ZoneInfo  # of the chat
    new: bool = False  # let in by this very command
    upload: Upload | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """Plain text of any length and, perhaps, rows of buttons.

    What a press leads to may also `edit` the message the button stands under (without text: its buttons alone) and
    show a `toast` for a moment. `later` brings another Reply, sent as a message of its own.
    """

    text: str = ""
    buttons: Buttons = ()
    edit: bool = False
    toast: str = ""
    message: Message | None = None  # an alert as it was sent, instead of text
    paper: Upload | None = None  # a file to go with it
    later: Callable[[], Reply] | None = None


Answer = Callable[[Session, Asked], Reply]


def quoted(text: str, limit: int = LINE) -> str:
    """What others wrote, as a part of a line: clean, clipped, and isolated, so that it turns nothing around it."""
    return f"{FSI}{clip(clean(text).strip(), limit)}{PDI}"


def paragraphs(text: str) -> str:
    """What others wrote, line by line: without control and direction marks."""
    return "\n".join(clean(line).rstrip() for line in text.splitlines())
