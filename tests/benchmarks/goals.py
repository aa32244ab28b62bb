"""What the middleware is to reach, each goal beside what its peers need in the same run."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import inf

from benchmarks.figures import duration, times
from benchmarks.results import Run

OURS = "ours"

# What the limit took for an allowed request where the goals in time were set.
LIMIT_NS = 350


@dataclass(frozen=True)
class Goal:
    """A goal, and what came of it.

    `today` is what the peers need, `reach` the goal in words, `measured` what ours needs.
    """

    case: str
    today: str
    reach: str
    measured: str
    reached: bool


def here(run: Run, nanoseconds: float) -> float:
    """Return what a time in a goal is where this run was made, by what the limit takes."""
    return nanoseconds * run.cases["wsgi-allowed"].overhead["limit"].median / LIMIT_NS


def goals(run: Run) -> list[Goal]:
    """Return every goal; those in instructions only where instructions were counted."""
    rows = [*_plain(run), *_growth(run), *_hostile(run), *_flask(run), *_django(run), *_costs(run)]
    return [goal for goal in rows if goal is not None]


def _plain(run: Run) -> Iterator[Goal]:
    """Yield the goals that are multiples of the limit."""
    for case, title, bound in (
        ("no-origin", "no Origin", 1.05),
        ("allowed", "allowed", 1.3),
        ("refused", "refused, 10 origins", 1.4),
        ("refused-100000-origins", "refused, 100,000 origins", 1.9),
        ("preflight", "preflight", 1.5),
        ("preflight-reflect", "preflight, reflected", 3.5),
        ("allowed-8-headers", "allowed, 8 response headers", 1.75),
        ("allowed-vary", "allowed, existing Vary", 2.4),
    ):
        yield _multiple(run, case, title, bound)


# A harder case than the one that a goal names, to be shown beside it.
HARDER = {"refused-100000-origins": ("refused-100000-alike", "where allowed ones are as long")}


def _multiple(run: Run, name: str, title: str, bound: float) -> Goal:
    case = run.cases[f"wsgi-{name}"]
    ratio = case.times_limit[OURS].median
    peer = case.times_limit.get("wsgicors")
    note = case.notes.get("wsgicors")
    today = "wsgicors " + ", ".join(filter(None, (peer and times(peer.median), note)))
    measured = times(ratio)
    if case.id in run.instructions:
        counted = _counted(run, case.id) / _counted(run, case.id, "limit")
        measured += f" ({times(counted)} in instructions)"
    if name in HARDER:
        harder, where = HARDER[name]
        measured += f", {times(run.cases[f'wsgi-{harder}'].times_limit[OURS].median)} {where}"
    return Goal(f"WSGI: {title}", today, f"≤ {bound} x limit", measured, ratio <= bound)


def _growth(run: Run) -> Iterator[Goal | None]:
    """Yield the goals that nothing grows with the size of a policy."""
    yield _origins(run)
    yield _patterns(run, "allowed")
    yield _patterns(run, "refused")
    yield _paths(run)


def _grown(run: Run, case: str, sizes: tuple[int, int], kind: str, name: str) -> float:
    """Return how often the overhead at the small size is that at the large one."""
    small, large = (run.cases[f"{case}-{size}-{kind}"].overhead[name].median for size in sizes)
    return large / small


def _counted(run: Run, case: str, name: str = OURS) -> float:
    """Return the instructions beyond the bare application's."""
    return run.instructions[case][name] - run.instructions[case]["bare"]


def _origins(run: Run) -> Goal | None:
    if not run.instructions:
        return None
    sizes = (1, 100_000)
    counts = [_counted(run, f"wsgi-allowed-{size}-origins") for size in (1, 1000, 100_000)]
    spread = max(counts) / min(counts) - 1
    today = (
        f"Starlette {times(_grown(run, 'asgi-allowed', sizes, 'origins', 'starlette'))}, "
        f"flask-cors {times(_grown(run, 'flask-allowed', sizes, 'origins', 'flask-cors'))}, "
        "django-cors-headers "
        + times(_grown(run, "django-allowed", sizes, "origins", "django-cors-headers"))
    )
    case = "WSGI: 1 to 100,000 origins, allowed"
    return Goal(case, today, "instructions ± 3 %", f"± {spread:.1%}", spread <= 0.03)


