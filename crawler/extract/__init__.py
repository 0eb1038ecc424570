"""Page -> Draft | Rejected | Blocked. Pure: no network, no database; the clock is an argument.

refuse(page)                        challenges, statuses, images, feeds
tree = parse(decode(page))
body = outlet's selectors, when valid and not empty; else the general extractor
lines = clean(body)                 title, chrome, boilerplate and glued counters out
title, authors, section, lead, ...  selectors, JSON-LD, meta, headline: in that order
published = dates.published(...)
soft_refusal(title, text)           login walls, geo-blocks, soft 404s
"""

from __future__ import annotations

from crawler.extract.article import extract
from crawler.extract.rules import NO_RULES, ReadingRules, Template

__all__ = ["NO_RULES", "ReadingRules", "Template", "extract"]
