"""The outlets and templates that ship."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from crawler.outlets import SHIPPED, Outlet, Outlets, Template, load, trust
from crawler.spiders import readers

README = (SHIPPED / "README.md").read_text("utf-8")


@pytest.fixture(scope="module")
def shipped() -> Outlets:
    return load()


def test_every_shipped_yaml_loads(shipped: Outlets) -> None:
    """Nothing that ships is broken, and every file became an outlet under its stem."""
    assert shipped.broken == ()
    assert {path.stem for path in SHIPPED.glob("*.yaml")} == set(shipped.by_id)
    assert all(outlet.id == outlet_id for outlet_id, outlet in shipped.by_id.items())


def test_ids_and_names_are_unique(shipped: Outlets) -> None:
    """A reader of an alert can tell any two outlets apart by name."""
    names = [outlet.name for outlet in shipped.by_id.values()]
    assert sorted(set(names)) == sorted(names)


def test_every_template_has_a_family(shipped: Outlets) -> None:
    """No template lies there that no outlet names."""
    assert {path.stem for path in (SHIPPED / "templates").glob("*.yaml")} == {
        outlet.template for outlet in shipped.by_id.values() if outlet.template
    }


def test_no_entry_point_is_shared(shipped: Outlets) -> None:
    """Two outlets that read one address would store each article under one of them by chance."""
    addresses = [entry.url for outlet in shipped.by_id.values() for entry in outlet.entry_points]
    assert sorted(set(addresses)) == sorted(addresses)


def test_no_placeholder_is_left(shipped: Outlets) -> None:
    """Every address of a template got its outlet's host."""
    entries = [entry for outlet in shipped.by_id.values() for entry in (*outlet.entry_points, *outlet.archives)]
    assert [entry.url for entry in entries if "{" in entry.url] == []


def test_outlets_without_a_proven_feed_say_so(shipped: Outlets) -> None:
    """Who reads a home page for want of a feed is counted apart, by the confidence of the entry point and in words."""
    for outlet in shipped.by_id.values():
        if not outlet.archive_only and all(entry.kind == "section" for entry in outlet.entry_points):
            assert {"unproven"} == {entry.confidence for entry in outlet.entry_points}, outlet.id
            assert outlet.template == "rferl" or "No feed is known" in outlet.notes, outlet.id


def test_what_nobody_has_proven_is_counted_apart(shipped: Outlets) -> None:
    """Every outlet is one of four; nothing is called proven that nobody of us has read."""
    counted = Counter(trust(outlet) for outlet in shipped.by_id.values())
    assert {"listed", "unproven", "archive only"} == set(counted)
    assert len(shipped.by_id) == counted.total() and counted["unproven"] < counted["listed"]


def test_every_outlet_says_whose_voice_it_is(shipped: Outlets) -> None:
    """`leaning:` in a watch finds each of them."""
    assert [] == [outlet.id for outlet in shipped.by_id.values() if not outlet.leaning]


@pytest.mark.parametrize("outlet_id", ["znak", "riafan", "nevnov", "politros", "newsru"])
def test_defunct_outlets_are_archives(shipped: Outlets, outlet_id: str) -> None:
    """What has stopped is known by name and never crawled on schedule."""
    outlet = shipped.get(outlet_id)
    assert outlet.archive_only
    assert outlet.entry_points == []


@pytest.mark.parametrize(
    ("day", "label"),
    [
        ("2018-02-13", "state (Assad era)"),
        ("2024-12-07", "state (Assad era)"),
        ("2024-12-08", "state (transitional government)"),
        ("2026-11-22", "state (transitional government)"),
    ],
)
def test_the_state_agency_changes_sides_with_the_state(shipped: Outlets, day: str, label: str) -> None:
    """SANA speaks for another state from 8 December 2024 on."""
    assert label == shipped.get("sana_ar").leaning_on(dt.date.fromisoformat(day))


