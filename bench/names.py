"""How fast names are compared, indexed, found and read back. Tokens and names a second on one core, beside rapidfuzz.

Texts are real articles cut into pieces of 500 tokens; lists are attested given names before attested surnames.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from crawler.languages import Token, tokenise
from crawler.languages.ru import paradigm
from crawler.names import NameIndex, candidates, similarity
from crawler.names.compare import agreement, part_of, parts_of
from crawler.names.index import _given_forms, _surname_forms
from crawler.names.phonemes import read
from tests.quality.figure import Figure, Skipped
from tests.quality.names import SEED, Row, articles, latin, read_rows, watchlist

ARTICLE = 500  # tokens


def seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def forget() -> None:
    """Empties every cache a word could already be in, so that cold means cold."""
    for cached in (read, part_of, parts_of, agreement, _surname_forms, _given_forms, paradigm):
        cached.cache_clear()


def pieces(data: Path, language: str, count: int) -> list[list[Token]]:
    """`count` articles of ARTICLE tokens."""
    found: list[list[Token]] = []
    for text in articles(data, language):
        tokens = tokenise(text)
        found += [tokens[at : at + ARTICLE] for at in range(0, len(tokens) - ARTICLE, ARTICLE)]
        if len(found) >= count:
            break
    return found[:count]


def finding(rows: Sequence[Row], data: Path, size: int, cold_target: float, warm_target: float) -> Iterator[Figure]:
    """Reading Arabic and Russian articles against `size` names, first with empty caches, then again."""
    texts = [piece for language in ("ar", "ru") for piece in pieces(data, language, 60)]
    tokens = sum(len(text) for text in texts)
    index = NameIndex()
    names = list(watchlist(rows, rows, size).items())
    forget()
    build_s = seconds(lambda: [index.add(key, name) for key, name in names])
    read.cache_clear()
    agreement.cache_clear()
    cold_s = seconds(lambda: [index.find(text) for text in texts])
    warm_s = seconds(lambda: [index.find(text) for text in texts])
    yield Figure(f"names.build_{size}_s", build_s, 1.0 if size == 10_000 else None, True)
    yield Figure(f"names.cold_tokens_per_s_{size}", tokens / cold_s, cold_target, note=f"{tokens} tokens, ar and ru")
    yield Figure(f"names.warm_tokens_per_s_{size}", tokens / warm_s, warm_target)
    added_s = seconds(lambda: index.add("one more", "Кирилл Ананьев"))
    yield Figure(f"names.add_one_to_{size}_ms", added_s * 1000, 5.0, True)


def lookups(rows: Sequence[Row], data: Path) -> Iterator[Figure]:
    """Distinct Arabic persons looked up in 10,000 names, beside rapidfuzz `extractOne` over the same, transliterated.

    The index has read articles before, as it has in a daemon, but none of these names. The target is against
    `extractOne` as it is called by default (WRatio) because it has to find a surname put first and a clitic in front, as
    the index does; beside it are token_sort_ratio, which the quality figures have as baseline, and ratio, which finds
    neither.
    """
    from rapidfuzz.fuzz import WRatio, ratio, token_sort_ratio
    from rapidfuzz.process import extractOne

    index = NameIndex()
    names = list(watchlist(rows, rows, 10_000).values())
    for name in names:
        index.add(name, name)
    for piece in pieces(data, "ar", 60):
        index.find(piece)
    spelled = list(dict.fromkeys(row.ar for row in rows if row.kind == "person_composed"))
    sample = [latin(name) for name in random.Random(SEED).sample(spelled, 60)]
    choices = [latin(name) for name in names]
    texts = [tokenise(name) for name in spelled]
    ours = len(texts) / seconds(lambda: [index.find(text) for text in texts])

    def rate(scorer: Callable[..., float]) -> float:
        return len(sample) / seconds(lambda: [extractOne(name, choices, scorer=scorer) for name in sample])

    rates = {f"{scorer.__name__}/s": rate(scorer) for scorer in (WRatio, token_sort_ratio, ratio)}
    yield Figure(
        "names.lookups_against_extractOne", ours / rates["WRatio/s"], 10.0, baselines={**rates, "ours/s": ours}
    )


def comparing(rows: Sequence[Row]) -> Iterator[Figure]:
    """Random persons of several words against each other."""
    rng = random.Random(SEED)
    persons = [row for row in rows if row.kind == "person_composed"]
    pairs = [(rng.choice(persons).ru, rng.choice(persons).ar) for _ in range(40_000)]
    rate = len(pairs) / seconds(lambda: [similarity(a, b) for a, b in pairs])
    yield Figure("names.similarity_per_s", rate, 20_000, note="ru against ar, given name and surname")


def reading_back(rows: Sequence[Row]) -> Iterator[Figure]:
    sample = random.Random(SEED).sample([row.ar for row in rows if row.kind == "person_composed"], 100)
    first_s = seconds(lambda: candidates(sample[0], "ru"))
    rest_s = seconds(lambda: [candidates(name, "ru") for name in sample[1:]])
    yield Figure("names.first_candidates_s", first_s, 0.3, True, note="the lexicon is read")
    yield Figure("names.candidates_ms", 1000 * rest_s / 99, 50.0, True)


def measure(data: Path | None) -> Iterable[Figure | Skipped]:
    """Every speed figure about names."""
    if data is None or not (data / "names" / "names-dev.tsv").exists():
        yield Skipped("names", "names/names-dev.tsv (set RASAD_EVAL_DATA)")
        return
    rows = list(read_rows(data))
    yield from comparing(rows)
    yield from lookups(rows, data)
    yield from finding(rows, data, 10_000, 30_000, 150_000)
    yield from finding(rows, data, 100_000, 15_000, 75_000)
    yield from reading_back(rows)
