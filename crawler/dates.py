"""Publication dates: from a page's evidence (`published`) or from one string in Arabic, Russian or English (`parse_date`).

The clock is an argument. Day precision is the calendar date at 00:00Z and is never shifted by a zone. Refused without a second
witness: the future, the time of the crawl, and 1 January at midnight, which is how software says "I know only the year".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crawler.markup import Declared
from crawler.types import UNDATED, Dating, Listing, Precision

EARLIEST_YEAR = 1990
AHEAD = timedelta(hours=26)  # a calendar date of UTC+14 or a clock that is a little fast is not the future
CRAWL_WINDOW = timedelta(minutes=3)  # a "publication" this close to the fetch is the template's own clock

# --- words -----------------------------------------------------------------------------------------------------------

# Levantine; Egyptian and Gulf; Tunisian and Algerian; Moroccan. Written folded: bare alif, final ي, no marks.
ARABIC_MONTHS = {
    1: "كانون الثاني|يناير|جانفي",
    2: "شباط|فبراير|فيفري|فيبراير",
    3: "اذار|مارس|مارت",
    4: "نيسان|ابريل|افريل|ابريل",
    5: "ايار|مايو|ماي|مايس",
    6: "حزيران|يونيو|يونيه|جوان",
    7: "تموز|يوليو|يوليه|جويليه|يوليوز",
    8: "اب|اغسطس|اوت|غشت",
    9: "ايلول|سبتمبر|شتنبر",
    10: "تشرين الاول|تشرين اول|اكتوبر|كتوبر",
    11: "تشرين الثاني|تشرين ثاني|نوفمبر|نونبر|نوفنبر",
    12: "كانون الاول|كانون اول|ديسمبر|دجنبر|ديسمبير",
}
RUSSIAN_MONTHS = {
    1: "январ[ьяе]|янв|січня|січень",
    2: "феврал[ьяе]|фев|февр|лютого|лютий",
    3: "марта?|марте|мар|березня|березень",
    4: "апрел[ьяе]|апр|квітня|квітень",
    5: "ма[йяе]|травня|травень",
    6: "июн[ьяе]|июн|червня|червень",
    7: "июл[ьяе]|июл|липня|липень",
    8: "августа?|августе|авг|серпня|серпень",
    9: "сентябр[ьяе]|сент|сен|вересня|вересень",
    10: "октябр[ьяе]|окт|жовтня|жовтень",
    11: "ноябр[ьяе]|ноя|нояб|листопада|листопад",
    12: "декабр[ьяе]|дек|грудня|грудень",
}
ENGLISH_MONTHS = {
    1: "january|jan",
    2: "february|feb",
    3: "march|mar",
    4: "april|apr",
    5: "may",
    6: "june|jun",
    7: "july|jul",
    8: "august|aug",
    9: "september|sept|sep",
    10: "october|oct",
    11: "november|nov",
    12: "december|dec",
}
WEEKDAYS = {
    0: "الاثنين|اثنين|الإثنين|понедельник|пн|понеділок|monday|mon",
    1: "الثلاثاء|ثلاثاء|الثلاثا|вторник|вт|вівторок|tuesday|tues|tue",
    2: "الاربعاء|اربعاء|الاربعا|сред[ауы]|ср|середа|wednesday|wed",
    3: "الخميس|خميس|четверг|чт|четвер|thursday|thurs|thu",
    4: "الجمعه|جمعه|пятниц[ауы]|пт|п'ятниця|friday|fri",
    5: "السبت|سبت|суббот[ауы]|сб|субота|saturday|sat",
    6: "الاحد|احد|воскресенье|вс|неділя|sunday|sun",
}
HIJRI_MONTHS = {
    1: "محرم|المحرم|محرم الحرام",
    2: "صفر",
    3: "ربيع الاول|ربيع اول",
    4: "ربيع الثاني|ربيع الاخر|ربيع ثاني|ربيع ثان",
    5: "جمادي الاولي|جمادي الاول|جماد الاول|جمادي اول|جماد اول",
    6: "جمادي الاخره|جمادي الثانيه|جمادي الثاني|جمادي الاخر|جماد الاخر|جماد الثاني|جماد ثاني",
    7: "رجب",
    8: "شعبان",
    9: "رمضان",
    10: "شوال",
    11: "ذو القعده|ذي القعده|ذوالقعده|ذيالقعده",
    12: "ذو الحجه|ذي الحجه|ذوالحجه|ذيالحجه",
}
# days back from today
DAY_WORDS = {
    0: "اليوم|сегодня|сьогодні|today",
    1: "امس|البارحه|البارح|вчера|вчора|yesterday",
    2: "اول امس|اول من امس|امس الاول|قبل امس|позавчера|позавчора|the day before yesterday|day before yesterday",
}
# unit -> minutes; None where the calendar counts (months and years: too coarse to date an article by, see _ago)
UNITS = {
    1: "دقيقه|دقائق|دقايق|минут[ауы]?|мин|хвилин[ау]?|minutes?|mins?|m",
    60: "ساعه|ساعات|час|часа|часов|ч|годин[ауи]?|hours?|hrs?|h",
    1440: "يوم|يوما|ايام|день|дня|дней|дні|днів|days?|d",
    10080: "اسبوع|اسابيع|недел[юияь]|нед|тижні?|тиждень|weeks?|w",
}
DUALS = {1: "دقيقتين|دقيقتان", 60: "ساعتين|ساعتان", 1440: "يومين|يومان", 10080: "اسبوعين|اسبوعان"}
NUMBER_WORDS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "один": 1, "одну": 1, "два": 2, "две": 2, "три": 3, "четыре": 4, "пять": 5, "шесть": 6, "семь": 7, "восемь": 8, "девять": 9,
    "десять": 10, "ثلاث": 3, "ثلاثه": 3, "اربع": 4, "اربعه": 4, "خمس": 5, "خمسه": 5, "ست": 6, "سته": 6, "سبع": 7, "سبعه": 7,
    "ثماني": 8, "ثمانيه": 8, "ثمان": 8, "تسع": 9, "تسعه": 9, "عشر": 10, "عشره": 10,
}  # fmt: skip
ZONES = {
    "мск": "Europe/Moscow", "msk": "Europe/Moscow", "московск": "Europe/Moscow", "moscow": "Europe/Moscow", "موسكو": "Europe/Moscow",
    "دمشق": "Asia/Damascus", "damascus": "Asia/Damascus", "syria": "Asia/Damascus", "سوريا": "Asia/Damascus", "дамаск": "Asia/Damascus",
    "مكه": "Asia/Riyadh", "السعوديه": "Asia/Riyadh", "ksa": "Asia/Riyadh", "بغداد": "Asia/Baghdad", "القاهره": "Africa/Cairo",
    "cairo": "Africa/Cairo", "بيروت": "Asia/Beirut", "beirut": "Asia/Beirut", "istanbul": "Europe/Istanbul", "الامارات": "Asia/Dubai",
    "ابوظبي": "Asia/Dubai", "киев": "Europe/Kyiv", "kyiv": "Europe/Kyiv", "القدس": "Asia/Jerusalem", "عمان": "Asia/Amman",
    "غرينتش": "UTC", "جرينتش": "UTC", "غرينيتش": "UTC", "gmt": "UTC", "utc": "UTC", "cet": "Europe/Paris", "cest": "Europe/Paris",
    "est": "America/New_York", "edt": "America/New_York", "et": "America/New_York", "bst": "Europe/London",
    "pst": "America/Los_Angeles", "pdt": "America/Los_Angeles", "eet": "Europe/Athens", "eest": "Europe/Athens", "екб": "Asia/Yekaterinburg",
}  # fmt: skip
# Where a site's own zone is unknown its country is the better guess than UTC. Country-code domain -> zone.
DOMAIN_ZONES = {
    "ru": "Europe/Moscow", "su": "Europe/Moscow", "xn--p1ai": "Europe/Moscow", "sy": "Asia/Damascus", "ua": "Europe/Kyiv",
    "by": "Europe/Minsk", "lb": "Asia/Beirut", "jo": "Asia/Amman", "iq": "Asia/Baghdad", "eg": "Africa/Cairo", "sa": "Asia/Riyadh",
    "ae": "Asia/Dubai", "qa": "Asia/Qatar", "kw": "Asia/Kuwait", "tr": "Europe/Istanbul", "il": "Asia/Jerusalem", "ps": "Asia/Hebron",
    "tn": "Africa/Tunis", "dz": "Africa/Algiers", "ma": "Africa/Casablanca", "ly": "Africa/Tripoli", "ye": "Asia/Aden", "kz": "Asia/Almaty",
    "am": "Asia/Yerevan", "az": "Asia/Baku", "ge": "Asia/Tbilisi", "uz": "Asia/Tashkent", "ir": "Asia/Tehran", "uk": "Europe/London",
    "de": "Europe/Berlin", "fr": "Europe/Paris", "pl": "Europe/Warsaw", "lv": "Europe/Riga", "lt": "Europe/Vilnius", "ee": "Europe/Tallinn",
}  # fmt: skip
LOCALES = {"ar": ["ar-SY", "ar", "ar-TN"], "ru": ["ru"], "en": ["en-GB", "en"], "uk": ["uk"]}


def _alternatives(*tables: dict[int, str]) -> tuple[str, dict[int, re.Pattern[str]]]:
    """One alternation over all words, longest first (so that «تشرين الثاني» is not read as a shorter one), and one per number."""
    words = [word for table in tables for joined in table.values() for word in joined.split("|")]
    merged: dict[int, list[str]] = {}
    for table in tables:
        for number, joined in table.items():
            merged.setdefault(number, []).extend(joined.split("|"))
    whole = "|".join(sorted(set(words), key=len, reverse=True))
    return whole, {number: re.compile(f"(?:{'|'.join(ws)})\\Z") for number, ws in merged.items()}


MONTH, MONTH_NUMBERS = _alternatives(ARABIC_MONTHS, RUSSIAN_MONTHS, ENGLISH_MONTHS)
WEEKDAY, WEEKDAY_NUMBERS = _alternatives(WEEKDAYS)
HIJRI, HIJRI_NUMBERS = _alternatives(HIJRI_MONTHS)
DAY_WORD, DAY_WORD_NUMBERS = _alternatives(DAY_WORDS)
UNIT, UNIT_NUMBERS = _alternatives(UNITS)
DUAL, DUAL_NUMBERS = _alternatives(DUALS)

_B, _E = r"(?<![^\W\d_])", r"(?![^\W\d_])"  # a word begins, a word ends: digits may touch («13فبراير»)
_GAP = r"[\s,./\-]{0,3}"
_YEAR = r"(?P<year>\d{4}|['’]\d{2})(?!\d)"
DAY_MONTH = re.compile(
    rf"(?<!\d)(?P<day>\d{{1,2}})(?:-?(?:го|е|st|nd|rd|th){_E})?{_GAP}(?:(?:من|of|شهر){_E}\s*)?(?:شهر\s+)?"
    rf"{_B}(?P<month>{MONTH}){_E}\.?(?:\s*[/\\(\-]\s*(?P<second>{MONTH}){_E}\)?)?(?:{_GAP}(?:عام\s+|سنه\s+|of\s+)?{_YEAR})?"
)
MONTH_DAY = re.compile(rf"{_B}(?P<month>{MONTH}){_E}\.?\s*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])(?:,?\s*{_YEAR})?")
SHORT_YEAR = re.compile(rf"(?<!\d)(?P<day>\d{{1,2}})[\s.\-/]({MONTH}){_E}\.?[\s.\-/'](?P<year>\d{{2}})(?![\d:])")
MONTH_YEAR = re.compile(
    rf"{_B}(?P<month>{MONTH}){_E}\.?(?:\s*[/\\(\-]\s*(?:{MONTH}){_E}\)?)?{_GAP}(?P<year>(?:19|20)\d{{2}})(?!\d)"
)
YEAR_FIRST = re.compile(
    r"(?<![\d./-])(?P<year>(?:19|20)\d{2})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})(?!\d)"
)
DAY_FIRST = re.compile(
    r"(?<![\d.:])(?P<day>\d{1,2})\s?(?P<mark>[-/.])\s?(?P<month>\d{1,2})\s?(?P=mark)\s?(?P<year>\d{4}|\d{2})(?!\d)(?![.:]\d)"
)
NO_YEAR = re.compile(r"(?<![\d.:])(?P<day>\d{1,2})\.(?P<month>\d{2})(?![\d.:])")
ISO = re.compile(
    r"(?<!\d)(?P<year>\d{4})-?(?P<month>\d{2})-?(?P<day>\d{2})(?:t|\s{1,2}|_)(?P<hour>\d{2}):?(?P<minute>\d{2})"
    r"(?::?(?P<second>\d{2})(?:[.,]\d+)?)?\s*(?P<zone>z(?![^\W\d_])|[+-]\d{2}:?(?:\d{2})?)?"
)
HIJRI_NAMED = re.compile(
    rf"(?<!\d)(?P<day>\d{{1,2}}){_GAP}(?:من\s+)?(?:شهر\s+)?{_B}(?P<month>{HIJRI}){_E}{_GAP}(?:عام\s+)?(?P<year>1[34]\d{{2}}|15\d{{2}})(?!\d)"
)
HIJRI_NUMERIC = re.compile(
    r"(?<!\d)(?:(?P<y1>1[345]\d{2})[-/](?P<m1>\d{1,2})[-/](?P<d1>\d{1,2})|(?P<d2>\d{1,2})[-/](?P<m2>\d{1,2})[-/](?P<y2>1[345]\d{2}))(?!\d)\s*(?:ه|هج)?"
)
CLOCK = re.compile(
    rf"(?<![\d:.,])(?P<hour>[01]?\d|2[0-4])(?::|(?<=\d)h(?=\d))(?P<minute>[0-5]\d)(?::[0-5]\d)?(?:[.,]\d+)?(?!\d)"
    rf"\s*(?P<half>(?:am|pm|a\.m\.?|p\.m\.?|صباحا|مساء|ظهرا|عصرا|ليلا|فجرا|ص|م){_E})?"
)
DOT_CLOCK = re.compile(r"(?:^|\s)(?:в|at|о)\s+(?P<hour>[01]?\d|2[0-3])\.(?P<minute>[0-5]\d)(?![\d.])(?P<half>)")
HOUR_CLOCK = re.compile(
    rf"(?<![\d:.])(?P<hour>1[0-2]|0?[1-9])(?P<minute>)\s*(?P<half>(?:am|pm|a\.m\.?|p\.m\.?|صباحا|مساء){_E})"
)
PM = {"pm", "p.m.", "p.m", "مساء", "م", "عصرا", "ظهرا", "ليلا"}
OFFSET = re.compile(r"(?:(?:gmt|utc|غرينتش|جرينتش)\s*)?(?P<sign>[+-])\s?(?P<h>\d{1,2}):?(?P<m>\d{2})?(?!\d)")
ZONE_WORD = re.compile(rf"{_B}ال?(?:بتوقيت)?\s*(?:{'|'.join(ZONES)})|{_B}(?:{'|'.join(ZONES)})")
AGO = re.compile(
    rf"{_B}(?:(?P<half>полчаса|полтора\s+часа|half\s+an\s+hour)|(?P<dual>{DUAL})|(?:(?P<n>\d{{1,3}}|{'|'.join(NUMBER_WORDS)})[\s-]*)?(?P<unit>{UNIT}))(?![^\W\d_])"
)
JUST_NOW = re.compile(
    rf"{_B}(?:только что|щойно|just now|moments ago|right now|الان|للتو|قبل لحظات|منذ لحظات|لحظات){_E}"
)
SINCE = re.compile(rf"{_B}(?:منذ|قبل){_E}")
BACK = re.compile(rf"{_B}(?:назад|тому|ago|مضت){_E}")
WEEKDAY_WORD = re.compile(rf"{_B}(?:يوم\s+)?(?P<weekday>{WEEKDAY}){_E}")
DAY_WORD_IN = re.compile(rf"{_B}(?P<word>{DAY_WORD}){_E}")

_DIGITS = {ord(c): str(i % 10) for i, c in enumerate("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹")}
_LETTERS = str.maketrans(
    {
        **dict.fromkeys("أإآٱ", "ا"),
        "ى": "ي",
        "ة": "ه",
        "ـ": None,
        "ё": "е",
        "،": ",",
        "؛": ",",
        "–": "-",
        "—": "-",
        "−": "-",
        "\u00a0": " ",
        "\u202f": " ",
    }
)
_INVISIBLE = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u200b-\u200f\u202a-\u202e\u2066-\u2069\u061c\ufeff\u00ad]")


def fold(text: str) -> str:
    """The text in the one spelling that the tables above are written in."""
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).lower().translate(_DIGITS).translate(_LETTERS)
    return " ".join(text.split())


def zone(name: str, url: str = "") -> tzinfo:
    """The zone of that IANA name; where it is empty or unknown that of the URL's country domain, else UTC."""
    if not name:
        name = DOMAIN_ZONES.get((urlsplit(url).hostname or "").rsplit(".", 1)[-1], "UTC")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


