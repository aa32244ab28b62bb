"""What each target can say, as data: errors, warnings and the documentation come from it."""

from typing import Final

from cors_wsgi.export.capability import LARGEST, Capabilities

_AWS_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})


# Origins of plain names on the web's schemes, as the Gateway API's schema has them.
_NAMES: Final = r"https?://[a-z0-9.*-]+(?::(?:[0-9]+|\*))?"
_GATEWAY_ERRORS: Final = "errors of its own (403, 429, 502, 504), which carry no CORS headers"

# What Envoy lets pass unless `allow_custom_methods` is set.
_ENVOY_METHODS: Final = frozenset(
    "ACL BIND CHECKOUT COPY DELETE GET HEAD LINK LOCK MERGE MKACTIVITY MKCALENDAR MKCOL MOVE"  # noqa: SIM905 - thirty lines otherwise
    " NOTIFY OPTIONS PATCH POST PROPFIND PROPPATCH PURGE PUT REBIND REPORT SEARCH SOURCE"
    " SUBSCRIBE UNBIND UNLINK UNLOCK UNSUBSCRIBE".split()
)
# What the HTTP parser of Node.js 20 takes: `http.METHODS`.
_NODE_METHODS: Final = _ENVOY_METHODS | {"M-SEARCH", "QUERY"}

_NGINX: Final = """\
http {
    include cors-http.conf;

    server {
        listen 8080;
        include cors-server.conf;

        location / {
            include cors-proxy.conf;
            proxy_pass http://127.0.0.1:8000;
        }
    }
}
"""
_APACHE: Final = """\
<VirtualHost *:8080>
    Include cors.conf
    ProxyPass / http://127.0.0.1:8000/
</VirtualHost>
"""
_CADDY: Final = """\
import cors.caddy

:8080 {
	route {
		import cors
		reverse_proxy 127.0.0.1:8000 {
			import cors_proxy
		}
	}
}
"""
_HAPROXY: Final = """\
frontend web
    bind :8080
    # here the lines of cors.cfg
    default_backend application
"""

