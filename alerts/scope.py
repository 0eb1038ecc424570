"""Which outlets a watchlist can see: what its `outlet:`, `lang:`, `country:` and `leaning:` leave of them.

A watch that names none of them can see every outlet. `sees` and `sees_all` are asked of the tree of a watch; what a word
of a text means for an outlet nobody knows, so of such a word the answers are "perhaps" (sees) and "not surely" (sees_all).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts import watchlists
from alerts.models import Chat, Subscription, Watchlist
from alerts.query import Query, leaves
from alerts.terms import Term
from alerts.terms.country import Country
from alerts.terms.either import Either
from alerts.terms.lang import Lang
from alerts.terms.leaning import Leaning
from alerts.terms.outlet import Outlet as OutletTerm
from alerts.terms.without import Without
from crawler.languages import tokenise
from crawler.outlets import Outlet

_ABOUT_OUTLETS = (OutletTerm, Lang, Country, Leaning)


def sees(term: Term, outlet: Outlet, day: date) -> bool:
    """Whether an article of that outlet, of that day, may meet the term."""
    match term:
        case OutletTerm():
            return outlet.id.casefold() == term.id
        case Lang():
            return term.code in outlet.languages
        case Country():
            return outlet.country.casefold() == term.value
        case Leaning():
            return _words(term.value) <= _words(outlet.leaning_on(day))
        case Without():
            return not sees_all(term.part, outlet, day)
        case Either():
            return any(sees(part, outlet, day) for part in term.parts)
    if term.joint:
        return all(sees(part, outlet, day) for part in term.children)
    return True


def sees_all(term: Term, outlet: Outlet, day: date) -> bool:
    """Whether every article of that outlet, of that day, meets the term."""
    match term:
        case OutletTerm() | Country() | Leaning():
            return sees(term, outlet, day)
        case Lang():
            return outlet.languages == [term.code]
        case Without():
            return not sees(term.part, outlet, day)
        case Either():
            return any(sees_all(part, outlet, day) for part in term.parts)
    return term.joint and bool(term.children) and all(sees_all(part, outlet, day) for part in term.children)


def scope(queries: Iterable[Query], outlets: Mapping[str, Outlet], day: date) -> frozenset[str]:
    """Ids of the outlets that at least one of the watches can see."""
    found: set[str] = set()
    for query in queries:
        if not any(isinstance(leaf, _ABOUT_OUTLETS) for leaf in leaves(query.root)):
            return frozenset(outlets)
        found |= {id for id, outlet in outlets.items() if id not in found and sees(query.root, outlet, day)}
    return frozenset(found)


def of_watchlist(session: Session, watchlist: str, outlets: Mapping[str, Outlet], day: date) -> frozenset[str]:
    """The outlets a watchlist can see. UsageError for one nobody has."""
    loaded = watchlists.load(session, watchlist)
    return scope((query for _, query in loaded.watches), outlets, day)


def subscribed(session: Session, outlets: Mapping[str, Outlet], day: date) -> dict[str, frozenset[str]]:
    """The outlets that each watchlist can see which somebody who can be reached is subscribed to."""
    wanted = session.scalars(
        select(Subscription.watchlist_id)
        .join(Chat, Chat.address == Subscription.address)
        .join(Watchlist, Watchlist.id == Subscription.watchlist_id)
        .where(Chat.suspended == "", Watchlist.removed_at.is_(None))
        .distinct()
    )
    return {watchlist: of_watchlist(session, watchlist, outlets, day) for watchlist in sorted(wanted)}


def _words(label: str) -> frozenset[str]:
    return frozenset(token.folded for token in tokenise(label))
