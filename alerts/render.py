"""AlertContent | DigestContent -> Message. Pure: what a person reads, within what the channels accept.

Telegram's rules (https://core.telegram.org/bots/api#html-style): 4,096 UTF-16 units after parsing, at most 100
entities, balanced tags. Every field is clipped before it is escaped, so nothing is ever cut inside a tag. What is too
long all the same loses whole lines, the least important first.

A line is in one script where that is possible. In a line of ours with words that run the other way than the chat's
language, each part is isolated (FSI ... PDI) and a mark in front gives the line the chat's direction, so nothing jumps.

Buttons say in their data what they do and of which alert:
    judge:ALERT:VERDICT   right, wrong person, not relevant
    text:ALERT            the stored text
    why:ALERT             the explanation tree
    watch:ALERT:N         watch the person `alerts.facts.Facts.persons[N]` of that alert
    more:ALERT            what else can be done about it
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from alerts.locale import Texts, texts
from crawler.types import UNDATED, Dating

if TYPE_CHECKING:
    from alerts.facts import Facts, Named

LIMIT = 4096  # UTF-16 units
# Budgets in UTF-16 units.
HEADLINE = 400
FIELD = 100
WORDS = 160  # the first line: whom it is about, or the words that fired
NAME = 70
ABOUT = 3  # names in the first line
NAMED = 4  # persons the text also names
SOURCES = 160
SENTENCE = 240  # of a denial
NEWS = 5
QUOTE = 600
QUOTES = 2
WHY = 160
WHYS = 3
LISTS = 240
URL = 900
DIGEST_HEADLINE = 120
DIGEST_OUTLET = 40
DIGEST_ABOUT = 60
DIGEST_URL = 160
DIGEST_ITEMS = 10
BUTTON = 24  # of a name on a button
SPANS = 20  # bold pieces in one quote
NOTICE_HEAD = 700
NOTICE_LINES = 13
NOTICE_LINE = 240
NOTICE_VALUE = 300

FSI, PDI, LRM, RLM = "\u2068", "\u2069", "\u200e", "\u200f"
_KEPT_FORMAT = "\u200c\u200d"  # the joiners are spelling, every other format character could turn the line around
OPENING, CLOSING = "❝\u00a0", "\u00a0❞"  # a mark never stands alone in a line
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence of the article and the words in it that fired: half-open spans in code points."""

    text: str
    spans: tuple[tuple[int, int], ...] = ()
    alleged: tuple[tuple[int, int], ...] = ()  # words of death, capture ...: bold too


@dataclass(frozen=True, slots=True)
class Equation:
    """A name as the text writes it, the listed one, and what makes them one: "full name, by sound"."""

    text: str
    listed: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """What a reply tells that the chat had not heard of the story: person, watch, denial, confirmation, outlet."""

    kind: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class AlertContent:
    """All that a message about one alert says. `watchlists` are titles; queries are never shown.

    With `news` it is a reply to an earlier message of the same story. `outlets` and `origins` count who tells the story
    and how many of them independently; 0 when nobody counted.
    """

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
    names: tuple[Equation, ...] = ()
    facts: Facts | None = None
    news: tuple[News, ...] = ()
    outlets: int = 0
    origins: int = 0
    watchlists: tuple[str, ...] = ()
    alleged: bool = False  # a list that fired is headed so whatever its quotes say
    late: bool = False
    copy_kept: bool = False  # a capture of the page is in the evidence
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class DigestItem:
    """One line of a digest. `about`: the names of its first line."""

    alert_id: str
    headline: str
    outlet: str
    url: str
    published: Dating = UNDATED
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DigestContent:
    """Several stories in one message. `name` is what people call this digest; `items` are the newest of `count`.

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
    told: Mapping[str, Any] = field(default_factory=dict, hash=False)  # the same as fields, for programs

    @cached_property
    def html(self) -> str:
        """Telegram's HTML: b and a alone, everything else escaped."""
        return "\n".join("".join(_tagged(piece) for piece in line) for line in self.lines)

    @cached_property
    def plain(self) -> str:
        """The same without marks; addresses stand written out."""
        return "\n".join(map(_plain, self.lines))


