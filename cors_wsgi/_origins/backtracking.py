"""Finds regular expressions whose time may grow exponentially with the length of an origin.

An expression backtracks without bound if it can go from one of its places back to it in two
ways with the same text. Its places are its characters, as in Glushkov's automaton.
Source: Weideman et al., "Analyzing Matching Time Behavior of Backtracking Regular Expression
Matchers by Using Ambiguity of NFA", 2016: exponential ambiguity.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import product
from typing import Final, NamedTuple, TypeVar

from cors_wsgi._origins.syntax import Atomic, Choice, Form, OneOf, Repeat, Series, walk

# Expressions with more places are not looked at: there would be too many pairs of them.
_MOST_PLACES: Final = 200
# Repeats of no more than this are written out; others count as loops.
_FEW_TIMES: Final = 3
_EXACT_TIMES: Final = 8

_Node = TypeVar("_Node")


def backtracks(form: Form) -> bool:
    """Tell whether an expression may take exponential time, without trying it."""
    automaton = _Automaton()
    automaton.add(form)
    places = range(len(automaton.places))
    return len(places) <= _MOST_PLACES and any(map(automaton.is_ambiguous_at, places))


class _Part(NamedTuple):
    """Where a part of an expression begins and ends, and whether it may be empty."""

    first: tuple[int, ...] = ()
    last: tuple[int, ...] = ()
    is_empty: bool = True


class _Automaton:
    """The places of an expression, and which follow which."""

    def __init__(self) -> None:
        self.places: list[frozenset[str]] = []
        self.following: dict[int, set[int]] = {}
        self.double: set[tuple[int, int]] = set()  # those that follow in more than one way

    def add(self, form: Form) -> _Part:
        if isinstance(form, OneOf):
            return self._place(form.characters)
        if isinstance(form, Series):
            return self._series(map(self.add, form.parts))
        if isinstance(form, Choice):
            parts = [self.add(option) for option in form.options]
            first = tuple(place for part in parts for place in part.first)
            last = tuple(place for part in parts for place in part.last)
            return _Part(first, last, any(part.is_empty for part in parts))
        if isinstance(form, Atomic):
            inner = [one.characters for one in walk(form.form) if isinstance(one, OneOf)]
            return self._place(frozenset().union(*inner))
        return self._repeat(form)

    def _place(self, characters: frozenset[str]) -> _Part:
        place = len(self.places)
        self.places.append(characters)
        self.following[place] = set()
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
        most = form.most
        if most is not None and (
            most <= _FEW_TIMES or (most == form.least and most <= _EXACT_TIMES)
        ):
            copies = (self.add(form.form) for _ in range(most))
            return self._series(
                copy._replace(is_empty=copy.is_empty or number >= form.least)
                for number, copy in enumerate(copies)
            )
        part = self.add(form.form)
        self._link(part.last, part.first)
        return part._replace(is_empty=part.is_empty or form.least == 0)

    def _link(self, before: Iterable[int], after: Iterable[int]) -> None:
        if len(self.places) > _MOST_PLACES:
            return
        for one, other in product(before, after):
            if other in self.following[one]:
                self.double.add((one, other))
            self.following[one].add(other)

    def is_ambiguous_at(self, place: int) -> bool:
        """Tell whether two ways lead from a place back to it with the same text."""
        loop = {
            other
            for other in _reached(place, self.following.__getitem__)
            if place in _reached(other, self.following.__getitem__)
        }
        if any(one in loop and other in loop for one, other in self.double):
            return True

        def next_pairs(pair: tuple[int, int]) -> Iterator[tuple[int, int]]:
            one, other = pair
            for after in product(self.following[one] & loop, self.following[other] & loop):
                if not self.places[after[0]].isdisjoint(self.places[after[1]]):
                    yield after

        before: dict[tuple[int, int], set[tuple[int, int]]] = {}
        start = (place, place)
        for pair in _reached(start, next_pairs) | {start}:
            for after in next_pairs(pair):
                before.setdefault(after, set()).add(pair)
        back = _reached(start, lambda pair: before.get(pair, ()))
        return any(one != other for one, other in back)


def _reached(start: _Node, following: Callable[[_Node], Iterable[_Node]]) -> set[_Node]:
    """Return what can be reached from `start` in one step or more."""
    found: set[_Node] = set()
    waiting = [start]
    while waiting:
        for node in following(waiting.pop()):
            if node not in found:
                found.add(node)
                waiting.append(node)
    return found
