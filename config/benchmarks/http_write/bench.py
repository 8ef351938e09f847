"""`http` write: interleaved rounds of the same writes against Ebb, the peer and the floor."""

import json
import os
import platform
import secrets
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from backend.accounts.models import User
from backend.api import app_sessions
from backend.api.authentication import HEADER
from backend.calendar_days import local_day
from config.benchmarks.http_write import floor
from config.benchmarks.load import Call, measure, put
from config.benchmarks.results import Figures, Promise, Result, middle
from config.scratch import run, scratch_database, web_server

CONNECTIONS = 16
CHUNK = 100  # people who write in one round; each round has its own
ROUNDS = 15
NOTE_EVERY = 5
SAME_DAY = 8  # racing writes: so many devices write one person's day at once
HERE = "config.benchmarks.http_write"

Say = Callable[[str], None]


def http_write(*, say: Say, rounds: int = ROUNDS) -> Result:
    """Runs about half a minute. Raises DidNotStart."""
    with scratch_database("bench") as surroundings, tempfile.TemporaryDirectory(prefix="ebb-bench-") as folder:
        log = Path(folder) / "servers.log"
        environment = {**surroundings, **_own_settings(folder)}
        say("preparing people and tables")
        run(["manage.py", "migrate", "--noinput"], environment)
        tokens = _prepare(surroundings["DATABASE_URL"], people=(rounds + 1) * CHUNK)
        with (
            web_server("config.wsgi:application", environment, log=log) as ebb,
            web_server(f"{HERE}.peer:application", environment, log=log) as peer,
            web_server(f"{HERE}.floor:application", environment, log=log) as bare,
        ):
            figures = _rounds({"ebb": ebb, "peer": peer, "floor": bare}, tokens, rounds, say)
            say("racing and duplicate writes")
            figures["ebb, racing"] = measure(ebb[0], ebb[1].pid, _racing(tokens), connections=CONNECTIONS)
    return _result(figures)


def _rounds(servers: Mapping[str, tuple[str, subprocess.Popen[bytes]]], tokens: Sequence[str], rounds: int, say: Say) -> dict[str, Figures]:
    """Short rounds, taken in turns, so that a slow moment of the machine meets all contenders alike."""
    makers = {"ebb": _ebb_calls, "peer": _peer_calls, "floor": _floor_calls}
    measured: dict[str, list[Figures]] = {name: [] for name in servers}
    people = list(enumerate(tokens, start=1))
    for number in range(rounds + 1):  # the first warms up and is not counted
        say("warming up" if number == 0 else f"round {number} of {rounds}")
        writing = people[number * CHUNK : (number + 1) * CHUNK]
        for name, (address, child) in servers.items():
            figures = measure(address, child.pid, makers[name](writing), connections=CONNECTIONS)
            if number:
                measured[name].append(figures)
    return {name: middle(each) for name, each in measured.items()}


def _result(figures: dict[str, Figures]) -> Result:
    ebb, peer, bare, racing = figures["ebb"], figures["peer"], figures["floor"], figures["ebb, racing"]
    return Result(
        name="http",
        work=f"authenticated check-in PUT, {CONNECTIONS} connections, one worker, a note in every {NOTE_EVERY}th",
        contenders=figures,
        promises=[
            Promise("requests per CPU second, of the peer", ebb.per_cpu_second / peer.per_cpu_second, ">=", 2.0, 4.0),
            Promise("requests per CPU second, of the floor", ebb.per_cpu_second / bare.per_cpu_second, ">=", 0.0, 0.45),
            Promise("p99 / p50", ebb.p99_ms / ebb.p50_ms, "<=", 3.0),
            Promise("errors, plain writes", ebb.errors, "<=", 0),
            Promise("errors of 5xx, racing and duplicate writes", racing.errors, "<=", 0),
        ],
        versions={
            "python": platform.python_version(),
            **{name: version(name) for name in ("django", "djangorestframework", "granian", "psycopg")},
        },
    )


def _own_settings(folder: str) -> dict[str, str]:
    """As in production, behind a plain address."""
    key = secrets.token_urlsafe(32)
    return {
        "DEBUG": "0",
        "DEMO_MODE": "0",
        "SITE_URL": "http://127.0.0.1",
        "SECRET_KEY": settings.SECRET_KEY,
        "CODE_KEY": key,
        "POLICY_KEY": key,
        "VAPID_PRIVATE_KEY": key,
        "FIELD_KEYS": f"k1:{secrets.token_urlsafe(32)}",
        "THROTTLE_PERSON": "100000/min",
        "LOG_LEVEL": "ERROR",
        "EBB_VAR_DIR": folder,
    }


