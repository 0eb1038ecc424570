"""The monitor finds what asking every watch finds, and changes by one watch at a time."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts import monitor
from alerts.document import Document
from alerts.monitor import Failure, Hit, Monitor, every_watch_asked
from alerts.query import Query, parse
from alerts.terms import Term
from alerts.terms.either import Either
from alerts.terms.every import Every
from alerts.terms.phrase import Phrase
from alerts.terms.without import Without

ARTICLE = """مقتل مقاتلين روس في هجوم قرب خشام

زيادة حجم الخط

وقال ناشط محلي إن أحد القتلى يدعى كيريل أنانيف، وكان يقاتل مع شركة أمنية. ولم تعلق وزارة الدفاع.
وأضاف أن أنانيف قتل ليلا.

ادعم موقعنا
"""

# Words that look alike or stand in each other's forms, in three languages.
WORDS = [
    "killed",
    "kill",
    "Wagner",
    "film",
    "Homs",
    "погиб",
    "Вагнер",
    "Сирия",
    "мина",
    "министр",
    "قتيل",
    "سوريا",
    "200",
]
SENTENCES = [
    "Two men were killed in Homs.", "A film about Wagner.", "Погибли бойцы «Вагнера» в Сирии.", "Министр уехал.",
    "Мины и груз 200.", "سقط القتلى في سوريا.", "وقتل كيريل أنانيف.", "Кирилл Ананьев погиб.",
    "Kirill Ananyev and Homs.",
]  # fmt: skip

LEAVES = [
    'name:"Кирилл Ананьев"', 'name:"Ананьев"', "outlet:one", "outlet:two", "lang:ru", '"груз 200"', "the", "=Homs", "=погиб",
    "поги*", "kill*", r"re:/\bпогиб(ли)?\b/", "re:/[0-9]{3}/", 'place:"Homs"', 'org:"Wagner Group"', "section:world",
    "near/3(killed, Homs)", "near/2(погиб, Вагнер OR Ананьев)", "before/3(killed, Homs)", 'near/4(name:"Ананьев", погиб)',
    "closest/6(killed OR погиб, Wagner OR Вагнер, Homs OR Сирия)", "same-sentence(killed, Homs, NOT film)", "title(Wagner)", "at-least/2(killed, Homs, Wagner, погиб)", "at-least/1(мина, the)",
    "score>=20(killed^15, Homs^10, film^-20)", "score>=10(lang:ru^5, погиб^5, NOT film^5)",
]  # fmt: skip


def leaf_texts() -> st.SearchStrategy[str]:
    return st.one_of(
        st.sampled_from(WORDS),
        st.tuples(st.sampled_from(WORDS), st.sampled_from(WORDS)).map(lambda pair: f'"{pair[0]} {pair[1]}"'),
        st.sampled_from(LEAVES),
    )


def terms() -> st.SearchStrategy[Term]:
    leaves = leaf_texts().map(lambda text: parse(text, watch=False).root)
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: Every(tuple(parts))),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: Either(tuple(parts))),
            inner.map(Without),
        ),
        max_leaves=6,
    )


def documents() -> st.SearchStrategy[Document]:
    lines = st.lists(st.sampled_from(SENTENCES), max_size=4).map(" ".join)
    return st.builds(
        Document, title=st.sampled_from(["", *SENTENCES]), text=lines, outlet=st.sampled_from(["one", "two"]),
        language=st.sampled_from(["ru", "en"]),
    )  # fmt: skip


@settings(deadline=None, max_examples=200)
@given(st.lists(terms(), max_size=8), documents())
def test_monitor_is_every_watch_asked(roots: list[Term], document: Document) -> None:
    """Index and closures find exactly what evaluating every query finds, with the same spans and reasons."""
    watches = [(number, Query(root)) for number, root in enumerate(roots)]
    assert Monitor(watches).match(document) == every_watch_asked(watches, document)


@settings(deadline=None, max_examples=50)
@given(st.lists(terms(), min_size=1, max_size=8), documents(), st.data())
def test_removed_watches_leave_no_trace(roots: list[Term], document: Document, data: st.DataObject) -> None:
    """After adding and removing, a monitor answers like one built of what is left."""
    watches = [(number, Query(root)) for number, root in enumerate(roots)]
    gone = data.draw(st.sets(st.sampled_from(range(len(roots)))))
    changed = Monitor(watches)
    for number in gone:
        changed.remove(number)
    left = [(number, query) for number, query in watches if number not in gone]
    assert changed.match(document) == Monitor(left).match(document)
    assert len(changed) == len(left)


def test_every_span_lies_in_the_full_text() -> None:
    """Spans are code points of title and text together, and hold the words that were found."""
    document = Document("Погиб Кирилл Ананьев", "Семья Кирилла Ананьева молчит. 😀 Ананьев воевал.")
    (hit,) = Monitor([("w", parse("Кирилл Ананьев"))]).match(document)
    assert [document.full[a:b] for a, b in hit.spans] == ["Кирилл Ананьев", "Кирилла Ананьева", "Ананьев"]


def test_the_explanation_is_the_path_through_the_query() -> None:
    """Only the branches that held are told, each leaf with what was found."""
    document = Document("", "Two men were killed in Hama.")
    (hit,) = Monitor([("w", parse("kill AND (Homs OR Hama) NOT film"))]).match(document)
    assert str(hit.explanation) == "all of\n  killed = kill\n  Hama\n  without film"
    assert hit.why == ["killed = kill", "Hama", "without film"]


def test_a_name_says_how_it_was_recognised() -> None:
    """A name in another script is explained in one line."""
    (hit,) = Monitor([("w", parse("Кирилл Ананьев"))]).match(Document("", "قتل كيريل أنانيف"))
    assert hit.why == ["كيريل أنانيف = Кирилл Ананьев (full name, by sound)"]


def test_words_never_match_inside_others() -> None:
    """мина does not meet министр, film not filmography, قتل not a longer word."""
    watches = [(text, parse(text)) for text in ("мина", "film", "200")]
    document = Document("", "Министр с миной на лице. Filmography of 2001.")
    assert [hit.watch for hit in Monitor(watches).match(document)] == ["мина"]


def test_a_phrase_does_not_cross_from_title_to_text() -> None:
    """The last word of the headline and the first of the text are no phrase."""
    watches = [("w", parse('"Wagner fighters"'))]
    assert Monitor(watches).match(Document("News of Wagner", "Fighters left.")) == []
    assert Monitor(watches).match(Document("News", "Wagner fighters left."))


class Broken(Phrase):
    """A word whose evaluation fails."""

    __slots__ = ()

    def compile(self):  # type: ignore[no-untyped-def]
        def explode(reading: object) -> bool:
            raise RuntimeError("a bug")

        return explode


def test_a_watch_that_raises_does_not_stop_the_others() -> None:
    """With a list of failures the others are asked; without one the exception is the caller's."""
    watches = [(1, Query(Broken(("killed",)))), (2, parse("Homs"))]
    document, failures = Document("", "Killed in Homs."), list[Failure[int]]()
    assert [hit.watch for hit in Monitor(watches).match(document, failures)] == [2]
    assert [failure.watch for failure in failures] == [1]
    with pytest.raises(RuntimeError):
        Monitor(watches).match(document)


