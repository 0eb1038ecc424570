"""same-sentence(a, b): in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alerts.document import Place
from alerts.terms import Anchors, Reach, Reading, Term, Test, Why, all_hold, monotone, rarest, together


@dataclass(frozen=True, slots=True)
class SameSentence(Term):
    """All parts hold for one sentence by itself. NOT inside forbids a word in that sentence alone.

    query | text | matches
    same-sentence(killed, Wagner) | A Wagner man was killed. It rained. | yes
    same-sentence(killed, Wagner) | A Wagner man left. Nobody was killed. | no
    same-sentence(killed, Wagner, NOT film) | A Wagner film. A Wagner man was killed. | yes
    same-sentence(killed, Wagner, NOT film) | In the film a Wagner man is killed. | no
    """

    word = "same-sentence"
    kind = "function"
    joint = True
    parts: tuple[Term, ...]

    def _sentence(self, reading: Reading) -> Reading | None:
        """The first sentence all parts hold for."""
        firm = next((part for part in self.parts if part.placed and monotone(part)), None)
        if firm is None:
            sentences = reading.sentences
        else:
            # Only a sentence with a place of the first part can be the one.
            document = reading.document
            numbers = sorted({document.sentence_at(place[0]) for place in firm.find(reading) or ()})
            sentences = [reading.narrow(document.sentences[number]) for number in numbers]
        return next((one for one in sentences if all(part.find(one) is not None for part in self.parts)), None)

    def find(self, reading: Reading) -> list[Place] | None:
        sentence = self._sentence(reading)
        if sentence is None:
            return None
        return [place for part in self.parts for place in part.find(sentence) or ()]

    def compile(self) -> Test:
        return all_hold(self.parts, lambda reading: self._sentence(reading) is not None)

    def explain(self, reading: Reading) -> Why:
        sentence = self._sentence(reading)
        assert sentence is not None
        return Why("in one sentence", parts=tuple(part.explain(sentence) for part in self.parts))

    def anchors(self) -> Anchors | None:
        return rarest(self.parts)

    @property
    def reach(self) -> Reach:
        return together(self.parts)

    @property
    def children(self) -> tuple[Term, ...]:
        return self.parts

    def with_children(self, children: tuple[Term, ...]) -> Term:
        return SameSentence(children)

    def __str__(self) -> str:
        return f"same-sentence({', '.join(map(str, self.parts))})"

    @classmethod
    def build(cls, number: int | None, parts: Sequence[tuple[Term, int | None]]) -> SameSentence:
        if number is not None or len(parts) < 2:
            raise ValueError("two or more parts and no number: same-sentence(killed, Syria)")
        return cls(tuple(part for part, _ in parts))
