"""One string -> the moment it names. Full dates go before partial ones, Gregorian before Hijri."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime

from crawler.dates.words import (
    AGO,
    BACK,
    CLOCK,
    DAY_FIRST,
    DAY_MONTH,
    DAY_WORD,
    DAY_WORD_IN,
    DAY_WORD_NUMBERS,
    DIGITS,
    DOT_CLOCK,
    DUAL_NUMBERS,
    HIJRI,
    HIJRI_NAMED,
    HIJRI_NUMBERS,
    HIJRI_NUMERIC,
    HOUR_CLOCK,
    ISO,
    JUST_NOW,
    LOCALES,
    MONTH,
    MONTH_DAY,
    MONTH_NUMBERS,
    MONTH_YEAR,
    NO_YEAR,
    NUMBER_WORDS,
    OFFSET,
    PM,
    SHORT_YEAR,
    SINCE,
    UNIT_NUMBERS,
    WEEKDAY,
    WEEKDAY_NUMBERS,
    WEEKDAY_WORD,
    WORD_BEGINS,
    WORD_ENDS,
    YEAR_FIRST,
    ZONE_WORD,
    ZONES,
    fold,
    zone,
)
from crawler.types import UNDATED, Dating, Precision

EARLIEST_YEAR = 1990
AHEAD = timedelta(hours=26)  # a calendar date of UTC+14 or a clock that is a little fast is not the future


@dataclass(frozen=True, slots=True)
class _Found:
    """A calendar date in a text, and where: `span` is in the folded text."""

    day: date
    span: tuple[int, int]
    precision: Precision = "day"


def parse_date(
    text: str, language: str, timezone: str, now: datetime, formats: Iterable[str] = (), *, rare: bool = True
) -> Dating:
    """The moment `text` names; UNDATED when it names none, only a year, or one in the future.

    `timezone` is the IANA name of the zone in which a bare clock time is meant ('' is UTC); `now` anchors relative
    words. `formats` are strptime patterns of the outlet, tried first; `rare` asks dateparser about what the tables
    here do not know.
    """
    local = zone(timezone)
    folded = fold(text)[:300]
    if not folded:
        return UNDATED
    reading = _by_format(text, formats, local) or exact(folded, local)
    if reading is None and re.match(r"[a-z]{3},? \d{1,2} [a-z]{3} \d{2,4} \d", folded):
        reading = rfc(folded)
    if reading is None:
        reading = _ago(folded, local, now) or _calendar(folded, language, local, now)
    if (
        reading is None
        and rare
        and len(folded) <= 60
        and any(c.isdigit() for c in folded)
        and not _has_known_word(folded)
    ):
        reading = _by_dateparser(folded, language, local, now)
    if reading is None or reading.at is None or not possible(reading.at, now):
        return UNDATED
    return reading


def possible(at: datetime, now: datetime) -> bool:
    return at.year >= EARLIEST_YEAR and at <= now + AHEAD


def on_day(day: date, precision: Precision = "day") -> Dating:
    return Dating(datetime(day.year, day.month, day.day, tzinfo=UTC), precision, "text")


def at_minute(at: datetime) -> Dating:
    return Dating(at.astimezone(UTC), "minute", "text")


def _by_format(text: str, formats: Iterable[str], local: tzinfo) -> Dating | None:
    clean = " ".join(text.translate(DIGITS).split())
    for pattern in formats:
        try:
            at = datetime.strptime(clean, pattern)
        except ValueError:
            continue
        if not any(mark in pattern for mark in ("%H", "%I", "%s", "%X", "%c")):
            return on_day(at.date())
        return at_minute(at if at.tzinfo else at.replace(tzinfo=local))
    return None


def exact(folded: str, local: tzinfo) -> Dating | None:
    """ISO 8601 with a time."""
    match = ISO.search(folded)
    if match is None:
        return None
    part = match.groupdict()
    try:
        year, month, day, hour, minute = (int(part[key]) for key in ("year", "month", "day", "hour", "minute"))
        at = datetime(year, month, day, hour, minute, int(part["second"] or 0), tzinfo=UTC)
    except ValueError:
        return None
    where = _offset(part["zone"]) if part["zone"] else _zone_after(folded[match.end() :]) or local
    return at_minute(at.replace(tzinfo=where))


def rfc(folded: str) -> Dating | None:
    try:
        at = parsedate_to_datetime(folded)
    except (ValueError, TypeError, IndexError):
        return None
    return at_minute(at if at.tzinfo else at.replace(tzinfo=UTC))


def _offset(mark: str) -> tzinfo:
    if mark == "z":
        return UTC
    digits = mark[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:] or 0)
    return timezone(timedelta(minutes=minutes if mark[0] == "+" else -minutes)) if minutes < 15 * 60 else UTC


def _ago(folded: str, local: tzinfo, now: datetime) -> Dating | None:
    """«12 минут назад», «منذ ساعتين», "3 hours ago"."""
    if JUST_NOW.search(folded):
        return at_minute(now)
    since, back = SINCE.search(folded), BACK.search(folded)
    if not since and not back:
        return None
    span = folded[since.end() :] if since else folded[: back.start()] if back else ""
    minutes, coarse = 0, False
    for match in AGO.finditer(span):
        if match["half"]:
            minutes += 90 if "полтора" in match["half"] else 30
            continue
        unit = _number(match["dual"], DUAL_NUMBERS) if match["dual"] else _number(match["unit"], UNIT_NUMBERS)
        count = (
            2
            if match["dual"]
            else int(match["n"])
            if (match["n"] or "").isdigit()
            else NUMBER_WORDS.get(match["n"] or "", 1)
        )
        minutes += unit * count
        coarse = coarse or unit >= 1440
    if not minutes:
        return None
    at = now - timedelta(minutes=minutes)
    return on_day(at.astimezone(local).date()) if coarse else at_minute(at)


def _number(word: str, table: dict[int, re.Pattern[str]]) -> int:
    return next(number for number, pattern in table.items() if pattern.match(word))


def _calendar(folded: str, language: str, local: tzinfo, now: datetime) -> Dating | None:
    today = now.astimezone(local).date()
    found = next(filter(None, (reader(folded, language, today) for reader in READERS)), None)
    if found is None:
        return None
    if found.precision == "month":
        return on_day(found.day, "month")
    clock = _clock(folded, found.span, local, found.day)
    return at_minute(clock) if clock else on_day(found.day)


def _clock(folded: str, span: tuple[int, int], local: tzinfo, day: date) -> datetime | None:
    """The clock time that stands nearest to the date, as that day's moment."""
    after, before = folded[span[1] : span[1] + 45], folded[max(0, span[0] - 30) : span[0]]
    for pattern in (CLOCK, DOT_CLOCK, HOUR_CLOCK):
        for part in (after, before):
            match = pattern.search(part)
            if match is None:
                continue
            hour, minute, half = int(match["hour"]), int(match["minute"] or 0), (match["half"] or "").strip()
            if half in PM and hour < 12:
                hour += 12
            elif half and half not in PM and hour == 12:
                hour = 0
            moment = datetime(day.year, day.month, day.day, hour % 24, minute, tzinfo=UTC)
            return moment.replace(tzinfo=_zone_after(part[match.end() :]) or local)
    return None


