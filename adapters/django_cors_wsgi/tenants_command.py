"""`manage.py cors tenants`: every row of the project's origins, and what is wrong with it."""

import sys
from collections.abc import Iterator

import click
from django.apps import apps
from django.db import DatabaseError

from cors_wsgi import Policy
from cors_wsgi.adapting import AsyncPolicyFunction
from cors_wsgi.tenants import PolicyTemplate, StoredPolicies
from django_cors_wsgi._setting import read_policy
from django_cors_wsgi.tenants import TenantOrigin

_HELP = """\b
manage.py cors tenants

Read every row of the models that are a TenantOrigin, and list those that are
left out, with what to write instead. Exit code 1 if there are any, 2 if the
database does not answer or has no such table.
"""


@click.command("tenants", short_help="List the tenants' rows that are wrong.", help=_HELP)
def tenants() -> None:
    """List the rows that are left out."""
    models = [model for model in apps.get_models() if issubclass(model, TenantOrigin)]
    if not models:
        raise click.UsageError("no model is a django_cors_wsgi.tenants.TenantOrigin")
    wrong = 0
    for model in models:
        try:
            wrong_here = [*_wrong_rows(model)]
            count = model._default_manager.count()
        except DatabaseError as error:
            raise click.UsageError(f"{model._meta.label} cannot be read: {error}") from error
        wrong += len(wrong_here)
        for line in wrong_here:
            click.echo(line)
        click.echo(f"{model._meta.label}: {count} rows, {len(wrong_here)} of them left out")
    sys.exit(1 if wrong else 0)


def _template() -> PolicyTemplate:
    """Return the template of the project's policies, which decides what is wrong with a row."""
    source = read_policy()
    policies = source.synchronous if isinstance(source, AsyncPolicyFunction) else source
    return policies.template if isinstance(policies, StoredPolicies) else Policy.template()


def _wrong_rows(model: type[TenantOrigin]) -> Iterator[str]:
    template = _template()
    rows = model._default_manager.order_by("tenant", "origin").values_list("tenant", "origin")
    for tenant, origin in rows.iterator():
        for problem in template.policy([origin]).warnings:
            yield f"{tenant!a}: {origin!a} {problem.message} {problem.hint}"
