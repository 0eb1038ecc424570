"""Page -> Draft | Rejected | Blocked. Pure: no network, no database; the clock is an argument.

refuse(page)                         challenges, statuses, images, feeds
tree = parse(decode(page))
title, authors, section, tags ...    selectors, JSON-LD, meta, headline: in that order
published = dates.published(...)
body = the outlet's selectors        when a template is valid and finds text;
       else general(tree)            the vote on the page's lines, live blogs, embedded data
text = clean(body)                   headline, chrome, boilerplate and what follows the end are out
soft_refusal(title, text)            login walls, geo-blocks, soft 404s
"""

from __future__ import annotations

from crawler.extract.article import extract
from crawler.extract.rules import NO_RULES, ReadingRules, Template

__all__ = ["NO_RULES", "ReadingRules", "Template", "extract"]
