"""How Arabic names a person. There are no capitals: given names, cues, the shape of Slavic surnames, and a list of what is prose."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from crawler.languages import fold
from crawler.names.persons_lexicon import lexicon
from crawler.names.persons_words import Mention, Word, is_city

# و and ف before anything, then ب ل ك, written on the word.
_CONJUNCTIONS = "وف"
_PREPOSITIONS = "بلك"
_SHORTEST = 3  # letters that must stay

# Russian and other Slavic surnames as Arabic writes them: لوجينوف أنانيف يافلينسكي تيموشينكو رابينوفيتش; folded.
_SLAVIC = re.compile(r"\w{3,}(?:وف|يف|وفا|يفا|سكي|سكايا|نكو|فيتش|تشوك|شفيلي)\Z")
_SURELY_SLAVIC = re.compile(r"\w{2,}(?:نوف|ييف|ينسكي|وفسكي|يفسكي|وفيتش|يفيتش|ينكو|نكو|شفيلي|تشوك|روفسكي|سكايا|سكوي)\Z")

# Given names of several words begin with these, and these go on a name: ابن الوليد, صلاح الدين, بك.
_FIRST_OF_TWO = frozenset({"عبد", "ابو", "ابي", "ابا"})
_LINKS = frozenset({"بن", "ابن", "بنت", "ولد", "ال", "بو", "فون", "دي", "دا", "دو", "اغ", "شيخ", "ابو", "ابي", "عبد"})
_SUFFIXES = frozenset({"الدين", "الله", "الرحمن", "بك", "باشا", "خان", "اغا", "اوغلو", "زاده"})
_PATRONYMIC = re.compile(r"\w{3,}(?:فيتش|وفنا|يفنا|فنا)\Z")
_MOST_WORDS = 6
_LONG = 6  # letters of a name that is hardly anything else
_PRONOUNS = ("هما", "ها", "هم", "ه")
_THAT = frozenset({"ان", "انه", "انها", "بان"})
_COMMA_GAPS = (" ", "، ", ", ")


def read(words: list[Word], at: int) -> Mention | None:
    """The person whose name begins with word `at`, or None."""
    word = words[at]
    if word.script != "ar" or word.listed:
        return None
    for rule in (_named, _full_name, _ranked, _by_shape, _spoke):
        found = rule(words, at)
        if found is not None:
            return replace(found, score=0.0) if is_named_after(words, found.first, found.last) else found
    return None


@lru_cache(maxsize=50_000)
def _readings(folded: str) -> tuple[tuple[str, int], ...]:
    """The word as it is and without its clitics: (what stays, letters cut)."""
    found = [(folded, 0)]
    rest, clitics = folded, 0
    if rest[:1] in _CONJUNCTIONS and len(rest) > _SHORTEST:
        rest, clitics = rest[1:], 1
        found.append((rest, clitics))
    if rest[:1] in _PREPOSITIONS and len(rest) > _SHORTEST:
        found.append((rest[1:], clitics + 1))
    return tuple(found)


def is_repeatable(folded: str) -> bool:
    """Whether a last name may be looked for alone: not when it is a father's given name, or a word of prose."""
    lex = lexicon()
    return not any(folded in words for words in (lex.arab, lex.ordinary["ar"], lex.not_names["ar"], lex.ranks["ar"]))


def surname_keys(word: Word) -> list[tuple[str, int]]:
    """What the surname of another mention must equal for `word` to repeat it, and how many letters of clitics go off."""
    return list(_readings(word.folded))


def is_named_after(words: list[Word], first: int, last: int) -> bool:
    """Whether a street, unit or building bears the name: شارع الملك فيصل, كتيبة خالد بن الوليد."""
    lex = lexicon()
    for back in (1, 2):
        if first - back < 0 or words[first - back + 1].gap not in (" ", ' "', " «", " “"):
            return False
        before = words[first - back].folded
        if any(reading in lex.named_after["ar"] for reading, _ in _readings(before)):
            return True
        if before not in lex.ranks["ar"]:
            return False
    return False


def _given(word: Word) -> tuple[str, int] | None:
    """The given name the word is, and how many letters of clitics stand before it.

    Clitics come off the surest names only: «فستان» is a dress, not «ف» and Stan.
    """
    lex = lexicon()
    if word.folded in lex.given["ar"]:
        # The fold makes the preposition على and the name علي one word.
        return None if word.folded == "علي" and word.surface.endswith("ى") else (word.folded, 0)
    sure = (
        (reading, clitics)
        for reading, clitics in _readings(word.folded)
        if clitics and (reading in lex.arab or reading in lex.foreign) and not word.surface.endswith("على")
    )
    return next(sure, None)


