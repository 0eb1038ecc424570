"""The words and shapes of dates in Arabic, Russian (with Ukrainian) and English, and one spelling to match them in."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, tzinfo
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

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
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10,
    "один": 1, "одну": 1, "два": 2, "две": 2, "три": 3, "четыре": 4, "пять": 5, "шесть": 6, "семь": 7, "восемь": 8,
    "девять": 9,
    "десять": 10, "ثلاث": 3, "ثلاثه": 3, "اربع": 4, "اربعه": 4, "خمس": 5, "خمسه": 5, "ست": 6, "سته": 6, "سبع": 7,
    "سبعه": 7,
    "ثماني": 8, "ثمانيه": 8, "ثمان": 8, "تسع": 9, "تسعه": 9, "عشر": 10, "عشره": 10,
}  # fmt: skip
ZONES = {
    "мск": "Europe/Moscow", "msk": "Europe/Moscow", "московск": "Europe/Moscow", "moscow": "Europe/Moscow",
    "موسكو": "Europe/Moscow",
    "دمشق": "Asia/Damascus", "damascus": "Asia/Damascus", "syria": "Asia/Damascus", "سوريا": "Asia/Damascus",
    "дамаск": "Asia/Damascus",
    "مكه": "Asia/Riyadh", "السعوديه": "Asia/Riyadh", "ksa": "Asia/Riyadh", "بغداد": "Asia/Baghdad",
    "القاهره": "Africa/Cairo",
    "cairo": "Africa/Cairo", "بيروت": "Asia/Beirut", "beirut": "Asia/Beirut", "istanbul": "Europe/Istanbul",
    "الامارات": "Asia/Dubai",
    "ابوظبي": "Asia/Dubai", "киев": "Europe/Kyiv", "kyiv": "Europe/Kyiv", "القدس": "Asia/Jerusalem",
    "عمان": "Asia/Amman",
    "غرينتش": "UTC", "جرينتش": "UTC", "غرينيتش": "UTC", "gmt": "UTC", "utc": "UTC", "cet": "Europe/Paris",
    "cest": "Europe/Paris",
    "est": "America/New_York", "edt": "America/New_York", "et": "America/New_York", "bst": "Europe/London",
    "pst": "America/Los_Angeles", "pdt": "America/Los_Angeles", "eet": "Europe/Athens", "eest": "Europe/Athens",
    "екб": "Asia/Yekaterinburg",
}  # fmt: skip
# Where a site's own zone is unknown its country is the better guess than UTC. Country-code domain -> zone.
DOMAIN_ZONES = {
    "ru": "Europe/Moscow", "su": "Europe/Moscow", "xn--p1ai": "Europe/Moscow", "sy": "Asia/Damascus",
    "ua": "Europe/Kyiv",
    "by": "Europe/Minsk", "lb": "Asia/Beirut", "jo": "Asia/Amman", "iq": "Asia/Baghdad", "eg": "Africa/Cairo",
    "sa": "Asia/Riyadh",
    "ae": "Asia/Dubai", "qa": "Asia/Qatar", "kw": "Asia/Kuwait", "tr": "Europe/Istanbul", "il": "Asia/Jerusalem",
    "ps": "Asia/Hebron",
    "tn": "Africa/Tunis", "dz": "Africa/Algiers", "ma": "Africa/Casablanca", "ly": "Africa/Tripoli",
    "ye": "Asia/Aden", "kz": "Asia/Almaty",
    "am": "Asia/Yerevan", "az": "Asia/Baku", "ge": "Asia/Tbilisi", "uz": "Asia/Tashkent", "ir": "Asia/Tehran",
    "uk": "Europe/London",
    "de": "Europe/Berlin", "fr": "Europe/Paris", "pl": "Europe/Warsaw", "lv": "Europe/Riga", "lt": "Europe/Vilnius",
    "ee": "Europe/Tallinn",
}  # fmt: skip
LOCALES = {"ar": ["ar-SY", "ar", "ar-TN"], "ru": ["ru"], "en": ["en-GB", "en"], "uk": ["uk"]}


def _alternatives(*tables: dict[int, str]) -> tuple[str, dict[int, re.Pattern[str]]]:
    """One alternation over all words, longest first (so that «تشرين الثاني» is not read as a shorter one), and one
    per number.
    """
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

WORD_BEGINS, WORD_ENDS = r"(?<![^\W\d_])", r"(?![^\W\d_])"  # a word begins, a word ends: digits may touch («13فبراير»)
GAP = r"[\s,./\-]{0,3}"
YEAR = r"(?P<year>\d{4}|['’]\d{2})(?!\d)"
DAY_MONTH = re.compile(
    rf"(?<!\d)(?P<day>\d{{1,2}})(?:-?(?:го|е|st|nd|rd|th){WORD_ENDS})?{GAP}(?:(?:من|of|شهر){WORD_ENDS}\s*)?(?:شهر\s+)?"
    rf"{WORD_BEGINS}(?P<month>{MONTH}){WORD_ENDS}\.?(?:\s*[/\\(\-]\s*(?P<second>{MONTH}){WORD_ENDS}\)?)?(?:{GAP}(?:عام\s+|سنه\s+"
    rf"|of\s+)?{YEAR})?"
)
MONTH_DAY = re.compile(
    rf"{WORD_BEGINS}(?P<month>{MONTH}){WORD_ENDS}\.?\s*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])(?:,?\s*{YEAR})?"
)
SHORT_YEAR = re.compile(rf"(?<!\d)(?P<day>\d{{1,2}})[\s.\-/]({MONTH}){WORD_ENDS}\.?[\s.\-/'](?P<year>\d{{2}})(?![\d:])")
MONTH_YEAR = re.compile(
    rf"{WORD_BEGINS}(?P<month>{MONTH}){WORD_ENDS}\.?(?:\s*[/\\(\-]\s*(?:{MONTH}){WORD_ENDS}\)?)?{GAP}(?P<year>(?:19|20)\d{{2}})(?!\d)"
)
YEAR_FIRST = re.compile(
    r"(?<![\d./-])(?P<year>(?:19|20)\d{2})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})(?!\d)"
)
DAY_FIRST = re.compile(
    r"(?<![\d.:])(?P<day>\d{1,2})\s?(?P<mark>[-/.])\s?(?P<month>\d{1,2})\s?(?P=mark)\s?(?P<year>\d{4}"
    r"|\d{2})(?!\d)(?![.:]\d)"
)
NO_YEAR = re.compile(r"(?<![\d.:])(?P<day>\d{1,2})\.(?P<month>\d{2})(?![\d.:])")
ISO = re.compile(
    r"(?<!\d)(?P<year>\d{4})-?(?P<month>\d{2})-?(?P<day>\d{2})(?:t|\s{1,2}|_)(?P<hour>\d{2}):?(?P<minute>\d{2})"
    r"(?::?(?P<second>\d{2})(?:[.,]\d+)?)?\s*(?P<zone>z(?![^\W\d_])|[+-]\d{2}:?(?:\d{2})?)?"
)
HIJRI_NAMED = re.compile(
    rf"(?<!\d)(?P<day>\d{{1,2}}){GAP}(?:من\s+)?(?:شهر\s+)?{WORD_BEGINS}(?P<month>{HIJRI}){WORD_ENDS}{GAP}(?:عام\s+)?(?P<year>1[34]\d{{2}}|15\d{{2}})(?!\d)"
)
HIJRI_NUMERIC = re.compile(
    r"(?<!\d)(?:(?P<y1>1[345]\d{2})[-/](?P<m1>\d{1,2})[-/](?P<d1>\d{1,2})"
    r"|(?P<d2>\d{1,2})[-/](?P<m2>\d{1,2})[-/](?P<y2>1[345]\d{2}))(?!\d)\s*(?:ه|هج)?"
)
CLOCK = re.compile(
    rf"(?<![\d:.,])(?P<hour>[01]?\d|2[0-4])(?::|(?<=\d)h(?=\d))(?P<minute>[0-5]\d)(?::[0-5]\d)?(?:[.,]\d+)?(?!\d)"
    rf"\s*(?P<half>(?:am|pm|a\.m\.?|p\.m\.?|صباحا|مساء|ظهرا|عصرا|ليلا|فجرا|ص|م){WORD_ENDS})?"
)
DOT_CLOCK = re.compile(r"(?:^|\s)(?:в|at|о)\s+(?P<hour>[01]?\d|2[0-3])\.(?P<minute>[0-5]\d)(?![\d.])(?P<half>)")
HOUR_CLOCK = re.compile(
    rf"(?<![\d:.])(?P<hour>1[0-2]|0?[1-9])(?P<minute>)\s*(?P<half>(?:am|pm|a\.m\.?|p\.m\.?|صباحا|مساء){WORD_ENDS})"
)
PM = {"pm", "p.m.", "p.m", "مساء", "م", "عصرا", "ظهرا", "ليلا"}
OFFSET = re.compile(r"(?:(?:gmt|utc|غرينتش|جرينتش)\s*)?(?P<sign>[+-])\s?(?P<h>\d{1,2}):?(?P<m>\d{2})?(?!\d)")
ZONE_WORD = re.compile(rf"{WORD_BEGINS}ال?(?:بتوقيت)?\s*(?:{'|'.join(ZONES)})|{WORD_BEGINS}(?:{'|'.join(ZONES)})")
AGO = re.compile(
    rf"{WORD_BEGINS}(?:(?P<half>полчаса|полтора\s+часа|half\s+an\s+hour)|(?P<dual>{DUAL})"
    rf"|(?:(?P<n>\d{{1,3}}|{'|'.join(NUMBER_WORDS)})[\s-]*)?(?P<unit>{UNIT}))(?![^\W\d_])"
)
JUST_NOW = re.compile(
    rf"{WORD_BEGINS}(?:только что|щойно|just now|moments ago|right now|الان|للتو|قبل لحظات|منذ لحظات|لحظات){WORD_ENDS}"
)
SINCE = re.compile(rf"{WORD_BEGINS}(?:منذ|قبل){WORD_ENDS}")
BACK = re.compile(rf"{WORD_BEGINS}(?:назад|тому|ago|مضت){WORD_ENDS}")
WEEKDAY_WORD = re.compile(rf"{WORD_BEGINS}(?:يوم\s+)?(?P<weekday>{WEEKDAY}){WORD_ENDS}")
DAY_WORD_IN = re.compile(rf"{WORD_BEGINS}(?P<word>{DAY_WORD}){WORD_ENDS}")

DIGITS = {ord(c): str(i % 10) for i, c in enumerate("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹")}
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
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).lower().translate(DIGITS).translate(_LETTERS)
    return " ".join(text.split())


def zone(name: str, url: str = "") -> tzinfo:
    """The zone of that IANA name; where it is empty or unknown that of the URL's country domain, else UTC."""
    if not name:
        name = DOMAIN_ZONES.get((urlsplit(url).hostname or "").rsplit(".", 1)[-1], "UTC")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


TODAY_IS = re.compile(
    rf"(?:{DAY_WORDS[0]}){WORD_ENDS}\W{{0,3}}(?:يوم\s+)?(?:{WEEKDAY}){WORD_ENDS}\W{{0,3}}\d{{1,2}}{GAP}(?:من\s+)?{WORD_BEGINS}(?:{MONTH}){WORD_ENDS}(?:\s*/\s*(?:{MONTH}){WORD_ENDS})?(?:{GAP}\d{{4}})?"
)
