"""The sentence an alert quotes."""

from __future__ import annotations

from alerts.document import Document
from alerts.monitor import Monitor
from alerts.query import parse
from alerts.quote import HEAD, LONGEST, quote

FILLER = "and so the report went on about the weather in the province and its harvest "


def quoted(document: Document, query: str) -> tuple[str, list[str]]:
    (hit,) = Monitor([("w", parse(query))]).match(document)
    text, spans = quote(document, hit)
    return text, [text[start:end] for start, end in spans]


def test_the_sentence_with_the_name_is_quoted_whole() -> None:
    """Who claims it stays in the quote; the sentences around it do not."""
    text = "Шёл дождь. По словам соседа, Кирилл Ананьев погиб под Хашамом. Больше ничего не известно."
    sentence = "По словам соседа, Кирилл Ананьев погиб под Хашамом."
    assert quoted(Document("Новости", text), "Кирилл Ананьев") == (sentence, ["Кирилл Ананьев"])


def test_the_sentence_with_most_parts_wins() -> None:
    """Where one sentence holds the whole query, an earlier one with half of it is not quoted."""
    text = "Wagner was discussed. Witnesses say a Wagner man was killed. The end."
    assert quoted(Document("", text), "killed AND Wagner") == (
        "Witnesses say a Wagner man was killed.",
        ["Wagner", "killed"],
    )


def test_two_sentences_are_joined() -> None:
    """Parts in two sentences are both quoted: with an ellipsis between, or a space when they are neighbours."""
    apart = "One was killed. It rained. He served in Wagner."
    assert quoted(Document("", apart), "killed AND Wagner")[0] == "One was killed. … He served in Wagner."
    beside = "One was killed. He served in Wagner."
    assert quoted(Document("", beside), "killed AND Wagner") == (beside, ["killed", "Wagner"])


def test_the_text_is_preferred_to_the_title() -> None:
    """The headline is shown anyway; it is quoted only when the text has nothing."""
    assert quoted(Document("Killed in Homs", "One was killed."), "killed")[0] == "One was killed."
    assert quoted(Document("Killed in Homs", "No more is known."), "killed") == ("Killed in Homs", ["Killed"])


def test_a_sentence_far_too_long_keeps_its_beginning_and_what_was_found() -> None:
    """Of a monster the claimant at its beginning and the words around the find remain, within the limit."""
    text = "The ministry claims " + FILLER * 6 + "that Wagner men were killed " + FILLER * 6 + "."
    cut, found = quoted(Document("", text), '"Wagner men"')
    assert cut.startswith("The ministry claims") and " … " in cut and found == ["Wagner men"]
    assert HEAD < len(cut) <= LONGEST + 30
    early, _ = quoted(Document("", "The ministry claims Wagner men left " + FILLER * 9), '"Wagner men"')
    assert early.startswith("The ministry claims Wagner men left and") and len(early) <= LONGEST + 2


def test_a_line_break_inside_becomes_a_space_of_the_same_length() -> None:
    """The quote is one line and its spans still fit."""
    document = Document("", "Killed were\ttwo men")
    assert quoted(document, '"killed were two"') == ("Killed were two men", ["Killed were two"])


def test_a_watch_without_a_place_quotes_nothing() -> None:
    """outlet: holds for the article as a whole."""
    assert quoted(Document("", "Text.", outlet="sana"), "outlet:sana") == ("", [])