def _bare(word: Word) -> str:
    """The given name the word is, without clitics; the word itself when it is none."""
    given = _given(word)
    return given[0] if given is not None else word.folded


def _is_prose(folded: str) -> bool:
    prose = lexicon().not_names["ar"]
    return any(
        reading in prose or any(reading.endswith(own) and reading.removesuffix(own) in prose for own in _PRONOUNS)
        for reading, _ in _readings(folded)
    )


def _is_place(word: Word) -> bool:
    return bool(word.listed) or is_city(word.folded)


def _is_slavic(folded: str) -> bool:
    return _SLAVIC.match(folded) is not None and folded not in lexicon().not_names["ar"] and not folded.startswith("ال")


def _is_name(folded: str) -> bool:
    lex = lexicon()
    return folded in lex.given["ar"] or folded in lex.names_ar


def _follows(words: list[Word], at: int) -> bool:
    return (
        at < len(words) and words[at].script == "ar" and words[at].near and words[at].sentence == words[at - 1].sentence
    )


def _goes_on(words: list[Word], at: int, length: int, foreign: bool) -> bool:
    """Whether word `at` is a further name of a person whose name has `length` words so far.

    Arabs have up to four names and a family name with the article after a given one; others a given name and a surname.
    """
    folded = words[at].folded
    lex = lexicon()
    if (
        folded in lex.not_names["ar"]
        or folded in _LINKS
        or words[at].listed
        or (is_city(folded) and not _is_name(folded))
    ):
        return False
    before = _bare(words[at - 1])
    known = _is_name(folded) or _is_slavic(folded)
    if folded.startswith("ال"):
        given = before in lex.given["ar"] and before not in lex.foreign
        family = given or before in _SUFFIXES or (length > 1 and words[at - 2].folded in _LINKS)
        return not foreign and family and len(folded) > 4 and not _is_prose(folded)
    if length == 1:
        return known or _could_be_unknown_name(words[at])
    if not foreign:
        return known or (length == 2 and before in lex.arab and len(folded) > 3 and _could_be_unknown_name(words[at]))
    third = before in lex.given["ar"] or _PATRONYMIC.match(before) is not None or len(folded) >= _LONG
    return length == 2 and third and known


def _could_be_unknown_name(word: Word) -> bool:
    """Whether a word no lexicon knows may be a surname: no prose under its clitics, no verb by its first letters."""
    folded = word.folded
    if (
        len(folded) < _SHORTEST
        or _is_place(word)
        or _is_prose(folded)
        or folded.startswith(("و", "است", "ال", "لل", "بال", "كال", "فال"))
    ):
        return False
    if any(is_city(reading) for reading, clitics in _readings(folded) if clitics):
        return False
    if (
        folded.endswith(("ات", "ية", "ون", "ة", "ا"))
        and not folded.endswith(("وفا", "يفا"))
        and len(folded) > 5
        and not folded.endswith("ا")
    ):
        return False
    return not (folded.startswith("ي") and 4 <= len(folded) <= 6)


def _name_end(words: list[Word], at: int, first: str, foreign: bool) -> int:
    """Index after the name that begins with word `at`, whose given name is `first`."""
    here = at + 1
    if first in _FIRST_OF_TWO:
        if not _follows(words, here) or (
            words[here].folded in lexicon().not_names["ar"] and not words[here].folded.startswith("ال")
        ):
            return at
        here += 1
    while here - at < _MOST_WORDS and _follows(words, here):
        folded = words[here].folded
        if folded in _SUFFIXES:
            here += 1
        elif _is_family(words, at, here - 1):
            break
        elif (
            folded in _LINKS
            and (words[here - 1].folded not in lexicon().foreign)
            and _follows(words, here + 1)
            and words[here + 1].folded not in lexicon().not_names["ar"]
        ):
            here += 2
        elif _goes_on(words, here, here - at, foreign):
            here += 1
        else:
            break
    return here


def _is_family(words: list[Word], at: int, last: int) -> bool:
    """Whether word `last` is a family name with the article, which ends a name: in lists the next person follows at once."""
    folded = words[last].folded
    return (
        last > at
        and folded.startswith("ال")
        and folded not in _SUFFIXES
        and folded not in lexicon().arab
        and words[last - 1].folded not in _FIRST_OF_TWO | _LINKS
    )


