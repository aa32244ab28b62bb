"""One policy in the making: what another library's options become, and what changes by it.

A draft only ever holds what the core accepts. What it refuses, and what would allow more than
before, is left out and left to decide, so that a translation never opens what was closed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from cors_wsgi import InvalidPolicy, Policy
from cors_wsgi._fetch_standard import SAFELISTED_METHODS, is_forbidden_request_header, is_token
from cors_wsgi._origins.parser import parse
from cors_wsgi.doctor.migrate.migration import Change

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from cors_wsgi import Problem

# Stands for any origin where another field is tried.
_SOME_ORIGIN: Final = "https://app.example"
# What browsers never let script do, listed or not.
_WITHOUT_EFFECT: Final = frozenset({"method-forbidden", "expose-forbidden"})
_NEVER_SENT: Final = "OPTIONS"


class Draft:
    """One policy in the making.

    Attributes:
        fields: The fields of the policy, each accepted by the core.
        changes: What is not the same afterwards.
    """

    def __init__(self, *, credentials: bool = False) -> None:
        self.fields: dict[str, Any] = {"allow_origins": []}
        self.changes: list[Change] = []
        self._is_broken = False
        if credentials:
            self.fields["allow_credentials"] = True

    @property
    def credentials(self) -> bool:
        """Whether the policy allows credentials."""
        return "allow_credentials" in self.fields

    def change(self, option: str, was: str, becomes: str) -> None:
        """Note a behaviour that changes."""
        self.changes.append(Change(option, was, becomes))

    def decide(self, option: str, was: str, becomes: str) -> None:
        """Note what the translation leaves out, so that somebody has to decide."""
        self.changes.append(Change(option, was, becomes, to_decide=True))

    def policy(self) -> Policy | None:
        """Build the policy; `None` if no origin is allowed."""
        return Policy(**self.fields) if self.fields["allow_origins"] else None

    def same_as(self, other: Draft) -> bool:
        """Tell whether both make the same policy of the same options."""
        return (self.fields, self.changes) == (other.fields, other.changes)

    def covers(self, other: Draft) -> bool:
        """Tell whether every origin that the other policy allows is allowed by this one."""
        if any(change.to_decide for change in other.changes):
            return False  # more was allowed there than the draft has
        mine, theirs = self.fields["allow_origins"], other.fields["allow_origins"]
        return mine == ["*"] or set(theirs) <= set(mine)

    def note_nobody(self, option: str) -> None:
        """Note that no origin was allowed, unless something is left to decide about that."""
        if not self.fields["allow_origins"] and not any(each.to_decide for each in self.changes):
            self.change(option, "no origin was allowed", "CORS is off, which is the same")

    # ---- origins

    def any_origin(self, option: str) -> None:
        """Take over that every origin is allowed, unless credentials are."""
        if self.credentials:
            self.decide(
                f"{option} '*' with credentials",
                "every site could act as your users and read the answers",
                "left out: list the origins of your pages in allow_origins",
            )
        else:
            self.fields["allow_origins"] = ["*"]

    def origin(self, option: str, entry: Any) -> None:
        """Take over an origin that was compared as it is written, with '*' too."""
        if _is_pattern(entry) and not self.problem(allow_origins=[entry], **self._dangers(entry)):
            self.decide(
                option,
                f"{entry!r} was compared as it is written, so it matched no origin",
                f"left out: write {entry!r} in allow_origins if you mean all that it stands for",
            )
        else:
            self.origin_or_pattern(option, entry)

    def origin_or_pattern(self, option: str, entry: Any) -> None:
        """Take over an origin, or a pattern that stood for what it stands for here."""
        dangers = self._dangers(entry)
        text = str(entry).rstrip("/")  # of an object of a URL
        if not isinstance(entry, str | re.Pattern | None) and not parse(text)[1]:
            self.decide(
                option,
                f"{type(entry).__name__} {str(entry)!r} is no text, and matched no origin",
                f"left out: write {text!r}",
            )
        elif isinstance(entry, str) and entry == "null" and self.credentials:
            self.decide(option, "'null' was allowed, which every site can send", "left out")
        elif problem := self.problem(allow_origins=[entry], **dangers):
            self.refuse(option, repr(entry), problem)
        elif self.add_origin(entry):
            for name in dangers:
                self.fields[name] = True
                self.change(option, f"{entry!r} was allowed", f"the same, with {name}=True")

    def add_origin(self, entry: str | re.Pattern[str]) -> bool:
        """Add an entry that the core accepts; return whether it is new."""
        is_new = entry not in self.fields["allow_origins"]
        if is_new:
            self.fields["allow_origins"].append(entry)
        return is_new

    def _dangers(self, entry: Any) -> dict[str, bool]:
        """Return the flags that an origin needs which is written out, and was allowed before."""
        if not isinstance(entry, str):
            return {}
        if entry == "null":
            return {"dangerously_allow_null_origin": True}
        origin = parse(entry)[0]
        is_plain = origin is not None and origin.scheme == "http" and not origin.is_loopback
        if self.credentials and is_plain:
            return {"dangerously_allow_insecure_origins": True}
        return {}

    # ---- methods and headers

    def methods(self, option: str, names: Iterable[Any]) -> None:
        """Take over the methods of a list that was sent whole."""
        named = self._names(option, names, whole_list_sent=True)
        if "*" in named and not self.credentials:
            self.any_method()
            return
        named = self._without_star(option, "allow_methods", named)
        needed = [name for name in named if name.upper() not in {*SAFELISTED_METHODS, _NEVER_SENT}]
        accepted = [name for name in needed if self._accept(option, "allow_methods", name)]
        if accepted and not self._is_broken:
            self.fields["allow_methods"] = accepted

    def headers(self, option: str, names: Iterable[Any], *, whole_list_sent: bool = True) -> None:
        """Take over the request headers, without those that no script can set."""
        named = self._names(option, names, whole_list_sent=whole_list_sent)
        named = self._without_star(option, "allow_headers", named)
        if never := [name for name in named if is_forbidden_request_header(name)]:
            self.change(option, f"{_were(never)} listed", "left out: no script can set that")
        settable = [name for name in named if name not in never]
        accepted = [name for name in settable if self._accept(option, "allow_headers", name)]
        if accepted and not self._is_broken:
            self.fields["allow_headers"] = accepted

    def any_method(self) -> None:
        """Take over that every method is allowed, with credentials too."""
        self._any("allow_methods")

    def any_header(self) -> None:
        """Take over that every request header is allowed, `Authorization` too."""
        self._any("allow_headers")

    def _any(self, field: str) -> None:
        if not self._is_broken:
            self.fields[field] = ["*"]

    def _without_star(self, option: str, field: str, names: list[str]) -> list[str]:
        """Leave out a `*` that was sent as it is, and allowed less than it does in a policy.

        Without credentials browsers take it for every method, and for every header but
        `Authorization`; with them it is a name, and so nothing.
        """
        if "*" not in names:
            return names
        if self.credentials:
            self.decide(
                f"{option} '*' with credentials",
                "browsers took '*' for a name, and so for nothing, in requests with credentials",
                f"left out: list them, or write {field}='*' to allow everything",
            )
        else:
            self.decide(
                f"{option} '*'",
                "browsers took '*' for every header but Authorization",
                f"left out: list them, or write {field}='*' to allow Authorization too",
            )
        return [name for name in names if name != "*"]

    def expose(self, option: str, names: Iterable[Any]) -> None:
        """Take over the response headers that script may read."""
        named = [name for name in map(_stripped, names) if name != ""]
        if "*" in named and self.credentials:
            self.change(option, "'*' has no meaning with credentials", "left out")
            named.remove("*")
        accepted = [name for name in named if self._accept(option, "expose_headers", name)]
        if accepted:
            self.fields["expose_headers"] = accepted

    def refuse_preflights(self) -> None:
        """Allow no method and no header, since no preflight succeeded before."""
        self.fields.pop("allow_methods", None)
        self.fields.pop("allow_headers", None)
        self._is_broken = True

    def keep_methods_closed(
        self, option: str, methods: Collection[str], served: Collection[str] = SAFELISTED_METHODS
    ) -> None:
        """Leave out headers that methods could use which the library refused.

        GET, HEAD and POST need no permission of a policy, but Flask-CORS and Starlette refuse a
        preflight for those that are not listed. With a header that needs a preflight, such a
        request was blocked, and would not be afterwards.

        Args:
            option: The other library's option.
            methods: Those that it listed.
            served: Those that some view serves.
        """
        headers = self.fields.get("allow_headers", [])
        missing = SAFELISTED_METHODS - set(methods)
        if not headers or not missing:
            return
        # HEAD shows less than GET.
        harmful = sorted((missing & set(served)) - ({"HEAD"} if "GET" in methods else set()))
        if not harmful:
            self.change(
                option,
                f"{_were(missing)} refused with headers that need permission",
                "it is allowed: no view serves it, or it is HEAD, which shows less than GET",
            )
            return
        del self.fields["allow_headers"]
        self.decide(
            option,
            f"{_were(harmful)} refused with the headers that are listed",
            f"left out: allow_headers={headers!r} would allow them for {_and(harmful)} too",
        )

    def _names(self, option: str, names: Iterable[Any], *, whole_list_sent: bool) -> list[str]:
        stripped = [name for name in map(_stripped, names) if name != ""]
        bad = [name for name in stripped if not (isinstance(name, str) and is_token(name))]
        if bad and whole_list_sent:
            self.refuse_preflights()
            self.decide(
                option,
                f"{bad[0]!r} is not a valid name, so browsers rejected the whole list, and every "
                "preflight with it",
                "no method and no header is allowed: list those that your pages use",
            )
        elif bad:
            self.change(option, f"{bad[0]!r} is not a valid name", "left out")
        return [name for name in dict.fromkeys(stripped) if name not in bad]

    def _accept(self, option: str, field: str, name: str) -> bool:
        problem = self.problem(**{field: [name]})
        if problem is None:
            return True
        if problem.code in _WITHOUT_EFFECT:
            self.change(option, f"{name!r} was listed", f"left out: it {problem.message}")
        else:
            self.refuse(option, repr(name), problem)
        return False

    # ---- the rest

    def max_age(self, option: str, value: Any) -> None:
        """Take over for how long browsers keep a preflight's answer, as the header had it.

        Args:
            option: The other library's option.
            value: Its value; one that is false had no header.
        """
        text = str(value)
        if not value:
            self.change(
                option,
                "the header was not sent, so browsers kept a preflight's answer for 5 s",
                "600 s; write max_age=5 to keep it so",
            )
        elif re.fullmatch(r"[0-9]{1,9}", text):
            self.fields["max_age"] = int(text)
        else:
            self.change(
                option,
                f"{text!r} is no number of seconds, so browsers kept an answer for 5 s",
                "600 s; write max_age=5 to keep it so",
            )

    def flag(self, option: str, value: Any) -> bool:
        """Read an option that is true or false; a text that is not meant so is false."""
        if isinstance(value, str) and value:
            self.decide(
                option,
                f"the text {value!r} counted as true, as every text does",
                "False: set it to what you mean",
            )
            return False
        return bool(value)

    def private_network(self, option: str, value: Any) -> None:
        """Note that private-network preflights have no answer any more."""
        if value:
            self.change(
                option,
                "Access-Control-Allow-Private-Network was sent",
                "it is not sent: browsers have given it up",
            )

    def problem(self, **fields: Any) -> Problem | None:
        """Return the first problem that the core has with some fields, beside the draft's flags."""
        kept = {
            name: value
            for name, value in self.fields.items()
            if name == "allow_credentials" or name.startswith("dangerously_")
        }
        try:
            Policy(**{"allow_origins": [_SOME_ORIGIN], **kept, **fields})
        except InvalidPolicy as error:
            return error.problems[0]
        return None

    def refuse(self, option: str, entry: str, problem: Problem) -> None:
        """Leave out an entry that the core does not accept, and say why."""
        self.decide(option, f"{entry} was listed", f"left out: it {problem.message} {problem.hint}")


def _is_pattern(entry: Any) -> bool:
    return isinstance(entry, str) and getattr(parse(entry)[0], "is_pattern", False)


def _and(names: Iterable[str]) -> str:
    *most, last = sorted(names)
    return f"{', '.join(most)} and {last}" if most else last


def _were(names: Collection[str]) -> str:
    return f"{_and(names)} {'were' if len(names) > 1 else 'was'}"


def _stripped(name: Any) -> Any:
    return name.strip() if isinstance(name, str) else name
