"""What Rasad says of itself, so that silence can be trusted. The caller opens the transactions.

    beat            every minute: a note that we live; who comes back after an outage says from when to when
    daily           one silent line per chat and local day: alerts, outlets read, outlets that block us
    report_health   to the operator: loss of coverage at once, everything else once a day
    reroute         what an operator's channel could not deliver goes by the next one
    well, ping      `heartbeat_url` is fetched only while reading, matching and sending do what they are there for

Each notice has a name under which a chat hears of it once: all of this may run twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alerts import scope
from alerts.channels import scheme
from alerts.match import pending
from alerts.models import Chat, Delivery, Note, Subscription, Watchlist
from alerts.outbox import notify
from alerts.subscriptions import current
from alerts.telling import OUTSIDE
from crawler import health_rows
from crawler.check_days import ANSWERED
from crawler.coverage import Coverage, CoverageChange, lost_coverage, regained_coverage
from crawler.health import Change, fold, is_news
from crawler.log import get_log, redact
from crawler.models import Check
from crawler.outlets import Outlet

if TYPE_CHECKING:
    import httpx

OUTAGE = timedelta(minutes=10)  # a restart or an upgrade takes less, and is no news
PING_TIMEOUT_S = 10.0
NAMES = 8  # outlets named in one line

_BEAT = "heartbeat"
_HEALTH = "health told"
_OPERATOR = "operator:"  # how the names of notices to the operator begin
_ELSEWHERE = "told by another channel"

log = get_log()


# --- that we live ----------------------------------------------------------------------------------------------------


@dataclass
class Reach:
    """Which servers answer: a channel that has one for all ("telegram"), else the address.

    `unanswered`: since when every message there ends in silence or a refused connection. `back` are those that answer
    again, with the time they did not; `beat` tells of them, and its caller takes them out once that is committed.
    """

    unanswered: dict[str, datetime] = field(default_factory=dict)
    back: list[tuple[str, datetime, datetime]] = field(default_factory=list)
    heard: set[str] = field(default_factory=set)

    def hear(self, answered: Collection[str], unanswered: Collection[str], now: datetime) -> None:
        """What one round of sending learned."""
        self.heard.update(answered)
        for name in answered:
            if name in self.unanswered:
                self.back.append((name, self.unanswered.pop(name), now))
        for name in set(unanswered) - set(answered):
            self.unanswered.setdefault(name, now)


def beat(session: Session, now: datetime, reach: Reach, patience: timedelta) -> int:
    """Notes that we live; how many notices of outages were written.

    Compared with the note of a minute ago, or of our predecessor: a gap means that we were away or frozen; outlets
    that answer again after more than `patience` without one answer were not read; so for channels that answer again.
    """
    before = session.get(Note, _BEAT, with_for_update=True)
    last: Mapping[str, Any] = before.value if before is not None else {}
    told = 0
    read_until = _moment(last.get("read"))
    alive_until = _moment(last.get("at"))
    if alive_until is not None and now - alive_until > OUTAGE:
        told += _tell_all(session, "outage", alive_until, now, now)
        read_until = now  # told with the rest
    for name, since in last.get("unanswered", {}).items():
        if name not in reach.heard:
            reach.unanswered[name] = datetime.fromisoformat(since)  # perhaps our predecessor's; an answer ends it
    again = _first_answer(session, read_until)
    if read_until is not None and again is not None and again - read_until > patience:
        told += _tell_all(session, "outage_reading", read_until, again, now)
    for name, since, until in list(reach.back):
        if until - since > OUTAGE:
            told += _tell_all(session, "outage_sending", since, until, now, channel=name)
    newest = session.scalar(select(func.max(Check.at)).where(Check.outcome.in_(ANSWERED)))
    value = {
        "at": now.isoformat(),
        "read": max(filter(None, (newest, read_until)), default=now).isoformat(),
        "unanswered": {name: since.isoformat() for name, since in reach.unanswered.items()},
    }
    session.merge(Note(key=_BEAT, value=value))
    return told


def _first_answer(session: Session, after: datetime | None) -> datetime | None:
    if after is None:
        return None
    found: datetime | None = session.scalar(
        select(func.min(Check.at)).where(Check.at > after, Check.outcome.in_(ANSWERED))
    )
    return found


def _tell_all(session: Session, key: str, since: datetime, until: datetime, now: datetime, channel: str = "") -> int:
    """One notice of an outage to every chat that gets a list (of one channel)."""
    params = {"since": {"at": since.isoformat()}, "until": {"at": until.isoformat()}}
    log.warning(key, since=since.isoformat(), until=until.isoformat(), channel=scheme(channel))
    return sum(
        notify(session, chat.address, key, params, now, unique=f"{key}:{since.isoformat()}")
        for chat, _ in _listeners(session)
        if channel in ("", scheme(chat.address), chat.address)
    )


def _moment(said: str | None) -> datetime | None:
    return datetime.fromisoformat(said) if said else None


def _listeners(session: Session) -> list[tuple[Chat, datetime]]:
    """Chats that can be reached and get a list, and since when they do."""
    query = (
        select(Subscription.address, func.min(Subscription.created_at))
        .join(Watchlist, Watchlist.id == Subscription.watchlist_id)
        .join(Chat, Chat.address == Subscription.address)
        .where(Watchlist.removed_at.is_(None), Chat.suspended == "", Chat.allowed)
        .group_by(Subscription.address)
        .order_by(Subscription.address)
    )
    return [(session.get_one(Chat, address), since) for address, since in session.execute(query)]


def well(session: Session, now: datetime, reach: Reach, patience: timedelta) -> str:
    """What stands still ("no outlet answers since ..."), or '' while reading, matching and sending make real progress."""
    newest = session.scalar(select(func.max(Check.at)).where(Check.outcome.in_(ANSWERED)))
    if newest is None or now - newest > patience:
        return f"no outlet answers since {newest.isoformat() if newest else 'the start'}"
    waiting = pending(session, now, 1)
    if waiting and now - waiting[0].changed_at > OUTAGE:
        return f"article {waiting[0].id} waits to be matched since {waiting[0].changed_at.isoformat()}"
    servers = {name: since for name, since in reach.unanswered.items() if ":" not in name}
    silent = [name for name, since in servers.items() if now - since > OUTAGE]
    return f"no answer from {', '.join(silent)}" if silent else ""


async def ping(url: str, transport: httpx.AsyncBaseTransport | None = None) -> bool:
    """Fetches the heartbeat address; False when that failed, which is logged (without the address) and stops nothing."""
    import httpx

    try:
        async with httpx.AsyncClient(timeout=PING_TIMEOUT_S, transport=transport) as client:
            answer = await client.get(url)
            answer.raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        status = error.response.status_code if isinstance(error, httpx.HTTPStatusError) else None
        log.warning("heartbeat not taken", error=type(error).__name__, status=status)
        return False
    return True


# --- the daily line --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DueLine:
    """A chat whose daily line is due, under the name it is told once by, and the alerts of its last day."""

    address: str
    unique: str
    alerts: int


def due_lines(session: Session, now: datetime, at: str) -> list[DueLine]:
    """Chats whose clock has passed `at` ("21:00"; '' is never) today and who have not heard yet."""
    due: dict[str, str] = {}
    for chat, since in _listeners(session) if at else ():
        here = now.astimezone(ZoneInfo(chat.timezone))
        hour = datetime.combine(here.date(), time.fromisoformat(at), here.tzinfo).astimezone(UTC)
        if since < hour <= now:  # who subscribed after it hears tomorrow
            due[chat.address] = f"daily:{here.date()}"
    had = {
        (address, once)
        for address, once in session.execute(
            select(Delivery.address, Delivery.once).where(Delivery.once.in_(set(due.values())))
        )
    }
    left = {address: name for address, name in due.items() if (address, name) not in had}
    counts = _alerts(session, left, now) if left else {}
    return [DueLine(address, name, counts.get(address, 0)) for address, name in left.items()]


def _alerts(session: Session, addresses: Iterable[str], now: datetime) -> dict[str, int]:
    """Alerts of the last day by chat, told or waiting for a digest."""
    counted = (
        select(Delivery.address, func.count(Delivery.alert_id.distinct()))
        .where(
            Delivery.address.in_(list(addresses)),
            Delivery.alert_id.is_not(None),
            Delivery.created_at > now - timedelta(days=1),
            Delivery.status.not_in(("muted", OUTSIDE)),
        )
        .group_by(Delivery.address)
    )
    return {row[0]: row[1] for row in session.execute(counted)}


def daily(session: Session, due: Iterable[DueLine], covered: Coverage, now: datetime) -> int:
    """Writes the lines, without a sound; how many."""
    blocked = [*covered.blocked[:NAMES], *(["…"] if len(covered.blocked) > NAMES else [])]
    seen = {"read": covered.read, "of": covered.of, "blocked": blocked}
    return sum(
        notify(
            session,
            line.address,
            "daily_one" if line.alerts == 1 else "daily",
            {"count": line.alerts, **seen},
            now,
            silent=True,
            unique=line.unique,
        )
        for line in due
    )


# --- the operator ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Operator:
    """Addresses of whoever runs this, the preferred one first, and the channels that can be used now."""

    addresses: Sequence[str]
    schemes: Collection[str]


def tell_operator(
    session: Session, operator: Operator, key: str, params: Mapping[str, Any], now: datetime, *, unique: str
) -> bool:
    """A notice by the first channel that is not broken, by the first of all when all are. False when it was told."""
    addresses = [current(session, address) for address in operator.addresses]
    name = _OPERATOR + unique
    if not addresses or session.scalar(select(Delivery.id).where(Delivery.once == name).limit(1)) is not None:
        return False
    sound = next((address for address in addresses if _sound(session, operator, address)), addresses[0])
    return notify(session, sound, key, params, now, unique=name)


def _sound(session: Session, operator: Operator, address: str) -> bool:
    chat = session.get(Chat, address)
    return scheme(address) in operator.schemes and (chat is None or (chat.allowed and not chat.suspended))


def reroute(session: Session, operator: Operator, now: datetime) -> int:
    """Notices an operator's channel could not deliver go by the next sound one; how many did.

    Broken is a channel that is closed, a chat that is suspended, a notice that was given up or tried in vain for ten
    minutes.
    """
    addresses = [current(session, address) for address in operator.addresses]
    stuck = select(Delivery).where(
        Delivery.once.startswith(_OPERATOR, autoescape=True),
        Delivery.status.in_(("pending", "uncertain", "failed")),
        ~Delivery.reason.startswith(_ELSEWHERE),
    )
    moved = 0
    for row in session.scalars(stuck).all():
        tried_in_vain = row.status == "failed" or (row.reason != "" and now - row.created_at > OUTAGE)
        if not tried_in_vain and _sound(session, operator, row.address):
            continue
        others = (one for one in addresses if one != row.address and _sound(session, operator, one))
        notice = dict(row.notice or {})
        if any(notify(session, one, notice.pop("key"), notice, now, unique=row.once or "") for one in list(others)[:1]):
            row.status, row.reason = "failed", f"{_ELSEWHERE}; here: {row.reason or 'the channel is broken'}"
            moved += 1
    return moved


def report_health(session: Session, outlets: Mapping[str, Outlet], operator: Operator, now: datetime, at: str) -> int:
    """Notices to the operator about outlets; how many. `at` is when the daily one comes, by the operator's clock."""
    if not operator.addresses:
        return 0
    note = session.get(Note, _HEALTH, with_for_update=True)
    seen: dict[str, Any] = dict(note.value) if note is not None else {"at_once": 0, "daily": 0, "day": ""}
    new = health_rows.changes_after(session, seen["at_once"])
    told = _interrupt(session, outlets, operator, new, now) if new else 0
    seen["at_once"] = max((change.id for change in new), default=seen["at_once"])
    today, hour = _operators_day(session, operator, now, at)
    if now >= hour and seen["day"] != today:
        since = health_rows.changes_after(session, seen["daily"])
        news = [change for change in fold(since) if is_news(change)]
        if news:
            params = {"count": len(news), "lines": [_line(change, outlets) for change in news]}
            told += tell_operator(session, operator, "health_daily", params, now, unique=f"health:{today}")
        seen |= {"day": today, "daily": max((change.id for change in since), default=seen["daily"])}
    session.merge(Note(key=_HEALTH, value=seen))
    return told


