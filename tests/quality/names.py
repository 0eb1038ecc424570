"""Names across scripts: recall at a fixed rate of false matches, beside transliteration and rapidfuzz.

Every figure is from the kept-out half: rows whose surname (last word of the English form, lower case) has a SHA-1
beginning with 0-7. Costs and thresholds were chosen on the other half: `figures(data, kept_out=False)`.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import itertools
import json
import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from crawler.languages import fold, tokenise
from crawler.names import FIRES, NameIndex, candidates, similarity
from crawler.names.candidates import held_surnames
from crawler.names.given import names_of
from crawler.names.given import rows as given_names
from tests.quality.figure import Figure, Skipped

NEGATIVES = 400_000
SEED = 20180213

Score = Callable[[str, str], float]


@dataclass(frozen=True, slots=True)
class Row:
    en: str
    ru: str
    ar: str
    kind: str


def is_kept_out(english: str) -> bool:
    """Whether a name belongs to the half that is never tuned on."""
    surname = (english.lower().split() or [""])[-1]
    return hashlib.sha1(surname.encode()).hexdigest()[0] in "01234567"


def read_rows(data: Path) -> Iterator[Row]:
    for line in (data / "names" / "names-dev.tsv").read_text("utf-8").splitlines()[1:]:
        en, ru, ar, kind, _source = line.split("\t")
        yield Row(en, ru, ar, kind)


# --- the baseline: write everything in Latin letters, then compare letters
_LATIN = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюяابتثجحخدذرزسشصضطظعغفقكلمنهويىةءأإآؤئ",
        "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch _ y _ e yu ya "
        "a b t th j h kh d dh r z s sh s d t z a gh f q k l m n h w y a a _ a i a u i".replace("_", "-").split(),
        strict=True,
    )
)


@functools.lru_cache(maxsize=1 << 17)
def latin(name: str) -> str:
    return "".join(_LATIN.get(letter, letter) for letter in name.lower()).replace("-", "")


def by_letters(a: str, b: str) -> float:
    """Transliterate both and take rapidfuzz's token_sort_ratio."""
    from rapidfuzz.fuzz import token_sort_ratio

    return float(token_sort_ratio(latin(a), latin(b)))


# --- measures
def threshold_at(negatives: Iterable[float], rate: float) -> float:
    """The score that at most `rate` of the negatives exceed."""
    ranked = sorted(negatives, reverse=True)
    return ranked[int(len(ranked) * rate)]


def recall_at(
    score: Score, pairs: Sequence[tuple[str, str]], wrong: Sequence[tuple[str, str]], *rates: float
) -> list[float]:
    """Share of right pairs scored above all but `rate` of the wrong ones, for each rate."""
    right = [score(a, b) for a, b in pairs]
    false = [score(a, b) for a, b in wrong]
    limits = [threshold_at(false, rate) for rate in rates]
    return [sum(value > limit for value in right) / len(right) for limit in limits]


def false_rate_at(
    score: Score, pairs: Sequence[tuple[str, str]], wrong: Sequence[tuple[str, str]], recall: float
) -> float:
    """Share of wrong pairs that pass at the threshold that `recall` of the right ones pass."""
    right = sorted((score(a, b) for a, b in pairs), reverse=True)
    limit = right[int(len(right) * recall)]
    return sum(score(a, b) >= limit for a, b in wrong) / len(wrong)


def mismatched(
    left: Sequence[str], right: Sequence[str], same: set[tuple[str, str]], count: int
) -> list[tuple[str, str]]:
    """`count` random pairs that are not the same name (fixed seed)."""
    rng = random.Random(SEED)
    pairs = []
    while len(pairs) < count:
        pair = rng.choice(left), rng.choice(right)
        if pair not in same:
            pairs.append(pair)
    return pairs


def recall_figures(
    name: str, pairs: Sequence[tuple[str, str]], targets: dict[float, float], half: str
) -> Iterator[Figure]:
    """Recall at each rate of `targets`, against random other pairs."""
    right_of: dict[str, set[str]] = {}
    for a, b in pairs:
        right_of.setdefault(b, set()).add(a)
    same = {(a, b) for a, b in pairs} | {(a, b) for _, b in pairs for a in right_of[b]}
    wrong = mismatched([a for a, _ in pairs], [b for _, b in pairs], same, NEGATIVES)
    ours = recall_at(similarity, pairs, wrong, *targets)
    plain = recall_at(by_letters, pairs, wrong, *targets)
    for (rate, target), value, letters in zip(targets.items(), ours, plain, strict=True):
        yield Figure(
            f"names.{name}.recall_at_{rate:.0e}".replace("e-0", "e-"), value, target,
            baselines={"letters": letters}, half=half, note=f"{len(pairs)} pairs, {len(wrong)} negatives",
        )  # fmt: skip


