"""The general extractor, for pages nobody wrote selectors for: which of the page's lines are the article?

    lines     = every visible line, with where it stands
    opinions  = what trafilatura (precision) and readability-lxml would keep
    score     = logistic function of a line's own shape, its surroundings and the two opinions (WEIGHTS)
    keep      = lines above the threshold; gaps inside closed, the lost lead rescued

The lines are always the page's own, so nothing is glued or reordered by a tool. The two opinions alone reach less
than the score: see tests/quality/extraction.py. When no line convinces, the sentences under the headline are taken.
"""

from __future__ import annotations

import copy
import logging
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from crawler.extract import about, lines
from crawler.extract.lines import Line, visible, words
from crawler.extract.weights import THRESHOLD, WEIGHTS
from crawler.markup import Declared

# Tools are not asked about pages above these sizes: trafilatura takes 7 s for 9 MB.
MAX_LINES = 15_000
MAX_ELEMENTS = 60_000
MAX_TEXT = 600_000
MAX_ARTICLE = 2_000_000  # characters; what is longer is a dump, a log or an attack

FOREIGN = re.compile(
    r"(?i)comment|related|similar|recommend|side-?bar|widget|popular|latest|share|social|foot|nav|menu|breadcrumb"
    r"|banner|advert"
    r"|\bads?\b|promo|teaser|rating|vote|tags?\b|meta|author|byline|login|search|subscri|newsletter|poll|rss"
    r"|archive|counter"
    r"|copyright|print|tool|more|partner|informer|anons|opros|podpis|kommen|forum|disqus|caption|gallery|photo|foto"
    r"|credit|hidden"
    r"|popup|modal|donat"
)
OWN = re.compile(r"(?i)article|content|entry|post|text|body|story|news|main|detail|full|page|material|doc")
SENTENCE_END = re.compile(r"[.!?…؟][»\"”')\]]*$")
FRAME = {"footer", "nav", "aside", "header"}
MOSTLY = 0.6  # of the text stands before the line that closes it
FAIR_SHARE = 0.3  # of a block is kept: its other sentences are, too
NEWS_IN_LEAD = 0.4  # share of its longer words that the body lacks
LEAVES = {"p", "li", "blockquote", "h2", "h3", "h4", "td", "tr", "span"}
HIDDEN = re.compile(r"(?i)(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)")

for noisy in ("trafilatura", "readability", "htmldate", "courlan"):
    logging.getLogger(noisy).setLevel(logging.CRITICAL)


class Opinion:
    """What one tool would keep, asked line by line."""

    def __init__(self, text: str) -> None:
        self.grams = _grams(words(text))
        self.whole = {_squeezed(line) for line in text.split("\n")}
        self.squeezed = _squeezed(text)

    def of(self, line: Line) -> float:
        """The share of the line (0..1) that the tool kept."""
        if len(line.words) < 4:
            squeezed = _squeezed(line.text)
            return 1.0 if squeezed in self.whole else 0.7 if len(squeezed) > 4 and squeezed in self.squeezed else 0.0
        grams = _grams(line.words)
        return len(grams & self.grams) / len(grams)


@dataclass(frozen=True, slots=True)
class Reading:
    """The article's lines, its lead where the page sets one apart ('' else), and how both were found."""

    lines: tuple[str, ...]
    lead: str = ""
    notes: tuple[str, ...] = ()
    refusal: str = ""  # why the page cannot be an article


def general(tree: Any, declared: Declared, title: str) -> Reading:
    """The article on a page of any template. The tree is changed: hidden and silent elements are taken out."""
    strip(tree)
    found = visible(tree)
    if not found:
        return Reading((), notes=("no visible text",))
    length = sum(len(line.text) for line in found)
    if length > MAX_ARTICLE:
        return Reading((), refusal=f"too long: {length} characters")
    if length > MAX_TEXT or len(found) > MAX_LINES or sum(1 for _ in tree.iter()) > MAX_ELEMENTS:
        heaviest = tuple(line.text for line in _heaviest(found))
        return Reading(heaviest, notes=("body by text mass: the page is too large for the vote",))
    opinions = (Opinion(by_trafilatura(tree)), Opinion(by_readability(tree)))
    rows = features(found, opinions, title, about.description(declared))
    kept = _keep(found, rows, [score(row) for row in rows])
    if not kept:
        short = tuple(found[index].text for index in _under_headline(found, title))
        return Reading(short, notes=("body by its place under the headline",))
    kept = _before_tail(found, kept)
    leads = _lost_leads(found, kept, declared, title)
    rescued = [index for index in leads if _adds(found[index], found, kept)]
    notes = ("body by vote", *(["lead rescued"] if rescued else []))
    texts = tuple(found[index].text for index in sorted({*kept, *rescued}))
    return Reading(texts, found[leads[0]].text if leads else "", notes)