# One address of an article and one that is none, where the shape is known.
SHAPES = [
    (
        "enab_ar",
        "https://www.enabbaladi.net/archives/207420",
        "https://www.enabbaladi.net/archives/category/online/page/2",
    ),
    (
        "enab_en",
        "https://english.enabbaladi.net/archives/2024/12/a-headline/",
        "https://english.enabbaladi.net/archives/category/x/",
    ),
    ("fontanka", "https://www.fontanka.ru/2018/02/13/094/", "https://www.fontanka.ru/theme/1/"),
    ("ria", "https://ria.ru/20180213/1514535123.html", "https://ria.ru/politics/"),
    ("sarabic", "https://sarabic.ae/20240213/a-headline-1085999111.html", "https://sarabic.ae/syria"),
    ("kommersant", "https://www.kommersant.ru/doc/3547000", "https://www.kommersant.ru/rubric/2"),
    ("mediazona", "https://zona.media/news/2018/02/13/word", "https://zona.media/about"),
    ("tass", "https://tass.ru/moskva/8836033", "https://tass.ru/moskva"),
    ("tass_en", "https://tass.com/politics/990000", "https://tass.com/politics"),
    ("e1", "https://www.e1.ru/text/incidents/2023/01/12/71968415/", "https://www.e1.ru/text/incidents/"),
    ("sibreal", "https://www.sibreal.org/a/a-headline/31234567.html", "https://www.sibreal.org/z/20452"),
    ("rt_ru", "https://russian.rt.com/world/article/481782-headline", "https://russian.rt.com/world"),
    ("rtar", "https://arabic.rt.com/middle_east/928237-%D8%B3%D9%88/", "https://arabic.rt.com/middle_east/"),
    ("meduza", "https://meduza.io/news/2018/02/13/a-headline", "https://meduza.io/specials/a-name"),
    ("rbc", "https://www.rbc.ru/politics/13/02/2018/5a82b4d09a794710a3a6e4b1", "https://www.rbc.ru/politics/"),
    ("lenta", "https://lenta.ru/news/2018/02/13/word/", "https://lenta.ru/rubrics/russia/"),
    ("vz", "https://vz.ru/news/2018/2/13/908152.html", "https://vz.ru/news/"),
    ("mk", "https://www.mk.ru/politics/2018/02/13/a-headline.html", "https://www.mk.ru/politics/"),
    ("kp", "https://www.kp.ru/daily/26794/3827910/", "https://www.kp.ru/politics/"),
    ("ajar", "https://www.aljazeera.net/news/2024/12/8/%D8%B3", "https://www.aljazeera.net/where/syria/"),
    ("aawsat", "https://aawsat.com/%D8%B3/5090000-%D8%B3", "https://aawsat.com/%D8%B3"),
]


@pytest.mark.parametrize(("outlet_id", "article", "other"), SHAPES)
def test_article_addresses(shipped: Outlets, outlet_id: str, article: str, other: str) -> None:
    """`articles` matches an article's address of the outlet and not that of a section."""
    pattern = shipped.get(outlet_id).articles
    assert re.search(pattern, article)
    assert not re.search(pattern, other)


@pytest.mark.parametrize(
    ("phrase", "outlet_id"),
    [
        ("tag icon", "enab_ar"),
        ("سوريا بحاجة للصحافة الحرة", "enab_ar"),
        ("ادعم عنب بلدي", "enab_ar"),
        ("دولار واحد شهريًا يصنع الفرق", "enab_ar"),
        ("اضغط هنا للمساهمة", "enab_ar"),
        ("مقالات متعلقة", "enab_ar"),  # its own and the template's phrases stand together
        ("اقرأ أيضًا", "enab_ar"),
        ("Читайте также", "fontanka"),
        ("Читайте также", "v1"),
    ],
)
def test_boilerplate_is_known(shipped: Outlets, phrase: str, outlet_id: str) -> None:
    """Donation boxes, font buttons and "read also" lines never reach the text of an article."""
    assert phrase in shipped.get(outlet_id).reading.boilerplate


