"""AlertContent | DigestContent -> Message. Pure: what a person reads, within what the channels accept.

Telegram's rules (https://core.telegram.org/bots/api#html-style): 4,096 UTF-16 units after parsing, at most 100
entities, balanced tags. Every field is clipped before it is escaped, so nothing is ever cut inside a tag, and the
sum of the budgets below stays under the limit.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from alerts.locale import Texts, texts
from crawler.types import UNDATED, Dating

LIMIT = 4096  # UTF-16 units
# Budgets in UTF-16 units.
HEADLINE = 400
FIELD = 100
WORDS = 120  # the words that fired, in the first line
QUOTE = 600
QUOTES = 2
WHY = 160
WHYS = 3
LISTS = 240
URL = 900
DIGEST_HEADLINE = 120
DIGEST_OUTLET = 40
DIGEST_URL = 160
DIGEST_ITEMS = 10
SPANS = 20  # bold pieces in one quote
NOTICE_HEAD = 700
NOTICE_LINES = 13
NOTICE_LINE = 240
NOTICE_VALUE = 300

FSI, PDI, RLM = "\u2068", "\u2069", "\u200f"
_KEPT_FORMAT = "\u200c\u200d"  # the joiners are spelling, every other format character could turn the line around
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence of the article and the words in it that fired: half-open spans in code points."""

    text: str
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class AlertContent:
    """All that a message about one alert says. `watchlists` are titles; queries are never shown."""

    alert_id: str
    headline: str
    outlet: str
    url: str
    country: str = ""  # ISO 3166-1 alpha-2
    leaning: str = ""
    language: str = ""
    published: Dating = UNDATED
    first_seen_at: datetime | None = None
    quotes: tuple[Quote, ...] = ()
    why: tuple[str, ...] = ()
    watchlists: tuple[str, ...] = ()
    alleged: bool = False
    late: bool = False
    copy_kept: bool = False  # a capture of the page is in the evidence
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class DigestItem:
    """One line of a digest."""

    alert_id: str
    headline: str
    outlet: str
    url: str
    published: Dating = UNDATED


@dataclass(frozen=True, slots=True)
class DigestContent:
    """Several alerts in one message. `name` is what people call this digest; `items` are the newest of `count`.

    `held`: they were old when their outlet was read for the first time, else they came in a flood.
    """

    name: str
    items: tuple[DigestItem, ...]
    count: int
    watchlists: tuple[str, ...] = ()
    held: bool = False
    repeat: bool = False


Content = AlertContent | DigestContent


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a line. `href` is an http or https address or ''."""

    text: str
    bold: bool = False
    href: str = ""


Line = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press under a message, where a channel has buttons. `data` is at most 64 bytes (Telegram)."""

    text: str
    data: str


@dataclass(frozen=True)
class Message:
    """Lines of text as every channel can show them, and rows of buttons for those that can."""

    lines: tuple[Line, ...]
    id: str = ""  # of the alert, or "digest-7"; a repeat has the same
    buttons: tuple[tuple[Button, ...], ...] = ()
    silent: bool = False
    reply_to: str = ""  # the channel's name of the message this one answers

    @cached_property
    def html(self) -> str:
        """Telegram's HTML: b and a alone, everything else escaped."""
        return "\n".join("".join(_tagged(piece) for piece in line) for line in self.lines)

    @cached_property
    def plain(self) -> str:
        """The same without marks; addresses stand written out."""
        return "\n".join(
            "".join(f"{piece.text}: {piece.href}" if piece.href else piece.text for piece in line)
            for line in self.lines
        )


def render(content: Content, language: str = "en", timezone: str = "UTC") -> Message:
    """The message in `language`, its times in `timezone`."""
    said, zone = texts(language), ZoneInfo(timezone)
    if isinstance(content, DigestContent):
        return Message(tuple(_digest_lines(content, said, zone)), _id(content))
    return Message(tuple(_alert_lines(content, said, zone)), _id(content), alert_buttons(content.alert_id, said))


def _id(content: Content) -> str:
    return content.alert_id if isinstance(content, AlertContent) else f"digest-{content.name}"


