"""An Envoy that obeys the policy, and mistakes to plant in it.

A mistake replaces texts of the right configuration by others.
"""

from __future__ import annotations

import contextlib
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doctor.broken_servers.serving import Answer, Asked, Handler
from doctor.broken_servers.serving import serving as application
from doctor.verifying.planting import planted
from engines.processes import free_port, laboratory, listens, running, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

RIGHT = r"""
static_resources:
  listeners:
  - address: {socket_address: {address: 127.0.0.1, port_value: PORT}}
    filter_chains:
    - filters:
      - name: hcm
        typed_config:
          '@type': type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: x
          normalize_path: true
          path_with_escaped_slashes_action: REJECT_REQUEST
          http_filters:
          - name: envoy.filters.http.header_mutation
            typed_config:
              '@type': type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation
          - name: envoy.filters.http.cors
            typed_config: {'@type': type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors}
          - name: envoy.filters.http.router
            typed_config: {'@type': type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
          route_config:
            virtual_hosts:
            - name: all
              domains: ['*']
              routes:
              - match: {safe_regex: {regex: '[^?]*(//|%).*'}}
                route: {cluster: app}
              - match: {path_separated_prefix: /api/internal}
                route: {cluster: app}
              - match: {path_separated_prefix: /api}
                route: {cluster: app}
                response_headers_to_remove: &own
                - access-control-allow-origin
                - access-control-allow-credentials
                typed_per_filter_config:
                  envoy.filters.http.cors:
                    '@type': type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy
                    allow_origin_string_match:
                    - {exact: 'https://app.example.com'}
                    - {exact: 'https://partner.example.org'}
                    - safe_regex: {regex: 'https://(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+pages\.example'}
                    - safe_regex: {regex: 'http://localhost(?::[0-9]{1,5})?'}
                    allow_methods: 'PUT, DELETE'
                    allow_headers: 'authorization, content-type, x-api-key'
                    expose_headers: 'x-request-id'
                    max_age: '600'
                    allow_credentials: true
                    forward_not_matching_preflights: false
                  envoy.filters.http.header_mutation: &vary
                    '@type': type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute
                    mutations:
                      response_mutations:
                      - append:
                          header: {key: vary, value: Origin}
                          append_action: APPEND_IF_EXISTS_OR_ADD
              - match: {path_separated_prefix: /prices}
                route: {cluster: app}
                response_headers_to_remove: *own
                typed_per_filter_config:
                  envoy.filters.http.cors:
                    '@type': type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy
                    allow_origin_string_match: [{exact: '*'}]
                    max_age: '600'  # of /prices
                    allow_credentials: false
                    forward_not_matching_preflights: false
                  envoy.filters.http.header_mutation: *vary
              - match: {prefix: /}
                route: {cluster: app}
  clusters:
  - name: app
    type: STATIC
    connect_timeout: 2s
    load_assignment:
      cluster_name: app
      endpoints:
      - lb_endpoints:
        - endpoint:
            address: {socket_address: {address: 127.0.0.1, port_value: BEHIND}}
"""  # noqa: E501 - the names of Envoy's types


def mistake(name: str, *codes: str, swap: dict[str, str]) -> Any:
    """A row: the configuration with a mistake, and the codes that are to be found."""
    return planted(RIGHT, f"Envoy: {name}", codes, swap)


