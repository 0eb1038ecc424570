"""Compiles the name lexicon that `candidates` reads and the ordinary words `NameIndex` weighs.

Run by hand: `python -m crawler.names.build NAMES.tsv ARTICLES_FOLDER`, the attested names and articles that quality is measured
on, of which only the development halves are read. Needs `russiannames` and duckdb, which the product itself does not, and
natasha. Writes, beside `data/costs.tsv` (sources and licences: `data/SOURCES.md`):

- `lexicon.tsv.gz`: `role skeleton name:count:gender ...`, most frequent first, one line for each skeleton;
- `sounds.tsv.gz`: how often four sound units follow each other in names, for reading names that no lexicon holds;
- `frequent.tsv`: the most borne surnames, and by how many nats they are more than rare: an initial does not tell them;
- `common.tsv`: words news is full of, with how many nats more often than a rare word they stand there.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from crawler.languages import fold, tokenise
from crawler.names.given import names_of, rows
from crawler.names.learn import is_kept_out
from crawler.names.phonemes import read, units_of

DATA = Path(__file__).parent / "data"
LEAST = {"surname": 2, "given": 15, "patronymic": 20}
TABLES = {"surname": "surnames", "given": "names", "patronymic": "midnames"}
HAND_GIVEN = 400  # bearers credited to a name of our own table
DICTIONARY = 1  # bearers credited to a surname of the dictionary
ORDER = 4
MAN, WOMAN = ("ов", "ев", "ин", "ын", "ий", "ой"), ("ова", "ева", "ина", "ына", "ая")
EITHER = ("ко", "ук", "юк", "ич", "гу", "ян", "дзе", "швили")
LEAST_ARTICLES = 6
FREQUENT = 400  # bearers of 4,000,000
RARE = 2e-5  # the share of a rare word in running text

Entry = tuple[str, int, str]  # name, bearers, gender


def dictionary_surnames() -> Iterable[tuple[str, str]]:
    """Surnames of natasha's dictionary, folded, with gender: it has Явлинский and Шойгу, russiannames has not."""
    import natasha  # type: ignore[import-untyped,import-not-found,unused-ignore]

    listed = (Path(natasha.__file__).parent / "data" / "dict" / "last.txt").read_text("utf-8")
    for word in listed.split():
        name = fold(word)
        if len(name) >= 4 and name.endswith((*MAN, *WOMAN, *EITHER)):
            yield name, "f" if name.endswith(WOMAN) else "m" if name.endswith(MAN) else ""


def entries(folder: Path, role: str) -> list[Entry]:
    """The names of one role, both spellings of ё as one, most borne first."""
    import duckdb

    table = folder / f"{TABLES[role]}.parquet"
    found: dict[str, tuple[int, str]] = {}
    for text, count, gender in (
        duckdb.connect().execute("select text, count, gender from read_parquet(?)", [str(table)]).fetchall()
    ):
        name = fold(text or "")
        if len(name) < 2 or not all("а" <= letter <= "я" or letter == "-" for letter in name):
            continue
        held, known = found.get(name, (0, ""))
        found[name] = held + count, gender if gender in ("m", "f") else known
    listed = dict(dictionary_surnames()) if role == "surname" else {}
    if listed:
        for name, gender in listed.items():
            count, known = found.get(name, (0, gender))
            found[name] = max(count, DICTIONARY), known or gender
    if role == "given":
        for row in rows():
            count, _ = found.get(fold(row.name), (0, ""))
            found[fold(row.name)] = max(count, HAND_GIVEN), row.gender
    kept = [(name, n, gender) for name, (n, gender) in found.items() if n >= LEAST[role] or name in listed]
    return sorted(kept, key=lambda entry: (-entry[1], entry[0]))


