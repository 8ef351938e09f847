"""The floor: bare WSGI and psycopg, one statement. No sign-in, no validation, no idempotence: not a product."""

import json
import os
import threading
from collections.abc import Callable, Iterable
from typing import Any

import psycopg

_local = threading.local()
_UPSERT = """
    INSERT INTO bench_floor (person_id, day, felt, wanted, room) VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (person_id, day) DO UPDATE SET felt = excluded.felt, wanted = excluded.wanted, room = excluded.room
"""
TABLE = """
    CREATE TABLE bench_floor (person_id bigint, day date, felt smallint, wanted smallint, room smallint, PRIMARY KEY (person_id, day))
"""


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if environ["REQUEST_METHOD"] == "GET":
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]
    body = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    _, person, day = environ["PATH_INFO"].rsplit("/", 2)
    if not hasattr(_local, "connection"):
        _local.connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
    _local.connection.execute(_UPSERT, [int(person), day, body["closeness_felt"], body["closeness_wanted"], body["space_wanted"]])
    answer = json.dumps(body).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
    return [answer]
