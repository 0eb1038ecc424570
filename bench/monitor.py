"""Matching: what stored queries cost an article, as ratios of things measured in one run."""

from __future__ import annotations

import gc
import gzip
import json
import random
import re
import resource
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from alerts.document import Document
from alerts.monitor import Monitor
from alerts.query import Query, parse
from alerts.terms import Reading, frequency
from crawler.languages import keys, tokenise
from tests.quality.figure import Figure, Skipped

SIZES = (1_000, 10_000, 50_000)
NAMES = 10_000
ARTICLES = 60  # of each language; the words of the watches come from as many others
ROUNDS = 3
TARGETS = {1_000: 2.0, 10_000: 3.0, 50_000: 6.0}


def measure(data: Path | None) -> Iterator[Figure | Skipped]:
    if data is None or not (data / "articles").is_dir():
        yield Skipped("monitor", "RASAD_EVAL_DATA/articles")
        return
    texts, others = _articles(data / "articles")
    chance = random.Random(5)
    vocabulary = _vocabulary(others)
    names = _names(data / "names" / "names-dev.tsv", chance)
    queries = [parse(text) for text in _queries(vocabulary, chance, max(SIZES))]
    monitor: Monitor[int] = Monitor(enumerate(names, start=-len(names)))
    _run(monitor, texts)  # every word is met once before anything is measured
    done = 0
    for size in SIZES:
        before = _resident()
        for number in range(done, size):
            monitor.add(number, queries[number])
        bytes_each = (_resident() - before) / (size - done)
        done = size
        yield from _at_size(size, monitor, queries[:size], texts, bytes_each)
    yield from _changing(monitor, queries[0])
    yield from _plain_phrases(vocabulary, chance, texts)


def _at_size(
    size: int, monitor: Monitor[int], queries: list[Query], texts: list[Document], bytes_each: float
) -> Iterator[Figure]:
    gc.collect()
    gc.freeze()  # as the daemon does with a new monitor: walking 50,000 queries for garbage takes half a second
    _run(monitor, texts)
    cut = _median(_cut, texts)
    whole = _median(lambda text: monitor.match(_fresh(text)), texts)
    yield Figure(
        f"monitor.cost_at_{size}",
        (whole - cut) / cut,
        TARGETS[size],
        lower_is_better=True,
        note=f"matching beside {NAMES:,} names / folding and tokenising; {1 / whole:.0f} articles/s, {whole * 1e3:.2f} ms",
    )
    if size == 10_000:
        mean = 1 / statistics.mean(_times(monitor, texts))
        note = f"median article; {mean:.0f} by the mean, which the longest decide"
        yield Figure("monitor.articles_per_s_at_10000", 1 / whole, 300, note=note)
        yield _against_all(queries, texts)
    yield Figure(f"monitor.bytes_a_query_at_{size}", bytes_each, lower_is_better=True)