def quoted(hits: list[Hit[str]], text: str) -> list[str]:
    return [text[start:end] for hit in hits for start, end in hit.spans]


@pytest.mark.parametrize("query", ['name:"Кирилл Ананьев"', 'name:"Кирилл Ананьев|كيريل أنانيف"', "Кирилл Ананьев"])
def test_a_watch_in_cyrillic_meets_an_arabic_article(query: str) -> None:
    """The first line is the title, the chrome does not matter, and offsets are those of the whole file."""
    assert quoted(monitor.test_text(query, ARTICLE), ARTICLE) == ["كيريل أنانيف", "أنانيف"]


@pytest.mark.parametrize("query", ['name:"Кирилл Ананьев"', 'name:"Кирилл Ананьев|كيريل أنانيف"', "Кирилл Ананьев"])
def test_the_first_case(query: str) -> None:
    """The article Rasad was made for fires the name it should have fired on in February 2018."""
    data = Path(os.environ.get("RASAD_EVAL_DATA", ""))
    file = data / "seed-enabbaladi-2018-02-13.txt"
    if not os.environ.get("RASAD_EVAL_DATA") or not file.is_file():
        pytest.skip(f"RASAD_EVAL_DATA has no {file.name}")
    text = file.read_text("utf-8")
    assert "كيريل أنانيف" in quoted(monitor.test_text(query, text), text)


def test_a_stretch_inside_a_stretch_can_explain_itself() -> None:
    """An inner stretch that reaches out of the outer one is explained by the whole text, not by the part in view."""
    query = "near/3(killed, before/9(soldier, Homs))"
    document = Document("", "The soldier was killed on the road that leads to Homs.")
    hits = Monitor([(query, parse(query))]).match(document)
    assert [query] == [hit.watch for hit in hits]
    assert any("Homs" in line for line in hits[0].why)
