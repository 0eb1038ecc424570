"""How Russian and English name a person: words with capitals, and what stands beside them."""

from __future__ import annotations

import re
from dataclasses import replace

from crawler.names.persons_lexicon import lexicon
from crawler.names.persons_words import Mention, Word, is_city, is_known_surname, stem

_PATRONYMIC = re.compile(
    r"\w{2,}(?:(?:ович|евич|ич)(?:а|у|ем|ом|е|и)?|(?:овн|евн|ичн|иничн)(?:а|ы|е|у|ой))\Z"
    r"|\w{2,}(?:o|e|ie|ye)vi(?:ch|c|tch)\Z|\w{2,}(?:ovna|evna|ichna)\Z"
)
_SLAVIC = {
    "cyr": re.compile(
        r"\w{2,}(?:(?:ов|ев|ин|ын)(?:а|у|ым|е|ой|ою|ы|ых|ыми)?|(?:ск|цк)(?:ий|ого|ому|им|ом|ая|ой|ую)|(?:енко|швили|дзе|ян|янц|ко)"
        r"|(?:чук|юк|щук|янц|ян|ец|ович|евич)(?:а|у|ом|ем|е)?)\Z"
    ),
    "lat": re.compile(r"\w{2,}(?:ov|ev|yev|iev|off|ova|eva|yeva|skiy|sky|ski|skaya|skyi|enko|chuk|shvili|adze)\Z"),
}
_ADJECTIVE = re.compile(r"\w+(?:ск|цк)(?:ий|ого|ому|им|ом|ая|ой|ую|ое|ие|их|ими)\Z")

# What neither part of a foreign name ends in: adjectives and abstract nouns.
_NO_NAME = re.compile(
    r"(?:ый|ий|ая|яя|ое|ее|ые|ие|ого|его|ому|ему|ых|их|ыми|ими|ую|юю|ость|ости|ение|ения|ция|ции|ство|ства"
    r"|(?:ьн|тн|чн|ск|нн|вн)(?:ым|им|ом|ой))\Z"
)
_INITIAL = re.compile(r"(?:[^\W\d_]|Дж|Ю|Я|Ch|Yu)\Z")
_LONGEST_CALL_SIGN = 3  # words between its quotes
_QUOTES_OPEN = frozenset("«\"“„'‘")
_QUOTES_CLOSE = frozenset("»\"”“'’")
# In English a full stop stands after these and the name goes on; Russian ranks are written out.
_RANK_GAPS = (" ", "\u00a0", ". ", ".")
_MOST_WORDS = 5


def read(words: list[Word], at: int) -> Mention | None:
    """The person whose name begins with word `at`, or None."""
    if words[at].script not in ("cyr", "lat") or not words[at].capital:
        return None
    for rule in (
        _named,
        _initials_first,
        _full_name,
        _surname_first,
        _ranked,
        _by_shape,
        _two_capitals,
        _lone_surname,
        _lone_given,
    ):
        found = rule(words, at)
        if found is not None:
            if is_named_after(words, found.first, found.last) or _is_quoted_title(words, found, rule is _named):
                return replace(found, score=0.0)
            return found
    return None


def is_repeatable(folded: str) -> bool:
    """Whether a surname may be looked for alone: not when it is also an ordinary word with a capital."""
    lex = lexicon()
    return all(folded not in lex.not_names[script] and folded not in lex.cities for script in ("cyr", "lat"))


def surname_keys(word: Word) -> list[tuple[str, int]]:
    """What the surname of another mention must equal for `word` to repeat it."""
    if not word.capital:
        return []
    return [(stem(word.folded) if word.script == "cyr" else word.folded, 0)]