def near_names(rows: Sequence[Row], half: str) -> Iterator[Figure]:
    """Surnames one or two letters apart in Russian, against the Arabic of the other."""
    from rapidfuzz.distance import Levenshtein

    slavic = [(row.ru, row.ar) for row in rows if row.kind == "surname_slavic" and len(row.ru) >= 5]
    attested = sorted({row.ru for row in rows if row.kind in ("surname_slavic", "name_token") and len(row.ru) >= 5})
    same = {(row.ru, row.ar) for row in rows}
    wrong = [
        (other, ar)
        for ru, ar in slavic
        for other in attested
        if abs(len(other) - len(ru)) <= 2
        and 0 < Levenshtein.distance(ru, other, score_cutoff=2) <= 2
        and (other, ar) not in same
    ]
    yield Figure(
        "names.near_names.fpr_at_recall_.90", false_rate_at(similarity, slavic, wrong, 0.90), 0.03, True,
        baselines={"letters": false_rate_at(by_letters, slavic, wrong, 0.90)}, half=half,
        note=f"{len(wrong)} near pairs",
    )  # fmt: skip


def half_wrong(rows: Sequence[Row], half: str) -> Iterator[Figure]:
    """Persons of whom only the given name, or only the surname, is right."""
    rng = random.Random(SEED)
    persons = [(row.ru, row.ar) for row in rows if row.kind == "person_composed" and len(row.ru.split()) == 2]
    wrong = []
    for ru, ar in persons:
        given, surname = ru.split()
        for other, _ in rng.sample(persons, 15):
            other_given, other_surname = other.split()
            wrong += [(f"{other_given} {surname}", ar)] if other_given != given else []
            wrong += [(f"{given} {other_surname}", ar)] if other_surname != surname else []
    yield Figure(
        "names.half_wrong_person.fpr_at_recall_.92", false_rate_at(similarity, persons, wrong, 0.92), 0.004, True,
        baselines={"letters": false_rate_at(by_letters, persons, wrong, 0.92)}, half=half,
        note=f"{len(wrong)} negatives",
    )  # fmt: skip


# --- running text
CLITICS = ("", "", "", "و", "ل", "ب", "و", "ف")


