"""Cutting and folding: raw text -> the words a reader sees in it, each with its place in the original."""

from __future__ import annotations

import pytest

from crawler.languages import fold, tokenise

WORDS = [
    # hyphens, digits
    ("Дейр-эз-Зор", ["дейр", "эз", "зор"]),
    ("Дейр–эз–Зор", ["дейр", "эз", "зор"]),
    ("Аль-Каида", ["аль", "каида"]),
    ("генерал-майор", ["генерал", "майор"]),
    ("Су-24 Су24 Су–24", ["су", "24"] * 3),
    ("0Казнь", ["0", "казнь"]),
    ("18:30мск", ["18", "30", "мск"]),
    ("1,500 и 2.5", ["1500", "и", "2.5"]),
    ("٢٠١٨ و ۱۲٫۵", ["2018", "و", "12.5"]),
    ("الـ18", ["ال", "18"]),
    # accents, case, letters of one sound
    ("Ёлка ЙОД ано́нс", ["елка", "йод", "анонс"]),
    ("и\u0306од е\u0308лка", ["йод", "елка"]),
    ("Müller Łódź Iğdır İzmir Weiß", ["muller", "lodz", "igdir", "izmir", "weiss"]),
    ("Sana'a Sana’a Sana`a Sanaʿa Sanaa", ["sanaa"] * 5),
    ("об’єкт об'єкт", ["обєкт"] * 2),
    ("Wagner's Wagner’s Wagner", ["wagner's", "wagner's", "wagner"]),
    ("'quoted' soldiers'", ["quoted", "soldiers"]),
    ("𝐖𝐚𝐠𝐧𝐞𝐫 Ｗａｇｎｅｒ", ["wagner"] * 2),
    ("مُرتَزِقَة مرتزقـــة مرتزقة", ["مرتزقة"] * 3),
    ("أسرى إسرى آسرى ٱسرى", ["اسري"] * 4),
    ("مسؤول رئيس", ["مسوول", "رييس"]),
    ("کرملین كرملين", ["كرملين"] * 2),
    ("ﻻ ﷲ", ["لا", "الله"]),
    ("قتله قتلة", ["قتله", "قتلة"]),
    # invisible characters
    ("Ваг\u00adнер Ваг\u200bнер \u202bВагнер\u202c", ["вагнер"] * 3),
    ("می\u200cشود", ["ميشود"]),
    # letters of another script
    ("Bагнер СИРИЯ PОССИЯ", ["вагнер", "сирия", "россия"]),
    ("Wаgner Syriа", ["wagner", "syria"]),
    ("وWagner", ["و", "wagner"]),
    # words broken up
    ("قـ.تل مـ.ات ق.ـتل", ["قتل", "مات", "قتل"]),
    ("قـ_تل ق_تل إر*هاب", ["قتل", "قتل", "ارهاب"]),
    ("ق ت ل", ["قتل"]),
    ("у_б_и_т у-б-и-т у.б.и.т у*били", ["убит", "убит", "убит", "убили"]),
    ("его у б и т вчера", ["его", "убит", "вчера"]),
    ("أ.ف.ب U.S.A.", ["افب", "usa"]),
    # words that only look broken up
    ("а я и в нём", ["а", "я", "и", "в", "нем"]),
    ("А.В.Иванов А. В. Иванов", ["а", "в", "иванов"] * 2),
    ("#مجلس_الأمن #ЧВК_Вагнер", ["مجلس", "الامن", "чвк", "вагнер"]),
    ("عام 1439هـ.وقال", ["عام", "1439", "ه", "وقال"]),
    ("نهاية.وقال", ["نهاية", "وقال"]),
    ("", []),
    ("… — 👍🏽 \ud800", []),
]


@pytest.mark.parametrize(("text", "expected"), WORDS)
def test_words_are_cut_and_folded(text: str, expected: list[str]) -> None:
    """Each spelling folds to the word a reader sees."""
    assert expected == [token.folded for token in tokenise(text)]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("وقـ.تل اليوم", ["وقـ.تل", "اليوم"]),
        ("его у б и т вчера", ["его", "у б и т", "вчера"]),
        ("«مُرتَزِقة» \u202bروس\u202c", ["مُرتَزِقة", "روس"]),
        ("Wagner’s, об’єкт", ["Wagner’s", "об’єкт"]),
        ("Ваг\u00adнер.", ["Ваг\u00adнер"]),
    ],
)
def test_offsets_quote_the_original(text: str, pieces: list[str]) -> None:
    """A token's offsets span the word as it was written, broken pieces included, without invisible marks around it."""
    assert pieces == [text[token.start : token.end] for token in tokenise(text)]


def test_script_and_capital() -> None:
    """A token knows its script and whether it began with a capital."""
    tokens = tokenise("Вагнер wagner فاغنر 5 한국")
    assert [(token.script, token.capital) for token in tokens] == [
        ("cyr", True),
        ("lat", False),
        ("ar", False),
        ("num", False),
        ("other", False),
    ]


def test_fold_keeps_what_stands_between_words() -> None:
    """Folding a text folds its words and leaves spaces and punctuation."""
    assert fold("«Вагнер» — قُـ.تل, The Wagner’s") == "«вагнер» — قتل, the wagner's"
