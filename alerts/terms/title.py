"""title(a): in the headline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alerts.document import Place
from alerts.terms import Anchors, Reach, Reading, Term, Test, Why, all_hold, rarest, together


@dataclass(frozen=True, slots=True)
class Title(Term):
    """All parts hold for the headline by itself.

    query | text | matches
    title(killed) | Two killed in Homs // It rained. | yes
    title(killed) | Rain in Homs // Two were killed. | no
    title(killed AND NOT film) | Killed again: a film // Two hours long. | no
    """

    word = "title"
    kind = "function"
    joint = True
    parts: tuple[Term, ...]

    def find(self, reading: Reading) -> list[Place] | None:
        headline = reading.narrow((0, reading.document.body))
        places: list[Place] = []
        for part in self.parts:
            found = part.find(headline)
            if found is None:
                return None
            places += found
        return places

    def compile(self) -> Test:
        return all_hold(self.parts, lambda reading: self.find(reading) is not None)

    def explain(self, reading: Reading) -> Why:
        headline = reading.narrow((0, reading.document.body))
        return Why("in the title", parts=tuple(part.explain(headline) for part in self.parts))

    def anchors(self) -> Anchors | None:
        return rarest(self.parts)

    @property
    def reach(self) -> Reach:
        return together(self.parts)

    @property
    def children(self) -> tuple[Term, ...]:
        return self.parts

    def with_children(self, children: tuple[Term, ...]) -> Term:
        return Title(children)

    @property
    def placed(self) -> bool:
        return all(part.placed for part in self.parts)

    def __str__(self) -> str:
        return f"title({', '.join(map(str, self.parts))})"

    @classmethod
    def build(cls, number: int | None, parts: Sequence[tuple[Term, int | None]]) -> Title:
        if number is not None:
            raise ValueError("no number: title(killed)")
        return cls(tuple(part for part, _ in parts))
