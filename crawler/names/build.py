"""Compiles the name lexicon that `candidates` reads. Run by hand: `python -m crawler.names.build`.

Needs `russiannames` (BSD-3-Clause, Ivan Begtin) and duckdb, which the product itself does not, and pymorphy3 (MIT).
Writes, beside `data/costs.tsv`:

- `lexicon.tsv.gz`: `role skeleton name:count:gender name:count:gender ...`, most frequent first, one line for each
skeleton;
- `sounds.tsv.gz`: how often four sound units follow each other in these names, for reading names that no lexicon holds.
"""

from __future__ import annotations

import gzip
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from crawler.languages import fold
from crawler.names.given import rows
from crawler.names.phonemes import read, units_of

DATA = Path(__file__).parent / "data"
LEAST = {"surname": 2, "given": 15, "patronymic": 20}
TABLES = {"surname": "surnames", "given": "names", "patronymic": "midnames"}
HAND_GIVEN = 400  # bearers credited to a name of our own table
DICTIONARY = 4  # bearers credited to a surname of the dictionary
ORDER = 4

Entry = tuple[str, int, str]  # name, bearers, gender


def dictionary_surnames() -> Iterable[tuple[str, str]]:
    """Surnames of pymorphy3's dictionary (MIT), folded, with gender: it has Явлинский and Шойгу, russiannames has
    not."""
    import pymorphy3

    analyser = pymorphy3.MorphAnalyzer()
    for word, tag, normal, *_ in analyser.dictionary.iter_known_words():
        if "Surn" in tag and "nomn" in tag and "sing" in tag and (word == normal or "femn" in tag):
            yield fold(word), "f" if "femn" in tag else "m" if "masc" in tag else ""


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
    if role == "surname":
        for name, gender in dictionary_surnames():
            count, known = found.get(name, (0, gender))
            found[name] = max(count, DICTIONARY), known or gender
    if role == "given":
        for row in rows():
            count, _ = found.get(fold(row.name), (0, ""))
            found[fold(row.name)] = max(count, HAND_GIVEN), row.gender
    kept = [(name, count, gender) for name, (count, gender) in found.items() if count >= LEAST[role]]
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


def write(path: Path, lines: Iterable[str]) -> None:
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, 0) as packed:
        packed.write("\n".join(lines).encode())


def main() -> None:
    import russiannames  # type: ignore[import-untyped,import-not-found,unused-ignore]

    folder = Path(russiannames.__file__).parent / "data"
    roles = {role: entries(folder, role) for role in TABLES}
    extra = Path(sys.argv[1]).read_text("utf-8").split() if len(sys.argv) > 1 else []
    write(DATA / "lexicon.tsv.gz", [line for role, names in roles.items() for line in lexicon_lines(role, names)])
    write(DATA / "sounds.tsv.gz", sound_lines(roles, extra))
    print({role: len(names) for role, names in roles.items()})


if __name__ == "__main__":
    main()
