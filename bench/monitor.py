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
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from alerts.document import Document
from alerts.monitor import Monitor
from alerts.query import LONGEST, Query, parse
from alerts.terms import Reading, forms, frequency
from alerts.terms.name import Name
from crawler.errors import QueryError
from crawler.extract import extract
from crawler.languages import keys, tokenise
from crawler.types import Draft, Page
from tests.quality._pages import gold_pages
from tests.quality.figure import Figure, Skipped

SIZES = (1_000, 10_000, 50_000)
NAMES = 10_000
ARTICLES = 60  # of each language; the words of the watches come from as many others
ROUNDS = 3
TARGETS = {1_000: 2.0, 10_000: 3.0, 50_000: 6.0}
MANY = 100_000  # names of one imported list
PAGES = 40  # of the set of pages, for extraction beside matching
NOW = datetime(2026, 11, 22, tzinfo=UTC)

HOSTILE = {
    "parentheses": "(",
    "balanced parentheses": "(a)",
    "NOT": "NOT ",
    "distinct words": "".join(f"слово{number} " for number in range(1_500)),
    "distinct words joined by OR": "".join(f"наёмник{number} OR " for number in range(1_500)),
    "one endless word": "ж",
    "open quotes": '"',
    "quotes of every keyboard": "«“”„»'",
    "catastrophic expression": "re:/(a+)+$/ AND ",
    "one long expression": "re:/(x+x+)+y",
    "functions in functions": "near/8(a, ",
    "weights": "score>=30(killed^20, ",
    "unknown concepts": "@nosuchconcept OR ",
    "unknown fields": "colour:red OR ",
    "places": 'place:"Nowhere" OR ',
    "misspelled places": 'place:"Deir ez-Zorr" OR ',
    "names": 'name:"Кирилл Ананьев" OR ',
    "surnames": 'name:"Ананьев" OR ',
    "right to left": "قتل AND (مرتزقة، ",
    "Arabic words": "والمقاتلون ",
    "stars": "* ",
    "macros": "$nothing ",
}
"""Repeated up to the longest watch there may be."""


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
        if size == 1_000:
            yield _beside_extraction(monitor, data)
    yield from _changing(monitor, queries[0])
    yield from _plain_phrases(vocabulary, chance, texts)
    yield from _many_names(names)
    yield _hostile()


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
    reasons = _median(lambda text: [hit.why for hit in monitor.match(_fresh(text))], texts)
    hits = statistics.median(len(monitor.match(_fresh(text))) for text in texts)
    note = f"the same with every hit explained; {hits:.0f} hits in the median article"
    yield Figure(f"monitor.cost_with_reasons_at_{size}", (reasons - cut) / cut, lower_is_better=True, note=note)
    if size == 10_000:
        mean = 1 / statistics.mean(_times(monitor, texts))
        note = f"median article; {mean:.0f} by the mean, which the longest decide"
        yield Figure("monitor.articles_per_s_at_10000", 1 / whole, 300, note=note)
        yield _against_all(queries, texts)
    note = "those added since the size before, the tables of their words included; their parsed trees are not"
    yield Figure(f"monitor.mb_per_10000_queries_at_{size}", bytes_each / 100, lower_is_better=True, note=note)


def _against_all(queries: list[Query], texts: list[Document]) -> Figure:
    """The index beside asking every query: the same closures, on readings of the same texts.

    One after the other, because each leaves the processor's caches full of what the other one does not want.
    """
    indexed: Monitor[int] = Monitor(enumerate(queries))
    tests = [query.root.compile() for query in queries]

    def every(reading: Reading) -> list[int]:
        return [number for number, test in enumerate(tests) if test(reading)]

    def likely(reading: Reading) -> list[int]:
        return sorted(entry.watch for entry in indexed.candidates(reading) if entry.test(reading))

    slow, fast = [_asked(every, text) for text in texts], [_asked(likely, text) for text in texts]
    assert [held for _, held in slow] == [held for _, held in fast]
    slow_s, fast_s = (statistics.median(taken for taken, _ in asked) for asked in (slow, fast))
    ratio = slow_s / fast_s
    note = f"{slow_s * 1e6:.0f} against {fast_s * 1e6:.0f} us an article, names and the article's keys apart"
    return Figure("monitor.times_faster_than_evaluate_all_at_10000", ratio, 20, note=note)


