"""The decisions of a study as rows for other programs, the R package MRTAnalysis first: no ids, no dates, no answers."""

from collections.abc import Iterator

import numpy as np

from checkins.effects.study import Study, marginal_trial, moderated_trial

COLUMNS = (
    "couple", "decision", "day", "available", "prompt", "probability", "numerator", "numerator_by_state", "alert", "chance",
    "lately", "regularity", "answered", "outcome",
)  # fmt: skip


def rows_of(study: Study, *, seed: int | None = None) -> Iterator[tuple[object, ...]]:
    """One row per decision that takes part. Couples are numbered anew by lot and days counted from the couple's first decision."""
    couples = np.unique(study.couple)
    number = dict(zip(couples.tolist(), (np.random.default_rng(seed).permutation(len(couples)) + 1).tolist(), strict=True))
    one, by_state = marginal_trial(study).numerator, moderated_trial(study).numerator
    order = sorted(range(len(study.couple)), key=lambda at: (number[int(study.couple[at])], study.day[at]))
    last, decision = 0, 0
    for at in order:
        couple = number[int(study.couple[at])]
        last, decision = couple, decision + 1 if couple == last else 1
        known = bool(study.known[at])
        yield (
            couple, decision, int(study.day[at]), 1, int(study.sent[at]), float(study.probability[at]), float(one[at]), float(by_state[at]),
            int(study.alert[at]), float(study.chance[at]), float(study.lately[at]), float(study.regularity[at]), int(known),
            float(study.outcome[at]) if known else "NA",
        )  # fmt: skip
