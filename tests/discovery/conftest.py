"""An environment without proxies but the invented sites'."""

from __future__ import annotations

from tests.outlets.conftest import site

__all__ = ["site"]
