"""I1: mute, pause and the safety state look like calm days on which the other no longer answers, prompts included.

Couples live a month twice from one beginning (`config.faults.twins.lives`), and what Pavel can reach must be the same to the byte, once
ids are numbered. First every planted leak must be found.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, fields
from http import HTTPStatus
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.test import override_settings

from checkins.policy import CHANCES, WINDOW_DAYS, Chances
from config.faults.ground import Ground, say
from config.faults.results import Invariant, Result, none_of
from config.faults.twins.leaks import FOUND_BY_READING, Planted
from config.faults.twins.lives import EACH_DAY, KINDS, Kind, World, make_lives
from config.faults.twins.recording import differences, undone

COUPLES, DAYS = 500, 30
A_BATCH = 10
PROCESSES = 2
"""Each with a database of its own: what one couple's world has not committed would hold up another's."""
# While a leak is looked for that only prompts show.
OFTEN = {mode: Chances(episode=0.9, calm=0.6, cap=WINDOW_DAYS) for mode in CHANCES}
MEMORY = {"memory": "notifications.channels.memory.MemoryChannel"}
# Of this process alone: it is emptied before each call.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


@dataclass
class Seen:
    """What was compared, and where the worlds differed."""

    couples: int = 0
    answers: int = 0
    prompts: int = 0
    alerts_hidden: int = 0
    alerts_calm: int = 0
    unshown: int = 0
    found: list[str] = field(default_factory=list)

    def add(self, other: "Seen") -> None:
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))


def run(ground: Ground) -> Result:
    ground.fork_on_copies(live_a_share, PROCESSES, ground.seed, ground.count(COUPLES, least=len(KINDS)))
    shares = [json.loads((ground.folder / f"share-{number}.json").read_text(encoding="utf-8")) for number in range(PROCESSES)]
    seen, missed = Seen(), []
    for share in shares:
        missed += share["missed"]
        seen.add(Seen(**share["seen"]))
    for one in [*(f"missed: {name}" for name in missed), *seen.found[:5]]:
        ground.say(one)
    return Result(
        figures={
            "couples": seen.couples,
            "days each": DAYS,
            "kinds": len(KINDS),
            "answers compared": seen.answers,
            "prompts to the one who looks": seen.prompts,
            "couples with an episode, hidden": seen.alerts_hidden,
            "planted leaks": len(FOUND_BY_READING),
        },
        invariants=[
            none_of("planted leaks that were not found", len(missed)),
            none_of("answers and notices that differ", len(seen.found)),
            # Now and then the detector is wrong about calm days. More than that, and the days were not calm.
            Invariant("calm twins with an episode", seen.alerts_calm, "<=", max(1, seen.couples // 20)),
            none_of("pages of each day that were not shown", seen.unshown),
            Invariant("prompts in both worlds", seen.prompts, ">=", 1),
            Invariant("couples with an episode that was hidden", seen.alerts_hidden, ">=", 1),
        ],
    )


def live_a_share(number: int, folder: Path, seed: int, couples: int) -> None:
    """Looks for every so-manieth leak and tells every so-manieth batch, and writes down what was seen. In a process of its own."""
    seen, missed = Seen(), []
    with quiet_settings(seed):
        for name in list(FOUND_BY_READING)[number::PROCESSES]:
            say(f"a planted leak, {name}")
            if not is_found(FOUND_BY_READING[name], seed=seed):
                missed.append(name)
        for first in range(0, couples, A_BATCH)[number::PROCESSES]:
            live_twice(seen, first=first, count=min(A_BATCH, couples - first), days=DAYS, seed=seed)
            say(f"process {number + 1} of {PROCESSES}: {seen.couples} couples, {len(seen.found)} differences")
    content = json.dumps({"missed": missed, "seen": asdict(seen)})
    (folder / f"share-{number}.json").write_text(content, encoding="utf-8")


@contextmanager
def quiet_settings(seed: int) -> Iterator[None]:
    """A phone in memory, and coins that fall alike for one seed."""
    changed = {"CHANNELS": MEMORY, "POLICY_KEY": f"twin worlds {seed}", "ALLOWED_HOSTS": ["testserver"]}
    # Nothing was gathered for this installation, and no browser asks for it.
    storages = {**settings.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    with override_settings(**changed, CACHES=CACHES, STORAGES=storages), patch("logging.Logger.isEnabledFor", lambda *_: False):
        yield


def is_found(planted: Planted, *, seed: int) -> bool:
    """Whether some days in the lives of couples of the right kind tell the worlds apart where this leak is planted."""
    seen, kinds = Seen(), tuple(kind for kind in KINDS if kind.name in planted.kinds)
    with ExitStack() as ground:

        def put(thing: Any, name: str, value: Any) -> None:
            ground.enter_context(patch.object(thing, name, value))

        planted.leak(put)
        if planted.often:
            ground.enter_context(patch.dict(CHANCES, OFTEN))
        live_twice(seen, first=0, count=len(kinds), days=planted.days, seed=seed, kinds=kinds)
    return bool(seen.found)


def live_twice(seen: Seen, *, first: int, count: int, days: int, seed: int, kinds: tuple[Kind, ...] = KINDS) -> None:
    """Some couples more, numbered from `first`. Nothing of them is left afterwards."""
    with undone():
        lives = make_lives(kinds, first, count)
        worlds = [World(lives, is_hidden=is_hidden, seed=seed) for is_hidden in (True, False)]
        told = []
        for world in worlds:
            with undone():
                told.append(world.tell(days))
                alerts = world.alerts()
            if world.is_hidden:
                seen.alerts_hidden += alerts
            else:
                seen.alerts_calm += alerts
    seen.couples += count
    seen.prompts += worlds[1].prompts
    for life, mine, yours in zip(lives, *told, strict=True):
        for day, (one, other) in enumerate(zip(mine, yours, strict=True)):
            seen.answers += len(one)
            seen.unshown += sum(one[f"GET {pattern}"].status != HTTPStatus.OK for pattern in EACH_DAY)
            seen.found += [f"couple {life.number} ({life.kind.name}), day {day}: {found}" for found in differences(one, other)]
