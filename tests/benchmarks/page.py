"""Writes docs/performance.md and its picture from a run: `python -m benchmarks.page`.

The figures come from the run alone. Words that depend on them are made from them.
"""

from collections.abc import Iterator
from pathlib import Path

from benchmarks import plot, tables
from benchmarks.figures import duration
from benchmarks.instructions import REQUESTS, SEEDS, TURNS
from benchmarks.results import Run
from benchmarks.tables import OURS, Table, shown
from benchmarks.timing import FULL, WARM_BATCHES, WARM_REQUESTS

DOCS = Path(__file__).parents[2] / "docs"

HEAD = """\
<!-- Written by `make bench`; edit tests/benchmarks/page.py instead. -->

# Performance

What a request pays for CORS: the CPU time that each middleware adds to the same application, in
the same process, for the same policy and the same verdict.

```{image} performance.svg
:alt: What CORS middlewares add to a request, on a logarithmic scale
```
"""

ABOVE = """\
What is left above the limit is what the limit leaves out. The origin, a new string on every
request, is compared or looked up. The policy is asked for, since it may be replaced while serving.
The application's headers are read, so that none of its own CORS headers stays, and `Vary` is
merged. And whether DEBUG is logged is asked, since that may change as well.
"""

MEASURED = """\
## How it was measured

- In process, without sockets. Each candidate is asked once and its verdict compared (who may read
  the answer, what the preflight permits) before it is timed. Then it serves {warm:,} requests, or
  for the time of {batches} batches: what it remembers of them is there when the clock starts.
- Candidates take turns in short batches, so that a request's environment is still in the nearest
  caches, as it is behind a server that has just made it; and in {processes} processes, since each
  has its own luck with memory and hashes. Half of the rounds count, those in which all candidates
  together were quickest: others use the machine, too. A figure is the median over these of the
  difference to the bare application in the same round; its quartiles are in `performance.json`.
- Times are CPU time of the process. The garbage collector runs between batches, not in them.
- Every request has an environment and an `Origin` string of its own, as from a socket. "Refused"
  requests carry an origin that was never seen before, so that no cache helps.
- Of several origins, patterns or paths the last one asks: the worst place in a list.
- Under ASGI, Django starts a thread for every request: there, differences of less than some 50 µs
  are noise.
- Where headers are reflected, a page asks for the same ones every time, as pages do;
  "preflight-reflect-new" asks for others every time.
- The limit is a middleware that is written for one origin by hand: it decides nothing, does not
  look at the application's headers, and answers preflights with constants. It is an object that is
  called, as most middlewares are; "limit fn" is the same as a function, which ours is. Of an
  application that is an object, as Django's handler is, ours calls the bound method, which takes
  CPython less; and Django is wrapped with `framework=True`, which saves a list. So a wrapped Django
  may pay less than the limit. In Django's MIDDLEWARE it sets the same three headers, as
  `response.headers[name] = value`; ours puts them where Django keeps them, which takes less.
- Goals in time were set where the limit takes 350 ns for an allowed request. A busy machine takes
  longer for everything: "here" is what a goal would be by what the limit took in this run. They
  are judged as they were set.
- Imports are timed in processes of their own, at several moments of the run.
- Instructions are counted by valgrind's callgrind: they do not depend on what else a machine does.
  A figure is the median of {seeds} processes, each with other hashes of strings and its stack at
  another place, and in each of them the mean of {requests} requests in {turns} states of memory.
- Requests a second depend more on what else the machine does than on any middleware: they show
  what is left of a difference behind a server, and no more.
- Peers are configured as well as they can be: compiled patterns, one pattern for Starlette.

{machine}. `make bench` repeats it all, and writes this page and `performance.json`.
"""


def write(run: Run, directory: Path) -> None:
    """Write the page and its picture."""
    (directory / "performance.svg").write_text(plot.draw(run), encoding="utf-8")
    (directory / "performance.md").write_text("\n".join(sections(run)), encoding="utf-8")


def sections(run: Run) -> Iterator[str]:
    """Yield the parts of the page."""
    yield HEAD
    yield markdown(tables.goals_table(run))
    yield ABOVE
    yield ahead(run)
    for adapter in dict.fromkeys(case.split("-")[0] for case in run.cases):
        yield markdown(tables.adapter_table(run, adapter))
    yield from map(markdown, tables.instructions_tables(run))
    yield markdown(tables.serving_table(run))
    yield besides(run)
    made_with = ", ".join(f"{name} {value}" for name, value in run.made_with.items())
    yield MEASURED.format(
        machine=made_with.removeprefix("machine "),
        warm=WARM_REQUESTS,
        batches=WARM_BATCHES,
        processes=FULL.processes,
        seeds=len(SEEDS),
        requests=REQUESTS,
        turns=TURNS,
    )


def markdown(table: Table) -> str:
    """Write a table, with its figures to the right."""
    lines = [f"## {table.title}", ""]
    lines.append("| " + " | ".join(table.head) + " |")
    lines.append("|---" + "|--:" * (len(table.head) - 1) + "|")
    lines += ["| " + " | ".join(row) + " |" for row in table.rows]
    lines.append("")
    if table.remarks:
        lines += [*(f"- {remark}" for remark in table.remarks), ""]
    return "\n".join(lines)


def ahead(run: Run) -> str:
    """Name all that a peer does for less than ours."""
    lines = [*_ahead_in_requests(run), *_ahead_besides(run)]
    return "\n".join(["## Where a peer is ahead", "", *(lines or ["Nowhere in this run."]), ""])


def _ahead_in_requests(run: Run) -> Iterator[str]:
    for case in run.cases.values():
        figures = {name: figure.median for name, figure in shown(case).items()}
        for name, value in figures.items():
            if name not in tables.NOT_PEERS and OURS in figures and value < figures[OURS]:
                note = f" ({case.notes[name]})" if name in case.notes else ""
                ours = duration(figures[OURS])
                yield f"- `{case.id}`: {name} {duration(value)}{note}, ours {ours}."


def _ahead_besides(run: Run) -> Iterator[str]:
    for framework, found in run.costs["importing"].items():
        for name, ms in found.items():
            if ms < found[OURS]:
                each = f"{name} {duration(ms * 1e6)}, ours {duration(found[OURS] * 1e6)}"
                yield f"- Import on top of {_title(framework)}: {each}."
    memory = run.costs["memory"]
    if memory["list"] < memory[OURS]:
        each = f"flask-cors {memory['list']:.0f} bytes, in a list; ours {memory[OURS]:.0f}"
        yield f"- Memory an allowed origin, beside its string: {each}."


def _title(framework: str) -> str:
    return framework.split(".", maxsplit=1)[0].title()


def besides(run: Run) -> str:
    """Say what a policy costs besides requests."""
    memory, imports = run.costs["memory"], run.costs["importing"]
    lines = [
        "## Besides requests",
        "",
        f"- Memory an allowed origin, beside its string: {memory['ours']:.0f} bytes.",
        f"- In a bare list it would be {memory['list']:.0f} bytes.",
        f"- A policy of 100,000 origins is built in {duration(run.costs['building'] * 1e6)}.",
    ]
    for framework, found in imports.items():
        each = ", ".join(f"{name} {duration(ms * 1e6)}" for name, ms in found.items())
        lines.append(f"- Import on top of {_title(framework)}: {each}.")
    first = duration(run.costs["first policy"] * 1e6)
    lines.append(f"- The first policy of a process loads what reads and checks one: {first}.")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    write(Run.load(DOCS / "performance.json"), DOCS)
