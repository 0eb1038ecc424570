"""Agencies and outlets a text cites: known ones by their names in three languages, others where a text says what they are. Pure.

known      رويترز, ТАСС, Reuters in a sentence with a word of citing; ambiguous names beside it or in quotation marks
outlets    those of crawler/outlets by their names, likewise
introduced "телеграм-канал «Тихий берег»", "موقع «صوت الضفة»": a noun of the press and a name in quotation marks
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter

from alerts.document import Document, Place
from alerts.facts.allegations import apart
from alerts.query import parse
from alerts.terms import Reading, Term
from crawler.config import Section, read_yaml
from crawler.outlets import Outlet

MOST = 6
BESIDE = 2  # words between an ambiguous name and the word that cites it
LONGEST_NAME = 40  # characters in quotation marks that may be a name
_OPEN, _CLOSE = "«“„\"'‘”", "»”“\"'’"
_IN_MARKS = re.compile(rf"[\s,،]{{0,2}}[{_OPEN}]([^{_OPEN}{_CLOSE}\n]{{2,{LONGEST_NAME}}})[{_CLOSE}]")


class Source(Section):
    """One entry of sources.yaml."""

    show: str
    names: list[str]
    outlets: list[str] = []
    also: bool = False


class Citing(Section):
    """citing.yaml."""

    words: Mapping[str, list[str]]
    nouns: Mapping[str, list[str]]


def cited(document: Document, outlets: Mapping[str, Outlet]) -> tuple[str, ...]:
    """Whom the text cites, in its order, each once; never the outlet whose text it is."""
    reading = Reading(document, {})
    citing = _by_sentence(document, _term("words").find(reading) or ())
    if not citing:
        return ()
    own = outlets.get(document.outlet)
    found = [*_known(document, reading, citing), *_introduced(document, reading, citing)]
    found += _outlets(document, reading, citing, tuple(sorted({(one.id, one.name) for one in outlets.values()})))
    said = {own.name.casefold()} if own else set()
    shown: dict[str, None] = {}
    taken: list[Place] = []
    for place, show, ids in sorted(found, key=lambda one: (one[0][0], -one[0][1])):
        overlaps = any(first < place[1] and place[0] < last for first, last in taken)
        if overlaps or document.outlet in ids or show.casefold() in said:
            continue
        taken.append(place)
        shown[show] = None
    return tuple(shown)[:MOST]


Found = tuple[Place, str, tuple[str, ...]]
Citings = Mapping[int, list[Place]]


def _known(document: Document, reading: Reading, citing: Citings) -> Iterator[Found]:
    for source, term in _sources():
        for place in term.find(reading) or ():
            if _cites(document, place, citing, strict=source.also):
                yield place, source.show, tuple(source.outlets)


def _outlets(
    document: Document, reading: Reading, citing: Citings, names: tuple[tuple[str, str], ...]
) -> Iterator[Found]:
    """By the names of the outlet files, which may be ordinary words."""
    for outlet, show, term in _outlet_terms(names):
        for place in term.find(reading) or ():
            capital = all(document.tokens[index].capital for index in range(*place))
            if capital and _cites(document, place, citing, strict=True):
                yield place, show, (outlet,)


def _introduced(document: Document, reading: Reading, citing: Citings) -> Iterator[Found]:
    for noun in _term("nouns").find(reading) or ():
        if document.sentence_at(noun[0]) not in citing:
            continue
        name = _IN_MARKS.match(document.full, document.tokens[noun[1] - 1].end)
        if name and any(map(str.isalpha, name[1])):
            place = document.place(*name.span(1))
            if place[0] < place[1]:
                yield place, name[1].strip(), ()


def _cites(document: Document, place: Place, citing: Citings, *, strict: bool) -> bool:
    near = [one for one in citing.get(document.sentence_at(place[0]), ()) if one[1] <= place[0] or place[1] <= one[0]]
    if not strict:
        return bool(near)
    if not (document.tokens[place[0]].capital or document.tokens[place[0]].script == "ar"):
        return False
    return any(apart(document, place, one) <= BESIDE for one in near) or bool(near and _in_marks(document, place))


def _in_marks(document: Document, place: Place) -> bool:
    start, end = document.span(place)
    return document.full[start - 1 : start] in set(_OPEN) and document.full[end : end + 1] in set(_CLOSE)


def _by_sentence(document: Document, places: Any) -> dict[int, list[Place]]:
    found: dict[int, list[Place]] = {}
    for place in places:
        found.setdefault(document.sentence_at(place[0]), []).append(place)
    return found


@cache
def _sources() -> list[tuple[Source, Term]]:
    listed = yaml.safe_load(Path(__file__).with_name("sources.yaml").read_text("utf-8"))
    return [
        (source, parse(" OR ".join(_quoted(name) for name in source.names), watch=False).root)
        for source in TypeAdapter(list[Source]).validate_python(listed)
    ]


@cache
def _outlet_terms(names: tuple[tuple[str, str], ...]) -> list[tuple[str, str, Term]]:
    return [
        (outlet, name, parse(f'"{plain}"', watch=False).root)
        for outlet, name in names
        if len(plain := re.sub(r"\([^)]*\)", "", name).replace('"', "").strip()) > 3 and any(map(str.isalpha, plain))
    ]


def _quoted(name: str) -> str:
    return name if name[0] in "=\"'" else f'"{name}"'


@cache
def _term(words: str) -> Term:
    by_language: Mapping[str, list[str]] = getattr(read_yaml(Path(__file__).with_name("citing.yaml"), Citing), words)
    return parse(" OR ".join(part for parts in by_language.values() for part in parts), watch=False).root
