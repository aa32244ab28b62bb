"""Cookies, as far as CORS needs them: which go along, which are withheld, and why.

After RFC 6265bis (https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis). Left out:
`Expires` dates (`Max-Age` is read; a date in 1970 deletes), prefixes and partitioned cookies.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cors_wsgi.browser import _lists, _sites, _urls

if TYPE_CHECKING:
    from cors_wsgi.browser._engines import Engine
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
        same_site: "strict", "lax" or "none"; None without the attribute, or with another value.
        expires: When it ends, on the caller's clock; None with the session.
    """

    name: str
    value: str
    domain: str
    host_only: bool
    path: str
    secure: bool
    same_site: str | None
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
        cookies: The cookies by domain, whether for the host only, path and name.
    """

    cookies: dict[tuple[str, bool, str, str], Cookie] = field(default_factory=dict)

    def header(
        self, hop: Hop, engine: Engine, now: float
    ) -> tuple[str, tuple[WithheldCookie, ...]]:
        """Return a request's Cookie header, and the cookies that match but stay behind."""
        sent, withheld = [], []
        for cookie in self.cookies.values():
            if not _matches(cookie, hop.url, engine, now):
                continue
            reason = _withheld_reason(cookie, hop, engine)
            if reason is None:
                sent.append(cookie)
            else:
                withheld.append(WithheldCookie(cookie.name, reason))
        if engine.domain_cookies_first:
            host = urlsplit(hop.url).hostname
            sent.sort(key=lambda cookie: (cookie.domain != host, cookie.host_only))
        sent.sort(key=lambda cookie: -len(cookie.path))
        return "; ".join(map(_pair, sent)), tuple(withheld)

    def store(
        self, hop: Hop, response: HTTPResponse, engine: Engine, now: float
    ) -> tuple[WithheldCookie, ...]:
        """Store what a response sets, and return what is not stored, with the reason."""
        rejected = []
        for line in _lists.get_all(response.headers, "Set-Cookie"):
            cookie = parse_cookie(line, hop.url, engine, now)
            if cookie is None:
                continue
            reason = _withheld_reason(cookie, hop, engine, storing=True)
            key = cookie.domain, cookie.host_only, cookie.path, cookie.name
            if reason is not None:
                rejected.append(WithheldCookie(cookie.name, reason))
            elif cookie.expires is not None and cookie.expires <= now:
                self.cookies.pop(key, None)
            else:
                self.cookies[key] = cookie
        return tuple(rejected)


def parse_cookie(line: str, url: str, engine: Engine, now: float) -> Cookie | None:
    """Read one Set-Cookie line (RFC 6265bis, section 5.6), or None if it is to be ignored."""
    pair, *attribute_texts = line.split(";")
    name, equals, value = (part.strip(" \t") for part in pair.partition("="))
    if not equals and engine.nameless_cookies != "read as names":
        name, value = "", name
    if not name and not _keeps_nameless(value, engine):
        return None
    attributes: dict[str, str] = {}
    for text in attribute_texts:
        key, _, attribute = text.partition("=")
        key = key.strip(" \t").lower()
        attributes.pop(key, None)
        attributes[key] = attribute.strip(" \t")
    parts = urlsplit(url)
    host = parts.hostname or ""
    domain = _domain(attributes.get("domain", ""), host, engine)
    if domain is None:
        return None
    path = attributes.get("path", "")
    same_site = attributes.get("samesite", "").lower()
    return Cookie(
        name=name,
        value=value,
        domain=domain or host,
        host_only=not domain,
        path=path if path.startswith("/") else _default_path(parts.path),
        secure="secure" in attributes,
        same_site=same_site if same_site in {"strict", "lax", "none"} else None,
        expires=_expiry(attributes, engine, now),
    )


def _keeps_nameless(value: str, engine: Engine) -> bool:
    if engine.nameless_cookies == "read as names":
        return False
    return bool(value) and ("=" not in value or engine.nameless_cookies == "kept")


def _pair(cookie: Cookie) -> str:
    """Return a cookie in the Cookie header (RFC 6265bis, section 5.8.3)."""
    return f"{cookie.name}={cookie.value}" if cookie.name else cookie.value