# --- one string ------------------------------------------------------------------------------------------------------


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

    `timezone` is the IANA name of the zone in which a bare clock time is meant ('' is UTC); `now` anchors relative words.
    `formats` are strptime patterns of the outlet, tried first; `rare` asks dateparser about what the tables here do not know.
    """
    local = zone(timezone)
    folded = fold(text)[:300]
    if not folded:
        return UNDATED
    reading = _by_format(text, formats, local) or _exact(folded, local)
    if reading is None and re.match(r"[a-z]{3},? \d{1,2} [a-z]{3} \d{2,4} \d", folded):
        reading = _rfc(folded)
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
    if reading is None or reading.at is None or not _possible(reading.at, now):
        return UNDATED
    return reading


def _possible(at: datetime, now: datetime) -> bool:
    return at.year >= EARLIEST_YEAR and at <= now + AHEAD


def _day(day: date, precision: Precision = "day") -> Dating:
    return Dating(datetime(day.year, day.month, day.day, tzinfo=UTC), precision, "text")


def _minute(at: datetime) -> Dating:
    return Dating(at.astimezone(UTC), "minute", "text")


def _by_format(text: str, formats: Iterable[str], local: tzinfo) -> Dating | None:
    clean = " ".join(text.translate(_DIGITS).split())
    for pattern in formats:
        try:
            at = datetime.strptime(clean, pattern)  # noqa: DTZ007 the zone is added below
        except ValueError:
            continue
        if not any(mark in pattern for mark in ("%H", "%I", "%s", "%X", "%c")):
            return _day(at.date())
        return _minute(at if at.tzinfo else at.replace(tzinfo=local))
    return None


def _exact(folded: str, local: tzinfo) -> Dating | None:
    """ISO 8601 with a time."""
    match = ISO.search(folded)
    if match is None:
        return None
    part = match.groupdict()
    try:
        year, month, day, hour, minute = (int(part[key]) for key in ("year", "month", "day", "hour", "minute"))
        at = datetime(year, month, day, hour, minute, int(part["second"] or 0))
    except ValueError:
        return None
    where = _offset(part["zone"]) if part["zone"] else _zone_after(folded[match.end() :]) or local
    return _minute(at.replace(tzinfo=where))


def _rfc(folded: str) -> Dating | None:
    try:
        at = parsedate_to_datetime(folded)
    except (ValueError, TypeError, IndexError):
        return None
    return _minute(at if at.tzinfo else at.replace(tzinfo=UTC))


def _offset(mark: str) -> tzinfo:
    if mark == "z":
        return UTC
    digits = mark[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:] or 0)
    return timezone(timedelta(minutes=minutes if mark[0] == "+" else -minutes)) if minutes < 15 * 60 else UTC


def _ago(folded: str, local: tzinfo, now: datetime) -> Dating | None:
    """«12 минут назад», «منذ ساعتين», "3 hours ago"."""
    if JUST_NOW.search(folded):
        return _minute(now)
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
    return _day(at.astimezone(local).date()) if coarse else _minute(at)


def _number(word: str, table: dict[int, re.Pattern[str]]) -> int:
    return next(number for number, pattern in table.items() if pattern.match(word))


def _calendar(folded: str, language: str, local: tzinfo, now: datetime) -> Dating | None:
    today = now.astimezone(local).date()
    found = next(filter(None, (reader(folded, language, today) for reader in READERS)), None)
    if found is None:
        return None
    if found.precision == "month":
        return _day(found.day, "month")
    clock = _clock(folded, found.span, local, found.day)
    return _minute(clock) if clock else _day(found.day)


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
            moment = datetime(day.year, day.month, day.day, hour % 24, minute)
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


def _safe(year: int, month: int, day: int) -> date | None:
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
    """A date without its year is the latest such day that is not in the future, and falls on the weekday when one is given."""
    for back in range(12):
        candidate = _safe(today.year - back, month, day)
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
                day = _safe(_full_year(match["year"], today), month, int(match["day"]))
                if day:
                    return _Found(day, match.span())
            elif undated is None:
                near = _nearest_year(month, int(match["day"]), _weekday_in(folded, match.span()), today)
                undated = _Found(near, match.span()) if near else None
    return undated


def _read_year_first(folded: str, language: str, today: date) -> _Found | None:
    for match in YEAR_FIRST.finditer(folded):
        day = _safe(int(match["year"]), int(match["month"]), int(match["day"]))
        if day:
            return _Found(day, match.span())
    return None


def _read_day_first(folded: str, language: str, today: date) -> _Found | None:
    """13.02.2018, 13/02/18. With a slash in English the order is a guess: only what has one reading is read."""
    for match in DAY_FIRST.finditer(folded):
        year, first, second = _full_year(match["year"], today), int(match["day"]), int(match["month"])
        if year < EARLIEST_YEAR:
            continue  # a Hijri year, or no year at all
        orders = [_safe(year, second, first), _safe(year, first, second) if match["mark"] == "/" else None]
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


# A Gregorian date beside a Hijri one («الموافق») is the surer of the two, so Hijri comes after the full Gregorian forms.
READERS = (
    _read_year_first, _read_day_first, _read_named, _read_hijri, _read_day_word, _read_month, _read_no_year, _read_weekday,
)  # fmt: skip


def _has_known_word(folded: str) -> bool:
    """dateparser is asked only about words the tables do not know; on ours it could only do worse (a bare year, a wrong order)."""
    return bool(re.search(rf"{_B}(?:{MONTH}|{HIJRI}|{DAY_WORD}|{WEEKDAY}){_E}", folded)) or not re.search(
        r"[^\W\d_]{3,}", folded
    )


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
        return _day(at.date())
    return _minute(at if at.tzinfo else at.replace(tzinfo=local))


TODAY_IS = re.compile(
    rf"(?:{DAY_WORDS[0]}){_E}\W{{0,3}}(?:يوم\s+)?(?:{WEEKDAY}){_E}\W{{0,3}}\d{{1,2}}{_GAP}(?:من\s+)?{_B}(?:{MONTH}){_E}(?:\s*/\s*(?:{MONTH}){_E})?(?:{_GAP}\d{{4}})?"
)


# --- one page --------------------------------------------------------------------------------------------------------

META_NAMES = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished", "datecreated", "og:pubdate",
    "published_time", "publish-date", "publish_date", "publication_date", "publicationdate", "pubdate", "parsely-pub-date",
    "sailthru.date", "dc.date.issued", "dcterms.created", "dcterms.issued", "dcterms.date", "dc.date.created", "dc.date", "dcterms.available",
    "article.published", "article_date_original", "originalpublicationdate", "mediator_published_time", "cxenseparse:recs:publishtime",
    "cxenseparse:recs:articlepublishtime", "weibo:article:create_at", "ptime", "citation_publication_date", "rnews:datepublished",
    "shareaholic:article_published_time", "bt:pubdate", "analyticsattributes.articledate", "date", "og:release_date", "article:published",
)  # fmt: skip
UPDATED_NAMES = (
    "article:modified_time", "og:updated_time", "datemodified", "article:modified", "lastmod", "last-modified", "dcterms.modified",
    "mediator_modified_time",
)  # fmt: skip
DATE_CLASS = re.compile(r"(?i)date|time|publi|posted|meta|\binfo|byline|created|дата|تاريخ|dt\b|when|stamp")
NOT_PUBLISHED = re.compile(
    r"(?i)updat|modif|comment|event|обновл|تحديث|copyright|footer|sidebar|related|widget|recent|popular|breadcrumb"
)
UPDATED_WORDS = re.compile(r"(?i)updated|modified|обновлен|изменен|اخر تحديث|تم التحديث|تحديث|حدثت")
OUTSIDE = ("url", "feed")  # witnesses that are not on the page
URL_DATES = (
    re.compile(r"(?<!\d)(?P<year>(?:19|20)\d{2})[/\-_.](?P<month>0?[1-9]|1[0-2])[/\-_.](?P<day>[0-2]?\d|3[01])(?!\d)"),
    re.compile(r"(?<!\d)(?P<year>(?:19|20)\d{2})(?P<month>0[1-9]|1[0-2])(?P<day>[0-2]\d|3[01])(?!\d)"),
    re.compile(r"(?<!\d)(?P<year>(?:19|20)\d{2})/(?P<month>0[1-9]|1[0-2])(?P<day>[0-2]\d|3[01])(?!\d)"),
    re.compile(r"(?<!\d)(?P<day>[0-2]?\d|3[01])[/\-_.](?P<month>0?[1-9]|1[0-2])[/\-_.](?P<year>(?:19|20)\d{2})(?!\d)"),
)
URL_SPLIT = re.compile(r"/(?P<year>20\d{2})/[a-z_\-.]+/(?P<month>0?[1-9]|1[0-2])/(?P<day>[0-2]?\d|3[01])(?=/)")
URL_LONG_NUMBER = re.compile(
    r"(?<!\d)(?P<year>20\d{2})(?P<month>0[1-9]|1[0-2])(?P<day>[0-2]\d|3[01])\d{3,}"
)  # Sputnik: date and id in one


def published(
    declared: Declared,
    url: str,
    listing: Listing | None,
    language: str,
    timezone: str,
    now: datetime,
    selected: Iterable[str] = (),
    formats: Iterable[str] = (),
) -> Dating:
    """The publication date that the page's evidence carries best; `now` is the time of the crawl.

    Ranked: what the outlet's own selector found, JSON-LD, meta elements, <time>, visible text near the
    headline, the URL, the feed. A weaker witness of the same day adds the clock time; one that names another day is recorded as a conflict.
    """
    local = zone(timezone, url)
    name = getattr(local, "key", "UTC")
    evidence = [item for item in _strong(declared, url, listing, language, name, now, selected, formats)]
    if not _settled(evidence, now):
        # The date beside the headline goes before the feed's, which may be that of a later change: the feed adds the clock.
        page = [item for item in evidence if item.witness not in OUTSIDE]
        said = [item for item in evidence if item.witness in OUTSIDE]
        evidence = page + _visible(declared, language, name, now) + said
    return _judge(evidence, local, now)


def dateline(opening: Iterable[str], timezone: str, now: datetime) -> Dating | None:
    """The day an article's first sentences call today («اليوم، الثلاثاء 13 شباط»), or None. The weakest of all evidence."""
    for line in list(opening)[:4]:
        match = TODAY_IS.search(fold(line[:600]))
        reading = parse_date(match.group(), "", timezone, now, rare=False) if match else UNDATED
        if reading.at is not None:
            return Dating(_day(reading.at.date()).at, "day", "dateline")
    return None


