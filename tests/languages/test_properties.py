"""Whatever text comes in: no exception, offsets that map back, folding that is stable."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.languages import Token, codes, detect, explain, fold, forms, get, keys, sentences, tokenise

# Letters, marks, invisible characters, separators and digits of our scripts, where the rules are; any other code point
# too, unpaired surrogates among them.
OURS = (
    "абвгёйиЁЙIXBіїaBcxÉéøıİßﬁ𝐖أإآبةتثويىكلڤپﻻﷲﷺ\u064b\u0651\u0640\u0301\u0306\u200b\u200d\u200f\u202e\u2066"
    "\u00ad\ufeff0١۲²½٫٬.,'’`´ʼ_*-–ـ \n\t!؟…«»#ǅⅣ한界"
)
TEXT = st.text(st.one_of(st.sampled_from(OURS), st.characters(codec=None)), max_size=60)


@given(TEXT)
@settings(max_examples=300, deadline=None)
def test_tokens_keep_their_place(text: str) -> None:
    """Tokens are ordered, do not overlap, lie inside the text, and stand in the sentence their offsets say."""
    spans = sentences(text)
    before = 0
    for token in tokenise(text):
        assert before <= token.start < token.end <= len(text)
        before = token.end
        assert token.folded
        start, end = spans[token.sentence]
        assert start <= token.start < end


@given(TEXT)
@settings(max_examples=300, deadline=None)
def test_folding_is_stable(text: str) -> None:
    """Folding a folded text changes nothing, and the folded form of a token is a fixed point too."""
    once = fold(text)
    assert once == fold(once)
    for token in tokenise(text):
        assert fold(token.folded) == token.folded


@given(TEXT)
@settings(max_examples=300, deadline=None)
def test_the_first_key_is_the_folded_form(text: str) -> None:
    """keys() keeps the full form first, has no empty key and no key twice."""
    for token in tokenise(text):
        offered = keys(token)
        assert offered[0] == token.folded
        assert len(offered) == len(set(offered))
        assert all(offered)


@given(TEXT)
@settings(max_examples=200, deadline=None)
def test_reading_twice_gives_the_same(text: str) -> None:
    """Tokens and language depend on nothing but the text, although readings are remembered."""
    assert tokenise(text) == tokenise(text)
    assert detect(text) == detect(text)


@given(TEXT)
@settings(max_examples=200, deadline=None)
def test_a_query_word_finds_itself(text: str) -> None:
    """Any token, taken as a query word in any language, stands at least for itself and can be explained."""
    for token in tokenise(text)[:3]:
        surface = text[token.start : token.end]
        if len(tokenise(surface)) != 1:  # a letter cut off from its neighbours may be broken up no more
            continue
        for code in ("", *codes()):
            assert set(keys(token)) & forms(surface, code)
        assert str(explain(surface))


BAD = ["", "я", "👍🏽", "Bаgнер", "ا", "\ud800", "a\udfffb", "\u202eродина\u202c", "\u0640" * 50, "'" * 50, "." * 500]


@pytest.mark.parametrize("text", BAD)
def test_odd_input_is_read_without_an_exception(text: str) -> None:
    """Empty, one letter, emoji, mixed scripts, unpaired surrogates and overrides are read like anything else."""
    assert fold(fold(text)) == fold(text)
    assert detect(text)
    assert all(text[t.start : t.end] for t in tokenise(text))
    assert all(start < end for start, end in sentences(text))


@pytest.mark.parametrize(
    "letter", ["я", "a", "ق", "1", "界", "a'", "ـق", "я_", "я ", "я.", "ق*", "1.", "\u0301", "А.", "a\u200b"]
)
def test_a_text_a_hundred_times_as_long_has_no_more_than_a_hundred_times_the_tokens(letter: str) -> None:
    """A monster without a space stays linear: its tokens cover the text once."""
    text = letter * 20_000
    tokens = tokenise(text)
    assert sum(t.end - t.start for t in tokens) <= len(text)
    assert detect(text)
    fold(text)
    for token in tokens[:5]:
        keys(token)


def test_a_language_can_be_asked_for_by_code() -> None:
    """Each file is a language with a name; an unknown code names the known ones."""
    assert {"ar", "en", "ru"} <= set(codes())
    assert get("ru").name == "Russian"
    with pytest.raises(LookupError, match="ar, en"):
        get("xx")


def test_forms_are_spelled_out_for_one_word() -> None:
    """A phrase must be cut first."""
    with pytest.raises(ValueError, match="3 words"):
        forms("Дейр-эз-Зор")


def test_a_token_is_a_value() -> None:
    """Tokens compare by value and cannot be changed."""
    token = tokenise("Вагнер")[0]
    assert token == Token(0, 6, "вагнер", "cyr", True, 0)
    with pytest.raises(AttributeError):
        token.start = 1  # type: ignore[misc]