def render(content: Content, language: str = "en", timezone: str = "UTC", now: datetime | None = None) -> Message:
    """The message in `language`, its times in `timezone`. What happened on the day of `now` is told by its hour alone."""
    said, zone = texts(language), ZoneInfo(timezone)
    if isinstance(content, DigestContent):
        return Message(_fitting(_digest_lines(content, said, zone)), _id(content), told=_digest_told(content))
    named = content.facts.named if content.facts else ()
    buttons = alert_buttons(content.alert_id, said, named=named)
    lines = (_news_lines if content.news else _alert_lines)(content, said, zone, now)
    return Message(_fitting(lines), _id(content), buttons, told=_alert_told(content))


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


def alert_buttons(
    alert_id: str, said: Texts, verdict: str = "", named: Sequence[Named] = ()
) -> tuple[tuple[Button, ...], ...]:
    """What one can say of an alert, ask about it and do with it.

    `verdict` is what somebody here said already; the first of `named` can be watched (`watch:ALERT:N`, see above).
    """
    words = {"right": "button_right", "wrong person": "button_wrong_person", "not relevant": "button_not_relevant"}
    judge = [
        Button(f"✓ {said(key)}" if word == verdict else said(key), f"judge:{alert_id}:{word}")
        for word, key in words.items()
    ]
    ask = [Button(said("button_text"), f"text:{alert_id}"), Button(said("button_why"), f"why:{alert_id}")]
    for person in named[:1]:
        surname = clip((clean(person.reading) or clean(person.text)).strip().rpartition(" ")[2], BUTTON)
        ask.append(Button(said("button_watch", name=surname), f"watch:{alert_id}:{person.number}"))
    ask.append(Button(said("button_more"), f"more:{alert_id}"))
    return tuple(judge), tuple(ask)


# How much it would be missed: of a message that is too long the lowest lines go.
Weighed = tuple[int, Line]


def _fitting(lines: Iterable[Weighed]) -> tuple[Line, ...]:
    """The lines that fit into one message, written out with their addresses too."""
    kept = list(lines)
    while sum(units(_plain(line)) + 1 for _, line in kept) > LIMIT and len(kept) > 1:
        least = min(weight for weight, _ in kept)
        del kept[max(at for at, (weight, _) in enumerate(kept) if weight == least)]
    return tuple(line for _, line in kept)


def _alert_lines(content: AlertContent, said: Texts, zone: ZoneInfo, now: datetime | None) -> Iterable[Weighed]:
    if content.repeat:
        yield 9, (Piece(said("repeat", id=content.alert_id)),)
    first = [Piece(part, bold=True) for part in _first(content, said)]
    if first:
        yield 9, _row(first, said)
    yield 8, (Piece(_one(content.headline, HEADLINE) or content.alert_id, bold=True),)
    yield 6, _joined(_origin(content, said), said)
    for at, quote in enumerate(content.quotes[:QUOTES]):
        yield 7 - 4 * at, _quoted(quote)
    for equation in content.names[:WHYS]:
        yield 5, _equation(equation, said)
    if content.facts is not None:
        if content.facts.named:
            yield 4, _named(content.facts.named, said)
        if content.facts.cites or content.facts.denial:
            yield from ((3, line) for line in _cited(content.facts, said))
    yield 8, _row(_status(content, said, zone, now), said)
    yield 9, _joined([content.alert_id, *_lists(content.watchlists)], said)


def _news_lines(content: AlertContent, said: Texts, zone: ZoneInfo, now: datetime | None) -> Iterable[Weighed]:
    """A reply: what is new first, and the sentence it rests on; the story itself stands in the message replied to."""
    if content.repeat:
        yield 9, (Piece(said("repeat", id=content.alert_id)),)
    quotes = list(content.quotes[:1])
    for news in content.news[:NEWS]:
        key = f"news_{news.kind}" if f"news_{news.kind}" in said.by_key else "news_other"
        if news.kind in ("denial", "confirmation"):
            yield 9, (Piece(said(key), bold=True),)
            yield 8, _quoted(Quote(news.text))
            quotes = []
        else:
            yield 9, (Piece(_begun(said(key, text=_isolated(_one(news.text, NAME), said)), said), bold=True),)
    yield 7, (Piece(_one(content.headline, HEADLINE) or content.alert_id),)
    yield 6, _joined(_origin(content, said), said)
    for quote in quotes:
        yield 5, _quoted(quote)
    yield 8, _row(_status(content, said, zone, now), said)
    yield 9, _joined([content.alert_id, *_lists(content.watchlists)], said)