def updated(declared: Declared, url: str, timezone: str, now: datetime) -> datetime | None:
    """When the page says that it was last changed, or None."""
    texts = [str(declared.article.get("dateModified") or ""), declared.first(*UPDATED_NAMES)]
    for text in texts:
        reading = _machine(text, zone(timezone, url), now)
        if reading.at is not None and reading.precision == "minute":
            return reading.at
    return None


def url_date(url: str) -> date | None:
    """The calendar date in the URL's path, or None."""
    path = unquote(urlsplit(url).path)
    for pattern in (*URL_DATES, URL_SPLIT, URL_LONG_NUMBER):
        match = pattern.search(path)
        if match:
            day = _safe(int(match["year"]), int(match["month"]), int(match["day"]))
            if day and day.year >= EARLIEST_YEAR:
                return day
    return None


def _strong(
    declared: Declared, url: str, listing: Listing | None, language: str, name: str, now: datetime,
    selected: Iterable[str], formats: Iterable[str],
) -> Iterator[Dating]:  # fmt: skip
    """Evidence that is cheap to read, best first."""
    for text in selected:
        machine = _machine(text, zone(name), now)
        yield _named(machine if machine.at else parse_date(text, language, name, now, tuple(formats)), "selector")
    for item in (declared.article, *declared.linked):
        for key in ("datePublished", "dateCreated", "uploadDate"):
            if isinstance(item.get(key), str) and (item is declared.article or key == "datePublished"):
                yield _named(_machine(item[key], zone(name), now), "json-ld")
    for key in META_NAMES:
        for content in declared.meta.get(key, ())[:1]:
            reading = _machine(content, zone(name), now)
            yield _named(reading if reading.at else parse_date(content, language, name, now), "meta")
    for element in list(declared.tree.iter("time"))[:3]:
        stamp = element.get("datetime") or element.get("content") or ""
        marks = f"{element.get('class') or ''} {element.get('itemprop') or ''}"
        if stamp and not NOT_PUBLISHED.search(marks) and not in_other_story(element):
            yield _named(_machine(stamp, zone(name), now), "time")
    day = url_date(url)
    if day is not None:
        yield _named(_day(day), "url")
    if listing is not None and listing.published_at is not None and listing.published_at <= now + AHEAD:
        yield Dating(listing.published_at.astimezone(UTC), "minute", "feed")