def _zone_after(rest: str) -> tzinfo | None:
    offset = OFFSET.search(rest[:20])
    if offset:
        return _offset(f"{offset['sign']}{int(offset['h']):02d}{offset['m'] or '00'}")
    word = ZONE_WORD.search(rest[:30])
    if word:
        name = next((key for key in sorted(ZONES, key=len, reverse=True) if word.group().endswith(key)), "")
        return zone(ZONES[name]) if name else None
    return None


def calendar_day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _full_year(text: str, today: date) -> int:
    digits = text.lstrip("'’")
    if len(digits) == 4:
        return int(digits)
    year = 2000 + int(digits)
    return year if year <= today.year + 1 else year - 100


def _nearest_year(month: int, day: int, weekday: int | None, today: date) -> date | None:
    """A date without its year is the latest such day that is not in the future, and falls on the weekday when one is
    given.
    """
    for back in range(12):
        candidate = calendar_day(today.year - back, month, day)
        if candidate is None or candidate > today + timedelta(days=1):
            continue
        if weekday is None or candidate.weekday() == weekday:
            return candidate
    return None


def _weekday_in(folded: str, span: tuple[int, int]) -> int | None:
    match = WEEKDAY_WORD.search(folded, max(0, span[0] - 25), min(len(folded), span[1] + 20))
    return _number(match["weekday"], WEEKDAY_NUMBERS) if match else None


def _read_named(folded: str, language: str, today: date) -> _Found | None:
    """13 февраля 2018, 13 شباط/فبراير 2018, February 13, 2018; the year may be missing."""
    undated: _Found | None = None
    for pattern in (SHORT_YEAR, DAY_MONTH, MONTH_DAY):
        for match in pattern.finditer(folded):
            month = _number(match.group(2) if pattern is SHORT_YEAR else match["month"], MONTH_NUMBERS)
            if match["year"]:
                day = calendar_day(_full_year(match["year"], today), month, int(match["day"]))
                if day:
                    return _Found(day, match.span())
            elif undated is None:
                near = _nearest_year(month, int(match["day"]), _weekday_in(folded, match.span()), today)
                undated = _Found(near, match.span()) if near else None
    return undated


def _read_year_first(folded: str, language: str, today: date) -> _Found | None:
    for match in YEAR_FIRST.finditer(folded):
        day = calendar_day(int(match["year"]), int(match["month"]), int(match["day"]))
        if day:
            return _Found(day, match.span())
    return None


