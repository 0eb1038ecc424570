"""`python -m tests.chaos.sender CONFIG`: a second sender on the daemon's database, to be killed beside it."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from alerts import channels
from alerts.config import load
from alerts.deliver import send_due
from crawler import outlets
from crawler.db import Database
from crawler.log import configure


async def main() -> None:
    configure(quiet=True)
    settings = load(Path(sys.argv[1]))
    database = Database(settings.database_url)
    known = outlets.load(settings.outlet_folders, shipped=False).by_id
    connected = {"telegram": channels.connect(settings)["telegram"]}
    while True:
        await send_due(
            database, connected, known, lambda: datetime.now(UTC), holder="chaos-sender",
            wait=settings.config.alerts.uncertain_wait,
        )  # fmt: skip
        await asyncio.sleep(0.2)


asyncio.run(main())