def strip(tree: Any) -> None:
    """Take out what readers do not see."""
    for element in list(tree.iter(*lines.SILENT)):
        if element.tag != "head" and element.getparent() is not None:
            element.drop_tree()
    for element in tree.xpath(
        "//*[@hidden or @aria-hidden='true' and not(.//p)]|//*[contains(@style,'none') or contains(@style,'hidden')]"
    ):
        if element.getparent() is not None and (
            element.get("hidden") is not None or HIDDEN.search(element.get("style") or "")
        ):
            element.drop_tree()


def by_trafilatura(tree: Any) -> str:
    """What trafilatura keeps when told to prefer precision, or ''."""
    import trafilatura

    try:
        return trafilatura.extract(tree, favor_precision=True, include_comments=False) or ""
    except (ValueError, AttributeError, TypeError, IndexError, etree.LxmlError, RecursionError):
        return ""  # broken markup it stumbles over; the other opinion remains


def by_readability(tree: Any) -> str:
    """What readability-lxml keeps, or ''."""
    import readability
    from readability.readability import Unparseable

    class Stripped(readability.Document):  # type: ignore[misc]
        """A Document over a tree that `strip` has cleaned: half of its time would go into cleaning it again."""

        def _parse(self, tree: Any) -> Any:
            self.encoding = "utf-8"
            return copy.deepcopy(tree)

    try:
        summary = Stripped(tree).summary(html_partial=True)
        return "\n".join(lines.of(lxml_html.fragment_fromstring(summary, create_parent="div")))
    except (Unparseable, ValueError, AttributeError, TypeError, KeyError, etree.LxmlError, RecursionError):
        return ""


# --- features --------------------------------------------------------------------------------------------------------


def features(
    found: Sequence[Line], opinions: Sequence[Opinion], title: str, description: str
) -> list[dict[str, float]]:
    """One row of named numbers (about 0..1) for each line; their meaning is in the comments beside them."""
    first, second = ([opinion.of(line) for line in found] for opinion in opinions)
    both = [(a + b) / 2 for a, b in zip(first, second, strict=True)]
    mass, total = _masses(found)
    firmly = [index for index, (a, b) in enumerate(zip(first, second, strict=True)) if a > 0.6 and b > 0.6]
    low, high = (firmly[0], firmly[-1]) if firmly else (0, len(found) - 1)
    headline = _headline(found, title)
    trust_first, trust_second = _agreement(found, first, second)
    summary = _grams(words(description), 2)
    marked: dict[Any, tuple[bool, bool]] = {}
    tail = False
    rows = []
    for index, line in enumerate(found):
        behind = headline is not None and index > headline + 3
        tail = tail or (behind and lines.opens_other(line.text))
        chain = _chain(line.block, 3)
        marks = [_marks(element, marked) for element in chain]
        container = max((mass[element] for element in chain[:2]), default=0.0) / total
        size = len(line.words)
        pairs = _grams(line.words, 2) if size > 5 and summary else set()
        rows.append(
            {
                "either": max(first[index], second[index]),  # one of the tools keeps it
                "first_trusted": first[index]
                * trust_first,  # trafilatura keeps it, and readability mostly agrees with it
                "second_trust": trust_second,  # how much trafilatura agrees with readability on this page
                "second_mass": second[index] * container,  # readability keeps it and it stands where the text is
                "around": _mean(both, index, 3),  # the tools keep the lines around it
                "after_kept": first[index + 1] if index + 1 < len(found) else 0.0,
                "container": container,  # share of the page's text that stands in its block
                "length": math.log1p(size) / 5,
                "short": float(size < 5),
                "long": float(size > 20),
                "linked": line.linked,
                "linked_long": line.linked * (size > 10),
                "linked_before": found[index - 1].linked if index else 0.0,
                "sentence": float(bool(SENTENCE_END.search(line.text))),
                "commas": min(5, line.text.count(",") + line.text.count("،")) / 5,
                "digits": sum(c.isdigit() for c in line.text) / len(line.text),
                "paragraph": float(any(element.tag == "p" for element in chain[:2])),
                "heading": float(line.block.tag in ("h1", "h2", "h3", "h4")),
                "item": float(any(element.tag == "li" for element in chain)),
                "foreign": float(any(mark[0] for mark in marks[:2])),  # class or id says: comments, related, share ...
                "own": float(any(mark[1] for mark in marks)),  # class or id says: article, content, text ...
                "far": min(1.0, max(low - index, index - high, 0) / 10),
                "above_headline": float(headline is not None and index < headline),
                "below_headline": float(headline is not None and 0 < index - headline <= 4),
                "behind_tail": float(tail),  # «Читайте также» stood before it
                "summary": len(pairs & summary) / len(pairs) if pairs else 0.0,  # words of the page's own description
            }
        )
    return rows


