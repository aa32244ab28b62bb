"""What `CORS_POLICY` and `CORS_POLICY_DEBUG` in the settings stand for, and their system check."""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from django.conf import settings
from django.core.checks import CheckMessage, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.utils.module_loading import import_string

from cors_wsgi import InvalidPolicy, Policy
from cors_wsgi.adapting import PolicySource, policy_source
from django_cors_wsgi._by_origin import HeadersByOrigin

SETTING: Final = "CORS_POLICY"
EXAMPLE: Final = """CORS_POLICY = {
    "allow_origins": ["https://app.example"],  # your pages' origins
    "allow_methods": ["PUT", "PATCH", "DELETE"],
    "allow_headers": ["Content-Type", "Authorization"],
}"""


def read_policy() -> PolicySource:
    """Read the setting `CORS_POLICY`.

    Raises:
        ImportError: if it is a dotted path to nothing.
        InvalidPolicy: with all that is wrong with it.
        LookupError: if there is none.
        TypeError: if it is nothing that governs.
    """
    given = getattr(settings, SETTING, None)
    if given is None:
        raise LookupError("There is no CORS_POLICY in the settings")
    return policy_source(import_string(given) if isinstance(given, str) else given)


class _Usual:
    """What the settings say, where it is usual: an attribute is read faster than a cache is asked.

    Attributes:
        headers: those of the only policy; of none where one has to be chosen, where responses
            say why, and where the settings have not been read yet.
    """

    # Not as a default of the class: CPython 3.13 reads an attribute slower that both have.
    def __init__(self) -> None:
        self.headers = HeadersByOrigin(None)


usual: Final = _Usual()


@cache
def configuration() -> tuple[PolicySource, bool]:
    """Return what the settings say, read once and again when a test changes them.

    Returns:
        What governs the views that are not marked; and whether responses say why, in the
        header `X-Cors-Wsgi`.

    Raises:
        ImproperlyConfigured: if `CORS_POLICY` is missing or wrong, saying how.
    """
    try:
        source = read_policy()
    except LookupError as error:
        message = f"{error}. Write, for example:\n\n{EXAMPLE}"
        raise ImproperlyConfigured(message) from None
    except (ImportError, InvalidPolicy, TypeError) as error:
        message = f"{SETTING} in the settings: {error}"
        raise ImproperlyConfigured(message) from error
    debug: bool = getattr(settings, "CORS_POLICY_DEBUG", False)
    only = source if isinstance(source, Policy) and not debug else None
    usual.headers = HeadersByOrigin(only)
    return source, debug


@register(Tags.security)
def check_cors(**_: Any) -> Sequence[CheckMessage]:
    """Check all that CORS depends on, if it is this package's business."""
    from django_cors_wsgi.checks import messages  # noqa: PLC0415 - no server needs it

    return messages()


def _forget(*, setting: str, **_: Any) -> None:
    if setting in (SETTING, "CORS_POLICY_DEBUG"):
        configuration.cache_clear()
        usual.headers = HeadersByOrigin(None)


setting_changed.connect(_forget)
