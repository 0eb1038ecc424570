"""What `near/N` and `before/N` have in common: all parts in one stretch of the text."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from alerts.document import Place
from alerts.terms import Reach, Reading, Term, Test, Why, all_hold, placed_only, rarest, together

FARTHEST = 100


@dataclass(frozen=True, slots=True)
class Stretch(Term):
    """Parts that stand together, each at most `distance` words from the next. Neighbours are 1 apart."""

    kind = "function"
    joint = True
    distance: int
    parts: tuple[Term, ...]

    @abstractmethod
    def window(self, reading: Reading) -> tuple[int, int] | None:
        """The first stretch of tokens that holds all parts as they should stand, or None."""

    def find(self, reading: Reading) -> list[Place] | None:
        window = self.window(reading)
        if window is None:
            return None
        narrow = reading.narrow(window)
        return [place for part in self.parts for place in part.find(narrow) or ()]

    def compile(self) -> Test:
        return all_hold(self.parts, lambda reading: self.window(reading) is not None)

    def explain(self, reading: Reading) -> Why:
        window = self.window(reading)
        assert window is not None
        narrow = reading.narrow(window)
        # A part that is itself a stretch may reach out of this one.
        return Why(
            f"{self.word}/{self.distance}",
            parts=tuple(part.explain(narrow if part.find(narrow) else reading) for part in self.parts),
        )

    def anchors(self) -> frozenset[str] | None:
        return rarest(self.parts)

    @property
    def reach(self) -> Reach:
        return together(self.parts)

    @property
    def children(self) -> tuple[Term, ...]:
        return self.parts

    def with_children(self, children: tuple[Term, ...]) -> Term:
        return replace(self, parts=children)

    def __str__(self) -> str:
        return f"{self.word}/{self.distance}({', '.join(map(str, self.parts))})"

    @classmethod
    def build(cls, number: int | None, parts: Sequence[tuple[Term, int | None]]) -> Self:
        example = f"{cls.word}/8(killed, Syria)"
        if number is None or not 1 <= number <= FARTHEST:
            raise ValueError(f"a distance from 1 to {FARTHEST} words: {example}")
        return cls(number, placed_only(parts, example))
