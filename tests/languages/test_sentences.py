"""Sentence ends in three languages."""

from __future__ import annotations

import pytest

from crawler.languages import sentences, tokenise

CASES = [
    ["Погиб в 2018 г. под Дейр-эз-Зором.", "Тело вернули."],
    ["Родился в г. Асбест.", "Служил на ул. Ленина, 5."],
    ["А. В. Иванов и К. Ананьев погибли.", "Об этом пишет «Фонтанка».", "Подробностей нет…", "Кто они?!"],
    ["Были танки, БТР и т.д.", "Их сожгли."],
    ["Были танки, БТР и т. д. и их сожгли."],
    ["Он сказал: «Мы уходим.»", "И ушёл."],
    ["Потери — 3.5 тыс. человек."],
    ["Mr. Smith met Gen. Lee at 5.30 p.m. in Damascus.", "They left."],
    ["It was flight No. 9 of the day.", "He said no.", "Then he left."],
    ["The U.S. strike hit J. Doe's unit.", '"Stop!" he said.', "Nothing moved."],
    ["قُتل ثلاثة جنود.", "هل هم روس؟", "لم يعرف بعد!", "انتهى۔"],
    ["قال د. محمد إنهم غادروا.", "ثم عاد."],
    ["Заголовок без точки", "Первый абзац.", "Второй"],
    ["Wait... what?", "Yes."],
]


@pytest.mark.parametrize("expected", CASES)
def test_sentences_end_where_a_reader_stops(expected: list[str]) -> None:
    """Abbreviations, initials, decimals and quotes do not end a sentence; a new line does."""
    text = "\n".join(expected) if expected[0].startswith("Заголовок") else " ".join(expected)
    assert expected == [text[start:end] for start, end in sentences(text)]


def test_a_token_knows_its_sentence() -> None:
    """The number of a token's sentence counts the spans of sentences()."""
    text = "Он ушёл. Она осталась!\nКонец"
    assert [token.sentence for token in tokenise(text)] == [0, 0, 1, 1, 2]


def test_the_language_chooses_whose_abbreviations_count() -> None:
    """«Ст.» is an abbreviation in Russian only."""
    text = "см. Bold"
    assert [token.sentence for token in tokenise(text, "ru")] == [0, 0]
    assert [token.sentence for token in tokenise(text, "en")] == [0, 1]
