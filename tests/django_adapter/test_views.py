"""Which policy governs a view: Django's own resolver decides."""

from collections.abc import Callable
from functools import partial
from typing import Any

import django_settings  # noqa: F401 - configures Django, before REST framework reads it
import pytest
from django.conf.urls.i18n import i18n_patterns
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import include, path, register_converter
from django.urls.converters import StringConverter
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django_adapter.driving import APP, OURS, Answer, Send, asking, site
from django_cors_wsgi import cors_policy
from rest_framework.decorators import action, api_view
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSet

from cors_wsgi import Policy, adapting


def named(name: str) -> Policy:
    """Make a policy that can be told from others by what it exposes, and by its methods."""
    return Policy(allow_origins=[APP], allow_methods=["PUT", name], expose_headers=[name])


SITE, DECORATED, METHOD, EXEMPT = named("SITE"), named("DECORATED"), named("METHOD"), None


def who_governs(send: Send, method: str, address: str) -> set[str]:
    """Return the names of the policies of a request and of its preflight."""
    actual: Answer = send(method, address, {"Origin": APP})
    preflight: Answer = send("OPTIONS", address, asking(method))
    allowed = preflight.headers.get("Access-Control-Allow-Methods", "none")
    exposed = actual.headers.get("Access-Control-Expose-Headers", "none")
    return {exposed, allowed.removeprefix("PUT, ")}


def plain(request: HttpRequest, **_: Any) -> HttpResponse:
    return HttpResponse("plain")


@cors_policy(DECORATED)
def decorated(request: HttpRequest, **_: Any) -> HttpResponse:
    return HttpResponse("decorated")


@cors_policy(DECORATED)
async def coroutine(request: HttpRequest) -> HttpResponse:
    return HttpResponse("coroutine")


@cors_policy(None)
def exempt(request: HttpRequest) -> HttpResponse:
    return HttpResponse("exempt")


@cors_policy(DECORATED)
@login_required
@never_cache
def above(request: HttpRequest) -> HttpResponse:
    return HttpResponse("above")


@login_required
@csrf_exempt
@cors_policy(DECORATED)
def below(request: HttpRequest) -> HttpResponse:
    return HttpResponse("below")