def _first(content: AlertContent, said: Texts) -> list[str]:
    """What the lock screen shows: what is alleged, and of whom; where nobody is named, the words that fired."""
    kind = content.facts.alleged if content.facts else ""
    head = said(f"alleged_{kind}") if kind else said("alleged") if content.alleged else ""
    about = list(content.facts.about) if content.facts else []
    if not about and not head:
        return []
    names = [_one(name, NAME) for name in about[:ABOUT]] or [clip(", ".join(_fired(content.quotes)), WORDS)]
    return [part for part in (head, *names) if part]


def _equation(equation: Equation, said: Texts) -> Line:
    rule = equation.rule.replace(", ", "_").replace(" ", "_")
    shown = f" ({said(rule)})" if rule in said.by_key else ""
    text, listed = (_isolated(_one(name, NAME), said) for name in (equation.text, equation.listed))
    return (Piece(_begun(f"{text} = {listed}{shown}", said)),)


def _named(named: Sequence[Named], said: Texts) -> Line:
    persons = []
    for person in named[:NAMED]:
        shown = _isolated(_one(person.text, NAME), said)
        if person.reading:
            shown += f"{_comma(said)} {said('possibly', reading=_isolated(_one(person.reading, NAME), said))}"
        persons.append(shown)
    if len(named) > NAMED:
        persons.append(said("others", count=len(named) - NAMED))
    return (Piece(_begun(said("named", names=f"{'؛' if said.language == 'ar' else ';'} ".join(persons)), said)),)


def _cited(facts: Facts, said: Texts) -> Iterable[Line]:
    """Sources and the denial; one that runs the other way than the chat stands in a line of its own."""
    parts = []
    if facts.cites:
        sources = f"{_comma(said)} ".join(_isolated(_one(source, NAME), said) for source in facts.cites)
        parts.append(said("cites", sources=sources if units(sources) <= SOURCES else _shorter(facts, said)))
    denial = f"{OPENING}{_one(facts.denial, SENTENCE)}{CLOSING}" if facts.denial else ""
    apart = _directions(denial) == {"L" if _ours(said) == "R" else "R"}
    if denial:
        parts.append(said("denial") if apart else f"{said('denial')} {_isolated(denial, said)}")
    line = " · ".join(parts)
    yield (Piece(_begun(line[:1].upper() + line[1:], said)),)
    if apart:
        yield (Piece(denial),)


def _shorter(facts: Facts, said: Texts) -> str:
    """As many of the sources as there is room for."""
    shown: list[str] = []
    for source in facts.cites:
        one = _isolated(_one(source, NAME), said)
        if sum(map(units, shown)) + units(one) > SOURCES - 20:
            break
        shown.append(one)
    return f"{_comma(said)} ".join(shown)


def _digest_lines(content: DigestContent, said: Texts, zone: ZoneInfo) -> Iterable[Weighed]:
    if content.repeat:
        yield 9, (Piece(said("repeat", id=said("digest_id", id=content.name))),)
    yield 9, (Piece(said("digest_held" if content.held else "digest", count=content.count), bold=True),)
    shown = content.items[:DIGEST_ITEMS]
    for item in shown:
        yield 8, _row(_digest_item(item, said, zone), said, "• ")
    if content.count > len(shown):
        yield 9, (Piece(said("digest_more", count=content.count - len(shown), id=content.name)),)
    yield 9, _joined([said("digest_id", id=content.name), *_lists(content.watchlists)], said)


