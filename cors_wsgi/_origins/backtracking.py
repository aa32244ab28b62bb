"""Finds regular expressions whose time grows too fast with the length of an origin.

An expression backtracks without bound if a loop in it can be gone through in two ways with
the same text. Two tokens are sent through the loop, over the places that its characters
have in Glushkov's automaton: they part, and meet again having read the same.
It takes too long as well if several repeats side by side can share out one text.
Source: Weideman et al., "Analyzing Matching Time Behavior of Backtracking Regular Expression
Matchers by Using Ambiguity of NFA", 2016: exponential and polynomial ambiguity.
"""

from collections.abc import Iterable, Iterator
from functools import reduce
from itertools import chain, count, islice, product
from operator import or_
from typing import Final, NamedTuple, TypeGuard

from cors_wsgi._origins.allowed import MAX_ORIGIN_LENGTH
from cors_wsgi._origins.syntax import Atomic, Choice, Form, OneOf, Repeat, Series, inner, walk

# Repeats of no more than this are written out; others are loops.
_FEW_TIMES: Final = 3
_EXACT_TIMES: Final = 8
# How many steps of two tokens are looked at. Of a loop with more nothing is known.
_MOST_STEPS: Final = 100_000
# With four repeats side by side, 280 characters take some 16 seconds; with three, a quarter of
# one. Twenty parts that may be left out take as long as four repeats.
_MOST_FREEDOM: Final = 4.0
_OPTION: Final = 0.2
# How many kinds of characters are looked at.
_MOST_KINDS: Final = 16


def backtracks(form: Form) -> bool:
    """Tell whether an expression may take exponential time, or nearly, without trying it."""
    loops = _loops(form, can_fail=True)
    return any(_Loop(loop).is_ambiguous() for loop in loops) or _shares_out(form)


def could_match(form: Form, text: str) -> bool:
    """Tell whether a form describes a text, in time that does not grow exponentially."""
    return bool(_Reading(text).ends(form, 1) >> len(text))


class _Reading:
    """Where in a text a form may end, by where it begins.

    Places are the bits of a number, so that those of a whole text are followed at once.
    """

    def __init__(self, text: str) -> None:
        self.where: dict[str, int] = {}
        for place, one in enumerate(text):
            self.where[one] = self.where.get(one, 0) | 1 << place
        self.places: dict[frozenset[str], int] = {}
        self.known: dict[tuple[int, int], int] = {}

    def ends(self, form: Form, starts: int) -> int:
        """Return where a form may end if it begins at one of `starts`."""
        if isinstance(form, OneOf):
            return (starts & self._places_of(form.characters)) << 1
        asked = id(form), starts
        if asked not in self.known:
            self.known[asked] = self._ends(form, starts)
        return self.known[asked]

    def _ends(self, form: Series | Choice | Atomic | Repeat, starts: int) -> int:
        if isinstance(form, Series):
            for part in form.parts:
                if not starts:  # the form may be far longer than the text
                    break
                starts = self.ends(part, starts)
            return starts
        if isinstance(form, Choice):
            return reduce(or_, (self.ends(option, starts) for option in form.options), 0)
        if isinstance(form, Atomic):
            return self.ends(form.form, starts)
        return self._ends_of_repeat(form, starts)

    def _places_of(self, characters: frozenset[str]) -> int:
        if characters not in self.places:
            fitting = (where for one, where in self.where.items() if one in characters)
            self.places[characters] = sum(fitting)
        return self.places[characters]

    def _ends_of_repeat(self, form: Repeat, starts: int) -> int:
        ends = 0 if form.least else starts
        for times in count(1):
            if form.most is not None and times > form.most:
                break
            before, starts = starts, self.ends(form.form, starts)
            if times >= form.least:
                starts &= ~ends
                ends |= starts
            elif starts == before:  # more rounds change nothing
                return starts
            if not starts:
                break
        return ends


