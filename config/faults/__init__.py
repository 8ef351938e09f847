"""Fault runs: something is broken on purpose, and what must hold is counted. `manage.py faults` runs them.

A run is a function `run(ground: Ground) -> Result` in a file of its own under `config/faults/runs`, and a line here.
It finds an empty, migrated database, a broker, and what `config.faults.ground.Ground` can start as processes.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One run: the dotted path of its function, what is broken, and the minutes it may take at full size.

    The clock can be moved where a run needs time to pass, as in a demo. A run that breaks the servers has some of its own,
    which write to the disk as an installation's do.
    """

    run: str
    what: str
    minutes: float
    moves_clock: bool = False
    breaks_servers: bool = False


_RUNS = "config.faults.runs"
FAULTS = {
    "N1": Fault(f"{_RUNS}.killed_workers.run", "workers are killed at random while they send", 40, moves_clock=True),
    "N2": Fault(f"{_RUNS}.killed_after_accept.run", "workers are killed between a yes and its record", 20, moves_clock=True),
    "N3": Fault(f"{_RUNS}.broker_away.run", "the broker is away for ten minutes", 20, moves_clock=True, breaks_servers=True),
    "N4": Fault(f"{_RUNS}.broker_flushed.run", "everything in Redis is forgotten, again and again", 20),
    "N5": Fault(f"{_RUNS}.database_crash.run", "the database is killed and starts again", 20, moves_clock=True, breaks_servers=True),
    "N5-standby": Fault(
        f"{_RUNS}.database_crash.its_machine_is_lost",
        "the database's machine is lost and its standby takes over",
        20,
        moves_clock=True,
        breaks_servers=True,
    ),
    "N6-429": Fault(f"{_RUNS}.refusing_service.asks_for_patience", "a service asks for patience, in seconds or with a date", 20),
    "N6-5xx": Fault(f"{_RUNS}.refusing_service.fails_by_chance", "a service fails, cuts the connection or is late", 30, moves_clock=True),
    "N6-gone": Fault(f"{_RUNS}.refusing_service.forgets_phones", "phones are gone; then a service wrongly says so of all", 10),
    "N6-400": Fault(f"{_RUNS}.refusing_service.dislikes_messages", "a service does not like some of the messages", 10),
    "N6-401": Fault(f"{_RUNS}.refusing_service.refuses_credentials", "a service refuses our credentials", 10),
    "N7": Fault(f"{_RUNS}.repeated_tasks.run", "the broker brings every message a hundred times", 40),
    "N9": Fault(f"{_RUNS}.clock_changes.run", "every zone's clock is put forward and back", 60),
    "N10": Fault(f"{_RUNS}.travel.run", "people move between the zones of the world", 20),
    "N11": Fault(f"{_RUNS}.leaving_in_flight.run", "people delete, pause, leave or remove a phone while they are being sent to", 60),
    "N12": Fault(f"{_RUNS}.poison.run", "one message in a hundred cannot be dealt with", 20, moves_clock=True),
    "N13": Fault(f"{_RUNS}.backlog.run", "a backlog waits while people go on using the app", 30),
    "N14": Fault(f"{_RUNS}.stale_messages.run", "messages grow stale while they wait for a slow service", 20),
    "PAIR": Fault(
        f"{_RUNS}.two_sides.run", "whoever decides and sends for two is killed before each of its statements", 20, moves_clock=True
    ),
    "C1": Fault(f"{_RUNS}.same_write_again.run", "a phone sends the same answers again, and other answers under the same id", 20),
    "C2": Fault(f"{_RUNS}.writes_at_once.without_a_key", "five devices answer one day at once", 20),
    "C3": Fault(f"{_RUNS}.writes_at_once.in_any_order", "answers given offline arrive in any order", 20),
    "C4": Fault(f"{_RUNS}.writes_at_once.two_devices", "two devices change one day at once", 20),
    "C5": Fault(f"{_RUNS}.writes_at_once.both_partners", "both partners write at once, while their days are assessed", 20),
    "I1": Fault(f"{_RUNS}.twin_worlds.run", "one of two mutes, pauses, feels unsafe; a twin lives calm days and no longer answers", 1200),
    "I2": Fault(f"{_RUNS}.prompt_as_leak.run", "somebody guesses the other's day from their own answers and prompts", 60),
}
