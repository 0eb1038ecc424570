"""Who gets which watchlist, and who may command the bot. The command line and the bot call the same functions.

The caller opens the transaction. Everything may be called twice.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from alerts.channels import check, pace
from alerts.config import SubscriptionSection
from alerts.models import Chat, Invite, Note, Subscription, User, Watchlist
from crawler.config import did_you_mean
from crawler.errors import UsageError

INVITE_LIFE = timedelta(minutes=15)

Role = Literal["owner", "editor", "reader"]

DELIVERIES = ("instant", "digest")

_RANK: Mapping[Role, int] = {"reader": 0, "editor": 1, "owner": 2}


@dataclass(frozen=True, slots=True)
class Subscribed:
    """One subscription as a person sees it. `suspended` says why nothing is sent there now, or is ''."""

    watchlist: str
    title: str
    address: str
    source: str
    suspended: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Choice:
    """A watchlist as a chat sees it: by name, never by query.

    `deliver` is how its alerts come here, or would; `wakes`: its urgent ones break the quiet hours. `shipped` lists
    stand in config.yaml; `owner` is the Telegram user who made it.
    """

    watchlist: str
    title: str
    subscribed: bool
    deliver: str = "instant"
    wakes: bool = False
    shipped: bool = False
    owner: int | None = None


def subscribe(session: Session, watchlist: str, address: str, now: datetime, *, source: str = "user") -> bool:
    """Alerts of `watchlist` go to `address` from now on; False when they did already. UsageError names the mistake.

    Who subscribes an address by hand says that it can be reached: sending to it goes on if it had stopped.
    """
    address = current(session, check(address))
    known = set(session.scalars(select(Watchlist.id).where(Watchlist.removed_at.is_(None))))
    if watchlist not in known:
        public = session.scalars(
            select(Watchlist.id).where(Watchlist.removed_at.is_(None), Watchlist.owner.is_(None))
        ).all()
        raise UsageError(f"no watchlist `{watchlist}`{did_you_mean(watchlist, public)}")
    remember(session, address, now)
    if source == "user":
        resume(session, address)
    if _find(session, watchlist, address) is not None:
        return False
    session.add(Subscription(watchlist_id=watchlist, address=address, source=source, created_at=now))
    session.flush()
    return True


def choose(
    session: Session, watchlist: str, address: str, *, deliver: str | None = None, wakes: bool | None = None
) -> None:
    """How the alerts of a subscribed list come: "instant", "digest" or '' (as the list says), and whether urgent ones wake.

    None leaves it as it is. UsageError when the address does not get the list.
    """
    found = _find(session, watchlist, current(session, check(address)))
    if found is None:
        raise UsageError(f"{address} does not get `{watchlist}`")
    if deliver is not None:
        if deliver not in ("", *DELIVERIES):
            raise UsageError(f"{deliver!r}: write instant, digest or urgent{did_you_mean(deliver, DELIVERIES)}")
        found.deliver = deliver
    if wakes is not None:
        found.wakes = wakes
    session.flush()


def unsubscribe(session: Session, watchlist: str, address: str) -> bool:
    """Alerts of `watchlist` no longer go to `address`; False when they did not. One of config.yaml is a UsageError."""
    found = _find(session, watchlist, current(session, check(address)))
    if found is None:
        return False
    if found.source == "config":
        raise UsageError(f"the subscription of {address} to `{watchlist}` stands in config.yaml; take it out there")
    session.delete(found)
    session.flush()
    return True


def listed(session: Session, address: str = "") -> list[Subscribed]:
    """All subscriptions, or those of one address."""
    query = (
        select(Subscription, Watchlist.title, Chat.suspended)
        .join(Watchlist, Watchlist.id == Subscription.watchlist_id)
        .join(Chat, Chat.address == Subscription.address)
        .order_by(Subscription.watchlist_id, Subscription.address)
    )
    if address:
        query = query.where(Subscription.address == address)
    return [
        Subscribed(row.watchlist_id, title or row.watchlist_id, row.address, row.source, suspended, row.created_at)
        for row, title, suspended in session.execute(query)
    ]


def own_list(user_id: int) -> str:
    """The id of the watchlist a Telegram user makes with /watch."""
    return f"user-{user_id}"


def check_visible(session: Session, watchlist: str, user_id: int, granted: Role) -> None:
    """UsageError when this is somebody else's own list: to others but an owner it does not exist."""
    row = session.get(Watchlist, watchlist)
    if row is not None and not _visible(row, user_id, granted):
        raise UsageError(f"no watchlist `{watchlist}`")


def _visible(row: Watchlist, user_id: int, granted: Role) -> bool:
    return granted == "owner" or row.owner in (None, user_id)


def choices(session: Session, address: str, user_id: int = 0, granted: Role = "owner") -> list[Choice]:
    """Every watchlist this user may see, and whether and how `address` gets it."""
    here = select(Subscription).where(Subscription.address == current(session, address))
    mine = {row.watchlist_id: row for row in session.scalars(here)}
    query = select(Watchlist).where(Watchlist.removed_at.is_(None)).order_by(Watchlist.id)
    return [
        Choice(
            row.id,
            row.title or row.id,
            row.id in mine,
            deliver=(mine[row.id].deliver if row.id in mine else "") or row.deliver,
            wakes=row.id in mine and mine[row.id].wakes,
            shipped=row.source == "config",
            owner=row.owner,
        )
        for row in session.scalars(query)
        if _visible(row, user_id, granted)
    ]