def _is_loop(form: Form) -> bool:
    return isinstance(form, Repeat) and (
        form.most is None
        or not (form.most <= _FEW_TIMES or (form.most == form.least and form.most <= _EXACT_TIMES))
    )


def _loops(form: Form, *, can_fail: bool) -> Iterator[Form]:
    """Yield the outermost loops, and those of atomic forms within them.

    Args:
        form: Where to look.
        can_fail: Whether what follows may fail to match: else, nothing makes a loop go back.
    """
    if _is_loop(form) and can_fail:
        yield form
        for atomic in (part for part in walk(form) if isinstance(part, Atomic)):
            yield from _loops(atomic, can_fail=True)
    elif isinstance(form, Atomic):
        yield from _loops(form.form, can_fail=False)
    elif isinstance(form, Repeat):
        yield from _loops(form.form, can_fail=can_fail or form.least > 1)
    else:
        # From the end on, since a part has to be left again where one after it does not match.
        for part in reversed(inner(form)):
            yield from _loops(part, can_fail=can_fail)
            if isinstance(form, Series):
                can_fail = can_fail or not _can_be_empty(part)


def _can_be_empty(form: Form) -> bool:
    if isinstance(form, OneOf):
        return False
    if isinstance(form, Repeat) and form.least == 0:
        return True
    return (any if isinstance(form, Choice) else all)(map(_can_be_empty, inner(form)))


def _shares_out(form: Form) -> bool:
    """Tell whether repeats side by side can share out one text in many ways.

    The text is one character, or what a loop repeats, again and again.
    """
    open_parts = (part for part in walk(form) if isinstance(part, Repeat | Choice))
    ones = filter(_is_one, chain.from_iterable(map(walk, open_parts)))
    characters = frozenset().union(*(one.characters for one in ones))
    classes = {part.characters for part in walk(form) if _is_one(part)}
    # Characters that are in the same classes are all alike.
    alike = {frozenset(c for c in classes if one in c): one for one in characters}
    kinds = [alike[kind] for kind in sorted(alike, key=len, reverse=True)[:_MOST_KINDS]]
    loops = (part.form for part in walk(form) if isinstance(part, Repeat) and part.most is None)
    words = dict.fromkeys(map(_shortest, loops))
    texts = dict.fromkeys((*kinds, *islice(filter(None, words), _MOST_KINDS)))
    series = [(form,), *(part.parts for part in walk(form) if isinstance(part, Series))]
    return any(_is_free(parts, text) for parts in series for text in texts)


def _shortest(form: Form) -> str:
    """Return one of the shortest texts that a form describes; "" if no origin is so long."""
    if isinstance(form, OneOf):
        return min(form.characters, key=lambda one: (not one.isalpha(), one), default="")
    if isinstance(form, Repeat):
        text = _shortest(form.form)
        return text * form.least if len(text) * form.least <= MAX_ORIGIN_LENGTH else ""
    texts = map(_shortest, inner(form))
    return min(texts, key=len, default="") if isinstance(form, Choice) else "".join(texts)


def _is_one(form: Form) -> TypeGuard[OneOf]:
    return isinstance(form, OneOf)


def _is_free(parts: Iterable[Form], text: str) -> bool:
    """Tell whether some parts in a row leave too much open how often each takes a text."""
    freedom = 0.0
    for part in parts:
        found = _freedom(part, text)
        freedom = 0.0 if found is None else freedom + found
        if freedom >= _MOST_FREEDOM:
            return True
    return False


def _freedom(form: Form, text: str) -> float | None:
    """Return how much a form leaves open, in loops; None if it takes something else, too."""
    if isinstance(form, OneOf):
        return 0.0 if text in form.characters else None
    if isinstance(form, Repeat):
        return _freedom_of_repeat(form, text)
    found = [_freedom(part, text) for part in inner(form)]
    taken = [freedom for freedom in found if freedom is not None]
    if isinstance(form, Choice):
        return max(taken) + _OPTION * (len(taken) - 1) if taken else None
    if len(taken) < len(found):
        return None
    return 0.0 if isinstance(form, Atomic) else sum(taken)