def is_named_after(words: list[Word], first: int, last: int) -> bool:
    """Whether a street, ship, award or building bears the name: улица Гагарина, USS Gerald R. Ford, Lincoln Memorial."""
    lex = lexicon()
    script = words[first].script
    before = [words[i] for i in (first - 1, first - 2) if i >= 0 and words[i].sentence == words[first].sentence]
    if before and script == "cyr" and before[0].folded in lex.naming["cyr"] and _is_by_name(words, first - 1):
        return False
    if before and len(words[first].gap) <= 2 and before[0].folded in lex.named_after[script]:
        return True
    # «улица Маршала Жукова», "USS Admiral Nimitz": the rank stands between.
    if (
        len(before) > 1
        and words[first].near
        and before[0].folded in lex.ranks[script]
        and before[1].folded in lex.named_after[script]
        and before[0].capital
    ):
        return True
    return script == "lat" and _place_follows(words, last)


def _place_follows(words: list[Word], last: int) -> bool:
    """Whether an English name goes on to a street or a company, at most one more surname between: Martin Luther King Boulevard."""
    lex = lexicon()
    for at in (last, last + 1):
        if at >= len(words) or not words[at].near or words[at - 1].possessive or not words[at].capital:
            return False
        if words[at].folded in lex.named_after_following:
            return True
        if words[at].folded not in lex.surnames_too and not _could_be_name(words[at]):
            return False
    return False


def _is_by_name(words: list[Word], at: int) -> bool:
    """«по имени», not «имени»: theatres and streets are имени somebody."""
    return words[at].folded not in ("имени", "фамилии") or (at > 0 and words[at - 1].folded == "по")


def _is_quoted_title(words: list[Word], found: Mention, called: bool) -> bool:
    """Whether the name, a rank before it allowed, is all that stands between quotes: «Маршал Устинов» is a ship."""
    if called or words[found.last - 1].after not in _QUOTES_CLOSE or not words[found.last - 1].after:
        return False
    opener = words[found.first]
    if opener.near and found.first > 0 and words[found.first - 1].folded in lexicon().ranks[opener.script]:
        opener = words[found.first - 1]
    return opener.gap[-1:] in _QUOTES_OPEN


def _could_be_name(word: Word) -> bool:
    """Whether the word may be part of a name at all."""
    if not word.capital or len(word.folded) < 2 or word.script not in ("cyr", "lat"):
        return False
    if word.surface.isupper() and len(word.surface) <= 4:  # an acronym
        return False
    return word.folded not in lexicon().not_names[word.script]


def _could_be_surname(word: Word) -> bool:
    """Whether the word may be the surname after a given name."""
    if not _could_be_name(word) and not _is_surname_too(word):
        return False
    if word.listed and not _is_slavic(word):
        return False
    if word.script == "lat" and word.folded in lexicon().named_after_following and not _is_surname_too(word):
        return False
    return not (word.script == "cyr" and is_city(word.folded) and not _is_slavic(word)) and not (
        word.script == "lat" and word.folded in lexicon().cities and not _is_given(word)
    )


def _is_surname_too(word: Word) -> bool:
    return word.capital and word.folded in lexicon().surnames_too


def _is_cue(word: Word) -> bool:
    """Whether the word is a rank, title, kinship or (English) trade."""
    lex = lexicon()
    return word.script in lex.ranks and (word.folded in lex.ranks[word.script] or word.folded in lex.roles)


def _is_given(word: Word) -> bool:
    given = lexicon().given[word.script] if word.script in ("cyr", "lat") else frozenset()
    return word.capital and (word.folded in given or word.parts[0] in given) and len(word.folded) > 1


def _is_ordinary(word: Word) -> bool:
    return word.folded in lexicon().ordinary[word.script]


def _is_slavic(word: Word) -> bool:
    return _SLAVIC[word.script].match(word.parts[-1]) is not None and len(word.parts[-1]) > 4


def _is_initial(word: Word) -> bool:
    return word.capital and word.after == "." and _INITIAL.match(word.surface) is not None


def _is_bare_initial(words: list[Word], at: int) -> bool:
    """George W Bush: an English initial without its full stop, a surname after it."""
    word = words[at]
    return (
        word.script == "lat"
        and word.capital
        and len(word.surface) == 1
        and _follows(words, at + 1)
        and words[at + 1].capital
    )


