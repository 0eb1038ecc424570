"""closest/12(a, b, c): b stands closer to a than c does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from alerts.document import Place
from alerts.terms import Anchors, Reach, Reading, Term, Test, Why, all_hold, placed_only, rarest, together
from alerts.terms._stretch import FARTHEST


@dataclass(frozen=True, slots=True)
class Closest(Term):
    """At one place of the first part, the second stands at most so many words away, and none of the others as close.

    Who died? The person next to the word: `closest/12(killed, soldier, civilian)`. What is also one of the others (the
    soldier in "Turkish soldier") is not the second. Headline and text are not near each other.

    query | text | matches
    closest/9(killed, soldier, farmer) | A soldier was killed, and a farmer saw it. | yes
    closest/9(killed, soldier, farmer) | A soldier saw how a farmer was killed. | no
    closest/9(killed, soldier, farmer) | A soldier saw it. | no
    closest/3(killed, soldier, farmer) | Killed was, as far as we know, a soldier. | no
    closest/9(killed, soldier, "Turkish soldier") | A Turkish soldier was killed. | no
    closest/9(killed, soldier, farmer) | Two killed // A soldier came. | no
    """

    word = "closest"
    kind = "function"
    steady = False  # one of the others may stand outside of the stretch
    distance: int
    parts: tuple[Term, ...]

    def _pairs(self, reading: Reading) -> Iterator[tuple[Place, Place]]:
        """Places of the first part, each with the place of the second that is nearest to it."""
        first, second, *others = self.parts
        around = first.find(reading)
        wanted = second.find(reading) if around else None
        if not around or not wanted:
            return
        strange = [place for other in others for place in other.find(reading) or ()]
        wanted = [place for place in wanted if not _touches(place, strange)]
        body = reading.document.body
        for place in around:
            near = min(wanted, key=lambda one: _apart(place, one, body), default=None)
            if near is None:
                return
            apart = _apart(place, near, body)
            if apart <= self.distance and all(_apart(place, one, body) > apart for one in strange):
                yield place, near

    def find(self, reading: Reading) -> list[Place] | None:
        return [place for pair in self._pairs(reading) for place in pair] or None

    def compile(self) -> Test:
        return all_hold(self.parts[:2], lambda reading: next(self._pairs(reading), None) is not None)

    def explain(self, reading: Reading) -> Why:
        pair = next(self._pairs(reading))
        narrow = reading.narrow((min(start for start, _ in pair), max(end for _, end in pair)))
        parts = tuple(part.explain(narrow if part.find(narrow) else reading) for part in self.parts[:2])
        return Why(f"{self.word}/{self.distance}", parts=parts)

    def anchors(self) -> Anchors | None:
        return rarest(self.parts[:2])

    @property
    def reach(self) -> Reach:
        return together(self.parts[:2])

    @property
    def children(self) -> tuple[Term, ...]:
        return self.parts

    def with_children(self, children: tuple[Term, ...]) -> Term:
        return replace(self, parts=children)

    def __str__(self) -> str:
        return f"{self.word}/{self.distance}({', '.join(map(str, self.parts))})"

    @classmethod
    def build(cls, number: int | None, parts: Sequence[tuple[Term, int | None]]) -> Closest:
        example = "closest/12(killed, soldier, civilian)"
        if number is None or not 1 <= number <= FARTHEST:
            raise ValueError(f"a distance from 1 to {FARTHEST} words: {example}")
        if len(parts) < 3:
            raise ValueError(f"three or more parts: {example}")
        return cls(number, placed_only(parts, example))


def _touches(place: Place, others: Sequence[Place]) -> bool:
    return any(start < place[1] and place[0] < end for start, end in others)


def _apart(one: Place, other: Place, body: int) -> int:
    """Words from one place to another, 1 for neighbours; endless across the end of the headline."""
    first, second = sorted((one, other))
    if first[1] <= body <= second[0]:
        return 1 << 60
    return max(1, second[0] - first[1] + 1)
