"""section:"...": one section of an outlet."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.document import Place
from alerts.terms import Reach, Reading, Why, quote
from alerts.terms._about import About
from crawler.languages import tokenise


@dataclass(frozen=True, slots=True)
class Section(About):
    """Articles whose section has these words in it.

    query | text | matches
    killed AND section:world | Two were killed. | yes
    killed AND section:sport | Two were killed. | no
    """

    word = "section"
    name: str

    def find(self, reading: Reading) -> list[Place] | None:
        wanted, there = _words(self.name), _words(reading.document.section)
        length = len(wanted)
        found = any(there[at : at + length] == wanted for at in range(len(there) - length + 1))
        return [] if found else None

    def explain(self, reading: Reading) -> Why:
        return Why(f"section {reading.document.section}")

    @property
    def reach(self) -> Reach:
        return Reach.SCOPE

    def __str__(self) -> str:
        return f"section:{quote(self.name)}"

    @classmethod
    def read(cls, value: str) -> Section:
        if not _words(value):
            raise ValueError('the words of a section, such as section:"World news"')
        return cls(" ".join(value.split()))


def _words(text: str) -> list[str]:
    return [token.folded for token in tokenise(text)]
