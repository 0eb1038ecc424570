"""Arabic words: clitics come off in articles; plurals, persons and pronouns are spelled out in queries.

An Arabic token carries "and", "in", "to", "like", "the" in front and a pronoun behind. In front they come off on the
side of the article, because any word can carry them (`strip`). Behind, stripping would merge words that have nothing in
common, so all that may follow is spelled out on the side of the query (`forms`). Nothing is ever reduced to a root: the
root of "killed", "killer" and "fighter" is one. What no rule makes, broken plurals above all, is in ar_words.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from crawler.languages.folding import Script, fold_word

NAME = "Arabic"
SCRIPT: Script = "ar"

SHORTEST_REST = 3  # letters that must be left when clitics come off
# "Then" and "like" before a bare word of three letters are rarer than words that begin with ف and ك: such a rest must be
# a listed word.
SHORTEST_AFTER = {"و": 3, "ب": 3, "ل": 3, "ف": 4, "ك": 4}
SHORTEST_WITHOUT_ARTICLE = 4

# Persian and Maghrebi letters in Arabic text, and what Arabic outlets write for the same name.
_ARABISED = str.maketrans("پچڤگژ", "بجفغج")
PRONOUNS = ("ه", "ها", "هم", "هما", "هن", "نا", "ي")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The listed words, folded."""

    families: dict[str, frozenset[str]]  # family name -> every form it stands for
    names_of: dict[str, tuple[str, ...]]  # listed word -> the families that list it
    bare: frozenset[str]  # all forms of all families
    whole: frozenset[str]  # words that begin with a letter that is no clitic
    whole_beginnings: frozenset[str]


def strip(folded: str) -> list[tuple[str, str]]:
    """Match keys of an article word, each with its reason: itself, then what is left as its clitics come off.

    Outermost clitic first. Also the reading with ة of a long word that ends in ه, as many write it, and the Arabic
    letter for پ چ ڤ گ ژ.
    """
    found = [(folded, "as it stands")]
    rest, carried = folded, ""
    if rest[0] in "وف" and _comes_off(rest):
        carried, rest = rest[0], rest[1:]
        found.append((rest, f"{carried} comes off"))
    if rest.startswith("لل") and len(rest) >= SHORTEST_REST + 2:
        # للجيش is ل and الجيش; of اللواء, which has a ل of its own, one of three is not written: للواء.
        bare = rest[1:] if is_whole(rest[1:]) else rest[2:]
        found += [(rest[1:], "ل comes off"), ("ال" + bare, "لل is ل and ال"), (bare, "لل comes off")]
    elif rest[0] in "بلك" and _comes_off(rest):
        carried, rest = rest[0], rest[1:]
        found.append((rest, f"{carried} comes off"))
    if rest.startswith("ال") and len(rest) >= SHORTEST_REST + 2:
        found.append((rest[2:], "ال comes off"))
    for key, _ in list(found):
        # A short word more often ends in the pronoun: قتله is "killed him", not قتلة "killers".
        if key[-1] == "ه" and len(key) >= 5:
            found.append((key[:-1] + "ة", "ه may stand for ة"))
        if (arabised := key.translate(_ARABISED)) != key:
            found.append((arabised, "written with Arabic letters"))
    return found


def _comes_off(word: str) -> bool:
    """Whether the first letter of `word` may be a clitic: و ف ب ل ك."""
    rest = word[1:]
    if rest.startswith("ال") and len(rest) >= SHORTEST_REST + 2:
        return True
    if len(rest) < SHORTEST_REST or is_whole(word):
        return False
    return len(rest) >= SHORTEST_AFTER[word[0]] or rest in lexicon().bare


def is_whole(word: str) -> bool:
    """Whether `word` is known to begin with a letter of its own where a clitic could be read."""
    listed = lexicon()
    return word in listed.whole or any(word[:size] in listed.whole_beginnings for size in range(2, len(word) + 1))


@lru_cache(maxsize=50_000)
def forms(folded: str, word: str = "") -> frozenset[str]:
    """All forms a query word stands for.

    A listed word: its families. Any other: its plurals, dual, feminine, nisba, with pronouns, and `_long_verb`. A word
    given with ال also stands for itself without, when four letters are left: الباب the city is not باب the door.
    """
    names = families_of(folded)
    if names:
        return frozenset({folded}.union(*(lexicon().families[name] for name in names)))
    bare = folded.removeprefix("ال")
    if bare != folded and len(bare) < SHORTEST_WITHOUT_ARTICLE:
        return frozenset({folded})
    spelled = {folded, *_person(bare), *_thing(bare), bare + "ت", bare + "وا", *_nisba(bare + "ي")}
    return frozenset(spelled.union(*(kind(stem) for kind, stem in _long_verb(bare))))


def families_of(folded: str) -> tuple[str, ...]:
    """Names of the families a query word belongs to: those that list it, clitics or not, else those it meets."""
    listed = lexicon()
    for key, _ in strip(folded):
        if key in listed.names_of:
            return listed.names_of[key]
    return entries(folded)


def entries(folded: str) -> tuple[str, ...]:
    """Names of the families an article word meets."""
    offered = {key for key, _ in strip(folded)}
    return tuple(name for name, spelled in lexicon().families.items() if not spelled.isdisjoint(offered))


