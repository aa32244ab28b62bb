"""The SQL for PostgreSQL: the table of origins, and the triggers that announce its changes."""

from typing import Final

from cors_wsgi._origins.allowed import MAX_ORIGIN_LENGTH

CHANNEL: Final = "cors_origin"
TABLE: Final = "cors_origin"

# One plain origin as browsers write it. The rows are checked again, by the rules of any policy,
# when they are read; this says no while somebody is there to hear it.
ORIGIN_REGEX: Final = (
    r"^[a-z][a-z0-9+.-]{0,31}://"
    r"([a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*|\[[0-9a-f:.]+\])"
    r"(:[1-9][0-9]{0,4})?\Z"
)
DEFAULT_PORT_REGEX: Final = r"^(http://.*:80|https://.*:443)\Z"
LONGEST_ORIGIN: Final = MAX_ORIGIN_LENGTH
LONGEST_TENANT: Final = 255


def table_sql() -> str:
    """Return what creates the table."""
    return f"""\
CREATE TABLE {quoted_name(TABLE)} (
    tenant text NOT NULL CHECK (octet_length(tenant) BETWEEN 1 AND {LONGEST_TENANT}),
    origin text COLLATE "C" NOT NULL CHECK (
        length(origin) <= {LONGEST_ORIGIN}
        AND origin ~ '{ORIGIN_REGEX}'
        AND origin !~ '{DEFAULT_PORT_REGEX}'
    ),
    PRIMARY KEY (tenant, origin)
);
"""


def origin_index_sql() -> str:
    """Return what finds the rows of an origin, whichever tenant's they are."""
    return f"CREATE INDEX ON {quoted_name(TABLE)} (origin);\n"


def triggers_sql(table: str = TABLE, channel: str = CHANNEL, key: str = "tenant") -> str:
    """Return what announces the changes of a table's rows, by their key.

    Args:
        table: The table.
        channel: The channel.
        key: The column that is announced: `tenant` for `StoredPolicies`, `origin` for
            `StoredOrigins`.
    """
    function, name = quoted_name(f"{table}_announce"), quoted_name(table)
    column = quoted_name(key)
    return f"""\
CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        PERFORM pg_notify({_literal(channel)}, '');  -- all of them
    END IF;
    IF TG_OP IN ('UPDATE', 'DELETE') THEN
        PERFORM pg_notify({_literal(channel)}, OLD.{column});
    END IF;
    IF TG_OP IN ('INSERT', 'UPDATE') THEN
        PERFORM pg_notify({_literal(channel)}, NEW.{column});
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER cors_rows_changed AFTER INSERT OR UPDATE OR DELETE ON {name}
    FOR EACH ROW EXECUTE FUNCTION {function}();
CREATE TRIGGER cors_truncated AFTER TRUNCATE ON {name}
    FOR EACH STATEMENT EXECUTE FUNCTION {function}();
"""


def drop_triggers_sql(table: str = TABLE) -> str:
    """Return what takes the triggers away."""
    return f"DROP FUNCTION {quoted_name(f'{table}_announce')}() CASCADE;\n"


def quoted_name(name: str) -> str:
    """Quote the name of something in the database."""
    return '"{}"'.format(name.replace('"', '""'))


def _literal(text: str) -> str:
    return "'{}'".format(text.replace("'", "''"))
