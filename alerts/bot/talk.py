"""What passes between Telegram and the commands: what was asked, and what is answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from alerts.locale import Texts
from alerts.render import Button, Message
from alerts.subscriptions import Role


@dataclass(frozen=True, slots=True)
class Asked:
    """One command of somebody who may give it."""

    user: int
    name: str  # as Telegram shows that person
    role: Role
    address: str  # the chat or topic it was given in
    private: bool
    words: tuple[str, ...]
    text: str  # what follows the command, line breaks kept
    said: Texts  # in the language of the chat
    now: datetime
    timezone: str = "UTC"
    new: bool = False  # let in by this very command


@dataclass(frozen=True, slots=True)
class Reply:
    """Plain text of any length and, perhaps, rows of buttons.

    What a press leads to may also `edit` the message the button stands under (without text: its buttons alone) and
    show a `toast` for a moment.
    """

    text: str = ""
    buttons: tuple[tuple[Button, ...], ...] = ()
    edit: bool = False
    toast: str = ""
    message: Message | None = None  # an alert as it was sent, instead of text
