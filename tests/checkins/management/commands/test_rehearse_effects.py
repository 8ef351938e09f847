import json
from io import StringIO

from django.core.management import call_command

from checkins.effects.rehearsal import WAYS, Missing


def test_it_says_how_often_each_interval_holds():
    sizes = {"replicates": 3, "couples": 25, "days": 40, "processes": 1}
    output, errors = StringIO(), StringIO()
    call_command("rehearse_effects", json=True, stdout=output, stderr=errors, **sizes)
    told = json.loads(output.getvalue())
    assert set(told) == {"replicates", "couples", "days", *Missing}
    for kind in Missing:
        assert [one["way"] for one in told[kind]] == list(WAYS)
        assert all(one["replicates"] == 3 for one in told[kind])