CAPABILITIES: Final[dict[str, Capabilities]] = {
    "nginx": Capabilities(
        title="nginx",
        proven="nginx 1.22.1",
        example=_NGINX,
        check="nginx -t",
        source="https://nginx.org/en/docs/http/ngx_http_map_module.html",
        many_origins=2000,
        # Of the 4,096 bytes of one parameter.
        longest=4000,
        method_form="[A-Z_-]+",
        quirks=("nginx-416",),
        limits=(
            (
                "For servers with policies of their own, export each policy into a folder of its"
                " own, and include every `cors-http.conf` in `http`."
            ),
            (
                "An `add_header` in a location switches off all those of the levels above it:"
                " include `cors-server.conf` in such a location too."
            ),
            (
                "A `proxy_hide_header` in a location does the same: include `cors-proxy.conf`"
                " beside it. For FastCGI, uWSGI and gRPC, repeat its lines with"
                " `fastcgi_hide_header` and the like."
            ),
        ),
    ),
    "apache": Capabilities(
        title="Apache",
        proven="Apache 2.4",
        example=_APACHE,
        check="apachectl configtest",
        source="https://httpd.apache.org/docs/2.4/mod/mod_headers.html",
        # Of the 8,192 bytes of an expression within a condition.
        longest=8000,
        statuses=frozenset({204}),
        limits=(
            (
                "It needs the modules headers, rewrite and setenvif: `a2enmod headers rewrite"
                " setenvif`."
            ),
            "A malformed request, which Apache answers 400, gets no CORS headers.",
        ),
    ),
    "htaccess": Capabilities(
        title="Apache in .htaccess",
        proven="Apache 2.4",
        check="apachectl configtest",
        source="https://httpd.apache.org/docs/2.4/howto/htaccess.html",
        # Of the 8,192 bytes of an expression within a condition.
        longest=8000,
        statuses=frozenset({204}),
        limits=(
            (
                "It needs `AllowOverride All` for the document root and the modules headers,"
                " rewrite and setenvif. Without `AllowOverride`, Apache ignores the file"
                " silently: only a request shows it."
            ),
            (
                "The application's own rules follow in the same file. A `.htaccess` further"
                " down that has `RewriteEngine On` switches these preflights off below it."
            ),
            "A later `<If>` with a `Require` of its own asks preflights for a login again.",
        ),
    ),
    "caddy": Capabilities(
        title="Caddy",
        proven="Caddy 2.6.2",
        example=_CADDY,
        check="caddy validate",
        source="https://caddyserver.com/docs/caddyfile/matchers",
    ),
    "haproxy": Capabilities(
        title="HAProxy",
        proven="HAProxy 2.6.12",
        example=_HAPROXY,
        check="haproxy -c -f haproxy.cfg",
        source="https://docs.haproxy.org/2.6/configuration.html",
        # Of the 16,384 bytes of a response, and of the 65,536 of a compiled expression.
        longest=15000,
        limits=("It needs an HAProxy that is built with PCRE, as those of distributions are.",),
    ),
    "envoy": Capabilities(
        title="Envoy",
        proven="Envoy 1.40.0",
        check="envoy --mode validate -c envoy.json",
        source="https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/cors_filter",
        # One character is about one state of a program, of which `envoy.py` allows 100,000.
        longest=80000,
        methods=_ENVOY_METHODS,
        reflects=False,
        reflects_star=True,
        statuses=frozenset({200}),
        own_answers="answers for paths that no route matches and redirects of `require_tls`,"
        " which carry no CORS headers",
        limits=(
            "Give each route its action, and keep the routes in this order.",
            (
                "Large expressions carry `max_program_size`, which Envoy calls deprecated: its"
                " default of 100 is too small for them."
            ),
        ),
    ),
    "traefik": Capabilities(
        title="Traefik",
        proven="nothing that ran: it is written from the documentation",
        source="https://doc.traefik.io/traefik/middlewares/http/headers/",
        reflects=False,
        vary="not on preflights",
        raw_paths=True,
        statuses=frozenset({200}),
        limits=(
            "Define the service `application`.",
            "Where the application sends several `Vary` lines, Traefik keeps only the first.",
        ),
    ),
    "gateway-api": Capabilities(
        title="the Gateway API",
        proven="the schema of the HTTPRoute CRD",
        source="https://gateway-api.sigs.k8s.io/geps/gep-1767/",
        wildcards="subdomains",
        origin_form=_NAMES,
        most_origins=64,
        most_names=64,
        most_paths=15,
        methods=_AWS_METHODS,
        max_age=(1, LARGEST),
        reflects=False,
        any_header=False,
        vary="unknown",
        raw_paths=True,
        own_answers=_GATEWAY_ERRORS,
        limits=(
            "Add `parentRefs`, and `backendRefs` to each rule.",
            "Implementations differ in what they honour: verify yours.",
        ),
    ),
    "istio": Capabilities(
        title="Istio",
        proven="the schema of the VirtualService CRD, and Envoy 1.40.0 with the same settings",
        source="https://istio.io/latest/docs/reference/config/networking/virtual-service/#CorsPolicy",
        methods=_ENVOY_METHODS,
        reflects=False,
        reflects_star=True,
        vary="not on preflights",
        raw_paths=True,
        statuses=frozenset({200}),
        own_answers="answers for paths that no route matches, which carry no CORS headers",
        limits=("Add `gateways` where you need them, and a `route` to each entry of `http`.",),
    ),
    "api-gateway-rest": Capabilities(
        title="API Gateway for REST APIs",
        proven="cfn-lint, and its expression in Python and Java (no gateway ran)",
        source="https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-cors.html",
        path_form="[A-Za-z0-9._:/-]*",
        method_form="[A-Z]+",
        name_form="[A-Za-z0-9_-]+",
        reflects=False,
        exempts=False,
        own_answers="preflights only. Add the headers of all other answers in the application:"
        " `cors-wsgi export lambda` writes a decorator for it. Errors of the gateway's own carry"
        " them only where the policy is one origin or `*`",
    ),
    "api-gateway-http": Capabilities(
        title="API Gateway for HTTP APIs",
        proven="botocore's validator, and cfn-lint in a template",
        source="https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html",
        wildcards="none",
        origin_form=_NAMES,
        methods=_AWS_METHODS,
        max_age=(0, 86400),
        reflects=False,
        vary="unknown",
        paths="none",
        exempts=False,
        statuses=frozenset({204}),
        own_answers=_GATEWAY_ERRORS,
        limits=(
            "If `$default` or `ANY` has an authorizer, add a route `OPTIONS /{proxy+}` without it.",
        ),
    ),
    "lambda": Capabilities(
        title="AWS Lambda with Python",
        proven="events of both payload formats",
        source="https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html",
        methods=_AWS_METHODS,
        own_answers=_GATEWAY_ERRORS,
    ),
    "lambda-node": Capabilities(
        title="AWS Lambda with Node.js",
        proven="events of both payload formats",
        source="https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html",
        methods=_AWS_METHODS,
        own_answers=_GATEWAY_ERRORS,
    ),
    "lambda-url": Capabilities(
        title="a Lambda function URL",
        proven="botocore's validator, and cfn-lint in a template",
        source="https://docs.aws.amazon.com/lambda/latest/api/API_Cors.html",
        wildcards="none",
        most_origins=100,
        most_names=100,
        methods=_AWS_METHODS - {"OPTIONS"},
        max_age=(0, 86400),
        reflects=False,
        any_header=False,
        vary="unknown",
        paths="none",
        exempts=False,
        statuses=frozenset({200}),
        own_answers=_GATEWAY_ERRORS,
    ),
    "cloudfront": Capabilities(
        title="CloudFront",
        proven="botocore's validator, and cfn-lint in a template",
        source="https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ResponseHeadersPolicyCorsConfig.html",
        wildcards="subdomains",
        origin_form=_NAMES,
        methods=_AWS_METHODS,
        reflects=False,
        any_header=False,
        vary="unknown",
        paths="none",
        exempts=False,
        own_answers="no answers to preflights: they reach the origin, which must answer them with"
        " 200 or 204; CloudFront then adds the headers",
        limits=("Allow OPTIONS in the cache behaviour that the policy is attached to.",),
    ),
    "s3": Capabilities(
        title="S3",
        proven="botocore's validator, and cfn-lint in a template",
        source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html",
        wildcards="wider",
        methods=frozenset({"GET", "HEAD", "POST", "PUT", "DELETE"}),
        any_method=False,
        credentials="named origins",
        paths="none",
        exempts=False,
        statuses=frozenset({200}),
    ),
    "express": Capabilities(
        title="Express",
        proven="Express 4 and 5 on Node.js 20",
        source="https://expressjs.com/en/guide/using-middleware.html",
        methods=_NODE_METHODS,
        limits=(
            "Use it before everything else: `app.use(require('./cors.js'))`.",
            (
                'In a package with `"type": "module"`, name the file `cors.cjs` and write `import'
                " cors from './cors.cjs'`."
            ),
        ),
    ),
    "fastapi": Capabilities(
        title="FastAPI",
        proven="FastAPI 0.165 and Starlette 1.10",
        source="https://asgi.readthedocs.io/en/latest/specs/www.html",
        limits=("Wrap the application last, outside all middleware: `app = cors(app)`.",),
    ),
}
