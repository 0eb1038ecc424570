"""One poller per bot: a row says whose turn it is, so that a second daemon waits instead of quarrelling (409)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from alerts.models import Note

TURN = timedelta(seconds=15)  # a killed daemon's turn ends after that
RENEW_S = 5.0


def take(session: Session, bot_id: str, holder: str, now: datetime) -> bool:
    """Whether it is `holder`'s turn to poll until now + TURN: it was already, nobody else's is, or theirs ran out."""
    note = _note(session, bot_id)
    free = note.value["holder"] in ("", holder) or datetime.fromisoformat(note.value["until"]) <= now
    if free:
        note.value = {"holder": holder, "until": (now + TURN).isoformat()}
    return free


def give_back(session: Session, bot_id: str, holder: str) -> None:
    """Lets the next one begin at once."""
    note = _note(session, bot_id)
    if note.value["holder"] == holder:
        note.value = {**note.value, "holder": ""}


def _note(session: Session, bot_id: str) -> Note:
    """The row, locked, made when it is new."""
    key = f"poller:{bot_id}"
    if session.get(Note, key) is None:
        try:
            with session.begin_nested():
                session.add(Note(key=key, value={"holder": "", "until": datetime(1970, 1, 1, tzinfo=UTC).isoformat()}))
        except IntegrityError:
            session.expire_all()  # another daemon was first; its row is as good
    return session.get_one(Note, key, with_for_update=True, populate_existing=True)
