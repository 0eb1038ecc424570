"""Words: do queries meet the inflected words of articles, and only those?

- Arabic keywords: arabic_words.tsv, a list of our own: forms as they stand in text, and words of the same letters that
  mean something else. Written before the keyword families it tests, by the same author. Kept out: a third, the forms
  whose SHA-1 begins with 0-4.
- Russian surnames that pymorphy3's dictionary does not have: does each case form lead to its surname and to no other?
  The true forms are made here, by class of surname, apart from the product's table. Kept out: names whose SHA-1 begins
  with 0-7.
- The same table against surnames and given names the dictionary does have: truth by other hands.
- Language of articles and headlines.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from crawler.languages import detect, fold, forms, keys, tokenise
from crawler.languages.ru import paradigm
from tests.quality.figure import Figure, Skipped

HERE = Path(__file__).parent


def measure(data: Path | None) -> Iterable[Figure | Skipped]:
    """Figures on the kept-out part; the note holds the development part."""
    yield from _arabic()
    if data is None:
        yield Skipped("words", "RASAD_EVAL_DATA is not set: Russian surnames and languages are not measured")
        return
    names = list(_russian_names(data / "names" / "names-dev.tsv"))
    yield from _russian_surnames(names)
    yield from _dictionary_names(names)
    yield from _languages(data / "articles")


def _digit(text: str) -> int:
    return int(hashlib.sha1(text.encode()).hexdigest()[0], 16)


# Arabic keywords -----------------------------------------------------------------------------------------------------


def _arabic() -> Iterator[Figure]:
    import snowballstemmer

    stem = snowballstemmer.stemmer("arabic").stemWord
    ours: dict[tuple[str, str], list[bool]] = defaultdict(list)
    theirs: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for line in (HERE / "arabic_words.tsv").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        query, same, other = line.split("\t")
        wanted = forms(query)
        for kind, words in (("same", same), ("other", other)):
            for word in words.split():
                part = ("kept-out" if _digit(word) < 5 else "dev", kind)
                ours[part].append(any(wanted.intersection(keys(token)) for token in tokenise(word)))
                theirs[part].append(stem(query) == stem(word))
    share: Callable[[list[bool]], float] = lambda hits: sum(hits) / len(hits)  # noqa: E731
    for name, kind, target, lower in (("recall", "same", 0.97, False), ("confusable_hits", "other", 0.03, True)):
        kept, dev = ours["kept-out", kind], ours["dev", kind]
        yield Figure(
            f"words.arabic_keywords.{name}",
            share(kept),
            target,
            lower,
            {"Snowball": share(theirs["kept-out", kind])},
            "kept-out",
            f"{len(kept)} words; dev {share(dev):.3f} of {len(dev)}",
        )


# Russian names -------------------------------------------------------------------------------------------------------

# Class of surname -> case forms beside the nominative: what replaces the ending, masculine and feminine.
_CLASSES: tuple[tuple[str, str, str, str], ...] = (
    (r"(?:[оеё]в|[иы]н)$", "", "а у ым е", "а ой у"),
    (r"[сц]кий$", "ий", "ого ому им ом", "ая ой ую"),
    (r"[^кгхшжчщ]ый$", "ый", "ого ому ым ом", "ая ой ую"),
    (r"(?:енко|ко|их|ых|дзе|швили)$", "", "-", "-"),
    (r"[жшчщ]$", "", "а у ем е", "-"),
    (r"(?:[^иеёо]|[^лн]и)к$|[бдзлмнрстф](?<![оеё]в|[иы]н)$", "", "а у ом е", "-"),
    (r"[лнрт]ь$", "ь", "я ю ем е", "-"),
    (r"ай$", "й", "я ю ем е", "-"),
    (r"[бвдзлмнпрстф]а(?<![оеё]ва|[иы]на)$", "а", "ы е у ой", "ы е у ой"),
    (r"[гкх]а$", "а", "и е у ой", "и е у ой"),
)
# Of the lists of all sorts of names, only what is a Slavic surname beyond doubt.
_SLAVIC = re.compile(r"(?:ов|ев|ёв|ский|цкий|енко|чук|щук|кевич)$")


def _russian_names(path: Path) -> Iterator[tuple[str, bool]]:
    """Single Russian names of the development list, each once, and whether it is certainly a surname."""
    seen: set[str] = set()
    with path.open(encoding="utf-8") as lines:
        next(lines)
        for line in lines:
            _, russian, _, kind, *_ = line.rstrip("\n").split("\t")
            if kind in ("place", "place_syria", "country"):
                continue
            for name in re.split(r"[|\s]", russian.lower()):
                if re.fullmatch("[а-яё]{4,}", name) and name not in seen:
                    seen.add(name)
                    yield name, kind == "surname_slavic" or bool(_SLAVIC.search(name))


def _true_forms(surname: str) -> frozenset[str]:
    """Oblique and feminine forms by class of surname; none for a class whose grammar is in doubt."""
    for pattern, ending, masculine, feminine in _CLASSES:
        if re.search(pattern, surname):
            stem = surname.removesuffix(ending)
            return frozenset(fold(stem + e.replace("-", "")) for e in f"{masculine} {feminine}".split())
    return frozenset()


def _family(name: str) -> str:
    """A surname in the masculine, folded."""
    return re.sub(r"(?<=[ое]в|[иы]н)а$", "", re.sub(r"(?<=[сц]к)ая$", "ий", fold(name)))


def _russian_surnames(names: list[tuple[str, bool]]) -> Iterator[Figure]:
    analyser = _pymorphy()
    outside = [name for name, surname in names if surname and not analyser.word_is_known(name)]
    for part, kept in (("kept-out", True), ("dev", False)):
        chosen = [name for name in outside if (_digit(name) < 8) is kept]
        owners: dict[str, set[str]] = defaultdict(set)
        for name in chosen:
            for form in paradigm(name):
                owners[form].add(_family(name))
        truths = [(form, _family(name)) for name in chosen for form in sorted(_true_forms(name))]
        found = sum(family in owners[form] for form, family in truths)
        alone = sum(owners[form] == {family} for form, family in truths)
        guessed = sum(_family(analyser.parse(form)[0].normal_form) == family for form, family in truths)
        note = f"{len(truths)} forms of {len(chosen)} surnames; found at all {found / len(truths):.4f}"
        if kept:
            result = Figure(
                "words.russian_surnames.right_lemma",
                alone / len(truths),
                0.99,
                baselines={"pymorphy3 first parse": guessed / len(truths)},
                half=part,
                note=note,
            )
        else:
            note = f"dev {alone / len(truths):.4f}"
    yield Figure(result.name, result.value, 0.99, False, result.baselines, result.half, f"{result.note}; {note}")
    yield _collisions([name for name, surname in names if surname and _digit(name) < 8])


def _collisions(surnames: list[str]) -> Figure:
    """Surnames one of whose true forms is also a form of another surname's: Петр and Петров are one such pair."""
    owners: dict[str, set[str]] = defaultdict(set)
    for name in surnames:
        for form in paradigm(name):
            owners[form].add(_family(name))
    hit = [name for name in surnames if any(len(owners[form]) > 1 for form in _true_forms(name))]
    return Figure(
        "words.russian_surnames.colliding",
        len(hit) / len(surnames),
        lower_is_better=True,
        half="kept-out",
        note=f"{len(hit)} of {len(surnames)} surnames, the dictionary's among them: {', '.join(hit[:6])}",
    )


