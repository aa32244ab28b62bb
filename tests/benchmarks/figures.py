"""How figures are written: three digits, in the unit that suits them."""


def duration(nanoseconds: float) -> str:
    """Write a time."""
    size = abs(nanoseconds)
    if size < 999.5:
        return f"{nanoseconds:.0f} ns"
    for unit, divisor in (("µs", 1e3), ("ms", 1e6)):
        if size < 999.5 * divisor:
            return f"{_digits(nanoseconds / divisor)} {unit}"
    return f"{_digits(nanoseconds / 1e9)} s"


def times(ratio: float) -> str:
    """Write a ratio."""
    return f"{ratio:,.0f} x" if ratio >= 9.995 else f"{ratio:.2f} x"


def _digits(number: float) -> str:
    return f"{number:.0f}" if abs(number) >= 9.95 else f"{number:.1f}"
