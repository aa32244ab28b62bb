"""The catalogue's files, read once, when somebody asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from cors_wsgi.catalogue._types import (
    FETCH,
    MDN,
    Failure,
    Message,
    PreflightStatus,
    Stack,
    StackFix,
    Translation,
)

# The stack that has a fix for every failure: what to send, whatever sends it.
LEAST = "http"
# The name that every stack has for the code that is its whole CORS set-up.
POLICY = "policy"
# The engines that begin every message with the same words.
_WITH_HEADS = ("chromium", "firefox")


@cache
def failures() -> dict[str, Failure]:
    """Return every failure by its id, in the order in which people meet them."""
    return {key: _failure(key, entry) for key, entry in _read("failures.toml").items()}


def failure(id: str) -> Failure:  # noqa: A002 - what it is called everywhere
    """Return the failure with this id.

    Raises:
        KeyError: If there is none.
    """
    return failures()[id]


@dataclass(frozen=True, slots=True)
class Grammar:
    """What surrounds the messages, and what applies to all of them.

    Attributes:
        heads: What can come before a message, by engine.
        preflight: What comes before a message about a preflight.
        tails: What can come after a message.
        structure: What tells the message in a translated line whose words are not known:
            a text, and the id of the message.
        preflight_statuses: The failures by the status of a preflight.
    """

    heads: Mapping[str, tuple[str, ...]]
    preflight: tuple[str, ...]
    tails: tuple[str, ...]
    structure: tuple[tuple[str, str], ...]
    preflight_statuses: Mapping[str, tuple[str, ...]]


@cache
def grammar() -> Grammar:
    """Return what surrounds the messages."""
    heads, statuses = _messages()["heads"], _messages()["preflight_statuses"]
    return Grammar(
        heads={engine: tuple(texts) for engine, texts in heads.items() if engine != "preflight"},
        preflight=tuple(heads["preflight"]),
        tails=tuple(_messages()["tails"]["all"]),
        structure=tuple(_messages()["structure"].items()),
        preflight_statuses={status: tuple(ids) for status, ids in statuses.items()},
    )


@cache
def messages() -> tuple[Message, ...]:
    """Return every message that browsers print, by engine."""
    return tuple(_message(key, entry) for key, entry in _messages()["messages"].items())


@cache
def translations() -> tuple[Translation, ...]:
    """Return how Firefox prints its messages in other languages."""
    return tuple(_translation(entry) for entry in _read("translations.toml").values())


@cache
def statuses(failures: tuple[str, ...] = ("origin-missing",)) -> tuple[PreflightStatus, ...]:
    """Return what each status of a preflight means, for messages that do not say which it was.

    Args:
        failures: What the message can mean. Unless the origin can be missing, the status was an
            error.
    """
    rows = (PreflightStatus(**entry) for entry in _messages()["statuses"])
    can_be_ok = "origin-missing" in failures
    return tuple(row for row in rows if can_be_ok or row.failure != "origin-missing")


@cache
def stacks() -> dict[str, Stack]:
    """Return every stack that has fixes, by its id; plain HTTP comes last."""
    order = _read("stacks/order.toml")["stacks"]
    return {key: _stack(key, _read(f"stacks/{key}.toml")) for key in order}


def stack(id: str) -> Stack:  # noqa: A002 - what it is called everywhere
    """Return the stack with this id or other name, in small letters or capitals.

    Raises:
        KeyError: If there is none.
    """
    name = id.lower()
    for candidate in stacks().values():
        if name == candidate.id or name in candidate.aliases:
            return candidate
    raise KeyError(id)


def _read(name: str) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415 - importing the catalogue costs 8 ms less without it

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
        labels=tuple(entry.get("labels", ())),
        failures=tuple(entry.get("failures", ())),
        title=entry.get("title", ""),
        meaning=entry.get("meaning", ""),
        era=entry.get("era", ""),
        preflight=entry.get("preflight", False),
        follows=entry.get("follows", False),
        vague=entry.get("vague", False),
        needs_status=entry.get("needs_status", False),
        needs_head=entry.get("needs_head", False),
        whole_line=entry.get("whole_line", False),
        by_status={status: tuple(ids) for status, ids in entry.get("by_status", {}).items()},
        by_preflight=tuple(entry.get("by_preflight", ())),
        mdn=f"{MDN}/Errors/{entry['mdn']}" if "mdn" in entry else "",
    )


def _translation(entry: dict[str, Any]) -> Translation:
    return Translation(
        language=entry["language"],
        heads=tuple(entry["heads"]),
        after=tuple(entry.get("after", ())),
        reason=tuple(entry.get("reason", ())),
        status=tuple(entry["status"]),
        texts={f"firefox-{key}": tuple(texts) for key, texts in entry["texts"].items()},
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
        StackFix(
            failures=tuple(one["failures"]),
            where=one.get("where", entry["where"]),
            text=one["text"],
            code=(one.get("code") or entry["codes"].get(one.get("use"), "")).strip("\n"),
            language=one.get("language", entry["language"]),
            is_policy=one.get("use") == POLICY,
        )
        for one in entry["fixes"]
    )
    return Stack(
        key,
        entry["title"],
        tuple(entry.get("aliases", ())),
        fixes,
        target=entry.get("exports", ""),
        app=entry.get("app", "app"),
    )
