"""What is new for a chat in a story it has heard of: a reply, at most one in half an hour.

    first message of a story       remembers what it tells: persons, a denial, a confirmation, a state outlet
    a later article of the story   news = what of it is not remembered, for each chat
    no news                        nothing is sent; the first message's counts are edited, see alerts.recount
    news                           joins the reply that waits, or makes one, half an hour after the last

What a chat was told is a row of `told`, unique by chat, story and matter, written with the delivery in one transaction:
a matcher that is killed has told nobody and remembered nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts import telling
from alerts.facts import Facts
from alerts.models import Alert, Delivery, Told
from alerts.telling import Hearer
from crawler.rows import insert_missing

APART = timedelta(minutes=30)  # between two replies of one story in one chat
SAME_PERSON = 0.8  # the score at which crawler.names takes two spellings for one name
_NOT_TOLD = (telling.OUTSIDE, "failed")
_PERSON = "person:"


@dataclass(frozen=True, slots=True)
class Telling:
    """What an article would tell a chat beside its headline. `watches` are titles of lists whose watch fires anew."""

    facts: Facts
    state_outlet: str = ""  # its name, when it is one of a state
    watches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class News:
    """One thing a chat has not been told. `matter` is what makes it unique in a story."""

    kind: str  # person | denial | confirmation | outlet | watch
    text: str
    matter: str


def matters(said: Telling) -> Iterator[News]:
    """All that an article tells, told before or not."""
    for title in said.watches:
        yield News("watch", title, "")  # a watch fires once a story anyway, see alerts.match
    for person in said.facts.persons:
        yield News("person", person.text, _PERSON + (person.reading or person.text))
    if said.facts.denial:
        yield News("denial", said.facts.denial, "denial")
    if said.facts.confirmation:
        yield News("confirmation", said.facts.confirmation, "confirmation")
    if said.state_outlet:
        yield News("outlet", said.state_outlet, "state outlet")


def news(said: Telling, told: Collection[str]) -> list[News]:
    """What of it is new to a chat that was told these matters. A person respelt, or by surname alone, is not new."""
    persons = [matter.removeprefix(_PERSON) for matter in told if matter.startswith(_PERSON)]
    fresh = []
    for one in matters(said):
        if one.kind == "person":
            name = one.matter.removeprefix(_PERSON)
            if len(one.text.split()) < 2 or any(
                _same(spelling, known) for spelling in {name, one.text} for known in persons
            ):
                continue
            persons.append(name)
        elif one.matter in told:
            continue
        fresh.append(one)
    return fresh


def _same(a: str, b: str) -> bool:
    """Whether two names may be one person's; beside a full name its last part is enough."""
    from crawler.names import similarity

    shorter, longer = sorted((a.split(), b.split()), key=len)
    if len(shorter) == 1 and len(longer) > 1:
        return any(similarity(shorter[0], part) >= SAME_PERSON for part in (longer[0], longer[-1]))
    return similarity(a, b) >= SAME_PERSON


# --- rows ----------------------------------------------------------------------------------------------------------


def firsts(session: Session, story_id: int, addresses: Iterable[str]) -> dict[str, Delivery]:
    """The first message of the story in each of the chats that got one."""
    query = (
        select(Delivery)
        .join(Alert, Alert.id == Delivery.alert_id)
        .where(
            Alert.story_id == story_id,
            Delivery.address.in_(sorted(set(addresses))),
            Delivery.reply_to.is_(None),
            Delivery.status.not_in(_NOT_TOLD),
        )
        .order_by(Delivery.id.desc())
    )
    return {delivery.address: delivery for delivery in session.scalars(query)}


def told(session: Session, story_id: int, address: str) -> set[str]:
    """The matters of the story this chat was told."""
    return set(session.scalars(select(Told.matter).where(Told.story_id == story_id, Told.address == address)))


def tell_first(session: Session, alert: Alert, hearer: Hearer, said: Telling, now: datetime) -> Delivery:
    """The outbox row of a chat's first message of a story, and what it will have told."""
    delivery = telling.delivery(alert.id, hearer, now)
    session.add(delivery)
    if not hearer.outside:
        _remember(session, alert, hearer.address, matters(said), now)
    return delivery


def reply(
    session: Session, alert: Alert, hearer: Hearer, first: Delivery, fresh: Sequence[News], now: datetime
) -> Delivery | None:
    """The reply that tells the news: the one that waits, or a new row; None when all of it was told meanwhile."""
    _remember(session, alert, hearer.address, fresh, now)
    said = [{"kind": one.kind, "text": one.text} for one in fresh]
    waiting = _waiting(session, first)
    if waiting is not None:
        waiting.news = [*waiting.news, *(one for one in said if one not in waiting.news)]
        waiting.watchlists = list(dict.fromkeys([*waiting.watchlists, *hearer.watchlists]))
        waiting.urgent, waiting.wakes = waiting.urgent or hearer.urgent, waiting.wakes or hearer.wakes
        return None
    delivery = telling.delivery(alert.id, hearer, now)
    delivery.news, delivery.reply_to = said, first.id
    delivery.not_before = max(now, _last(session, first) + APART)
    session.add(delivery)
    return delivery


def _remember(session: Session, alert: Alert, address: str, said: Iterable[News], now: datetime) -> None:
    session.flush()
    rows: list[dict[str, object]] = [
        {"address": address, "story_id": alert.story_id, "matter": matter, "alert_id": alert.id, "at": now}
        for matter in dict.fromkeys(one.matter for one in said if one.matter)
    ]
    insert_missing(session, Told, rows)


def _waiting(session: Session, first: Delivery) -> Delivery | None:
    """The reply to that message which nobody has begun to send."""
    query = select(Delivery).where(
        Delivery.reply_to == first.id, Delivery.status == "pending", Delivery.attempts == 0, Delivery.repeat.is_(False)
    )
    return session.scalar(query.order_by(Delivery.id).limit(1).with_for_update())


def _last(session: Session, first: Delivery) -> datetime:
    """When the last reply to that message was sent or may have been; long ago when there is none."""
    query = select(Delivery).where(Delivery.reply_to == first.id, Delivery.status.not_in(_NOT_TOLD))
    moments = [max(filter(None, (row.sent_at, row.not_before))) for row in session.scalars(query)]
    return max(moments, default=first.created_at - APART)