EXACT = "{exact: 'https://app.example.com'}"
PAGES = r"'https://(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+pages\.example'"
FILTER = """          - name: envoy.filters.http.cors
            typed_config: {'@type': type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors}
"""
ON = "allow_credentials: true\n                    forward_not_matching_preflights: false\n"
OFF = "filter_enabled: {default_value: {numerator: 0}}\n"
MISTAKES: list[Any] = [
    mistake(
        "reflects any origin with credentials", "opens any-origin", swap={EXACT: "{exact: '*'}"}
    ),
    mistake(
        "compares the beginning",
        "opens suffix",
        "opens character",
        "opens not-an-origin",
        "opens port",
        swap={EXACT: "{prefix: 'https://app.example.com'}"},
    ),
    mistake(
        "compares the end",
        "opens prefix",
        "opens dot",
        "opens http",
        "opens not-an-origin",
        "opens pattern",
        swap={f"safe_regex: {{regex: {PAGES}}}": "{suffix: 'pages.example'}"},
    ),
    mistake(
        "looks for the name",
        "opens character",
        "opens http",
        "opens not-an-origin",
        "opens port",
        "opens prefix",
        "opens subdomain",
        "opens suffix",
        swap={EXACT: "{contains: 'app.example.com'}"},
    ),
    mistake(
        "compares without case",
        "opens not-an-origin",
        swap={EXACT: "{exact: 'https://app.example.com', ignore_case: true}"},
    ),
    mistake(
        "a dot that is not escaped",
        "opens dot",
        swap={EXACT: "{safe_regex: {regex: 'https://app.example\\.com'}}"},
    ),
    mistake(
        "a pattern that swallows slashes",
        "opens not-an-origin",
        swap={PAGES: r"'https://.*\.pages\.example'"},
    ),
    mistake(
        "a pattern that is no pattern",
        "refuses origin-missing",
        swap={f"safe_regex: {{regex: {PAGES}}}": "{exact: 'https://*.pages.example'}"},
    ),
    mistake(
        "one label only",
        "refuses origin-missing",
        swap={PAGES: r"'https://[a-z0-9-]+\.pages\.example'"},
    ),
    mistake(
        "trusts plain http",
        "opens http",
        swap={EXACT: "{safe_regex: {regex: 'https?://app\\.example\\.com'}}"},
    ),
    mistake(
        "trusts any port",
        "opens port",
        swap={EXACT: "{safe_regex: {regex: 'https://app\\.example\\.com(:[0-9]+)?'}}"},
    ),
    mistake(
        "null is allowed",
        "opens null",
        swap={EXACT: EXACT + "\n                    - {exact: 'null'}"},
    ),
    mistake(
        "an origin of development is left in",
        "opens localhost",
        swap={EXACT: EXACT + "\n                    - {prefix: 'http://127.0.0.1'}"},
    ),
    mistake(
        "an origin is forgotten",
        "refuses origin-missing",
        swap={"                    - {exact: 'https://partner.example.org'}\n": ""},
    ),
    mistake(
        "no credentials",
        "refuses credentials-missing",
        swap={"allow_credentials: true": "allow_credentials: false"},
    ),
    mistake(
        "the public path reflects with credentials",
        "opens credentials-extra",
        swap={"allow_credentials: false": "allow_credentials: true"},
    ),
    mistake("a method is forgotten", "refuses method-missing", swap={"PUT, DELETE": "PUT"}),
    mistake("a method too many", "opens method-extra", swap={"PUT, DELETE": "PUT, DELETE, PATCH"}),
    mistake("every method", "opens method-extra", swap={"PUT, DELETE": "*"}),
    mistake("a header is forgotten", "refuses header-missing", swap={", x-api-key": ""}),
    mistake("a header too many", "opens header-extra", swap={"x-api-key": "x-api-key, x-admin"}),
    mistake(
        "an exposed header is forgotten",
        "refuses exposed-missing",
        swap={"expose_headers: 'x-request-id'": "expose_headers: ''"},
    ),
    mistake(
        "an exposed header too many",
        "opens exposed-extra",
        swap={"'x-request-id'": "'x-request-id, x-debug'"},
    ),
    mistake("another max-age", "warnings max-age", swap={"max_age: '600'\n": "max_age: '60'\n"}),
    mistake("no max-age", "warnings max-age", swap={"                    max_age: '600'\n": ""}),
    mistake(
        "no Vary",
        "warnings no-vary",
        swap={"key: vary, value: Origin": "key: x-vary, value: Origin"},
    ),
    mistake(
        "the application's own headers are kept",
        "opens any-origin",
        swap={"                - access-control-allow-origin\n": ""},
    ),
    mistake(
        "no filter",
        "refuses origin-missing",
        "refuses preflight-405",
        swap={FILTER: ""},
    ),
    mistake(
        "switched off",
        "refuses origin-missing",
        "refuses preflight-405",
        swap={ON: OFF},
    ),
    mistake(
        "the path's beginning only",
        "opens scope-wider",
        swap={"{path_separated_prefix: /api}": "{prefix: /api}"},
    ),
    mistake(
        "the path without case",
        "opens scope-wider",
        swap={
            "{path_separated_prefix: /api}": "{path_separated_prefix: /api, case_sensitive: false}"
        },
    ),
    mistake(
        "the path itself only",
        "refuses preflight-405",
        swap={"{path_separated_prefix: /prices}": "{path: /prices}"},
    ),
    mistake(
        "every path", "opens scope-wider", swap={"{path_separated_prefix: /prices}": "{prefix: /}"}
    ),
    mistake(
        "no exemption",
        "opens path-exempt",
        swap={"{path_separated_prefix: /api/internal}": "{path: /never}"},
    ),
    mistake(
        "the path as it is written", "opens path-misread", swap={"'[^?]*(//|%).*'": "'/never'"}
    ),
    mistake(
        "the routes in the wrong order",
        "opens path-exempt",
        swap={
            "{path_separated_prefix: /api/internal}": "{path: /never}",
            "{prefix: /}": "{path_separated_prefix: /api/internal}",
        },
    ),
]


def _app(asked: Asked) -> Answer:
    """The application: it sets a header of its own on errors, and knows no preflights."""
    if asked.method == "OPTIONS":
        return Answer(405)
    own = (("Access-Control-Allow-Origin", "*"),) if asked.rest.startswith("/cors") else ()
    return Answer(404 if own else 200, own)


APPLICATION: dict[str, Handler] = dict.fromkeys(("/api", "/prices"), _app)


@contextlib.contextmanager
def serving(config: str) -> Iterator[str]:
    """The origin of an Envoy that runs until the block ends."""
    envoy = shutil.which("envoy", path=str(Path(sys.executable).parent)) or "envoy"
    port = free_port()
    with laboratory() as lab, application(APPLICATION) as app:
        text = config.replace("PORT", str(port)).replace("BEHIND", app.origin.rpartition(":")[2])
        (lab / "envoy.yaml").write_text(text)
        command = [envoy, "-c", str(lab / "envoy.yaml"), "--concurrency", "1", "-l", "error"]
        with running([*command, "--disable-hot-restart"], lab) as process:
            wait_for(lambda: listens(port), "Envoy", process, lab)
            yield f"http://127.0.0.1:{port}"
