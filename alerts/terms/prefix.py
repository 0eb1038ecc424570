"""word*: all words that begin so."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.document import Place
from alerts.terms import Anchors, Reach, Reading, Term, Why, leaf
from crawler.languages import tokenise

SHORTEST = 3
ANCHOR = "prefix:"  # in front of the first SHORTEST letters: an anchor the monitor takes from the beginnings of keys


@dataclass(frozen=True, slots=True)
class Prefix(Term):
    """`*` behind at least three letters: every word that begins with them, behind Arabic clitics too.

    query | text | matches
    наём* | Наемничество наказуемо. | yes
    наём* | Он нанимает. | no
    مرتزق* | والمرتزقة الروس | yes
    mercenar* | A mercenary. | yes
    """

    word = "*"
    kind = "word"
    beginning: str  # as it was written
    folded: str

    def find(self, reading: Reading) -> list[Place] | None:
        positions = reading.positions
        found = {index for key in positions if key.startswith(self.folded) for index in positions[key]}
        return [(index, index + 1) for index in sorted(found)] or None

    def explain(self, reading: Reading) -> Why:
        return leaf(self, reading, lambda found: f"{found} = {self}")

    def anchors(self) -> Anchors | None:
        return frozenset([ANCHOR + self.folded[:SHORTEST]])

    @property
    def reach(self) -> Reach:
        return Reach.TOPIC

    def __str__(self) -> str:
        return f"{self.beginning}*"

    @classmethod
    def read(cls, value: str) -> Prefix:
        tokens = tokenise(value)
        if len(tokens) != 1 or len(tokens[0].folded) < SHORTEST:
            raise ValueError(
                f"at least {SHORTEST} letters in front of `*`, such as наём*; fewer match nearly everything"
            )
        return cls(value[tokens[0].start : tokens[0].end], tokens[0].folded)