def _with_pronouns(noun: str) -> set[str]:
    """A noun before a pronoun: ة opens to ت, ى and اء change their seat."""
    if noun.endswith("ة"):
        stems = {noun[:-1] + "ت"}
    elif noun.endswith("اء"):
        stems = {noun, noun[:-1] + "و", noun[:-1] + "ي"}
    elif noun.endswith("ي"):
        stems = {noun, noun[:-1] + "ا"}
    else:
        stems = {noun}
    return {stem + pronoun for stem in stems for pronoun in PRONOUNS}


def _plural(noun: str) -> set[str]:
    return {noun, noun + "ا"} | _with_pronouns(noun)


def _broken_plural(noun: str) -> set[str]:
    """Without "my": دولي is "international", not "my states"."""
    return (_plural(noun) - {noun + "ي"}) | {noun}


def _thing(noun: str) -> set[str]:
    """Singular, accusative, dual and sound feminine plural, with pronouns."""
    if noun.endswith("ة"):
        stem = noun[:-1]
        return {
            noun,
            stem + "تان",
            stem + "تين",
            stem + "تا",
            stem + "تي",
            *_with_pronouns(noun),
            *_plural(stem + "ات"),
        }
    return {*_plural(noun), noun + "ان", noun + "ين", *_plural(noun + "ات")}


def _person(noun: str) -> set[str]:
    """What a thing has, the feminine, and the sound masculine plural, which loses its ن before a noun or pronoun."""
    if noun.endswith("ة"):
        return _thing(noun)
    masculine = {noun + "ون", noun + "ين", noun + "و", noun + "وا"}
    possessed = {noun + joint + pronoun for joint in ("و", "ي") for pronoun in PRONOUNS[:-1]}
    return _thing(noun) | _thing(noun + "ة") | masculine | possessed


def _nisba(adjective: str) -> set[str]:
    stem = adjective
    return {stem + ending for ending in ("", "ا", "ة", "ون", "ين", "ان", "ات", "تين", "تان", "و")} | {
        stem + "ته",
        stem + "تها",
    }


def _past(verb: str) -> set[str]:
    """The perfect with object pronouns; a final ى is dropped before ت."""
    stem = verb[:-1] if verb.endswith("ي") else verb
    persons = {verb, stem + "ت", verb + "ت", verb + "ا", stem + "وا", stem + "تا", verb + "ن", verb + "نا", verb + "تم"}
    objects = {base + pronoun for base in (verb, stem + "ت", stem + "و") for pronoun in PRONOUNS[:-1]}
    return persons | objects


def _present(verb: str) -> set[str]:
    """The imperfect in its third persons, with the future س and object pronouns; نصاب "quorum" is not "we wound"."""
    stem = verb[:-1] if verb.endswith("ي") else verb
    endings = {verb, stem + "ون", stem + "وا", verb + "ان", verb + "ن"}
    endings |= {base + pronoun for base in (verb, stem + "و", stem + "ون") for pronoun in PRONOUNS[:-1]}
    return {future + person + ending for future in ("", "س") for person in "يت" for ending in endings}


# The derived verbs whose verbal noun is certain, استفعل انفعل افتعل: it is the verb with ا before its last letter.
_LONG_VERB = re.compile("است...|ان...|ا.ت..")
_ITS_NOUN = re.compile("است..ا.|ان..ا.|ا.ت.ا.")


def _long_verb(word: str) -> list[tuple[Callable[[str], set[str]], str]]:
    """Of an unlisted verb of that kind, or its noun, what else belongs to it: استهدف يستهدف استهداف."""
    if _ITS_NOUN.fullmatch(word):
        verb = word[:-2] + word[-1]
    elif _LONG_VERB.fullmatch(word):
        verb = word
    else:
        return []
    return [(_past, verb), (_present, verb[1:]), (_thing, verb[:-1] + "ا" + verb[-1])]


_RULES: dict[str, Callable[[str], Iterable[str]]] = {
    "persons": _person,
    "things": _thing,
    "plurals": _broken_plural,
    "nisbas": _nisba,
    "past": _past,
    "present": _present,
    "exact": lambda word: (word,),
}
# An imperfect stem is the perfect of another verb (يقاتل "fights", قاتل "killer"): it names no family.
_NAMES_NO_FAMILY = frozenset({"present", "never"})


@cache
def lexicon() -> Lexicon:
    """ar_words.yaml, read at the first Arabic word. KeyError when a family has a kind of word there is no rule for."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    listed = yaml.load(Path(__file__).with_name("ar_words.yaml").read_text("utf-8"), loader)
    families: dict[str, frozenset[str]] = {}
    names_of: dict[str, tuple[str, ...]] = {}
    for name, kinds in listed["families"].items():
        spelled: set[str] = set()
        for kind, words in kinds.items():
            folded = [fold_word(word) for word in words]
            if kind != "never":
                spelled.update(form for word in folded for form in _RULES[kind](word))
            if kind not in _NAMES_NO_FAMILY:
                for word in folded:
                    names_of[word] = tuple(dict.fromkeys((*names_of.get(word, ()), name)))
        families[name] = frozenset(spelled - {fold_word(word) for word in kinds.get("never", ())})
    whole = [fold_word(word) if word[0] != "=" else "=" + fold_word(word[1:]) for word in listed["whole"].split()]
    return Lexicon(
        families,
        names_of,
        frozenset().union(*families.values()),
        frozenset(word[1:] for word in whole if word[0] == "="),
        frozenset(word for word in whole if word[0] != "="),
    )