def _follows(words: list[Word], at: int) -> bool:
    """Whether word `at` exists and goes on the name that ends before it: a space, or after an initial a full stop."""
    if at >= len(words) or words[at - 1].possessive or words[at].script != words[at - 1].script:
        return False
    return words[at].near or (_is_initial(words[at - 1]) and words[at].gap in (".", ". ", ".\u00a0"))


def _surname_at(words: list[Word], at: int) -> int:
    """Index after the surname that begins at `at`, its particles included; `at` when there is none."""
    here = at
    while here - at < 3 and _follows(words, here) and words[here].folded in lexicon().particles:
        here += 1
    if not _follows(words, here) or not (_could_be_surname(words[here]) or (here > at and words[here].capital)):
        if (
            here < len(words)
            and _follows(words, here)
            and words[here].parts[0] in lexicon().joined
            and len(words[here].parts) > 1
        ):
            return here + 1
        return at
    return here + 1


def _full_name(words: list[Word], at: int) -> Mention | None:
    """Given name, then patronymic, initials or a second given name if any, then a surname."""
    word = words[at]
    opening = word.folded in lexicon().opening and _surname_at(words, at + 1) > at + 1
    if not (_is_given(word) or opening) or word.possessive:
        return None
    if word.listed:
        return None
    here = at + 1
    if _follows(words, here) and _PATRONYMIC.match(words[here].folded) and words[here].capital:
        patronymic = here
        here = _surname_at(words, here + 1)
        if here == patronymic + 1 and is_known_surname(words[patronymic].folded) and word.script == "cyr":
            return Mention(at, here, 0.9, "given name and surname", surname=patronymic)
        why = "given name, patronymic" + (", surname" if here > patronymic + 1 else "")
        return Mention(at, here, 0.97, why, surname=here - 1 if here > patronymic + 1 else None)
    initials = here
    while here - initials < 2 and _follows(words, here) and (_is_initial(words[here]) or _is_bare_initial(words, here)):
        here += 1
    last = _surname_at(words, here)
    if last == at + 2 and "_".join((word.folded, words[at + 1].folded)) in lexicon().city_pairs:
        return Mention(at, last, 0.0, "a city")
    if last == here:
        if here > initials and not _is_ordinary(word):
            return Mention(at, here, 0.9, "given name and initial", dotted=True)
        return None
    if _is_ordinary(word) and not opening and not _is_sure(words, at, last):
        return None
    if _could_go_on(words, last):
        longer = _surname_at(words, last)
        last = longer if longer > last and not words[longer - 1].listed else last
    return Mention(at, last, 0.95, "given name and surname", surname=last - 1)


def _could_go_on(words: list[Word], last: int) -> bool:
    """Whether a third name may follow: after a patronymic or a second given name, or before a particle."""
    lex = lexicon()
    if not _follows(words, last):
        return False
    if words[last].folded in lex.not_names[words[last].script] and not _is_surname_too(words[last]):
        return False
    middle = words[last - 1]
    if words[last].script == "lat" and _is_third_name(words, last):
        return True
    if words[last].folded in lexicon().particles or words[last].parts[0] in lexicon().joined:
        return True
    return (_is_given(middle) and not _is_ordinary(middle)) or bool(_PATRONYMIC.match(middle.folded))


def _is_third_name(words: list[Word], at: int) -> bool:
    """Whether an English third capital in a row is one more name: Mohamed Hamdan Dagalo; not in a heading, where all words have one."""
    word, lex = words[at], lexicon()
    if _is_cue(word) or not _could_be_surname(word) or word.folded in lex.ordinary["lat"]:
        return False
    if at + 1 < len(words) and words[at + 1].near and words[at + 1].capital:
        return False
    around = words[max(at - 6, 0) : at + 5]
    return any(not other.capital and len(other.folded) > 3 and other.sentence == word.sentence for other in around)


