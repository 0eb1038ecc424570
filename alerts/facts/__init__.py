"""What a text says beside the words a watch asked for: what is alleged of whom, who else is named, who is cited. Pure.

    for hit in hits:                       # which watch fired, on what quote
        alleged = death | capture | ...    # the quote meets @killed, @captured, @missing or @wounded
        about   = [the listed name, or the person the quote says it of]
    persons  = crawler.names.persons, grouped: one person in all its spellings
    cites    = sources.cited               # agencies and outlets
    denial, confirmation = said.about      # the sentence, with the one who says it

One alert goes to several chats, and what one of them watches for is not the others' business: `Facts.told` is what
the watches of one chat may show.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from alerts.document import Document
from alerts.facts import people, said, sources
from alerts.facts.allegations import Allegation, alleged
from alerts.monitor import Hit
from alerts.quote import quote
from crawler.outlets import Outlet

__all__ = ["About", "Allegation", "Facts", "Fired", "Named", "facts"]

ALLEGATIONS: tuple[Allegation, ...] = get_args(Allegation)


@dataclass(frozen=True, slots=True)
class Named:
    """A person of the text: the fullest of its spellings there, and the Russian name an Arabic one may stand for.

    `number` is its place in `Facts.persons`: what a button says. `reading` is '' when none is good enough.
    """

    text: str
    reading: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class About:
    """Whom a watch fired about: number of a person, and the name as the watch writes it; '' when it names nobody."""

    person: int
    listed: str = ""


@dataclass(frozen=True, slots=True)
class Fired:
    """A watch that fired: what its quote alleges, and of whom."""

    watch: int | str
    alleged: Allegation | Literal[""] = ""
    about: tuple[About, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """All of it, for one alert. Sentences are cut to what a message can show; '' when there is none."""

    fired: tuple[Fired, ...] = ()
    persons: tuple[Named, ...] = ()
    cites: tuple[str, ...] = ()
    denial: str = ""
    confirmation: str = ""

    @property
    def alleged(self) -> Allegation | Literal[""]:
        """The gravest thing a quote alleges: death, capture, missing, wound; or ''."""
        there = {fired.alleged for fired in self.fired}
        return next((kind for kind in ALLEGATIONS if kind in there), "")

    @property
    def about(self) -> tuple[str, ...]:
        """Names for the first line: as the watch writes them, or else as the text does."""
        listed = [one.listed for fired in self.fired for one in fired.about if one.listed]
        others = [self.persons[one.person].text for fired in self.fired for one in fired.about if not one.listed]
        return tuple(dict.fromkeys(listed or others))

    @property
    def named(self) -> tuple[Named, ...]:
        """The persons whom no watch that fired names."""
        listed = {one.person for fired in self.fired for one in fired.about if one.listed}
        return tuple(person for person in self.persons if person.number not in listed)

    def told(self, watches: Collection[int | str]) -> Facts:
        """The same as somebody may see it who has only `watches`: names that others look for are persons of the text."""
        fired = tuple(fired for fired in self.fired if fired.watch in watches)
        return Facts(fired, self.persons, self.cites, self.denial, self.confirmation)

    def as_json(self) -> dict[str, Any]:
        """As a JSON object; `from_json` reads it."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Facts:
        """From `as_json`; an empty object has no facts."""
        return cls(
            fired=tuple(
                Fired(one["watch"], one["alleged"], tuple(About(**about) for about in one["about"]))
                for one in stored.get("fired", ())
            ),
            persons=tuple(Named(**one) for one in stored.get("persons", ())),
            cites=tuple(stored.get("cites", ())),
            denial=stored.get("denial", ""),
            confirmation=stored.get("confirmation", ""),
        )


def facts(document: Document, hits: Sequence[Hit[Any]], outlets: Mapping[str, Outlet] | None = None) -> Facts:
    """The facts of a text for the watches that fired in it; `outlets` by id are known by their names when cited."""
    listed = [(hit, people.listed(document, hit)) for hit in hits]
    found = people.persons(document, [one for _, names in listed for one in names])
    fired = []
    for hit, names in listed:
        quoted, spans = quote(document, hit)
        about = [About(found.number(one.span), one.name) for one in names]
        kind = alleged(quoted, spans if names else ())
        if kind and not about:
            about = [About(number) for number in found.said_of(quoted)]
        fired.append(Fired(hit.watch, kind, tuple(dict.fromkeys(about))))
    subject = [span for hit in hits for span in hit.spans]
    return Facts(
        fired=tuple(fired),
        persons=tuple(Named(text, reading, number) for number, (text, reading) in enumerate(found.shown)),
        cites=sources.cited(document, outlets or {}),
        denial=said.denial(document, subject),
        confirmation=said.confirmation(document, subject),
    )
