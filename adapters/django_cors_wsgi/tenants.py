"""Tenants' origins in Django's database: the model, and the migration of its trigger.

class Origin(TenantOrigin):
    pass

policies = StoredPolicies(load=Origin.load_origins, ...)
"""

from collections.abc import Iterable
from typing import Any, ClassVar, Final

import django
from django.core.checks import CheckMessage, Warning  # noqa: A004 - Django's
from django.core.exceptions import ValidationError
from django.db import connections, models, router
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.models import RenameModel
from django.db.migrations.state import ProjectState

from cors_wsgi import Policy
from cors_wsgi.tenants.sql import (
    CHANNEL,
    DEFAULT_PORT_REGEX,
    LONGEST_ORIGIN,
    LONGEST_TENANT,
    ORIGIN_REGEX,
    drop_triggers_sql,
    triggers_sql,
)

_POSTGRESQL: Final = "postgresql"
_IS_ORIGIN: Final = models.Q(origin__regex=ORIGIN_REGEX) & ~models.Q(
    origin__regex=DEFAULT_PORT_REGEX
)
# Django 5.1 gave the argument of a `CheckConstraint` another name.
_CONDITION: Final[dict[str, Any]] = {
    "condition" if django.VERSION >= (5, 1) else "check": _IS_ORIGIN
}


def validate_origin(value: str) -> None:
    """Validate one plain origin, as browsers send it.

    Raises:
        ValidationError: If it is none, saying what to write instead.
    """
    for problem in Policy.template().policy([value]).warnings:
        raise ValidationError(f"This {problem.message} {problem.hint}", code=problem.code)


class TenantOrigin(models.Model):
    """An origin whose pages may call the API for a tenant; to be subclassed."""

    tenant: "models.CharField[str, str]" = models.CharField(max_length=LONGEST_TENANT)
    origin: "models.CharField[str, str]" = models.CharField(
        max_length=LONGEST_ORIGIN, validators=[validate_origin]
    )

    class Meta:
        """One row for each origin of a tenant, and nothing but plain origins."""

        abstract = True
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "origin"], name="%(app_label)s_%(class)s_unique"
            ),
            models.CheckConstraint(name="%(app_label)s_%(class)s_origin", **_CONDITION),
        ]

    def __str__(self) -> str:
        return f"{self.tenant}: {self.origin}"

    @classmethod
    def load_origins(cls, tenant: str) -> list[str] | None:
        """Return the origins of a tenant, or None if it has none: `load` of `StoredPolicies`.

        It closes the connection that it opened in its thread, since the thread ends soon.
        """
        rows = cls._default_manager.filter(tenant=tenant).values_list("origin", flat=True)
        try:
            return [*rows] or None
        finally:
            connections[rows.db].close()

    @classmethod
    def check(cls, **given: Any) -> list[CheckMessage]:
        """Check the model, and that a migration announces its changes."""
        messages = super().check(**given)
        database = router.db_for_write(cls)
        if connections[database].vendor == _POSTGRESQL and not _is_announced(cls):
            operation = f"{AnnounceChanges.__name__}({cls.__name__!r})"
            messages.append(
                Warning(
                    f"no migration announces changes of {cls.__name__}, so that they are obeyed "
                    "up to ten minutes late (`fresh_for` of StoredPolicies).",
                    f"Add {operation}, of {__name__}, to the operations of a migration.",
                    obj=cls,
                    id="cors_wsgi.tenants-unannounced",
                )
            )
        return messages


class AnnounceChanges(Operation):
    """A migration's operation: PostgreSQL announces every change of a `TenantOrigin`.

    On other databases it does nothing.

    Args:
        model_name: The name of the model.
        channel: The channel, for `postgres_changes`.
    """

    reduces_to_sql = True

    def __init__(self, model_name: str, channel: str = CHANNEL) -> None:
        self.model_name = model_name
        self.channel = channel

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Leave the state as it is: a trigger is no part of a model."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,  # noqa: ARG002 - Django's signature
        to_state: ProjectState,
    ) -> None:
        """Create the triggers."""
        if table := self._table(app_label, schema_editor, to_state):
            schema_editor.execute(triggers_sql(table, self.channel), params=None)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,  # noqa: ARG002 - Django's signature
    ) -> None:
        """Drop the triggers."""
        if table := self._table(app_label, schema_editor, from_state):
            schema_editor.execute(drop_triggers_sql(table), params=None)

    def describe(self) -> str:
        """Return what `migrate` and `makemigrations` print."""
        return f"Announce changes of {self.model_name} on channel {self.channel}"

    def _table(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, state: ProjectState
    ) -> str | None:
        model = state.apps.get_model(app_label, self.model_name)
        connection = schema_editor.connection
        if connection.vendor != _POSTGRESQL or not self.allow_migrate_model(
            connection.alias, model
        ):
            return None
        table: str = model._meta.db_table
        return table


def _is_announced(model: type[TenantOrigin]) -> bool:
    """Tell whether a migration announces the changes of a model."""
    app_label = model._meta.app_label
    graph = MigrationLoader(None, ignore_no_migrations=True).graph
    announced: set[str] = set()
    for leaf in graph.leaf_nodes(app_label):
        for migration_label, name in graph.forwards_plan(leaf):
            if migration_label == app_label:
                _note_announced(announced, graph.nodes[app_label, name].operations)
    return model._meta.model_name in announced


def _note_announced(announced: set[str], operations: Iterable[Operation]) -> None:
    """Note the models whose changes are announced; the triggers stay when a model is renamed."""
    for operation in operations:
        if isinstance(operation, AnnounceChanges):
            announced.add(operation.model_name.lower())
        elif isinstance(operation, RenameModel) and operation.old_name_lower in announced:
            announced.remove(operation.old_name_lower)
            announced.add(operation.new_name_lower)