def _digest_item(item: DigestItem, said: Texts, zone: ZoneInfo) -> list[Piece]:
    url = web_address(item.url)
    headline = _one(item.headline, DIGEST_HEADLINE) or item.alert_id
    about = clip(", ".join(_one(name, NAME) for name in item.about[:ABOUT]), DIGEST_ABOUT)
    when = _date(item.published, said.language, zone).replace(" ", "\u00a0")
    return [
        *([Piece(about, bold=True)] if about else []),
        Piece(headline, href=url if url and units(url) <= DIGEST_URL else ""),
        *(Piece(part) for part in (_one(item.outlet, DIGEST_OUTLET), when, item.alert_id) if part),
    ]


def _origin(content: AlertContent, said: Texts) -> list[str]:
    return [
        clip(clean(content.outlet).strip(), FIELD),
        clip(_country(content.country, said.language), FIELD),
        _in_language(content.language, said),
        clip(clean(content.leaning).strip(), FIELD),
    ]


def _status(content: AlertContent, said: Texts, zone: ZoneInfo, now: datetime | None) -> list[Piece]:
    """When it was published and seen, who else tells it, and the way to it."""
    keys = {"none": "undated", "month": "published_month", "day": "published_day", "minute": "published"}
    parts = [said(keys[content.published.precision], date=_date(content.published, said.language, zone))]
    if content.first_seen_at is not None:
        parts.append(said("seen", date=moment(content.first_seen_at, said.language, zone, now)))
    if content.late:
        parts.append(said("late"))
    if content.outlets:
        parts.append(_counts(content, said))
    if content.copy_kept:
        parts.append(said("copy_kept"))
    address = web_address(content.url)
    return [*map(Piece, parts), Piece(said("open"), href=address) if address else Piece(said("no_link"))]


def _counts(content: AlertContent, said: Texts) -> str:
    if content.outlets == 1:
        return said("only_outlet")
    outlets = said("outlets", count=content.outlets)
    return f"{outlets}{_comma(said)} {said('origins', count=content.origins)}" if content.origins else outlets


def _date(dating: Dating, language: str, zone: ZoneInfo) -> str:
    from babel.dates import format_date

    if dating.at is None or dating.precision == "none":
        return ""
    if dating.precision == "minute":
        return moment(dating.at, language, zone)
    # A date without a time is a date of the calendar: no zone may shift it.
    return format_date(dating.at.date(), "LLLL yyyy" if dating.precision == "month" else "d MMM yyyy", language)


def moment(at: datetime, language: str, zone: ZoneInfo, now: datetime | None = None) -> str:
    """A time with the name of its zone's city; without the date on the day of `now`."""
    from babel.dates import format_datetime

    local = _shifted(at, zone)
    today = now is not None and _shifted(now, zone).date() == local.date()
    pattern = "HH:mm" if today else "d MMM yyyy، HH:mm" if language == "ar" else "d MMM yyyy, HH:mm"
    return f"{format_datetime(local, pattern, locale=language)} {city(zone, language)}"


def city(zone: ZoneInfo, language: str) -> str:
    """What people of that language call the city of a zone."""
    from babel import Locale

    called = Locale(language).time_zones.get(zone.key, {}).get("city", "")
    return str(called) or zone.key.rpartition("/")[2].replace("_", " ")


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


def _quoted(quote: Quote) -> Line:
    """❝ ... ❞ with the fired words bold, cut to a window around the first of them."""
    spans = _merged(quote, quote.spans + quote.alleged)[:SPANS]
    pieces: list[Piece] = []
    at = 0
    for start, end in spans:
        pieces += [Piece(clean(quote.text[at:start])), Piece(clean(quote.text[start:end]), bold=True)]
        at = end
    pieces.append(Piece(clean(quote.text[at:])))
    return (Piece(OPENING), *_window([piece for piece in pieces if piece.text]), Piece(CLOSING))


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


