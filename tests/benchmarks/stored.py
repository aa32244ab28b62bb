"""What a thousand tenants cost: a request, their policies, and what the store is asked."""

import time
import tracemalloc
from collections.abc import Callable, Iterator
from threading import Event
from typing import Any, NamedTuple

from benchmarks.cases import ENVIRON, ONE, new_string
from benchmarks.on_wsgi import application
from tenants.simulation import Traffic

from cors_wsgi import CORSMiddleware, Policy
from cors_wsgi.tenants import StoredPolicies, by_host

TENANTS = 1_000
BELOW = "api.example"
HOSTS = {f"tenant-{number}.{BELOW}": f"tenant-{number}" for number in range(TENANTS)}
TEMPLATE = Policy.template(allow_credentials=True, allow_methods=["PUT"])

FLOOD_SECONDS = 10
STEADY_SECONDS = 60
CHANGES = 20


class Effort(NamedTuple):
    """How much is measured and simulated.

    Attributes:
        rounds: How often each time is taken; the least counts.
        kept: How many tenants are kept to see how much memory each takes.
        steady: How many requests there are in a second in which nothing changes.
    """

    rounds: int
    kept: int
    steady: int


USUAL = Effort(rounds=100, kept=10_000, steady=10_000)
# A dictionary of a quarter of the tenants is as full.
SHORT = Effort(rounds=100, kept=2_500, steady=1_000)

Use = Callable[[dict[str, Any]], object]


class Times(NamedTuple):
    """Nanoseconds of CPU.

    Attributes:
        look_up: To look a policy up in a dictionary, by the request's host.
        hit: To get it from `StoredPolicies`, whose `key` is a dictionary look-up.
        beyond_one: What the whole middleware takes beyond the one with a single policy.
        beyond_one_by_host: The same with `by_host`.
    """

    look_up: float
    hit: float
    beyond_one: float
    beyond_one_by_host: float


def times(rounds: int) -> Times:
    """Return what a request for one of a thousand tenants takes, each asked for in turn."""
    by_dictionary = _stored(lambda environ: HOSTS[environ["HTTP_HOST"]])
    by_name = _stored(by_host(below=BELOW))
    policies = {host: TEMPLATE.policy([_origin(name)]) for host, name in HOSTS.items()}
    one = TEMPLATE.policy(map(_origin, HOSTS.values()))
    nothing, look_up, hit, single, several, several_by_host = _least_times(
        [
            lambda environ: None,
            lambda environ: policies[environ["HTTP_HOST"]],
            by_dictionary,
            _middleware(one),
            _middleware(by_dictionary),
            _middleware(by_name),
        ],
        rounds,
    )
    return Times(look_up - nothing, hit - nothing, several - single, several_by_host - single)


def _least_times(uses: list[Use], rounds: int) -> list[float]:
    """Return the least nanoseconds that each use of a request takes, in turns.

    Only the least is free of what else the machine does.
    """
    least = [float("inf")] * len(uses)
    for _ in range(rounds):
        for position, use in enumerate(uses):
            least[position] = min(least[position], _timed(use))
    return least


def _timed(use: Use) -> float:
    environ = {**ENVIRON}
    # New strings, as they come from a socket.
    requests = [(new_string(host), new_string(_origin(name))) for host, name in HOSTS.items()]
    start = time.process_time_ns()
    for environ["HTTP_HOST"], environ["HTTP_ORIGIN"] in requests:
        use(environ)
    return (time.process_time_ns() - start) / len(requests)


def _middleware(policy: Any) -> Use:
    served = CORSMiddleware(application(ONE), policy)
    return lambda environ: served(environ, _start_response)


def _start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
    """Take the head of a response."""


def _origin(name: str) -> str:
    return f"https://{name}.example"


def _stored(key: Callable[[dict[str, Any]], str | None]) -> StoredPolicies:
    """Return policies that have all tenants, while changes are heard."""
    policies = StoredPolicies(
        key=key, load=lambda name: [_origin(name)], template=TEMPLATE, changes=_silence
    )
    while policies.stats()["fresh"] < TENANTS:  # what was asked before they were heard is suspect
        for host in HOSTS:
            policies({"HTTP_HOST": host})
        time.sleep(0.01)
    return policies


def _silence() -> Iterator[None]:
    """Hear of no changes."""
    yield None
    Event().wait()


def megabytes(tenants: int, kept: int) -> float:
    """Return the memory that tenants with two origins take in a process, in megabytes.

    Args:
        tenants: How many there are.
        kept: How many are kept, to see what they all take.
    """
    policies = StoredPolicies(
        key=lambda environ: environ["key"],
        load=lambda name: [_origin(name), _origin(f"www.{name}")],
        template=TEMPLATE,
        changes=_silence,
    )
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for number in range(kept):
        policies({"key": f"tenant-{number}"})
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    if policies.stats()["known"] != kept:
        raise ValueError("not every tenant was kept")
    return (after - before) / 1e6 * tenants / kept


class Questions(NamedTuple):
    """What four processes ask that serve ten thousand requests in a second.

    Attributes:
        steady: In a minute in which nothing changes.
        of_a_change: After each change of a tenant in use.
        flood: In each second in which a fifth of the requests is for invented hosts.
        refused: How many requests for known tenants were refused in all.
    """

    steady: int
    of_a_change: float
    flood: float
    refused: int


def questions(steady_requests: int) -> Questions:
    """Return what the store is asked; this is simulated, on a clock that is moved.

    Args:
        steady_requests: How many requests there are in each second of the steady minute.
    """
    traffic = Traffic()
    first = traffic.questions
    refused = sum(traffic.second(steady_requests) for _ in range(STEADY_SECONDS))
    steady = traffic.questions
    for number in range(CHANGES):
        traffic.change(number)
    refused += traffic.second()
    changed = traffic.questions
    refused += sum(traffic.second(strangers=0.2) for _ in range(FLOOD_SECONDS))
    return Questions(
        steady - first,
        (changed - steady) / CHANGES,
        (traffic.questions - changed) / FLOOD_SECONDS,
        refused,
    )