def sync(session: Session, wanted: Iterable[SubscriptionSection], now: datetime) -> None:
    """Makes the subscriptions of config.yaml so; those made elsewhere are left alone.

    The watchlists must be there already. A chat that moved meanwhile is found under its new address.
    """
    wanted_pairs = {(one.watchlist, current(session, check(one.to))) for one in wanted}
    for watchlist, address in sorted(wanted_pairs):
        subscribe(session, watchlist, address, now, source="config")
    for row in session.scalars(select(Subscription).where(Subscription.source == "config")):
        if (row.watchlist_id, row.address) not in wanted_pairs:
            session.delete(row)
    session.flush()


def current(session: Session, address: str) -> str:
    """Where a chat is now that once had `address`: groups get another number when they grow."""
    for _ in range(10):  # a ring of moves cannot happen, but must not hang us
        note = session.get(Note, f"moved:{address}")
        if note is None:
            return address
        address = note.value["to"]
    return address


def remember(session: Session, address: str, now: datetime, *, title: str = "") -> Chat:
    """The row of a chat, made when it is new. A new topic shares the pause of its group from its next message on."""
    chat = session.get(Chat, address)
    if chat is None:
        chat = Chat(address=address, title=title, created_at=now)
        session.add(chat)
    elif title:
        chat.title = title
    session.flush()
    return chat


def knows_chat(session: Session, address: str) -> bool:
    """Whether somebody listed this chat, or a topic of it, and nobody denied it."""
    here = or_(Chat.address == address, Chat.address.startswith(f"{address}/", autoescape=True))
    return session.scalar(select(Chat.address).where(here, Chat.allowed).limit(1)) is not None


def allowed(session: Session, address: str) -> bool:
    """Whether nobody denied this chat."""
    chat = session.get(Chat, current(session, address))
    return chat is None or chat.allowed


def resume(session: Session, address: str) -> str:
    """Sends to this chat again, with all its topics; returns why it had stopped, or ''."""
    address = pace(current(session, address)).chat
    stopped = (
        or_(Chat.address == address, Chat.address.startswith(f"{address}/", autoescape=True)),
        Chat.suspended != "",
    )
    reasons = list(session.scalars(select(Chat.suspended).where(*stopped)))
    session.execute(update(Chat).where(*stopped).values(suspended=""))
    return reasons[0] if reasons else ""


def allow(session: Session, address: str, now: datetime) -> None:
    """Messages may go to this chat."""
    remember(session, current(session, check(address)), now).allowed = True


def deny(session: Session, address: str, now: datetime) -> None:
    """No message goes to this chat; its subscriptions and rows are kept."""
    remember(session, current(session, check(address)), now).allowed = False


def role(session: Session, user_id: int, owners: Iterable[int] = ()) -> Role | None:
    """What a Telegram user may do; `owners` are those of config.yaml. None for a stranger."""
    if user_id in set(owners):
        return "owner"
    user = session.get(User, user_id)
    return _role(user.role) if user else None


def add_user(session: Session, user_id: int, granted: str, now: datetime) -> None:
    """Lets a Telegram user command the bot, or changes the role."""
    session.merge(User(id=user_id, role=_role(granted), added_at=now))
    session.flush()


def remove_user(session: Session, user_id: int) -> bool:
    """Turns a user into a stranger; subscriptions of the chat stay. False when unknown."""
    removed = session.execute(delete(User).where(User.id == user_id))
    return bool(removed.rowcount)  # type: ignore[attr-defined]


def invite(session: Session, granted: str, now: datetime) -> str:
    """A code for one person, good for a quarter of an hour; only its hash is stored, so it cannot be shown again."""
    code = secrets.token_urlsafe(24)
    session.add(Invite(code_sha256=_hash(code), role=_role(granted), expires_at=now + INVITE_LIFE))
    session.flush()
    return code


def redeem(session: Session, code: str, user_id: int, now: datetime) -> Role | None:
    """Lets `user_id` in when the code is good: once, in time. None otherwise."""
    digest = _hash(code)
    used = session.execute(
        update(Invite)
        .where(Invite.code_sha256 == digest, Invite.used_by.is_(None), Invite.expires_at > now)
        .values(used_by=user_id)
    )
    if used.rowcount != 1:  # type: ignore[attr-defined]
        return None
    granted = _role(session.scalars(select(Invite.role).where(Invite.code_sha256 == digest)).one())
    known = role(session, user_id)
    if known is None or _RANK[granted] > _RANK[known]:  # an owner who tries a reader's code stays one
        add_user(session, user_id, granted, now)
        return granted
    return known


def first_owner(session: Session, now: datetime, owners: Iterable[int] = ()) -> str | None:
    """A code that makes its user the owner, or None when there is one. Earlier codes of this kind stop working."""
    if list(owners) or session.scalar(select(func.count()).select_from(User).where(User.role == "owner")):
        return None
    session.execute(delete(Invite).where(Invite.role == "owner", Invite.used_by.is_(None)))
    return invite(session, "owner", now)


def _find(session: Session, watchlist: str, address: str) -> Subscription | None:
    return session.scalar(
        select(Subscription).where(Subscription.watchlist_id == watchlist, Subscription.address == address)
    )


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()


def _role(name: str) -> Role:
    for known in get_args(Role):
        if name == known:
            return known  # type: ignore[no-any-return]
    raise UsageError(f"no role `{name}`{did_you_mean(name, get_args(Role))}")
