"""A sender to be killed: `python -m tests.delivery.sender DATABASE_URL BOT_API_URL` sends until SIGTERM."""

from __future__ import annotations

import asyncio
import signal
import sys
from datetime import UTC, datetime, timedelta

from alerts.channels.telegram import TelegramChannel
from alerts.deliver import send_due
from crawler.db import Database
from tests.delivery.world import OUTLETS, TOKEN

WAIT = timedelta(seconds=1.5)


async def main(database_url: str, api_url: str) -> None:
    database, stopping = Database(database_url), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    channels = {"telegram": TelegramChannel(TOKEN, base_url=api_url)}
    while not stopping.is_set():
        await send_due(
            database, channels, OUTLETS, lambda: datetime.now(UTC), holder="sender", stopping=stopping, wait=WAIT
        )
        await asyncio.sleep(0.05)
    await channels["telegram"].close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
