"""leaning:...: articles of outlets of one leaning."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.document import Place
from alerts.terms import Reading, Test, Why
from alerts.terms._about import About
from crawler.languages import tokenise


@dataclass(frozen=True, slots=True)
class Leaning(About):
    """Articles of outlets whose leaning, as their YAML states it, has this word in it ("state television", "Russian state").

    query | text | matches
    killed AND leaning:state | Two were killed. | yes
    killed AND leaning:xx | Two were killed. | no
    """

    word = "leaning"
    value: str

    def find(self, reading: Reading) -> list[Place] | None:
        return [] if _words(self.value) <= _words(reading.document.leaning) else None

    def compile(self) -> Test:
        wanted = _words(self.value)
        return lambda reading: wanted <= _words(reading.document.leaning)

    def explain(self, reading: Reading) -> Why:
        return Why(f"leaning of the outlet: {reading.document.leaning}")

    def __str__(self) -> str:
        return f"leaning:{self.value}"

    @classmethod
    def read(cls, value: str) -> Leaning:
        if not value.replace("-", "").isalpha():
            raise ValueError("one word, such as leaning:state")
        return cls(value.casefold())


def _words(label: str) -> frozenset[str]:
    return frozenset(token.folded for token in tokenise(label))