def render_discreet(content: Content, language: str = "en") -> Message:
    """A message that tells whoever sees the screen nothing: /show ID brings the rest."""
    said = texts(language)
    name = content.alert_id if isinstance(content, AlertContent) else said("digest_id", id=content.name)
    line = said("discreet", id=name)
    return Message(((Piece(f"{line} · {said('repeat', id=name)}" if content.repeat else line),),), _id(content))


def render_notice(
    notice: Mapping[str, Any],
    name: str,
    language: str = "en",
    timezone: str = "UTC",
    *,
    discreet: bool = False,
    repeat: bool = False,
) -> Message:
    """A line of our own: the text `notice["key"]` filled with the rest of it, and below it its `lines`, filled the same.

    Values are text, numbers, lists of text, or {"at": ISO time}, shown in `timezone`. A discreet chat gets the text
    KEY_discreet where there is one, and no lines. `name` is what a repeat calls it.
    """
    said, zone = texts(language), ZoneInfo(timezone)
    key = str(notice["key"])
    hidden = discreet and f"{key}_discreet" in said.by_key
    parts: list[Mapping[str, Any]] = [{**notice, "key": f"{key}_discreet"} if hidden else notice]
    parts += [] if discreet else list(notice.get("lines", ()))[:NOTICE_LINES]
    lines = [
        (Piece(clip(_filled(part, said, zone), NOTICE_LINE if place else NOTICE_HEAD)),)
        for place, part in enumerate(parts)
    ]
    if repeat:
        lines.insert(0, (Piece(said("repeat", id=said("notice_id", id=name))),))
    return Message(tuple(lines), f"notice-{name}")


def _filled(part: Mapping[str, Any], said: Texts, zone: ZoneInfo) -> str:
    """The text of one line of a notice; what it is filled with is isolated where its direction differs."""
    values = {key: _shown(value, said, zone) for key, value in part.items() if key not in ("key", "lines")}
    return said(str(part["key"]), **values).strip()


def _shown(value: Any, said: Texts, zone: ZoneInfo) -> object:
    if isinstance(value, int | float):
        return value
    if isinstance(value, Mapping):
        return moment(datetime.fromisoformat(value["at"]), said.language, zone)
    words = value if isinstance(value, str) else ", ".join(str(one) for one in value) or said("none")
    shown = clip(clean(words), NOTICE_VALUE)
    return f"{FSI}{shown}{PDI}" if shown and said.language == "ar" else shown


def alert_buttons(alert_id: str, said: Texts, verdict: str = "") -> tuple[tuple[Button, ...], ...]:
    """What one can say of an alert and ask about it; `verdict` is what somebody here said already."""
    words = {"right": "button_right", "wrong person": "button_wrong_person", "not relevant": "button_not_relevant"}
    judge = [
        Button(f"✓ {said(key)}" if word == verdict else said(key), f"judge:{alert_id}:{word}")
        for word, key in words.items()
    ]
    ask = (Button(said("button_text"), f"text:{alert_id}"), Button(said("button_why"), f"why:{alert_id}"))
    return tuple(judge), ask


def _alert_lines(content: AlertContent, said: Texts, zone: ZoneInfo) -> Iterable[Line]:
    if content.repeat:
        yield (Piece(said("repeat", id=content.alert_id)),)
    if content.alleged:
        words = clip(", ".join(_fired(content.quotes)), WORDS)
        yield tuple(Piece(piece.text, bold=True) for piece in _joined([said("alleged"), words], said))
    yield (Piece(clip(clean(content.headline).strip(), HEADLINE), bold=True),)
    yield _joined(_origin(content, said), said)
    for quote in content.quotes[:QUOTES]:
        yield _quoted(quote)
    for why in content.why[:WHYS]:
        yield _joined(clip(clean(why).strip(), WHY).split(" = "), said, " = ")
    yield _joined(_dates(content, said, zone), said)
    yield _link(content.url, said)
    yield _joined([content.alert_id, *_lists(content.watchlists)], said)


