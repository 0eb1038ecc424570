"""Publication dates: from a page's evidence (`published`) or from one string in Arabic, Russian or English
(`parse_date`).

The clock is an argument. Day precision is the calendar date at 00:00Z and is never shifted by a zone. Refused without
a second witness: the future, the time of the crawl, and 1 January at midnight, which is how software says "I know
only the year".
"""

from __future__ import annotations

from crawler.dates.evidence import dateline, published, updated, url_date
from crawler.dates.text import parse_date
from crawler.dates.visible import in_other_story
from crawler.dates.words import DAY_WORD, MONTH, UNIT, WEEKDAY, fold, zone

__all__ = [
    "DAY_WORD",
    "MONTH",
    "UNIT",
    "WEEKDAY",
    "dateline",
    "fold",
    "in_other_story",
    "parse_date",
    "published",
    "updated",
    "url_date",
    "zone",
]
