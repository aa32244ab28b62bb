"""An nginx that obeys the policy, and mistakes to plant in it.

A mistake replaces one text of the right configuration by another.
"""

from __future__ import annotations

import contextlib
import shutil
from typing import TYPE_CHECKING, Any

from doctor.verifying.planting import planted
from engines.processes import free_port, laboratory, listens, running, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

RIGHT = r"""
daemon off;
user root;  # or its worker may not read the laboratory; a warning where it is not root's
pid LAB/nginx.pid;
worker_processes 1;
error_log stderr error;
events { worker_connections 256; }
http {
  access_log off;
  client_body_temp_path LAB/body;
  proxy_temp_path LAB/proxy;
  fastcgi_temp_path LAB/fastcgi;
  uwsgi_temp_path LAB/uwsgi;
  scgi_temp_path LAB/scgi;

  map $request_uri $cors_ambiguous {
    default "";
    "~*^[^?]*(?://|/\.|\x5c|%2[ef]|%5c|%25)" 1;
  }
  map "$cors_ambiguous$uri" $cors_scope {
    default "";
    "~^/api/internal(?:/|$)" "";
    "~^/api(?:/|$)" api;
    "~^/prices(?:/|$)" prices;
  }
  map $http_origin $cors_match {
    default "";
    "~^https://app\.example\.com$" $http_origin;
    "~^https://partner\.example\.org$" $http_origin;
    "~^https://(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+pages\.example$" $http_origin;
    "~^http://localhost(?::[0-9]{1,5})?$" $http_origin;
  }
  map $cors_scope $cors_origin { default ""; api $cors_match; prices "*"; }
  map $cors_scope $cors_vary { default ""; api "Origin"; }
  map "$cors_scope:$cors_origin" $cors_credentials { default ""; "~^api:." "true"; }
  map "$cors_scope:$cors_origin" $cors_expose { default ""; "~^api:." "X-Request-Id"; }
  map "$cors_scope:$request_method" $cors_asked { default ""; "~^(?:api|prices):OPTIONS$" 1; }
  map "$cors_asked:$http_origin:$http_access_control_request_method" $cors_preflight {
    default "";
    "~^1:[^:].*:[^:]+$" 1;
  }
  map "$cors_preflight:$cors_origin" $cors_allowed { default ""; "~^1:." 1; }
  map "$cors_scope:$cors_allowed" $cors_methods { default ""; "api:1" "PUT, DELETE"; }
  map "$cors_scope:$cors_allowed" $cors_headers {
    default "";
    "api:1" "Authorization, Content-Type, X-Api-Key";
  }
  map $cors_allowed $cors_max_age { default ""; 1 600; }

  server {
    listen 127.0.0.1:PORT;
    add_header Access-Control-Allow-Origin $cors_origin always;
    add_header Access-Control-Allow-Credentials $cors_credentials always;
    add_header Access-Control-Expose-Headers $cors_expose always;
    add_header Access-Control-Allow-Methods $cors_methods always;
    add_header Access-Control-Allow-Headers $cors_headers always;
    add_header Access-Control-Max-Age $cors_max_age always;
    add_header Vary $cors_vary always;
    if ($cors_preflight) { return 204; }
    proxy_hide_header Access-Control-Allow-Origin;
    proxy_hide_header Access-Control-Allow-Credentials;
    location / { proxy_pass http://unix:LAB/app.sock; }
    location /prices { proxy_pass http://unix:LAB/app.sock; }
  }
  server {  # the application
    listen unix:LAB/app.sock;
    if ($request_method = OPTIONS) { return 405; }
    location / {
      add_header Access-Control-Allow-Origin "*" always;
      return 404 "no";
    }
    location = /api { return 200 "yes"; }
    location = /prices { return 200 "yes"; }
    location /api/internal { return 200 "yes"; }
  }
}
"""


def mistake(name: str, *codes: str, swap: dict[str, str]) -> Any:
    """A row: the configuration with a mistake, and the codes that are to be found."""
    return planted(RIGHT, f"nginx: {name}", codes, swap)


EXACT = r'"~^https://app\.example\.com$"'
PAGES = r'"~^https://(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+pages\.example$"'
ORIGIN = "Allow-Origin $cors_origin always;"
REFLECTED = """Allow-Origin $shown always;
    set $shown $cors_origin;
    if ($cors_preflight) { set $shown $http_origin; }"""
EXEMPT_ANSWERED = """Allow-Origin $shown always;
    set $shown $cors_origin;
    if ($uri = /api/internal) { set $asked $request_method; }
    if ($asked = OPTIONS) { set $shown $http_origin; }
    if ($asked = OPTIONS) { return 204; }"""
