"""How a chat wants to be written to: language, time zone, quiet hours, silence. Rows wait meanwhile, none is lost."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.locale import languages
from alerts.models import Chat
from alerts.subscriptions import remember
from crawler.config import did_you_mean
from crawler.errors import UsageError

LONGEST_MUTE = timedelta(days=30)
OFF = "off"

_DURATION = re.compile(r"(\d{1,4})\s*([mhd])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_HOURS = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s*[-–—]\s*([01]?\d|2[0-3]):([0-5]\d)")


def mute(session: Session, address: str, wish: str, now: datetime) -> datetime | None:
    """Nothing is sent for `wish` ("3h", "45m", "2d", or "off"); the end of it, or None. UsageError: how to write it."""
    chat = remember(session, address, now)
    if wish == OFF:
        chat.muted_until = None
        return None
    found = _DURATION.fullmatch(wish.strip().lower())
    length = int(found[1]) * _UNITS[found[2]] if found else timedelta(0)
    if not timedelta(0) < length <= LONGEST_MUTE:
        raise UsageError(f"{wish!r}: write /mute 45m, /mute 3h, /mute 2d (at most 30d), or /mute off")
    chat.muted_until = now + length
    return chat.muted_until


def set_quiet(session: Session, address: str, wish: str, now: datetime) -> str:
    """Quiet hours like "23:00-07:00", every day, in the chat's time zone, or "off"; returns them as stored."""
    chat = remember(session, address, now)
    found = _HOURS.fullmatch(wish.strip())
    if wish != OFF and (found is None or found.group(1, 2) == found.group(3, 4)):
        raise UsageError(f"{wish!r}: write /quiet 23:00-07:00, or /quiet off")
    chat.quiet = f"{int(found[1]):02}:{found[2]}-{int(found[3]):02}:{found[4]}" if found else ""
    return chat.quiet


def set_timezone(session: Session, address: str, wish: str, now: datetime) -> str:
    """A zone of the IANA list, in any capitals; UsageError with the one that was meant."""
    known = {name.lower(): name for name in available_timezones()}
    if wish.lower() not in known:
        cities = {name.rpartition("/")[2]: name for name in sorted(known)}
        near = known.get(cities.get(wish.lower().replace(" ", "_"), ""), "")
        hint = f"; did you mean `{near}`?" if near else did_you_mean(wish, known.values())
        raise UsageError(f"no time zone {wish!r}; write it like Asia/Damascus or Europe/Berlin{hint}")
    chat = remember(session, address, now)
    chat.timezone = known[wish.lower()]
    return chat.timezone


def set_language(session: Session, address: str, wish: str, now: datetime) -> str:
    """A language of alerts/locale/; UsageError lists them."""
    if wish.lower() not in languages():
        raise UsageError(f"no language {wish!r}; there are: {', '.join(languages())}")
    chat = remember(session, address, now)
    chat.language = wish.lower()
    return chat.language


def set_discreet(session: Session, address: str, wish: str, now: datetime) -> bool:
    """Whether messages there name the alert and nothing else from now on; "" means yes, "off" no."""
    if wish not in ("", "on", OFF):
        raise UsageError(f"{wish!r}: write /discreet, or /discreet off")
    chat = remember(session, address, now)
    chat.discreet = wish != OFF
    return chat.discreet


def silent(session: Session, now: datetime) -> dict[str, datetime]:
    """Addresses nothing is sent to now because of quiet hours or /mute, and until when."""
    ends: dict[str, datetime] = {}
    wishes = select(Chat).where((Chat.quiet != "") | (Chat.muted_until > now))
    for chat in session.scalars(wishes):
        until = [end for end in (quiet_until(chat.quiet, chat.timezone, now), chat.muted_until) if end and end > now]
        if until:
            ends[chat.address] = max(until)
    return ends


def quiet_until(quiet: str, timezone: str, now: datetime) -> datetime | None:
    """The end of the quiet hours `now` lies in, or None. "23:00-07:00" runs over midnight; the end is outside."""
    if not quiet:
        return None
    zone = ZoneInfo(timezone)
    start, end = (time.fromisoformat(part) for part in quiet.split("-"))
    here = now.astimezone(zone)
    for day in _days(here):
        starts = datetime.combine(day, start, zone)
        ends = datetime.combine(day + timedelta(days=1 if end <= start else 0), end, zone)
        # compared in UTC: on the night the clocks change, wall time goes wrong by an hour
        if starts.astimezone(UTC) <= now < ends.astimezone(UTC):
            return ends.astimezone(UTC)
    return None


def _days(here: datetime) -> Iterable[datetime]:
    return (here - timedelta(days=1), here)
