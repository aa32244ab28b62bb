"""Where the server's answer and the policy's differ, as a browser takes them.

The policy's decision on a request has the headers of a right answer. The browser model judges that
answer and the server's, in both credentials modes, and only where the two come to different ends is
there a difference. What leads to the same end is none: a preflight of 200, a refused one with 403,
one origin sent to everybody, headers without Access-Control-Allow-Origin.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from cors_wsgi.browser import (
    FilteredResponse,
    HTTPResponse,
    NetworkError,
    ScriptError,
    Step,
)
from cors_wsgi.doctor.judge import (
    first_on_the_wire,
    outcome_of,
    preflight_failure,
    read_failure,
    script_request,
    severity_of,
)
from cors_wsgi.doctor.responses import values
from cors_wsgi.doctor.terminal import shown
from cors_wsgi.doctor.verify.caching import max_age, split
from cors_wsgi.doctor.verify.questions import STRANGE_HEADER, STRANGE_METHOD, UNSAFE_VALUE
from cors_wsgi.doctor.verify.report import Observation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cors_wsgi.browser import Answer, HTTPRequest, Request
    from cors_wsgi.doctor.judge import Severity
    from cors_wsgi.doctor.verify.places import Place
    from cors_wsgi.doctor.verify.questions import Question

# https://fetch.spec.whatwg.org/#cors-safelisted-request-header, by name. Listing them is common
# and means nothing, but for Content-Type: with it, pages can send JSON.
_SAFELISTED: Final = frozenset({"accept", "accept-language", "content-language", "range"})
_CONTENT_TYPE: Final = "content-type"

_ALLOW_ORIGIN: Final = "access-control-allow-origin"
_ALLOW_METHODS: Final = "access-control-allow-methods"
_ALLOW_HEADERS: Final = "access-control-allow-headers"
_EXPOSE_HEADERS: Final = "access-control-expose-headers"
_MAX_AGE: Final = "access-control-max-age"
# A hostile list costs no more than this many of its entries.
_MOST_ENTRIES: Final = 32
_LONGEST: Final = 80

_CREDENTIALS_STEPS: Final = frozenset({Step.CREDENTIALS_NOT_ALLOWED, Step.ORIGIN_WILDCARD})
_HEADER_STEPS: Final = frozenset({Step.HEADER_NOT_ALLOWED, Step.NON_WILDCARD_HEADER})


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges the answers at one path.

    Attributes:
        place: The path.
        right: Returns the answers that the policy gives to a request, one for each way in which
            the path may be read.
    """

    place: Place
    right: Callable[[HTTPRequest], Sequence[HTTPResponse]]
    _known_lists: set[tuple[tuple[str, ...], ...]] = field(default_factory=set)

    def compare(self, question: Question, answer: Answer) -> Iterator[Observation]:
        """Yield the differences that an answer shows."""
        if question.wire.method != "OPTIONS":
            yield from self._actual(question, answer)
            return
        yield from self._preflight(question.request, question, answer)
        if question.attempt is None and self.place.thorough and self._is_new(answer):
            yield from self._lists(question, answer)
            right = self.right(question.wire)[0]
            yield from max_age(self.place, question.request, right, answer)

    def _is_new(self, answer: Answer) -> bool:
        """Tell whether no other answer here had the same lists and max-age."""
        lists = tuple(values(answer, name) for name in (_ALLOW_METHODS, _ALLOW_HEADERS, _MAX_AGE))
        is_new = lists not in self._known_lists
        self._known_lists.add(lists)
        return is_new

    def _preflight(
        self, request: Request, question: Question, answer: Answer, *, only_opens: bool = False
    ) -> Iterator[Observation]:
        allowed: dict[bool, NetworkError | None] = {}
        right = self.right(first_on_the_wire(request))
        for include in (True, False):
            asked = _in_mode(request, include=include)
            wanted = _the_closest([preflight_failure(asked, one) for one in right])
            failure = preflight_failure(asked, answer)
            if wanted is None:
                allowed[include] = failure
            elif failure is None:
                yield from self._opens(question, wanted, asked, preflight=True)
        if not only_opens:
            yield from self._refuses(allowed, preflight=True)

    def _actual(self, question: Question, answer: Answer) -> Iterator[Observation]:
        allowed: dict[bool, NetworkError | None] = {}
        right = self.right(question.wire)
        for include in (True, False):
            asked = _in_mode(question.request, include=include)
            wanted = _the_closest([read_failure(asked, one) for one in right])
            failure = read_failure(asked, answer)
            if wanted is None:
                allowed[include] = failure
                if failure is None and self.place.thorough:
                    yield from self._exposure(asked, right[0], answer)
            elif failure is None:
                yield from self._opens(question, wanted, asked)
        yield from self._refuses(allowed)

    def _opens(
        self, question: Question, wanted: NetworkError, asked: Request, *, preflight: bool = False
    ) -> Iterator[Observation]:
        """Tell what gets in, by the step at which the policy's own answer fails."""
        include = asked.credentials == "include"
        if wanted.step is Step.METHOD_NOT_ALLOWED:
            yield self._extra("method-extra", "Methods", _name(asked.method))
        elif wanted.step in _HEADER_STEPS:
            yield from self._extra_header(wanted.evidence.wanted or "")
        elif wanted.step in _CREDENTIALS_STEPS:
            everybody = values(self.right(question.wire)[0], _ALLOW_ORIGIN) == ("*",)
            yield self._opened(
                question,
                "credentials-extra",
                _gain(include=True, preflight=preflight),
                "The policy does not allow credentials.",
                severity_of("a site" if everybody else "a sibling", credentials=True),
            )
        else:
            yield self._opened_origin(question, include=include, preflight=preflight)

    def _opened_origin(self, question: Question, *, include: bool, preflight: bool) -> Observation:
        attempt, place = question.attempt, self.place
        severity = severity_of(attempt.needs if attempt else "a sibling", credentials=include)
        code = place.code or (attempt.id if attempt else "neighbour")
        observed = self._opened(
            question,
            code,
            _gain(include=include, preflight=preflight),
            place.detail or (attempt.mistake if attempt else ""),
            # Who cannot read the answers gains less by sending.
            "high" if preflight and severity == "critical" else severity,
        )
        return replace(observed, credentials=include, is_trick=not place.code)

    def _opened(
        self, question: Question, code: str, phrase: str, detail: str, severity: Severity
    ) -> Observation:
        origin, path = shown(question.request.origin, _LONGEST), self.place.path
        return Observation("opens", code, path, origin, phrase, detail, severity, credentials=True)

    def _extra(self, code: str, header: str, subject: str) -> Observation:
        name, gain = _LISTS[header]
        phrase = f"Access-Control-{name} lists {{}}, which the policy does not"
        return Observation("opens", code, self.place.path, subject, phrase, gain, "low")

    def _extra_header(self, name: str) -> Iterator[Observation]:
        if name == _CONTENT_TYPE:
            phrase = "Access-Control-Allow-Headers lists {}, which the policy does not"
            detail = "With it, pages can send JSON."
            yield Observation(
                "warnings", "content-type-extra", self.place.path, name, phrase, detail
            )
        elif name not in _SAFELISTED:
            yield self._extra("header-extra", "Headers", _name(name))

    def _refuses(
        self, allowed: dict[bool, NetworkError | None], *, preflight: bool = False
    ) -> Iterator[Observation]:
        """Tell what fails, of the credentials modes in which the policy allows it."""
        refused = {include: error for include, error in allowed.items() if error is not None}
        if not refused or self.place.may_refuse:
            return
        one_mode = " with cookies" if True in refused else " without cookies"
        mode = "" if len(refused) == len(allowed) else one_mode
        error = next(iter(refused.values()))
        code, path = error.failure or "preflight-no-answer", self.place.path
        missing = _MISSING.get(error.step)
        if missing and code in {"method-missing", "header-missing"}:
            subject = _name(error.evidence.wanted or "")
            phrase = f"{{}} {{is}} missing from {missing}{mode and f', for requests{mode}'}"
            yield Observation("refuses", code, path, subject, phrase)
            return
        origin = shown(error.request.origin, _LONGEST)
        what = (
            f"preflights from {{}} fail{mode}" if preflight else f"{{}} cannot read responses{mode}"
        )
        yield Observation("refuses", code, path, origin, what, _why(error))

    def _lists(self, question: Question, answer: Answer) -> Iterator[Observation]:
        """Try whatever else the answer lists, without asking the server again."""
        request = question.request
        for method in _entries(answer, _ALLOW_METHODS, STRANGE_METHOD):
            yield from self._variant(question, answer, method=method)
        for name in _entries(answer, _ALLOW_HEADERS, STRANGE_HEADER):
            yield from self._variant(
                question, answer, method=request.method, headers={name: UNSAFE_VALUE}
            )

    def _variant(
        self,
        question: Question,
        answer: Answer,
        *,
        method: str,
        headers: dict[str, str] | None = None,
    ) -> Iterator[Observation]:
        origin, url = question.request.origin, question.request.url
        try:
            request = script_request(
                origin, url, method=method, headers=headers, include=True, forces_preflight=True
            )
        except ScriptError:
            return  # no page can ask for it
        if request.method == method:  # a name that browsers would write in capitals is never asked
            yield from self._preflight(request, question, answer, only_opens=True)

    def _exposure(
        self, asked: Request, right: HTTPResponse, answer: Answer
    ) -> Iterator[Observation]:
        """Compare which headers script can read, whether or not this response has them."""
        if not isinstance(answer, HTTPResponse) or answer.status in _REDIRECTS:
            return  # nobody reads a redirect
        names = {
            name.lower()
            for one in (right, answer)
            for name in _entries(one, _EXPOSE_HEADERS, STRANGE_HEADER)
        }
        readable = [_readable(asked, one, names) for one in (right, answer)]
        for name in sorted(readable[1] - readable[0]):
            yield self._extra("exposed-extra", "Expose", _name(name))
        if not self.place.may_refuse:
            phrase = "{} {is} missing from Access-Control-Expose-Headers"
            for name in sorted(readable[0] - readable[1]):
                yield Observation(
                    "refuses", "exposed-missing", self.place.path, _name(name), phrase
                )


