"""A refusal names the entry that was meant, at a cost that strangers cannot run up."""

import re
import time
import tracemalloc
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cors_wsgi import Policy
from cors_wsgi._origins.allowed import AllowedOrigins
from cors_wsgi._origins.nearest import nearest_origin

APP = "https://app.example"
SHORT = Policy(
    allow_origins=[
        APP,
        "https://shop.example:8999",
        "https://app-*.team.example",
        "https://*.tenants.example",
        "http://localhost:*",
    ]
).origins
LONG = AllowedOrigins(
    exact=SHORT.exact | {f"https://tenant-{number}.example" for number in range(100_000)},
    others=SHORT.others,
    patterns=SHORT.patterns,
)


@pytest.mark.parametrize("origins", [SHORT, LONG], ids=["a short list", "a list of 100,000"])
@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        pytest.param(f"{APP}:3000", f"{APP!r} differs only by its port", id="a port"),
        pytest.param(f"{APP}:3999", f"{APP!r} differs only by its port", id="an odd port"),
        pytest.param("http://app.example", f"{APP!r} differs only by its scheme", id="a scheme"),
        pytest.param(f"{APP}/", f"{APP!r} differs only by its trailing slash", id="a slash"),
        pytest.param("https://www.app.example", f"{APP!r} differs by 'www.'", id="www."),
        pytest.param(
            "https://x.app.example",
            f"{APP!r} is allowed without its subdomains",
            id="a subdomain",
        ),
        pytest.param(
            "https://tenants.example",
            "'https://*.tenants.example' allows subdomains, not 'tenants.example' itself",
            id="the domain of a pattern",
        ),
        pytest.param(
            "https://app-.team.example",
            "'https://app-*.team.example' is a pattern for a part of one label",
            id="a pattern for a part of a label",
        ),
        pytest.param(
            "https://localhost:3000",
            "'http://localhost:*' differs only by its scheme",
            id="the scheme of a pattern for any port",
        ),
        pytest.param(f"{APP}/{'a' * 274}", f"{APP!r} differs only by its path", id="294 long"),
        pytest.param(f"{APP}/{'a' * 275}", None, id="295 long"),
        pytest.param("https://unrelated.test", None, id="nothing alike"),
    ],
)
def test_the_nearest_entry(origins: AllowedOrigins, origin: str, expected: str | None) -> None:
    assert nearest_origin(origins, origin) == expected


def test_an_odd_port_is_found_in_a_short_list_alone() -> None:
    found = "'https://shop.example:8999' differs only by its port"
    assert nearest_origin(SHORT, "https://shop.example") == found
    assert nearest_origin(LONG, "https://shop.example") is None


HOSTILE = [
    "https://" + ".".join("a" * 140),
    "https://" + "a" * 280,
    "https://*" + "[" * 280,
    "(" * 280,
    "^https://" + "(.*)*" * 50,
    '["' + "https://a" * 30,
    "https://" + "\u00fc" * 250,
]


@pytest.mark.parametrize(
    ("origins", "origin"),
    [
        pytest.param(origins, origin, id=f"{origin[:12]}... among {len(origins):,}")
        for origins, origin in product([SHORT, LONG], [f"{APP}:1", *HOSTILE])
    ],
)
def test_the_first_refusal_costs_no_more_than_any_other(
    origins: AllowedOrigins, origin: str
) -> None:
    nearest_origin(SHORT, "https://f\u00fcrst.test")  # which imports what it needs
    tracemalloc.start()
    started = time.process_time()
    nearest_origin(origins, origin)
    spent = time.process_time() - started
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert spent < 0.05
    assert peak < 100_000


def test_the_letters_of_a_hundred_entries_in_another_order_cost_no_more() -> None:
    label = "abcdef" * 8
    hosts = [f"{label}.{label}.t{number}.example" for number in range(100)]
    origins = Policy(allow_origins=[f"https://{host}" for host in hosts]).origins
    nearest_origin(origins, "https://f\u00fcrst.test")  # which imports what it needs
    started = time.process_time()
    nearest_origin(origins, f"https://{label[::-1]}.{label[::-1]}.elpmaxe.99t")
    assert time.process_time() - started < 0.05


@given(st.binary(max_size=300).map(lambda data: data.decode("latin-1")))
@settings(max_examples=1000, deadline=None)
def test_nothing_of_a_request_is_in_it(origin: str) -> None:
    found = nearest_origin(SHORT, f"https://{origin}")
    assert found is None or re.fullmatch(r"[ -~]*", found)
