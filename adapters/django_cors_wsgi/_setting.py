"""What `CORS_POLICY` and `CORS_POLICY_DEBUG` in the settings stand for."""

from functools import cache
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.utils.module_loading import import_string

from cors_wsgi import InvalidPolicy, Policy
from cors_wsgi.adapting import AnyPolicySource, as_any_policy_source, check_flags

SETTING: Final = "CORS_POLICY"
EXAMPLE: Final = """CORS_POLICY = {
    "allow_origins": ["https://app.example"],  # the origins of your pages
    "allow_methods": ["PUT", "PATCH", "DELETE"],
    "allow_headers": ["Content-Type", "Authorization"],
}"""

# A policy's fields are written in its setting; each as a setting of its own, they mean nothing.
_FIELDS: Final = tuple(f"CORS_{name.upper()}" for name in Policy.field_names())


def read_policy() -> AnyPolicySource:
    """Read the setting `CORS_POLICY`.

    Raises:
        ImportError: If it is a dotted path to nothing.
        InvalidPolicy: If it is a mapping with problems.
        LookupError: If there is none.
        TypeError: If it cannot govern anything.
    """
    given = getattr(settings, SETTING, None)
    if given is None:
        fields = [name for name in _FIELDS if hasattr(settings, name)]
        alone = f", and {', '.join(fields)} alone is not read" if fields else ""
        raise LookupError(f"There is no CORS_POLICY in the settings{alone}")
    is_path = isinstance(given, str) and all(map(str.isidentifier, given.split(".")))
    if is_path and not given.endswith(".toml"):
        try:
            given = import_string(given)
        except ImportError as error:
            raise ImportError(f"{given!r} leads to no policy: {error}") from error
    return as_any_policy_source(given)


@cache
def configuration() -> tuple[AnyPolicySource, bool]:
    """Return what the settings say, read once and again when a test changes them.

    Returns:
        What governs the views that have no policy of their own; and whether this is development,
        as for `CORSMiddleware`, which `settings.DEBUG` decides unless `CORS_POLICY_DEBUG` is set.

    Raises:
        ImproperlyConfigured: If one of them is missing or wrong, with what to write.
    """
    try:
        source = read_policy()
    except LookupError as error:
        raise ImproperlyConfigured(f"{error}. Write, for example:\n\n{EXAMPLE}") from None
    except (ImportError, InvalidPolicy, TypeError) as error:
        raise ImproperlyConfigured(f"{SETTING} in the settings: {error}") from error
    debug = getattr(settings, "CORS_POLICY_DEBUG", bool(settings.DEBUG))
    try:
        check_flags(CORS_POLICY_DEBUG=debug)
    except TypeError as error:
        raise ImproperlyConfigured(f"In the settings, {error}") from None
    return source, debug


def _forget(*, setting: str, **_: Any) -> None:
    if setting in (SETTING, "CORS_POLICY_DEBUG", "DEBUG"):
        configuration.cache_clear()


setting_changed.connect(_forget)
