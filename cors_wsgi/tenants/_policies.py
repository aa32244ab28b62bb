"""Policies whose origins are in a store."""

from collections.abc import Callable, Iterable
from time import monotonic
from typing import Any, Final, TypedDict, Unpack

from cors_wsgi._choosing import AsyncPolicyChooser, failed_choice, is_asynchronous
from cors_wsgi._log import get_logger
from cors_wsgi._policy.policy import Policy, PolicyTemplate, deny_all
from cors_wsgi._policy.requests import RequestMapping
from cors_wsgi.tenants._entries import Entries
from cors_wsgi.tenants._explanation import Explanation
from cors_wsgi.tenants._listening import Changes, check_synchronous
from cors_wsgi.tenants._messages import escaped, place_of, quoted
from cors_wsgi.tenants._questions import Key, Listing, Refusal
from cors_wsgi.tenants._records import DEAF_FOR, Limits
from cors_wsgi.tenants._requests import origin_of
from cors_wsgi.tenants._store import Store

_ASYNC_LOAD: Final = "load is asynchronous, which only the ASGI adapters can wait for"


class StoreOptions(TypedDict, total=False):
    """What `StoredPolicies` and `StoredOrigins` take besides; see `StoredPolicies`."""

    changes: Changes | None
    keys: Callable[[], Any] | None
    fresh_for: float
    stale_for: float
    unknown_for: float
    failed_for: float
    wait: float
    at_most: int
    at_once: int


class StoredPolicies(AsyncPolicyChooser):
    """Policies by a key of the request, with their origins in a database that may change.

    It goes wherever a policy goes, in any adapter. What the store answers is kept, announced
    changes are obeyed at once, and a request about a key in use never waits for the store.
    `cors_wsgi/tenants/_entries.py` has the states of a key and the laws.

    Args:
        key: Returns a request's key, such as a tenant's name; None if it has none. It gets the
            WSGI environ or the ASGI scope. Without a key nobody is allowed.
        load: Returns the origins of a key, an empty list if it has none, or None if there is no
            such key. It is called in a thread; under ASGI it may be a coroutine function.
        template: All the other fields: `Policy.template(...)`.
        changes: Listens for changes: called without arguments, in a thread, at a process's first
            request, it returns an iterator. That yields None once it listens, then the keys that
            changed, or None if some may have been missed. See `postgres_changes`.
        keys: Returns all keys, if they fit in memory. A request for a key that is not among them
            then costs no question.
        fresh_for: For how many seconds an answer is good: 10 at most while no changes are heard.
        stale_for: For how many seconds more it is served while the store does not answer.
        unknown_for: For how many seconds a key that the store does not have is remembered.
        failed_for: After how many seconds a question that failed is asked again.
        wait: How many seconds a request waits for the store, at most.
        at_most: How many keys are kept; the least recently used go first.
        at_once: How many questions are asked at once.

    Attributes:
        template: All the fields but the origins.
        needs_event_loop: Whether `load` is asynchronous, so that only ASGI adapters can wait.

    Raises:
        InvalidPolicy: From `template`.
        TypeError: If an argument is of the wrong kind.
        ValueError: If a number is out of range.
    """

    _no_key = "the request has no key to the store"

    def __init__(  # noqa: PLR0913 - each can be chosen well
        self,
        *,
        key: Callable[[dict[str, Any]], str | None],
        load: Callable[[str], Any],
        template: PolicyTemplate,
        changes: Changes | None = None,
        keys: Callable[[], Any] | None = None,
        fresh_for: float = 600,
        stale_for: float = 3600,
        unknown_for: float = 10,
        failed_for: float = 1,
        wait: float = 2,
        at_most: int = 10_000,
        at_once: int = 4,
    ) -> None:
        _check_functions(key=key, load=load, keys=keys)
        if changes is not None:
            check_synchronous("changes", changes)
        if not isinstance(template, PolicyTemplate):
            raise TypeError(f"template has to be Policy.template(...), not {template!r:.80}")
        self._key: Callable[[Any], Any] = key
        self._load = load
        self._keys = keys
        self.template = template
        self.needs_event_loop = is_asynchronous(load)
        if keys is not None and is_asynchronous(keys) is not self.needs_event_loop:
            raise TypeError("load and keys have to be both asynchronous, or neither")
        if changes is None:
            fresh_for = min(fresh_for, DEAF_FOR)
        limits = Limits(fresh_for, stale_for, unknown_for, failed_for, wait, at_most, at_once)
        self._entries: Entries[Policy] = Entries(limits, lists_keys=keys is not None)
        self._known = self._entries.known
        self._store = Store(
            self._entries, self._ask, self._read, is_async=self.needs_event_loop, changes=changes
        )
        # What was logged once.
        self._logged: set[str] = set()

    def policy_for(self, request: RequestMapping) -> Policy:
        """Return the policy that governs a request.

        Args:
            request: The WSGI environ, or the ASGI scope.
        """
        try:
            key = self._key(request)
            # This is `Entries.fresh` without the call, which would take a fifth of the time.
            entry = self._known.get(key)
        except Exception as error:
            return self._key_failed(error)
        if entry is not None and entry.session is self._entries.session:
            now = monotonic()
            if now < entry.refresh_at:
                entry.used = now
                return entry.value
        try:
            return self._find(key)
        except Exception:
            return failed_choice()

    __call__ = policy_for  # as any function that chooses a policy

    def _find(self, key: Any) -> Policy:
        if not self._is_key(key):
            return deny_all(self._no_key)
        if self.needs_event_loop:
            self._log_once(_ASYNC_LOAD)
            return deny_all(_ASYNC_LOAD)
        return _policy(self._store.find(key))

    async def choose(self, scope: dict[str, Any]) -> Policy:
        """Return the policy that governs a request; while the store is asked, others go on.

        Args:
            scope: The ASGI scope.
        """
        try:
            key = self._key(scope)
            policy = self._entries.fresh(key, monotonic())
        except Exception as error:
            return self._key_failed(error)
        if policy is not None:
            return policy
        if not self._is_key(key):
            return deny_all(self._no_key)
        return _policy(await self._store.find_async(key))

    def _key_failed(self, error: Exception) -> Policy:
        self._log_once(f"the function that returns a request's key failed: {place_of(error)}")
        return deny_all(self._no_key)

    def _is_key(self, key: object) -> bool:
        """Tell whether the store can have a key."""
        if not isinstance(key, str | None):
            self._log_once(f"a request's key has to be a str or None, not {type(key).__name__}")
        return isinstance(key, str)

    def explain(self, key: str) -> Explanation:
        """Return what is known about a key, without asking the store.

        Args:
            key: The key, such as a tenant's name.
        """
        state, entry, now = self._store.explain(key)
        if entry is None:
            return Explanation(key, state, None, None)
        return Explanation(key, state, now - entry.asked, entry.value)

    def forget(self, key: str) -> None:
        """Take a key for changed, in this process: its next request waits for the store."""
        self._store.announce(key)

    def stats(self) -> dict[str, Any]:
        """Return what has been asked and what is known, in numbers."""
        return self._store.stats()

    def _ask(self, key: Key) -> Any:
        if isinstance(key, Listing):
            assert self._keys is not None  # noqa: S101 - or nobody would ask
            return self._keys()
        return self._load(key)

    def _read(self, key: Key, answer: Any) -> Policy | Refusal | set[str]:
        """Make a policy of what the store answered about a key; log what is wrong with it."""
        if isinstance(key, Listing):
            return {_checked_key(name) for name in _items(answer, "keys")}
        if answer is None:
            return Refusal.UNKNOWN
        policy = self.template.policy(_items(answer, "load"))
        for problem in policy.warnings:
            get_logger().warning(
                "tenants: %s: the row %s is left out, since it %s",
                quoted(key),
                quoted(problem.value),
                escaped(f"{problem.message} {problem.hint}"),
            )
        get_logger().debug("tenants: %s is loaded: %d origins", quoted(key), len(policy.origins))
        return policy

    def _log_once(self, message: str) -> None:
        if message not in self._logged:
            self._logged.add(message)
            get_logger().error("tenants: %s", message)


