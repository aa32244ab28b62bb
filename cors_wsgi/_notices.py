"""What is said once for each policy, when requests show that something is not as it should be."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logging import Logger


class Notices:
    """The warnings of one policy, each of which is logged the first time only.

    Attributes:
        said: the names of the methods that need not be called any more.
    """

    __slots__ = ("said",)

    def __init__(self) -> None:
        self.said: set[str] = set()

    def replaced(self, names: Iterable[str]) -> None:
        """Say that the application sets CORS headers too.

        Args:
            names: the headers of its that are replaced.
        """
        if logger := self._first_time("replaced"):
            logger.warning(
                "two layers set CORS headers: those of the application (%s) are replaced by "
                "the policy's; take them out of the application",
                ascii(", ".join(names)),
            )

    def any_origin(self, server_name: str) -> None:
        """Say that `*` opens a server of this machine to every page its user visits.

        GHSA-583g-g682-crxf. The policy cannot see where it will be served.

        Args:
            server_name: what the server listens on, the SERVER_NAME of PEP 3333.
        """
        logger = self._first_time("any_origin")
        if logger and (server_name in ("localhost", "::1") or server_name.startswith("127.")):
            logger.warning(
                "allow_origins is '*' and the server listens on this machine only: every "
                "site that is visited on it can read from the server; name the origins, "
                "unless a proxy in front makes it public on purpose"
            )

    def _first_time(self, what: str) -> "Logger | None":
        if what in self.said:
            return None
        self.said.add(what)
        import logging  # noqa: PLC0415 - slow to import, and needed once

        return logging.getLogger("cors_wsgi")