def _is_sure(words: list[Word], at: int, last: int) -> bool:
    """Whether a name that begins with an ordinary word (Роман, Will) is one: by its surname or by what stands before."""
    surname = words[last - 1]
    if surname.script == "cyr":
        return (
            (is_known_surname(surname.folded) or _is_slavic(surname))
            and not surname.listed
            and not is_city(surname.folded)
        )
    if _is_slavic(surname) or (surname.possessive and not words[at].opens):
        return True
    return _rank_before(words, at) or (at > 0 and words[at].near and words[at - 1].folded in lexicon().roles)


def _initials_first(words: list[Word], at: int) -> Mention | None:
    """С. К. Шойгу, J. K. Rowling."""
    here = at
    while here - at < 3 and here < len(words) and _is_initial(words[here]) and (here == at or _follows(words, here)):
        here += 1
    if here == at or not _follows(words, here):
        return None
    last = _surname_at(words, here)
    if last == here or words[last - 1].listed:
        return None
    surname = words[last - 1]
    known = here - at > 1 or _is_slavic(surname) or (surname.script == "cyr" and is_known_surname(surname.folded))
    sure = known or _rank_before(words, at)
    return Mention(at, last, 0.9 if sure else 0.7, "initials and surname", surname=last - 1)


def _surname_first(words: list[Word], at: int) -> Mention | None:
    """Рыбаков Олег Викторович, Кожемякин А. В., Ананьев Кирилл."""
    word = words[at]
    if not _could_be_name(word) or word.listed or word.script != "cyr" or word.folded in lexicon().ranks["cyr"]:
        return None
    known = is_known_surname(word.folded)
    if not (known or _is_slavic(word)) or not _follows(words, at + 1):
        return None
    second = words[at + 1]
    if _is_initial(second):
        last = at + 2
        while last - at < 3 and last < len(words) and _follows(words, last) and _is_initial(words[last]):
            last += 1
        if not _follows(words, last) or not _could_be_surname(words[last]):
            return Mention(at, last, 0.9, "surname and initials", surname=at, dotted=True)
        return None
    if not _is_given(second):
        return None
    if _follows(words, at + 2) and _PATRONYMIC.match(words[at + 2].folded) and words[at + 2].capital:
        return Mention(at, at + 3, 0.97, "surname, given name, patronymic", surname=at)
    another = _follows(words, at + 2) and _could_be_surname(words[at + 2])
    if another or _is_ordinary(second) or not _is_slavic(word) or (word.opens and not known):
        return None
    return Mention(at, at + 2, 0.85, "surname and given name", surname=at)


def _rank_before(words: list[Word], at: int) -> bool:
    """Whether a rank, title or kinship stands right before word `at`."""
    if at == 0 or words[at - 1].sentence != words[at].sentence or words[at].script != words[at - 1].script:
        return False
    before = words[at - 1]
    return words[at].gap in _RANK_GAPS and not before.possessive and before.parts[-1] in lexicon().ranks[before.script]


def _names_from(words: list[Word], at: int) -> int:
    """Index after the longest run of words from `at` that may all be names."""
    here = at
    while here - at < _MOST_WORDS and here < len(words) and (here == at or _follows(words, here)):
        inside = here > at and (words[here].folded in lexicon().particles or words[here].parts[0] in lexicon().joined)
        if not (inside or _is_initial(words[here]) or (_could_be_name(words[here]) and not words[here].listed)):
            break
        here += 1
        if words[here - 1].possessive:
            break
    while here > at and words[here - 1].folded in lexicon().particles:
        here -= 1
    return here


def _ranked(words: list[Word], at: int) -> Mention | None:
    """A name not known as one, after a rank, title, kinship or (in English) a trade."""
    word = words[at]
    ranked = _rank_before(words, at)
    by_trade = (
        not ranked and at > 0 and words[at].near and word.script == "lat" and words[at - 1].folded in lexicon().roles
    )
    if _is_cue(word):
        return None  # Chief Inspector: the name comes after
    if (
        not (ranked or by_trade)
        or not _could_be_name(word)
        or word.listed
        or (is_city(word.folded) and not _is_given(word))
    ):
        return None
    last = _names_from(words, at)
    if last == at:
        return None
    rank = words[at - 1].surface
    if last - at == 1:
        return _ranked_alone(words, at, ranked, rank)
    if any(is_city(words[i].folded) for i in range(at + 1, last)) or (
        word.script == "cyr" and not _is_name_shaped(words, at, last)
    ):
        return None
    return Mention(at, last, 0.85, f"name after {rank}", surname=last - 1)


