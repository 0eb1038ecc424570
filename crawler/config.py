"""Reading YAML with errors that name file and line, and the crawler's share of config.yaml."""

from __future__ import annotations

import difflib
import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from crawler.errors import ConfigError

PROJECT_PAGE = "https://github.com/rasad-monitor/rasad"

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LONGEST_S = 100 * 365 * 86400  # more than this, and a moment less that long ago is no date
_SIZES = {"KB": 10**3, "MB": 10**6, "GB": 10**9}


def _duration(value: object) -> object:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhd])", value.strip()) if isinstance(value, str) else None
    if found:
        seconds = float(found[1]) * _UNITS[found[2]]
        if seconds > _LONGEST_S:
            raise ValueError(f"{value!r} is longer than a hundred years")
        return timedelta(seconds=seconds)
    if isinstance(value, timedelta):
        return value
    raise ValueError(f"not a duration: {value!r}; write it like 30s, 15m, 24h or 7d")


def _size(value: object) -> object:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(KB|MB|GB)", value.strip(), re.I) if isinstance(value, str) else None
    if found:
        return int(float(found[1]) * _SIZES[found[2].upper()])
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError(f"not a size: {value!r}; write it like 20MB")


def _longer_than_nothing(value: timedelta) -> timedelta:
    if value < timedelta(seconds=1):
        raise ValueError("must be at least 1s")
    return value


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Bytes = Annotated[int, BeforeValidator(_size)]