def _digest_lines(content: DigestContent, said: Texts, zone: ZoneInfo) -> Iterable[Line]:
    if content.repeat:
        yield (Piece(said("repeat", id=said("digest_id", id=content.name))),)
    yield (Piece(said("digest_held" if content.held else "digest", count=content.count), bold=True),)
    shown = content.items[:DIGEST_ITEMS]
    for item in shown:
        url = web_address(item.url)
        headline = Piece(clip(clean(item.headline).strip(), DIGEST_HEADLINE) or item.alert_id)
        if url and units(url) <= DIGEST_URL:
            headline = Piece(headline.text, href=url)
        when = _date(item.published, said.language, zone)
        about = _joined([clip(clean(item.outlet).strip(), DIGEST_OUTLET), when, item.alert_id], said)
        yield (Piece("• "), headline, Piece(" – "), *about)
    if content.count > len(shown):
        yield (Piece(said("digest_more", count=content.count - len(shown), id=content.name)),)
    yield _joined([said("digest_id", id=content.name), *_lists(content.watchlists)], said)


def _origin(content: AlertContent, said: Texts) -> list[str]:
    return [
        clip(clean(content.outlet).strip(), FIELD),
        clip(_country(content.country, said.language), FIELD),
        _in_language(content.language, said),
        clip(clean(content.leaning).strip(), FIELD),
    ]


def _dates(content: AlertContent, said: Texts, zone: ZoneInfo) -> list[str]:
    keys = {"none": "undated", "month": "published_month", "day": "published_day", "minute": "published"}
    parts = [said(keys[content.published.precision], date=_date(content.published, said.language, zone))]
    if content.first_seen_at is not None:
        parts.append(said("seen", date=moment(content.first_seen_at, said.language, zone)))
    if content.late:
        parts.append(said("late"))
    if content.copy_kept:
        parts.append(said("copy_kept"))
    return parts


def _date(dating: Dating, language: str, zone: ZoneInfo) -> str:
    from babel.dates import format_date

    if dating.at is None or dating.precision == "none":
        return ""
    if dating.precision == "minute":
        return moment(dating.at, language, zone)
    # A date without a time is a date of the calendar: no zone may shift it.
    return format_date(dating.at.date(), "LLLL yyyy" if dating.precision == "month" else "d MMM yyyy", language)


def moment(at: datetime, language: str, zone: ZoneInfo) -> str:
    """A time with the name of its zone's city."""
    from babel.dates import format_datetime

    city = zone.key.rpartition("/")[2].replace("_", " ")
    return f"{format_datetime(_shifted(at, zone), 'd MMM yyyy, HH:mm', locale=language)} {city}"


def _shifted(at: datetime, zone: ZoneInfo) -> datetime:
    try:
        return at.astimezone(zone)
    except OverflowError:  # the first and the last day of the calendar
        return at


def _country(code: str, language: str) -> str:
    from babel import Locale

    return "" if code in ("", "XX") else Locale(language).territories.get(code.upper(), clean(code))


def _in_language(code: str, said: Texts) -> str:
    from babel import Locale

    if code in ("", "und"):
        return ""
    return said("in_language", language=clip(Locale(said.language).languages.get(code, clean(code)), FIELD))


def _lists(titles: Sequence[str]) -> list[str]:
    return [clip(", ".join(clean(title).strip() for title in titles), LISTS)]


def _link(url: str, said: Texts) -> Line:
    address = web_address(url)
    return (Piece(said("open"), href=address),) if address else (Piece(said("no_link")),)


def _quoted(quote: Quote) -> Line:
    """❝ ... ❞ with the fired words bold, cut to a window around the first of them."""
    spans = _merged(quote)[:SPANS]
    pieces: list[Piece] = []
    at = 0
    for start, end in spans:
        pieces += [Piece(clean(quote.text[at:start])), Piece(clean(quote.text[start:end]), bold=True)]
        at = end
    pieces.append(Piece(clean(quote.text[at:])))
    return (Piece("❝ "), *_window([piece for piece in pieces if piece.text]), Piece(" ❞"))