def score(row: dict[str, float]) -> float:
    """The probability (0..1) that the line belongs to the article."""
    total = WEIGHTS["bias"] + sum(WEIGHTS[name] * value for name, value in row.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def _grams(said: list[str], size: int = 3) -> set[tuple[str, ...]]:
    return set(zip(*(said[start:] for start in range(size)), strict=False))


def _squeezed(text: str) -> str:
    return re.sub(r"\W+", "", text.lower())


def _chain(element: Any, limit: int) -> list[Any]:
    chain: list[Any] = []
    while element is not None and len(chain) < limit and element.tag not in ("body", "html"):
        chain.append(element)
        element = element.getparent()
    return chain


def _marks(element: Any, known: dict[Any, tuple[bool, bool]]) -> tuple[bool, bool]:
    if element not in known:
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        known[element] = (bool(FOREIGN.search(names)), bool(OWN.search(names)))
    return known[element]


def _masses(found: Sequence[Line]) -> tuple[Counter[Any], float]:
    """Words of unlinked running text in each block, its parent and grandparents; and in the page."""
    mass: Counter[Any] = Counter()
    total = 0.0
    for line in found:
        if len(line.words) > 8:
            weight = len(line.words) * (1 - line.linked)
            total += weight
            for element in _chain(line.block, 4):
                mass[element] += weight  # type: ignore[assignment]  # a Counter of floats
    return mass, max(1.0, total)


def _headline(found: Sequence[Line], title: str) -> int | None:
    wanted = set(words(title))
    if len(wanted) < 2:
        return None
    return next((i for i, line in enumerate(found) if len(wanted & set(line.words)) >= 0.8 * len(wanted)), None)


def _agreement(found: Sequence[Line], first: list[float], second: list[float]) -> tuple[float, float]:
    """Which share of either tool's words the other keeps too."""
    sizes = [len(line.words) for line in found]
    a = sum(size for size, kept in zip(sizes, first, strict=True) if kept > 0.6)
    b = sum(size for size, kept in zip(sizes, second, strict=True) if kept > 0.6)
    common = sum(size for size, x, y in zip(sizes, first, second, strict=True) if x > 0.6 and y > 0.6)
    return common / max(1, a), common / max(1, b)


def _mean(values: list[float], index: int, reach: int) -> float:
    around = values[max(0, index - reach) : index] + values[index + 1 : index + 1 + reach]
    return sum(around) / (2 * reach)


# --- decisions -------------------------------------------------------------------------------------------------------


def _keep(found: Sequence[Line], rows: list[dict[str, float]], scores: list[float]) -> list[int]:
    """Indices of the article's lines. A plain sentence between two kept lines of the same block is kept with them."""
    kept = [index for index, value in enumerate(scores) if value > THRESHOLD]
    chosen = set(kept)
    for before, after in pairwise(kept):
        if not 1 < after - before <= 4:
            continue
        for index in range(before + 1, after):
            line = found[index]
            same = _home(line) is _home(found[before]) and _home(line) is _home(found[after])
            if same and line.linked < 0.3 and len(line.words) >= 4 and not rows[index]["foreign"]:
                chosen.add(index)
    chosen |= _siblings(found, rows, chosen)
    return sorted(chosen | _listed(found, rows, chosen))


def _before_tail(found: Sequence[Line], kept: list[int]) -> list[int]:
    """Without what follows «مقالات متعلقة» or its like, when most of the text stands before it."""
    total = sum(len(found[index].words) for index in kept)
    for start, line in enumerate(found):
        if lines.closes(line.text):
            before = [index for index in kept if index < start]
            if sum(len(found[index].words) for index in before) > MOSTLY * total:
                return before
    return kept


def _siblings(found: Sequence[Line], rows: list[dict[str, float]], chosen: set[int]) -> set[int]:
    """Sentences that stand among paragraphs of which most are kept: the first and last of a text convince least."""
    said: Counter[Any] = Counter()
    kept: Counter[Any] = Counter()
    for index, line in enumerate(found):
        said[_home(line)] += len(line.words)
        kept[_home(line)] += len(line.words) if index in chosen else 0
    return {
        index
        for index, line in enumerate(found)
        if index not in chosen
        and kept[_home(line)] > FAIR_SHARE * said[_home(line)]
        and len(line.words) >= 6
        and line.linked < 0.2
        and SENTENCE_END.search(line.text)
        and not rows[index]["behind_tail"]
    }


def _listed(found: Sequence[Line], rows: list[dict[str, float]], chosen: set[int]) -> set[int]:
    """Items of lists that stand right among kept paragraphs: the names of the dead are short lines without a verb."""
    if not chosen:
        return set()
    blocks = {_home(found[index]) for index in chosen if found[index].block.tag == "p"}
    kept: set[int] = set()
    boxed = False
    for index in range(min(chosen), len(found)):
        line = found[index]
        if rows[index]["behind_tail"]:
            break
        item = line.block.tag == "li" and line.block.getparent() is not None
        boxed = lines.opens_other(line.text) or (boxed and item)
        beside = item and not boxed and line.block.getparent().getparent() in blocks
        if beside and line.linked < 0.2 and not any(_marks(element, {})[0] for element in _chain(line.block, 2)):
            kept.add(index)
    return kept - chosen


def _lost_leads(found: Sequence[Line], kept: list[int], declared: Declared, title: str) -> list[int]:
    """Lines before the body that tell the page's own description and were not kept: where the names are."""
    said = _squeezed(" ".join(found[index].text for index in kept))
    heading = _squeezed(title)
    rescued: list[int] = []
    for described in about.descriptions(declared):
        wanted = _squeezed(described)
        if len(wanted) < 30 or wanted[:60] in said or wanted == heading:
            continue
        for index in range(kept[0] - 1, -1, -1):
            own = _squeezed(found[index].text)
            if len(own) >= 30 and own != heading and (own[:60] == wanted[:60] or (len(own) > 60 and own in wanted)):
                rescued.append(index)
                break
    return rescued


def _adds(lead: Line, found: Sequence[Line], kept: list[int]) -> bool:
    """Whether the lead says what the body does not: a lost first paragraph does, a standfirst repeats (and is `lead`
    anyway).
    """
    told = {word for index in kept for word in found[index].words}
    long = [word for word in lead.words if len(word) > 3]
    return sum(word not in told for word in long) >= NEWS_IN_LEAD * len(long)


def _under_headline(found: Sequence[Line], title: str) -> list[int]:
    """The sentences that stand under the headline in its own block: short news that no tool takes for an article."""
    start = _headline(found, title)
    if start is None:
        return []
    home = _chain(found[start].block, 4)[1:]
    kept: list[int] = []
    for index in range(start + 1, min(len(found), start + 12)):
        line = found[index]
        if lines.opens_other(line.text) or not any(element in home for element in _chain(line.block, 5)):
            break
        speaks = len(line.words) >= 5 and (SENTENCE_END.search(line.text) or len(line.words) >= 12)
        if speaks and line.linked < 0.3 and not any(_marks(element, {})[0] for element in _chain(line.block, 1)):
            kept.append(index)
    return kept


def _heaviest(found: Sequence[Line]) -> list[Line]:
    """The lines of the block, or block of blocks, with most unlinked text; the frame of the page is no candidate."""
    weights: Counter[Any] = Counter()
    marked: dict[Any, tuple[bool, bool]] = {}
    for line in found:
        chain = _chain(line.block, 12)
        if line.linked < 0.5 and not any(e.tag in FRAME or _marks(e, marked)[0] for e in chain):
            weights[_home(line)] += len(line.text)
    if not weights:
        return []
    best = weights.most_common(1)[0][0]
    return [line for line in found if line.linked < 0.5 and _home(line) is best]


def _home(line: Line) -> Any:
    """The block that holds the line's paragraph and its neighbours."""
    parent = line.block.getparent()
    return line.block if parent is None or line.block.tag not in LEAVES else parent
