"""The headers of Django's responses, set several at a time.

`response.headers[name] = value` takes Django longer than all that is decided here: it
converts the name and the value, and looks for line breaks, which none of ours has. So
they go to where Django has kept headers since 3.2, a dictionary by their names in lower
case. It is not public: where it is not there, they are set as everybody sets them.
"""

from collections.abc import Mapping

from django.http.response import ResponseHeaders

from cors_wsgi import Policy
from cors_wsgi.adapting import Header, are_harmless, merge_vary, replaceable


def put(headers: ResponseHeaders, cors: Mapping[str, Header], policy: Policy) -> None:
    """Give a response a policy's headers, and no others like them.

    Args:
        headers: the response's headers.
        cors: the policy's, by their names in lower case. A `Vary` is merged.
        policy: the policy, which says once that others were there.
    """
    try:
        store: dict[str, Header] = headers._store
    except AttributeError:
        _put_publicly(headers, cors, policy)
        return
    if not are_harmless(store):
        if own := [name for name in replaceable(store) if name != "vary"]:
            policy.rules.notices.replaced([store.pop(name)[0] for name in own])
        if "vary" in store and "vary" in cors:
            merged = merge_vary(store["vary"][1], cors["vary"][1])
            cors = {**cors, "vary": ("Vary", merged)}
    store |= cors


def _put_publicly(headers: ResponseHeaders, cors: Mapping[str, Header], policy: Policy) -> None:
    own = [name for name in replaceable(headers) if name.lower() != "vary"]
    if own:
        policy.rules.notices.replaced(own)
    for name in own:
        del headers[name]
    for name, value in cors.values():
        merged = merge_vary(headers[name], value) if name == "Vary" and name in headers else value
        headers[name] = merged
