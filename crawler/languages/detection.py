"""Which language a text is in: the script, then the letters and the commonest words of the languages that use it.

No statistical model: the languages that share a script differ in some letters and in their thirty commonest words. A
person can read and correct these tables, they decide a headline as well as an article, and they need no memory.
"""

from __future__ import annotations

from collections import Counter
from functools import cache

from crawler.languages.folding import Script
from crawler.languages.tokens import Token, fold, tokenise

# An article is judged by its beginning.
READ_CHARACTERS = 3000

Profile = tuple[str, str, str]
# language -> its letters that some other language of the script lacks, common words, common word endings.
# The most expected language comes first.
_CYRILLIC: dict[str, Profile] = {
    "ru": (
        "ыэёъ",
        "и в не на что с по это как его из у за от о так же для был была были она они мы или уже при со но к",
        "ого его ому ться ение ении ия ые ый ой ами ями ах ов ев ают али ила ились ился ли ют ет ит ил ая ую",
    ),
    "uk": (
        "іїєґ",
        "і в у не на що з по це як його із за від та про для був була були вони або й до але під час також він",
        "ння ього ій ої ів ються ється ився ські ський ському ати ити ією ності",
    ),
    "be": (
        "ыэёіў",
        "і у не на што з па гэта як яго за ад для быў была былі яны або да але таксама які паводле каб",
        "нне ага ыя ай аў ць цца юць ал ыла ыўся амі ах",
    ),
    "bg": (
        "ъ",
        "и в не на че с по това как от у за се са да е ще бе до при като който със през след беше",
        "ята ите ът иха ха ството ният ната ното ните",
    ),
    "sr": (
        "ђћџљњј",
        "и у не на да је се са за од до што као који су био али или његов после због већ",
        "ше је има ом ао ле ао ла ке",
    ),
    "mk": (
        "ѓќѕјљњџ",
        "и во не на дека со по тоа како од за се да е ќе до или што кои беше го ја сите",
        "та то от ите иот ува аат",
    ),
    "kk": (
        "ыэёъәғқңөұүһі",
        "және мен бұл үшін бір деп да де ол бар болып туралы",
        "ды ді ты ті ның нің дың ғы гі ған ген лар лер",
    ),
    "tg": (
        "эёъҷҳқӣӯғ",
        "ва дар аз ба ки бо барои ин он аст шуд",
        "ро ҳо ҳои ии ард",
    ),
    "tt": (
        "ыэёъәөүҗңһ",
        "һәм белән бу өчен дә да бер булган",
        "ның нең лар ләр ды де",
    ),
}
_ARABIC: dict[str, Profile] = {
    "ar": (
        "ةىأإؤئكي",
        "في من على ان إلى عن مع هذا هذه التي الذي كان كانت قد لا ما بعد بين حيث وقد او كما ذلك قال",
        "ية ات ين ون ها هم",
    ),
    "fa": (
        "پچژگکی",
        "در به از که این را با است برای آن می شد شده بود های تا یک بر هم اما خود کرد و",
        "های ها می ند ان",
    ),
    "ckb": (
        "ەێۆڕڵڤپچژگکیئ",
        "لە بۆ بە و کە ئەو ئەم لەگەڵ دەکات هەر کرد بوو",
        "ان ەکان انی ەوە ێت",
    ),
    "ur": (
        "ٹڈڑںےہھپچژگکی",
        "کے کی میں ہے سے کو اور نے کا پر ہیں اس کہ بھی نہیں",
        "وں یں",
    ),
    "ps": (
        "ټډړږښڼېځڅپچژگکی",
        "د په او چې له کې ته دی یې هم",
        "ونو ه",
    ),
}
_LATIN: dict[str, Profile] = {
    "en": (
        "",
        "the of and to in a is that for on was with as by at from it he his are were has have not this who will an",
        "ing ed tion tions ers ies ly est ment ness ight ous sh ck th 's al er ss ed es ry ty",
    ),
    "tr": (
        "ığşçöü",
        "ve bir bu da de için ile olarak olan çok daha en kadar sonra gibi ne ancak oldu dedi",
        "lar ler ları leri dı di nın nin yor mak mek ında inde ısı lık lik ın",
    ),
    "ku": (
        "êîûşç",
        "û li ji bo di de ku ya yên ev bi jî wan wê hat xwe kir dike me her",
        "ên yên eke iyê ekî andin",
    ),
    "fr": (
        "éèêëàâçùûîïôœ",
        "le la les de des et en un une du que est dans pour qui par sur pas plus au avec ce il sont",
        "tion ent eux aux ement eur eurs ille ique és ée ées ais ait",
    ),
    "de": (
        "äöüß",
        "der die das und in den von zu mit sich des auf für ist im dem nicht ein eine als auch es an",
        "ung en ieren keit lich isch er ern ten schaft",
    ),
    "es": (
        "ñáíóúéü",
        "el la los las de que y en un una por con del se para es al no su más como fue",
        "ción dad ando mente os as ado ada ó ar ía",
    ),
    "it": (
        "àèìòùé",
        "il la di che e in un una per con del della non sono è da le si dei al nel",
        "zione ità ando are ere ato ata oni mente",
    ),
    "pl": (
        "łżźćńśąęó",
        "w i na z się do nie że jest to o przez po od za dla jak był oraz",
        "ego ych ów nie ski ska ach ami ał ali ć",
    ),
    "pt": (
        "ãõçáêéíóúâô",
        "o a os as de que e em um uma do da para com não por no na se mais foi",
        "ção ções dade ando mente os as ado ada ão ou",
    ),
    "nl": (
        "ëï",
        "de het een en van in is dat op te voor met zijn niet aan er door als ook bij",
        "en ing heid ijk aar den gen sche",
    ),
    "ro": (
        "ășțţşâî",
        "și în de la a cu pe că nu o un din pentru este mai care au fost",
        "ul ului lor ilor ea ție at",
    ),
    "cs": (
        "ěšřžůčýáíéú",
        "a v se na je že s z do o to za pro by ale jako po od byl jsou",
        "ého ých ní ost ách ami al ali ský",
    ),
    "sv": (
        "åäö",
        "och i att det som en på är av för med till den har inte ett om var",
        "ar er en et ades ning lig na ska",
    ),
    "az": (
        "əğışçöü",
        "və bu ki də da ilə bir üçün olan edib",
        "lar lər ları ləri dı di nın nin",
    ),
    "id": (
        "",
        "yang dan di dari untuk dengan pada ini itu dalam tidak akan oleh",
        "kan nya an",
    ),
}
_PROFILES: dict[Script, dict[str, Profile]] = {"cyr": _CYRILLIC, "ar": _ARABIC, "lat": _LATIN}
# What a letter's share of all letters and an ending's share of all words count against a common word's.
LETTER_WEIGHT = 4.0
ENDING_WEIGHT = 0.2
LONGEST_ENDING = 5
EXPECTED = 0.03  # what the first language of a script is ahead: an outlet's headlines are rarely Czech
# Less than this is no evidence: a foreign name with an accent, player code in an article. Prose has .3 and more.
LEAST_SCORE = 0.04
LEAST_SCORE_OF_PROSE = 0.2
PROSE_WORDS = 20