def _is_name_shaped(words: list[Word], at: int, last: int) -> bool:
    """Whether a Russian run of capitals ends like a surname or begins with a given name; «министр Правительства Москвы» does not."""
    end = words[last - 1]
    return _is_slavic(end) or is_known_surname(end.folded) or _is_given(words[at]) or end.parts[0] in lexicon().joined


def _ranked_alone(words: list[Word], at: int, ranked: bool, rank: str) -> Mention | None:
    """One word after a rank: it must be a surname by its shape or a given name, or in English anything after a title."""
    word = words[at]
    if word.also_place or (word.script == "lat" and word.folded in lexicon().named_after_following):
        return None
    if _is_given(word) and not _is_ordinary(word):
        return Mention(at, at + 1, 0.7, f"given name after {rank}")
    if word.script == "cyr":
        if _is_title_adjective(words, at) or _is_ordinary(word):
            return None
        if is_known_surname(word.folded):
            return Mention(at, at + 1, 0.85, f"surname after {rank}", surname=at)
        return Mention(at, at + 1, 0.75, f"surname after {rank}", surname=at) if _is_slavic(word) else None
    if _is_slavic(word):
        return Mention(at, at + 1, 0.85, f"surname after {rank}", surname=at)
    title = ranked and words[at - 1].capital and not _is_ordinary(word) and not words[at - 1].possessive
    return Mention(at, at + 1, 0.8, f"name after {rank}", surname=at) if title else None


def _is_title_adjective(words: list[Word], at: int) -> bool:
    """«губернатор Свердловской области», «глава Донецкой республики»: an adjective with its noun."""
    following = words[at + 1] if at + 1 < len(words) else None
    return (
        _ADJECTIVE.match(words[at].folded) is not None
        and following is not None
        and following.near
        and (following.folded in lexicon().regions or following.folded in lexicon().not_names["cyr"])
    )


def _named(words: list[Word], at: int) -> Mention | None:
    """After «позывной», «по имени», known as, call sign: whatever is in the quotes, or the capitals that follow."""
    if not _is_named(words, at) or words[at].listed:
        return None
    word = words[at]
    if word.gap[-1:] in _QUOTES_OPEN:
        last = at + 1
        while last - at < _LONGEST_CALL_SIGN and words[last - 1].after not in _QUOTES_CLOSE and _follows(words, last):
            last += 1
        if words[last - 1].after and words[last - 1].after in _QUOTES_CLOSE:
            return Mention(at, last, 0.85, "named or called so")
        return None
    last = _names_from(words, at)
    if last == at or not _could_be_name(word):
        return None
    if last - at > 1 and words[last - 1].surface.isupper() and len(words[last - 1].surface) > 1:
        last -= 1
    surname = last - 1 if last - at > 1 else None
    return Mention(at, last, 0.85, "named or called so", surname=surname)


def _is_named(words: list[Word], at: int) -> bool:
    if at == 0 or words[at - 1].sentence != words[at].sentence or len(words[at].gap) > 3 or "," in words[at].gap:
        return False
    lex = lexicon()
    before = words[at - 1]
    if words[at].script == "cyr":
        return before.folded in lex.naming["cyr"] and _is_by_name(words, at - 1)
    for phrase in lex.naming_phrases:
        first = at - len(phrase)
        if first >= 0 and all(words[first + i].folded == said for i, said in enumerate(phrase)):
            return True
    return False