def _merged(quote: Quote, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those of `spans` that lie in the quote, in order, overlapping ones made one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
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
    words = (clean(quote.text[start:end]).strip() for quote in quotes for start, end in _merged(quote, quote.spans))
    return list(dict.fromkeys(word for word in words if word))[:3]


def _joined(parts: Sequence[str], said: Texts, separator: str = " · ") -> Line:
    """The parts that are not empty, in one line; where both directions meet, each part is isolated."""
    return _row([Piece(part) for part in parts], said, separator=separator)


def _row(parts: Sequence[Piece], said: Texts, before: str = "", separator: str = " · ") -> Line:
    """As `_joined`, of pieces that may be bold or lead somewhere."""
    parts = [part for part in parts if part.text]
    directions = {direction for part in parts for direction in _directions(part.text)}
    mark = ""
    if directions - {_ours(said)}:
        parts = [Piece(f"{FSI}{part.text}{PDI}", part.bold, part.href) for part in parts]
        mark = _direction(said)  # everything strong is isolated now, so the line has none of its own
    line: list[Piece] = [Piece(before + mark)] if before + mark else []
    for at, part in enumerate(parts):
        line += [Piece(separator), part] if at else [part]
    return tuple(line)


def _ours(said: Texts) -> str:
    """The direction of the chat's language."""
    return "R" if said.language in ("ar", "fa", "he") else "L"


def _direction(said: Texts) -> str:
    return RLM if _ours(said) == "R" else LRM


def _begun(line: str, said: Texts) -> str:
    """A line of ours with isolated parts: it runs as the chat's language does whatever stands first in it."""
    return _direction(said) + line if FSI in line else line


def _isolated(text: str, said: Texts) -> str:
    """`text` isolated where it may run against the words around it."""
    return text if _directions(text) <= {_ours(said)} and text else f"{FSI}{text}{PDI}"


def _comma(said: Texts) -> str:
    return "،" if said.language == "ar" else ","


def _one(text: str, limit: int) -> str:
    """One clean line of at most `limit` units."""
    return clip(clean(text).strip(), limit)


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


def _plain(line: Line) -> str:
    return "".join(f"{piece.text}: {piece.href}" if piece.href else piece.text for piece in line)


def _tagged(piece: Piece) -> str:
    text = html.escape(piece.text)
    if piece.href:
        text = f'<a href="{html.escape(piece.href)}">{text}</a>'
    return f"<b>{text}</b>" if piece.bold else text


def _alert_told(content: AlertContent) -> dict[str, Any]:
    """The same for a program: nothing cut, nothing translated."""
    facts = content.facts
    return {
        "kind": "reply" if content.news else "alert",
        "id": content.alert_id,
        "alleged": (facts.alleged if facts else "") or ("unsaid" if content.alleged else ""),
        "about": list(facts.about) if facts else [],
        "headline": content.headline,
        "outlet": content.outlet,
        "country": content.country,
        "leaning": content.leaning,
        "language": content.language,
        "url": web_address(content.url),
        "quotes": [{"text": one.text, "spans": _merged(one, one.spans)} for one in content.quotes],
        "names": [{"text": one.text, "listed": one.listed, "rule": one.rule} for one in content.names],
        "named": [{"text": one.text, "reading": one.reading} for one in facts.named] if facts else [],
        "cites": list(facts.cites) if facts else [],
        "denial": facts.denial if facts else "",
        "confirmation": facts.confirmation if facts else "",
        **_told_dates(content.published),
        "seen": content.first_seen_at.isoformat() if content.first_seen_at else "",
        "late": content.late,
        "outlets": content.outlets,
        "origins": content.origins,
        "copy_kept": content.copy_kept,
        "news": [{"kind": one.kind, "text": one.text} for one in content.news],
        "watchlists": list(content.watchlists),
        "repeat": content.repeat,
    }


def _digest_told(content: DigestContent) -> dict[str, Any]:
    return {
        "kind": "digest",
        "id": _id(content),
        "count": content.count,
        "items": [
            {
                "id": item.alert_id,
                "about": list(item.about),
                "headline": item.headline,
                "outlet": item.outlet,
                "url": web_address(item.url),
                **_told_dates(item.published),
            }
            for item in content.items
        ],
        "held": content.held,
        "watchlists": list(content.watchlists),
        "repeat": content.repeat,
    }


def _told_dates(dating: Dating) -> dict[str, str]:
    """`published` as an ISO date or time, as exact as it is known."""
    ends = {"month": 7, "day": 10}
    at = "" if dating.at is None or dating.precision == "none" else dating.at.isoformat()
    return {"published": at[: ends.get(dating.precision, len(at))], "precision": dating.precision}
