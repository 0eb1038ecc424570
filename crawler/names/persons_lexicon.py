"""The words `persons` knows: given names, surnames, ranks, cues, and what is none of them. Read once, on first use."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from crawler.languages import fold

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Folded words. What is a dict is by script: "cyr", "lat", "ar"."""

    given: dict[str, frozenset[str]]  # Cyrillic ones in all cases
    arab: frozenset[str]  # of the given names in Arabic letters those that Arabs surely bear
    foreign: frozenset[str]  # and those that they surely do not
    ordinary: dict[str, frozenset[str]]  # given names that are also ordinary words: not enough by themselves
    not_names: dict[str, frozenset[str]]  # words with a capital that are no surname
    ranks: dict[str, frozenset[str]]  # ranks, titles, kinship: before a name
    soldiers: frozenset[str]  # of the Arabic ranks those that an unknown name follows
    roles: frozenset[str]  # English trades: before a full name
    naming: dict[str, frozenset[str]]  # one-word cues before a name or call sign
    naming_phrases: tuple[tuple[str, ...], ...]  # English ones of several words
    speech: dict[str, frozenset[str]]
    named_after: dict[str, frozenset[str]]  # before a name: a street's, a ship's
    regions: frozenset[str]  # Russian nouns after an adjective that is no surname: Свердловской области
    named_after_following: frozenset[str]  # the same in English, after the name
    surnames: frozenset[str]  # Russian, nominative
    surnames_too: frozenset[str]  # English words of `not_names` that are surnames right after a given name
    names_ar: frozenset[str]  # single names in Arabic letters, given or not
    particles: frozenset[str]  # between given name and surname: van, ibn, аль
    joined: frozenset[str]  # these, and those joined to a surname by a hyphen: as-Sisi
    opening: frozenset[str]  # particles a name may begin with
    apposition: frozenset[str]  # words after a given name and a comma
    cities: frozenset[str]
    city_pairs: frozenset[str]  # cities of two words: hong_kong


@cache
def lexicon() -> Lexicon:
    """The lexicon: 0.1 s the first time."""
    import yaml  # here, because most commands of the program never need it

    built = _built()
    written = yaml.load(
        (DATA / "persons_words.yaml").read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )
    ranks, naming, speech = written["ranks"], written["naming"], written["speech"]
    after, particles = written["named_after"], written["particles"]
    phrases = sorted((tuple(fold(line).split()) for line in naming["en"].splitlines()), key=len, reverse=True)
    return Lexicon(
        given={"cyr": built["given_cyr"], "lat": built["given_lat"], "ar": built["given_ar"]},
        arab=_words(written["given"]["ar"]),
        foreign=_words(written["given"]["ar_foreign"]),
        ordinary={
            "cyr": built["ordinary_cyr"],
            "lat": _words(written["ordinary"]["lat"]),
            "ar": _words(written["ordinary"]["ar"]),
        },
        not_names={
            "cyr": built["not_names_cyr"],
            "lat": _words(written["not_names"]["lat"]),
            "ar": _words(written["arabic_prose"]),
        },
        ranks={"cyr": built["ranks_ru"], "lat": _words(ranks["en"]), "ar": _words(ranks["ar"])},
        soldiers=_words(written["soldiers"]),
        roles=_words(written["roles"]["en"]),
        naming={"cyr": _words(naming["ru"]), "ar": _words(naming["ar"])},
        naming_phrases=tuple(phrases),
        speech={"lat": _words(speech["en"]), "ar": _words(speech["ar"])},
        named_after={"cyr": built["named_after_ru"], "lat": _words(after["en_before"]), "ar": _words(after["ar"])},
        regions=built["regions_ru"],
        named_after_following=_words(after["en_after"]),
        surnames=built["surnames_cyr"],
        surnames_too=_words(written["surnames_too"]),
        names_ar=built["names_ar"],
        particles=_words(particles["apart"]),
        joined=_words(particles["apart"]) | _words(particles["joined"]),
        opening=_words(particles["opening"]),
        apposition=_words(written["apposition"]),
        cities=built["cities"],
        city_pairs=built["city_pairs"],
    )


def _built() -> dict[str, frozenset[str]]:
    text = gzip.decompress((DATA / "persons_lexicon.tsv.gz").read_bytes()).decode()
    return {kind: frozenset(words.split()) for kind, _, words in (line.partition("\t") for line in text.splitlines())}


def _words(text: str) -> frozenset[str]:
    return frozenset(fold(text).split())