def _by_shape(words: list[Word], at: int) -> Mention | None:
    """Two capitals within a sentence, the second a Slavic surname, the first a given name no lexicon has."""
    word, lex = words[at], lexicon()
    if word.opens or not _could_be_name(word) or word.listed or not _follows(words, at + 1) or is_city(word.folded):
        return None
    surname = words[at + 1]
    if _is_cue(word) or word.folded in lex.named_after[word.script] or _is_slavic(word):
        return None  # two surnames side by side are two persons
    if not _could_be_surname(surname) or surname.listed or is_city(surname.folded) or not _is_slavic(surname):
        return None
    known = word.script == "lat" or is_known_surname(surname.folded)
    if not known or (word.script == "cyr" and (_ADJECTIVE.match(word.folded) or _is_ordinary(word))):
        return None
    return Mention(at, at + 2, 0.7, "a surname by its shape, and a name before it", surname=at + 1)


def _two_capitals(words: list[Word], at: int) -> Mention | None:
    """Two unknown capitals within a Russian sentence, as foreign names stand there: Ромелу Лукаку.

    Russian writes titles of anything else with one capital (Большой театр) or in quotes.
    """
    word = words[at]
    if word.script != "cyr" or word.opens or word.gap.strip() or not _follows(words, at + 1):
        return None
    pair = words[at : at + 2]
    if any(not _could_be_unknown(other) for other in pair):
        return None
    if _follows(words, at + 2) and words[at + 2].capital:
        return None
    return Mention(at, at + 2, 0.8, "two capitals", surname=at + 1)


def _could_be_unknown(word: Word) -> bool:
    """Whether a Russian capital may be a name that no lexicon knows."""
    if not _could_be_surname(word) or len(word.folded) < 3 or word.listed or word.also_place or is_city(word.folded):
        return False
    return (
        not _is_ordinary(word) and not _NO_NAME.search(word.folded) and word.folded not in lexicon().named_after["cyr"]
    )


def _lone_surname(words: list[Word], at: int) -> Mention | None:
    """A Slavic surname by itself."""
    word = words[at]
    if not _could_be_name(word) or word.listed or not _is_slavic(word) or is_city(word.folded) or len(word.parts) > 1:
        return None
    if _ADJECTIVE.match(word.folded) or _is_ordinary(word) or word.folded in lexicon().ranks[word.script]:
        return None
    beside = (
        words[at - 1] if at and word.near else None,
        words[at + 1] if at + 1 < len(words) and words[at + 1].near else None,
    )
    if any(other is not None and other.capital and other.script == word.script and not other.opens for other in beside):
        return None
    if word.gap[-1:] in _QUOTES_OPEN or word.surface.isupper() or word.also_place:
        return None
    if word.script == "cyr":
        return Mention(at, at + 1, 0.65, "surname") if is_known_surname(word.folded) else None
    return None if word.opens else Mention(at, at + 1, 0.62, "surname by its shape")


def _lone_given(words: list[Word], at: int) -> Mention | None:
    """A given name alone that its surroundings show to be a person's.

    His widow, Tatyana, said; Nikolai, a former paratrooper; Виталий из Перми; Алексей, 34 года; король Иордании Абдалла.
    """
    word = words[at]
    if not _is_given(word) or _is_ordinary(word) or word.also_place or word.possessive:
        return None
    before = words[at - 1] if at and words[at - 1].sentence == word.sentence else None
    after = words[at + 1] if at + 1 < len(words) and words[at + 1].sentence == word.sentence else None
    if (
        before is not None
        and before.script == word.script
        and _is_cue(before)
        and word.gap == ", "
        and word.after in (",", ".")
    ):
        return Mention(at, at + 1, 0.65, f"given name after {before.surface}")
    if before is not None and before.listed and word.near and before.near and at > 1 and _is_cue(words[at - 2]):
        return Mention(at, at + 1, 0.65, f"given name after {words[at - 2].surface}")
    if after is None or is_city(word.folded):
        return None
    if after.gap == ", " and (
        after.folded in lexicon().apposition or (after.script == "num" and len(after.folded) == 2)
    ):
        return Mention(at, at + 1, 0.65, f"given name before {after.surface}")
    if after.near and after.folded == "из" and at + 2 < len(words) and words[at + 2].capital and words[at + 2].near:
        return Mention(at, at + 1, 0.65, "given name and where from")
    return None
