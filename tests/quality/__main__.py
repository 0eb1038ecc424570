"""`python -m tests.quality [TOPIC ...]`: measure every topic (a module here or in bench/ with `measure(data)`).

Evaluation data is read from the folder named by RASAD_EVAL_DATA; a topic whose data is missing is named and skipped.
Exit 1 when a figure is below its floor in floors.json.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import pkgutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.quality.figure import Figure, Skipped

HERE = Path(__file__).parent
NOT_TOPICS = {"figure"}


def topics(package: str) -> Iterator[str]:
    """Names of the modules of `package` that measure something."""
    root = importlib.import_module(package)
    for module in pkgutil.iter_modules(root.__path__):
        if not module.name.startswith("_") and module.name not in NOT_TOPICS:
            yield module.name


def rows(figures: list[Figure], floors: dict[str, float]) -> Table:
    table = Table("figure", "measured", "target", "floor", "beside it", "data", "note")
    for figure in figures:
        floor = floors.get(figure.name)
        colour = "red" if figure.misses(floor) else "yellow" if figure.misses(figure.target) else "green"
        table.add_row(
            figure.name,
            f"[{colour}]{figure.value:.4g}[/]",
            "" if figure.target is None else f"{figure.target:g}",
            "" if floor is None else f"{floor:g}",
            ", ".join(f"{name} {value:.4g}" for name, value in figure.baselines.items()),
            figure.half,
            figure.note,
        )
    return table


def main(package: str = "tests.quality", floors_file: Path | None = HERE / "floors.json") -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("topics", nargs="*", help="which topics; all by default")
    parser.add_argument("--jsonl", action="store_true", help="one JSON object per figure")
    options = parser.parse_args()
    where = os.environ.get("RASAD_EVAL_DATA", "")
    data = Path(where) if where else None
    floors: dict[str, float] = json.loads(floors_file.read_text("utf-8")) if floors_file else {}
    console = Console(stderr=options.jsonl, width=None if sys.stdout.isatty() else 200)
    figures: list[Figure] = []
    for topic in options.topics or sorted(topics(package)):
        started = time.perf_counter()
        for figure in importlib.import_module(f"{package}.{topic}").measure(data):
            if isinstance(figure, Skipped):
                console.print(
                    f"[yellow]skipped[/] {figure.topic}: {figure.missing}; RASAD_EVAL_DATA is {where or 'not set'}"
                )
            else:
                figures.append(figure)
                if options.jsonl:
                    print(
                        json.dumps(
                            {
                                "name": figure.name,
                                "value": figure.value,
                                "target": figure.target,
                                "baselines": dict(figure.baselines),
                                "half": figure.half,
                                "note": figure.note,
                            }
                        )
                    )
        console.print(f"[dim]{topic}: {time.perf_counter() - started:.0f} s[/]")
    console.print(rows(figures, floors))
    below = [figure.name for figure in figures if figure.misses(floors.get(figure.name))]
    if below:
        console.print(f"[red]below the floor:[/] {', '.join(below)}")
    return 1 if below else 0


if __name__ == "__main__":
    raise SystemExit(main())