def _against_all(queries: list[Query], texts: list[Document]) -> Figure:
    """The index beside asking every query: the same closures, on the same readings."""
    indexed: Monitor[int] = Monitor(enumerate(queries))
    tests = [query.root.compile() for query in queries]
    sample = texts[:: max(1, len(texts) // 60)]
    slow, fast = [], []
    for text in sample:
        text.positions  # noqa: B018  both have it
        reading = Reading(text, {})
        started = time.process_time()
        held = [number for number, test in enumerate(tests) if test(reading)]
        slow.append(time.process_time() - started)
        started = time.process_time()
        found = [entry.watch for entry in indexed.candidates(reading) if entry.test(reading)]
        fast.append(time.process_time() - started)
        assert held == found
    ratio = statistics.median(slow) / statistics.median(fast)
    note = f"{statistics.median(slow) * 1e6:.0f} against {statistics.median(fast) * 1e6:.0f} us an article, names apart"
    return Figure("monitor.times_faster_than_evaluate_all_at_10000", ratio, 20, note=note)


def _changing(monitor: Monitor[int], query: Query) -> Iterator[Figure]:
    new = parse('killed AND name:"Тимофей Проверкин"')
    started = time.process_time()
    for number in range(100):
        monitor.add(10**9 + number, new if number % 2 else query)
    for number in range(100):
        monitor.remove(10**9 + number)
    yield Figure("monitor.ms_to_add_or_remove", (time.process_time() - started) / 200 * 1e3, 10, lower_is_better=True)


def _plain_phrases(vocabulary: list[str], chance: random.Random, texts: list[Document]) -> Iterator[Figure]:
    """Beside it: tools that know no forms, over 10,000 phrases as they are written."""
    phrases = [" ".join(chance.sample(vocabulary, 2)) for _ in range(10_000)]
    indexed: Monitor[int] = Monitor(enumerate(parse(f'"{phrase}"', watch=False) for phrase in phrases))
    sample = texts[:: max(1, len(texts) // 30)]
    alternation = re.compile("|".join(re.escape(phrase) for phrase in phrases), re.I)
    ours = _median(lambda text: indexed.match(_fresh(text)), sample)
    baselines = {"re alternation": _median(lambda text: list(alternation.finditer(text.full)), sample) * 1e6}
    try:
        import ahocorasick
    except ImportError:
        pass
    else:
        automaton = ahocorasick.Automaton()
        for phrase in phrases:
            automaton.add_word(phrase.casefold(), phrase)
        automaton.make_automaton()
        baselines["ahocorasick"] = _median(lambda text: list(automaton.iter(text.full.casefold())), sample) * 1e6
    note = "tokenising and forms included in ours; the others know no forms"
    yield Figure(
        "monitor.us_an_article_10000_phrases", ours * 1e6, lower_is_better=True, baselines=baselines, note=note
    )


def _fresh(text: Document) -> Document:
    """The same article with nothing worked out yet."""
    return Document(text.title, text.text, language=text.language)


def _cut(text: Document) -> None:
    for token in tokenise(text.full):
        keys(token)


def _run(monitor: Monitor[int], texts: Iterable[Document]) -> None:
    for text in texts:
        monitor.match(_fresh(text))


def _times(monitor: Monitor[int], texts: Iterable[Document]) -> Iterator[float]:
    for text in texts:
        started = time.process_time()
        monitor.match(_fresh(text))
        yield time.process_time() - started


def _median(work: Callable[[Document], object], texts: list[Document]) -> float:
    """Median over the articles of the best of some rounds, CPU seconds."""
    best = []
    for text in texts:
        taken = []
        for _ in range(ROUNDS):
            started = time.process_time()
            work(text)
            taken.append(time.process_time() - started)
        best.append(min(taken))
    return statistics.median(best)


def _resident() -> int:
    """Bytes of memory this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def _articles(folder: Path) -> tuple[list[Document], list[Document]]:
    """Articles to measure on, and others."""
    found: tuple[list[Document], list[Document]] = [], []
    for language in ("ar", "en", "ru"):
        with gzip.open(folder / f"{language}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for number, line in zip(range(2 * ARTICLES), lines, strict=False):
                article = json.loads(line)
                found[number % 2].append(Document(article["title"], article["text"], language=language))
    return found


def _vocabulary(texts: list[Document]) -> list[str]:
    """Words of the articles as a person would take them into a watch, each once; none that every twentieth article has."""
    words = {
        text.full[token.start : token.end]
        for text in texts
        for token in text.tokens
        if token.script != "num" and len(token.folded) > 3 and frequency(frozenset([token.folded])) < 500
    }
    return sorted(words)


def _queries(vocabulary: list[str], chance: random.Random, count: int) -> Iterator[str]:
    """Boolean watches as firms keep them: a topic of a few words, a second one, an exclusion, phrases, distances."""

    def some(least: int, most: int) -> str:
        return " OR ".join(f'"{word}"' for word in chance.sample(vocabulary, chance.randint(least, most)))

    shapes = (
        lambda: f"({some(1, 3)}) AND ({some(1, 3)})",
        lambda: f"({some(1, 3)}) AND ({some(2, 4)}) NOT ({some(1, 2)})",
        lambda: f'"{" ".join(chance.sample(vocabulary, 2))}" OR "{" ".join(chance.sample(vocabulary, 2))}"',
        lambda: f"near/8({some(1, 2)}, {some(1, 2)})",
        lambda: f"same-sentence({some(1, 2)}, {some(1, 3)})",
        lambda: f"at-least/2({some(1, 1)}, {some(1, 1)}, {some(1, 1)})",
    )
    return (chance.choices(shapes, weights=(40, 20, 20, 10, 5, 5))[0]() for _ in range(count))


def _names(table: Path, chance: random.Random) -> list[Query]:
    """Persons, in Russian, then in English, then in Arabic, until there are enough."""
    rows = [line.split("\t") for line in table.read_text("utf-8").splitlines()[1:]]
    persons = [row for row in rows if row[3].startswith("person")]
    chance.shuffle(persons)
    spellings = [row[column].replace('"', "") for column in (1, 0, 2) for row in persons]
    full = list(dict.fromkeys(name for name in spellings if len(name.split()) > 1))
    return [parse(f'name:"{name}"', watch=False) for name in full[:NAMES]]
