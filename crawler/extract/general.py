"""The general extractor: for pages of outlets nobody wrote selectors for."""

from __future__ import annotations

from typing import Any

from crawler.markup import Declared


def general(tree: Any, declared: Declared, title: str) -> tuple[list[str], tuple[str, ...]]:
    """The article's lines and how they were found."""
    import trafilatura

    text = trafilatura.extract(tree, favor_precision=True, include_comments=False) or ""
    return text.split("\n"), ("body by trafilatura",)