def _read_day_first(folded: str, language: str, today: date) -> _Found | None:
    """13.02.2018, 13/02/18. With a slash in English the order is a guess: only what has one reading is read."""
    for match in DAY_FIRST.finditer(folded):
        year, first, second = _full_year(match["year"], today), int(match["day"]), int(match["month"])
        if year < EARLIEST_YEAR:
            continue  # a Hijri year, or no year at all
        orders = [
            calendar_day(year, second, first),
            calendar_day(year, first, second) if match["mark"] == "/" else None,
        ]
        possible = [day for day in orders if day and day <= today + timedelta(days=1)]
        if not possible or (language == "en" and len(set(possible)) > 1 and match["mark"] == "/"):
            continue
        return _Found(possible[0], match.span())
    return None


def _read_hijri(folded: str, language: str, today: date) -> _Found | None:
    for match in HIJRI_NAMED.finditer(folded):
        day = _from_hijri(int(match["year"]), _number(match["month"], HIJRI_NUMBERS), int(match["day"]))
        if day:
            return _Found(day, match.span())
    for match in HIJRI_NUMERIC.finditer(folded):
        numbers = [int(match[a] or match[b]) for a, b in (("y1", "y2"), ("m1", "m2"), ("d1", "d2"))]
        day = _from_hijri(*numbers)
        if day:
            return _Found(day, match.span())
    return None


def _from_hijri(year: int, month: int, day: int) -> date | None:
    from hijridate import Hijri

    try:
        there = Hijri(year, month, day).to_gregorian()
    except (ValueError, OverflowError):
        return None
    return date(there.year, there.month, there.day)


def _read_day_word(folded: str, language: str, today: date) -> _Found | None:
    """сегодня, вчера, أمس, yesterday: beside a clock, or nearly alone. «أسعار الصرف اليوم» is a headline, not a date."""
    match = DAY_WORD_IN.search(folded)
    if match is None or (not CLOCK.search(folded) and not DOT_CLOCK.search(folded) and len(folded.split()) > 4):
        return None
    if not CLOCK.search(folded) and len(folded.split()) > len(match["word"].split()) + 1:
        return None
    return _Found(today - timedelta(days=_number(match["word"], DAY_WORD_NUMBERS)), match.span())


def _read_weekday(folded: str, language: str, today: date) -> _Found | None:
    """«вторник, 14:05»: the latest such day. Only with a clock beside it: a bare weekday is a name, not a date."""
    match = WEEKDAY_WORD.search(folded)
    if match is None or not CLOCK.search(folded):
        return None
    back = (today.weekday() - _number(match["weekday"], WEEKDAY_NUMBERS)) % 7
    return _Found(today - timedelta(days=back), match.span())


def _read_month(folded: str, language: str, today: date) -> _Found | None:
    match = MONTH_YEAR.search(folded)
    if match is None:
        return None
    return _Found(date(int(match["year"]), _number(match["month"], MONTH_NUMBERS), 1), match.span(), "month")


def _read_no_year(folded: str, language: str, today: date) -> _Found | None:
    """«13.02, 14:05»: only beside a clock, else it may be any number."""
    match = NO_YEAR.search(folded)
    if match is None or not CLOCK.search(folded):
        return None
    near = _nearest_year(int(match["month"]), int(match["day"]), None, today) if 0 < int(match["month"]) <= 12 else None
    return _Found(near, match.span()) if near else None


# A Gregorian date beside a Hijri one («الموافق») is the surer of the two, so Hijri comes after the full Gregorian
# forms.
READERS = (
    _read_year_first, _read_day_first, _read_named, _read_hijri, _read_day_word, _read_month, _read_no_year,
    _read_weekday,
)  # fmt: skip


def _has_known_word(folded: str) -> bool:
    """dateparser is asked only about words the tables do not know; on ours it could only do worse (a bare year, a
    wrong order).
    """
    return bool(
        re.search(rf"{WORD_BEGINS}(?:{MONTH}|{HIJRI}|{DAY_WORD}|{WEEKDAY}){WORD_ENDS}", folded)
    ) or not re.search(r"[^\W\d_]{3,}", folded)


def _by_dateparser(folded: str, language: str, local: tzinfo, now: datetime) -> Dating | None:
    import dateparser

    settings = {
        "DATE_ORDER": "DMY",
        "RELATIVE_BASE": now.astimezone(local).replace(tzinfo=None),
        "REQUIRE_PARTS": ["day", "month", "year"],
        "PREFER_DATES_FROM": "past",
    }
    try:
        if language in LOCALES:
            at = dateparser.parse(folded, locales=LOCALES[language], settings=settings)
        elif language and language != "und":
            at = dateparser.parse(folded, languages=[language], settings=settings)
        else:
            return None
    except (ValueError, TypeError, OverflowError):
        return None
    if at is None:
        return None
    if not CLOCK.search(folded):
        return on_day(at.date())
    return at_minute(at if at.tzinfo else at.replace(tzinfo=local))
