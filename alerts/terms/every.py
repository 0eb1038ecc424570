"""AND: every part holds."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.document import Place
from alerts.terms import Anchors, Reach, Reading, Term, Test, Why, all_of, commonness, rarest, together


@dataclass(frozen=True, slots=True)
class Every(Term):
    """Parts joined by AND, or just written one after the other. Holds when all of them do.

    query | text | matches
    погиб AND Сирия | В Сирии погибли двое. | yes
    погиб Сирия | В Сирии погибли двое. | yes
    погиб and Сирия | В Сирии двое ранены. | no
    killed AND (Homs OR Hama) | Two were killed in Hama. | yes
    killed AND NOT film | A film in which two are killed. | no
    """

    word = "AND"
    kind = "operator"
    joint = True
    parts: tuple[Term, ...]

    def find(self, reading: Reading) -> list[Place] | None:
        places: list[Place] = []
        for part in self.parts:
            found = part.find(reading)
            if found is None:
                return None
            places += found
        return places

    def compile(self) -> Test:
        # The rarest part first: it is the one that most often ends the question.
        return all_of([part.compile() for part in sorted(self.parts, key=commonness)])

    def compile_behind(self, anchors: Anchors) -> Test:
        # The part the anchors come from holds already when one of them is all it takes.
        rest = [part for part in self.parts if part.sets() != anchors]
        return all_of([part.compile() for part in sorted(rest, key=commonness)])

    def explain(self, reading: Reading) -> Why:
        parts = tuple(part.explain(reading) for part in self.parts)
        return Why("all of", parts=parts, score=min(part.score for part in parts))

    def anchors(self) -> Anchors | None:
        return rarest(self.parts)

    @property
    def reach(self) -> Reach:
        return together(self.parts)

    @property
    def children(self) -> tuple[Term, ...]:
        return self.parts

    def with_children(self, children: tuple[Term, ...]) -> Term:
        return Every(children)

    @property
    def placed(self) -> bool:
        return all(part.placed for part in self.parts)

    def __str__(self) -> str:
        return " AND ".join(f"({part})" if part.word == "OR" else str(part) for part in self.parts)
