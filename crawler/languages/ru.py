"""Russian words: queries are spelled out to their paradigms once; articles are never lemmatised.

Ordinary words go through pymorphy3, every parse and the whole lexeme of each. Names its dictionary does not have go
through the ending table below (`paradigm`): pymorphy3's first parse is right for little more than half of those.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal

from crawler.languages.folding import Script, fold_word

NAME = "Russian"
SCRIPT: Script = "cyr"

LONGEST_ACRONYM = 4  # capitals; a longer one is more likely a headline
VOWELS = frozenset("аеёиоуыэюяіїє")

Gender = Literal["m", "f", ""]


def strip(folded: str) -> list[tuple[str, str]]:
    """The word itself: Russian endings are spelled out on the side of the query."""
    return [(folded, "as it stands")]


def entries(folded: str) -> tuple[str, ...]:
    """Dictionary words an article word may be a form of."""
    return tuple(dict.fromkeys(fold_word(p.normal_form) for p in _analyser().parse(folded) if p.is_known))


@lru_cache(maxsize=1)
def _analyser() -> Any:
    """pymorphy3's analyser; 0.2 s and 15 MB, so not before the first Russian query word is compiled."""
    import pymorphy3

    return pymorphy3.MorphAnalyzer()


@lru_cache(maxsize=50_000)
def forms(folded: str, word: str) -> frozenset[str]:
    """All forms a query word stands for: every lexeme of the dictionary it belongs to, else the paradigms of a name.

    An acronym (ЧВК, ВКС) stands for itself. A capitalised word that the dictionary knows only as an oblique form of
    another (Буга, of the river Буг) gets the paradigm of a name too. So does a word the dictionary does not have (a
    вагнеровец), beside pymorphy3's best guess by its ending.
    """
    if is_acronym(word):
        return frozenset({folded})
    guesses = _analyser().parse(word.casefold())
    parses = [parse for parse in guesses if parse.is_known] or guesses[:1]
    found = {folded}
    for parse in parses:
        found.update(fold_word(form.word) for form in parse.lexeme)
    is_lemma = any(fold_word(parse.normal_form) == folded for parse in parses)
    if not parses[0].is_known or (word[0].isupper() and not is_lemma):
        found |= paradigm(folded)
    return frozenset(found)


def is_acronym(word: str) -> bool:
    """Whether a word is written as an acronym (ЧВК, вкс): up to four capitals, or no vowel. It is never inflected."""
    return (1 < len(word) <= LONGEST_ACRONYM and word.isupper()) or VOWELS.isdisjoint(word.casefold())


# Endings after the stem of a name: masculine singular, feminine singular, plural. "-" is the bare stem. Where the
# spelling does not tell the stress (Ткачом, Абрамовичем), both endings are there.
_DECLENSIONS: dict[str, tuple[str, str, str]] = {
    "possessive": ("- а у ым ом е", "а ой у ою", "ы ых ым ыми"),  # Логинов, Логинова; Чаплином
    "hard adjective": ("ый ой ого ому ым ом", "ая ой ую ою", "ые ых ым ыми"),  # Черный, Толстой
    "velar adjective": ("ий ой ого ому им ом", "ая ой ую ою", "ие их им ими"),  # Явлинский, Донской
    "hushing adjective": ("ий ой его ему им ем ого ому ом", "ая ей ую ею ой", "ие их им ими"),  # Рыжий, Чужой
    "soft adjective": ("ий его ему им ем", "яя ей юю ею", "ие их им ими"),  # Верхний
    "hard": ("- а у ом е", "-", "ы ов ам ами ах"),  # Гузман
    "velar": ("- а у ом е", "-", "и ов ам ами ах"),  # Мельник
    "hushing": ("- а у ем ом е", "-", "и ей ам ами ах"),  # Абрамович, Ткач
    "ц": ("- а у ем ом е", "-", "ы ев ов ам ами ах"),  # Немец
    "soft": ("ь я ю ем е", "ь и ью", "и ей ям ями ях"),  # Лебедь; Любовь
    "й": ("й я ю ем е", "й", "и ев ям ями ях"),  # Гайдай, Андрей
    "ий": ("ий ия ию ием ии ие", "ий", "ии иев иям иями иях"),  # Юрий, Топчий
    "а": ("а ы е у ой ою", "а ы е у ой ою", "ы ам ами ах"),  # Кучма
    "velar а": ("а и е у ой ою", "а и е у ой ою", "и ам ами ах"),  # Буга
    "hushing а": ("а и е у ей ой ею", "а и е у ей ой ею", "и ам ами ах"),  # Груша
    "ца": ("а ы е у ей ой ею", "а ы е у ей ой ею", "ы ам ами ах"),  # Птица
    "я": ("я и е ю ей ею", "я и е ю ей ею", "и ям ями ях"),  # Дуля
    "ия": ("ия ии ию ией ие иею", "ия ии ию ией ие иею", "ии иям иями иях"),  # Берия, Мария
    "none": ("-", "-", "-"),  # Шевченко, Черных, Гарибальди
}