def _machine(text: str, local: tzinfo, now: datetime) -> Dating:
    """A date written for machines: ISO in all its forms, RFC 2822, seconds since 1970."""
    folded = fold(text)[:80]
    if re.fullmatch(r"1\d{9}(?:\d{3})?", folded):
        reading: Dating | None = _minute(datetime.fromtimestamp(int(folded[:10]), UTC))
    elif re.fullmatch(r"(?:19|20)\d{6}", folded):
        day = _safe(int(folded[:4]), int(folded[4:6]), int(folded[6:]))
        reading = _day(day) if day else None
    else:
        reading = _exact(folded, local) or _rfc_like(folded)
        whole = YEAR_FIRST.match(folded)
        if reading is None and whole:
            day = _safe(int(whole["year"]), int(whole["month"]), int(whole["day"]))
            reading = _day(day) if day else None
    return reading if reading and reading.at and _possible(reading.at, now) else UNDATED


def _rfc_like(folded: str) -> Dating | None:
    return _rfc(folded) if re.match(r"(?:[a-z]{3},? )?\d{1,2} [a-z]{3} \d{2,4} \d", folded) else None


def _named(reading: Dating, witness: str) -> Dating:
    return Dating(reading.at, reading.precision, witness)


def _settled(evidence: list[Dating], now: datetime) -> bool:
    """Whether no visible date is needed: the page declares a believable moment, and no other day was found."""
    believable = [item for item in evidence if item.at is not None and not _suspect(item, now)]
    days = {item.at.date() for item in believable if item.at}
    stated = any(item.precision == "minute" and item.witness not in OUTSIDE for item in believable)
    return stated and (len(days) == 1 or len(believable) > 2)