class ByMethod(View):
    """Its PUT and GET have policies of their own."""

    @cors_policy(METHOD)
    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("get")

    def post(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("post")

    @cors_policy(EXEMPT)
    def put(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("put")


class HeadOfItsOwn(ByMethod):
    """Its HEAD is not served by what serves its GET."""

    def head(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("head")


class Called:
    """A view that is an object."""

    @cors_policy(METHOD)
    def __call__(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("called")

    @cors_policy(METHOD)
    @staticmethod
    def static(request: HttpRequest) -> HttpResponse:
        return HttpResponse("static")


@cors_policy(DECORATED)
class Whole(ByMethod):
    """The rest has one, too."""

    @cors_policy(METHOD)
    def helper(self) -> None:
        """Serve no method."""


class Heir(Whole):
    """What a class inherits, it governs by."""


@method_decorator(cors_policy(DECORATED), name="dispatch")
class Dispatched(View):
    """Decorated as Django's own decorators are."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("get")


@cors_policy(DECORATED)
class Rest(APIView):
    """A view of Django REST framework."""

    def get(self, request: Any) -> Response:
        return Response("get")

    @cors_policy(METHOD)
    def put(self, request: Any) -> Response:
        return Response("put")


@cors_policy(DECORATED)
@api_view(["GET"])
def rest_function(request: Any) -> Response:
    return Response("function")


class Books(ViewSet):
    """Its handlers are called actions."""

    @cors_policy(METHOD)
    def list(self, request: Any) -> Response:
        return Response("list")

    def create(self, request: Any) -> Response:
        return Response("create")

    @action(detail=True, methods=["PUT"])
    @cors_policy(DECORATED)
    def lend(self, request: Any, pk: str) -> Response:
        return Response("lend")


router = SimpleRouter()
router.register("books", Books, basename="book")

URLS = [
    path("plain/", plain),
    path("decorated/", decorated),
    path("coroutine/", coroutine),
    path("exempt/", exempt),
    path("above/", above),
    path("below/", below),
    path("by-method/", ByMethod.as_view()),
    path("whole/", Whole.as_view()),
    path("heir/", Heir.as_view()),
    path("wrapped/", cors_policy(METHOD)(login_required(Whole.as_view()))),
    path("dispatched/", login_required(Dispatched.as_view())),
    path("partial/", partial(decorated, page=1)),
    path("decorated-partial/", cors_policy(DECORATED)(partial(plain, page=1))),
    path("own-head/", HeadOfItsOwn.as_view()),
    path("called/", Called()),
    path("static/", Called.static),
    path("rest/", Rest.as_view()),
    path("rest-function/", rest_function),
    path("included/", include([path("decorated/", decorated), path("plain/", plain)])),
    path("<slug:slug>/captured/", decorated),
    path("", include(router.urls)),
]


@pytest.mark.parametrize(
    ("method", "address", "name"),
    [
        pytest.param("GET", "/plain/", "SITE", id="a view without a policy of its own"),
        pytest.param("GET", "/nowhere/", "SITE", id="no view"),
        pytest.param("GET", "/decorated/", "DECORATED", id="a function"),
        pytest.param("GET", "/coroutine/", "DECORATED", id="a coroutine"),
        pytest.param("GET", "/partial/", "DECORATED", id="a partial of a function"),
        pytest.param("GET", "/decorated-partial/", "DECORATED", id="a partial itself"),
        pytest.param("GET", "/own-head/", "METHOD", id="get beside head"),
        pytest.param("HEAD", "/own-head/", "SITE", id="a head of its own"),
        pytest.param("GET", "/called/", "METHOD", id="an object"),
        pytest.param("GET", "/static/", "METHOD", id="a static method"),
        pytest.param("GET", "/exempt/", "none", id="an exempt function"),
        pytest.param("GET", "/above/", "DECORATED", id="above login_required"),
        pytest.param("GET", "/below/", "DECORATED", id="below login_required"),
        pytest.param("GET", "/by-method/", "METHOD", id="a decorated method"),
        pytest.param("HEAD", "/by-method/", "METHOD", id="HEAD is served by get"),
        pytest.param("PUT", "/by-method/", "none", id="an exempt method"),
        pytest.param("POST", "/by-method/", "SITE", id="a method without a policy of its own"),
        pytest.param("PATCH", "/by-method/", "SITE", id="a method that is not served"),
        pytest.param("GET", "/whole/", "METHOD", id="a decorated method of a decorated class"),
        pytest.param("POST", "/whole/", "DECORATED", id="another method of a decorated class"),
        pytest.param("PATCH", "/whole/", "DECORATED", id="405 of a decorated class"),
        pytest.param("HELPER", "/whole/", "DECORATED", id="405 by the name of an attribute"),
        pytest.param("PUT", "/heir/", "none", id="an inherited method"),
        pytest.param("POST", "/heir/", "DECORATED", id="an inherited class"),
        pytest.param("GET", "/dispatched/", "DECORATED", id="method_decorator on dispatch"),
        pytest.param("POST", "/wrapped/", "METHOD", id="the view before its class"),
        pytest.param("GET", "/rest/", "DECORATED", id="REST framework: a class"),
        pytest.param("PUT", "/rest/", "METHOD", id="REST framework: a method"),
        pytest.param("GET", "/rest-function/", "DECORATED", id="REST framework: a function"),
        pytest.param("GET", "/books/", "METHOD", id="REST framework: an action"),
        pytest.param("HEAD", "/books/", "METHOD", id="REST framework: HEAD of an action"),
        pytest.param("POST", "/books/", "SITE", id="REST framework: another action"),
        pytest.param("PUT", "/books/1/lend/", "DECORATED", id="REST framework: an extra action"),
        pytest.param("GET", "/included/decorated/", "DECORATED", id="in an included URLconf"),
        pytest.param("GET", "/included/plain/", "SITE", id="beside it"),
        pytest.param("GET", "/any/captured/", "DECORATED", id="below a variable part"),
    ],
)
def test_a_view_is_governed_by_its_view_policy(
    send: Send, method: str, address: str, name: str
) -> None:
    with site(URLS, CORS_POLICY=SITE, LOGIN_URL="/plain/"):
        assert who_governs(send, method, address) == {name}


@pytest.mark.parametrize(
    "url",
    [
        pytest.param(path("books/", decorated), id="of a function"),
        pytest.param(path("books/", Dispatched.as_view()), id="of a class"),
        pytest.param(path("books/", ByMethod.as_view()), id="of a method"),
        pytest.param(path("", include(router.urls)), id="of an action, included"),
    ],
)
def test_one_view_policy_is_enough(send: Send, url: Any) -> None:
    with site([url], CORS_POLICY=SITE):
        assert who_governs(send, "GET", "/books/") != {"SITE"}


@pytest.mark.parametrize(
    ("append_slash", "name"),
    [
        pytest.param(True, "DECORATED", id="a redirect to it"),
        pytest.param(False, "SITE", id="a 404"),
    ],
)
def test_a_path_that_lacks_its_slash(send: Send, append_slash: bool, name: str) -> None:
    common = "django.middleware.common.CommonMiddleware"
    with site(URLS, common, CORS_POLICY=SITE, APPEND_SLASH=append_slash):
        assert who_governs(send, "GET", "/decorated") == {name}


@pytest.mark.parametrize(
    ("address", "name"),
    [
        pytest.param("/de/decorated/", "DECORATED", id="another language"),
        pytest.param("/decorated/", "DECORATED", id="the default language, without prefix"),
        pytest.param("/en/decorated/", "SITE", id="no such path"),
    ],
)
def test_a_path_is_resolved_in_its_language(send: Send, address: str, name: str) -> None:
    urls = i18n_patterns(path("decorated/", decorated), prefix_default_language=False)
    locale = "django.middleware.locale.LocaleMiddleware"
    languages = {"LANGUAGES": [("en", "English"), ("de", "German")], "LANGUAGE_CODE": "en"}
    with site(urls, locale, CORS_POLICY=SITE, USE_I18N=True, **languages):
        send("GET", "/de/decorated/")  # leaves its language behind
        assert who_governs(send, "GET", address) == {name}


@pytest.mark.parametrize(
    ("address", "name"),
    [
        pytest.param("/de/decorated/", "DECORATED", id="none"),
        pytest.param("/decorated/", "DECORATED", id="to a language"),
        pytest.param("/decorated", "DECORATED", id="to a language, and to the slash"),
        pytest.param("/de/decorated", "DECORATED", id="to the slash"),
        pytest.param("/plain/", "SITE", id="to a view without a policy of its own"),
        pytest.param("/nowhere/", "SITE", id="none, but a 404"),
    ],
)
def test_a_redirect_has_the_policy_of_the_view_in_any_language(
    send: Send, address: str, name: str
) -> None:
    urls = i18n_patterns(path("decorated/", decorated), path("plain/", plain))
    locale = "django.middleware.locale.LocaleMiddleware"
    common = "django.middleware.common.CommonMiddleware"
    languages = {"LANGUAGES": [("en", "English"), ("de", "German")], "LANGUAGE_CODE": "en"}
    with site(urls, locale, common, CORS_POLICY=SITE, USE_I18N=True, **languages):
        assert who_governs(send, "GET", address) == {name}


def test_a_translated_path_is_resolved_in_the_default_language(send: Send) -> None:
    urls = [path(gettext_lazy("Monday"), decorated)]
    with site(urls, CORS_POLICY=SITE, USE_I18N=True, LANGUAGE_CODE="de"):
        assert who_governs(send, "GET", "/Montag") == {"DECORATED"}


def by_host(get_response: Callable[..., Any]) -> Callable[..., Any]:
    """Give requests another URLconf, as the middlewares for subdomains do."""

    def middleware(request: HttpRequest) -> Any:
        request.urlconf = (path("elsewhere/", decorated),)  # type: ignore[attr-defined] # Django's way
        return get_response(request)

    return middleware


def test_a_request_may_have_a_urlconf_of_its_own(send: Send) -> None:
    with site(URLS, CORS_POLICY=SITE, MIDDLEWARE=[f"{__name__}.by_host", OURS]):
        assert who_governs(send, "GET", "/elsewhere/") == {"DECORATED"}


def test_a_urlconf_that_is_set_inside_governs_what_it_serves(send: Send) -> None:
    with site([], f"{__name__}.by_host", CORS_POLICY=SITE):
        answer = send("GET", "/elsewhere/", {"Origin": APP})

    assert answer.headers["Access-Control-Expose-Headers"] == "DECORATED"


class CountingConverter(StringConverter):
    """Counts how often a path is resolved."""

    resolved = 0

    def to_python(self, value: str) -> str:
        type(self).resolved += 1
        return value


register_converter(CountingConverter, "counting")


@pytest.mark.parametrize(
    ("more", "method", "times"),
    [
        pytest.param([], "OPTIONS", 0, id="a preflight without view policies"),
        pytest.param([], "GET", 1, id="a request without view policies: by Django alone"),
        pytest.param(
            [path("decorated/", decorated)], "OPTIONS", 1, id="a preflight with view policies"
        ),
        pytest.param([path("decorated/", decorated)], "GET", 1, id="a request with view policies"),
    ],
)
def test_no_path_is_resolved_in_vain(
    send: Send, more: list[Any], method: str, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not more:
        monkeypatch.setattr(adapting, "_view_policies", set())
    CountingConverter.resolved = 0
    with site([path("<counting:name>/", plain), *more], CORS_POLICY=SITE):
        send(method, "/any/", asking("GET"))

    assert CountingConverter.resolved == times


@pytest.mark.parametrize("urlconf", ["nowhere.urls", f"{__name__}.nothing"])
def test_a_broken_urlconf_does_not_break_a_preflight(send: Send, urlconf: str) -> None:
    with site([]), override_settings(ROOT_URLCONF=urlconf):
        preflight = send("OPTIONS", "/", asking("GET"))

    assert preflight.status == 204


def test_the_parentheses_are_not_forgotten_unnoticed() -> None:
    with pytest.raises(TypeError, match=r"Write @cors_policy\(Policy\("):
        cors_policy(plain)  # type: ignore[arg-type] # the mistake
