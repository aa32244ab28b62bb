"""The page about performance: the figures come from a run, and so do the words about them."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks import plot
from benchmarks.instructions import USUAL
from benchmarks.report import Row, Run

DOCS = Path(__file__).parents[2] / "docs"
HEAD = ("", "by hand", "cors-wsgi", "other package", "compared", "at most")

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
        requests=USUAL.turns * USUAL.size,
        made_with=run.made_with,
    )


def cells(row: Row) -> tuple[str, ...]:
    """Return a row of the table as text."""
    costs = (row.cost(cost) for cost in (row.by_hand, row.ours, row.peer_cost))
    return (row.title, *costs, row.comparison(), row.ceiling())


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


def _markdown(table: list[tuple[str, ...]]) -> Iterator[str]:
    head, *rows = ("| " + " | ".join(cells) + " |" for cells in table)
    yield head
    yield "|---" + "|--:" * (len(HEAD) - 1) + "|"
    yield from rows