class Section(BaseModel):
    """A part of a YAML file: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _empty_is_absent(cls, values: object) -> object:
        """`telegram:` with everything below it commented out is null in YAML and means: the defaults."""
        if isinstance(values, dict):
            return {key: value for key, value in values.items() if value is not None or key not in cls.model_fields}
        return values


class OutletsSection(Section):
    """Which outlets are crawled."""

    use: list[str] | str = "all"  # ids, or "all"
    folders: list[Path] = []  # folders of outlet YAMLs of the user's own; an id there replaces a shipped one

    @field_validator("use")
    @classmethod
    def _all_or_ids(cls, value: list[str] | str) -> list[str] | str:
        if isinstance(value, str) and value != "all":
            raise ValueError(f'write "all" or a list of outlet ids, not {value!r}')
        return value


class CrawlSection(Section):
    """How outlets are read. Sizes in bytes."""

    contact: str = PROJECT_PAGE  # stands in the User-Agent, so that an outlet can write to somebody
    checks_per_day: float = Field(96, gt=0)  # of an entry point on average; busy ones get more, slow ones fewer
    every_min: Duration = timedelta(minutes=2)
    every: Duration | None = None  # how often every entry point is read; None: as often as it publishes
    every_max: Duration = timedelta(minutes=30)
    delay: Duration = timedelta(seconds=2)  # pause between two requests to one host; robots.txt may ask for more
    timeout: Duration = timedelta(seconds=30)
    max_page: Bytes = 20 * 10**6
    bytes_per_day: Bytes = Field(
        300 * 10**6, ge=1
    )  # of one outlet, a day of UTC; what is over it waits for the next day
    revisits: Literal["all", "matched", "none"] = "all"  # which articles are asked for again, for edits and deletions
    articles_per_check: int = Field(200, ge=1)  # of one entry point at one reading; the rest is read at the next
    obey_robots: bool = True
    proxy: str = ""  # for all outlets; "" means https_proxy/http_proxy of the environment
    proxies: Mapping[str, str] = {}  # outlet id -> proxy URL
    allow_private: list[str] = []  # networks the address guard lets through, e.g. 127.0.0.0/8 for a proxy of your own

    @field_validator("timeout")
    @classmethod
    def _some_time(cls, value: timedelta) -> timedelta:
        return _longer_than_nothing(value)

    @field_validator("allow_private")
    @classmethod
    def _networks(cls, value: list[str]) -> list[str]:
        for network in value:
            ipaddress.ip_network(network)
        return value

    @model_validator(mode="after")
    def _ordered(self) -> CrawlSection:
        if not self.every_min <= (self.every or self.every_min) <= self.every_max:
            raise ValueError("every_min <= every <= every_max does not hold")
        return self


class WorkerSection(Section):
    """The crawl worker, a child process of the daemon."""

    recycle_after: Duration = timedelta(hours=6)
    memory: Bytes = 700 * 10**6  # resident; above it the worker is replaced between two pages
    stall: Duration = timedelta(seconds=60)  # no sign of life for so long: the worker is killed

    @field_validator("recycle_after", "stall")
    @classmethod
    def _some_time(cls, value: timedelta) -> timedelta:
        return _longer_than_nothing(value)


Model = TypeVar("Model", bound=BaseModel)


def read_yaml(path: Path, model: type[Model]) -> Model:
    """The file as a `model`. ConfigError names the file, line and key of every mistake, with a "did you mean"."""
    return compose_file(path).validated(model)


def parse_yaml(text: str, model: type[Model], name: str) -> Model:
    """As read_yaml, from a string; `name` stands for the file in errors."""
    return compose(text, name).validated(model)


@dataclass(frozen=True, slots=True)
class Composed:
    """A YAML file before validation: its mapping and, for messages, where each key stands in it."""

    name: str
    values: Mapping[str, Any]
    node: yaml.Node | None

    def at(self, *path: object) -> str:
        """`file:line` of the key under `path`, as far as the file has it."""
        return f"{self.name}:{_line(self.node, path)}"

    def validated(self, model: type[Model], values: Mapping[str, Any] | None = None) -> Model:
        """The file as a `model`; `values` replaces its mapping where facts from elsewhere were merged under it."""
        try:
            return model.model_validate(self.values if values is None else values)
        except ValidationError as cause:
            problems = [_problem(error, self.node, model, self.name) for error in cause.errors()]
            raise ConfigError("\n".join(problems)) from cause


def _loader(text: str) -> Any:
    """libyaml's loader, which takes a tenth of the time of the one in Python and reports the same lines.

    libyaml recurses on the C stack and dies of a hundred thousand brackets; the one in Python raises RecursionError.
    A level of nesting costs a bracket or a column of indentation, so few of both mean that libyaml is safe.
    """
    shallow = text.count("[") + text.count("{") < 500 and not re.search(r"^[ ?-]{300}", text, re.MULTILINE)
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text) if shallow else yaml.SafeLoader(text)
    # A date stays text: yaml's own reading of 2024-13-01 fails without a line, the model's fails with one.
    loader.yaml_constructors = {**loader.yaml_constructors, _TIMESTAMP: loader.yaml_constructors[_TEXT]}
    return loader


_TIMESTAMP, _TEXT = "tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:str"


def compose_file(path: Path) -> Composed:
    """The file as one mapping. Raises ConfigError with the line where it is not YAML or not UTF-8."""
    try:
        octets = path.read_bytes()
    except OSError as cause:
        raise ConfigError(f"{path}: cannot be read: {cause.strerror}") from cause
    try:
        return compose(octets.decode("utf-8"), str(path))
    except UnicodeDecodeError as cause:
        line = octets.count(b"\n", 0, cause.start) + 1
        raise ConfigError(f"{path}:{line}: not UTF-8 at byte {cause.start}; save it as UTF-8") from cause


def compose(text: str, name: str) -> Composed:
    """As compose_file, from a string; an empty text is an empty mapping."""
    try:
        loader = _loader(text)
        node = loader.get_single_node()
        _refuse_twins(node, name)
        values = None if node is None else loader.construct_document(node)
    except yaml.MarkedYAMLError as cause:
        mark = cause.problem_mark or cause.context_mark
        line = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise ConfigError(f"{name}{line}: not valid YAML: {cause.problem or cause.context}") from cause
    except (yaml.YAMLError, ValueError) as cause:
        raise ConfigError(f"{name}{_unprintable(text)}: not valid YAML: {cause}") from cause
    except RecursionError as cause:
        raise ConfigError(f"{name}: not valid YAML: nested too deeply, or an alias that holds itself") from cause
    if values is None:
        values = {}
    if not isinstance(values, dict):
        raise ConfigError(f"{name}:1: expected `key: value` lines, found a {type(values).__name__}")
    return Composed(name, values, node)


def _unprintable(text: str) -> str:
    """`:line` of the first control character, which YAML forbids and whose line its error does not give; or ''."""
    found = re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", text)
    return f":{text.count(chr(10), 0, found.start()) + 1}" if found else ""


def _refuse_twins(node: yaml.Node | None, name: str) -> None:
    """YAML lets a key appear twice and keeps the last; half a watchlist would vanish without a word."""
    waiting, seen_nodes = [node], set[int]()
    while waiting:
        node = waiting.pop()
        if node is None or id(node) in seen_nodes:  # an alias leads to a node that was looked at already
            continue
        seen_nodes.add(id(node))
        if isinstance(node, yaml.MappingNode):
            first: dict[str, int] = {}
            for key, value in node.value:
                line = key.start_mark.line + 1
                if isinstance(key, yaml.ScalarNode) and key.value in first:
                    raise ConfigError(f"{name}:{line}: `{key.value}` stands twice (first in line {first[key.value]})")
                if isinstance(key, yaml.ScalarNode):
                    first[key.value] = line
                waiting.append(value)
        elif isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)


def _problem(error: Any, node: yaml.Node | None, model: type[BaseModel], name: str) -> str:
    path = [part for part in error["loc"] if not (isinstance(part, str) and part in _TYPE_NAMES)]
    line = _line(node, path)
    where = ".".join(str(part) for part in path)
    if error["type"] == "extra_forbidden":
        known = _keys_at(model, path[:-1])
        return f"{name}:{line}: unknown key `{where}`{did_you_mean(str(path[-1]), known)}"
    if error["type"] == "missing":
        return f"{name}:{line}: `{where}` is missing"
    message = error["msg"].removeprefix("Value error, ")
    return f"{name}:{line}: `{where}`: {message}" if where else f"{name}:{line}: {message}"


# pydantic puts the branch of a union into the path; a reader of the YAML never wrote those words.
_TYPE_NAMES = {"str", "int", "bool", "float", "list[str]", "dict", "function-after", "function-before"}


def _line(node: yaml.Node | None, path: Iterable[object]) -> int:
    line = 1
    for part in path:
        if isinstance(node, yaml.MappingNode):
            entry = next(((key, value) for key, value in node.value if key.value == str(part)), None)
            if entry is None:
                return line
            line, node = entry[0].start_mark.line + 1, entry[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line


def _keys_at(model: type[BaseModel], path: list[Any]) -> list[str]:
    """The keys a section may have, following field annotations down `path` as far as they are models."""
    current: Any = model
    for part in path:
        if isinstance(part, int):  # an item of a list: its model is found already
            continue
        if isinstance(current, type) and issubclass(current, BaseModel):
            if part not in current.model_fields:
                return []
            current = current.model_fields[part].annotation
        current = _inner_model(current) or current
    return list(current.model_fields) if isinstance(current, type) and issubclass(current, BaseModel) else []


def _inner_model(annotation: Any) -> Any:
    for argument in getattr(annotation, "__args__", ()):
        found = argument if isinstance(argument, type) and issubclass(argument, BaseModel) else _inner_model(argument)
        if found is not None:
            return found
    return None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean X?`, or a list of what is known, or ''."""
    known = list(known)
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if near:
        return f"; did you mean `{near[0]}`?"
    return f"; known: {', '.join(known)}" if 0 < len(known) <= 20 else ""
