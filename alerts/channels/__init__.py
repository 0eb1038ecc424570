"""Ways of reaching someone: one file per URL scheme of an address, found by a folder scan.

A channel's file offers

    check(address) -> str                 the address in its one true spelling; UsageError when it is none
    pace(address) -> Pace                 how often one may write there
    connect(settings) -> Channel | None   the channel itself; None when this installation has not set it up
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from types import ModuleType
from typing import Protocol, runtime_checkable

from alerts.config import Settings
from alerts.render import Message
from crawler.config import did_you_mean
from crawler.errors import UsageError
from crawler.registry import kinds


@dataclass(frozen=True, slots=True)
class Sent:
    """The channel has the message. `message_id` is its name there, or ''."""

    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Retry:
    """Surely not sent; to be tried again after that time. Counts as no attempt."""

    after: timedelta
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Perhaps sent. It goes out again, marked as a possible repeat."""

    reason: str


@dataclass(frozen=True, slots=True)
class Gone:
    """The chat cannot be reached until somebody there says /start."""

    reason: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The chat has another address now; nothing was sent."""

    address: str


@dataclass(frozen=True, slots=True)
class FormatRefused:
    """The channel refused our formatting; nothing was sent. The same goes out as plain text."""

    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """Refused for this message's own fault. It waits longer each time and never holds up another."""

    reason: str


@dataclass(frozen=True, slots=True)
class Closed:
    """The whole channel is unusable (a wrong token); nothing was sent, every row of it waits."""

    reason: str


Outcome = Sent | Retry | Uncertain | Gone | Moved | FormatRefused | Failed | Closed


@dataclass(frozen=True, slots=True)
class Pace:
    """`chat` is the part of the address that limits count for; two messages to it are at least `pause` apart.

    `per_second` is what the whole channel takes, all chats together; None means any number.
    """

    chat: str
    pause: timedelta
    per_second: float | None = None


class Channel(Protocol):
    """Sends one message to one address; expected ends are Outcomes, anything raised counts as Uncertain."""

    async def send(self, address: str, message: Message, *, plain: bool = False) -> Outcome: ...

    async def close(self) -> None: ...


@runtime_checkable
class Editor(Protocol):
    """A channel that can change a message it has sent. `Failed` means that this message can never be changed again."""

    async def edit(self, address: str, message_id: str, message: Message, *, plain: bool = False) -> Outcome: ...


def scheme(address: str) -> str:
    """The part before the first colon: the name of the channel's file."""
    return address.partition(":")[0]


@cache
def _kinds() -> Mapping[str, ModuleType]:
    return dict(kinds(__name__))


def check(address: str) -> str:
    """`address` in its one true spelling. UsageError when no channel takes it."""
    found = _kinds().get(scheme(address))
    if found is None or ":" not in address:
        hint = did_you_mean(scheme(address), _kinds())
        raise UsageError(
            f"{address!r} is not an address; write it like telegram:123456789, email:you@example.org or console:{hint}"
        )
    checked: str = found.check(address)
    return checked


def pace(address: str) -> Pace:
    """How often one may write to `address`; no limit for a channel this program does not know."""
    found = _kinds().get(scheme(address))
    paced: Pace = found.pace(address) if found else Pace(address, timedelta(0))
    return paced


def connect(settings: Settings) -> dict[str, Channel]:
    """Every channel this installation has set up, by scheme. To be closed with `close`."""
    connected = {name: module.connect(settings) for name, module in _kinds().items()}
    return {name: channel for name, channel in connected.items() if channel is not None}


async def close(channels: Mapping[str, Channel]) -> None:
    """Closes all connections."""
    for channel in channels.values():
        await channel.close()
