"""Lists from files: what becomes a watch, what is refused, and where."""

from __future__ import annotations

import json

import pytest

from alerts import imports
from alerts.imports import Entry, Read, Refused, Skipped
from alerts.query import parse
from crawler.errors import UsageError


def of_csv(text: str) -> list[Read]:
    return list(imports.read(text.splitlines(keepends=True), jsonl=False))


def of_entity(schema: str, **properties: list[str]) -> Read:
    line = json.dumps({"id": "x", "schema": schema, "properties": properties}, ensure_ascii=False)
    return next(iter(imports.read([line], jsonl=True)))


def test_csv_names_and_aliases() -> None:
    """Name and aliases become one person; line numbers are those of the file, empty lines included."""
    text = "\ufeffname,aliases\nКирилл Ананьев,كيريل أنانيف|Kirill Ananyev\n\nIvan Slyshkin,\n"
    first = Entry(2, 'name:"Кирилл Ананьев|كيريل أنانيف|Kirill Ananyev"')
    assert [first, Entry(4, 'name:"Ivan Slyshkin"')] == of_csv(text)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_of_any_spreadsheet(delimiter: str) -> None:
    """Commas, semicolons or tabs; the header says which, in any case and order."""
    text = f"Aliases{delimiter}Name\nKirill Ananyev{delimiter}Кирилл Ананьев\n"
    assert [Entry(2, 'name:"Кирилл Ананьев|Kirill Ananyev"')] == of_csv(text)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Ананьев,", "surname alone"),
        ("金正恩,", "surname alone"),
        (",Kirill", "no name"),
        ('"open,', "no CSV"),
    ],
)
def test_csv_refusals_have_line_and_reason(row: str, reason: str) -> None:
    """A row that cannot be a watch is refused with its line; those before it stay."""
    good, refused = of_csv(f"name,aliases\nИван Петров,\n{row}\n")
    assert isinstance(good, Entry)
    assert isinstance(refused, Refused)
    assert (3, True) == (refused.line, reason in refused.reason)


def test_a_file_that_is_no_list_is_wrong_usage() -> None:
    """Without a column `name` nothing is guessed."""
    with pytest.raises(UsageError, match="no column `name`"):
        of_csv("person,note\nИван Петров,x\n")
    with pytest.raises(UsageError, match="no column `name`"):
        of_csv("")


def test_aliases_of_one_word_are_left_out() -> None:
    """They would meet strangers, or make the whole watch a surname; they are counted."""
    assert [Entry(2, 'name:"Иван Петров"', 2)] == of_csv("name,aliases\nИван Петров,Петров|伊万 彼得罗夫\n")


def test_persons_of_follow_the_money() -> None:
    """name and alias count, weakAlias does not; `Surname, Given` is turned."""
    found = of_entity("Person", name=["PETROV, Ivan"], alias=["Иван Петров"], weakAlias=["Vanya Strelok"])
    assert Entry(1, 'name:"Ivan PETROV|Иван Петров"') == found


@pytest.mark.parametrize("schema", ["Organization", "LegalEntity", "Company"])
def test_organisations_become_phrases(schema: str) -> None:
    """An organisation is its names as phrases; a short or common single word is left out."""
    found = of_entity(schema, name=["Redut Private Company"], alias=['ЧВК "Редут"', "RPC", "Company"])
    assert isinstance(found, Entry)
    assert ('"Redut Private Company" OR "ЧВК Редут"', 2) == (found.watch, found.left_out)
    parse(found.watch)


def test_other_schemata_are_skipped() -> None:
    """A vessel is nobody to watch for by name."""
    assert Skipped(1, "Vessel") == of_entity("Vessel", name=["Sparta IV"])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "no JSON"),
        ("[1]", "expected an object"),
        ('{"schema": "Person", "properties": {}}', "no name"),
        ('{"schema": "Organization", "properties": {"name": ["RPC"]}}', "short or common"),
        ('{"watch": "killed AND ("}', "column"),
        ('{"watch": "$x = killed"}', "definition"),
        ('{"name": 7}', "are texts"),
        ("[" * 100_000, "no JSON"),
    ],
)
def test_json_refusals(line: str, reason: str) -> None:
    """A line of rubbish is refused with its number and the reason; the next one goes on."""
    refused, good = imports.read([line, '{"name": "Иван Петров"}'], jsonl=True)
    assert isinstance(refused, Refused)
    assert (1, True) == (refused.line, reason in refused.reason), refused
    assert Entry(2, 'name:"Иван Петров"') == good


def test_far_too_many_aliases_are_cut() -> None:
    """A watch has an end; what found no room is counted."""
    aliases = "|".join(f"Иван {chr(1072 + number % 30)}о{chr(1072 + number // 30)}ов" for number in range(900))
    (found,) = of_csv(f"name,aliases\nИван Петров,{aliases}\n")
    assert isinstance(found, Entry)
    assert found.left_out > 0
    parse(found.watch)


@pytest.mark.parametrize("watch", ['name:"Иван Петров|Ivan Petrov"', "=Рота AND погиб", 'near/8(killed, "Homs")'])
def test_rows_read_back_as_the_same_watch(watch: str) -> None:
    """What is exported imports to the very same line."""
    row = imports.row(watch, parse(watch))
    line = json.dumps({"name": row.name, "aliases": list(row.aliases), "watch": row.watch})
    assert [Entry(1, watch)] == list(imports.read([line], jsonl=True))