def _full_name(words: list[Word], at: int) -> Mention | None:
    """A given name and what follows it; alone only after a cue."""
    found = _given(words[at])
    if found is None:
        return _kunya(words, at)
    given, clitics = found
    last = _name_end(words, at, given, given in lexicon().foreign)
    cue = _cue_before(words, at)
    if last == at or (last == at + 1 and given in _FIRST_OF_TWO):
        return None
    if last == at + 1:
        alone = cue and clitics == 0 and given not in lexicon().ordinary["ar"]
        return Mention(at, last, 0.7, f"given name after {cue}") if alone else None
    second = words[at + 1].folded
    known = _is_name(second) or _is_slavic(second) or second in _LINKS | _SUFFIXES
    if "_".join((given, second)) in lexicon().city_pairs or not (cue or _needs_no_cue(words, at, last, found, known)):
        return None
    if given in lexicon().not_names["ar"] and not _is_name(second):
        return None
    # A word no lexicon knows after a Russian given name is a surname; after an Arab one it may be a verb.
    unknown = 0.8 if given in lexicon().foreign else 0.75
    score = 0.95 if known or cue else unknown if clitics == 0 else 0.65
    why = "given name and surname" if last == at + 2 else "given names and surname"
    return Mention(at, last, score, why, last - 1, clitics)


def _needs_no_cue(words: list[Word], at: int, last: int, found: tuple[str, int], known: bool) -> bool:
    """Whether a given name and what follows it are a person's with nothing before them; `known`: the second word is a name."""
    given, clitics = found
    lex = lexicon()
    if given in lex.not_names["ar"]:
        return False
    if given in lex.ordinary["ar"]:
        return _is_one_of_several(words, at) if clitics else _is_surely_named(words, at, last)
    return known or given in lex.arab or given in lex.foreign


def _is_one_of_several(words: list[Word], at: int) -> bool:
    """Whether a name with و on it follows another name: ماهر العلي وسامر الحسين."""
    return (
        words[at].folded.startswith("و")
        and at > 1
        and words[at].near
        and words[at - 1].near
        and _given(words[at - 2]) is not None
    )


def _kunya(words: list[Word], at: int) -> Mention | None:
    """أبو محمد العدناني, أبو الحارث."""
    found = next(
        ((reading, clitics) for reading, clitics in _readings(words[at].folded) if reading in ("ابو", "ابي")), None
    )
    if found is None:
        return None
    last = _name_end(words, at, found[0], False)
    if last - at < 2 or words[at].listed:
        return None
    if last - at == 2 and not (_cue_before(words, at) or _is_name(words[at + 1].folded)):
        return None
    return Mention(at, last, 0.8, "kunya", last - 1 if last - at > 2 else None, found[1])


def _is_surely_named(words: list[Word], at: int, last: int) -> bool:
    """Whether a name that begins with an ordinary word (خالد, عادل) is one: its second word is a given name, or ابن, or الدين."""
    second = words[at + 1].folded
    lex = lexicon()
    if second not in lex.ordinary["ar"] and not second.startswith("ال") and len(second) > 3 and _is_name(second):
        return True
    if second in _LINKS | _SUFFIXES:
        return True
    return last - at > 2 or _is_slavic(second) or _spoke_before(words, at)


def _is_between(folded: str) -> bool:
    """Whether a word may stand between a rank and the name: الملازم أول, وزير الدفاع التركي, الخبير الاقتصادي, الرئيس الراحل."""
    if folded == "اول":
        return True
    return folded.startswith("ال") and (folded.endswith(("ي", "ية", "ركن")) or folded in lexicon().not_names["ar"])


def _cue_before(words: list[Word], at: int) -> str:
    """The rank, title or «named» before word `at`, adjectives of nationality between them allowed; '' when none."""
    lex = lexicon()
    back = at - 1
    while back >= 0 and at - back <= 3:
        if words[back + 1].gap not in _COMMA_GAPS and not (back == at - 1 and words[at].gap.strip() in ('"', "«", "“")):
            return ""
        word = words[back]
        if word.script != "ar":
            return ""
        for reading, _ in _readings(word.folded):
            if reading in lex.ranks["ar"] or reading in lex.naming["ar"]:
                return word.surface
        if not _is_between(word.folded):
            return ""
        back -= 1
    return ""


def _ranked(words: list[Word], at: int) -> Mention | None:
    """A name no lexicon knows, after a rank with the article."""
    cue = _cue_before(words, at)
    if not cue or not cue.startswith(("ال", "وال")) or (words[at].gap != " " and words[at].gap != "، "):
        return None
    if not _could_be_unknown_name(words[at]):
        return None
    last = _unknown_end(words, at)
    if last - at == 1 and not (_is_slavic(words[at].folded) or words[at].folded in lexicon().names_ar):
        return None
    known = any(_is_name(words[i].folded) or _is_slavic(words[i].folded) for i in range(at, last))
    if not known and (last - at == 1 or not any(rank in lexicon().soldiers for rank, _ in _readings(fold(cue)))):
        return None
    return Mention(at, last, 0.8 if known else 0.62, f"name after {cue}", last - 1)


