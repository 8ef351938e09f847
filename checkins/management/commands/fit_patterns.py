"""`manage.py fit_patterns`: every constant of the pattern detector, rebuilt from simulated couples."""

from argparse import BooleanOptionalAction
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser

from checkins.patterns import fit, gains, scoring
from checkins.patterns.answers import Ints
from checkins.patterns.constants import IN_USE, STORED, Constants, Stored
from checkins.patterns.simulate import FAMILIES

COUPLES = 100  # of each family and held-out seed
GAIN_DRAWS = 40  # of the bootstrap, for each part
# Rebuilt on another machine, sums differ in their last bits, and the last digit stored may follow.
TOLERANCE = 0.02


class Command(BaseCommand):
    """Fits, compares, scores; touches no database."""

    help = (
        "Rebuilds every constant of the pattern detector from simulated couples with fixed seeds (a few minutes), writes them as "
        "a new model version if they changed, and prints the scores on held-out seeds with 95 % intervals."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if the stored constants are not rebuilt")
        parser.add_argument("--fit", action=BooleanOptionalAction, default=True, help="--no-fit only scores the stored constants")
        parser.add_argument("--gains", action="store_true", help="also print what each part of the model is worth")

    def handle(self, *args: Any, **options: Any) -> None:
        constants = IN_USE.constants
        if options["fit"] or options["check"]:
            constants = self._rebuilt()
            self._compare(constants) if options["check"] else self._write(constants)
        held_out = {family: fit.family_of(family, fit.HELD_OUT_SEEDS, couples=COUPLES) for family in FAMILIES}
        self._scores(constants, held_out)
        if options["gains"]:
            self._gains(constants)

    def _rebuilt(self) -> Constants:
        couples = fit.couples_of(fit.FIT_SEEDS)
        self.stderr.write(f"fitting on {len(couples.truth)} couples")
        found = fit.fit(Constants(), couples, told=self._bar)
        self.stderr.write("")
        return fit.calibrated(fit.rounded(found), fit.calibration_couples())

    def _bar(self, done: int, of: int) -> None:
        filled = 40 * done // of
        self.stderr.write(f"\r[{'#' * filled}{'.' * (40 - filled)}] {done}/{of}", ending="")
        self.stderr.flush()

    def _compare(self, rebuilt: Constants) -> None:
        differing = []
        for field in fields(Constants):
            stored, found = getattr(IN_USE.constants, field.name), getattr(rebuilt, field.name)
            if not np.allclose(stored, found, rtol=TOLERANCE, atol=0.005):
                differing.append(f"{field.name}: stored {stored}, rebuilt {found}")
        if differing:
            raise CommandError("the stored constants are not those of the seeds\n  " + "\n  ".join(differing))
        self.stdout.write(f"model {IN_USE.model_version} of {IN_USE.set_on}: every constant is rebuilt from its seeds")

    def _write(self, rebuilt: Constants) -> None:
        if rebuilt == IN_USE.constants:
            self.stdout.write(f"nothing changed: model {IN_USE.model_version} of {IN_USE.set_on}")
            return
        today = datetime.now(UTC).date().isoformat()
        new = Stored(IN_USE.model_version + 1, today, fit.FIT_SEEDS, fit.CALIBRATION_SEEDS, rebuilt)
        STORED.write_text(new.as_json(), encoding="utf-8")
        self.stdout.write(f"model {new.model_version} of {today} written to {STORED.name}")

    def _scores(self, constants: Constants, held_out: dict[str, fit.Couples]) -> None:
        self.stdout.write(f"\nheld-out seeds {', '.join(map(str, fit.HELD_OUT_SEEDS))}, {COUPLES} couples of {fit.DAYS} days each")
        self.stdout.write(f"{'family':14} {'PR-AUC':>22} {'found in 3 days':>22} {'false alarms per 90':>22} {'ECE':>7}")
        for family, couples in held_out.items():
            said = fit.say(constants, couples.course)
            shown = [f"{_shown(figure, said, couples.truth):>22}" for figure in (_precision, _found, _alarms)]
            self.stdout.write(f"{family:14} {' '.join(shown)} {scoring.calibration_error(said.p, couples.truth):7.4f}")

    def _gains(self, constants: Constants) -> None:
        couples, again = fit.couples_of(fit.HELD_OUT_SEEDS), fit.calibration_couples()
        with_all = fit.say(constants, couples.course)
        self.stdout.write("\nwhat each part is worth (with it minus without it)")
        self.stdout.write(f"{'part':44} {'PR-AUC':>24} {'log score, millinats':>26} {'false alarms per 90':>26}")
        for part, bare in gains.without(constants).items():
            without = fit.say(fit.calibrated(bare, again), couples.course)
            worth = [
                scoring.estimate(figure, with_all, couples.truth, beside=without, draws=GAIN_DRAWS)
                for figure in (_precision, _millinats, _alarms)
            ]
            self.stdout.write(f"{part:44} {worth[0]!s:>24} {worth[1]!s:>26} {worth[2]!s:>26}")


def _precision(said: fit.Said, truth: Ints) -> float:
    return scoring.average_precision(said.p, truth)


def _millinats(said: fit.Said, truth: Ints) -> float:
    return 1000.0 * scoring.log_score(said.p, truth)


def _found(said: fit.Said, truth: Ints) -> float:
    return scoring.found(said.alert, truth)


def _alarms(said: fit.Said, truth: Ints) -> float:
    return scoring.false_alarms(said.alert, truth)


def _shown(figure: Callable[[fit.Said, Ints], float], said: fit.Said, truth: Ints) -> str:
    estimate = scoring.estimate(figure, said, truth)
    return "-" if np.isnan(estimate.value) else str(estimate)
