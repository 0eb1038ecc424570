"""What `place:` and `org:` have in common: an entry of the gazetteer, found by its id."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace

from alerts import document
from alerts.terms import Anchors, Reach, Reading, Term, Why, leaf, quote
from crawler.errors import QueryError

ALIKE = 0.8  # of 1: Нарния is not a slip of the pen for Дания
ANCHOR = "listed:"  # in front of an entry's id: an anchor the monitor takes from the gazetteer's finds


@dataclass(frozen=True, slots=True)
class Listed(Term):
    """An entry of the gazetteer. A name that means other things too counts when something else is required beside it."""

    kind = "field"
    id: str
    name: str
    helped: bool = False  # something else is required beside it

    def find(self, reading: Reading) -> list[document.Place] | None:
        seen = reading.document
        return (
            reading.within(
                seen.place(hit.start, hit.end)
                for hit in seen.listed
                if hit.id == self.id and (self.helped or not hit.ambiguous)
            )
            or None
        )

    def explain(self, reading: Reading) -> Why:
        return leaf(self, reading, lambda found: f"{found} = {self.name} ({self.word})")

    def anchors(self) -> Anchors | None:
        return frozenset([ANCHOR + self.id])

    @property
    def reach(self) -> Reach:
        return Reach.TOPIC

    def supported(self) -> Term:
        return replace(self, helped=True)

    def __str__(self) -> str:
        return f"{self.word}:{quote(self.name)}"


def unlisted(kind: str, value: str, known: dict[str, str]) -> QueryError:
    """The answer to a name the gazetteer does not have: a listed one that looks like it, or the words themselves."""
    near = difflib.get_close_matches(value, known, n=1, cutoff=ALIKE)
    guess = f"{kind}:{quote(near[0])}" if near else quote(value)
    return QueryError(
        f"no {kind} {quote(value)} is listed; put the words in quotes instead", column=1, suggestion=guess
    )
