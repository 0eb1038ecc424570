"""Which line of a robots.txt decides over an address: an explanation for a person. Protego decides in earnest."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

# As lenient as Protego, which takes the misspellings of real files too.
_FIELDS = {
    "user-agent": "agent",
    "useragent": "agent",
    "user agent": "agent",
    "allow": "allow",
    **dict.fromkeys(("disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw"), "disallow"),
}


@dataclass(frozen=True, slots=True)
class Ruling:
    """The line that decides: its number (0: none does), its text, and the group it stands in ('*' or a name)."""

    allowed: bool
    line: int = 0
    text: str = ""
    group: str = ""


def ruling(robots_txt: str, url: str, name: str) -> Ruling:
    """The longest rule that matches, of the group of `name` or else of `*` (RFC 9309, 2.2.2); allow wins a tie."""
    groups = _groups(robots_txt)
    named = max((agent for agent in groups if agent != "*" and agent in name.lower()), key=len, default="*")
    parts = urlsplit(url)
    address = unquote(parts.path or "/") + (f"?{unquote(parts.query)}" if parts.query else "")
    matching = [
        (len(pattern), word == "allow", number, text)
        for word, pattern, number, text in groups.get(named, [])
        if pattern and _pattern(pattern).match(address)
    ]
    if not matching:
        return Ruling(True, group=named if named in groups else "")
    _, allowed, number, text = max(matching, key=lambda one: one[:2])
    return Ruling(allowed, number, text, named)


def _groups(robots_txt: str) -> dict[str, list[tuple[str, str, int, str]]]:
    """(allow or disallow, pattern, line number, line) by the agent it is for, lower case."""
    groups: dict[str, list[tuple[str, str, int, str]]] = {}
    agents: list[str] = []
    naming = False
    for number, line in enumerate(robots_txt.splitlines(), 1):
        bare = line.partition("#")[0].strip()
        key, _, value = bare.partition(":")
        word = _FIELDS.get(key.strip().lower())
        if word == "agent":
            agents = [*agents, value.strip().lower()] if naming else [value.strip().lower()]
            groups.setdefault(agents[-1], [])
            naming = True
        elif bare and ":" in bare:
            naming = False
            for agent in agents if word else ():
                groups[agent].append((str(word), unquote(value.strip()), number, bare))
    return groups


def _pattern(rule: str) -> re.Pattern[str]:
    anchored = rule.endswith("$")
    body = ".*".join(re.escape(part) for part in rule.removesuffix("$").split("*"))
    return re.compile(body + ("$" if anchored else ""), re.DOTALL)