def _asked(ask: Callable[[Reading], list[int]], text: Document) -> tuple[float, list[int]]:
    """CPU seconds of one question about an article whose keys are known, and its answer."""
    reading = Reading(text, {})
    reading.present  # noqa: B018  both need it, once an article
    started = time.process_time()
    held = ask(reading)
    return time.process_time() - started, held


def _beside_extraction(monitor: Monitor[int], data: Path) -> Figure | Skipped:
    """Matching an article, tokenising and all, beside extracting the same article from its page."""
    if not (data / "pages" / "index.tsv").is_file():
        return Skipped("monitor.share_of_extraction_at_1000", "RASAD_EVAL_DATA/pages")
    gold = list(gold_pages(data))
    shares, spent = [], []
    for one in gold[:: max(1, len(gold) // PAGES)]:
        page = Page(one.url, one.url, 200, (("content-type", "text/html"),), one.body, NOW)
        draft = extract(page, None, NOW)
        if not isinstance(draft, Draft):
            continue
        extracting = _best(lambda page=page: extract(page, None, NOW))  # type: ignore[misc]
        text = Document(draft.title, draft.text, language=draft.language)
        matching = _best(lambda text=text: monitor.match(_fresh(text)))  # type: ignore[misc]
        shares.append(matching / extracting)
        spent.append(extracting)
    note = f"{len(shares)} pages, median; extraction takes {statistics.median(spent) * 1e3:.1f} ms"
    return Figure(
        "monitor.share_of_extraction_at_1000", statistics.median(shares), 0.10, lower_is_better=True, note=note
    )


def _many_names(names: list[Query]) -> Iterator[Figure]:
    """100,000 persons as an import makes them: given names and surnames of the list, put together anew."""
    persons = [query.root.key.split() for query in names if isinstance(query.root, Name)]
    given, last = [words[0] for words in persons], [words[-1] for words in persons]
    chance = random.Random(7)
    made = {f'name:"{chance.choice(given)} {chance.choice(last)}"' for _ in range(MANY + MANY // 50)}
    queries = [parse(text) for text in sorted(made)[:MANY]]
    before, started = _resident(), time.process_time()
    monitor: Monitor[int] = Monitor(enumerate(queries))
    taken = time.process_time() - started
    size = (_resident() - before) / 1e6
    yield Figure("monitor.seconds_to_load_100000_names", taken, lower_is_better=True, note=f"{len(queries):,} of them")
    yield Figure("monitor.mb_of_100000_names", size, lower_is_better=True)
    started = time.process_time()
    monitor.become(enumerate([*queries, parse('name:"Тимофей Проверкин"')]))
    spent = (time.process_time() - started) * 1e3
    yield Figure("monitor.ms_one_more_among_100000_names", spent, lower_is_better=True, note="the whole list compared")


def _hostile() -> Figure:
    """The slowest answer to a watch of 10,000 characters that wants to be slow."""
    slowest, worst = 0.0, ""
    for name, piece in HOSTILE.items():
        text = (piece * (LONGEST // len(piece) + 1))[:LONGEST]
        taken = _best(lambda text=text: _answer(text))  # type: ignore[misc]
        if taken > slowest:
            slowest, worst = taken, name
    note = f"the worst of {len(HOSTILE)}: {worst}"
    return Figure("monitor.ms_worst_hostile_watch", slowest * 1e3, 50, lower_is_better=True, note=note)


def _answer(text: str) -> None:
    _forget()
    with suppress(QueryError):
        parse(text)


def _forget() -> None:
    """A hostile watch is a new one: what an earlier round has worked out must not answer for it."""
    forms.cache_clear()


def _best(work: Callable[[], object]) -> float:
    """CPU seconds, the best of some rounds."""
    taken = []
    for _ in range(ROUNDS):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return min(taken)


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
        best.append(_best(lambda text=text: work(text)))  # type: ignore[misc]
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
