"""The story, told for real: one short one with its episode, one without a broker for a night, one that is interrupted."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis
from django.conf import settings

from config.story.stage import CLAIM, policy_key

pytestmark = pytest.mark.slow

MINUTES = 60
PATIENCE = 6 * MINUTES


@pytest.fixture
def environment():
    """The servers of the test run, and none of its settings."""
    kept = {name: text for name, text in os.environ.items() if name not in ("DEBUG", "DEMO_MODE", "EBB_VAR_DIR")}
    return kept | {"PYTHONUNBUFFERED": "1"}


def story(*options: str) -> list[str]:
    return [sys.executable, "manage.py", "story", *options]


def told(environment: dict[str, str], *options: str) -> dict[str, object]:
    done = subprocess.run(
        story("--json", *options), cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    report: dict[str, object] = json.loads(done.stdout)
    return report


def test_two_people_live_through_an_episode_and_both_read_a_prompt(environment):
    report = told(environment, "--seed", "1", "--days", "20")
    assert report["good"] is True
    assert (report["mornings"], report["decisions"]) == (20, 20)
    assert report["alert_mornings"]
    assert report["pushes_decrypted"] == report["deliveries"]


def test_a_night_without_the_broker_loses_nothing(environment):
    environment = {name: text for name, text in environment.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    report = told(environment, "--quiet", "--days", "2", "--break-broker", "1")
    assert (report["good"], report["decisions"]) == (True, 2)


def test_a_file_is_followed_to_its_end(environment, tmp_path):
    path = tmp_path / "diary.csv"
    path.write_text(
        "couple,partner,date,closeness_felt,closeness_wanted,space_wanted,tension,quick\n"
        "c1,a,2024-02-28,6,7,3,2,\nc1,b,2024-02-28,,,,,more_room\nc1,b,2024-03-01,5,5,6,,\n",
        encoding="utf-8",
    )
    report = told(environment, "--answers", str(path))
    assert (report["good"], report["kind"], report["decisions"]) == (True, "answers", 3)


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_story_leaves_nothing_behind(environment, asked):
    with subprocess.Popen(story("--quiet"), cwd=settings.BASE_DIR, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        assert any("sign up" in line for line in lines)
        children = children_of(process.pid)
        assert len(children) >= 3
        process.send_signal(asked)
        process.stdout.read()
        assert process.wait(PATIENCE) == 130
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]
    assert not databases_of(environment, process.pid)
    assert not claims_of(environment, process.pid)


def children_of(pid: int) -> list[int]:
    """Every process that `pid` started, and those that they started (Linux)."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name of the program stands in brackets and may hold anything; behind it come the state and the parent.
            parent = stat.read_text().rpartition(")")[2].split()[1]
        except OSError:  # it ended meanwhile
            continue
        if int(parent) == pid:
            child = int(stat.parent.name)
            found += [child, *children_of(child)]
    return found


def databases_of(environment: dict[str, str], pid: int) -> list[str]:
    with psycopg.connect(environment["DATABASE_URL"]) as connection:
        rows = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"ebb_story_{pid}_%"]).fetchall()
    return [name for (name,) in rows]


def claims_of(environment: dict[str, str], pid: int) -> list[int]:
    """The databases of the Redis that this story still holds."""
    with redis.Redis.from_url(environment["REDIS_URL"]) as client:
        spaces = [int(name.removeprefix("db")) for name in client.info("keyspace")]
        held = []
        for number in spaces:
            client.select(number)
            if client.get(CLAIM) == str(pid).encode():
                held.append(number)
    return held


@pytest.mark.parametrize(
    "options, code, why",
    [
        (["--days", "5"], 1, "at least 20 days"),
        (["--days", "0"], 2, "from 1 to 1000"),
        (["--answers", "nowhere.csv"], 1, "nowhere.csv could not be read"),
        (["--quiet", "--answers", "nowhere.csv"], 2, "not allowed with"),
    ],
)
def test_what_cannot_be_told_is_refused_in_a_sentence(environment, options, code, why):
    done = subprocess.run(story(*options), cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert why in done.stderr
    assert "Traceback" not in done.stderr


def test_the_coins_of_a_seed_are_always_the_same():
    assert policy_key(1) == policy_key(1) != policy_key(2)
    assert len(policy_key(1)) == 43
