"""What an outlet may say about how its pages are read. Plain values; filled from the outlet's YAML."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Template:
    """CSS selectors of one template of a site and the days between which it was in use (both inclusive; None is
    open).

    An empty selector means: as the general extractor finds it. `remove` names chrome inside the body.
    """

    since: dt.date | None = None
    until: dt.date | None = None
    title: str = ""
    lead: str = ""
    body: str = ""
    author: str = ""
    section: str = ""
    date: str = ""
    remove: tuple[str, ...] = ()

    def valid_on(self, day: dt.date) -> bool:
        return (self.since or dt.date.min) <= day <= (self.until or dt.date.max)


@dataclass(frozen=True, slots=True)
class ReadingRules:
    """How an outlet's articles are read; everything is optional.

    `language` is used for texts too short or too mixed to tell; `timezone` is the IANA zone of its clock times;
    `remove` are CSS selectors of chrome on every template; a paragraph that is or starts with a `boilerplate` phrase
    is dropped; `date_formats` are strptime patterns; a text shorter than `min_text_length` characters is rejected.
    """

    language: str = ""
    timezone: str = ""
    templates: tuple[Template, ...] = ()
    remove: tuple[str, ...] = ()
    boilerplate: tuple[str, ...] = ()
    date_formats: tuple[str, ...] = ()
    min_text_length: int = 50

    def templates_for(self, *days: dt.date) -> list[Template]:
        """The templates in use on any of these days, in the order of the days."""
        found: list[Template] = []
        for day in days:
            found += [template for template in self.templates if template.valid_on(day) and template not in found]
        return found


NO_RULES = ReadingRules()
