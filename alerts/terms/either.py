"""OR: one part holds."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.document import Place
from alerts.terms import Anchors, Reach, Reading, Term, Test, Why, any_of, number


@dataclass(frozen=True, slots=True)
class Either(Term):
    """Parts joined by OR. Holds when at least one of them does; AND binds closer than OR.

    query | text | matches
    погиб OR убит | Его убили вчера. | yes
    погиб or ранен | Его наградили. | no
    killed AND Homs OR Palmyra | A visit to Palmyra. | yes
    """

    word = "OR"
    kind = "operator"
    parts: tuple[Term, ...]

    def find(self, reading: Reading) -> list[Place] | None:
        found = [places for part in self.parts if (places := part.find(reading)) is not None]
        return [place for places in found for place in places] if found else None

    def compile(self) -> Test:
        # All single words are one question: does the text offer one of their forms?
        single = [word for part in self.parts for word in part.sets() or ()]
        tests = [part.compile() for part in self.parts if part.sets() is None]
        if not single:
            return any_of(tests)
        words = frozenset(map(number, single))
        return any_of([lambda reading: not words.isdisjoint(reading.present), *tests])

    def sets(self) -> frozenset[frozenset[str]] | None:
        single = [part.sets() for part in self.parts]
        known = [wanted for wanted in single if wanted is not None]
        return frozenset().union(*known) if len(known) == len(single) else None

    def explain(self, reading: Reading) -> Why:
        held = tuple(part.explain(reading) for part in self.parts if part.find(reading) is not None)
        return held[0] if len(held) == 1 else Why("any of", parts=held, score=max(why.score for why in held))

    def anchors(self) -> Anchors | None:
        joined: set[str | frozenset[str]] = set()
        for part in self.parts:
            anchors = part.anchors()
            if anchors is None:
                return None
            joined |= anchors
        return frozenset(joined)

    @property
    def reach(self) -> Reach:
        weakest = min(part.reach for part in self.parts)
        if weakest == Reach.SCOPE and any(part.reach == Reach.SURNAME for part in self.parts):
            return Reach.SURNAME  # the branch with the bare surname still needs company
        return weakest

    @property
    def children(self) -> tuple[Term, ...]:
        return self.parts

    def with_children(self, children: tuple[Term, ...]) -> Term:
        return Either(children)

    @property
    def placed(self) -> bool:
        return all(part.placed for part in self.parts)

    def __str__(self) -> str:
        return " OR ".join(str(part) for part in self.parts)
