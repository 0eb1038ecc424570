"""name:"...": a person, in any script."""

from __future__ import annotations

from dataclasses import dataclass, replace

from alerts.document import Place
from alerts.terms import Anchors, Reach, Reading, Term, Why, quote
from crawler.names import NameHit

ANCHOR = "name:"  # in front of a name's key: an anchor the monitor takes from its name index, not from the tokens


@dataclass(frozen=True, slots=True)
class Name(Term):
    """A person by name, found by sound in Arabic, Cyrillic and Latin; further spellings after `|`.

    A surname alone never meets a full name, except again after it; a weak likeness counts when something else is
    required beside the name. `name:"Surname"` is refused unless something else is required beside it.

    query | text | matches
    name:"Кирилл Ананьев" | قتل كيريل أنانيف في دير الزور | yes
    name:"Кирилл Ананьев|كيريل أنانيف" | Погиб Кирилл Ананьев. | yes
    name:"Кирилл Ананьев" | Тело Кирилла Ананьева привезли. | yes
    name:"Кирилл Ананьев" | Выступил Кирилл Логинов. | no
    Кирилл Ананьев | قتل كيريل أنانيف في دير الزور | yes
    name:"Ананьев" AND killed | Ананьев was killed. | yes
    """

    word = "name"
    kind = "field"
    spellings: tuple[str, ...]
    helped: bool = False  # something else is required beside it

    @property
    def key(self) -> str:
        return "|".join(self.spellings)

    @property
    def full(self) -> bool:
        """Whether it has more than a surname."""
        return all(len(spelling.split()) > 1 for spelling in self.spellings)

    def _accepted(self, reading: Reading) -> list[NameHit]:
        hits = reading.names.get(self.key, ())
        fired = any(hit.band == "fires" for hit in hits)
        return [
            hit
            for hit in hits
            if hit.band == "fires"
            or (fired and len(hit.evidence) == 1)  # the surname again after the full name
            or (self.helped and (len(hit.evidence) > 1 or not self.full))
        ]

    def find(self, reading: Reading) -> list[Place] | None:
        document = reading.document
        return reading.within(document.place(hit.start, hit.end) for hit in self._accepted(reading)) or None

    def explain(self, reading: Reading) -> Why:
        document = reading.document
        hits = [hit for hit in self._accepted(reading) if reading.covers(document.place(hit.start, hit.end))]
        hits.sort(key=lambda hit: len(hit.evidence), reverse=True)  # the full name first
        said = dict.fromkeys(f"{document.full[hit.start : hit.end]} = {hit.name} ({_rule(hit)})" for hit in hits)
        spans = tuple(sorted((hit.start, hit.end) for hit in hits))
        details = tuple(dict.fromkeys(hit.why for hit in hits))
        return Why(next(iter(said)), spans, details=details, score=max(hit.score for hit in hits))

    def anchors(self) -> Anchors | None:
        return frozenset([ANCHOR + self.key])

    @property
    def reach(self) -> Reach:
        return Reach.TOPIC if self.full else Reach.SURNAME

    def supported(self) -> Term:
        return replace(self, helped=True)

    def __str__(self) -> str:
        return f"name:{quote(self.key)}"

    @classmethod
    def read(cls, value: str) -> Name:
        """From what stands behind `name:`. ValueError when there is no name in it."""
        spellings = tuple(" ".join(part.split()) for part in value.split("|") if any(map(str.isalpha, part)))
        if not spellings:
            raise ValueError('a name, such as name:"Кирилл Ананьев"')
        return cls(spellings)


def _rule(hit: NameHit) -> str:
    """`full name, by sound`: what a person needs to judge the likeness; the letters stand in the details."""
    what = "full name" if len(hit.evidence) > 1 else "surname"
    same = all(found.rpartition("+")[2] == listed for found, listed, _ in hit.evidence)
    return f"{what}, {'same spelling' if same else 'by sound'}"
