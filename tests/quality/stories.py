"""Stories: copies that must be joined, twins of a template that must not, and what becomes of the rest.

Twelve events of stories.yaml give 72 pairs of near-duplicates, 72 pairs of template twins (12 of them across languages), 60
pairs of independent tellings and 12 translations. An event whose SHA-1 begins with 0 to 4 is kept out of tuning.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from crawler import cluster
from crawler.cluster import Signature
from tests.quality.figure import Figure, Skipped

DATA = Path(__file__).with_suffix(".yaml")
INTRO = {
    "ru": "Новость дополняется. Главное к этому часу собрал наш корреспондент.",
    "ar": "خاص بموقعنا. متابعة لآخر التطورات من مراسلنا في المنطقة.",
    "en": "This is a developing story. Our desk has the latest.",
}
OUTRO = {
    "ru": "Подписывайтесь на наш канал, чтобы не пропустить важное. Фото из открытых источников.",
    "ar": "تابعونا على قناتنا لمعرفة المزيد. الصورة من الإنترنت.",
    "en": "Follow our channel for more. Picture from the archive.",
}
TITLE = {"ru": "Стали известны подробности", "ar": "تفاصيل جديدة", "en": "What we know so far"}


@dataclass(frozen=True, slots=True)
class Told:
    """A headline and a text."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts. kind: near | twin | own | translation."""

    event: str
    kind: str
    name: str
    a: Told
    b: Told
    kept_out: bool


def fill(slotted: str, which: int) -> str:
    """The text with every slot at its first, second or third value."""
    return re.sub(
        r"\[([^\]]*)\]", lambda found: " ".join(found[1].split("|")[which].split()), " ".join(slotted.split())
    )


def truncated(text: str) -> str:
    """The first three sentences, as a feed cuts them."""
    return " ".join(re.split(r"(?<=[.؟!])\s+", text)[:3])


def pairs() -> Iterator[Pair]:
    """All pairs of the set."""
    for event in yaml.safe_load(DATA.read_text("utf-8")):
        yield from _pairs(event)


def _pairs(event: dict[str, Any]) -> Iterator[Pair]:
    kept_out = hashlib.sha1(event["event"].encode()).hexdigest()[0] in "01234"
    code = event["language"]
    first, second, third = (Told(fill(event["title"], n), fill(event["text"], n)) for n in range(3))
    own, abroad = Told("", event["own"]), Told("", event["abroad"])
    rewrite, headline = Told(TITLE[code], event["rewrite"]), Told(TITLE[code], first.text)
    cut = Told(first.title, truncated(first.text))
    intro = Told(first.title, f"{INTRO[code]} {first.text}")
    outro = Told(TITLE[code], f"{first.text} {OUTRO[code]}")
    translation = Told("", event["translation"])
    table = {
        "near": {
            "headline": (first, headline), "cut": (first, cut), "intro": (first, intro),
            "outro": (cut, outro), "rewrite": (first, rewrite),
            "both": (intro, Told(TITLE[code], f"{rewrite.text} {OUTRO[code]}")),
        },
        "twin": {
            "1-2": (first, second), "1-3": (first, third), "2-3": (second, third),
            "cut": (cut, second), "rewrite": (rewrite, third),
            "translation": (second, translation),
        },
        "own": {
            "own": (first, own), "rewrite": (rewrite, own), "cut": (cut, own), "abroad": (first, abroad),
            "own-abroad": (own, abroad),
        },
        "translation": {"translation": (first, translation)},
    }  # fmt: skip
    for kind, named in table.items():
        for name, (a, b) in named.items():
            yield Pair(event["event"], kind, name, a, b, kept_out)


def joined(a: Told, b: Told) -> bool:
    """Whether the two become one story when they are of one day."""
    near = cluster.likeness(cluster.read(a.title, a.text), cluster.read(b.title, b.text))
    if near is not None:
        return True
    scripts = {cluster.read(one.title, one.text).script for one in (a, b)}
    return (
        len(scripts) > 1
        and cluster.translation(cluster.cast(a.title, a.text), cluster.cast(b.title, b.text)) is not None
    )


def measure(data: Path | None) -> Iterable[Figure | Skipped]:
    found = [(pair, joined(pair.a, pair.b)) for pair in pairs()]
    for half, kept_out in (("dev", False), ("kept-out", True)):
        mine = [(pair, one) for pair, one in found if pair.kept_out == kept_out]
        suffix = "" if half == "dev" else "_kept_out"
        count = {
            kind: [one for pair, one in mine if pair.kind == kind] for kind in ("near", "twin", "own", "translation")
        }
        right, wrong = sum(count["near"]), sum(count["twin"])
        f1 = 2 * right / (right + wrong + len(count["near"]))
        yield Figure(
            f"stories.near_duplicate_f1{suffix}", f1, 0.95, half=half, note=f"{right} of {len(count['near'])} pairs joined",
        )  # fmt: skip
        yield Figure(
            f"stories.template_twins_joined{suffix}", wrong, 0, lower_is_better=True, half=half,
            note=f"of {len(count['twin'])} pairs",
        )  # fmt: skip
        for kind, name in (("own", "independent_joined"), ("translation", "translation_joined")):
            share = sum(count[kind]) / len(count[kind])
            yield Figure(f"stories.{name}{suffix}", share, half=half, note=f"of {len(count[kind])} pairs; no target")
    yield from _strangers(data)


def _strangers(data: Path | None) -> Iterable[Figure | Skipped]:
    """How many of the ordinary news articles are joined with another one."""
    folder = data / "articles" if data is not None else None
    if folder is None or not folder.is_dir():
        yield Skipped("stories.joined_in_ordinary_news", "articles/{ru,ar,en}.jsonl.gz")
        return
    packed = (gzip.decompress((folder / f"{code}.jsonl.gz").read_bytes()).decode() for code in ("ru", "ar", "en"))
    rows = [json.loads(line) for lines in packed for line in lines.split("\n") if line]
    started = time.perf_counter()
    read = [cluster.read(row["title"], row["text"], row["language"]) for row in rows]
    took_ms = (time.perf_counter() - started) * 1000 / len(rows)
    both = list(merged(read))
    note = f"pairs among {len(rows)} articles; reading one took {took_ms:.1f} ms"
    yield Figure("stories.joined_in_ordinary_news", len(both), lower_is_better=True, half="dev", note=note)


def merged(read: list[Signature]) -> Iterator[tuple[int, int]]:
    """Pairs of signatures that become one story, found as the store finds them: by the keys they share."""
    holders: dict[int, list[int]] = {}
    for number, signature in enumerate(read):
        near: dict[int, int] = {}
        for key in signature.keys:
            for other in holders.get(key, ()):
                near[other] = near.get(other, 0) + 1
            holders.setdefault(key, []).append(number)
        for other in sorted(near, key=lambda one: (-near[one], one))[:8]:
            if cluster.likeness(read[other], signature) is not None:
                yield other, number
                break
