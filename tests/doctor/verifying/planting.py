"""Plants a mistake in a configuration that is right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def planted(right: str, name: str, codes: Iterable[str], swap: Mapping[str, str]) -> Any:
    """A row: the configuration with the mistake, and the codes that are to be found."""
    broken = right
    for old, new in swap.items():
        assert right.count(old) == 1, old
        broken = broken.replace(old, new)
    return pytest.param(broken, set(codes), id=name)
