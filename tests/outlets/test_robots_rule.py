"""Which line of a robots.txt is shown as the one that decides."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from protego import Protego

from crawler.fetch.robots_rule import Ruling, ruling

ROBOTS = """User-agent: Other
Disallow: /

User-agent: *
Disallow: /search
Disallow: /*.pdf$
Disallow: /feed/ # not for robots
Allow: /feed/news
Crawl-delay: 3
"""


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/news/1", Ruling(True, group="*")),
        ("/search?q=1", Ruling(False, 5, "Disallow: /search", "*")),
        ("/a/b.pdf", Ruling(False, 6, "Disallow: /*.pdf$", "*")),
        ("/a/b.pdf?x", Ruling(True, group="*")),
        ("/feed/", Ruling(False, 7, "Disallow: /feed/", "*")),
        ("/feed/news", Ruling(True, 8, "Allow: /feed/news", "*")),
    ],
)
def test_the_longest_rule_decides(path: str, found: Ruling) -> None:
    """The line is named with its number and the group it stands in."""
    assert found == ruling(ROBOTS, f"https://furat.example{path}", "Rasad")


def test_a_group_of_our_own_goes_first() -> None:
    """A group that names us stands for all others."""
    own = "User-agent: rasad\nAllow: /\n\n" + ROBOTS
    assert Ruling(True, 2, "Allow: /", "rasad") == ruling(own, "https://furat.example/search", "Rasad")
    assert Ruling(True) == ruling("", "https://furat.example/", "Rasad")


RULES = st.lists(
    st.tuples(st.sampled_from(["Allow", "Disallow", "disallaw"]), st.text("/ab*$", min_size=1, max_size=5)), max_size=6
)


@given(RULES, st.text("/ab", max_size=6))
@settings(max_examples=300, deadline=None)
def test_it_explains_the_verdict_of_the_parser_that_decides(rules: list[tuple[str, str]], path: str) -> None:
    """What is shown never contradicts what was done, for rules that begin with a slash and end in at most one $."""
    lines = [f"{word}: /{rule.replace('$', '').replace('/', 'c')}{'$' * rule.endswith('$')}" for word, rule in rules]
    text = "User-agent: *\n" + "\n".join(lines)
    url = f"https://furat.example/{path.replace('/', 'c')}"
    assert Protego.parse(text).can_fetch(url, "Rasad") == ruling(text, url, "Rasad").allowed
