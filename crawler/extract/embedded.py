"""Text that a page carries in data beside its visible body: JSON-LD, Next.js and the like, live blogs.

Such text is often cut, stale or another story's. It is used only where it agrees with the page: it holds nearly all
of the visible article and much more, or nothing is visible and its own headline is the page's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from lxml import html as lxml_html

from crawler import dates
from crawler.extract import lines
from crawler.markup import Declared, plain

BODY_KEYS = {
    "articlebody", "body", "content", "text", "html", "fulltext", "full_text", "bodyhtml", "body_html",
    "contenthtml", "maintext", "story",
    "paragraphs", "blocks", "value", "rendered", "description_full", "details", "newsbody", "post_content",
    "children", "data", "markdown",
}  # fmt: skip
TITLE_KEYS = ("headline", "title", "name", "newstitle", "post_title", "heading")
MAX_SCRIPT = 3_000_000
LIVE = re.compile(r"(?i)live-?blog|liveblog|live-?updates|online-?trans|live-?feed|live-?posts")


def data_scripts(declared: Declared) -> list[str]:
    """The JSON a client-side framework draws the page from. Read before scripts are stripped from the tree."""
    return [
        script.text
        for script in declared.tree.iter("script")
        if script.text
        and len(script.text) < MAX_SCRIPT
        and ("json" in (script.get("type") or "") and "ld+json" not in (script.get("type") or ""))
    ]


def fuller(kept: Sequence[str], declared: Declared, scripts: Iterable[str], title: str) -> list[str]:
    """The embedded text's lines when they may replace the visible ones, else []."""
    visible = _words(" ".join(kept))
    candidates = [_as_lines(declared.article.get("articleBody"))]
    if len(visible) < 120:
        candidates += [found for script in scripts for found in _stories(script, title)]
    best = max(candidates, key=lambda found: sum(map(len, found)), default=[])
    words = _words(" ".join(best))
    if len(words) < 12 or len(words) < 1.5 * len(visible):
        return []
    if visible:
        told = set(pairwise(words))
        pairs = list(pairwise(visible))
        if sum(pair in told for pair in pairs) < 0.8 * len(pairs):
            return []
    return best


def live_entries(declared: Declared) -> list[str]:
    """Entries of a live blog, each opened by its own time, or []. They must stand on the visible page."""
    for item in declared.linked:
        updates = item.get("liveBlogUpdate")
        if isinstance(updates, list) and len(updates) > 1:
            entries = [_entry(update) for update in updates if isinstance(update, dict)]
            shown = _squeeze(" ".join(declared.tree.itertext()))
            entries = [entry for entry in entries if entry and _squeeze(entry[-1])[:40] in shown]
            if len(entries) > 1:
                return [line for entry in entries for line in entry]
    return _visible_entries(declared)


def _entry(update: dict[str, Any]) -> list[str]:
    body = _as_lines(update.get("articleBody"))
    headline = plain(str(update.get("headline") or ""))
    stamp = dates.fold(str(update.get("datePublished") or ""))[:16].replace("t", " ")
    if headline and not (body and _squeeze(headline) in _squeeze(body[0])):
        body = [headline, *body]
    return [f"{stamp} {body[0]}".strip(), *body[1:]] if body else []


def _visible_entries(declared: Declared) -> list[str]:
    """Blocks of one kind inside a live-blog container, each with its own <time>."""
    for container in declared.tree.iter("div", "section", "ul", "ol", "article"):
        if not LIVE.search(f"{container.get('class') or ''} {container.get('id') or ''}"):
            continue
        entries = [
            child
            for child in container.iter("li", "article", "div", "section")
            if child is not container and _opens_with_time(child)
        ]
        entries = [child for child in entries if not any(other in entries for other in child.iterancestors())]
        if len(entries) > 2:
            return [line for child in entries for line in _timed(child)]
    return []


def _opens_with_time(element: Any) -> bool:
    times = list(element.iter("time"))
    return len(times) == 1 and len(" ".join(element.itertext()).split()) > 6


def _timed(element: Any) -> list[str]:
    stamp = next(element.iter("time"))
    said = plain(" ".join(stamp.itertext()))
    body = [line for line in lines.of(element) if line != said]
    written = dates.fold(stamp.get("datetime") or said)[:16].replace("t", " ")
    return [f"{written} {body[0]}", *body[1:]] if body else []


def _stories(script: str, title: str) -> Iterator[list[str]]:
    """Texts in this JSON that stand beside the page's own headline."""
    wanted = _squeeze(title)
    if len(wanted) < 8 or wanted[:30] not in _squeeze(_unescaped(script)):
        return
    try:
        data = json.loads(script)
    except (ValueError, RecursionError):
        return
    stack: list[Any] = [data]
    while stack:
        value = stack.pop()
        if isinstance(value, list):
            stack.extend(value)
        elif isinstance(value, dict):
            stack.extend(value.values())
            names = (str(item) for key, item in value.items() if key.lower() in TITLE_KEYS and isinstance(item, str))
            if any(_squeeze(plain(name)) == wanted for name in names):
                found = [line for key, item in value.items() if key.lower() in BODY_KEYS for line in _texts(item)]
                if found:
                    yield found


def _unescaped(script: str) -> str:
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), script) if "\\u" in script else script


def _texts(value: Any, depth: int = 0) -> list[str]:
    """Lines of a body value: a string with or without tags, or blocks of such."""
    if isinstance(value, str):
        return _as_lines(value) if len(value) > 20 else []
    if isinstance(value, list) and depth < 8:
        return [line for item in value for line in _texts(item, depth + 1)]
    if isinstance(value, dict) and depth < 8:
        return [line for key, item in value.items() if key.lower() in BODY_KEYS for line in _texts(item, depth + 1)]
    return []


def _as_lines(value: Any) -> list[str]:
    if isinstance(value, list):
        return [line for item in value for line in _as_lines(item)]
    if not isinstance(value, str) or not value.strip():
        return []
    if re.search(r"<(?:p|br|div|strong|b|h\d|ul)\b|&lt;p", value):
        if "&lt;" in value:
            value = value.replace("&lt;", "<").replace("&gt;", ">")
        return lines.of(lxml_html.fragment_fromstring(value, create_parent="div"))
    return [line for line in (plain(part) for part in re.split(r"\r?\n+", value)) if line]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _squeeze(text: str) -> str:
    return re.sub(r"\W+", "", text.lower())
