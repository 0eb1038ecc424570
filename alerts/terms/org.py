"""org:"...": a listed organisation under any of its names."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.terms._listed import Listed, unlisted


@dataclass(frozen=True, slots=True)
class Organisation(Listed):
    """A company, army, unit or movement of the gazetteer, in any script and form.

    A name that means other things too (Вагнер the composer) counts when something else is required beside it.

    query | text | matches
    org:"Wagner Group" | Бойцы ЧВК «Вагнер» погибли. | yes
    org:"ЧВК Вагнер" AND killed | Fighters of the Wagner Group were killed. | yes
    org:"Wagner Group" | Опера Вагнера в Байройте. | no
    """

    word = "org"

    @classmethod
    def read(cls, value: str) -> Organisation:
        from crawler.names import gazetteer  # its table costs memory; few processes have an org: watch

        found = gazetteer.organisation(value)
        if found is None:
            known = {name: name for entry in gazetteer.organisations() for name in (*entry.en, *entry.ru, *entry.ar)}
            raise unlisted("org", value, known)
        return cls(found.id, value)