def _unknown_end(words: list[Word], at: int) -> int:
    """Index after a name whose first word is taken as one."""
    here = at + 1
    while here - at < 3 and _follows(words, here):
        if words[here].folded in _LINKS and _follows(words, here + 1):
            here += 2
        elif _goes_on(words, here, here - at, True):
            here += 1
        else:
            break
    return min(here, len(words))


def _named(words: list[Word], at: int) -> Mention | None:
    """After يدعى, واسمه, الملقب: the words in the quotes, or the name that follows."""
    back = at - 1
    if back < 0:
        return None
    if words[back].folded == "ب" and back > 0:  # الملقب بـ "..."
        back -= 1
    if (
        words[back].folded not in lexicon().naming["ar"]
        or words[at].sentence != words[back].sentence
        or "،" in words[at].gap
    ):
        return None
    word = words[at]
    if (
        word.folded == "ب"
        or word.folded in lexicon().naming["ar"]
        or any(form in lexicon().naming["ar"] for form, _ in _readings(word.folded))
    ):
        return None
    clitics = (
        1
        if word.folded.startswith("ب")
        and len(word.folded) > _SHORTEST
        and words[back].folded in _CALLED_WITH_B
        and word.folded not in lexicon().given["ar"]
        else 0
    )
    if word.gap.strip() in ('"', "«", "“", "”", "'") and words[back].folded != "باسم":  # things have names as well
        last = at + 1
        while last - at < 3 and _follows(words, last) and words[last - 1].after not in '"»”“':
            last += 1
        return Mention(at, last, 0.85, f"named or called so ({words[back].surface})")
    found = _given(word)
    if found is not None and found[1] <= clitics:
        last = _name_end(words, at, found[0], found[0] in lexicon().foreign)
        return Mention(
            at,
            max(last, at + 1),
            0.9,
            f"named so ({words[back].surface})",
            last - 1 if last - at > 1 else None,
            found[1],
        )
    if not _could_be_unknown_name(word):
        return None
    last = _unknown_end(words, at)
    return Mention(at, last, 0.85, f"named so ({words[back].surface})", last - 1 if last - at > 1 else None, clitics)


_CALLED_WITH_B = frozenset({"الملقب", "الملقبة", "المكني", "المعروف", "المعروفة", "يلقب"})


def _by_shape(words: list[Word], at: int) -> Mention | None:
    """A word no lexicon knows before a Slavic surname, or such a surname before a given name: جريجوي يافلينسكي."""
    word = words[at]
    if not _follows(words, at + 1) or _is_place(word):
        return None
    second = words[at + 1].folded
    unknown = _could_be_unknown_name(word) or word.folded in lexicon().names_ar
    if not unknown or word.folded in lexicon().not_names["ar"]:
        return None
    if _SURELY_SLAVIC.match(second) and _is_slavic(second) and not _is_place(words[at + 1]):
        if _is_slavic(word.folded) and not word.folded.endswith("سلاف"):
            return None  # two surnames side by side are two persons
        return Mention(at, at + 2, 0.8, "a Slavic surname by its shape, and a name before it", at + 1)
    given = second in lexicon().given["ar"] and second not in lexicon().ordinary["ar"] and second in lexicon().foreign
    alone = given and not (_follows(words, at + 2) and _goes_on(words, at + 2, 1, True))
    if alone and (
        _is_slavic(word.folded) or (word.folded in lexicon().names_ar and word.folded not in lexicon().given["ar"])
    ):
        return Mention(at, at + 2, 0.7, "surname and given name", at)
    return None


def _spoke_before(words: list[Word], at: int) -> bool:
    return at > 0 and words[at].near and words[at - 1].folded in lexicon().speech["ar"]


def _spoke(words: list[Word], at: int) -> Mention | None:
    """One surname between a verb of speech and «that»: وأضاف لافروف أن."""
    word = words[at]
    if not _spoke_before(words, at) or not _follows(words, at + 1) or words[at + 1].folded not in _THAT:
        return None
    if _is_place(word) or _is_prose(word.folded) or word.folded.startswith("ال"):
        return None
    if not (word.folded in lexicon().names_ar or _is_slavic(word.folded)) or word.folded in lexicon().ordinary["ar"]:
        return None
    return Mention(at, at + 1, 0.7, f"name between {words[at - 1].surface} and {words[at + 1].surface}", at)
