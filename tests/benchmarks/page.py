"""The page about performance: the figures come from a run, and so do the words about them."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks import plot
from benchmarks.cases import ADAPTERS
from benchmarks.instructions import USUAL
from benchmarks.report import Row, Run

DOCS = Path(__file__).parents[2] / "docs"
HEAD = ("", "by hand", "cors-wsgi", "other package", "compared", "at most", "held at")

BESIDE = "beside"

# Why ceilings are missed, by adapter, and in what is beside requests.
MISSED = {
    "wsgi": """\
The ceilings were set for a request path of several special cases. There is one path now, in plain
Python: it decides on the origin, keeps a response from the server until its first block is there,
and looks at each header of the application. None of that is done by hand.""",
    "flask": """\
Flask's body is an iterator: its first block is taken, and handed on with the others. Whether any
view has a policy of its own is looked up, too.""",
    "django": """\
Headers are set through Django's public interface, which takes most of the cost. To set three of
them by hand costs {by_hand:.1%} of what django-cors-headers adds.""",
    "asgi": """\
Several header lines are read as one value, names and values are bytes to decode, and every message
is passed on by an object of the response. Starlette's middleware does the first two as well, and
costs at least {starlette:.1f} times as much.""",
    "fastapi": "The same, beside an application that is small for FastAPI.",
    BESIDE: "What the run took here: times depend on the machine, and on what else it does.",
}

PAGE = """\
<!-- Written by `make bench`; edit tests/benchmarks/page.py instead. -->

# Performance

```{{image}} performance.svg
:alt: Instructions that CORS adds to a request, for cors-wsgi, by hand and other packages
```

{sentences}

## What a request costs

Instructions that each middleware adds to the same application, for the same policy and the same
verdict. The last columns compare cors-wsgi with the most that it is meant to cost. The other
package is wsgicors for plain WSGI, flask-cors for Flask, django-cors-headers for Django, and
Starlette's middleware for ASGI and FastAPI.

{table}

"At most" is the ceiling that was set before the code was written. {missed}

## How it was measured

- `make bench` runs all of this and writes this page. It needs valgrind.
- valgrind counts instructions. Unlike times, they do not depend on what else the machine does.
- Each figure is the mean of {requests} requests in one process, less the same for the application
  without any middleware. A preflight does not reach the application, so its whole cost counts.
- Before a candidate is counted, its response is checked: whether a browser would let the page read
  it or, for a preflight, send the request. The benchmark stops if two candidates disagree.
- "By hand" is a class that adds three constant headers for one origin and answers preflights with
  constants. It decides nothing and ignores the headers of the application. In Django it is a
  middleware that sets `response.headers[name] = value`.
- Requests carry new strings, as they do from a socket. A refused or hostile origin is a different
  one each time, so that no cache helps.
- Hostile requests are sent to a Flask application; the policy has 100 patterns, or reflects
  every requested header.
- For tenants, a thousand of them ask in turn. The first row is `policies(environ)`, whose `key` is
  a dictionary look-up, beside a look-up in a dictionary of policies. The next two are what the
  whole middleware takes beyond the same with one policy. Each is the least CPU time of many rounds.
- What the database is asked is simulated: four processes serve 10,000 requests in a second. In the
  flood, a fifth of them is for invented hosts.
- Imports are the CPU time on top of the framework's own import, the least of several processes. A
  policy has one origin, and a thousand of them are built.

{made_with}.
"""


def write(run: Run) -> None:
    """Write the page, its figures and its plot."""
    run.save(DOCS / "performance.json")
    (DOCS / "performance.svg").write_text(plot.draw(run), encoding="utf-8")
    (DOCS / "performance.md").write_text(text(run), encoding="utf-8")


def text(run: Run) -> str:
    """Return the page as Markdown."""
    return PAGE.format(
        sentences="\n".join(_sentences(run)),
        table="\n".join(_markdown([HEAD, *map(cells, run.rows.values())])),
        missed="\n".join(_missed(run)),
        requests=USUAL.turns * USUAL.size,
        made_with=run.made_with,
    )


def cells(row: Row) -> tuple[str, ...]:
    """Return a row of the table as text."""
    costs = (row.cost(cost) for cost in (row.by_hand, row.ours, row.peer_cost))
    return (row.title, *costs, row.comparison(), row.ceiling(), row.bound())


def _sentences(run: Run) -> Iterator[str]:
    plain, flask, django = (run.rows[f"{name}: allowed"] for name in ("WSGI", "Flask", "Django"))
    many = run.rows["WSGI: 100,000 origins"]
    commas = run.rows["Flask: 64 KiB of commas"]
    yield (
        f"For an allowed request to a plain WSGI application, cors-wsgi adds\n"
        f"{plain.cost(plain.ours)} instructions, {plain.peer} {plain.cost(plain.peer_cost)}, and "
        f"headers written by hand {plain.cost(plain.by_hand)}."
    )
    yield (
        f"In Flask, cors-wsgi adds {flask.cost(flask.ours)} where {flask.peer} adds "
        f"{flask.cost(flask.peer_cost)};\nin Django, {django.cost(django.ours)} where "
        f"{django.peer} adds {django.cost(django.peer_cost)}."
    )
    yield (
        f"With 100,000 listed origins, a request costs {many.measured:.2f} times as much as with "
        f"one,\nand 64 KiB of commas in a preflight cost {commas.cost(commas.ours)} "
        f"({commas.peer}: {commas.cost(commas.peer_cost)})."
    )


def _missed(run: Run) -> Iterator[str]:
    """Say which ceilings are missed, and why."""
    missed = [row for row in run.rows.values() if not row.is_kept()]
    if not missed:
        yield "Every row keeps it."
        return
    django = run.rows["Django: no Origin"]
    share = (django.by_hand or 0) / (django.peer_cost or 1)
    beside = [
        row.peer_cost / row.ours
        for row in missed
        if row.title.startswith("ASGI") and row.peer_cost is not None
    ]
    starlette = min(beside, default=0)
    yield (
        f"{len(missed)} rows are above theirs. Tests then hold what is in the last "
        "column, a little more than\nwas measured."
    )
    adapters = {title: adapter for adapter, title in ADAPTERS.items()}
    for group, reason in MISSED.items():
        titles = [
            row.title
            for row in missed
            if adapters.get(row.title.partition(":")[0], BESIDE) == group
        ]
        if titles:
            yield f"\n**{', '.join(titles)}.** {reason.format(by_hand=share, starlette=starlette)}"


def _markdown(table: list[tuple[str, ...]]) -> Iterator[str]:
    head, *rows = ("| " + " | ".join(cells) + " |" for cells in table)
    yield head
    yield "|---" + "|--:" * (len(HEAD) - 1) + "|"
    yield from rows