ANSWERED = "if ($cors_preflight) { return 204; }"
REDIRECTED = "if ($cors_preflight) { return 301 /elsewhere; }"
VARY = 'map $cors_scope $cors_vary { default ""; api "Origin"; }'
VARY_ALLOWED = 'map $cors_match $cors_vary { default "Origin"; "" ""; }'
MISTAKES: list[Any] = [
    mistake("reflects any origin", "opens any-origin", swap={EXACT: '"~."'}),
    mistake(
        "reflects the origin in preflights only",
        "opens any-origin",
        swap={ORIGIN: REFLECTED},
    ),
    mistake(
        "no anchor at the end",
        "opens suffix",
        "opens character",
        "opens not-an-origin",
        "opens port",
        swap={EXACT: EXACT.replace("$", "")},
    ),
    mistake(
        "no anchor at the start, no scheme",
        "opens prefix",
        "opens http",
        "opens not-an-origin",
        "opens subdomain",
        swap={EXACT: r'"~app\.example\.com$"'},
    ),
    mistake(
        "a dot that is not escaped", "opens dot", swap={EXACT: r'"~^https://app\.example.com$"'}
    ),
    mistake(
        "an expression without its anchor at the beginning",
        "opens not-an-origin",
        swap={EXACT: EXACT.replace("^", "")},
    ),
    mistake("compares without case", "opens not-an-origin", swap={EXACT: EXACT.replace("~", "~*")}),
    mistake("trusts plain http", "opens http", swap={EXACT: EXACT.replace("https", "https?")}),
    mistake(
        "trusts any port", "opens port", swap={EXACT: r'"~^https://app\.example\.com(?::[0-9]+)?$"'}
    ),
    mistake(
        "trusts subdomains of an exact origin",
        "opens subdomain",
        "opens not-an-origin",
        swap={EXACT: r'"~^https://(?:.+\.)?app\.example\.com$"'},
    ),
    mistake(
        "a pattern that swallows slashes",
        "opens not-an-origin",
        swap={PAGES: r'"~^https://.+\.pages\.example$"'},
    ),
    mistake(
        "a pattern without its first dot",
        "opens prefix",
        "opens dot",
        "opens not-an-origin",
        swap={PAGES: r'"~^https://.+pages\.example$"'},
    ),
    mistake(
        "the pattern's own domain gets in",
        "opens pattern",
        swap={PAGES: r'"~^https://(?:[a-z0-9-]+\.)*pages\.example$"'},
    ),
    mistake(
        "one label only",
        "refuses origin-missing",
        swap={PAGES: r'"~^https://[a-z0-9-]+\.pages\.example$"'},
    ),
    mistake("null is allowed", "opens null", swap={EXACT: f'"~^null$" $http_origin; {EXACT}'}),
    mistake(
        "an origin of development is left in",
        "opens localhost",
        swap={EXACT: f'"~^http://127" $http_origin; {EXACT}'},
    ),
    mistake(
        "an origin is forgotten",
        "refuses origin-missing",
        swap={r'"~^https://partner\.example\.org$" $http_origin;': ""},
    ),
    mistake(
        "no port at localhost",
        "refuses origin-missing",
        swap={"(?::[0-9]{1,5})?$": "$"},
    ),
    mistake(
        "one origin for everybody",
        "refuses origin-mismatch",
        swap={"api $cors_match;": 'api "https://app.example.com";'},
    ),
    mistake("no credentials", "refuses credentials-missing", swap={'"~^api:." "true";': ""}),
    mistake("credentials in capitals", "refuses credentials-missing", swap={'"true"': '"True"'}),
    mistake(
        "the public path reflects with credentials",
        "opens credentials-extra",
        "warnings no-vary",
        swap={'prices "*"; }': "prices $http_origin; }", '"~^api:." "true"': '"~." "true"'},
    ),
    mistake(
        "the public path reflects without Vary",
        "warnings no-vary",
        swap={'prices "*";': "prices $http_origin;"},
    ),
    mistake("no Vary", "warnings no-vary", swap={'api "Origin";': ""}),
    mistake(
        "Vary only for allowed origins",
        "warnings no-vary",
        swap={VARY: VARY_ALLOWED},
    ),
    mistake("a method is forgotten", "refuses method-missing", swap={'"PUT, DELETE"': '"PUT"'}),
    mistake(
        "a method in lower case", "refuses method-missing", swap={'"PUT, DELETE"': '"PUT, delete"'}
    ),
    mistake(
        "a method too many", "opens method-extra", swap={'"PUT, DELETE"': '"PUT, DELETE, PATCH"'}
    ),
    mistake(
        "every method",
        "opens method-extra",
        "refuses method-missing",
        swap={'"PUT, DELETE"': '"*"'},
    ),
    mistake(
        "the requested method is reflected",
        "opens method-extra",
        swap={'"PUT, DELETE"': "$http_access_control_request_method"},
    ),
    mistake("a header is forgotten", "refuses header-missing", swap={", X-Api-Key": ""}),
    mistake(
        "a header too many", "opens header-extra", swap={", X-Api-Key": ", X-Api-Key, X-Admin"}
    ),
    mistake(
        "the requested headers are reflected",
        "opens header-extra",
        swap={'"Authorization, Content-Type, X-Api-Key"': "$http_access_control_request_headers"},
    ),
    mistake(
        "headers separated by semicolons",
        "refuses list-unparsable",
        swap={"Authorization, Content-Type": "Authorization; Content-Type"},
    ),
    mistake(
        "an exposed header is forgotten",
        "refuses exposed-missing",
        swap={'"~^api:." "X-Request-Id";': ""},
    ),
    mistake(
        "an exposed header too many",
        "opens exposed-extra",
        swap={'"X-Request-Id"': '"X-Request-Id, X-Debug"'},
    ),
    mistake(
        "every header is exposed",
        "opens exposed-extra",
        "refuses exposed-missing",
        swap={'"X-Request-Id"': '"*"'},
    ),
    mistake("another max-age", "warnings max-age", swap={'""; 1 600;': '""; 1 60;'}),
    mistake("no max-age", "warnings max-age", swap={'""; 1 600;': '"";'}),
    mistake(
        "nothing on errors",
        "refuses error-without-cors",
        swap={"Allow-Origin $cors_origin always": "Allow-Origin $cors_origin"},
    ),
    mistake(
        "preflights reach the application",
        "refuses preflight-405",
        swap={"if ($cors_preflight) { return 204; }": ""},
    ),
    mistake(
        "preflights are redirected",
        "refuses preflight-redirect",
        swap={ANSWERED: REDIRECTED},
    ),
    mistake(
        "preflights need a login", "refuses preflight-auth", swap={"return 204;": "return 401;"}
    ),
    mistake(
        "the application's own headers are kept",
        "opens any-origin",
        "opens scope-wider",
        "refuses origin-duplicate",
        swap={"    proxy_hide_header Access-Control-Allow-Origin;\n": ""},
    ),
    mistake(
        "a location with a header of its own",
        "refuses origin-missing",
        swap={"location /prices {": "location /prices { add_header X-Frame-Options DENY;"},
    ),
    mistake("the path's beginning only", "opens scope-wider", swap={"^/api(?:/|$)": "^/api"}),
    mistake("the path without case", "opens scope-wider", swap={"~^/api(?:/|$)": "~*^/api(?:/|$)"}),
    mistake(
        "the public path as the private one",
        "opens credentials-extra",
        "opens exposed-extra",
        "opens header-extra",
        "opens method-extra",
        "opens scope-wider",
        "refuses origin-missing",
        "warnings content-type-extra",
        swap={"^/api(?:/|$)": "^/"},
    ),
    mistake("no exemption", "opens path-exempt", swap={'"~^/api/internal(?:/|$)" "";': ""}),
    mistake(
        "the exempt path answers preflights",
        "opens path-exempt",
        swap={ORIGIN: EXEMPT_ANSWERED},
    ),
    mistake(
        "the path as it is written",
        "opens path-misread",
        "opens path-exempt",
        "refuses origin-missing",
        "refuses preflight-405",
        swap={'"$cors_ambiguous$uri"': '"$request_uri"'},
    ),
    mistake(
        "paths below a prefix only",
        "refuses origin-missing",
        "refuses preflight-405",
        swap={"^/prices(?:/|$)": "^/prices/"},
    ),
    mistake(
        "a prefix itself only",
        "refuses error-without-cors",
        "refuses preflight-405",
        swap={"^/prices(?:/|$)": "^/prices$"},
    ),
]


@contextlib.contextmanager
def serving(config: str) -> Iterator[str]:
    """The origin of an nginx that runs until the block ends."""
    nginx = shutil.which("nginx") or "nginx"
    port = free_port()
    with laboratory() as lab:
        (lab / "nginx.conf").write_text(config.replace("LAB", str(lab)).replace("PORT", str(port)))
        command = [nginx, "-c", str(lab / "nginx.conf"), "-e", "stderr"]
        with running(command, lab) as process:
            socket = lab / "app.sock"
            wait_for(lambda: (listens(port) and socket.exists()) or None, "nginx", process, lab)
            yield f"http://127.0.0.1:{port}"
