"""Public Telegram channels by their web preview, https://t.me/s/<channel>, or the same path on a mirror.

The preview tells its posts whole, so a post needs no page of its own: the preview page is its evidence. Posts stand
there oldest first; `?before=ID` leads back. Three answers look alike and mean different things: a channel whose owner
switched the preview off, a name that nobody has (answered with 200 and a generic page), and a person or bot.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from crawler import markup, urls
from crawler.extract import about
from crawler.outlets import EntryPointFact, Outlet
from crawler.spiders import LATEST, Days, Reading, Told, Unreadable
from crawler.types import UNDATED, Dating, Draft, Listing, Page

POSTS = "https://t.me"  # where a reader finds a post, whatever host the preview was read from
TITLE_CHARACTERS = 120

_POST = re.compile(r"^([A-Za-z0-9_]{2,64})/(\d{1,18})$")
_MEMBERS = re.compile(r"(?i)\b(?:subscribers?|members?)\b")
_SENTENCE_END = re.compile(r"(?<=[.!?؟…])\s")
# class of an element of a post -> what the post carries besides its text, in a note for a person
_MEDIA = {
    "tgme_widget_message_photo_wrap": "a photo",
    "tgme_widget_message_video_player": "a video",
    "tgme_widget_message_roundvideo_player": "a video",
    "tgme_widget_message_voice_player": "a voice message",
    "tgme_widget_message_document": "a document",
}


def start(url: str, days: Days = LATEST) -> str:
    """The preview of a channel, which may be given by its plain address. A back-fill begins with the newest post too."""
    parts = urlsplit(url)
    channel = parts.path.strip("/").removeprefix("s/").partition("/")[0]
    return f"{parts.scheme}://{parts.netloc}/s/{channel}"


def recognise(page: Page) -> Unreadable | bool:
    """Whether this is a preview, and if not, what Telegram says by the page it shows in its place."""
    if page.status != 200 or is_preview(page) or b"tgme_page" not in page.body:
        return page.status == 200 and is_preview(page)
    tree = markup.parse(markup.decode(page.body, page.header("content-type")))
    if tree is None:
        return False
    title, extra = _words(_first(tree, "tgme_page_title")), _words(_first(tree, "tgme_page_extra"))
    if not title:
        return Unreadable("nobody has this name: a generic page instead of the channel", "dead channel")
    if not _MEMBERS.search(extra):
        return Unreadable(f"a person or a bot, not a channel: {title[:80]}", "dead channel")
    return Unreadable(f"the channel {title[:80]} has no public preview", "no preview")


def read(page: Page, entry: EntryPointFact, outlet: Outlet, now: datetime, days: Days = LATEST) -> Reading | Unreadable:
    """The posts of the page, newest first, each told whole."""
    tree = markup.parse(markup.decode(page.body, page.header("content-type")))
    if tree is None or not is_preview(page):
        return Unreadable("no preview of a channel")
    listings: dict[str, Listing] = {}
    told: dict[str, Told] = {}
    dropped: Counter[str] = Counter()
    first_id = 0
    for post in reversed(list(_classed(tree, "tgme_widget_message"))):
        name = _POST.match(post.get("data-post") or "")
        if name is None or _has(post, "service_message"):
            dropped["no post"] += 1
            continue
        first_id = min(first_id or int(name[2]), int(name[2]))
        draft = _draft(post, f"{POSTS}/{name[0]}", outlet, now)
        if not re.search(r"\w", draft.text):
            dropped["a post without text"] += 1
        elif draft.canonical_url in listings:
            dropped["listed twice"] += 1
        else:
            listings[draft.canonical_url] = _listing(draft)
            told[draft.canonical_url] = Told(draft, page)
    if not first_id and _first(tree, "tgme_channel_history") is None:
        return Unreadable("the channel shows no history to the public", "no preview")
    older = f"{start(page.url)}?before={first_id}" if first_id > 1 else ""
    return Reading(tuple(listings.values()), dict(dropped), (), True, older, told)


def is_preview(page: Page) -> bool:
    """Whether the page is the preview of a channel."""
    return b"tgme_channel_info" in page.body or b"tgme_widget_message_wrap" in page.body


def _listing(draft: Draft) -> Listing:
    """Its update mark is made of the text: an edit that Telegram does not mark is one all the same."""
    return Listing(draft.url, draft.title, draft.published.at, hashlib.sha256(draft.text.encode()).hexdigest()[:16])


def _draft(post: Any, address: str, outlet: Outlet, now: datetime) -> Draft:
    lines = [line for element in _texts(post) for line in _lines(element)]
    lines = [line for line in lines if not any(line.startswith(phrase) for phrase in outlet.reading.boilerplate)]
    text = "\n".join(lines)
    title = _title(lines)
    hint = outlet.languages[0] if len(outlet.languages) == 1 and outlet.languages[0] != "und" else ""
    author = _words(_first(post, "tgme_widget_message_from_author"))
    return Draft(
        url=address,
        canonical_url=urls.canonical(address),
        title=title,
        text=text,
        language=about.language(text, hint),
        published=_published(post, now),
        authors=(author,) if author else (),
        image=_image(post),
        notes=tuple(_notes(post)),
    )


def _texts(post: Any) -> Iterator[Any]:
    """What a post says: its text or the caption of its media, a poll's question and answers, a document's name."""
    for element in post.iter(etree.Element):
        names = _names(element)
        wanted = names & {
            "tgme_widget_message_text",
            "tgme_widget_message_poll_question",
            "tgme_widget_message_poll_option_text",
            "tgme_widget_message_document_title",
        }
        if wanted and not _within(element, post, {"tgme_widget_message_reply", "tgme_widget_message_text"}):
            yield element


def _lines(element: Any) -> list[str]:
    """The text of an element by its <br>, white space evened out, empty lines gone."""
    pieces: list[str] = []
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            pieces.append("\n" if node.tag == "br" else _even(node.text))
        elif node is not element:
            pieces.append(_even(node.tail))
    return [line for line in (" ".join(line.split()) for line in "".join(pieces).split("\n")) if line]


def _even(text: str | None) -> str:
    return re.sub(r"\s", " ", text or "")


def _title(lines: list[str]) -> str:
    """The first sentence of the first line that has words, cut at a space."""
    first = next((line for line in lines if re.search(r"\w", line)), "")
    sentence = _SENTENCE_END.split(first, maxsplit=1)[0] if len(first) > TITLE_CHARACTERS else first
    if len(sentence) <= TITLE_CHARACTERS:
        return sentence
    return sentence[:TITLE_CHARACTERS].rsplit(" ", 1)[0] + " …"


def _published(post: Any, now: datetime) -> Dating:
    """The time of the post; a forward shows the original's nowhere. Refused when it lies in the future."""
    for link in _classed(post, "tgme_widget_message_date"):
        for time in link.iter("time"):
            try:
                at = datetime.fromisoformat(time.get("datetime") or "")
            except ValueError:
                continue
            at = at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC).replace(second=0, microsecond=0)
            return Dating(at, "minute", "post") if at <= now else UNDATED
    return UNDATED