def _suspect(item: Dating, now: datetime) -> bool:
    """1 January at midnight and the time of the crawl need a second witness."""
    if item.at is None:
        return True
    first_of_january = (item.at.month, item.at.day) == (1, 1) and (
        item.precision != "minute" or item.at.hour + item.at.minute == 0
    )
    # Local midnight of 1 January in a zone east of Greenwich is still December in UTC.
    eve = (
        (item.at.month, item.at.day) == (12, 31)
        and item.at.hour >= 12
        and item.at.minute == 0
        and item.witness != "feed"
    )
    crawl_time = (
        item.precision == "minute" and abs(now - item.at) < CRAWL_WINDOW and item.witness not in ("feed", "text")
    )
    return first_of_january or eve or crawl_time


def _judge(evidence: list[Dating], local: tzinfo, now: datetime) -> Dating:
    known = [item for item in evidence if item.at is not None]
    chosen = next((item for item in known if not _suspect(item, now) or _seconded(item, known, local)), None)
    if chosen is None or (at := chosen.at) is None:
        refused = tuple(
            dict.fromkeys(f"{item.witness} {_show(item)} refused without a second witness" for item in known)
        )
        return Dating(None, "none", "", refused)
    same = [item for item in known if item is not chosen and _same_day(item, chosen, local)]
    if chosen.precision == "day" or _local_midnight(chosen, local):
        # A date stamped at midnight carries no time; a witness of the same day that has one is better.
        finer = next((item for item in same if item.precision == "minute" and not _local_midnight(item, local)), None)
        if finer is not None:
            chosen = Dating(finer.at, "minute", f"{chosen.witness}+{finer.witness}")
        elif chosen.precision == "minute" and any(item.precision == "day" for item in same):
            chosen = Dating(_day(at.astimezone(local).date()).at, "day", chosen.witness)
    conflicts = dict.fromkeys(f"{item.witness} {_show(item)}" for item in known if not _same_day(item, chosen, local))
    return Dating(chosen.at, chosen.precision, chosen.witness, tuple(conflicts))


