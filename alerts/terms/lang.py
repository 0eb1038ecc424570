"""lang:...: articles in one language."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.document import Place
from alerts.terms import Reach, Reading, Term, Test, Why


@dataclass(frozen=True, slots=True)
class Lang(Term):
    """Articles in one language, by its code of two or three letters.

    query | text | matches
    Вагнер AND lang:ru | Бойцы «Вагнера» уехали. | yes
    Вагнер AND lang:ar | Бойцы «Вагнера» уехали. | no
    Вагнер NOT lang:ar | Бойцы «Вагнера» уехали. | yes
    """

    word = "lang"
    kind = "field"
    code: str

    def find(self, reading: Reading) -> list[Place] | None:
        return [] if reading.document.language == self.code else None

    def compile(self) -> Test:
        wanted = self.code
        return lambda reading: reading.document.language == wanted

    def explain(self, reading: Reading) -> Why:
        return Why(f"language {self.code}")

    def anchors(self) -> frozenset[str] | None:
        return None

    @property
    def reach(self) -> Reach:
        return Reach.EVERYTHING

    @property
    def placed(self) -> bool:
        return False

    def __str__(self) -> str:
        return f"lang:{self.code}"

    @classmethod
    def read(cls, value: str) -> Lang:
        """From what stands behind `lang:`. ValueError when it is no code."""
        code = value.casefold()
        if not (2 <= len(code) <= 3 and code.isascii() and code.isalpha()):
            raise ValueError("a language's code, such as lang:ar, lang:ru or lang:en")
        return cls(code)
