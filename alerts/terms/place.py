"""place:"...": a listed place under any of its names."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.terms._listed import Listed, unlisted


@dataclass(frozen=True, slots=True)
class Place(Listed):
    """A place of the gazetteer, in any script and form. A name that means other things too needs company.

    query | text | matches
    place:"Deir ez-Zor" | اشتباكات في دير الزور | yes
    place:"Дейр-эз-Зор" | Fighting near Deir ez-Zor. | yes
    place:"Aleppo" | Взрыв в Алеппо. | yes
    place:"Aleppo" | Взрыв в Хомсе. | no
    """

    word = "place"

    @classmethod
    def read(cls, value: str) -> Place:
        from crawler.names import gazetteer  # its table costs memory; few processes have a place: watch

        found = gazetteer.place(value)
        if found is None:
            known = {name: name for entry in gazetteer.places() for name in (*entry.en, *entry.ru, *entry.ar)}
            raise unlisted("place", value, known)
        return cls(found.id, value)
