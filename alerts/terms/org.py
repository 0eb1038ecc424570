"""org:"...": a listed organisation under any of its names."""

from __future__ import annotations

from dataclasses import dataclass, replace

from alerts import document
from alerts.terms import Reach, Reading, Term, Why, leaf, quote
from alerts.terms.place import ANCHOR, unlisted


@dataclass(frozen=True, slots=True)
class Organisation(Term):
    """A company, army, unit or movement of the gazetteer, in any script and form.

    A name that means other things too (Вагнер the composer) counts when something else is required beside it.

    query | text | matches
    org:"Wagner Group" | Бойцы ЧВК «Вагнер» погибли. | yes
    org:"ЧВК Вагнер" AND killed | Fighters of the Wagner Group were killed. | yes
    org:"Wagner Group" | Опера Вагнера в Байройте. | no
    """

    word = "org"
    kind = "field"
    id: str
    name: str
    helped: bool = False  # something else is required beside it

    def find(self, reading: Reading) -> list[document.Place] | None:
        seen = reading.document
        return (
            reading.within(
                seen.place(hit.start, hit.end)
                for hit in seen.listed
                if hit.id == self.id and (self.helped or not hit.ambiguous)
            )
            or None
        )

    def explain(self, reading: Reading) -> Why:
        return leaf(self, reading, lambda found: f"{found} = {self.name} ({self.word})")

    def anchors(self) -> frozenset[str] | None:
        return frozenset([ANCHOR + self.id])

    @property
    def reach(self) -> Reach:
        return Reach.TOPIC

    def supported(self) -> Term:
        return replace(self, helped=True)

    def __str__(self) -> str:
        return f"{self.word}:{quote(self.name)}"

    @classmethod
    def read(cls, value: str) -> Organisation:
        from crawler.names import gazetteer  # its table costs memory; few processes have an org: watch

        found = gazetteer.organisation(value)
        if found is None:
            known = {name: name for entry in gazetteer.organisations() for name in (*entry.en, *entry.ru, *entry.ar)}
            raise unlisted("org", value, known)
        return cls(found.id, value)
