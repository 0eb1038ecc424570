"""country:...: articles of outlets that speak for one country."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.document import Place
from alerts.terms import Reading, Test, Why
from alerts.terms._about import About
from crawler.errors import QueryError

EXPECTED = "the two letters of a country, such as country:sy"
NAMED = {
    "syria": "sy", "russia": "ru", "iraq": "iq", "сирия": "sy", "россия": "ru", "ирак": "iq", "سوريا": "sy",
    "روسيا": "ru", "العراق": "iq",
}  # fmt: skip
"""Countries of the shipped outlets, as people write them instead."""


@dataclass(frozen=True, slots=True)
class Country(About):
    """Articles of outlets that speak for one country, by its code, as its YAML states it.

    query | text | matches
    killed AND country:sy | Two were killed. | yes
    killed AND country:xx | Two were killed. | no
    """

    word = "country"
    value: str

    def find(self, reading: Reading) -> list[Place] | None:
        return [] if reading.document.country.casefold() == self.value else None

    def compile(self) -> Test:
        wanted = self.value
        return lambda reading: reading.document.country.casefold() == wanted

    def explain(self, reading: Reading) -> Why:
        return Why(f"country of the outlet: {reading.document.country}")

    def __str__(self) -> str:
        return f"country:{self.value}"

    @classmethod
    def read(cls, value: str) -> Country:
        """From what stands behind `country:`. ValueError or QueryError when it is no code."""
        code = value.casefold()
        if code in NAMED:
            raise QueryError(f"expected {EXPECTED}", column=1, suggestion=f"country:{NAMED[code]}")
        if len(code) != 2 or not (code.isascii() and code.isalpha()):
            raise ValueError(EXPECTED)
        return cls(code)
