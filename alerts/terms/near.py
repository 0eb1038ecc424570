"""near/8(a, b): close to each other, in any order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alerts.document import Place
from alerts.terms import Reach, Reading, Term, Test, Why, all_hold, placed_only, rarest, together

FARTHEST = 100


@dataclass(frozen=True, slots=True)
class Near(Term):
    """All parts in one stretch in which each is at most so many words from the next, in any order. Neighbours are 1 apart.

    Headline and text are not near each other.

    query | text | matches
    near/4(погиб, Сирия) | В Сирии вчера погибли двое. | yes
    near/2(killed, Homs) | Killed was, as they said, nobody at all in Homs. | no
    near/3(killed, soldier, Homs) | In Homs a soldier was killed. | yes
    near/5(killed, Homs) | Two killed // Homs is quiet. | no
    near/1(killed, kill*) | One was killed. | no
    """

    word = "near"
    kind = "function"
    joint = True
    distance: int
    parts: tuple[Term, ...]

    def _chain(self, reading: Reading) -> tuple[int, int] | None:
        """The first stretch of tokens that holds all parts."""
        found = [part.find(reading) for part in self.parts]
        if not all(found):
            return None
        body = reading.document.body
        chain: list[tuple[Place, int]] = []
        places = sorted((place, number) for number, places in enumerate(found) for place in places or ())
        for place, number in [*places, ((1 << 60, 1 << 60), -1)]:
            if chain:
                end = max(end for (_, end), _ in chain)
                if place[0] - end + 1 > self.distance or end <= body <= place[0]:
                    if self._complete(chain):
                        return chain[0][0][0], end
                    chain = []
            chain.append((place, number))
        return None

    def _complete(self, chain: Sequence[tuple[Place, int]]) -> bool:
        if len({number for _, number in chain}) < len(self.parts):
            return False
        apart, last = 0, -1  # one token must not stand for two parts
        for (start, end), _ in chain:
            if start >= last:
                apart, last = apart + 1, end
        return apart >= len(self.parts)

    def find(self, reading: Reading) -> list[Place] | None:
        window = self._chain(reading)
        if window is None:
            return None
        narrow = reading.narrow(window)
        return [place for part in self.parts for place in part.find(narrow) or ()]

    def compile(self) -> Test:
        return all_hold(self.parts, lambda reading: self._chain(reading) is not None)

    def explain(self, reading: Reading) -> Why:
        window = self._chain(reading)
        assert window is not None
        narrow = reading.narrow(window)
        # A part that is itself a stretch may reach out of this one.
        return Why(
            f"near/{self.distance}",
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
        return Near(self.distance, children)

    def __str__(self) -> str:
        return f"near/{self.distance}({', '.join(map(str, self.parts))})"

    @classmethod
    def build(cls, number: int | None, parts: Sequence[tuple[Term, int | None]]) -> Near:
        if number is None or not 1 <= number <= FARTHEST:
            raise ValueError(f"a distance from 1 to {FARTHEST} words: near/8(killed, Syria)")
        return cls(number, placed_only(parts, "near/8(killed, Syria)"))