def _notes(post: Any) -> Iterator[str]:
    source = _first(post, "tgme_widget_message_forwarded_from_name")
    source = source if source is not None else _first(post, "tgme_widget_message_forwarded_from")
    if source is not None:
        link = source.get("href") or ""
        yield f"forwarded from {_words(source)}" + (f" ({link})" if link.startswith("https://") else "")
    if re.search(r"(?i)\bedited\b", _words(_first(post, "tgme_widget_message_meta"))):
        yield "edited since it was posted"
    carried = dict.fromkeys(what for name, what in _MEDIA.items() if _first(post, name) is not None)
    if carried:
        yield f"with {', '.join(carried)}"


def _image(post: Any) -> str:
    photo = _first(post, "tgme_widget_message_photo_wrap")
    found = (
        re.search(r"background-image:\s*url\(['\"]?(https?://[^'\")]+)", photo.get("style") or "")
        if photo is not None
        else None
    )
    return found[1] if found else ""


def _names(element: Any) -> set[str]:
    return set((element.get("class") or "").split())


def _has(element: Any, name: str) -> bool:
    return name in _names(element)


def _classed(tree: Any, name: str) -> Iterator[Any]:
    return (element for element in tree.iter(etree.Element) if _has(element, name))


def _first(tree: Any, name: str) -> Any:
    return next(_classed(tree, name), None)


def _within(element: Any, post: Any, names: set[str]) -> bool:
    """Whether an element between this one and its post has one of these classes."""
    for parent in element.iterancestors():
        if parent is post:
            return False
        if _names(parent) & names:
            return True
    return False


def _words(element: Any) -> str:
    return " ".join("".join(element.itertext()).split()) if element is not None else ""
