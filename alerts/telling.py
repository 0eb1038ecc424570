"""Who hears of an alert, and how: at once or with the next digest, whatever the hour, or not at all.

A chat hears of an alert once, under all of its lists that fired. One instant list among them makes it instant.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.models import Chat, Delivery, Subscription, Watchlist
from crawler.models import Article

DIGEST = "digest"
INSTANT = "instant"
OUTSIDE = "outside"  # the status of what a chat asked not to be told of


@dataclass(frozen=True, slots=True)
class Hearer:
    """A chat and what it gets of the lists that fired."""

    address: str
    watchlists: tuple[str, ...]
    deliver: str = INSTANT
    urgent: bool = False  # sent singly, in a flood too
    wakes: bool = False  # sent in quiet hours too
    outside: bool = False  # the chat asked for other outlets or languages only


def hearers(session: Session, article: Article, watchlists: Iterable[str]) -> list[Hearer]:
    """Every chat that gets one of `watchlists`, in order. Suspended ones too: theirs waits until they are back."""
    query = (
        select(Subscription, Watchlist, Chat)
        .join(Watchlist, Watchlist.id == Subscription.watchlist_id)
        .join(Chat, Chat.address == Subscription.address)
        .where(Subscription.watchlist_id.in_(sorted(watchlists)), Chat.allowed)
        .order_by(Subscription.address, Subscription.watchlist_id)
    )
    wanted: dict[str, tuple[Chat, list[tuple[Subscription, Watchlist]]]] = {}
    for subscription, watchlist, chat in session.execute(query):
        wanted.setdefault(chat.address, (chat, []))[1].append((subscription, watchlist))
    return [
        _hearer(address, pairs, outside=not within(chat.only, article.outlet, article.language))
        for address, (chat, pairs) in wanted.items()
    ]


def _hearer(address: str, pairs: Collection[tuple[Subscription, Watchlist]], *, outside: bool) -> Hearer:
    instant = [pair for pair in pairs if (pair[0].deliver or pair[1].deliver) == INSTANT]
    return Hearer(
        address,
        tuple(watchlist.id for _, watchlist in pairs),
        deliver=INSTANT if instant else DIGEST,
        urgent=any(watchlist.urgent for _, watchlist in instant),
        wakes=any(watchlist.urgent and subscription.wakes for subscription, watchlist in instant),
        outside=outside,
    )


def within(only: Iterable[str], outlet: str, language: str) -> bool:
    """Whether a chat that asked for `only` ("outlet:sana", "lang:ar") hears of an article.

    Several outlets are alternatives, and so are several languages; of both kinds one must fit.
    """
    wished: dict[str, set[str]] = {}
    for one in only:
        kind, _, value = one.partition(":")
        wished.setdefault(kind, set()).add(value)
    return outlet in wished.get("outlet", {outlet}) and language in wished.get("lang", {language})


def delivery(alert_id: str, hearer: Hearer, now: datetime) -> Delivery:
    """The outbox row of this alert for this chat."""
    return Delivery(
        alert_id=alert_id,
        digest=[],
        address=hearer.address,
        watchlists=list(hearer.watchlists),
        deliver=hearer.deliver,
        urgent=hearer.urgent,
        wakes=hearer.wakes,
        status=OUTSIDE if hearer.outside else "pending",
        reason="of an outlet or in a language this chat did not ask for" if hearer.outside else "",
        not_before=now,
        created_at=now,
    )
