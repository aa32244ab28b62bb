"""The picture of a run: who adds how much to a request, on a logarithmic scale."""

from collections.abc import Iterator
from html import escape
from math import log10

from benchmarks.figures import duration, times
from benchmarks.results import Measured, Run
from benchmarks.tables import OURS, shown

ROWS = {
    "Plain WSGI": (
        ("wsgi-no-origin", "no Origin"),
        ("wsgi-allowed", "allowed"),
        ("wsgi-refused", "refused, 10 origins"),
        ("wsgi-refused-1000-origins", "refused, 1,000 origins"),
        ("wsgi-preflight", "preflight"),
    ),
    "Flask": (
        ("flask-allowed", "allowed"),
        ("flask-allowed-1000-origins", "allowed, 1,000 origins"),
        ("flask-preflight", "preflight, whole request"),
        ("flask-hostile-commas", "preflight, 64 KiB of commas"),
    ),
    "Django": (
        ("django-no-origin", "no Origin"),
        ("django-allowed", "allowed"),
        ("django-allowed-1000-origins", "allowed, 1,000 origins"),
        ("django-preflight", "preflight, whole request"),
        ("django-hostile-labels", "origin of 4,000 labels"),
    ),
}
PEERS = ("wsgicors", "flask-cors", "django-cors-headers")
WRAPPED = "ours, wrapped"
LEAST, MOST = 1, 9  # powers of ten, in nanoseconds
LEFT, RIGHT, WIDTH = 190, 700, 800
ROW, TOP = 24, 84
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2933; }
  .paper { fill: #ffffff; } .grid { stroke: #e3e8ee; } .title { font-size: 16px; font-weight: 600; }
  .group { font-weight: 600; } .quiet { fill: #66727f; font-size: 12px; }
  .gap { stroke: #c3ccd6; stroke-width: 2; }
  .ours { fill: #0b7a6b; } .peer { fill: #c2561a; }
  .limit { fill: none; stroke: #66727f; stroke-width: 2; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e4e9ee; } .paper { fill: #16191d; } .grid { stroke: #2b3138; }
    .quiet { fill: #9aa6b2; } .gap { stroke: #46505a; }
    .ours { fill: #3fcdb6; } .peer { fill: #f2935c; } .limit { stroke: #9aa6b2; }
  }
"""


def draw(run: Run) -> str:
    """Return the picture as SVG, legible on light and dark pages."""
    height = TOP + ROW * sum(len(rows) + 1 for rows in ROWS.values()) + 44
    body = [*_head(), *_scale(height - 40)]
    y = TOP
    for title, rows in ROWS.items():
        body.append(f'<text class="group" x="16" y="{y + 5}">{title}</text>')
        for case, name in rows:
            y += ROW
            body += _row(run.cases[case], name, y)
        y += ROW
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="What CORS middlewares add to a request">\n<style>{STYLE}</style>\n'
        f'<rect class="paper" width="{WIDTH}" height="{height}" rx="8"/>\n'
        + "\n".join(body)
        + "\n</svg>\n"
    )


def _head() -> Iterator[str]:
    yield '<text class="title" x="16" y="30">What a request pays for CORS</text>'
    for x, kind, name in ((16, "ours", "cors-wsgi"), (116, "peer", "the usual package")):
        yield f'<circle class="{kind}" cx="{x + 6}" cy="52" r="5"/>'
        yield f'<text x="{x + 18}" y="56">{name}</text>'
    yield f'<text class="quiet" x="{WIDTH - 16}" y="56" text-anchor="end">times as much</text>'
    yield _diamond(270, 52)
    yield '<text x="282" y="56">headers written by hand, for one origin</text>'


def _scale(bottom: float) -> Iterator[str]:
    """Draw the powers of ten."""
    for power in range(LEAST, MOST + 1):
        x = _x(10**power)
        yield f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 8}" y2="{bottom}"/>'
        text = duration(10**power).replace(".0", "")
        place = f'x="{x:.1f}" y="{bottom + 18}" text-anchor="middle"'
        yield f'<text class="quiet" {place}>{text}</text>'


def _x(nanoseconds: float) -> float:
    share = (log10(max(nanoseconds, 10**LEAST)) - LEAST) / (MOST - LEAST)
    return LEFT + share * (RIGHT - LEFT)


def _diamond(x: float, y: float) -> str:
    return f'<path class="limit" d="M{x:.1f} {y - 5}l5 5l-5 5l-5 -5z"/>'


def _row(case: Measured, name: str, y: float) -> Iterator[str]:
    """Draw a case: ours, the peer, how far they are apart, and the limit."""
    figures = {who: figure.median for who, figure in shown(case).items()}
    peer = next(who for who in PEERS if who in figures)
    ours, theirs = _x(figures[OURS]), _x(figures[peer])
    yield f'<text x="28" y="{y + 5}">{escape(name)}</text>'
    yield f'<line class="gap" x1="{ours:.1f}" x2="{theirs:.1f}" y1="{y}" y2="{y}"/>'
    for who, kind in ((peer, "peer"), (OURS, "ours")):
        title = f"<title>{who}: {duration(figures[who])}</title>"
        yield f'<circle class="{kind}" cx="{_x(figures[who]):.1f}" cy="{y}" r="5">{title}</circle>'
    if "limit" in figures:
        yield _diamond(_x(figures["limit"]), y)
    ratio = times(figures[peer] / figures[OURS])
    yield f'<text class="quiet" x="{WIDTH - 16}" y="{y + 4}" text-anchor="end">{ratio}</text>'
