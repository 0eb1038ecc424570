"""leaning:...: articles of outlets of one leaning."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.document import Place
from alerts.terms import Reach, Reading, Term, Test, Why


@dataclass(frozen=True, slots=True)
class Leaning(Term):
    """Articles of outlets of one leaning, as its YAML states it.

    query | text | matches
    killed AND leaning:state | Two were killed. | yes
    killed AND leaning:xx | Two were killed. | no
    """

    word = "leaning"
    kind = "field"
    value: str

    def find(self, reading: Reading) -> list[Place] | None:
        return [] if reading.document.leaning.casefold() == self.value else None

    def compile(self) -> Test:
        wanted = self.value
        return lambda reading: reading.document.leaning.casefold() == wanted

    def explain(self, reading: Reading) -> Why:
        return Why(f"leaning of the outlet: {reading.document.leaning}")

    def anchors(self) -> frozenset[str] | None:
        return None

    @property
    def reach(self) -> Reach:
        return Reach.EVERYTHING

    @property
    def placed(self) -> bool:
        return False

    def __str__(self) -> str:
        return f"leaning:{self.value}"

    @classmethod
    def read(cls, value: str) -> Leaning:
        if not value.replace("-", "").isalpha():
            raise ValueError("one word, such as leaning:state")
        return cls(value.casefold())
