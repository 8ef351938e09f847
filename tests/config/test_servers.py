"""The embedded servers: they start, keep what they should, and leave nothing running."""

import json
import os
import shutil
import signal
import subprocess
import sys

import psycopg
import pytest
import redis

from config import servers as embedded
from config.servers import ServersError, home_of, servers
from tests.waiting import until


@pytest.fixture
def folder(tmp_path):
    """A folder for data; started by root, they are elsewhere, and removed from there."""
    data = tmp_path / "data"
    yield data
    if home_of(data) != data:
        shutil.rmtree(home_of(data), ignore_errors=True)


def value(url: str, query: str):
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute(query).fetchone()
    return found[0] if found else None


def run(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


def test_both_servers_answer_in_utc_and_utf8_and_are_gone_afterwards():
    with servers(None, durable=False) as addresses:
        assert value(addresses.database_url, "SELECT current_database()") == "ebb"
        assert value(addresses.database_url, "SHOW timezone") == "UTC"
        assert value(addresses.database_url, "SHOW server_encoding") == "UTF8"
        with redis.Redis.from_url(addresses.redis_url) as client:
            assert client.ping()
    assert not addresses.home.exists()
    with pytest.raises(psycopg.OperationalError):
        value(addresses.database_url, "SELECT 1")
    with redis.Redis.from_url(addresses.redis_url) as client, pytest.raises(redis.ConnectionError):
        client.ping()


def test_valkey_asks_for_the_password_and_postgresql_has_no_port():
    with servers(None, durable=False) as addresses:
        port = int(addresses.redis_url.rsplit(":", 1)[1].removesuffix("/0"))
        with redis.Redis(port=port) as stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()
        assert value(addresses.database_url, "SHOW listen_addresses") == ""
        assert (addresses.home / "sockets").stat().st_mode & 0o077 == 0


def test_data_stay_for_the_next_start_until_a_fresh_one(folder):
    with servers(folder) as addresses:
        assert value(addresses.database_url, "SHOW synchronous_commit") == "on"
        run(addresses.database_url, "CREATE TABLE kept (what text)")
    with servers(folder) as addresses:
        assert value(addresses.database_url, "SELECT to_regclass('kept')") == "kept"
    with servers(folder, fresh=True) as addresses:
        assert value(addresses.database_url, "SELECT to_regclass('kept')") is None


def test_a_folder_in_use_is_refused_in_one_sentence(folder, monkeypatch):
    monkeypatch.setattr(embedded, "LOCK_SECONDS", 0.1)
    with servers(folder), pytest.raises(ServersError, match="in use by another Ebb"), servers(folder):
        pass


def test_what_a_crash_left_behind_does_not_hinder_the_next_start(folder):
    with servers(folder):
        pass
    stale = home_of(folder) / "postgresql" / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{stale.parent}\n0\n5432\n\n\n\nready\n")
    with servers(folder) as addresses:
        assert value(addresses.database_url, "SELECT 1") == 1


def test_servers_that_are_given_are_left_alone():
    given = {"DATABASE_URL": "postgresql://elsewhere/ebb", "REDIS_URL": "redis://elsewhere/0"}
    with servers(None, given=given) as addresses:
        assert addresses.environment() == given
        assert not (addresses.home / "postgresql").exists()


def test_root_keeps_data_where_no_folder_above_the_checkout_is_opened(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert home_of(tmp_path / "a").parent == embedded.ROOT_HOME
    assert home_of(tmp_path / "a") != home_of(tmp_path / "b")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert home_of(tmp_path / "a") == tmp_path / "a"


def test_a_long_path_still_gets_a_socket_that_fits(tmp_path):
    socket_folder = embedded._socket_folder(tmp_path / ("deep" * 30))
    assert len(str(socket_folder / ".s.PGSQL.5432.lock")) <= embedded.LONGEST_SOCKET_PATH


def eventually_gone(url: str) -> bool:
    def is_gone() -> bool:
        try:
            value(url, "SELECT 1")
        except psycopg.OperationalError:
            return True
        return False

    return until(is_gone)


@pytest.fixture
def program():
    environment = {name: text for name, text in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    command = [sys.executable, "-m", "config.servers", "--fast"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as process:
        yield process
        process.kill()


def test_the_program_serves_until_its_input_closes(program):
    answer = json.loads(program.stdout.readline())
    assert value(answer["DATABASE_URL"], "SELECT 1") == 1
    program.stdin.close()
    assert program.wait(20) == 0
    with pytest.raises(psycopg.OperationalError):
        value(answer["DATABASE_URL"], "SELECT 1")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_the_servers_end_even_when_the_program_is_killed(program):
    answer = json.loads(program.stdout.readline())
    program.send_signal(signal.SIGKILL)
    program.wait()
    assert eventually_gone(answer["DATABASE_URL"])
    shutil.rmtree(answer["HOME"], ignore_errors=True)
