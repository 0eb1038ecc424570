"""What `near/N` and `before/N` have in common: all parts in one stretch of the text."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

from alerts.document import Place
from alerts.terms import Anchors, Reach, Reading, Term, Test, Why, all_hold, placed_only, rarest, together

FARTHEST = 100


@dataclass(frozen=True, slots=True)
class Stretch(Term):
    """Parts that stand together, each at most `distance` words from the next. Neighbours are 1 apart."""

    kind = "function"
    joint = True
    distance: int
    parts: tuple[Term, ...]

    @abstractmethod
    def windows(self, reading: Reading) -> Iterator[Place]:
        """The stretches of tokens that hold all parts as they should stand, the first one first."""

    def find(self, reading: Reading) -> list[Place] | None:
        if reading.bound:
            return list(self.windows(reading)) or None  # in a lexicon, a stretch is one idiom
        narrowed = map(reading.narrow, self.windows(reading))
        places = {place for narrow in narrowed for part in self.parts for place in part.find(narrow) or ()}
        return sorted(places) or None

    def compile(self) -> Test:
        return all_hold(self.parts, lambda reading: next(self.windows(reading), None) is not None)

    def explain(self, reading: Reading) -> Why:
        narrow = reading.narrow(next(self.windows(reading)))
        # A part that is itself a stretch may reach out of this one.
        return Why(
            f"{self.word}/{self.distance}",
            parts=tuple(part.explain(narrow if part.find(narrow) else reading) for part in self.parts),
        )

    def anchors(self) -> Anchors | None:
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
