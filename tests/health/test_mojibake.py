"""Text read with the wrong table is known; real text in any language of ours is not accused."""

from __future__ import annotations

import pytest

from crawler.mojibake import is_garbled

TEXTS = {
    "ru": "Колонна вышла из города на рассвете, сообщили местные жители; дорога к переправе была закрыта на час.",
    "uk": "Колона вийшла з міста на світанку, повідомили мешканці у неділю; дорога до переправи була закрита.",
    "ar": "غادرت القافلة المدينة عند الفجر، وقال سكان محليون إن الطريق إلى المعبر أغلق ساعة كاملة يوم الأحد.",
    "en": "The convoy left the town at dawn, residents said; the road to the crossing was closed for an hour.",
    "fr": "L’armée a évacué le village à l’aube, déclarèrent des témoins étrangers; la route était fermée.",
    "tr": "Güneydoğu'da köylüler şafakta yola çıktı, çünkü köprü kapalıydı; görüşmeler öğleden sonra sürdü.",
    "capitals": "КОЛОННА ВЫШЛА ИЗ ГОРОДА НА РАССВЕТЕ, СООБЩИЛИ МЕСТНЫЕ ЖИТЕЛИ В ВОСКРЕСЕНЬЕ",
    "mixed": "По данным Reuters и Associated Press, колонна вышла на рассвете; the road was closed, says CNN.",
    "short": "Ðà",
}
MISREAD = [
    ("ru", "utf-8", "cp1251"), ("ru", "utf-8", "latin-1"), ("ru", "utf-8", "cp1252"), ("ru", "cp1251", "utf-8"),
    ("ru", "cp1251", "latin-1"), ("ru", "cp1251", "koi8-r"), ("ru", "koi8-r", "cp1251"), ("uk", "cp1251", "koi8-u"),
    ("ar", "utf-8", "cp1252"), ("ar", "utf-8", "cp1256"), ("ar", "cp1256", "utf-8"), ("ar", "cp1256", "cp1251"),
    ("ar", "cp1256", "latin-1"), ("ar", "iso8859-6", "latin-1"),
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_real_text_is_not_accused(text: str) -> None:
    """No language of ours looks garbled, nor a few letters of anything."""
    assert not is_garbled(text)


@pytest.mark.parametrize(("text", "written", "read"), MISREAD)
def test_a_wrong_table_is_seen(text: str, written: str, read: str) -> None:
    """What was written in one table and read by another is known, whichever they are."""
    assert is_garbled(TEXTS[text].encode(written, "replace").decode(read, "replace"))
