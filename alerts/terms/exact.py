"""=word: this form alone."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.document import Place
from alerts.terms import Anchors, Reach, Reading, Term, Why, leaf
from alerts.terms._frequent import is_stop_word
from crawler.languages import tokenise


@dataclass(frozen=True, slots=True)
class Exact(Term):
    """`=` in front of a word: exactly this form, whatever its case; no other ending, no clitic.

    query | text | matches
    =Редут | Бойцы «Редут» уехали. | yes
    =Редут | Бойцы «Редута» уехали. | no
    =قتل | وقتل اثنان | no
    =قتل | قتل اثنان | yes
    """

    word = "="
    kind = "word"
    form: str  # as it was written
    folded: str

    def find(self, reading: Reading) -> list[Place] | None:
        tokens = reading.document.tokens
        places = [
            (index, index + 1)
            for index in reading.where(frozenset([self.folded]))
            if tokens[index].folded == self.folded
        ]
        return places or None

    def explain(self, reading: Reading) -> Why:
        return leaf(self, reading, str)

    def anchors(self) -> Anchors | None:
        return frozenset([frozenset([self.folded])])

    @property
    def reach(self) -> Reach:
        return Reach.EVERYTHING if is_stop_word(self.form) else Reach.TOPIC

    def __str__(self) -> str:
        return f"={self.form}"

    @classmethod
    def read(cls, value: str) -> Exact:
        tokens = tokenise(value)
        if len(tokens) != 1:
            raise ValueError("one word behind `=`, such as =Редут")
        return cls(value[tokens[0].start : tokens[0].end], tokens[0].folded)
