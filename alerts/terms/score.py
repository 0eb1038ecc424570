"""score>=30(a^20, b^15): weights that add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alerts.document import Place
from alerts.terms import Anchors, Reach, Reading, Term, Test, Why, frequency


@dataclass(frozen=True, slots=True)
class Score(Term):
    """The weights of the parts that hold add up to at least the threshold. Each counts once; negative ones take away.

    query | text | matches
    score>=30(killed^20, mercenary^15, Syria^10, film^-50) | A mercenary was killed. | yes
    score>=30(killed^20, mercenary^15, Syria^10, film^-50) | Killed, killed in Syria. | yes
    score>=30(killed^20, mercenary^15, Syria^10, film^-50) | A film: mercenaries killed. | no
    score>=30(killed^20, mercenary^15, Syria^10, film^-50) | A mercenary in Syria. | no
    """

    word = "score"
    kind = "function"
    steady = False
    threshold: int
    parts: tuple[Term, ...]
    weights: tuple[int, ...]

    def find(self, reading: Reading) -> list[Place] | None:
        places: list[Place] = []
        total = 0
        for part, weight in zip(self.parts, self.weights, strict=True):
            found = part.find(reading)
            if found is not None:
                total += weight
                places += found if weight > 0 else []
        return places if total >= self.threshold else None

    def compile(self) -> Test:
        weighed = [(part.compile(), weight) for part, weight in zip(self.parts, self.weights, strict=True)]
        threshold = self.threshold
        return lambda reading: sum(weight for test, weight in weighed if test(reading)) >= threshold

    def explain(self, reading: Reading) -> Why:
        held = [
            (part.explain(reading), weight)
            for part, weight in zip(self.parts, self.weights, strict=True)
            if part.find(reading) is not None
        ]
        total = sum(weight for _, weight in held)
        parts = tuple(
            why if weight > 0 else Why(f"{weight} for {'; '.join(leaf.said for leaf in why.leaves())}")
            for why, weight in held
        )
        return Why(f"score {total} of {self.threshold}", parts=parts, score=float(total))

    def anchors(self) -> Anchors | None:
        # What can be left out is what does not reach the threshold without the rest: the commonest parts.
        found = [(p.anchors(), weight) for p, weight in zip(self.parts, self.weights, strict=True) if weight > 0]
        ranked = sorted(found, key=lambda pair: -frequency(pair[0]) if pair[0] is not None else float("-inf"))
        spared = 0
        needed: set[str | frozenset[str]] = set()
        for anchors, weight in ranked:
            if not needed and spared + weight < self.threshold:
                spared += weight
            elif anchors is None:
                return None
            else:
                needed |= anchors
        return frozenset(needed)

    @property
    def reach(self) -> Reach:
        for reach in (Reach.EVERYTHING, Reach.SCOPE, Reach.SURNAME):
            up_to = sum(w for part, w in zip(self.parts, self.weights, strict=True) if w > 0 and part.reach <= reach)
            if up_to >= self.threshold:
                return reach
        return Reach.TOPIC

    @property
    def children(self) -> tuple[Term, ...]:
        return self.parts

    def with_children(self, children: tuple[Term, ...]) -> Term:
        return Score(self.threshold, children, self.weights)

    @property
    def placed(self) -> bool:
        return False

    def __str__(self) -> str:
        parts = (
            f"({part})^{weight}" if part.word in ("AND", "OR") else f"{part}^{weight}"
            for part, weight in zip(self.parts, self.weights, strict=True)
        )
        return f"score>={self.threshold}({', '.join(parts)})"

    @classmethod
    def build(cls, number: int | None, parts: Sequence[tuple[Term, int | None]]) -> Score:
        example = "score>=30(killed^20, mercenary^15, film^-50)"
        if number is None or number < 1:
            raise ValueError(f"a threshold of at least 1: {example}")
        weights = tuple(weight for _, weight in parts if weight)
        if len(weights) < len(parts):
            raise ValueError(f"a weight behind every part, not 0: {example}")
        if sum(weight for weight in weights if weight > 0) < number:
            raise ValueError(f"weights that can add up to {number}: {example}")
        return cls(number, tuple(part for part, _ in parts), weights)
