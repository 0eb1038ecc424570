"""How a chat wants to be written to: language, time zone, quiet hours, silence, digests, only some outlets.

Rows wait meanwhile, none is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from alerts.locale import languages
from alerts.models import Chat, Subscription
from alerts.subscriptions import remember
from crawler.config import did_you_mean
from crawler.errors import UsageError
from crawler.languages import codes

LONGEST_MUTE = timedelta(days=30)
OFF = "off"

_DURATION = re.compile(r"(\d{1,4})\s*([mhd])")
HALF_HOURLY = "half-hourly"
_DAILY = re.compile(r"daily\s+([01]?\d|2[0-3]):([0-5]\d)")
_ONLY = {"outlet": "outlet:", "outlets": "outlet:", "language": "lang:", "languages": "lang:", "lang": "lang:"}
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


def set_digest(session: Session, address: str, wish: str, now: datetime) -> str:
    """At what hour the lists told in digests are told: "daily 08:00", in the chat's zone; returns "08:00".

    "off" or "half-hourly" has every list of the chat come at once instead, folded half-hourly only in a flood: ''.
    """
    chat = remember(session, address, now)
    found = _DAILY.fullmatch(wish.strip().lower())
    if found is None and wish not in (OFF, HALF_HOURLY):
        raise UsageError(f"{wish!r}: write /digest daily 08:00, /digest half-hourly, or /digest off")
    if found is None:
        session.execute(update(Subscription).where(Subscription.address == address).values(deliver="instant"))
        return ""
    chat.digest_at = f"{int(found[1]):02}:{found[2]}"
    return chat.digest_at


def set_only(session: Session, address: str, wish: str, now: datetime, outlets: Mapping[str, str]) -> list[str]:
    """Which articles are told there: "outlets sana, enab_ar", "languages ar ru", or "off" for all; returns them as stored.

    Wishes for outlets and for languages stand beside each other. `outlets` are names by id. UsageError names the mistake.
    """
    chat = remember(session, address, now)
    kind, _, rest = wish.strip().partition(" ")
    words = [word for word in re.split(r"[\s,،]+", rest.strip().lower()) if word]
    if wish == OFF:
        chat.only = []
        return []
    prefix = _ONLY.get(kind.lower())
    if prefix is None or not words:
        raise UsageError(
            f"{wish!r}: write /only outlets sana enab_ar, /only languages ar ru, /only outlets off, or /only off"
        )
    kept = [one for one in chat.only if not one.startswith(prefix)]
    if words != [OFF]:
        known = outlets if prefix == "outlet:" else dict.fromkeys(codes())
        for word in words:
            if word not in known:
                raise UsageError(f"not known: {word!r}{did_you_mean(word, known)}")
        kept += [prefix + word for word in dict.fromkeys(words)]
    chat.only = sorted(kept)
    return chat.only


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
