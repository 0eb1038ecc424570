"""From an outlet's YAML to the rules its pages are read by: the one place that knows both."""

from __future__ import annotations

from crawler.extract import ReadingRules, Template
from crawler.outlets import Outlet


def rules_of(outlet: Outlet) -> ReadingRules:
    """The outlet's reading rules as plain values."""
    reading = outlet.reading
    return ReadingRules(
        language=outlet.languages[0] if len(outlet.languages) == 1 and outlet.languages[0] != "und" else "",
        timezone=outlet.timezone if outlet.timezone != "UTC" else "",
        templates=tuple(
            Template(
                since=template.since,
                until=template.until,
                title=template.title,
                lead=template.lead,
                body=template.body,
                author=template.author,
                section=template.section,
                date=template.date,
                remove=tuple(template.remove),
            )
            for template in reading.templates
        ),
        remove=tuple(reading.remove),
        boilerplate=tuple(reading.boilerplate),
        date_formats=tuple(reading.date_formats),
        min_text_length=reading.min_text_length,
    )
