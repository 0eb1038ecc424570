"""Speed of reading words: tokens, folded, with offsets and match keys, against a bare `re.findall`."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from crawler.languages import detect, keys, tokenise
from tests.quality.figure import Figure, Skipped

ARTICLES_OF_EACH = 250


def measure(data: Path | None) -> Iterable[Figure | Skipped]:
    """Times as multiples of findall's, best of three; tokens a second on this machine in the note."""
    if data is None:
        yield Skipped("words", "RASAD_EVAL_DATA is not set: no articles to read")
        return
    texts = list(_texts(data / "articles"))
    _, cold = _timed(lambda: _read(texts))  # every word met for the first time
    tokens = _read(texts)
    warm = min(_timed(lambda: _read(texts))[1] for _ in range(3))
    bare = min(_timed(lambda: sum(len(re.findall(r"\w+", text)) for text in texts))[1] for _ in range(3))
    languages = min(_timed(lambda: len([detect(text) for text in texts]))[1] for _ in range(3))
    yield Figure("words.read_warm.times_findall", warm / bare, None, True, note=f"{tokens / warm:,.0f} tokens/s")
    yield Figure("words.read_cold.times_findall", cold / bare, None, True, note=f"{tokens / cold:,.0f} tokens/s")
    yield Figure(
        "words.detect.times_read", languages / warm, None, True, note=f"{1e3 * languages / len(texts):.2f} ms/article"
    )
    yield from _compiling()


def _read(texts: list[str]) -> int:
    count = 0
    for text in texts:
        for token in tokenise(text):
            keys(token)
            count += 1
    return count


def _compiling() -> Iterable[Figure]:
    """What a process pays for its first query word in each language, against importing the package alone."""
    imported = min(_started("") for _ in range(3))
    for language, word in (("Arabic", "مرتزقة"), ("Russian", "наёмник"), ("English", "mercenary")):
        first = min(_started(f"crawler.languages.forms({word!r})") for _ in range(3))
        yield Figure(f"words.first_{language}_word.times_import", first / imported, None, True, note=f"{first:.2f} s")


def _started(statement: str) -> float:
    code = f"import crawler.languages\n{statement}"
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - started


def _texts(folder: Path) -> Iterable[str]:
    for language in ("ar", "ru", "en"):
        with gzip.open(folder / f"{language}.jsonl.gz", "rt", encoding="utf-8") as lines:
            yield from (json.loads(line)["text"] for _, line in zip(range(ARTICLES_OF_EACH), lines, strict=False))


def _timed(work: Callable[[], int]) -> tuple[int, float]:
    """The result and the seconds of processor time it took here."""
    started = time.process_time()
    result = work()
    return result, time.process_time() - started
