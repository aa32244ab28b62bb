"""The catalogue's files, read once, when somebody asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from cors_wsgi.catalogue._types import FETCH, MDN, Failure, Message, Stack, StackMend

# The stack that has a fix for everything: what to send, whatever sends it.
LEAST = "http"
# The engines whose messages never stand alone.
_WITH_HEADS = ("chromium", "firefox")


@cache
def failures() -> dict[str, Failure]:
    """Return every failure by its id, in the order in which people meet them."""
    return {key: _failure(key, entry) for key, entry in _read("failures.toml").items()}


def failure(id: str) -> Failure:  # noqa: A002 - what it is called everywhere
    """Return the failure with this id.

    Raises:
        KeyError: if there is none.
    """
    return failures()[id]


@dataclass(frozen=True, slots=True)
class Grammar:
    """What stands around the messages, and what is true of all of them.

    Attributes:
        heads: what can come before a message, by engine.
        preflight: what comes before a message about a preflight.
        tails: what can come after a message.
        preflight_statuses: the failures by the status of a preflight.
    """

    heads: Mapping[str, tuple[str, ...]]
    preflight: tuple[str, ...]
    tails: tuple[str, ...]
    preflight_statuses: Mapping[str, tuple[str, ...]]


@cache
def grammar() -> Grammar:
    """Return what stands around the messages."""
    heads, statuses = _messages()["heads"], _messages()["preflight_statuses"]
    return Grammar(
        heads={engine: tuple(texts) for engine, texts in heads.items() if engine != "preflight"},
        preflight=tuple(heads["preflight"]),
        tails=tuple(_messages()["tails"]["all"]),
        preflight_statuses={status: tuple(ids) for status, ids in statuses.items()},
    )


@cache
def messages() -> tuple[Message, ...]:
    """Return every message that browsers print, by engine."""
    return tuple(_message(key, entry) for key, entry in _messages()["messages"].items())


@cache
def stacks() -> dict[str, Stack]:
    """Return every stack that there are fixes for, by its id; the least one comes last."""
    order = _read("stacks/order.toml")["stacks"]
    return {key: _stack(key, _read(f"stacks/{key}.toml")) for key in order}


def stack(id: str) -> Stack:  # noqa: A002 - what it is called everywhere
    """Return the stack with this id, or with this other name.

    Raises:
        KeyError: if there is none.
    """
    for candidate in stacks().values():
        if id == candidate.id or id in candidate.aliases:
            return candidate
    raise KeyError(id)


def _read(name: str) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415 - only who asks needs it

    return tomllib.loads(files("cors_wsgi.catalogue").joinpath("data", name).read_text("utf-8"))


@cache
def _messages() -> dict[str, Any]:
    return _read("messages.toml")


def _message(key: str, entry: dict[str, Any]) -> Message:
    head = _shown_head(entry)
    return Message(
        id=key,
        engine=entry["engine"],
        texts=tuple(entry["texts"]),
        lines=tuple(f"{head}{text}{')' * head.count('(')}" for text in entry["texts"]),
        failures=tuple(entry.get("failures", ())),
        meaning=entry.get("meaning", ""),
        era=entry.get("era", ""),
        preflight=entry.get("preflight", False),
        follows=entry.get("follows", False),
        vague=entry.get("vague", False),
        needs_head=entry.get("needs_head", False),
        by_status={status: tuple(ids) for status, ids in entry.get("by_status", {}).items()},
        by_preflight=tuple(entry.get("by_preflight", ())),
        mdn=f"{MDN}/Errors/{entry['mdn']}" if "mdn" in entry else "",
    )


def _shown_head(entry: dict[str, Any]) -> str:
    engine = entry["engine"]
    if "shown_head" in entry or entry.get("headless") or engine not in _WITH_HEADS:
        return str(entry.get("shown_head", ""))
    return str(_messages()["heads"][engine][0])


def _failure(key: str, entry: dict[str, Any]) -> Failure:
    standard, mdn = entry["standard"], entry["mdn"]
    return Failure(
        id=key,
        title=entry["title"],
        phase=entry["phase"],
        meaning=entry["meaning"],
        not_meaning=entry["not_meaning"],
        signs=tuple(entry["signs"]),
        causes=tuple(entry["causes"]),
        is_cors=entry.get("is_cors", True),
        standard=f"{FETCH}#{standard}" if standard else "",
        mdn=f"{MDN}/Errors/{mdn}" if mdn else MDN,
    )


def _stack(key: str, entry: dict[str, Any]) -> Stack:
    fixes = tuple(
        StackMend(
            failures=tuple(one["failures"]),
            where=one.get("where", entry["where"]),
            text=one["text"],
            code=(one.get("code") or entry["codes"][one["use"]]).strip("\n"),
            language=one.get("language", entry["language"]),
        )
        for one in entry["fixes"]
    )
    return Stack(key, entry["title"], tuple(entry.get("aliases", ())), fixes)