def _operators_day(session: Session, operator: Operator, now: datetime, at: str) -> tuple[str, datetime]:
    chat = session.get(Chat, current(session, operator.addresses[0]))
    here = now.astimezone(ZoneInfo(chat.timezone if chat is not None else "UTC"))
    hour = datetime.combine(here.date(), time.fromisoformat(at or "09:00"), here.tzinfo)
    return str(here.date()), hour.astimezone(UTC)


def _interrupt(
    session: Session, outlets: Mapping[str, Outlet], operator: Operator, changes: Sequence[Change], now: datetime
) -> int:
    """Watchlists that lost what they could see, or have it back: at once, each with what happened to its outlets."""
    states = health_rows.states(session)
    scopes = scope.subscribed(session, outlets, now.date())
    by_outlet = {change.outlet: change for change in fold(changes)}
    newest = max(change.id for change in changes)
    told = 0
    for key, found in (
        ("health_lost", lost_coverage(changes, states, scopes)),
        ("health_back", regained_coverage(changes, states, scopes)),
    ):
        for one in found:
            lines = [_line(by_outlet[outlet], outlets) for outlet in one.outlets]
            params = {**_said(session, one, outlets), "lines": lines if key == "health_lost" else []}
            told += tell_operator(session, operator, key, params, now, unique=f"{key}:{one.watchlist}:{newest}")
    return told


def _said(session: Session, one: CoverageChange, outlets: Mapping[str, Outlet]) -> dict[str, Any]:
    watchlist = session.get(Watchlist, one.watchlist)
    names = [outlets[outlet].name if outlet in outlets else outlet for outlet in one.outlets[:NAMES]]
    title = watchlist.title if watchlist is not None and watchlist.title else one.watchlist
    return {"list": title, "read": one.read, "of": one.of, "outlets": names}


def _line(change: Change, outlets: Mapping[str, Outlet]) -> dict[str, Any]:
    return {
        "key": "health_line",
        "outlet": outlets[change.outlet].name if change.outlet in outlets else change.outlet,
        "state": f"{change.state} ({change.kind})" if change.kind else change.state,
        "since": {"at": change.since.isoformat()},
        "cause": redact(change.cause),
        "advice": redact(change.advice),
    }
