"""Proxies with a fix's code where it says that it goes, in front of an application.

Each is a function from the code and the application's address to the command that starts it.
"""

import os
from pathlib import Path

from doctor.converging.pasting import exported


def split(code):
    """The part of nginx's code for `http`, and the one for the location."""
    http, _, location = code.partition("# In the location that answers")
    return http, location.partition("\n")[2]


def nginx(code, backend):
    def command(lab: Path, port: int, _: bool) -> list[str]:
        maps, location = split(code)
        paths = "\n".join(
            f"{name}_temp_path {lab}/{name};"
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (lab / "nginx.conf").write_text(
            f"daemon off; pid {lab}/pid; error_log stderr; {'user root;' * (os.getuid() == 0)}\n"
            f"events {{}}\nhttp {{ access_log off; {paths}\n{maps}\n"
            f"server {{ listen 127.0.0.1:{port};\n"
            f"location / {{\n{location}\nproxy_pass {backend};\n}} }} }}"
        )
        return ["nginx", "-c", f"{lab}/nginx.conf", "-e", "stderr"]

    return command


def apache(code, backend):
    modules = "mpm_event authz_core headers rewrite setenvif proxy proxy_http"

    def command(lab: Path, port: int, _: bool) -> list[str]:
        loaded = "\n".join(
            f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so"
            for name in modules.split()
        )
        (lab / "httpd.conf").write_text(
            f"{loaded}\nServerName localhost\nListen 127.0.0.1:{port}\nPidFile {lab}/pid\n"
            f"DefaultRuntimeDir {lab}\nErrorLog /dev/stderr\nDocumentRoot {lab}\n{code}\n"
            f"ProxyPass / {backend}/\n"
        )
        return ["apache2", "-f", f"{lab}/httpd.conf", "-DFOREGROUND"]

    return command


def htaccess(code, backend):
    inside = "<Directory LAB>\nAllowOverride All\nRequire all granted\n</Directory>"

    def command(lab: Path, port: int, fixed: bool) -> list[str]:
        started = apache(inside.replace("LAB", str(lab)), backend)(lab, port, fixed)
        whole = lab / "httpd.conf"
        whole.write_text(whole.read_text().replace(f"ProxyPass / {backend}/", ""))
        (lab / ".htaccess").write_text(f"{code}\nRewriteRule ^(.*)$ {backend}/$1 [P,L]\n")
        return started

    return command


def haproxy(code, backend):
    origin, _, prefix = backend.rpartition("/")

    def command(lab: Path, port: int, _: bool) -> list[str]:
        (lab / "haproxy.cfg").write_text(
            "defaults\nmode http\ntimeout connect 2s\ntimeout client 9s\ntimeout server 9s\n"
            f"frontend edge\nbind 127.0.0.1:{port}\n{code}\n"
            f"http-request set-path /{prefix}%[path]\ndefault_backend application\n"
            f"backend application\nserver one {origin.removeprefix('http://')}\n"
        )
        return ["haproxy", "-f", str(lab / "haproxy.cfg")]

    return command


def caddy(code, backend):
    origin, _, prefix = backend.rpartition("/")

    def command(lab: Path, port: int, _: bool) -> list[str]:
        top, route, proxy = (
            paragraph.partition("\n")[2] for paragraph in exported(code, lab).strip().split("\n\n")
        )
        (lab / "Caddyfile").write_text(
            "{\n\tadmin off\n\tauto_https off\n}\n"
            f"{top}\n:{port} {{\nbind 127.0.0.1\nroute {{\n{route}\nrewrite * /{prefix}{{uri}}\n"
            f"reverse_proxy {origin} {{\n{proxy}\n}}\n}}\n}}\n"
        )
        config = str(lab / "Caddyfile")
        return ["caddy", "run", "--config", config, "--adapter", "caddyfile"]

    return command
