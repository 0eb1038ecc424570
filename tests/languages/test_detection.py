"""The language of articles, headlines and mixed texts."""

from __future__ import annotations

import pytest

from crawler.languages import detect

CASES = [
    ("ru", "Трое бойцов частной военной компании погибли под Пальмирой, сообщили их родственники."),
    ("ru", "Похоронили погибшего в Сирии"),
    ("ru", "Жители посёлка простились с добровольцем"),
    ("ru", "Погиб боец ЧВК «Вагнер» (Wagner Group), пишет Syria Direct"),
    ("uk", "Троє бійців приватної військової компанії загинули під Пальмірою, повідомили їхні родичі."),
    ("uk", "У Сирії загинув найманець"),
    ("be", "У Сірыі загінулі трое байцоў прыватнай вайсковай кампаніі, паведамілі іх сваякі."),
    ("bg", "Трима бойци на частна военна компания са загинали край Палмира, съобщиха техни близки."),
    ("sr", "Тројица бораца приватне војне компаније погинула су код Палмире, јавили су њихови рођаци."),
    ("kk", "Жеке әскери компанияның үш жауынгері қаза тапты деп хабарлады олардың туыстары және достары."),
    ("ar", "مقتل ثلاثة مرتزقة روس قرب تدمر"),
    ("ar", "قال مصدر محلي إن الجثث نُقلت إلى مطار حميميم"),
    ("ar", "تشييع مقاتل من مجموعة Wagner في حمص"),
    ("fa", "سه جنگجوی شرکت نظامی خصوصی در نزدیکی تدمر کشته شدند و پیکر آنها به روسیه منتقل شد"),
    ("fa", "کشته شدن دو نفر در سوریه"),
    ("ckb", "سێ چەکداری کۆمپانیای سەربازی لە نزیک پاڵمیرا کوژران و تەرمەکانیان بۆ ڕووسیا گەڕێندرانەوە"),
    ("ur", "شام میں نجی فوجی کمپنی کے تین جنگجو مارے گئے ہیں"),
    ("en", "Three fighters of a private military company were killed near Palmyra, relatives said."),
    ("en", "Russian mercenaries killed in Syria"),
    ("en", "A funeral was held for Кирилл Ананьев on Sunday"),
    ("tr", "Özel askeri şirketin üç savaşçısı Palmira yakınlarında öldürüldü ve cenazeleri Rusya'ya gönderildi."),
    ("ku", "Sê şervanên şirketa leşkerî ya taybet li nêzîkî Palmîrayê hatin kuştin û cenazeyên wan çûn Rûsyayê."),
    ("fr", "Trois combattants d'une société militaire privée ont été tués près de Palmyre, selon leurs proches."),
    ("de", "Drei Kämpfer wurden bei Palmyra getötet, wie die Angehörigen mitteilten."),
    ("es", "Tres combatientes de una empresa militar privada murieron cerca de Palmira, dijeron sus familiares."),
    ("pl", "Trzech bojowników prywatnej firmy wojskowej zginęło pod Palmyrą, jak poinformowali ich krewni."),
    ("he", "שלושה לוחמים נהרגו ליד תדמור"),
    ("ja", "シリアで三人の戦闘員が死亡した"),
    ("und", ""),
    ("und", "12 345"),
    ("und", "👍🏽 ❤"),
    ("und", "Вагнер"),
    ("und", "Wagner"),
]  # fmt: skip


@pytest.mark.parametrize(("expected", "text"), CASES)
def test_language_of_a_text(expected: str, text: str) -> None:
    """Each text is in the language a reader would name, and in none when it does not say."""
    assert expected == detect(text)