class StoredOrigins(StoredPolicies):
    """One policy for an API that all customers' pages call, with its origins in a database.

    Only those that ask are kept, so there may be millions. The arguments are those of
    `StoredPolicies`, but there is no `key`, and `changes` and `keys` yield origins.

    Args:
        load: Tells whether the store has an origin. What is no plain origin, or is not allowed
            by the template's other fields, is never asked for.
        template: All the other fields: `Policy.template(...)`.
        options: The others of `StoredPolicies`.
    """

    _no_key = "the store is asked about plain origins only, and about none that is insecure"

    def __init__(
        self,
        *,
        load: Callable[[str], Any],
        template: PolicyTemplate,
        **options: Unpack[StoreOptions],
    ) -> None:
        super().__init__(key=origin_of, load=load, template=template, **options)

    def explain(self, key: str) -> Explanation:
        """Return what is known about an origin, without asking the store.

        Args:
            key: The origin.
        """
        return super().explain(key) if self._is_key(key) else Explanation(key, "no key", None, None)

    def _is_key(self, key: object) -> bool:
        return isinstance(key, str) and self.template.allows(key)

    def _read(self, key: Key, answer: Any) -> Policy | Refusal | set[str]:
        if isinstance(key, Listing):
            return super()._read(key, answer)
        if not isinstance(answer, bool):
            raise TypeError(f"load has to return True or False, not {type(answer).__name__}")
        return super()._read(key, [key] if answer else None)


def _policy(found: Policy | Refusal) -> Policy:
    return deny_all(found.value) if isinstance(found, Refusal) else found


def _checked_key(name: object) -> str:
    if not isinstance(name, str):
        raise TypeError(f"keys has to return strings, not {quoted(name)}")
    return name


def _items(answer: object, function: str) -> Iterable[object]:
    if isinstance(answer, str | bytes) or not isinstance(answer, Iterable):
        what = type(answer).__name__
        raise TypeError(f"{function} has to return a list, or another iterable, not {what}")
    return answer


def _check_functions(**functions: object) -> None:
    for name, function in functions.items():
        if not callable(function) and not (function is None and name == "keys"):
            raise TypeError(f"{name} has to be a function, not {function!r:.80}")