def _seconded(item: Dating, known: list[Dating], local: tzinfo) -> bool:
    return any(other.witness != item.witness and _same_day(other, item, local) for other in known)


def _local_midnight(item: Dating, local: tzinfo) -> bool:
    if item.at is None or item.precision != "minute":
        return False
    here = item.at.astimezone(local)
    return (here.hour, here.minute) == (0, 0) or (item.at.hour, item.at.minute) == (0, 0)


def _local_days(item: Dating, local: tzinfo) -> set[date]:
    if item.at is None:
        return set()
    if item.precision != "minute":
        return {item.at.date()}
    return {item.at.astimezone(local).date(), item.at.date()}


def _same_day(a: Dating, b: Dating, local: tzinfo) -> bool:
    if "month" in (a.precision, b.precision) and a.at and b.at:
        return (a.at.year, a.at.month) == (b.at.year, b.at.month)
    return bool(_local_days(a, local) & _local_days(b, local))


def _show(item: Dating) -> str:
    assert item.at is not None
    return item.at.strftime("%Y-%m-%d %H:%MZ" if item.precision == "minute" else "%Y-%m-%d")


# --- what stands on the page for people to read ------------------------------------------------------------------------


# What a text must hold to be worth parsing as a date.
HINT = re.compile(r"[\d٠-٩]|(?i:сегодня|вчера|назад|اليوم|امس|أمس|منذ|today|yesterday|ago)")
BESIDE = 40  # a text without a date's class must stand this many elements nearer to the headline
ENOUGH = 12


