"""@concept: a lexicon."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from alerts.concepts import concept
from alerts.document import Place
from alerts.terms import Reach, Reading, Term, Test, Why, leaf


@dataclass(frozen=True, slots=True)
class Concept(Term):
    """`@` in front of a lexicon's name: any of its words in three languages, without the idioms it excludes.

    query | text | matches
    @killed | Двое погибли. | yes
    @killed | سقط قتلى من المرتزقة | yes
    @killed | Three soldiers lost their lives. | yes
    @killed | Он погиб в ДТП. | no
    @killed AND @mercenary | The coach left. | no
    """

    word = "@"
    kind = "word"
    steady = False  # an idiom it excludes may lie outside of the stretch
    name: str

    def find(self, reading: Reading) -> list[Place] | None:
        words, excluded = _terms(self.name)
        places = sorted(set(words.find(reading) or ()))
        if places and excluded is not None:
            idioms = excluded.find(Reading(reading.document, reading.names)) or ()
            places = [place for place in places if not any(a < place[1] and place[0] < b for a, b in idioms)]
        return places or None

    def compile(self) -> Test:
        words, excluded = _terms(self.name)
        test = words.compile()
        if excluded is None:
            return test
        return lambda reading: test(reading) and self.find(reading) is not None

    def explain(self, reading: Reading) -> Why:
        return leaf(self, reading, lambda found: f"{found} = {self}")

    def anchors(self) -> frozenset[str] | None:
        return _terms(self.name)[0].anchors()

    @property
    def reach(self) -> Reach:
        return Reach.TOPIC

    def __str__(self) -> str:
        return f"@{self.name}"

    @classmethod
    def read(cls, value: str) -> Concept:
        concept(value.casefold())
        return cls(value.casefold())


@lru_cache(maxsize=1000)
def _terms(name: str) -> tuple[Term, Term | None]:
    """What the lexicon's words and its excluded idioms are as terms."""
    from alerts.query import parse  # the language knows its words, and this is one of them

    found = concept(name)
    words = [part for parts in found.words.values() for part in parts]
    excluded = [part for parts in found.exclude.values() for part in parts]
    return (
        parse(" OR ".join(words), watch=False).root,
        parse(" OR ".join(excluded), watch=False).root if excluded else None,
    )
