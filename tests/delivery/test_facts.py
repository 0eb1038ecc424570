"""What an alert says beside its quote."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.document import Document
from alerts.facts import Facts, facts
from alerts.facts.allegations import alleged
from alerts.monitor import Monitor
from alerts.query import parse
from crawler.languages import detect

TEXT = (
    "قال شاهد إن القتيل الأول يدعى تيموفي راكيتين. وذكرت وكالة رويترز أن قتيلًا آخر يدعى فلاديمير لوجينوف. "
    "وأكد المتحدث باسم الوزارة إيغور كوناشينكوف الخبر. ونفت الوزارة مقتل أي من جنودها. ودفن راكيتين أمس."
)
WATCHES = {1: 'name:"Тимофей Ракитин"', 2: 'same-sentence(@killed, "وكالة")', 3: "outlet:nahr"}


def read(text: str, watches: Mapping[int, str] = WATCHES, outlet: str = "nahr") -> Facts:
    document = Document("", text, outlet=outlet, language=detect(text))
    return facts(document, Monitor((key, parse(query)) for key, query in watches.items()).match(document))


def test_the_listed_name_stands_as_its_watch_writes_it() -> None:
    """Death, of whom, and who else is named with the Russian reading; the spokesman and the repeated surname are not."""
    found = read(TEXT)
    assert (found.alleged, found.about) == ("death", ("Тимофей Ракитин",))
    assert [(one.text, one.reading) for one in found.named] == [("فلاديمير لوجينوف", "Владимир Логинов")]
    assert found.cites == ("Reuters",)
    assert found.denial == "ونفت الوزارة مقتل أي من جنودها."


def test_another_chat_reads_what_the_text_says() -> None:
    """The list of somebody else shows neither in the first line nor as a name."""
    found = read(TEXT).told({2})
    assert found.about == ("فلاديمير لوجينوف",)
    assert [one.text for one in found.named] == ["تيموفي راكيتين", "فلاديمير لوجينوف"]
    assert "Тимофей Ракитин" not in found.about


def test_a_watch_without_a_place_alleges_nothing() -> None:
    """`outlet:nahr` quotes no sentence."""
    assert read("Открылась выставка.", {3: "outlet:nahr"}) == Facts((read(TEXT).told({3}).fired[0],))


def test_numbers_stay_with_their_persons() -> None:
    """What a button says means the same person in every chat."""
    found = read(TEXT)
    assert [one.number for one in found.persons] == list(range(len(found.persons)))
    assert {one.text: one.number for one in found.named}.items() <= {
        one.text: one.number for one in found.persons
    }.items()


def test_facts_are_stored_as_json() -> None:
    """And read back the same; an alert made before has none."""
    found = read(TEXT)
    assert Facts.from_json(json.loads(json.dumps(found.as_json()))) == found
    assert Facts.from_json({}) == Facts()


@pytest.mark.parametrize(
    ("quote", "name", "expected"),
    [
        ("Двое погибли, Пётр Залесов ранен.", "Пётр Залесов", "wound"),
        ("Двое погибли, трое ранены.", "", "death"),
        ("Он попал в плен, его товарищ ранен.", "", "capture"),
        ("Открыт новый сквер.", "", ""),
    ],
)
def test_the_nearest_allegation_is_that_of_the_name(quote: str, name: str, expected: str) -> None:
    """Of several, that in the clause of the name; without a name the gravest."""
    at = quote.find(name)
    assert expected == alleged(quote, [(at, at + len(name))] if name else ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("По данным «Медузы», погибли двое.", ()),
        ("«Фонтанка» и «Медуза» пишут о гибели двоих.", ("Fontanka", "Meduza")),
        ("На лугу стояла медуза из песка.", ()),
        ("Телеграм-канал «Тихий берег» сообщил о гибели двоих.", ("Тихий берег",)),
        ("Two men told Reuters that a third had died.", ("Reuters",)),
        ("Reuters has offices in many towns.", ()),
    ],
)
def test_a_source_is_one_that_is_cited(text: str, expected: tuple[str, ...]) -> None:
    """In a sentence with a word of citing; an ordinary word is none; nobody cites himself."""
    assert expected == read(text, {}, outlet="meduza" if "данным" in text else "nahr").cites


def test_who_is_killed_is_named_whatever_he_was() -> None:
    """A journalist who writes is left out, one who is killed is not; an official is left out."""
    assert [one.text for one in read("Убит журналист Пётр Залесов.", {}).persons] == ["Пётр Залесов"]
    assert read("Двое погибли, пишет журналист Пётр Залесов.", {}).persons == ()
    assert read("Президент Владимир Путин говорил о погибших.", {}).persons == ()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from([*TEXT.split(), "Иван", "Петров", "погиб,", "killed", "Reuters", "«", "”", "\n", "\u202e", "."])
        | st.text(max_size=8),
        max_size=40,
    ).map(" ".join)
)
def test_no_text_breaks_the_facts(text: str) -> None:
    """Whatever is written, facts are found or not; they are never an error."""
    found = read(text, {1: WATCHES[1], 4: "@killed"})
    assert Facts.from_json(found.as_json()) == found
