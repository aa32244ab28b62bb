"""Cookies, as far as CORS needs them: which go along, which are withheld, and why.

After RFC 6265 (https://www.rfc-editor.org/rfc/rfc6265), with SameSite from its successor
(draft-ietf-httpbis-rfc6265bis). Left out: `Expires` dates (`Max-Age` is read; a date in 1970
deletes), prefixes, partitioned cookies, third-party cookie blocking, the public suffix list.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cors_wsgi.browser import _lists, _urls

if TYPE_CHECKING:
    from cors_wsgi.browser._hop import Hop
    from cors_wsgi.browser._wire import HTTPResponse


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    """A stored cookie.

    Attributes:
        name: Its name.
        value: Its value.
        domain: The host that set it, or the Domain attribute.
        host_only: Whether only that very host gets it.
        path: The Path attribute, or the default path.
        secure: The Secure attribute.
        same_site: "strict", "lax" or "none"; without the attribute, "lax".
        expires: When it ends, on the caller's clock; None with the session.
    """

    name: str
    value: str
    domain: str
    host_only: bool
    path: str
    secure: bool
    same_site: str
    expires: float | None


@dataclass(frozen=True, slots=True)
class WithheldCookie:
    """A cookie that was not sent, or not stored.

    Attributes:
        name: The cookie's name.
        reason: Why.
    """

    name: str
    reason: str


@dataclass(slots=True)
class CookieStore:
    """The cookies of one browser.

    Attributes:
        cookies: The cookies by (domain, path, name).
    """

    cookies: dict[tuple[str, str, str], Cookie] = field(default_factory=dict)

    def header(self, hop: Hop, now: float) -> tuple[str, tuple[WithheldCookie, ...]]:
        """The Cookie header's value for a request, and the cookies that match but stay behind."""
        sent, withheld = [], []
        for cookie in self.cookies.values():
            if not _matches(cookie, hop.url, now):
                continue
            reason = _withheld_reason(cookie, hop)
            if reason is None:
                sent.append(cookie)
            else:
                withheld.append(WithheldCookie(cookie.name, reason))
        sent.sort(key=lambda cookie: -len(cookie.path))
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in sent), tuple(withheld)

    def store(self, hop: Hop, response: HTTPResponse, now: float) -> tuple[WithheldCookie, ...]:
        """Store what a response sets, and return what is not stored, with the reason."""
        rejected = []
        for line in _lists.get_all(response.headers, "Set-Cookie"):
            cookie = parse_cookie(line, hop.url, now)
            if cookie is None:
                continue
            reason = _withheld_reason(cookie, hop)
            key = cookie.domain, cookie.path, cookie.name
            if reason is not None:
                rejected.append(WithheldCookie(cookie.name, reason))
            elif cookie.expires is not None and cookie.expires <= now:
                self.cookies.pop(key, None)
            else:
                self.cookies[key] = cookie
        return tuple(rejected)


def parse_cookie(line: str, url: str, now: float) -> Cookie | None:
    """Read one Set-Cookie line (RFC 6265, section 5.2), or None if it is to be ignored."""
    pair, *attribute_texts = line.split(";")
    name, equals, value = (part.strip(" \t") for part in pair.partition("="))
    if not equals or not name:
        return None
    attributes = {}
    for text in attribute_texts:
        key, _, attribute = text.partition("=")
        attributes[key.strip(" \t").lower()] = attribute.strip(" \t")
    parts = urlsplit(url)
    host = parts.hostname or ""
    domain = attributes.get("domain", "").removeprefix(".").lower()
    if domain and not _domain_matches(host, domain):
        return None
    path = attributes.get("path", "")
    return Cookie(
        name=name,
        value=value,
        domain=domain or host,
        host_only=not domain,
        path=path if path.startswith("/") else _default_path(parts.path),
        secure="secure" in attributes,
        same_site=attributes.get("samesite", "lax").lower(),
        expires=_expiry(attributes, now),
    )


def _expiry(attributes: dict[str, str], now: float) -> float | None:
    seconds = _lists.extract_seconds(attributes.get("max-age", ""), signed=True)
    if seconds is not None:
        return now + seconds
    return now if " 1970 " in attributes.get("expires", "").replace("-", " ") else None


def _default_path(path: str) -> str:
    """RFC 6265, section 5.1.4."""
    return path.rpartition("/")[0] or "/"


def _domain_matches(host: str, domain: str) -> bool:
    """RFC 6265, section 5.1.3."""
    return host == domain or host.endswith("." + domain)


def _path_matches(path: str, prefix: str) -> bool:
    """RFC 6265, section 5.1.4."""
    return path == prefix or path.startswith(prefix if prefix.endswith("/") else prefix + "/")


def _matches(cookie: Cookie, url: str, now: float) -> bool:
    parts = urlsplit(url)
    host = parts.hostname or ""
    same_host = host == cookie.domain if cookie.host_only else _domain_matches(host, cookie.domain)
    alive = cookie.expires is None or now < cookie.expires
    return same_host and alive and _path_matches(parts.path or "/", cookie.path)


def _withheld_reason(cookie: Cookie, hop: Hop) -> str | None:
    trustworthy = hop.url.startswith("https:") or _urls.is_loopback(hop.target_origin)
    if cookie.secure and not trustworthy:
        return "it is Secure and the URL is not https"
    if cookie.same_site == "none" and not cookie.secure:
        return "SameSite=None needs Secure"
    if cookie.same_site != "none" and not _urls.same_site(hop.request.origin, hop.target_origin):
        return f"SameSite={cookie.same_site.capitalize()} and the page is on another site"
    return None
