# ruff: noqa: RUF001 - the quotation marks are what people paste
"""What happens to a line between the console and the command."""

import html
import json
import re


def as_it_is(line):
    return line


def curly(line):
    return re.sub(r"'([^']*)'", "‘\\1’", line).replace('"', "”")


def straight(line):
    return line.translate(str.maketrans("‘’“”", "''\"\""))


def wrapped(line):
    """As a terminal of 40 columns breaks it, wherever that is."""
    return "\n    ".join(line[at : at + 40] for at in range(0, len(line), 40))


def surrounded(line):
    more = " [Learn More]" if line.startswith("Cross-Origin") else ""
    return f"app.js:17:5  [Error] {line}{more}\nUncaught (in promise) Error: 42"


def coloured(line):
    return f"\x1b[31m{line}\x1b[0m"


def quoted_in_a_mail(line):
    words, lines = line.split(" "), [">"]
    for word in words:
        if len(lines[-1]) + len(word) > 70:
            lines.append(">")
        lines[-1] += f" {word}"
    return "\n".join(lines)


def in_html(line):
    return f"<p>{html.escape(line)}</p>"


def in_json(line):
    return json.dumps({"level": "error", "text": line})


def in_bold(line):
    return f"**{line}**"


SHAPES = (
    as_it_is,
    curly,
    straight,
    wrapped,
    surrounded,
    coloured,
    quoted_in_a_mail,
    in_html,
    in_json,
    in_bold,
)
