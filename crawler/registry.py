"""Finding the files of a folder where one file is one kind (languages, spiders, terms, channels)."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType


def kinds(package: str) -> Iterator[tuple[str, ModuleType]]:
    """(name, module) of every module of `package` whose name has no leading underscore, in alphabetical order."""
    root = importlib.import_module(package)
    for module in sorted(pkgutil.iter_modules(root.__path__), key=lambda found: found.name):
        if not module.name.startswith("_"):
            yield module.name, importlib.import_module(f"{package}.{module.name}")
