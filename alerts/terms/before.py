"""before/8(a, b): close to each other, in this order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alerts.document import Place
from alerts.terms import Reach, Reading, Term, Test, Why, all_hold, placed_only, rarest, together
from alerts.terms.near import FARTHEST


@dataclass(frozen=True, slots=True)
class Before(Term):
    """The parts in this order, each at most so many words behind the one in front of it.

    query | text | matches
    before/4(killed, Homs) | Two were killed near Homs. | yes
    before/4(killed, Homs) | In Homs two were killed. | no
    before/3(боец, ЧВК, погиб) | Бойцы одной ЧВК погибли. | yes
    """

    word = "before"
    kind = "function"
    joint = True
    distance: int
    parts: tuple[Term, ...]

    def _window(self, reading: Reading) -> tuple[int, int] | None:
        body = reading.document.body
        # Ends of what can be reached so far -> where it began, the nearest beginning.
        reached: dict[int, int] | None = None
        for part in self.parts:
            places = part.find(reading)
            if not places:
                return None
            if reached is None:
                reached = {end: start for start, end in sorted(places)}
                continue
            further: dict[int, int] = {}
            for start, end in places:
                behind = [
                    first
                    for last, first in reached.items()
                    if last <= start < last + self.distance and not last <= body <= start
                ]
                if behind:
                    further[end] = max(behind)
            reached = further
            if not reached:
                return None
        end = min(reached or {0: 0})
        return (reached or {0: 0})[end], end

    def find(self, reading: Reading) -> list[Place] | None:
        window = self._window(reading)
        if window is None:
            return None
        narrow = reading.narrow(window)
        return [place for part in self.parts for place in part.find(narrow) or ()]

    def compile(self) -> Test:
        return all_hold(self.parts, lambda reading: self._window(reading) is not None)

    def explain(self, reading: Reading) -> Why:
        window = self._window(reading)
        assert window is not None
        narrow = reading.narrow(window)
        # A part that is itself a stretch may reach out of this one.
        return Why(
            f"before/{self.distance}",
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
        return Before(self.distance, children)

    def __str__(self) -> str:
        return f"before/{self.distance}({', '.join(map(str, self.parts))})"

    @classmethod
    def build(cls, number: int | None, parts: Sequence[tuple[Term, int | None]]) -> Before:
        if number is None or not 1 <= number <= FARTHEST:
            raise ValueError(f"a distance from 1 to {FARTHEST} words: before/8(killed, Syria)")
        return cls(number, placed_only(parts, "before/8(killed, Syria)"))
