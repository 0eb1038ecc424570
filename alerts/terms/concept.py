"""@concept: a lexicon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from alerts.concepts import concept
from alerts.document import Place
from alerts.terms import Anchors, Reach, Reading, Term, Test, Why, any_of, leaf


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
    name: str

    def find(self, reading: Reading) -> list[Place] | None:
        # The whole text is read, once for all watches: an idiom it excludes may lie outside of the stretch.
        known = reading.document.lexicons
        if self.name not in known:
            known[self.name] = self._places(Reading(reading.document, {}, bound=True))
        return reading.within(known[self.name]) or None

    def _places(self, whole: Reading) -> list[Place]:
        tokens = whole.document.tokens
        found: set[Place] = set()
        for script, words, excluded in _terms(self.name):
            places = [place for place in words.find(whole) or () if tokens[place[0]].script in (script, "num")]
            idioms = (excluded.find(whole) if places and excluded is not None else None) or ()
            found.update(place for place in places if not any(a < place[1] and place[0] < b for a, b in idioms))
        return sorted(found)

    def compile(self) -> Test:
        test = any_of([words.compile() for _, words, _ in _terms(self.name)])
        return lambda reading: test(reading) and self.find(reading) is not None

    def explain(self, reading: Reading) -> Why:
        return leaf(self, reading, lambda found: f"{found} = {self}")

    def anchors(self) -> Anchors | None:
        anchors = [words.anchors() for _, words, _ in _terms(self.name)]
        known = [one for one in anchors if one is not None]
        return frozenset().union(*known) if len(known) == len(anchors) else None

    @property
    def reach(self) -> Reach:
        return Reach.TOPIC

    def __str__(self) -> str:
        return f"@{self.name}"

    @classmethod
    def read(cls, value: str) -> Concept:
        concept(value.casefold())
        return cls(value.casefold())


SCRIPTS = {"ru": "cyr", "ar": "ar", "en": "lat"}
"""Language of a lexicon's words -> the script they are in: what two lexicons say together is said of one language."""


@lru_cache(maxsize=1000)
def _terms(name: str) -> tuple[tuple[str, Term, Term | None], ...]:
    """The lexicon's words and the idioms it excludes, as terms, by script."""
    from alerts.query import parse  # the language knows its words, and this is one of them

    def either(parts: Sequence[str]) -> Term:
        return parse(" OR ".join(parts), watch=False).root

    found = concept(name)
    return tuple(
        (SCRIPTS[language], either(words), either(idioms) if (idioms := found.exclude.get(language)) else None)
        for language, words in found.words.items()
    )
