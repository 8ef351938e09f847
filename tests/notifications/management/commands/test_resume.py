"""An operator has put something right, and says so."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from backend import clock
from notifications.models import ServiceLimit
from tests.cast import EVENING

FCM, MOZILLA = "https://fcm.googleapis.com", "https://push.services.mozilla.com"


@pytest.fixture(autouse=True)
def _stopped(db):
    ServiceLimit.objects.create(channel="webpush", service=FCM, stopped_at=EVENING, reason="http-403", not_before=EVENING)
    ServiceLimit.objects.create(channel="webpush", service=MOZILLA, stopped_at=EVENING, reason="many-devices-gone")
    ServiceLimit.objects.create(channel="email", service="email", not_before=EVENING + timedelta(minutes=1))


def stopped() -> set[str]:
    return set(ServiceLimit.objects.stopped().values_list("service", flat=True))


def test_it_lists_what_is_stopped_and_why_and_changes_nothing(capsys):
    call_command("resume")
    listed = capsys.readouterr().out
    assert f"{FCM}  webpush, since 2026-03-04 19:30 UTC: http-403" in listed
    assert "email" not in listed
    assert stopped() == {FCM, MOZILLA}


def test_the_one_that_is_named_is_called_again_at_once(capsys, woken, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        call_command("resume", FCM)
    assert stopped() == {MOZILLA}
    assert not ServiceLimit.objects.get(service=FCM).is_held(EVENING - timedelta(hours=1))
    assert woken == ["notifications.tasks.deliver_due"]


def test_all_are_called_again(capsys):
    call_command("resume", all=True)
    assert stopped() == set()
    call_command("resume")
    assert capsys.readouterr().out.endswith("No service is stopped.\n")


@pytest.mark.parametrize("believe", [True, False])
def test_an_operator_who_has_looked_lets_the_service_be_believed_for_an_hour(believe):
    call_command("resume", MOZILLA, believe=believe)
    until = ServiceLimit.objects.get(service=MOZILLA).believed_until
    assert (until is not None) == believe
    if until is not None:
        assert timedelta(minutes=59) < until - clock.now() < timedelta(minutes=61)


def test_one_that_was_not_stopped_is_told(capsys):
    with pytest.raises(CommandError, match="is not stopped"):
        call_command("resume", "https://push.example.org")
    assert stopped() == {FCM, MOZILLA}
