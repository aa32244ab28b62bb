"""The headers that a policy gives responses, by the origin that asks for them."""

from collections.abc import Mapping

from cors_wsgi import Policy
from cors_wsgi.adapting import DEBUG, INFO, Header, logger, root


class HeadersByOrigin:
    """As `adapting.actual_headers` returns them, where nothing has to be said.

    Attributes:
        absent: those where there is no origin; `None` if there is no policy.
        latest: the allowed origin that asked last, and its headers. To compare is safe: to
            look an origin up would be to hash all of it, however long a stranger made it.
    """

    __slots__ = ("_rules", "absent", "latest")

    def __init__(self, policy: Policy | None) -> None:
        self._rules = policy.rules if policy else None
        self.absent: Mapping[str, Header] | None = policy.rules.absent.name() if policy else None
        self.latest: tuple[str | None, Mapping[str, Header] | None] = None, None

    def of(self, origin: str) -> Mapping[str, Header] | None:
        """Return the headers for an origin.

        Returns:
            `None` if there is no policy, or if `adapting.actual_headers` has to be asked:
            it logs what it decides, and tells once what is dangerous.
        """
        rules = self._rules
        if rules is None or logger.level or root.level <= DEBUG:
            return None
        answers = rules.answers_to(origin)
        headers = answers.named or answers.name()
        if answers is rules.any_origin and "any_origin" not in rules.notices.said:
            return None
        if answers is rules.refused:
            return headers if root.level > INFO else None
        self.latest = origin, headers
        return headers
