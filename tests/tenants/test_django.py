"""A Django project with its tenants' origins in its database, as its developers use it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tenants.servers import PostgreSQL
from tenants.test_live import (
    SHOP,
    Rows,
    assert_all_obey_whatever_happens,
    serving,
    serving_asgi,
)

PROJECT = Path(__file__).with_name("django_project")


class Project:
    """A copy of the project, and its database."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.environment = environment
        shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns("__pycache__"))

    def manage(self, *arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=self.folder,
            env=os.environ | self.environment | {"COLUMNS": "100"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def run(self, program: str) -> str:
        return self.manage("shell", "-v", "0", "-c", f"from shops.models import Origin\n{program}")


@pytest.fixture
def on_postgres(postgres: PostgreSQL, tmp_path: Path) -> Iterator[Project]:
    yield Project(tmp_path / "project", POSTGRES_PORT=str(postgres.port))
    postgres.execute("DROP TABLE IF EXISTS shops_origin, django_migrations CASCADE")
    postgres.execute("DROP FUNCTION IF EXISTS shops_origin_announce")


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Project:
    return Project(tmp_path / "project", SQLITE=str(tmp_path / "database"))


def test_the_check_tells_of_changes_that_are_not_announced(on_postgres: Project) -> None:
    assert "No changes detected" in on_postgres.manage("makemigrations", "shops", "--check")
    assert "no issues" in on_postgres.manage("check")
    migration = on_postgres.folder / "shops" / "migrations" / "0001_initial.py"
    lines = migration.read_text().splitlines(keepends=True)
    migration.write_text("".join(line for line in lines if "AnnounceChanges" not in line))
    said = on_postgres.manage("check")
    assert "(cors_wsgi.tenants-unannounced) no migration announces changes of Origin" in said
    assert "up to ten minutes late" in " ".join(said.split())
    assert "HINT: Add AnnounceChanges('Origin'), of django_cors_wsgi.tenants, to the" in said


def test_the_check_follows_a_model_that_is_renamed(on_postgres: Project) -> None:
    shops = on_postgres.folder / "shops"
    for name in ("models.py", "cors.py"):
        text = (shops / name).read_text()
        text = text.replace("class Origin(", "class Page(").replace("import Origin", "import Page")
        (shops / name).write_text(text.replace("Origin.load_origins", "Page.load_origins"))
    (shops / "migrations" / "0002_page.py").write_text(
        "from django.db import migrations\n"
        "class Migration(migrations.Migration):\n"
        "    dependencies = [('shops', '0001_initial')]\n"
        "    operations = [migrations.RenameModel('Origin', 'Page')]\n"
    )
    on_postgres.manage("makemigrations", "shops")
    assert "no issues" in on_postgres.manage("check")


def test_the_migration_goes_forwards_and_backwards(
    on_postgres: Project, postgres: PostgreSQL
) -> None:
    assert 'CREATE FUNCTION "shops_origin_announce"()' in on_postgres.manage(
        "sqlmigrate", "shops", "0001"
    )
    on_postgres.manage("migrate")
    with psycopg.connect(postgres.address, autocommit=True) as connection:
        connection.execute("LISTEN cors_origin")
        on_postgres.run(f"Origin.objects.create(tenant='shop', origin={SHOP!r})")
        on_postgres.run("Origin.objects.update(tenant='cafe')")
        heard = [notify.payload for notify in connection.notifies(timeout=2, stop_after=3)]
        assert heard == ["shop", "shop", "cafe"]
    on_postgres.manage("migrate", "shops", "zero")
    on_postgres.manage("migrate")


@pytest.mark.parametrize("database", ["on_postgres", "on_sqlite"])
def test_rows_are_plain_origins(database: str, request: pytest.FixtureRequest) -> None:
    project: Project = request.getfixturevalue(database)
    project.manage("migrate")
    printed = project.run(
        f"""
from django.core.exceptions import ValidationError
from django.db import IntegrityError
for origin in ({SHOP!r}, "http://localhost:3000", {SHOP + "/"!r}, "*", {SHOP + chr(10)!r}):
    row = Origin(tenant="shop", origin=origin)
    try:
        row.full_clean()
        print("clean")
    except ValidationError as error:
        print(*error.messages[:1])
    try:
        row.save()
        print("saved")
    except IntegrityError:
        print("refused")
print(sorted(Origin.load_origins("shop")), Origin.load_origins("nowhere"), row)
"""
    )
    lines = printed.splitlines()
    assert lines[:5] == [
        *("clean", "saved", "clean", "saved"),
        "This ends with a slash. Write 'https://shop.example'.",
    ]
    assert lines[5:10:2] == ["refused"] * 3
    assert f"['http://localhost:3000', '{SHOP}'] None shop: " in printed


def test_the_command_says_that_it_cannot_read(on_sqlite: Project) -> None:
    said = on_sqlite.manage("cors", "tenants", code=2)
    assert "shops.Origin cannot be read: no such table: shops_origin" in said
    assert "Traceback" not in said


def test_the_command_lists_the_rows_that_are_left_out(on_sqlite: Project) -> None:
    on_sqlite.manage("migrate")
    assert on_sqlite.manage("cors", "tenants") == "shops.Origin: 0 rows, 0 of them left out\n"
    on_sqlite.run(
        f"""
rows = [("shop", {SHOP!r}), ("cafe", "http://cafe.example"), ("a\\x1b", "http://b.example")]
Origin.objects.bulk_create(Origin(tenant=tenant, origin=origin) for tenant, origin in rows)
"""
    )
    said = on_sqlite.manage("cors", "tenants", code=1).splitlines()
    assert len(said) == 3
    assert said[0].startswith(r"'a\x1b': 'http://b.example' is plain http: ")
    assert said[1].startswith("'cafe': 'http://cafe.example' is plain http: ")
    assert said[2] == "shops.Origin: 3 rows, 2 of them left out"


@pytest.mark.parametrize("interface", ["WSGI", "ASGI"])
def test_the_workers_obey_djangos_database(
    on_postgres: Project, postgres: PostgreSQL, tmp_path: Path, interface: str
) -> None:
    on_postgres.manage("migrate")
    rows = Rows(postgres, "shops_origin")
    folder, environment = on_postgres.folder, on_postgres.environment
    if interface == "WSGI":
        arguments = ["--worker-class", "gthread", "--threads", "4", "--chdir", str(folder)]
        server = serving(tmp_path, arguments, application="wsgi:application", **environment)
    else:
        server = serving_asgi(tmp_path, "asgi:application", folder, **environment)
    with server as site:
        assert_all_obey_whatever_happens(site, rows)
        with psycopg.connect(postgres.address) as connection:
            query = "SELECT count(*) FROM pg_stat_activity WHERE client_port IS NOT NULL"
            [(connections,)] = connection.execute(query).fetchall()
        # One that listens in each of two workers, and this one: questions leave none behind.
        assert connections <= 3