def lexicon_lines(role: str, names: Iterable[Entry]) -> Iterable[str]:
    by_skeleton: dict[str, list[str]] = defaultdict(list)
    for name, count, gender in names:
        by_skeleton[read(name).skeleton].append(f"{name}:{count}:{gender}")
    for skeleton, members in sorted(by_skeleton.items()):
        yield "\t".join([role, skeleton, *members])


def sound_lines(roles: dict[str, list[Entry]], extra: Iterable[str]) -> Iterable[str]:
    """Counts of runs of `ORDER` units; a name counts once however many bear it, so that rare names shape it too."""
    runs: Counter[tuple[str, ...]] = Counter()
    names = [name for role in ("surname", "given") for name, _, _ in roles[role]]
    for name in [*names, *extra]:
        units = ["<"] * (ORDER - 1) + units_of(name) + [">"]
        runs.update(tuple(units[at : at + ORDER]) for at in range(len(units) - ORDER + 1))
    for run, count in sorted(runs.items()):
        if count > 1:
            yield " ".join(run) + f"\t{count}"


def frequent_lines(surnames: Iterable[Entry]) -> Iterable[str]:
    """Surnames borne so often that an initial before them names nobody, by how many nats more than FREQUENT."""
    yield "# Surnames, and by how many nats they are borne more often than a rare one. By crawler/names/build.py."
    yield from (f"{name}\t{math.log(count / FREQUENT):.2f}" for name, count, _ in surnames if count > FREQUENT)


def write(path: Path, lines: Iterable[str]) -> None:
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, 0) as packed:
        packed.write("\n".join(lines).encode())


def attested(path: Path) -> set[str]:
    """Russian forms of the development half of the attested names."""
    found: set[str] = set()
    for line in path.read_text("utf-8").splitlines()[1:]:
        english, russian, _arabic, kind, _source = line.split("\t")
        if kind in ("name_token", "surname_slavic", "name_part_qid") and not is_kept_out(english):
            found.update(russian.replace("|", " ").split())
    return found


def ordinary_words(path: Path, script: str) -> Iterable[str]:
    """Words of one script that stand in small letters, in six articles or more, and are no given name."""
    words: Counter[str] = Counter()
    articles: Counter[str] = Counter()
    total = 0
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            article = json.loads(line)
            text = f"{article['title']}. {article['text']}"
            if hashlib.sha1(text.encode()).hexdigest()[0] in "01234567":
                continue  # kept for measuring
            tokens = [token for token in tokenise(text) if token.script == script]
            total += len(tokens)
            small = [token.folded for token in tokens if not token.capital]
            words.update(small)
            articles.update(set(small))
    for word, count in words.most_common():
        if len(word) > 1 and articles[word] >= LEAST_ARTICLES and count / total >= 2 * RARE and not any(names_of(word)):
            yield f"{word}\t{math.log(count / total / RARE):.1f}"


def main() -> None:
    import russiannames  # type: ignore[import-untyped,import-not-found,unused-ignore]

    names_file, articles_folder = (Path(argument) for argument in sys.argv[1:3])
    folder = Path(russiannames.__file__).parent / "data"
    roles = {role: entries(folder, role) for role in TABLES}
    write(DATA / "lexicon.tsv.gz", [line for role, names in roles.items() for line in lexicon_lines(role, names)])
    write(DATA / "sounds.tsv.gz", sound_lines(roles, sorted(attested(names_file))))
    (DATA / "frequent.tsv").write_text("\n".join(frequent_lines(roles["surname"])) + "\n", "utf-8")
    files = (("ar", "ar"), ("ru", "cyr"), ("en", "lat"))
    words = [line for file, script in files for line in ordinary_words(articles_folder / f"{file}.jsonl.gz", script)]
    heading = (
        "# Ordinary words, and how many nats more often than a rare word they stand in news. By crawler/names/build.py."
    )
    (DATA / "common.tsv").write_text("\n".join([heading, *words]) + "\n", "utf-8")
    print({role: len(names) for role, names in roles.items()}, len(words))


if __name__ == "__main__":
    main()