def _prepare(database_url: str, *, people: int) -> list[str]:
    """People with sessions for Ebb, people with tokens for the peer, and the floor's table. Returns the tokens."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    now = datetime.now(UTC)
    tokens = [secrets.token_hex(16) for _ in range(people)]
    with psycopg.connect(database_url) as connection:
        for number, token in enumerate(tokens, start=1):
            _ebb_person(connection, number, token, now)
        connection.execute(_PEER_TABLES)
        for number, token in enumerate(tokens, start=1):
            connection.execute(_PEER_PERSON, [number, f"person{number}", now])
            connection.execute("INSERT INTO authtoken_token (key, created, user_id) VALUES (%s, %s, %s)", [token, now, number])
        connection.execute(floor.TABLE)
    return tokens


def _ebb_person(connection: "psycopg.Connection[tuple[object, ...]]", number: int, token: str, now: datetime) -> None:
    """A couple for every two people, each signed in."""
    user = User(pk=number, email=f"p{number}@example.org", password="!", timezone="UTC", date_joined=now, zone_changed_at=now)
    fields = list(User._meta.concrete_fields)
    columns = ", ".join(str(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    connection.execute(f"INSERT INTO accounts_user ({columns}) VALUES ({places})", [getattr(user, f.attname) for f in fields])  # noqa: S608
    session = {
        SESSION_KEY: str(number),
        BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
        HASH_SESSION_KEY: user.get_session_auth_hash(),
        app_sessions.MARK: True,
    }
    connection.execute(
        "INSERT INTO django_session (session_key, session_data, expire_date) VALUES (%s, %s, %s)",
        [token, SessionStore().encode(session), now + timedelta(days=1)],
    )
    connection.execute(
        "INSERT INTO usersessions_usersession (user_id, session_key, ip, user_agent, created_at, last_seen_at, data)"
        " VALUES (%s, %s, '127.0.0.1', '', %s, %s, '{}')",
        [number, token, now, now],
    )
    couple = (number + 1) // 2
    if number % 2:
        connection.execute("INSERT INTO couples_couple (id, created_at) VALUES (%s, %s)", [couple, now])
        connection.execute(
            "INSERT INTO checkins_patternstate (couple_id, first_day, states, model_version) VALUES (%s, %s, '', '')", [couple, now.date()]
        )
    connection.execute(
        "INSERT INTO couples_membership (couple_id, person_id, side, joined_at, joined_day) VALUES (%s, %s, %s, %s, %s)",
        [couple, number, "ab"[(number + 1) % 2], now, now.date()],
    )


def _today() -> date:
    return local_day(datetime.now(UTC), ZoneInfo("UTC"))


def _bodies(writing: Sequence[tuple[int, str]]) -> list[tuple[int, str, dict[str, object]]]:
    rows = []
    for number, token in writing:
        body: dict[str, object] = {"closeness_felt": number % 11, "closeness_wanted": (number + 4) % 11, "space_wanted": 3}
        if number % NOTE_EVERY == 0:
            body["note"] = "A quiet evening, and a walk by the river before it got dark."
        rows.append((number, token, body))
    return rows


def _ebb_calls(writing: Sequence[tuple[int, str]]) -> list[Call]:
    calls = []
    for _, token, body in _bodies(writing):
        full = {**body, "client_id": str(uuid.uuid4()), "kind": "full"}
        calls.append(put(f"/api/v1/check-ins/{_today()}/", json.dumps(full).encode(), {HEADER: token}))
    return calls


def _peer_calls(writing: Sequence[tuple[int, str]]) -> list[Call]:
    path = f"/check-ins/{_today()}/"
    return [put(path, json.dumps(body).encode(), {"Authorization": f"Token {token}"}) for _, token, body in _bodies(writing)]


def _floor_calls(writing: Sequence[tuple[int, str]]) -> list[Call]:
    return [put(f"/check-ins/{number}/{_today()}", json.dumps(body).encode(), {}) for number, _, body in _bodies(writing)]


def _racing(tokens: Sequence[str]) -> list[Call]:
    """Each person's yesterday written by several devices at once, every write sent twice."""
    calls: list[Call] = []
    for token in tokens[: CHUNK // 2]:
        for _ in range(SAME_DAY):
            body = {"client_id": str(uuid.uuid4()), "kind": "quick", "quick": "as_usual"}
            path = f"/api/v1/check-ins/{_today() - timedelta(days=1)}/"
            calls += [put(path, json.dumps(body).encode(), {HEADER: token})] * 2
    return calls


_PEER_TABLES = """
    CREATE TABLE auth_user (id bigserial PRIMARY KEY, password varchar(128) NOT NULL, last_login timestamptz, is_superuser bool NOT NULL,
        username varchar(150) NOT NULL UNIQUE, first_name varchar(150) NOT NULL, last_name varchar(150) NOT NULL,
        email varchar(254) NOT NULL, is_staff bool NOT NULL, is_active bool NOT NULL, date_joined timestamptz NOT NULL);
    CREATE TABLE authtoken_token (key varchar(40) PRIMARY KEY, created timestamptz NOT NULL, user_id bigint NOT NULL UNIQUE REFERENCES auth_user);
    CREATE TABLE bench_plaincheckin (id bigserial PRIMARY KEY, person_id bigint NOT NULL REFERENCES auth_user, day date NOT NULL,
        closeness_felt smallint NOT NULL, closeness_wanted smallint NOT NULL, space_wanted smallint NOT NULL, tension smallint,
        note text NOT NULL DEFAULT '', UNIQUE (person_id, day))
"""
_PEER_PERSON = """
    INSERT INTO auth_user (id, password, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined)
    VALUES (%s, '!', false, %s, '', '', '', false, true, %s)
"""
