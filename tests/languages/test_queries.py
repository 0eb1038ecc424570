"""forms(query) & keys(token): what a query word finds and what it leaves alone."""

from __future__ import annotations

import pytest

from crawler.languages import explain, forms, get, keys, tokenise
from crawler.languages.ar import lexicon
from crawler.languages.ru import paradigm

FOUND = [
    ("наёмник", "наемниками НАЁМНИКУ наёмников"),
    ("погиб", "погибли погибшего погибнет погиб"),
    ("убит", "убиты убили убитых у_б_и_т"),
    ("ЧВК", "чвк ЧВК"),
    ("стол", "столы столом"),
    ("вагнеровцы", "вагнеровец вагнеровцев вагнеровцам"),
    ("КОНТРАКТНИК", "контрактники"),
    ("опрокинули", "опрокинутый опрокинут"),
    ("Логинов", "Логинова Логинову Логиновым Логинове Логиновой Логиновы"),
    ("Буга", "Буги Буге Бугу Бугой"),
    ("mercenary", "mercenaries Mercenary's"),
    ("soldier", "soldiers soldier's soldiers'"),
    ("killed", "kill killing KILLED"),
    ("die", "died dying dies"),
    ("airstrikes", "airstrike"),
    ("ambushed", "ambush ambushes ambushing"),
    ("PMC", "PMCs"),
    ("kidnapped", "kidnapping kidnap"),
    ("shot", "shoot shooting"),
    ("serviceman", "servicemen"),
    ("Wagner", "Wagner's Wаgner"),
    ("مرتزق", "وبالمرتزقة المرتزقة لمرتزقة كمرتزقة مرتزقتها مرتزقه"),
    ("قتيل", "قُتل القتلى ومقتله قتيلين يُقتلون قـ.تل لقتلاهم"),
    ("الجيش", "جيش للجيش وجيشه"),
    ("شركة", "للشركة شركتهم والشركات شركته"),
    ("لغم", "ألغام بلغم للألغام"),
    ("كتيبة", "كتائب وكتيبته"),
    ("بريغوجين", "لبريغوجين وبريغوجين"),
    ("استهدف", "يستهدف استهدافه واستهدفت لاستهداف"),
    ("اختراق", "اخترقت يخترقون باختراق"),
    ("حلب", "بحلب لحلب وحلب"),
    ("حميميم", "لحميميم بحميميم"),
    ("جنود", "جندي للجنديين"),
    ("ملعب", "الملعب ملعبين ملعبه بملعبهم"),
]

LEFT_ALONE = [
    ("ЧВК", "чв чвка"),
    ("война", "воин"),
    ("wound", "wind"),
    ("the", "then"),
    ("evening", "even"),
    ("news", "new"),
    ("قتيل", "مقاتل قاتل القتال وقت"),
    ("مقاتل", "مقتل قتيل"),
    ("الرقة", "فرقة ورقة الفرقة"),
    ("الباب", "باب بباب"),
    ("روس", "دروس رؤساء فيروس بروس"),
    ("شركة", "شريك مشاركة"),
    ("لغم", "إلغاء لغة"),
    ("ضابط", "ضبط ضوابط"),
    ("أسير", "أسرة ياسر"),
    ("لبنان", "بنان"),
    ("غداد", "بغداد"),
]


def _finds(query: str, text: str) -> list[bool]:
    wanted = forms(query)
    return [bool(wanted.intersection(keys(token))) for token in tokenise(text)]


@pytest.mark.parametrize(("query", "text"), FOUND)
def test_a_query_finds_the_forms_of_its_word(query: str, text: str) -> None:
    """Every word of the text is a form of the query word."""
    assert [True] * len(text.split()) == _finds(query, text)


@pytest.mark.parametrize(("query", "text"), LEFT_ALONE)
def test_a_query_leaves_other_words_alone(query: str, text: str) -> None:
    """No word of the text is a form of the query word, however alike they look."""
    assert [False] * len(text.split()) == _finds(query, text)


def test_clitics_come_off_outermost_first() -> None:
    """The full form is never lost, and what is left shrinks clitic by clitic."""
    assert keys(tokenise("وبالمرتزقة")[0]) == ("وبالمرتزقة", "بالمرتزقة", "المرتزقة", "مرتزقة")
    assert keys(tokenise("للواء")[0]) == ("للواء", "لواء", "اللواء")


@pytest.mark.parametrize("word", ["فرقة", "بغداد", "وقت", "كتيبة", "لبنان", "والد", "باب", "و", "في"])
def test_a_letter_that_is_no_clitic_stays(word: str) -> None:
    """Words that begin with a letter like a clitic offer themselves alone."""
    assert (word,) == keys(tokenise(word)[0])


PARADIGMS = [
    ("Логинов", "m", "логинов логинова логинову логиновым логинове", "логиновой"),
    ("Логинов", "f", "логинова логиновой логинову", "логиновом"),
    ("Логинова", "f", "логинова логиновой логинову", "логиновом"),
    ("Явлинский", "m", "явлинского явлинскому явлинским явлинском", "явлинская"),
    ("Толстой", "", "толстого толстому толстым толстая толстую", "толст"),
    ("Цой", "m", "цоя цою цоем цое", "цо"),
    ("Кравец", "m", "кравца кравцу кравцом", "кравецой"),
    ("Ткач", "m", "ткача ткачу ткачом", "ткачой"),
    ("Ткач", "f", "ткач", "ткача"),
    ("Шевченко", "", "шевченко", "шевченки"),
    ("Черных", "", "черных", "черная"),
    ("Юрий", "m", "юрия юрию юрием юрии", "юрого"),
    ("Мария", "f", "марии марию марией", "марыя"),
    ("Лев", "m", "льва льву львом льве", "левой"),
    ("Пётр", "m", "петра петру петром петре", "петрой"),
    ("Илья", "m", "ильи илье илью ильей", "ильой"),
]


@pytest.mark.parametrize(("name", "gender", "has", "lacks"), PARADIGMS)
def test_names_are_declined(name: str, gender: str, has: str, lacks: str) -> None:
    """A name gets the case forms of its gender and no other's."""
    found = paradigm(name, gender)  # type: ignore[arg-type]
    assert set(has.split()) <= found
    assert lacks not in found


def test_every_family_is_readable() -> None:
    """No listed Arabic word is lost: each stands in a family, and each family makes forms of folded letters only."""
    for name, spelled in lexicon().families.items():
        assert spelled, name
        assert all(form == tokenise(form)[0].folded for form in spelled), name


def test_an_explanation_shows_each_step() -> None:
    """What the machine did to a word can be read by a person."""
    explained = str(explain("وبالمُرتزقة"))
    for piece in ("U+064F", "ب comes off", "ال comes off", "mercenary"):
        assert piece in explained
    assert get("ru").explain("наёмниками").entries == ("наемник",)


def test_ukrainian_words_are_declined_by_its_own_endings() -> None:
    """A Ukrainian query word is told by its letters or by the language asked for; a Russian one never reads so."""
    assert {"сирії", "сирію", "сирією"} <= forms("Сирія")
    assert {"найманці", "найманців", "найманцями"} <= forms("найманець", "uk")
    assert {"шевченка", "шевченком"} <= forms("Шевченко", "uk")
    assert "шевченка" not in forms("Шевченко")
