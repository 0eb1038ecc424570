"""lang:...: articles in one language."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.document import Place
from alerts.terms import Reading, Test, Why
from alerts.terms._about import About
from crawler.errors import QueryError

EXPECTED = "a language's code, such as lang:ar, lang:ru or lang:en"
NAMED = {
    "arabic": "ar", "russian": "ru", "english": "en", "арабский": "ar", "русский": "ru", "английский": "en",
    "العربية": "ar", "عربي": "ar", "روسي": "ru",
}  # fmt: skip
"""Languages as people write them instead."""


@dataclass(frozen=True, slots=True)
class Lang(About):
    """Articles in one language, by its code of two or three letters.

    query | text | matches
    Вагнер AND lang:ru | Бойцы «Вагнера» уехали. | yes
    Вагнер AND lang:ar | Бойцы «Вагнера» уехали. | no
    Вагнер NOT lang:ar | Бойцы «Вагнера» уехали. | yes
    """

    word = "lang"
    code: str

    def find(self, reading: Reading) -> list[Place] | None:
        return [] if reading.document.language == self.code else None

    def compile(self) -> Test:
        wanted = self.code
        return lambda reading: reading.document.language == wanted

    def explain(self, reading: Reading) -> Why:
        return Why(f"language {self.code}")

    def __str__(self) -> str:
        return f"lang:{self.code}"

    @classmethod
    def read(cls, value: str) -> Lang:
        """From what stands behind `lang:`. ValueError or QueryError when it is no code."""
        code = value.casefold()
        if code in NAMED:
            raise QueryError(f"expected {EXPECTED}", column=1, suggestion=f"lang:{NAMED[code]}")
        if not (2 <= len(code) <= 3 and code.isascii() and code.isalpha()):
            raise ValueError(EXPECTED)
        return cls(code)
