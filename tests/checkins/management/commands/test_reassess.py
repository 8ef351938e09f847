"""`manage.py reassess`: what it says, and that Ctrl-C leaves each couple wholly assessed or wholly as it was."""

import json
import os
import signal
import subprocess
import sys
from io import StringIO
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from checkins import patterns
from checkins.models import PatternDay, PatternState
from tests.checkins.earlier import EARLIER, as_an_earlier_model_left, couples_with_a_past

HERE = str(patterns.MODEL_VERSION)
DAYS = 10


def reassess(*arguments):
    out, err = StringIO(), StringIO()
    call_command("reassess", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.mark.django_db
def test_says_how_far_it_is_and_what_it_did():
    as_an_earlier_model_left(couples_with_a_past(3, DAYS))
    out, err = reassess("--batch", "2")
    assert out.startswith(f"3 couples, {3 * DAYS} days assessed by model {HERE} in ")
    assert "] 2/3" in err
    assert "] 3/3" in err
    assert reassess()[0].startswith("0 couples, 0 days")


@pytest.mark.django_db
def test_json_is_one_document():
    as_an_earlier_model_left(couples_with_a_past(2, DAYS))
    said = json.loads(reassess("--json")[0])
    assert said.pop("seconds") >= 0
    expected = {"couples": 2, "couple_days": 2 * DAYS, "left": 0, "model_version": int(HERE), "stopped": False}
    assert said == expected | {"waiting_for_their_morning": 0}


@pytest.mark.django_db
def test_a_named_couple():
    couples = couples_with_a_past(2, DAYS)
    assert json.loads(reassess("--json", "--couple", str(couples[1].pk))[0])["couples"] == 1


@pytest.mark.django_db
def test_a_batch_of_none_is_refused():
    with pytest.raises(CommandError, match="at least 1"):
        reassess("--batch", "0")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_ctrl_c_leaves_nothing_half_done_and_the_next_run_goes_on():
    couples = couples_with_a_past(12, 40)
    as_an_earlier_model_left(couples)
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    child = subprocess.Popen(
        [sys.executable, "manage.py", "reassess", "--batch", "1", "--json"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "config.settings"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        seen = ""
        while "1/12" not in seen:
            seen += child.stderr.read(1)
            assert child.poll() is None
        child.send_signal(signal.SIGINT)
        said = json.loads(child.communicate(timeout=60)[0])
    finally:
        child.kill()
    assert child.returncode == 130
    assert said["stopped"]
    assert 0 < said["couples"] < 12
    done = {state.couple_id for state in PatternState.objects.filter(model_version=HERE)}
    assert len(done) == said["couples"]
    for couple in couples:
        assert couple.pattern_days.filter(model_version=HERE).count() == (40 if couple.pk in done else 0)
        assert couple.pattern_days.filter(model_version=EARLIER).count() == 40
    assert json.loads(reassess("--json")[0])["couples"] == 12 - said["couples"] == said["left"]
    assert PatternDay.objects.filter(model_version=HERE).count() == 12 * 40