def _domain(attribute: str, host: str, engine: Engine) -> str | None:
    """Return the Domain that a cookie gets: empty for the host alone, None if it is refused."""
    domain = attribute.removeprefix(".")
    if engine.domains_are_lower_case and domain != domain.lower():
        return None
    domain = domain.lower()
    if domain == host and _sites.is_public_suffix(host):
        return None if engine.refuses_own_suffix else ""
    if not domain or domain == host:
        dotted = engine.cookies_for_address_parts and attribute.startswith(".")
        host_only = _sites.is_address(host) and not dotted
        return "" if host_only else domain
    if _sites.is_public_suffix(domain) or not _domain_matches(host, domain, engine):
        return None
    return domain


def _expiry(attributes: dict[str, str], engine: Engine, now: float) -> float | None:
    """Return when a cookie ends; attributes are in the order of their last lines."""
    ends = {
        name: end
        for name, value in attributes.items()
        if (end := _end(name, value, engine, now)) is not None
    }
    if engine.last_expiry_wins:
        return [*ends.values()][-1] if ends else None
    return ends.get("max-age", ends.get("expires"))


def _end(name: str, value: str, engine: Engine, now: float) -> float | None:
    if name == "max-age":
        seconds = _lists.extract_seconds(value, signed=True)
        if seconds is not None:
            return now + seconds
        return now if not value and engine.last_expiry_wins else None
    expires = name == "expires" and " 1970 " in value.replace("-", " ")
    return now if expires else None


def _default_path(path: str) -> str:
    """Return the path of a cookie that names none (RFC 6265bis, section 5.1.4)."""
    return path.rpartition("/")[0] or "/"


def _domain_matches(host: str, domain: str, engine: Engine) -> bool:
    """Match a host against a domain (RFC 6265bis, section 5.1.3); an address only itself."""
    if host == domain:
        return True
    is_name = engine.cookies_for_address_parts or not _sites.is_address(host)
    return is_name and host.endswith("." + domain)


def _path_matches(path: str, prefix: str) -> bool:
    """Match a URL's path against a cookie's (RFC 6265bis, section 5.1.4)."""
    return path == prefix or path.startswith(prefix if prefix.endswith("/") else prefix + "/")


def _matches(cookie: Cookie, url: str, engine: Engine, now: float) -> bool:
    parts = urlsplit(url)
    host = parts.hostname or ""
    same_host = (
        host == cookie.domain if cookie.host_only else _domain_matches(host, cookie.domain, engine)
    )
    alive = cookie.expires is None or now < cookie.expires
    return same_host and alive and _path_matches(parts.path or "/", cookie.path)


def _withheld_reason(
    cookie: Cookie, hop: Hop, engine: Engine, *, storing: bool = False
) -> str | None:
    if cookie.secure and not _is_secure(hop, engine):
        return "it is Secure and the URL is not https"
    if cookie.same_site == "none" and not cookie.secure and engine.none_needs_secure:
        return "SameSite=None needs Secure"
    other_site = not _sites.same_site(hop.request.origin, hop.target_origin)
    if other_site and engine.blocks_third_party_cookies:
        return "it is a third party's"
    if storing and not engine.same_site_when_storing:
        return None
    return _same_site_reason(cookie, hop, engine, other_site=other_site)


def _same_site_reason(cookie: Cookie, hop: Hop, engine: Engine, *, other_site: bool) -> str | None:
    same_site = cookie.same_site or ("lax" if engine.same_site_by_default else "none")
    if same_site == "none":
        return None
    if other_site:
        return f"SameSite={same_site.capitalize()} and the page is on another site"
    if hop.crossed_sites and not _is_sent_after_redirects(hop, engine):
        return f"SameSite={same_site.capitalize()} and a redirect came from another site"
    return None


def _is_sent_after_redirects(hop: Hop, engine: Engine) -> bool:
    if engine.redirected_cookies == "sent to the page's host":
        return _urls.host_of(hop.url) == _urls.host_of(hop.request.origin)
    return engine.redirected_cookies == "sent"


def _is_secure(hop: Hop, engine: Engine) -> bool:
    loopback = engine.secure_on_loopback and _urls.is_loopback(hop.target_origin)
    return hop.url.startswith("https:") or loopback