def _freedom_of_repeat(form: Repeat, text: str) -> float | None:
    each = _freedom(form.form, text)
    if each is None and form.most is None and could_match(form.form, text):
        each = 0.0
    if each is None:
        return 0.0 if form.least == 0 else None
    if form.most is None:
        return each + 1
    own = 1.0 if _is_loop(form) and form.most > form.least else _OPTION * (form.most - form.least)
    return each * form.most + own


class _Part(NamedTuple):
    """Where a part of a loop begins and ends, and whether it may be empty."""

    first: tuple[int, ...] = ()
    last: tuple[int, ...] = ()
    is_empty: bool = True


class _Loop:
    """The places of a loop, and which of them follow which."""

    def __init__(self, loop: Form) -> None:
        self.places: list[frozenset[str]] = []
        self.following: list[set[int]] = []
        self.steps = 0
        self.is_double = False  # whether one step can be taken in more than one way
        self.add(loop)

    def add(self, form: Form) -> _Part:
        if isinstance(form, OneOf):
            return self._place(form.characters)
        if isinstance(form, Series):
            return self._series(map(self.add, form.parts))
        if isinstance(form, Choice):
            parts = [self.add(option) for option in form.options]
            first = tuple(place for part in parts for place in part.first)
            last = tuple(place for part in parts for place in part.last)
            self.is_double |= sum(part.is_empty for part in parts) > 1
            return _Part(first, last, any(part.is_empty for part in parts))
        if isinstance(form, Atomic):
            ones = [one.characters for one in walk(form.form) if isinstance(one, OneOf)]
            place = self._place(frozenset().union(*ones))
            return place._replace(is_empty=_can_be_empty(form))
        return self._repeat(form)

    def _place(self, characters: frozenset[str]) -> _Part:
        place = len(self.places)
        self.places.append(characters)
        self.following.append(set())
        return _Part((place,), (place,), is_empty=False)

    def _series(self, parts: Iterable[_Part]) -> _Part:
        whole = _Part()
        for part in parts:
            self._link(whole.last, part.first)
            whole = _Part(
                whole.first + part.first if whole.is_empty else whole.first,
                whole.last + part.last if part.is_empty else part.last,
                whole.is_empty and part.is_empty,
            )
        return whole

    def _repeat(self, form: Repeat) -> _Part:
        if form.most is not None and not _is_loop(form):
            copies = [self.add(form.form) for _ in range(form.most)]
            return self._series(
                copy._replace(is_empty=copy.is_empty or number >= form.least)
                for number, copy in enumerate(copies)
            )
        part = self.add(form.form)
        self._link(part.last, part.first)
        return part._replace(is_empty=part.is_empty or form.least == 0)

    def _link(self, before: Iterable[int], after: Iterable[int]) -> None:
        for one, other in product(before, after):
            self.steps += 1
            if self.steps > _MOST_STEPS:
                return
            self.is_double |= other in self.following[one]
            self.following[one].add(other)

    def is_ambiguous(self) -> bool:
        """Tell whether two tokens can part and meet again; also if there are too many steps."""
        # In a loop each place is reached from each, so it is enough to part and meet anywhere.
        waiting = [(place, place) for place in range(len(self.places))]
        before: dict[tuple[int, int], list[tuple[int, int]]] = {pair: [] for pair in waiting}
        meetings = waiting.copy()
        while waiting:
            pair = waiting.pop()
            for after in product(self.following[pair[0]], self.following[pair[1]]):
                self.steps += 1
                if self.steps > _MOST_STEPS:
                    return True
                if self.places[after[0]].isdisjoint(self.places[after[1]]):
                    continue
                if after not in before:
                    before[after] = []
                    waiting.append(after)
                before[after].append(pair)
        parted = (pair for meeting in meetings for pair in before[meeting] if pair[0] != pair[1])
        return self.is_double or any(parted)