# Scripts of one language: first and last letter.
_OF_ONE_LANGUAGE = {
    "he": "את", "el": "Άώ", "hy": "Աև", "ka": "აჿ", "ja": "ぁヿ", "ko": "가힣", "zh": "一鿿", "hi": "ऄह", "th": "กฮ",
}  # fmt: skip


@cache
def _evidence(script: Script) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Folded common word -> the languages of the script that have it; the same for endings."""
    words: dict[str, tuple[str, ...]] = {}
    endings: dict[str, tuple[str, ...]] = {}
    for language, profile in _PROFILES[script].items():
        for table, listed in ((words, profile[1]), (endings, profile[2])):
            for entry in dict.fromkeys(listed.split() if script == "lat" else fold(listed).split()):
                table[entry] = (*table.get(entry, ()), language)
    return words, endings


def detect(text: str) -> str:
    """ISO code of the language `text` is in; "und" when too little of it speaks for any.

    A text of several scripts is in that of most of its letters. Only the first `READ_CHARACTERS` are read.
    """
    beginning = text[:READ_CHARACTERS]
    tokens = [token for token in tokenise(beginning) if token.script != "num"]
    letters: Counter[Script] = Counter()
    for token in tokens:
        letters[token.script] += len(token.folded)
    for script, _ in letters.most_common():
        if script not in _PROFILES:
            return _of_one_language(beginning)
        words = [_as_listed(beginning, token) for token in tokens if token.script == script]
        if found := _best(script, words, Counter(beginning.lower()), letters[script]):
            return found
    return "und"


def _as_listed(text: str, token: Token) -> str:
    """A word in the spelling of the tables: folded, but with its accents in Latin, where they tell für from for."""
    return text[token.start : token.end].lower() if token.script == "lat" else token.folded


def _best(script: Script, words: list[str], characters: Counter[str], letters: int) -> str:
    """The language of `script` that fits best, the earlier one in the table when level; '' when none does."""
    profiles = _PROFILES[script]
    common, endings = _evidence(script)
    scores = dict.fromkeys(profiles, 0.0)
    scores[next(iter(profiles))] = EXPECTED * len(words)
    for word in words:
        for language in common.get(word, ()):
            scores[language] += 1
        for language in _ending_of(word, endings) if len(words) > 1 else ():  # one word may be any name
            scores[language] += ENDING_WEIGHT
    telling = {
        letter: characters[letter] for profile in profiles.values() for letter in profile[0] if letter in characters
    }
    for language, profile in profiles.items():
        fitting = sum(count if letter in profile[0] else -count for letter, count in telling.items())
        scores[language] = scores[language] / len(words) + LETTER_WEIGHT * fitting / letters
    best = max(scores, key=scores.__getitem__)
    return best if scores[best] >= (LEAST_SCORE if len(words) < PROSE_WORDS else LEAST_SCORE_OF_PROSE) else ""


def _ending_of(word: str, endings: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Languages of the longest listed ending of `word`."""
    for size in range(min(LONGEST_ENDING, len(word) - 1), 0, -1):
        if word[-size:] in endings:
            return endings[word[-size:]]
    return ()


def _of_one_language(text: str) -> str:
    counted = {code: sum(ends[0] <= c <= ends[1] for c in text) for code, ends in _OF_ONE_LANGUAGE.items()}
    if counted["ja"]:  # Japanese is written with Chinese characters between its own
        return "ja"
    best = max(counted, key=counted.__getitem__)
    return best if counted[best] else "und"
