"""Many origins through an engine at once: Python, Node.js, nginx (PCRE), Envoy (RE2)."""

import contextlib
import json
import random
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path

from export import servers

from cors_wsgi import Policy
from cors_wsgi.export import export

_AT_ONCE = 64
_ALPHABET = "abcxyz019-_.:/*?#@\\,%AZ[]~+!$&'()^{}|;"
_PIECES = (
    ".",
    "..",
    ":",
    ":80",
    ":443",
    ":65535",
    ":65536",
    ":0",
    ":08",
    "-",
    "_",
    "x.",
    ".x",
    "a" * 63,
)


def mutated(origins: Sequence[str], count: int, seed: int) -> list[str]:
    """Return origins that are near to some others: what a stranger would try."""
    chance = random.Random(seed)
    found = []
    for _ in range(count):
        origin = chance.choice(origins)
        for _ in range(chance.randint(0, 3)):
            at = chance.randint(0, len(origin))
            kind = chance.random()
            if kind < 0.4:
                origin = origin[:at] + chance.choice(_ALPHABET) + origin[at:]
            elif kind < 0.6:
                origin = origin[:at] + chance.choice(_PIECES) + origin[at:]
            elif kind < 0.9:
                origin = origin[:at] + origin[at + chance.randint(1, 3) :]
            else:
                origin = origin[:at] + chance.choice(origins)[at:]
        found.append(origin)
    return found


def is_a_name(origin: str) -> bool:
    """Whether no label and no host is longer than the DNS lets it be."""
    host = origin.partition("://")[2]
    return len(host) <= 253 and all(len(label) <= 63 for label in host.split("."))


def decided_by_node(policy: Policy, origins: Sequence[str], home: Path) -> list[bool]:
    """Decide with JavaScript's engine, as the exported middleware does."""
    (home / "cors.js").write_text(export("express", policy).files["cors.js"].text)
    (home / "origins.json").write_text(json.dumps(list(origins)))
    program = (
        "const fs = require('node:fs');"
        "const module = {};"
        "eval(fs.readFileSync('cors.js', 'utf8') + ';globalThis.decide = (o) =>"
        ' allows(governing("/"), o);\');'
        "const origins = JSON.parse(fs.readFileSync('origins.json', 'utf8'));"
        "console.log(JSON.stringify(origins.map((o) => decide(o))));"
    )
    ran = subprocess.run(
        ["node", "-e", program], cwd=home, check=True, capture_output=True, text=True, timeout=120
    )
    decided: list[bool] = json.loads(ran.stdout)
    return decided


def decided_by_java(expression: str, origins: Sequence[str]) -> list[bool]:
    """Decide with Java's engine, which API Gateway's templates stand on."""
    command = ["java", str(servers.PROGRAMS / "Decide.java"), expression]
    text = "\n".join(origins)
    ran = subprocess.run(
        command, input=text, check=True, capture_output=True, text=True, timeout=120
    )
    return [digit == "1" for digit in ran.stdout]


def decided_by_server(
    server: str, policy: Policy, origins: Sequence[str], home: Path
) -> list[bool]:
    """Decide with a server's engine: PCRE in nginx, RE2 in Envoy. Both answer preflights."""
    run = getattr(servers, server)
    with run(export(server, policy).files, home, 1) as port, contextlib.ExitStack() as stack:
        asking = [_Asking(port, stack) for _ in range(_AT_ONCE)]
        decided: list[bool] = []
        for start in range(0, len(origins), _AT_ONCE):
            batch = list(zip(asking, origins[start : start + _AT_ONCE], strict=False))
            for one, origin in batch:
                one.ask(origin)
            decided += [one.is_allowed() for one, _ in batch]
        return decided


class _Asking:
    """A connection with one preflight on its way."""

    def __init__(self, port: int, stack: contextlib.ExitStack) -> None:
        self.socket = stack.enter_context(socket.create_connection(("127.0.0.1", port), 30))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.reader = stack.enter_context(self.socket.makefile("rb"))

    def ask(self, origin: str) -> None:
        self.socket.sendall(
            b"OPTIONS / HTTP/1.1\r\nHost: x\r\nAccess-Control-Request-Method: PUT\r\n"
            b"Origin: %s\r\n\r\n" % origin.encode("ascii")
        )

    def is_allowed(self) -> bool:
        status = self.reader.readline()
        assert status.startswith((b"HTTP/1.1 204 ", b"HTTP/1.1 200 ")), status
        lines = list(iter(self.reader.readline, b"\r\n"))
        return any(line.lower().startswith(b"access-control-allow-origin:") for line in lines)