@pytest.mark.parametrize(
    ("url", "outlet_id"),
    [
        ("https://sana.sy/archives/123", "sana_ar"),
        ("https://sana.sy/en/archives/123", "sana_en"),
        ("https://sana.sy/english-lessons", "sana_ar"),
        ("https://www.rudaw.net/kurmanci/news/130220182", "rudaw_ku"),
        ("http://sputnikarabic.ae/20240213/1.html", "sarabic"),
        ("https://fontanka.ru/2018/02/13/094/", "fontanka"),
        ("https://www.aljazeera.net/news/2024/12/8/x", "ajar"),
        ("https://ALJAZEERA.net/news/2024/12/8/x", "ajar"),
        ("https://www.bbc.com/russian/articles/c0000000000o", "bbcru"),
    ],
)
def test_an_address_finds_its_outlet(shipped: Outlets, url: str, outlet_id: str) -> None:
    """Editions that share a host are told apart by their path; mirrors and www. lead to the same outlet."""
    found = shipped.of_url(url)
    assert found is not None
    assert outlet_id == found.id


@pytest.mark.parametrize(
    "url",
    ["https://example.org/", "https://www.bbc.com/news/1", "not an address", "", "https://[::1", "mailto:a@sana.sy"],
)
def test_a_strange_address_has_no_outlet(shipped: Outlets, url: str) -> None:
    """What is no address of any outlet is nobody's."""
    assert shipped.of_url(url) is None


def fields(model: type[Outlet] | type[Template], prefix: str = "") -> list[str]:
    """Every key of an outlet YAML with its path, `[]` for a list."""
    found: list[str] = []
    for name, field in model.model_fields.items():
        inner = field.annotation
        many = getattr(inner, "__origin__", None) is list
        part = inner.__args__[0] if many and inner is not None else inner
        if isinstance(part, type) and hasattr(part, "model_fields"):
            found += fields(part, f"{prefix}{name}{'[]' if many else ''}.")
        else:
            found.append(prefix + name)
    return found


@pytest.mark.parametrize("key", fields(Outlet))
def test_every_field_is_in_the_readme(key: str) -> None:
    """The table of crawler/outlets/README.md names every key an outlet may have."""
    assert f"| `{key}` |" in README


def test_the_readme_has_no_other_fields() -> None:
    """A key the schema lost is gone from the table too."""
    table = README.split("## What may be said")[1].split("## Families")[0]
    assert set(fields(Outlet)) == set(re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE))


def test_every_template_is_in_the_readme() -> None:
    """The table of families names the templates that ship, and no other."""
    table = README.split("## Families")[1].split("## Outlets without")[0]
    assert {path.stem for path in (SHIPPED / "templates").glob("*.yaml")} == set(
        re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)
    )


def test_every_example_of_the_guides_loads(tmp_path: Path) -> None:
    """The YAML blocks of the README and of docs/guide/outlet.md are outlets as they stand."""
    guide = (SHIPPED.parent.parent / "docs" / "guide" / "outlet.md").read_text("utf-8")
    blocks = re.findall(r"```yaml\n(name:.*?)```", README + guide, re.DOTALL)
    for number, block in enumerate(blocks):
        (tmp_path / f"example{number}.yaml").write_text(block, "utf-8")
    loaded = load([tmp_path], shipped=False)
    assert loaded.broken == ()
    assert len(blocks) == len(loaded.by_id) >= 3


def test_outlets_are_written_for_people() -> None:
    """Every file is UTF-8 with the name first and no line longer than the code's."""
    for path in SHIPPED.rglob("*.yaml"):
        lines = path.read_text("utf-8").splitlines()
        assert max(map(len, lines)) <= 121, path.name
        if path.parent == SHIPPED:
            assert next(iter(yaml.safe_load("\n".join(lines)))) == "name", path.name


def test_every_kind_is_in_the_readme() -> None:
    """Its table of kinds has the files of crawler/spiders/ and no other."""
    table = README.split("## Kinds")[1].split("\n## ")[0]
    assert set(readers()) == set(re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE))