def _patterns(run: Run, verdict: str) -> Goal:
    sizes = (1, 1000)
    if run.instructions:
        few, many = (_counted(run, f"wsgi-{verdict}-{size}-patterns") for size in sizes)
        grown = many / few
    else:
        grown = _grown(run, f"wsgi-{verdict}", sizes, "patterns", OURS)
    today = (
        f"wsgicors {times(_grown(run, f'wsgi-{verdict}', sizes, 'patterns', 'wsgicors'))}, "
        f"flask-cors {times(_grown(run, f'flask-{verdict}', sizes, 'patterns', 'flask-cors'))}"
    )
    case = f"WSGI: 1 to 1,000 patterns, {verdict}"
    return Goal(case, today, "≤ 1.1 x", times(grown), grown <= 1.1)


def _paths(run: Run) -> Goal:
    few, many = (run.cases[f"flask-allowed-{size}-paths"] for size in (10, 1000))
    today = " to ".join(duration(case.overhead["flask-cors"].median) for case in (few, many))
    none = run.cases["wsgi-allowed"].overhead[OURS].median
    added = [run.cases[f"wsgi-allowed-{n}-paths"].overhead[OURS].median - none for n in (10, 1000)]
    case = "WSGI: 10 to 1,000 path policies"
    measured = f"+ {duration(added[0])}, + {duration(added[1])}"
    bound = here(run, 400)
    reach = f"≤ 400 ns above none (here {duration(bound)})"
    return Goal(case, f"flask-cors {today}", reach, measured, max(added) <= 400)


def _hostile(run: Run) -> Iterator[Goal | None]:
    """Yield the goals about requests that are meant to cost."""
    yield _requested_headers(run)
    yield _reflected(run)
    yield _long_origins(run)


def _of_both(run: Run, case: str, name: str) -> float:
    """Return what a candidate needs for the more costly of two preflights: commas, tokens."""
    both = (run.cases[case.format(kind)] for kind in ("commas", "tokens"))
    return max(found.whole[name].median for found in both)


def _requested_headers(run: Run) -> Goal:
    case = "wsgi-hostile-{}"
    above = _of_both(run, case, OURS) - _of_both(run, case, "limit")
    return Goal(
        "64 KiB of commas, 10,000 names requested",
        f"flask-cors {duration(_of_both(run, 'flask-hostile-{}', 'flask-cors'))}",
        f"≤ 1 µs above the limit (here {duration(here(run, 1000))})",
        duration(above),
        above <= 1000,
    )


def _reflected(run: Run) -> Goal:
    small, large = (run.costs["reflecting"][size] for size in ("4000", "8000"))
    growth = large["ns"] / small["ns"]
    refused = _of_both(run, "wsgi-hostile-{}-reflect", OURS)
    return Goal(
        "the same, where it must reflect",
        f"flask-cors {duration(_of_both(run, 'flask-hostile-{}-reflect', 'flask-cors'))}",
        "linear, bounded, only the answer allocated",
        f"twice the names {times(growth)}, {large['peak']:,.0f} bytes for {large['answer']:,.0f}, "
        f"past the bound {duration(refused)}",
        growth <= 2.3 and large["peak"] <= large["answer"] + 1024 and refused <= 2000,
    )


def _worst(run: Run, adapter: str, name: str) -> float:
    return max(
        run.cases[f"{adapter}-hostile-{case}"].overhead[name].median
        for case in ("long-origin", "labels")
    )


def _long_origins(run: Run) -> Goal:
    ours = _worst(run, "wsgi", OURS)
    peers = (("flask", "flask-cors"), ("django", "django-cors-headers"), ("asgi", "starlette"))
    return Goal(
        "an origin of 8 KiB or 4,000 labels, 1,000 patterns",
        ", ".join(f"{name} {duration(_worst(run, adapter, name))}" for adapter, name in peers),
        f"≤ 1 µs (here {duration(here(run, 1000))})",
        duration(ours),
        ours <= 1000,
    )


