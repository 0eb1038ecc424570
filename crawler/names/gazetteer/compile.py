"""`python -m crawler.names.gazetteer.compile`: write gazetteer.json.gz from the YAML lists here and CLDR's country names.

Run after every change of a list; a test says when it was forgotten. Here the slow things happen once: YAML, CLDR, pymorphy3.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import yaml
from babel import Locale

from crawler.languages import Token, forms, tokenise
from crawler.languages.ru import is_acronym, paradigm
from crawler.names.gazetteer import COMPILED

HERE = Path(__file__).parent
SCRIPTS = ("en", "ru", "ar")
SOURCES = {"geonames", "wof", "cldr", "general"}

# An ordinal's ending, as a token of its own after the number: 25-я, 25-й, 25-ой, 25-ю, 4-го.
ORDINAL_ENDINGS = frozenset("я й ой ая ую ю ей го ого му ому м ым ом е".split())
# Arabic prepositions written on the next word. `languages.keys` takes them off words of five letters and more only.
ONE_LETTER_PREPOSITIONS = "بلك"
# Former states and territories that CLDR keeps under two letters and no article means.
NOT_COUNTRIES = {"ZZ", "XA", "XB", "EU", "EZ", "UN", "QO", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"}


class _CLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML's C loader where it was built, ten times faster."""


def compiled() -> dict[str, Any]:
    """Everything gazetteer.json.gz holds: the entries, the words of each listed name and the forms of each word."""
    places = [*_listed_places(), *_countries()]
    organisations = [_row(row, {}) for row in _read(HERE / "organisations.yaml")["organisations"]]
    words: dict[str, list[str]] = {}
    word_forms: dict[str, list[str]] = {}
    for row in (*places, *organisations):
        for name in (name for script in SCRIPTS for name in row[script]):
            if name in words:
                continue
            tokens = tokenise(name)
            words[name] = [token.folded for token in tokens]
            for at, token in enumerate(tokens):
                after_number = at > 0 and tokens[at - 1].script == "num"
                spelled = set(word_forms.get(token.folded, ())) | _forms(
                    name[token.start : token.end], token, after_number, len(tokens) == 1
                )
                word_forms[token.folded] = sorted(spelled)
    return {"places": places, "organisations": organisations, "words": words, "forms": word_forms}


def packed(compiled: dict[str, Any]) -> bytes:
    """The bytes of gazetteer.json.gz, the same for the same lists."""
    text = json.dumps(compiled, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return gzip.compress(text.encode(), mtime=0)


def _read(path: Path) -> Any:
    return yaml.load(path.read_text("utf-8"), Loader=_CLoader)


def _listed_places() -> list[dict[str, Any]]:
    rows = []
    for path in sorted((HERE / "places").glob("*.yaml")):
        listed = _read(path)
        rows += [_row(row, {"country": listed.get("country", "")}) for row in listed["places"]]
    return rows


def _row(row: dict[str, Any], defaults: dict[str, str]) -> dict[str, Any]:
    """One entry with every field present; ValueError names the entry that lacks one or has an unknown source."""
    full = {"ru": [], "ambiguous": [], **defaults, **row}
    names = {name for script in SCRIPTS for name in full.get(script, ())}
    if not full.get("en") or not full.get("ar") or not full.get("kind") or not set(full["source"]) <= SOURCES:
        raise ValueError(f"gazetteer entry {row.get('id')!r} needs kind, en, ar and a known source")
    if strays := set(full["ambiguous"]) - names:
        raise ValueError(f"gazetteer entry {row['id']!r}: ambiguous names that it does not list: {sorted(strays)}")
    return full


def _countries() -> list[dict[str, Any]]:
    """Countries by CLDR, with what countries.yaml adds to their names."""
    said = {row["id"]: row for row in _read(HERE / "countries.yaml")["countries"]}
    territories = {script: Locale(script).territories for script in SCRIPTS}
    rows = []
    for code in sorted(territories["en"]):
        if len(code) != 2 or code in NOT_COUNTRIES:
            continue
        extra = said.get(code, {})
        names = {script: list(dict.fromkeys([territories[script][code], *extra.get(script, ())])) for script in SCRIPTS}
        ambiguous = [name for name in extra.get("ambiguous", ()) if any(name in listed for listed in names.values())]
        row = {"id": code.lower(), "kind": "country", "country": code, "source": ["cldr"], "ambiguous": ambiguous}
        rows.append(row | names)
    return rows


def _forms(surface: str, token: Token, after_number: bool, alone: bool) -> set[str]:
    """Folded forms of one word of a listed name; `alone`: the name has no other word."""
    if token.script == "cyr":
        return _russian_forms(surface, token, after_number, alone)
    if token.script == "ar":
        return _arabic_forms(token.folded)
    return {token.folded}


def _russian_forms(surface: str, token: Token, after_number: bool, alone: bool) -> set[str]:
    if after_number and token.folded in ORDINAL_ENDINGS:
        return set(ORDINAL_ENDINGS)
    if is_acronym(surface) or len(token.folded) < 3:
        return {token.folded}
    # Names decline by the table; the words beside them (корпус, Сирийские) are in the dictionary.
    by_table = paradigm(surface) if token.capital else frozenset()
    by_dictionary = forms(surface, "ru") if not (token.capital and alone) else frozenset()
    return {token.folded} | by_table | by_dictionary


def _arabic_forms(folded: str) -> set[str]:
    spelled = {folded, folded[:-1] + "ه"} if folded.endswith("ة") else {folded}
    if len(folded) <= 3:
        spelled |= {letter + form for letter in ONE_LETTER_PREPOSITIONS for form in set(spelled)}
    return spelled


if __name__ == "__main__":
    (HERE / COMPILED).write_bytes(packed(compiled()))