def _visible(declared: Declared, language: str, name: str, now: datetime) -> list[Dating]:
    """The date in the short visible text that stands nearest to the headline, as a list of at most one."""
    body = declared.tree.find("body")
    headline = next(iter(declared.tree.iter("h1")), None)
    found: list[tuple[int, bool, Dating]] = []
    headline_at, position = 0, 0
    for position, element in enumerate(declared.tree.iter() if body is None else body.iter()):
        if element is headline:
            headline_at = position
        for text, owner in _date_lines(element):
            classed = _may_date(owner, text)
            if classed is None or in_other_story(owner):
                continue
            reading = parse_date(text, language, name, now, rare=classed)
            if reading.at is not None:
                found.append((position, classed, Dating(reading.at, reading.precision, "text")))
        if len(found) >= ENOUGH:
            break
    found.sort(key=lambda item: abs(item[0] - headline_at) + (0 if item[1] else BESIDE))
    return [reading for _, _, reading in found[:1]]


def _date_lines(element: Any) -> Iterator[tuple[str, Any]]:
    """Short texts at this element that may be a date line, each with the element it belongs to."""
    if not isinstance(element.tag, str) or element.tag in ("script", "style", "option", "noscript"):
        return
    own, tail = element.text or "", element.tail or ""
    if len(element) and DATE_CLASS.search(element.get("class") or "") and len(element) <= 6:
        own = " ".join(element.itertext())
    if own and len(own) < 600 and HINT.search(own):
        own = " ".join(own.split())
        if 4 <= len(own) <= 120:
            yield own, element
    parent = element.getparent()
    if parent is not None and 4 <= len(tail) < 600 and HINT.search(tail):
        tail = " ".join(tail.split())
        if 4 <= len(tail) <= 120:
            yield tail, parent


def _may_date(element: Any, text: str) -> bool | None:
    """Whether class or id of the element speak of a date (True) or of nothing (False); None when it dates something else."""
    parent = element.getparent()
    marks = " ".join(
        item.get(key) or "" for item in (element, parent) if item is not None for key in ("class", "id", "itemprop")
    )
    if NOT_PUBLISHED.search(marks) or UPDATED_WORDS.search(fold(text)):
        return None
    classed = bool(DATE_CLASS.search(marks)) or element.tag == "time"
    return classed if classed or len(text) <= 60 else None


def in_other_story(element: Any) -> bool:
    """Whether the element stands in a list of other stories, a comment or the frame of the page."""
    for ancestor in (element, *element.iterancestors()):
        if ancestor.tag in ("aside", "footer", "nav"):
            return True
        if ancestor is not element and ancestor.tag == "a" and ancestor.get("href"):
            return True
        marks = f"{ancestor.get('class') or ''} {ancestor.get('id') or ''}"
        if ancestor.tag not in ("body", "html") and re.search(
            r"(?i)related|sidebar|comment|widget|popular|latest|footer|most-?read|recommend|teaser", marks
        ):
            return True
    return False