def articles(data: Path, language: str) -> Iterator[str]:
    with gzip.open(data / "articles" / f"{language}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            article = json.loads(line)
            text = f"{article['title']}. {article['text']}"
            # The ordinary words the index knows were counted in the other half of the articles.
            if hashlib.sha1(text.encode()).hexdigest()[0] in "01234567":
                yield text


def watchlist(rows: Sequence[Row], everyone: Sequence[Row], size: int) -> dict[str, str]:
    """`size` names: the composed persons of `rows`, filled up with attested given names before attested surnames."""
    rng = random.Random(SEED)
    names = {row.ru for row in rows if row.kind == "person_composed"}
    givens = sorted({row.ru.split()[0] for row in everyone if row.kind == "person_composed" and " " in row.ru})
    surnames = sorted({row.ru for row in everyone if row.kind == "surname_slavic"})
    while len(names) < size:
        names.add(f"{rng.choice(givens)} {rng.choice(surnames)}")
    return {name: name for name in sorted(names)}


def planted(
    rows: Sequence[Row], texts: Sequence[str], spell: Callable[[Row, random.Random], str]
) -> Iterator[tuple[str, str, int, int]]:
    """(text, name, start, end) with one person of `rows` written into each text between two words."""
    rng = random.Random(SEED)
    persons = [row for row in rows if row.kind == "person_composed" and len(row.ru.split()) == 2]
    for row, text in zip(rng.sample(persons, min(len(persons), 1000)), texts * 3, strict=False):
        words = text[:1500].split(" ")
        at = rng.randrange(1, len(words))
        before = " ".join(words[:at])
        shown = spell(row, rng)
        yield f"{before} {shown} {' '.join(words[at:])}", row.ru, len(before) + 1, len(before) + 1 + len(shown)


def arabic_with_clitic(row: Row, rng: random.Random) -> str:
    return rng.choice(CLITICS) + row.ar


def russian_in_a_case(row: Row, rng: random.Random) -> str:
    """Given name and surname in one case, by pymorphy3's dictionary or, out of it, by the plain endings of the
    grammar."""
    given, surname = row.ru.split()
    case = rng.choice(["gent", "datv", "ablt", "loct", "nomn"])
    return f"{decline(given, case).capitalize()} {decline(surname, case).capitalize()}"


_ENDINGS = {
    ("ов", "ев", "ин", "ын"): {"gent": "а", "datv": "у", "ablt": "ым", "loct": "е"},
    ("ова", "ева", "ина", "ына"): {"gent": "-ой", "datv": "-ой", "ablt": "-ой", "loct": "-ой"},
    ("ский", "цкий"): {"gent": "--ого", "datv": "--ому", "ablt": "--им", "loct": "--ом"},
    ("й",): {"gent": "-я", "datv": "-ю", "ablt": "-ем", "loct": "-е"},
    ("а",): {"gent": "-ы", "datv": "-е", "ablt": "-ой", "loct": "-е"},
    tuple("бвгдзклмнпрстф"): {"gent": "а", "datv": "у", "ablt": "ом", "loct": "е"},
}


def decline(name: str, case: str) -> str:
    """The case form of a name by school grammar; names that have no such ending stay as they are."""
    for endings, forms in _ENDINGS.items():
        if name.endswith(endings) and case in forms:
            form = forms[case]
            cut = form.count("-")
            return (name[:-cut] if cut else name) + form.lstrip("-")
    return name


def running_text(
    rows: Sequence[Row], everyone: Sequence[Row], data: Path, language: str, half: str
) -> Iterator[Figure]:
    """10,000 watched names in ordinary articles: recall of planted ones where false hits are few enough."""
    allowed, target, spell = {"ar": (5.0, 0.88, arabic_with_clitic), "ru": (2.0, 0.99, russian_in_a_case)}[language]
    index = NameIndex()
    for key, name in watchlist(rows, everyone, 10_000).items():
        index.add(key, name)
    texts = list(articles(data, language))
    tokens = 0
    false: list[float] = []
    for text in texts:
        words = tokenise(text)
        tokens += len(words)
        false += [hit.score for hit in index.find(words) if len(hit.evidence) == 2]
        if tokens > MOST_TOKENS:
            break
    budget = int(allowed * tokens / 100_000)
    limit = sorted([*false, *[0.0] * (budget + 1)], reverse=True)[budget]
    found = fired = total = 0
    for text, name, start, end in planted(rows, texts, spell):
        total += 1
        scores = [
            hit.score for hit in index.find(tokenise(text))
            if hit.key == name and hit.start < end and start < hit.end and len(hit.evidence) == 2
        ]  # fmt: skip
        found += max(scores, default=0.0) > limit
        fired += max(scores, default=0.0) >= FIRES
    firing = 100_000 * sum(score >= FIRES for score in false) / tokens
    note = f"{total} planted, {tokens} tokens; at .80: recall {fired / total:.3f}, {firing:.1f} false/100,000; limit {limit:.3f}"
    yield Figure(f"names.running_{language}.recall_at_{allowed:.0f}_false", found / total, target, half=half, note=note)


MOST_TOKENS = 450_000

SEED_PAIRS = (
    ("Владимир Логинов", "فلاديمير لوجينوف"), ("Кирилл Ананьев", "كيريل أنانيف"), ("Максим Буга", "ماكسيم بوجا"),
    ("Александр Аверин", "ألكسندر أفيرين"), ("Григорий Явлинский", "جريجوي يافلينسكي"),
)  # fmt: skip


def seed_case(rows: Sequence[Row], everyone: Sequence[Row], half: str) -> Iterator[Figure]:
    """The five persons of the first case: each above the firing threshold and before 10,000 other names."""
    others = watchlist(rows, everyone, 10_000)
    first = 0
    for ru, ar in SEED_PAIRS:
        score = similarity(ru, ar)
        first += score >= FIRES and all(similarity(other, ar) < score for other in others if other != ru.lower())
    yield Figure("names.seed_pairs_first", first, 5, half=half, note="of 5, among 10,000")


# What each Cyrillic consonant may be in Arabic letters: the rule a pair has to keep to be taken for one name. It is
# school transliteration written down, and knows nothing of the costs and counts that are measured with it.
_WRITTEN = {
    "б": "ب", "в": "[فوڤ]", "г": "[غجهقكگ]", "д": "[دض]", "ж": "(?:دج|ج|ژ|ز|ش)", "з": "[زظس]", "к": "[كق]", "л": "ل",
    "м": "م", "н": "ن", "п": "[بپ]", "р": "ر", "с": "[سصز]", "т": "[تط]", "ф": "ف", "х": "[خهحك]", "ц": "(?:ت?[سز])",
    "ч": "(?:تش|ش|ج|چ)", "ш": "ش", "щ": "(?:شتش|شت|ش|تش)",
}  # fmt: skip
_VOWELS_WRITTEN = "[اويىأإآؤئءعهة]*"
_SURNAME_ENDINGS = {
    "m": ("ов", "ев", "ин", "ын", "ский", "цкий"), "f": ("ова", "ева", "ина", "ына", "ская", "цкая"),
    "": ("ко", "ук", "юк", "ич", "ян", "дзе", "швили"),
}  # fmt: skip


def keeps_its_letters(ru: str, ar: str) -> bool:
    """Whether every consonant of a Russian word stands in the Arabic one in order, and nothing but vowels besides; a
    vowel ends both or neither; و begins it where о, у or ю does and nowhere else. Tells Pavlo from Павел, Marcus from
    Марк and Olena from Елена, which one English form joined."""
    rule = _VOWELS_WRITTEN
    for letter, before in zip(ru, " " + ru, strict=False):
        if letter in _WRITTEN and letter != before:
            rule += f"(?:{_WRITTEN[letter]}){{1,2}}{_VOWELS_WRITTEN}"
    if not re.fullmatch(rule, ar) or (ru[-1] in "аеиоуыэюяй") != (ar[-1] in "اويىةه"):
        return False
    return ru[0] in _WRITTEN or (ru[0] in "оую") == ("و" in ar[:2] or ar[0] == "ؤ")


Spelled = tuple[str, str]  # (Russian, Arabic)


def attested_givens(everyone: Sequence[Row]) -> dict[str, list[Spelled]]:
    """Attested spellings of the given names of our table, by gender."""
    table = {row.name: row.gender for row in given_names()}
    givens: dict[str, list[Spelled]] = {"m": [], "f": []}
    for row in everyone:
        # The list joins Romanus and Yushchenko to Роман and Александр: only English forms our table knows are that
        # name.
        joined = row.kind == "name_token" and row.ru in table and row.ar and row.ru in names_of(fold(row.en))[0]
        if joined and keeps_its_letters(row.ru, row.ar):
            givens[table[row.ru]].append((row.ru, row.ar))
    return givens


def attested_surnames(rows: Sequence[Row]) -> dict[Spelled, str]:
    """Attested spellings of surnames with Slavic endings, and the gender of those who bear them."""
    table = {row.name for row in given_names()}
    listed = held_surnames()
    surnames: dict[Spelled, str] = {}
    for row in rows:
        if row.kind not in ("surname_slavic", "name_part_qid"):
            continue
        for ru, ar in itertools.product(row.ru.split("|"), row.ar.split("|")):
            gender = next((gender for gender, ends in _SURNAME_ENDINGS.items() if ru.endswith(ends)), None)
            # Кэтрин and Марко end like Russian surnames too: these endings count only where some lexicon holds the name.
            western = ru.endswith(("ин", "ина", "ко", "ян", "ич", "ук", "юк")) and fold(ru) not in listed
            unfit = len(ru) < 4 or not ar or ru in table or western
            if gender is not None and not unfit and keeps_its_letters(ru, ar):
                surnames[ru, ar] = gender
    return surnames


def russian_persons(everyone: Sequence[Row], rows: Sequence[Row]) -> list[Spelled]:
    """300 composed persons: a given name before a surname of `rows`, every surname as likely as any other."""
    rng = random.Random(SEED)
    givens = attested_givens(everyone)
    persons = []
    for (ru, ar), gender in sorted(attested_surnames(rows).items()):
        given, spelled = rng.choice(givens[gender or rng.choice("mf")])
        persons.append((f"{given} {ru}", f"{spelled} {ar}"))
    return rng.sample(persons, min(300, len(persons)))


def real_persons(everyone: Sequence[Row], rows: Sequence[Row]) -> list[Spelled]:
    """Real persons (EU journal) of `rows`, each in up to twelve ways: attested spellings of its given name and surname."""
    rng = random.Random(SEED)
    givens: dict[str, list[str]] = {}
    for given, ar in itertools.chain(*attested_givens(everyone).values()):
        givens.setdefault(given, []).append(ar)
    surnames: dict[str, list[str]] = {}
    for ru, ar in attested_surnames(rows):
        surnames.setdefault(fold(ru), []).append(ar)
    persons: set[Spelled] = set()
    for row in rows:
        words = row.ru.lower().split() if row.kind == "person_full" else []
        if len(words) >= 2 and words[0] in givens and fold(words[-1]) in surnames:
            ways = sorted(set(itertools.product(givens[words[0]], surnames[fold(words[-1])])))
            chosen = rng.sample(ways, min(12, len(ways)))
            persons |= {(f"{words[0]} {words[-1]}", f"{given} {surname}") for given, surname in chosen}
    return sorted(persons)


def reading_back(rows: Sequence[Row], everyone: Sequence[Row], half: str) -> Iterator[Figure]:
    """The right Russian name first, and among the first five.

    Of real persons; of composed ones whose surname a lexicon holds, where a surname few bear weighs as much as Иванов;
    and of all composed ones.
    """
    composed = russian_persons(everyone, rows)
    listed = held_surnames()
    known = [pair for pair in composed if fold(pair[0].split()[1]) in listed]
    samples = (
        ("candidates_real", real_persons(everyone, rows), (0.85, 0.93)),
        ("candidates_listed", known, (0.85, 0.93)),
        ("candidates_all", composed, (None, None)),
    )
    for what, sample, targets in samples:
        ranks = []
        for ru, ar in sample:
            found = [fold(candidate.text) for candidate in candidates(ar, "ru")]
            ranks.append(found.index(fold(ru)) if fold(ru) in found else 9)
        note = f"{len(ranks)} attested pairs, {len({ru for ru, _ in sample})} persons"
        for name, most, target in (("top_1", 0, targets[0]), ("top_5", 4, targets[1])):
            yield Figure(
                f"names.{what}.{name}", sum(rank <= most for rank in ranks) / len(ranks), target, half=half, note=note
            )


# Names that are not Russian, words that are not names, and noise: nothing to read back. Those of UNREADABLE chose the
# thresholds; those of UNREADABLE_KEPT_OUT did not.
UNREADABLE = (
    "دونالد ترامب", "باراك أوباما", "إيمانويل ماكرون", "بوريس جونسون", "محمد العلي", "حسن نصر الله", "أبو بكر البغدادي",
    "قاسم سليماني", "رجب طيب أردوغان", "مسعود بارزاني", "خليفة حفتر", "ستيفان دي ميستورا", "ريكس تيلرسون", "سعد الحريري",
    "عبد الفتاح السيسي", "نوري المالكي", "وليد المعلم", "فيصل المقداد", "رياض حجاب", "معاذ الخطيب", "جيفري فيلتمان",
    "كوفي عنان", "الأخضر الإبراهيمي", "شي جين بينغ", "كيم جونغ أون", "إيهود باراك", "ليونيل ميسي", "توم هانكس",
    "جاستن ترودو", "بنيامين نتنياهو", "قفغق ثظذض", "ععع ههه", "بلبلبل كككك", "xkcd qwrtp", "asdf ghjkl", "zzz qqq",
    "Donald Trump", "Emmanuel Macron", "Recep Erdogan", "Xi Jinping", "Mohammed Hassan", "القوات الحكومية", "وزارة الدفاع",
    "الجيش السوري", "قتل ثلاثة", "يوم الثلاثاء", "في دير الزور", "وقال مصدر", "foreign ministry", "the army said",
    "هيلاري كلينتون", "جون كيري", "أنغيلا ميركل", "فرانسوا هولاند", "تيريزا ماي", "ديفيد كاميرون", "أنطونيو غوتيريش",
    "مايك بومبيو", "جيمس ماتيس", "برهان غليون", "جورج صبرا", "رياض سيف", "أنس العبدة", "هيثم مناع", "لؤي حسين",
    "صالح مسلم", "مظلوم عبدي", "إلهام أحمد", "حيدر العبادي", "مقتدى الصدر", "سعد الدين العثماني", "طحكثج زخسقد", "ضصثق فغعه",
    "خبر عاجل", "المرصد السوري", "مدينة حلب", "ثلاثة قتلى", "صباح اليوم", "قال الناطق", "شرق الفرات", "Hillary Clinton",
    "Theresa May", "Benjamin Netanyahu", "John Kerry", "Bashar Assad", "Lionel Messi", "air strikes", "breaking news",
    "lkjhg poiuy", "wxyz vbnm", "رونالدو نازاريو", "تشي جيفارا", "ناريندرا مودي", "شينزو آبي", "جو بايدن", "كامالا هاريس",
)  # fmt: skip
UNREADABLE_KEPT_OUT = (
    "جورج بوش", "بيل كلينتون", "نيكولا ساركوزي", "توني بلير", "غوردون براون", "سيلفيو برلسكوني", "أولاف شولتس",
    "عبد الله غل", "أحمد داود أوغلو", "بن علي يلدريم", "هاكان فيدان", "حسن روحاني", "جواد ظريف", "علي خامنئي",
    "إسماعيل قاآني", "بشار الجعفري", "رامي مخلوف", "ماهر الأسد", "سهيل الحسن", "ميشيل كيلو", "فاروق الشرع",
    "غير بيدرسن", "مارتن غريفيث", "روبرت فورد", "بريت ماكغورك", "مارك إسبر", "لويد أوستن", "أنتوني بلينكن",
    "روبرت ليفاندوفسكي مولر", "كريستيانو رونالدو", "زين الدين زيدان", "محمد صلاح", "ضثذظ غخحه", "ككك للل", "جهنق ثبظص",
    "George Bush", "Angela Merkel", "Tony Blair", "Qasem Soleimani", "Hassan Nasrallah", "qwerty uiop", "bnmv xcvz",
    "security council", "oil field", "مجلس الأمن", "قصف جوي", "الأمم المتحدة", "مساء أمس", "حقل العمر", "عشرات الجرحى",
    "قناة الجزيرة", "وكالة الأنباء",
)  # fmt: skip


def abstaining(kept_out: bool, half: str) -> Iterator[Figure]:
    """Share of names with no Russian reading for which none is given; the lists are ours."""
    names = UNREADABLE_KEPT_OUT if kept_out else UNREADABLE
    silent = [not candidates(name, "ru") for name in names]
    yield Figure(
        "names.candidates_abstain", sum(silent) / len(silent), 0.90, half=half, note=f"{len(silent)} names, ours"
    )


def figures(data: Path, kept_out: bool) -> Iterator[Figure]:
    """All figures of one half; the other half is for choosing costs and thresholds."""
    half = "kept-out" if kept_out else "dev"
    everyone = list(read_rows(data))
    rows = [row for row in everyone if is_kept_out(row.en) == kept_out]
    full = [(row.en, row.ru) for row in rows if row.kind == "person_full" and row.en and row.ru]
    yield from recall_figures("person_full_en_ru", full, {1e-4: 0.985}, half)
    composed = [(row.ru, row.ar) for row in rows if row.kind == "person_composed"]
    yield from recall_figures("person_composed_ru_ar", composed, {1e-4: 0.98}, half)
    slavic = [row for row in rows if row.kind == "surname_slavic"]
    yield from recall_figures("surname_ru_ar", [(row.ru, row.ar) for row in slavic], {1e-3: 0.95, 1e-4: 0.82}, half)
    yield from recall_figures("surname_en_ar", [(row.en, row.ar) for row in slavic], {1e-3: 0.96}, half)
    yield from near_names(rows, half)
    yield from half_wrong(rows, half)
    yield from running_text(rows, everyone, data, "ar", half)
    yield from running_text(rows, everyone, data, "ru", half)
    yield from seed_case(rows, everyone, half)
    yield from reading_back(rows, everyone, half)
    yield from abstaining(kept_out, half)


def measure(data: Path | None) -> Iterable[Figure | Skipped]:
    """Every figure about names, from the kept-out half."""
    if data is None or not (data / "names" / "names-dev.tsv").exists():
        return [Skipped("names", "names/names-dev.tsv (set RASAD_EVAL_DATA)")]
    return figures(data, kept_out=True)
