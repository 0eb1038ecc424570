"""at-least/2(a, b, c): so many of the parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alerts.document import Place
from alerts.terms import Anchors, Reach, Reading, Term, Test, Why, frequency, together


@dataclass(frozen=True, slots=True)
class AtLeast(Term):
    """At least so many of the parts hold; each counts once, however often it stands there.

    query | text | matches
    at-least/2(killed, Wagner, Syria) | A Wagner man was killed. | yes
    at-least/2(killed, Wagner, Syria) | Killed, killed, killed. | no
    at-least/3(killed, Wagner, Syria, Homs) | Killed in Homs, Syria. | yes
    """

    word = "at-least"
    kind = "function"
    count: int
    parts: tuple[Term, ...]

    def find(self, reading: Reading) -> list[Place] | None:
        found = [places for part in self.parts if (places := part.find(reading)) is not None]
        return [place for places in found for place in places] if len(found) >= self.count else None

    def compile(self) -> Test:
        tests, count = [part.compile() for part in self.parts], self.count

        def enough(reading: Reading) -> bool:
            missing = count
            for test in tests:
                if test(reading):
                    missing -= 1
                    if not missing:
                        return True
            return False

        return enough

    def explain(self, reading: Reading) -> Why:
        held = tuple(part.explain(reading) for part in self.parts if part.find(reading) is not None)
        return Why(f"{len(held)} of {len(self.parts)}, at least {self.count}", parts=held)

    def anchors(self) -> Anchors | None:
        # Of any len - count + 1 parts one must hold, or too few are left.
        sets = [part.anchors() for part in self.parts]
        needed = len(sets) - self.count + 1
        known = sorted((anchors for anchors in sets if anchors is not None), key=frequency)
        return frozenset().union(*known[:needed]) if len(known) >= needed else None

    @property
    def reach(self) -> Reach:
        weakest = sorted(self.parts, key=lambda part: part.reach)[: self.count]
        return together(weakest)

    @property
    def children(self) -> tuple[Term, ...]:
        return self.parts

    def with_children(self, children: tuple[Term, ...]) -> Term:
        return AtLeast(self.count, children)

    @property
    def placed(self) -> bool:
        return all(part.placed for part in self.parts)

    def __str__(self) -> str:
        return f"at-least/{self.count}({', '.join(map(str, self.parts))})"

    @classmethod
    def build(cls, number: int | None, parts: Sequence[tuple[Term, int | None]]) -> AtLeast:
        if number is None or not 1 <= number <= len(parts):
            raise ValueError(f"a number from 1 to {len(parts)}, as many as there are parts: at-least/2(a, b, c)")
        return cls(number, tuple(part for part, _ in parts))
