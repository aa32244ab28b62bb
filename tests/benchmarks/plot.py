"""The plot of a run: what each candidate adds to a request, on a logarithmic scale.

It is drawn as narrow as a phone, and brings the colours of light and dark pages.
"""

from collections.abc import Iterator
from html import escape
from math import ceil, floor, log10

from benchmarks.cases import BY_HAND, OURS
from benchmarks.report import INSTRUCTIONS, Row, Run

WIDTH = 360
LEFT, RIGHT = 16, WIDTH - 16
TOP = 112
ROW = 38
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2933; }
  .paper { fill: #ffffff; } .grid { stroke: #e3e8ee; } .title { font-size: 15px; font-weight: 600; }
  .quiet { fill: #5b6773; font-size: 12px; } .range { stroke: #c3ccd6; stroke-width: 2; }
  .ours { fill: #0b7a6b; } .peer { fill: #c2561a; }
  .by-hand { fill: #ffffff; stroke: #5b6773; stroke-width: 2; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e4e9ee; } .paper { fill: #16191d; } .grid { stroke: #2b3138; }
    .quiet { fill: #9aa6b2; } .range { stroke: #46505a; }
    .ours { fill: #3fcdb6; } .peer { fill: #f2935c; }
    .by-hand { fill: #16191d; stroke: #9aa6b2; }
  }
"""


def draw(run: Run) -> str:
    """Return the plot as SVG."""
    rows = [row for row in run.rows.values() if row.unit == INSTRUCTIONS and row.peer_cost]
    costs = [cost for row in rows for cost in _marks(row).values()]
    least, most = floor(log10(min(costs))), ceil(log10(max(costs)))

    def x(cost: float) -> float:
        return LEFT + (log10(cost) - least) / (most - least) * (RIGHT - LEFT)

    bottom = TOP + ROW * len(rows)
    body = [*_legend()]
    for power in range(least, most + 1):
        place = x(10**power)
        body.append(
            f'<line class="grid" x1="{place:.1f}" x2="{place:.1f}" y1="{TOP - 8}" y2="{bottom}"/>'
        )
        if power % 2 == 0:
            body.append(_text(place, bottom + 18, f"{10**power:,}", "quiet", "middle"))
    for position, row in enumerate(rows):
        y = TOP + ROW * position
        marks = {name: x(cost) for name, cost in _marks(row).items()}
        body.append(_text(LEFT, y + 12, row.title))
        body.append(_text(RIGHT, y + 12, row.peer, "quiet", "end"))
        body.append(
            f'<line class="range" x1="{min(marks.values()):.1f}" x2="{max(marks.values()):.1f}" '
            f'y1="{y + 25}" y2="{y + 25}"/>'
        )
        body += [_mark(name, place, y + 25) for name, place in marks.items()]
    height = bottom + 32
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="Instructions that CORS adds to a request">\n<style>{STYLE}</style>\n'
        f'<rect class="paper" width="{WIDTH}" height="{height}" rx="8"/>\n'
        + "\n".join(body)
        + "\n</svg>\n"
    )


def _marks(row: Row) -> dict[str, float]:
    """Return the costs of a row by candidate, ours last: it is drawn over the others."""
    costs = {row.peer: row.peer_cost, BY_HAND: row.by_hand, OURS: row.ours}
    return {name: cost for name, cost in costs.items() if cost}


def _legend() -> Iterator[str]:
    yield _text(LEFT, 28, "What CORS adds to a request", "title")
    yield _text(LEFT, 47, "In instructions. Each grid line is ten times the last.", "quiet")
    for name, text, place in (
        (OURS, "cors-wsgi", LEFT),
        (BY_HAND, "by hand", LEFT + 98),
        ("", "the package named", LEFT + 182),
    ):
        yield _mark(name, place + 6, 74)
        yield _text(place + 18, 78, text)


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'


def _mark(name: str, x: float, y: float) -> str:
    """Draw a candidate's mark: each has a shape of its own, not only a colour."""
    if name == OURS:
        return f'<circle class="ours" cx="{x:.1f}" cy="{y}" r="5"/>'
    if name == BY_HAND:
        return f'<path class="by-hand" d="M{x:.1f} {y - 6}l6 6l-6 6l-6 -6z"/>'
    return f'<rect class="peer" x="{x - 5:.1f}" y="{y - 5}" width="10" height="10"/>'