def _dictionary_names(names: list[tuple[str, bool]]) -> Iterator[Figure]:
    """Forms of the singular that OpenCorpora gives for names it has, against the ending table; the vocative apart."""
    analyser = _pymorphy()
    total = found = 0
    for name, _ in names:
        if _digit(name) >= 8:
            continue
        for parse in analyser.parse(name):
            tag = parse.tag
            if not parse.is_known or tag.case != "nomn" or tag.number != "sing" or not {"Surn", "Name"} & tag.grammemes:
                continue
            lexeme = {
                fold(form.word)
                for form in parse.lexeme
                if form.tag.number == "sing" and form.tag.case not in ("voct", None)
            }
            total += len(lexeme)
            found += len(lexeme & paradigm(name))
    yield Figure(
        "words.russian_names.dictionary_forms",
        found / total,
        0.99,
        half="kept-out",
        note=f"{total} forms; truth OpenCorpora",
    )


def _pymorphy() -> Any:
    import pymorphy3

    return pymorphy3.MorphAnalyzer()


# Languages -----------------------------------------------------------------------------------------------------------


def _languages(folder: Path) -> Iterator[Figure | Skipped]:
    try:
        import py3langid
    except ImportError:
        yield Skipped("words.language", "py3langid, the baseline")
        return
    right: dict[str, list[bool]] = defaultdict(list)
    theirs: dict[str, list[bool]] = defaultdict(list)
    for language in ("ar", "en", "ru"):
        with gzip.open(folder / f"{language}.jsonl.gz", "rt", encoding="utf-8") as lines:
            articles = [json.loads(line) for line in lines][:300]
        for article in articles:
            for what in ("title", "text"):
                right[what].append(detect(article[what]) == language)
                theirs[what].append(py3langid.classify(article[what])[0] == language)
    for what, name in (("text", "articles"), ("title", "headlines")):
        yield Figure(
            f"words.language_of_{name}",
            sum(right[what]) / len(right[what]),
            baselines={"py3langid": sum(theirs[what]) / len(theirs[what])},
            half="dev",
            note=f"{len(right[what])} in ar, en, ru",
        )
