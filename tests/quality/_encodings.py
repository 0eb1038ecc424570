"""One page in every encoding that outlets use, declared right, wrong and not at all."""

from __future__ import annotations

from collections.abc import Iterator

from tests.quality._arabic import STORIES

RUSSIAN = (
    "В посёлке Лесной закрыли мост через реку Быструю",
    (
        "Жители посёлка Лесной третий день добираются до райцентра в объезд: мост через реку Быструю закрыли на ремонт.",
        "Как сообщил глава администрации Игорь Ветров, работы продлятся до конца октября.",
        "Школьный автобус на это время пустили по другому маршруту, и он отправляется на сорок минут раньше.",
    ),
)
ENCODINGS = {
    "ru": ("windows-1251", "koi8-r", "utf-8"),
    "ar": ("windows-1256", "iso-8859-6", "utf-8"),
}
WRONG = {
    "windows-1251": ("utf-8", "iso-8859-1", "koi8-r"),
    "koi8-r": ("utf-8", "windows-1251", "iso-8859-1"),
    "windows-1256": ("utf-8", "iso-8859-1", "windows-1252", "iso-8859-6"),
    "iso-8859-6": ("utf-8", "windows-1256", "iso-8859-1"),
    "utf-8": ("windows-1251", "windows-1256", "iso-8859-1"),
}


def encoded_pages() -> Iterator[tuple[str, bytes, str, str]]:
    """(name, body, Content-Type header, a sentence that must be read)."""
    arabic = STORIES[1]
    texts = {"ru": RUSSIAN, "ar": (arabic.title, arabic.sentences)}
    for language, encodings in ENCODINGS.items():
        title, sentences = texts[language]
        for encoding in encodings:
            for declared in (encoding, "", *WRONG[encoding]):
                for place in ("header", "meta") if declared else ("nowhere",):
                    meta = f'<meta charset="{declared}">' if place == "meta" else ""
                    text = "".join(f"<p>{sentence}</p>" for sentence in sentences)
                    page = f"<html><head>{meta}<title>{title}</title></head><body><h1>{title}</h1><div>{text}</div></body></html>"
                    header = f"text/html; charset={declared}" if place == "header" else "text/html"
                    body = page.encode(encoding, "xmlcharrefreplace")
                    yield f"{encoding}-as-{declared or 'nothing'}-in-{place}", body, header, sentences[1].split("،")[0]
