"""The few statements that every answer runs, prepared once per connection, with values bound by the server.

Django writes values into a statement's text, and the server parses and plans it anew each time. For a statement of several
parts that costs more than running it. Everything else goes through the ORM.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections


def fetch_row(statement: str, values: Mapping[str, Any] | Sequence[Any]) -> tuple[Any, ...] | None:
    """Runs `statement` in the transaction under way, if any, and returns its first row. Raises Django's database errors.

    Placeholders that may be None, or stand alone in a SELECT, need a cast: the server cannot guess their type.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement, values, prepare=True)
        row: tuple[Any, ...] | None = cursor.fetchone()
    if connection.queries_logged:  # as Django's own cursor does, for tests and for debugging
        connection.queries_log.append({"sql": statement, "time": ""})
    return row
