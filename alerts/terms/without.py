"""NOT: the part does not hold."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.document import Place
from alerts.terms import Anchors, Reach, Reading, Term, Test, Why


@dataclass(frozen=True, slots=True)
class Without(Term):
    """NOT in front of a word, a term or parentheses. Holds when that does not.

    query | text | matches
    Вагнер NOT опера | Бойцы ЧВК «Вагнер». | yes
    Вагнер NOT опера | Оперы Вагнера в Байройте. | no
    Wagner AND NOT (opera OR Bayreuth) | Wagner fighters in Mali. | yes
    """

    word = "NOT"
    kind = "operator"
    steady = False
    part: Term

    def find(self, reading: Reading) -> list[Place] | None:
        return [] if self.part.find(reading) is None else None

    def compile(self) -> Test:
        test = self.part.compile()
        return lambda reading: not test(reading)

    def explain(self, reading: Reading) -> Why:
        return Why(f"without {self.part}")

    def anchors(self) -> Anchors | None:
        return None

    @property
    def reach(self) -> Reach:
        return Reach.EVERYTHING

    @property
    def children(self) -> tuple[Term, ...]:
        return (self.part,)

    def with_children(self, children: tuple[Term, ...]) -> Term:
        return Without(children[0])

    def supported(self) -> Term:
        # What is forbidden stays strict: a weak likeness must not silence a watch.
        return self

    @property
    def placed(self) -> bool:
        return False

    def __str__(self) -> str:
        return f"NOT ({self.part})" if self.part.word in ("AND", "OR") else f"NOT {self.part}"
