"""`apprise:NAME` sends through one of the services Apprise knows: Signal, Matrix, Slack, ntfy, Mattermost and many others.

The service's address holds its secrets, so it never stands in config.yaml or the database: NAME stands for
RASAD_APPRISE_NAME, the systemd credential apprise_NAME, or a 0600 file named by RASAD_APPRISE_NAME_FILE.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from alerts.channels import Failed, Outcome, Pace, Sent, Uncertain
from alerts.config import Settings
from alerts.render import Message
from crawler.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from apprise import Apprise

PAUSE = timedelta(seconds=2)

_ADDRESS = re.compile(r"apprise:[a-z0-9][a-z0-9-]{0,39}")


def check(address: str) -> str:
    """`apprise:` and a name of small letters, digits and hyphens."""
    if not _ADDRESS.fullmatch(address):
        raise UsageError(
            f"{address!r}: write apprise:NAME, and give the service's address as RASAD_APPRISE_NAME; "
            "see docs/guide/channels.md"
        )
    return address


def pace(address: str) -> Pace:
    """One message in two seconds."""
    return Pace(address, PAUSE)


def connect(settings: Settings) -> AppriseChannel | None:
    """None without a service; ConfigError for an address Apprise does not know."""
    return AppriseChannel(settings.apprise) if settings.apprise else None


class AppriseChannel:
    """Apprise only says whether a service took a message: whatever it did not is uncertain, and says so when repeated."""

    def __init__(self, targets: Mapping[str, str]) -> None:
        from apprise import Apprise, AppriseAsset

        self._services: dict[str, Apprise] = {}
        for name, url in targets.items():
            service = Apprise(asset=AppriseAsset(app_id="Rasad", app_desc="Rasad", async_mode=False))
            if not service.add(url):
                raise ConfigError(f"apprise:{name}: Apprise knows no service for the address given for it")
            self._services[name] = service

    async def send(self, address: str, message: Message, *, plain: bool = False) -> Outcome:
        service = self._services.get(address.partition(":")[2])
        if service is None:
            return Failed("no address was given for this name")
        taken = await asyncio.to_thread(_notify, service, message)
        return Sent() if taken else Uncertain("the service did not say that it took the message")

    async def close(self) -> None:
        """Nothing is open."""


def _notify(service: Apprise, message: Message) -> bool:
    from apprise import NotifyFormat

    title, _, body = message.plain.partition("\n")
    return bool(service.notify(title=title if body else "", body=body or title, body_format=NotifyFormat.TEXT))
