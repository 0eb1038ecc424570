"""/status: what was read, found and sent."""

from __future__ import annotations

from sqlalchemy.orm import Session

from alerts import status as counted
from alerts.bot.talk import Asked, Reply


def status(session: Session, asked: Asked) -> Reply:
    """Counts of a day; the addresses of others for the owner alone."""
    return Reply(counted.say(counted.status(session, asked.now), asked.said.language, addresses=asked.role == "owner"))


COMMANDS = {"status": status}