def _share(run: Run, case: str, name: str) -> float:
    """Return the instructions that a candidate adds, as a share of the bare application's."""
    return _counted(run, case, name) / run.instructions[case]["bare"]


def _flask(run: Run) -> Iterator[Goal | None]:
    """Yield the goals of Flask."""
    peer = "flask-cors"
    yield _added(run, "flask-allowed", "Flask: allowed", peer=peer, ours=OURS, bound=0.016)
    yield _whole(run, "flask-preflight", "Flask: preflight", peer=peer, ours=OURS, bound=100)


def _added(run: Run, case: str, title: str, *, peer: str, ours: str, bound: float) -> Goal | None:
    if not run.instructions:
        return None
    share = _share(run, case, ours)
    limit = _counted(run, "wsgi-allowed", "limit") / run.instructions[case]["bare"]
    return Goal(
        title,
        f"{peer} adds {_share(run, case, peer):.0%} of the instructions",
        f"≤ {bound:.1%}",
        f"{share:.2%} (the limit: {limit:.2%})",
        share <= bound,
    )


def _whole(run: Run, case: str, title: str, *, peer: str, ours: str, bound: float) -> Goal:
    theirs = run.cases[case].whole[peer].median
    faster = theirs / run.cases[case].whole[ours].median
    measured = f"{times(faster)} ({duration(theirs / faster)})"
    today = f"{peer} {duration(theirs)}, whole request"
    return Goal(title, today, f"≥ {bound} x faster", measured, faster >= bound)


def _django(run: Run) -> Iterator[Goal | None]:
    """Yield the goals of Django."""
    peer = "django-cors-headers"
    yield _in_middleware(run, peer)
    yield _whole(
        run, "django-preflight", "Django: preflight, in MIDDLEWARE", peer=peer, ours=OURS, bound=2.5
    )
    wrapped = "ours, wrapped"
    yield _added(
        run, "django-allowed", "Django: allowed, wrapped", peer=peer, ours=wrapped, bound=0.01
    )
    yield _whole(
        run, "django-preflight", "Django: preflight, wrapped", peer=peer, ours=wrapped, bound=100
    )


def _in_middleware(run: Run, peer: str) -> Goal:
    names = ("django-no-origin", "django-allowed", "django-allowed-1000-origins")
    ours = [run.cases[name].overhead[OURS].median for name in names]
    limit = run.cases["django-allowed"].overhead["limit"].median
    return Goal(
        "Django: no Origin / allowed / 1,000 origins",
        f"{peer} " + _listed(run.cases[name].overhead[peer].median for name in names),
        f"≤ 2 µs, flat (here {duration(here(run, 2000))})",
        f"{_listed(ours)} (the limit: {duration(limit)})",
        max(ours) <= 2000,
    )


def _listed(values: Iterable[float]) -> str:
    return " / ".join(map(duration, values))


def _costs(run: Run) -> Iterator[Goal | None]:
    """Yield the goals beside requests."""
    for framework, title in (("flask", "Flask"), ("django.core.handlers.wsgi", "Django")):
        yield _import(run, framework, title)
    yield _memory(run)


def _import(run: Run, framework: str, title: str) -> Goal:
    found = run.costs["importing"][framework]
    today = ", ".join(f"{name} {ms:.1f} ms" for name, ms in found.items() if name != OURS)
    ours, bound = found[OURS], here(run, 3)
    reach = f"≤ 3 ms (here {bound:.1f} ms)"
    return Goal(f"import on top of {title}", today, reach, f"{ours:.1f} ms", ours <= 3)


def _memory(run: Run) -> Goal:
    found = run.costs["memory"]
    ours = found.get(OURS, inf)
    return Goal(
        "memory an origin, beside its string",
        f"{found['list']:.0f} bytes in a list (flask-cors)",
        "≤ 48 bytes",
        f"{ours:.0f} bytes",
        ours <= 48,
    )