_REDIRECTS: Final = range(300, 400)
_LISTS: Final = {
    "Methods": ("Allow-Methods", "Pages of allowed origins can send such requests."),
    "Headers": ("Allow-Headers", "Pages of allowed origins can set it."),
    "Expose": ("Expose-Headers", "Pages of allowed origins can read it."),
}
_MISSING: Final = {
    Step.METHOD_NOT_ALLOWED: "Access-Control-Allow-Methods",
    Step.HEADER_NOT_ALLOWED: "Access-Control-Allow-Headers",
    Step.NON_WILDCARD_HEADER: "Access-Control-Allow-Headers",
}


def _in_mode(request: Request, *, include: bool) -> Request:
    return replace(request, credentials="include" if include else "omit")


def _the_closest(failures: Sequence[NetworkError | None]) -> NetworkError | None:
    """Return why no reading of the path allows a request; None if one does."""
    reasons = [one for one in failures if one is not None]
    return reasons[-1] if len(reasons) == len(failures) else None


def _gain(*, include: bool, preflight: bool) -> str:
    what = "send requests that need a preflight" if preflight else "read responses"
    return f"{{}} can {what}{', with cookies' if include else ''}"


def _why(error: NetworkError) -> str:
    evidence, response = error.evidence, error.response
    if response is None:
        return f"There was no answer: {shown(evidence.value or '')}."
    if evidence.preflight and not 200 <= response.status < 300:
        return f"The preflight was answered {response.status}."
    status = f" (status {response.status})" if response.status >= 300 else ""
    if evidence.header is None or evidence.value is None:
        return f"There is no {evidence.header}{status}."
    return f"{evidence.header} is {shown(repr(evidence.value))}{status}."


def _name(text: str) -> str:
    known = {STRANGE_METHOD: "any method", STRANGE_HEADER: "any header"}
    return known.get(text, shown(text, _LONGEST))


def _entries(answer: Answer, header: str, strange: str) -> list[str]:
    """Return the first entries of a list; `*` stands for a name that nobody has."""
    parts = dict.fromkeys(filter(None, split(values(answer, header))))
    return [strange if part == "*" else part for part in list(parts)[:_MOST_ENTRIES]]


def _readable(asked: Request, answer: HTTPResponse, names: set[str]) -> set[str]:
    probes = tuple((name, "1") for name in names)
    outcome = outcome_of(asked, replace(answer, headers=(*answer.headers, *probes)))
    return names & outcome.headers.keys() if isinstance(outcome, FilteredResponse) else set()