# The longest ending of a name decides: (letters of it that belong to the ending, declension), all that are possible.
Ways = tuple[tuple[int, str], ...]
_BY_ENDING: dict[str, Ways] = {
    **dict.fromkeys(("ов", "ев", "ин", "ын"), ((0, "possessive"),)),
    **dict.fromkeys(("ова", "ева", "ина", "ына"), ((1, "possessive"), (1, "а"))),
    **dict.fromkeys(("ский", "цкий"), ((2, "velar adjective"),)),
    **dict.fromkeys(("кий", "гий", "хий"), ((2, "velar adjective"), (2, "ий"))),
    **dict.fromkeys(("кой", "гой", "хой"), ((2, "velar adjective"), (1, "й"))),
    **dict.fromkeys(("кая", "гая", "хая"), ((2, "velar adjective"), (1, "я"))),
    **dict.fromkeys(("жий", "чий", "ший", "щий"), ((2, "hushing adjective"), (2, "ий"))),
    **dict.fromkeys(("жая", "чая", "шая", "щая"), ((2, "hushing adjective"), (1, "я"))),
    **dict.fromkeys(("жой", "чой", "шой", "щой"), ((2, "hushing adjective"), (1, "й"))),
    "ний": ((2, "soft adjective"), (2, "ий")),
    "ый": ((2, "hard adjective"),),
    "ой": ((2, "hard adjective"), (1, "й")),
    "ая": ((2, "hard adjective"), (1, "я")),
    "яя": ((2, "soft adjective"),),
    "ий": ((2, "ий"),),
    "й": ((1, "й"),),
    "ь": ((1, "soft"),),
    "ия": ((2, "ия"),),
    "я": ((1, "я"),),
    "а": ((1, "а"),),
    **dict.fromkeys(("га", "ка", "ха"), ((1, "velar а"),)),
    **dict.fromkeys(("жа", "ча", "ша", "ща"), ((1, "hushing а"),)),
    "ца": ((1, "ца"),),
    **dict.fromkeys(("иа", "уа", "оа", "еа", "аа", "эа"), ((0, "none"),)),
    **dict.fromkeys("бвдзлмнпрстф", ((0, "hard"),)),
    **dict.fromkeys("гкх", ((0, "velar"),)),
    **dict.fromkeys("жчшщ", ((0, "hushing"),)),
    "ц": ((0, "ц"),),
    **dict.fromkeys(("ых", "их"), ((0, "none"), (0, "velar"))),
}
_INDECLINABLE: Ways = ((0, "none"),)

# A vowel that falls out before the ending: Кравец Кравца, Стрелец Стрельца, Воробей Воробья, Журавель Журавля. Others
# keep theirs (Матвей, Кисель), so both are offered. (ending, what stays of it, declension)
_FLEETING: tuple[tuple[str, str, str], ...] = (
    ("лец", "льц", "ц"), ("аец", "айц", "ц"), ("еец", "ейц", "ц"), ("оец", "ойц", "ц"), ("ец", "ц", "ц"),
    ("ек", "ьк", "velar"), ("ек", "к", "velar"), ("ок", "к", "velar"), ("ел", "л", "hard"),
    ("ень", "н", "soft"), ("ель", "л", "soft"), ("оть", "т", "soft"), ("ей", "ь", "й"),
)  # fmt: skip
_OBLIQUE_STEMS = {"лев": ("льв", "hard"), "любовь": ("любв", "soft")}


@lru_cache(maxsize=50_000)
def paradigm(name: str, gender: Gender = "") -> frozenset[str]:
    """Folded forms, in all cases, of a given name, patronymic or surname in the nominative; itself among them.

    Singular of the gender asked for (of both when '') and plural. A surname may be given in either gender: with 'f',
    Логинов and Логинова both give Логиновой. One word; what declines in no known way stands for itself.
    """
    folded = fold_word(name)
    if len(folded) < 3:
        return frozenset({folded})
    ways = [(folded[: len(folded) - cut], declension) for cut, declension in _ways(folded)]
    for ending, stays, declension in _FLEETING:
        if folded.endswith(ending) and len(folded) > len(ending) + 1:
            ways.append((folded.removesuffix(ending) + stays, declension))
    if folded in _OBLIQUE_STEMS:
        ways.append(_OBLIQUE_STEMS[folded])
    return frozenset({folded}.union(*(_decline(stem, declension, gender) for stem, declension in ways)))


def _ways(folded: str) -> Ways:
    for size in (4, 3, 2, 1):
        if (ways := _BY_ENDING.get(folded[-size:])) is not None:
            return ways
    return _INDECLINABLE


def _decline(stem: str, declension: str, gender: Gender) -> set[str]:
    masculine, feminine, plural = _DECLENSIONS[declension]
    singular = {"m": masculine, "f": feminine, "": f"{masculine} {feminine}"}[gender]
    return {stem + ending.replace("-", "") for ending in f"{singular} {plural}".split()}
