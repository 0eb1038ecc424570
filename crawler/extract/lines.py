"""Lines of an article: how an element becomes lines, and which lines are chrome."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from crawler import dates

BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
    ]
)
SILENT = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "iframe",
        "object",
        "embed",
        "canvas",
        "select",
        "button",
        "input",
        "textarea",
        "label",
        "audio",
        "video",
        "map",
        "head",
    ]
)


@dataclass(slots=True)
class Line:
    """One visible line: its text, its words, the block it stands in, the share (0..1) of its letters that are links."""

    text: str
    words: list[str]
    block: Any
    linked: float


def of(element: Any) -> list[str]:
    """The visible lines of the element as text."""
    return [line.text for line in visible(element)]


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def visible(tree: Any) -> list[Line]:
    """The visible lines of a page's body, or of an element, in document order; a block or <br> begins a new one.

    Iterative, so that deep nesting cannot exhaust the stack. Where an inline element parts a number from a word, a
    space does too: a counter glued to a word («0Казнь») hides a name.
    """
    body = tree if tree.tag == "body" else tree.find("body")
    body = tree if body is None else body
    found: list[Line] = []
    parts: list[str] = []
    letters = linked = 0
    owner = block = body

    def flush() -> None:
        nonlocal letters, linked
        text = " ".join("".join(parts).split())
        if text:
            found.append(Line(text, words(text), owner, linked / max(1, letters)))
        parts.clear()
        letters = linked = 0

    def add(text: str | None, links: int) -> None:
        nonlocal letters, linked, owner
        if not text:
            return
        count = len("".join(text.split()))
        if count and not letters:
            owner = block
        if parts and letters <= 5 and re.fullmatch(r"\s*\d{1,5}", "".join(parts)) and COUNTED.match(text):
            parts.clear()
            letters = linked = 0
        elif parts and _glues(parts[-1][-1:], text[0]):
            parts.append(" ")
        parts.append(text)
        letters += count
        linked += count if links else 0

    stack: list[tuple[Any, bool, int, Any]] = [(body, False, 0, body)]
    while stack:
        node, closing, links, outer = stack.pop()
        tag = node.tag if isinstance(node.tag, str) else ""
        breaks = tag in BLOCKS or tag == "br"
        if not closing and tag and tag not in SILENT:
            if breaks:
                flush()
                block = node if tag != "br" else block
            inner = links + (tag == "a")
            add(node.text, inner)
            stack.append((node, True, links, outer))
            stack.extend((child, False, inner, block) for child in reversed(node))
            continue
        if closing and tag in BLOCKS:
            flush()
            block = outer
        if node is not body:
            add(node.tail, links)
    flush()
    return found


# What a counter at the head of a line is glued to: the beginning of a sentence.
COUNTED = re.compile(r"[«\"“„]?[А-ЯЁA-Z][^\W\d_]|[«\"“„]?[\u0620-\u064a]{3}")


def _glues(before: str, after: str) -> bool:
    return (before.isdigit() and after.isalpha()) or (before.isalpha() and after.isdigit())


# Whole lines that are never part of an article, in three languages. Matched against the line without its outer
# punctuation.
CHROME_LINE = re.compile(
    r"""(?ix)
    (?:tag\s*icon\s*)?(?:ع\s*){1,} | tag\s*icon | a\s*[-+]?\s*a\s*[-+]?(?:\s*a)? | [AА][-+] (?:\s*[AА][-+])* | aa+
  | (?:share|поделиться|поделитесь|شارك|مشاركة|مشاركه|انشر|tweet|твитнуть|whatsapp|telegram|facebook|twitter|фейсбук
  |вконтакте|viber|print|печать|распечатать
     |طباعة|للطباعة|email|e-mail|copy\s*link|скопировать\s*ссылку|نسخ\s*الرابط|واتساب|واتس\s*اب|تلغرام|تيليغرام|تويتر
     |فيسبوك|فايبر|لينكدان|linkedin|ok|vk|link
     |ماسنجر|بريد|البريد\s*الالكتروني|اطبع|احفظ|save|comments?|комментарии|комментировать|التعليقات|تعليقات
     |اضف\s*تعليق|أضف\s*تعليق(?:اً|ا)?)
    (?:[\s:|,/·•0-9]*(?:on|via|в|على|عبر)?[\s:|,/·•]*(?:this|article|story|статьей|новостью|с\s*друзьями|المقال|الخبر
      |الموضوع|facebook|twitter|whatsapp|telegram|vk|email
     |print|share|tweet|viber|ok|фейсбук|вконтакте|واتساب|تويتر|فيسبوك|تلغرام|x|pinterest|linkedin|google\+?|reddit
     |tumblr|линк))*
  | (?:حجم|تكبير|تصغير)\s*(?:ال)?خط\b.{0,30} | font\s*size\b.{0,20} | размер\s*шрифта\b.{0,20}
  | версия\s*для\s*печати | print\s*version
  | (?:advertisement|advertising|реклама|на\s*правах\s*рекламы|إعلان|اعلان|إعلانات|sponsored(?:\s*content)?|promoted
  |erid\b.{0,60})
  | (?:loading|загрузка|جار[يٍ]?\s*التحميل)\W* | (?:listen|слушать|استمع)(?:\s*(?:to|к)?\s*(?:this|the|article|статью
  |للمقال|إلى\s*المقال|للخبر))*
  | (?:подписаться|подпишитесь|subscribe|follow\s*us|تابعنا|تابعونا|اشترك)\b.{0,80}
  | (?:\d+\s*)?(?:просмотр(?:ов|а)?|views?|مشاهدة|مشاهده|مشاهدات|قراءة|قراءات|likes?|shares?)(?:\s*:?\s*\d+)?
  | (?:мин|минут[аы]?)\.?\s*чтения | \d+\s*min(?:ute)?s?\s*read
  | (?:دقيقة|دقائق)\s*(?:لل)?قراءة | (?:previous|next|назад|вперед|далее|السابق|التالي)(?:\s*(?:article|post|статья
  |المقال|الخبر))?
  | (?:вверх|наверх|to\s*top|back\s*to\s*top|اعلى\s*الصفحة) | (?:تم\s*)?(?:نسخ|copied)\W*
  """
)
# A line that closes an article: what follows it belongs to the site.
TAIL = re.compile(
    r"""(?ix)^\W*(?:
    مقالات\s*(?:متعلقة|ذات\s*صلة|مشابهة|اخرى|أخرى) | (?:أخبار|اخبار|مواضيع|موضوعات|قصص|مواد)\s*(?:متعلقة|ذات\s*صلة
      |مشابهة|أخرى|اخرى)
 | (?:الأكثر|الاكثر)\s*(?:قراءة|مشاهدة|تداولا|شعبية)\W*$ | المزيد\s*من\s+\S+(?:\s\S+)?$
  | ادعم\s*عنب\s*بلدي | (?:أضف|اضف|اترك|اكتب)\s*(?:تعليقا?|تعليقاً|ردا?|رداً)\W*.{0,20}$
  | (?:لا\s*توجد\s*)?(?:ال)?تعليقات\W*\d*\W*$ | (?:الكلمات\s*(?:المفتاحية|الدلالية)|الوسوم|كلمات\s*مفتاحية|وسوم)\s*:?.*$
 | (?:материалы|новости|статьи|публикации|другие\s*(?:новости|материалы|статьи))\s*(?:по\s*теме|рубрики|раздела
 |партн[её]ров|дня|сми2?)\W*$
  | (?:похожие|связанные|другие)\s*(?:новости|статьи|материалы|публикации|записи)\W*$ | (?:самое\s*(?:читаемое
  |популярное|интересное)|популярное|главное\s*за\s*день)\W*$
  | комментарии\s*(?:читателей|к\s*(?:статье|новости|материалу))?\W*\d*\W*$ | (?:оставить|добавить
  |написать)\s*(?:комментарий|отзыв)\W*$ | нашли\s*(?:ошибку|опечатку)\b.* | (?:метки|теги|ключевые\s*слова)\s*:.*$
  | (?:related|more)\s*(?:articles|stories|news|posts|topics|coverage|from\s.{1,30})\W*$ | you\s*(?:may
  |might)\s*(?:also\s*)?(?:like|be\s*interested).*$
  | (?:most\s*(?:read|popular|viewed|shared)|recommended(?:\s*for\s*you)?|trending(?:\s*now)?|up\s*next
  |editor.?s\s*picks?)\W*$ | (?:leave|post|add)\s*a\s*(?:comment|reply)\W*$ | (?:\d+\s*)?comments?\W*\d*\W*$
  | tags\s*:.*$ | topics\s*:.*$
  )"""
)
# A heading of a box of other stories; such boxes stand between paragraphs too.
BOX = re.compile(
    r"""(?ix)^\W*(?: اقر[أا](?:وا)?\s*(?:أيضا|ايضا|أيضاً|ايضاً|المزيد) | قد\s*(?:يعجبك|يهمك)\s*(?:أيضا|ايضا|أيضاً)?
      | (?:مواد|مقالات)?\s*ذات\s*صلة | شاهد\s*(?:أيضا|ايضا|أيضاً)
    | (?:читайте|смотрите|слушайте)\s*(?:также|ещ[её]|по\s*теме) | по\s*теме | (?:read|see|watch)\s*(?:also|more
    |next) )\W*$"""
)
# A single line inside an article that only points elsewhere.
POINTER = re.compile(
    r"""(?ix)^\W*(?:читайте|смотрите|см\.?|read|see|watch|اقر[أا]|شاهد|للمزيد|المزيد|طالع|إقر[أا]|قد\s*يهمك|اقرؤوا|اقرأوا)\s*(?:также|ещ[её]|по\s*теме|материал|нас|статью|подробнее|also|more|أيضا|ايضا|أيضاً|ايضاً|المزيد|في)?\s*[:|«>»–—-].{0,200}$"""
)
CREDIT = re.compile(
    r"""(?ix)^\W*(?:фото|photo|image|picture|credit|иллюстрация|изображение|снимок|видео|video|صورة|الصورة|تصوير
      |المصدر|مصدر\s*الصورة|getty\s*images)\s*(?:credit|by|из\s*архива|من)?\s*[:/©].{0,120}$
    | ^\W*(?:©|\(c\)|copyright|все\s*права\s*защищены|جميع\s*الحقوق|all\s*rights\s*reserved).{0,160}$"""
)
# How a site speaks to those who want to comment or copy; long enough to look like a paragraph.
POLICY = re.compile(
    r"""(?ix) مراجعة\s*التعليقات\s*قبل\s*نشرها | (?:التعليقات|الآراء|الاراء)\s.{0,40}(?:لا\s*تعبر
      |تعبر\s*عن\s*رأي\s*(?:أصحابها|كاتبها)|وجهات\s*نظر\s*أصحابها)
    | يرجى\s*الالتزام\s*(?:ب)?(?:آداب|شروط) | комментарии\s*(?:проходят|публикуются\s*после)\s*модераци
    | мнение\s*(?:редакции|автора)\s*может\s*не\s*совпадать
    | (?:при|любое)\s*(?:полном\s*или\s*частичном\s*)?(?:использовани[ие]|копировани[ие]|цитировани[ие]
    |перепечатк[аие])\s*материалов.{0,120}(?:ссылк|разрешени)
    | использование\s*материалов.{0,80}(?:допускается|разреш|запрещ) | выделите\s*(?:фрагмент|е[её]|текст
    |ошибку).{0,40}ctrl | comments\s*are\s*moderated
    | (?:your\s*)?email\s*address\s*will\s*not\s*be\s*published | لن\s*يتم\s*نشر\s*عنوان\s*بريدك
    | обязательные\s*поля\s*помечены | يتم\s*حذف\s*التعليق
    """
)
# Words that date lines are made of: months, weekdays, "published", view counters.
DATE_WORDS = re.compile(
    rf"(?i)\b(?:{dates.MONTH}|{dates.WEEKDAY}|{dates.DAY_WORD}|{dates.UNIT}|г|года?|в|at|on|мск|msk|gmt|utc|am|pm|ص"
    rf"|م|назад|ago|منذ|قبل|published|updated|posted|date|time"
    r"|опубликовано|обновлено|дата|время|просмотров|просмотры|views?|نشر(?:ت)?|بتاريخ|تاريخ|النشر|الساعه|اخر|تحديث"
    r"|تم|مشاهده|مشاهدات|قراءه|يوم|صباحا|مساء|من|الموافق|ه"
    r"|t|z|edt|est|et|th|st|nd|rd)\b"
)
BIG_NUMBER_TAIL = re.compile(r"\W+$|^\W+")


def clean(found: Iterable[str], title: str, boilerplate: Iterable[str] = ()) -> list[str]:
    """The lines that belong to the article: headline, chrome, boilerplate, repetitions and what follows its end are
    out.
    """
    phrases = [_key(phrase) for phrase in boilerplate if phrase.strip()]
    heading = _key(title)
    seen: set[str] = set()
    kept: list[str] = []
    total = 0
    for line in _until_closed([" ".join(raw.split()) for raw in found]):
        key = _key(line)
        if not key or (key == heading and total < 200) or (key in seen and len(key) > 40):
            continue
        if _is_chrome(line) or (total < 400 and _is_date_line(line)) or opens_other(line):
            continue
        if any(key == phrase or key.startswith(phrase + " ") for phrase in phrases):
            continue
        seen.add(key)
        kept.append(line)
        total += len(line)
    return _trim_end(kept)


def closes(line: str) -> bool:
    """Whether the line opens what stands behind an article: related articles, tags, comments, donations."""
    return len(line) < 120 and bool(TAIL.match(line))


def opens_other(line: str) -> bool:
    """Whether the line is the heading of other stories."""
    return closes(line) or (len(line) < 60 and bool(BOX.match(line)))


def body_of(element: Any) -> list[str]:
    """The lines of a body an outlet's selector found, without the linked lines of boxes of other stories inside it."""
    kept: list[str] = []
    boxed = False
    for line in visible(element):
        boxed = opens_other(line.text) or (boxed and line.linked > 0.9)
        if not boxed or closes(line.text):
            kept.append(line.text)
    return kept


def _until_closed(found: list[str]) -> list[str]:
    """The lines before the one that closes the article: the first such line behind half of the text."""
    total = sum(map(len, found))
    before = 0
    for index, line in enumerate(found):
        if closes(line) and before > total / 2:
            return found[:index]
        before += len(line)
    return found


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
