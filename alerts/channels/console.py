"""`console:` prints to standard output: for a first run without any account, and for a terminal left open."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from typing import TextIO

from alerts.channels import Failed, Outcome, Pace, Sent
from alerts.config import Settings
from alerts.render import Message
from crawler.errors import UsageError


def check(address: str) -> str:
    """`console:` and nothing after it."""
    if address != "console:":
        raise UsageError(f"{address!r}: the console has no names; write console:")
    return address


def pace(address: str) -> Pace:
    """As fast as one likes."""
    return Pace(address, timedelta(0))


def connect(settings: Settings) -> ConsoleChannel:
    """Always there."""
    return ConsoleChannel(sys.stdout)


class ConsoleChannel:
    """A rule and the message: in colours on a terminal, as plain text elsewhere."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    async def send(self, address: str, message: Message, *, plain: bool = False) -> Outcome:
        try:
            await asyncio.to_thread(self._print, message, plain)
        except (OSError, ValueError) as cause:  # a closed pipe, a full disk behind a redirection
            return Failed(f"standard output: {cause}")
        return Sent()

    def _print(self, message: Message, plain: bool) -> None:
        if plain or not self.stream.isatty():
            self.stream.write(f"{'-' * 72}\n{message.plain}\n")
        else:
            _print_rich(message, self.stream)
        self.stream.flush()

    async def close(self) -> None:
        """Standard output stays open."""


def _print_rich(message: Message, stream: TextIO) -> None:
    from rich.console import Console
    from rich.rule import Rule
    from rich.text import Text

    console = Console(file=stream, highlight=False)
    console.print(Rule(style="yellow"))
    for line in message.lines:
        text = Text()
        for piece in line:
            style = "bold" if piece.bold else ""
            text.append(piece.text, style=f"{style} link {piece.href}" if piece.href else style)
            if piece.href:
                text.append(f" {piece.href}", style="dim")
        console.print(text, soft_wrap=True)
