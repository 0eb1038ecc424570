"""Persons named in a text, on a list or not, in Arabic, Russian and English. Pure; words and rules, no model.

    words = cut(text)                        # tokens, hyphenated ones joined, listed places and organisations marked
    mentions = capitals.read | arabic.read   # at each word the rules of its script: given name, initials, rank, cue, shape
    mentions += repeats(words, mentions)     # a surname alone, of a person named in full elsewhere in the text

It says whom an article also names, so it would rather miss a person than show a street.
"""

from __future__ import annotations

from types import ModuleType

from crawler.names import persons_arabic, persons_capitals
from crawler.names.persons_words import Mention, PersonMention, Word, cut, key_of, start_without_clitics

__all__ = ["PersonMention", "persons"]

# A rule must be at least this sure.
LOWEST_SCORE = 0.6
# Only the surname of a person named this surely and in full is looked for again.
SCORE_OF_A_FULL_NAME = 0.8
SCORE_OF_A_REPEAT = 0.8
SHORTEST_REPEATED = 4


def persons(text: str) -> list[PersonMention]:
    """The persons `text` names, in order, not overlapping; offsets are half-open code points of the original.

    A span holds given names, patronymic, initials, surname or call sign, without rank, quotes and Arabic clitics. Every
    mention is given, so one person may come several times. Any string may be passed; the time is linear in its length.
    """
    words = cut(text)
    mentions: list[Mention] = []
    at = 0
    while at < len(words):
        found = _rules(words[at]).read(words, at)
        if found is None:
            at += 1
            continue
        if found.score >= LOWEST_SCORE:  # below it: the name of a street or a ship, passed over whole
            mentions.append(found)
        at = found.last
    repeats = _repeats(words, mentions)
    places = {repeat.first for repeat in repeats}
    mentions = [mention for mention in mentions if mention.first not in places] + repeats
    return [_shown(text, words, mention) for mention in sorted(mentions, key=lambda mention: mention.first)]


def _rules(word: Word) -> ModuleType:
    return persons_arabic if word.script == "ar" else persons_capitals


def _shown(text: str, words: list[Word], mention: Mention) -> PersonMention:
    start = start_without_clitics(text, words[mention.first], mention.clitics)
    end = words[mention.last - 1].end
    if mention.dotted:
        end += 1
    return PersonMention(start, end, text[start:end], mention.score, mention.why)


def _repeats(words: list[Word], mentions: list[Mention]) -> list[Mention]:
    """Words that are the surname of one of `mentions`: those no mention has, and those that are one by themselves."""
    taken = {
        at for mention in mentions if mention.last > mention.first + 1 for at in range(mention.first, mention.last)
    }
    surnames: dict[str, Mention] = {}
    for mention in mentions:
        if mention.score >= SCORE_OF_A_FULL_NAME and mention.surname is not None:
            surname = words[mention.surname]
            key = key_of(surname)
            if len(key) >= SHORTEST_REPEATED and _rules(surname).is_repeatable(surname.folded):
                surnames.setdefault(key, mention)
    if not surnames:
        return []
    found = []
    for at, word in enumerate(words):
        if at in taken or word.listed:
            continue
        rules = _rules(word)
        for key, clitics in rules.surname_keys(word):
            if key in surnames and surnames[key].surname != at and not rules.is_named_after(words, at, at + 1):
                whole = surnames[key]
                name = " ".join(words[i].surface for i in range(whole.first, whole.last))
                found.append(Mention(at, at + 1, SCORE_OF_A_REPEAT, f"surname of {name}", clitics=clitics))
                break
    return found
