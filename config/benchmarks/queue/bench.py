"""`queue`: reminders of many people leave through Celery to a channel that does nothing, beside what encrypting them would cost."""

import platform
import tempfile
from collections.abc import Mapping
from datetime import timedelta
from importlib.metadata import version
from typing import Any

from config.benchmarks.child import Say, figures_of
from config.benchmarks.results import Figures, Promise, Result
from config.benchmarks.settings import production_like
from config.scratch import run, scratch_database

DELIVERIES = 200_000
PART = 50
"""Without being asked for all of them, a fiftieth leaves: in batches of one size, so that one costs what it costs among all."""
MESSAGES = 200
LONGEST = timedelta(minutes=30)


def queue(*, say: Say, rounds: int = 5, full: bool = False, deliveries: int = 0, messages: int = MESSAGES) -> Result:
    """Runs a minute or two, at full size up to `LONGEST`. `messages` are brought by the broker in each round. Raises DidNotStart."""
    rounds = min(rounds, 5)
    deliveries = deliveries or (DELIVERIES if full else DELIVERIES // PART)
    with scratch_database("bench") as surroundings, tempfile.TemporaryDirectory(prefix="ebb-bench-") as folder:
        environment = {**surroundings, **production_like(folder)}
        say("preparing tables")
        run(["manage.py", "migrate", "--noinput"], environment)
        measured = figures_of(
            "config.benchmarks.queue.rounds", [deliveries, messages, rounds, LONGEST.seconds, folder], environment, say=say
        )
    return result_of(measured, deliveries=deliveries)


def result_of(measured: Mapping[str, Any], *, deliveries: int) -> Result:
    """What was promised, beside what was measured. The broker's share is that of all messages it brought, over all deliveries."""
    figures = {name: Figures(**one) for name, one in measured["contenders"].items()}
    encrypting, message, outbox = (1 / figures[name].per_cpu_second for name in ("encrypting", "a message", "outbox"))
    brought = measured["nudges"] + 1  # and the sweep that follows
    return Result(
        name="queue",
        work=f"{deliveries:,} reminders queued, sent through a channel that does nothing, and recorded",
        contenders=figures,
        promises=[
            Promise(
                "CPU time of Celery and the broker, of the encryption", brought * message / (deliveries * encrypting), "<=", 0.05, 0.02
            ),
            Promise("messages of the broker for each delivery", measured["nudges"] / deliveries, "<=", 0.01),
            Promise("most messages in one transaction", measured["most_at_once"], "<=", 1),
            Promise("CPU time of the whole outbox, of the encryption", outbox / encrypting, ">=", 0.0),
            Promise("deliveries not sent", measured["unsent"], "<=", 0),
        ],
        versions={
            "python": platform.python_version(),
            "postgresql": measured["postgresql"],
            **{name: version(name) for name in ("celery", "kombu", "django", "cryptography")},
        },
    )
