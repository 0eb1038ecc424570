"""Lines of an article: how an element becomes lines, and which lines are chrome."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from crawler import dates

BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6"
    " header hr li main nav ol option p pre section summary table tbody td tfoot th thead title tr ul".split()
)
SILENT = frozenset(
    "script style noscript template svg iframe object embed canvas select button input textarea label audio video map head".split()
)


def of(element: Any) -> list[str]:
    """The visible text of the element, one line a block or <br>."""
    parts: list[str] = []
    _walk(element, parts)
    joined = "".join(parts)
    return [line for line in (" ".join(raw.split()) for raw in joined.split("\n")) if line]


def _walk(element: Any, parts: list[str]) -> None:
    """Iterative, so that deep nesting cannot exhaust the stack."""
    stack: list[tuple[Any, bool]] = [(element, False)]
    while stack:
        node, closing = stack.pop()
        tag = node.tag if isinstance(node.tag, str) else ""
        if closing:
            if tag in BLOCKS:
                parts.append("\n")
            if node is not element and node.tail:
                parts.append(_flat(node.tail))
            continue
        if not tag or tag in SILENT:
            if node is not element and node.tail:
                parts.append(_flat(node.tail))
            continue
        if tag in BLOCKS or tag == "br":
            parts.append("\n")
        if node.text:
            parts.append(_flat(node.text))
        stack.append((node, True))
        stack.extend((child, False) for child in reversed(node))


def _flat(text: str) -> str:
    return text.replace("\n", " ").replace("\r", " ")


# Whole lines that are never part of an article, in three languages. Matched against the line without its outer punctuation.
CHROME_LINE = re.compile(
    r"""(?ix)
    (?:tag\s*icon\s*)?(?:ع\s*){2,} | tag\s*icon | a\s*[-+]?\s*a\s*[-+]?(?:\s*a)? | [AА][-+] (?:\s*[AА][-+])* | aa+
  | (?:share|поделиться|поделитесь|شارك|مشاركة|مشاركه|انشر|tweet|твитнуть|whatsapp|telegram|facebook|twitter|фейсбук|вконтакте|viber|print|печать|распечатать
     |طباعة|للطباعة|email|e-mail|copy\s*link|скопировать\s*ссылку|نسخ\s*الرابط|واتساب|واتس\s*اب|تلغرام|تيليغرام|تويتر|فيسبوك|فايبر|لينكدان|linkedin|ok|vk|link
     |ماسنجر|بريد|البريد\s*الالكتروني|اطبع|احفظ|save|comments?|комментарии|комментировать|التعليقات|تعليقات|اضف\s*تعليق|أضف\s*تعليق(?:اً|ا)?)
    (?:[\s:|,/·•0-9]*(?:on|via|в|على|عبر)?[\s:|,/·•]*(?:this|article|story|статьей|новостью|с\s*друзьями|المقال|الخبر|الموضوع|facebook|twitter|whatsapp|telegram|vk|email
     |print|share|tweet|viber|ok|фейсбук|вконтакте|واتساب|تويتر|فيسبوك|تلغرام|x|pinterest|linkedin|google\+?|reddit|tumblr|линк))*
  | (?:حجم|تكبير|تصغير)\s*(?:ال)?خط\b.{0,30} | font\s*size\b.{0,20} | размер\s*шрифта\b.{0,20} | версия\s*для\s*печати | print\s*version
  | (?:advertisement|advertising|реклама|на\s*правах\s*рекламы|إعلان|اعلان|إعلانات|sponsored(?:\s*content)?|promoted|erid\b.{0,60})
  | (?:loading|загрузка|جار[يٍ]?\s*التحميل)\W* | (?:listen|слушать|استمع)(?:\s*(?:to|к)?\s*(?:this|the|article|статью|للمقال|إلى\s*المقال|للخبر))*
  | (?:подписаться|подпишитесь|subscribe|follow\s*us|تابعنا|تابعونا|اشترك)\b.{0,80}
  | (?:\d+\s*)?(?:просмотр(?:ов|а)?|views?|مشاهدة|مشاهده|مشاهدات|قراءة|قراءات|likes?|shares?)(?:\s*:?\s*\d+)? | (?:мин|минут[аы]?)\.?\s*чтения | \d+\s*min(?:ute)?s?\s*read
  | (?:دقيقة|دقائق)\s*(?:لل)?قراءة | (?:previous|next|назад|вперед|далее|السابق|التالي)(?:\s*(?:article|post|статья|المقال|الخبر))?
  | (?:вверх|наверх|to\s*top|back\s*to\s*top|اعلى\s*الصفحة) | (?:تم\s*)?(?:نسخ|copied)\W*
  """
)
# A line that opens the chrome behind an article: from here on nothing belongs to it.
TAIL = re.compile(
    r"""(?ix)^\W*(?:
    مقالات\s*(?:متعلقة|ذات\s*صلة|مشابهة|اخرى|أخرى) | (?:أخبار|اخبار|مواضيع|موضوعات|قصص|مواد)\s*(?:متعلقة|ذات\s*صلة|مشابهة|أخرى|اخرى) | اقر[أا]\s*(?:أيضا|ايضا|أيضاً|ايضاً|المزيد)\W*$
  | قد\s*(?:يعجبك|يهمك)\s*(?:أيضا|ايضا|أيضاً)?\W*$ | (?:الأكثر|الاكثر)\s*(?:قراءة|مشاهدة|تداولا|شعبية)\W*$ | ذات\s*صلة\W*$ | المزيد\s*من\s+\S+(?:\s\S+)?$ | شاهد\s*(?:أيضا|ايضا|أيضاً)\W*$
  | ادعم\s*عنب\s*بلدي | (?:أضف|اضف|اترك|اكتب)\s*(?:تعليقا?|تعليقاً|ردا?|رداً)\W*.{0,20}$ | (?:لا\s*توجد\s*)?(?:ال)?تعليقات\W*\d*\W*$ | (?:الكلمات\s*(?:المفتاحية|الدلالية)|الوسوم|كلمات\s*مفتاحية|وسوم)\s*:?.*$
  | (?:читайте|смотрите|слушайте)\s*(?:также|ещ[её]|по\s*теме)\W*$ | (?:материалы|новости|статьи|публикации|другие\s*(?:новости|материалы|статьи))\s*(?:по\s*теме|рубрики|раздела|партн[её]ров|дня|сми2?)\W*$
  | (?:похожие|связанные|другие)\s*(?:новости|статьи|материалы|публикации|записи)\W*$ | по\s*теме\W*$ | (?:самое\s*(?:читаемое|популярное|интересное)|популярное|главное\s*за\s*день)\W*$
  | комментарии\s*(?:читателей|к\s*(?:статье|новости|материалу))?\W*\d*\W*$ | (?:оставить|добавить|написать)\s*(?:комментарий|отзыв)\W*$ | нашли\s*(?:ошибку|опечатку)\b.* | (?:метки|теги|ключевые\s*слова)\s*:.*$
  | (?:related|more)\s*(?:articles|stories|news|posts|topics|coverage|from\s.{1,30})\W*$ | (?:read|see|watch)\s*(?:also|more|next)\W*$ | you\s*(?:may|might)\s*(?:also\s*)?(?:like|be\s*interested).*$
  | (?:most\s*(?:read|popular|viewed|shared)|recommended(?:\s*for\s*you)?|trending(?:\s*now)?|up\s*next|editor.?s\s*picks?)\W*$ | (?:leave|post|add)\s*a\s*(?:comment|reply)\W*$ | (?:\d+\s*)?comments?\W*\d*\W*$
  | tags\s*:.*$ | topics\s*:.*$
  )"""
)
# A single line inside an article that only points elsewhere.
POINTER = re.compile(
    r"""(?ix)^\W*(?:читайте|смотрите|см\.?|read|see|watch|اقر[أا]|شاهد|للمزيد|المزيد|طالع|إقر[أا]|قد\s*يهمك|اقرؤوا|اقرأوا)\s*(?:также|ещ[её]|по\s*теме|материал|нас|статью|подробнее|also|more|أيضا|ايضا|أيضاً|ايضاً|المزيد|في)?\s*[:|«>»–—-].{0,200}$"""
)
CREDIT = re.compile(
    r"""(?ix)^\W*(?:фото|photo|image|picture|credit|иллюстрация|изображение|снимок|видео|video|صورة|الصورة|تصوير|المصدر|مصدر\s*الصورة|getty\s*images)\s*(?:credit|by|из\s*архива|من)?\s*[:/©].{0,120}$
    | ^\W*(?:©|\(c\)|copyright|все\s*права\s*защищены|جميع\s*الحقوق|all\s*rights\s*reserved).{0,160}$"""
)
# How a site speaks to those who want to comment or copy; long enough to look like a paragraph.
POLICY = re.compile(
    r"""(?ix) مراجعة\s*التعليقات\s*قبل\s*نشرها | (?:التعليقات|الآراء|الاراء)\s.{0,40}(?:لا\s*تعبر|تعبر\s*عن\s*رأي\s*(?:أصحابها|كاتبها)|وجهات\s*نظر\s*أصحابها)
    | يرجى\s*الالتزام\s*(?:ب)?(?:آداب|شروط) | комментарии\s*(?:проходят|публикуются\s*после)\s*модераци | мнение\s*(?:редакции|автора)\s*может\s*не\s*совпадать
    | (?:при|любое)\s*(?:полном\s*или\s*частичном\s*)?(?:использовани[ие]|копировани[ие]|цитировани[ие]|перепечатк[аие])\s*материалов.{0,120}(?:ссылк|разрешени)
    | использование\s*материалов.{0,80}(?:допускается|разреш|запрещ) | выделите\s*(?:фрагмент|е[её]|текст|ошибку).{0,40}ctrl | comments\s*are\s*moderated
    | (?:your\s*)?email\s*address\s*will\s*not\s*be\s*published | لن\s*يتم\s*نشر\s*عنوان\s*بريدك | обязательные\s*поля\s*помечены | يتم\s*حذف\s*التعليق
    """
)
# Words that date lines are made of: months, weekdays, "published", view counters.
DATE_WORDS = re.compile(
    rf"(?i)\b(?:{dates.MONTH}|{dates.WEEKDAY}|{dates.DAY_WORD}|{dates.UNIT}|г|года?|в|at|on|мск|msk|gmt|utc|am|pm|ص|م|назад|ago|منذ|قبل|published|updated|posted|date|time"
    r"|опубликовано|обновлено|дата|время|просмотров|просмотры|views?|نشر(?:ت)?|بتاريخ|تاريخ|النشر|الساعه|اخر|تحديث|تم|مشاهده|مشاهدات|قراءه|يوم|صباحا|مساء|من|الموافق|ه"
    r"|t|z|edt|est|et|th|st|nd|rd)\b"
)
BIG_NUMBER_TAIL = re.compile(r"\W+$|^\W+")
GLUED_COUNTER = re.compile(r"^\d{1,6}(?=[А-ЯЁA-Zا-ي«\"“][^\W\d_]{2})")


def clean(found: Iterable[str], title: str, boilerplate: Iterable[str] = ()) -> list[str]:
    """The lines that belong to the article: headline, chrome, boilerplate, repetitions and what follows a tail are out."""
    phrases = [_key(phrase) for phrase in boilerplate if phrase.strip()]
    kept: list[str] = []
    seen: set[str] = set()
    heading = _key(title)
    total = 0
    for raw in found:
        line = " ".join(raw.split()).removeprefix("- ").strip()
        key = _key(line)
        if not key or (key == heading and total < 200):
            continue
        if TAIL.match(line) and len(line) < 120:
            if total > 0:
                break
            continue
        if (
            _is_chrome(line)
            or (total < 400 and _is_date_line(line))
            or any(key == phrase or key.startswith(phrase + " ") for phrase in phrases)
        ):
            continue
        if key in seen and len(key) > 40:
            continue
        seen.add(key)
        kept.append(line)
        total += len(line)
    return _trim_end(kept)


def _key(line: str) -> str:
    return " ".join(re.findall(r"\w+", line.lower()))


def _is_chrome(line: str) -> bool:
    bare = BIG_NUMBER_TAIL.sub("", line)
    if not bare:
        return True
    return bool(
        (len(bare) < 120 and CHROME_LINE.fullmatch(bare))
        or POINTER.match(line)
        or CREDIT.match(line)
        or POLICY.search(line)
    )


def _is_date_line(line: str) -> bool:
    """«13 февраля 2018, 14:05, просмотров: 173»: nothing is left when the words of dates and counters are taken out."""
    if len(line) > 90 or not re.search(r"\d", line):
        return False
    return not re.search(r"[^\W\d_]", DATE_WORDS.sub("", dates.fold(line)))


def _trim_end(kept: list[str]) -> list[str]:
    """Bare numbers at either end are counters, not text."""
    while kept and (re.fullmatch(r"[\W\d]+", kept[-1]) or _is_date_line(kept[-1])):
        kept.pop()
    while kept and re.fullmatch(r"[\W\d]+", kept[0]):
        kept.pop(0)
    return kept


def told(text: str, kept: Iterable[str]) -> bool:
    """Whether the lines already say the text (its first 80 letters and digits)."""
    wanted = _squeezed(text)[:80]
    return bool(wanted) and wanted in _squeezed(" ".join(kept))


def _squeezed(text: str) -> str:
    return re.sub(r"\W+", "", text.lower())