def _window(pieces: list[Piece]) -> list[Piece]:
    """At most QUOTE units of `pieces`; what stands before the first bold one gives way to a third of that."""
    first = next((index for index, piece in enumerate(pieces) if piece.bold), 0)
    if first and sum(units(piece.text) for piece in pieces) > QUOTE:
        pieces = [Piece(_clip_start(pieces[0].text, QUOTE // 3)), *pieces[first:]]
    left, kept = QUOTE, []
    for piece in pieces:
        text = clip(piece.text, left)
        kept.append(Piece(text, bold=piece.bold))
        left -= units(text)
        if text != piece.text or left <= 0:
            break
    return kept


def _merged(quote: Quote) -> list[tuple[int, int]]:
    """The spans that lie in the quote, in order, overlapping ones made one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(quote.spans):
        start, end = max(start, 0), min(end, len(quote.text))
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _fired(quotes: Iterable[Quote]) -> list[str]:
    """The words that fired, each once, in the order they stand."""
    words = (clean(quote.text[start:end]).strip() for quote in quotes for start, end in _merged(quote))
    return list(dict.fromkeys(word for word in words if word))[:3]


def _joined(parts: Sequence[str], said: Texts, separator: str = " · ") -> Line:
    """The parts that are not empty, in one line; where both directions meet, each part is isolated."""
    parts = [part for part in parts if part]
    directions = {direction for part in parts for direction in _directions(part)}
    if directions == {"L", "R"}:
        parts = [f"{FSI}{part}{PDI}" for part in parts]
        # Everything strong is isolated now, so the line itself would run left to right in any language.
        parts[0] = (RLM if said.language in ("ar", "fa", "he") else "") + parts[0]
    return (Piece(separator.join(parts)),)


def _directions(text: str) -> set[str]:
    strong = {"L": "L", "R": "R", "AL": "R"}
    return {strong[kind] for kind in map(unicodedata.bidirectional, text) if kind in strong}


def clean(text: str) -> str:
    """`text` as one line: no control or direction marks, no lone surrogates, runs of white space as one space."""
    kept = (_visible(char) for char in text)
    return _SPACES.sub(" ", "".join(kept))


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if category in ("Cc", "Zl", "Zp"):
        return " "
    if category == "Cf":
        return char if char in _KEPT_FORMAT else ""
    return "\ufffd" if category == "Cs" else char


def units(text: str) -> int:
    """Length in UTF-16 units: what Telegram counts."""
    return len(text) + sum(char > "\uffff" for char in text)


def clip(text: str, limit: int) -> str:
    """`text` of at most `limit` UTF-16 units; a cut is marked with … and never parts a letter from its marks."""
    if units(text) <= limit:
        return text
    end, left = 0, limit - 1
    while end < len(text) and left >= units(text[end]):
        left -= units(text[end])
        end += 1
    while 0 < end < len(text) and (unicodedata.combining(text[end]) or text[end] in _KEPT_FORMAT):
        end -= 1
    return text[:end].rstrip() + "…"


def _clip_start(text: str, limit: int) -> str:
    """The end of `text`, from a word on."""
    if units(text) <= limit:
        return text
    tail = text[-(limit // 2) :]
    return "…" + (tail[tail.find(" ") :] if " " in tail[:-1] else tail)


def parts(text: str, most: int = 5) -> list[str]:
    """`text` as at most `most` messages, cut between lines or words where that is possible."""
    found: list[str] = []
    rest = "".join(char if char == "\n" else _visible(char) for char in text).strip()
    while rest and len(found) < most:
        part = rest
        if units(rest) > LIMIT:
            part = clip(rest, LIMIT)[:-1]
            cut = max(part.rfind("\n"), part.rfind(" "))
            part = part[:cut] if cut > len(part) // 2 else part or rest[: LIMIT // 2]
        rest = rest[len(part) :].strip()
        found.append(part.strip())
    if rest:
        found[-1] = clip(found[-1], LIMIT - 1).removesuffix("…") + "…"
    return found


def web_address(url: str) -> str:
    """`url` when it is a http or https address short enough to show, else ''."""
    if units(url) > URL or any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zs", "Zl", "Zp") for char in url):
        return ""
    try:
        parts = urlsplit(url)
        return url if parts.scheme in ("http", "https") and parts.hostname else ""
    except ValueError:
        return ""


def _tagged(piece: Piece) -> str:
    text = html.escape(piece.text)
    if piece.href:
        text = f'<a href="{html.escape(piece.href)}">{text}</a>'
    return f"<b>{text}</b>" if piece.bold else text
