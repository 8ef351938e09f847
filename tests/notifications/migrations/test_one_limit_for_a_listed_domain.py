"""Limits that were kept for each name below a listed domain become one."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps

from notifications import services
from notifications.models import Delivery, Device, ServiceLimit
from tests.cast import EVENING, person
from tests.notifications.post import phone

join = import_module("notifications.migrations.0009_one_limit_for_a_listed_domain").join_names_below_an_entry
WINDOWS = "https://*.notify.windows.com"


@pytest.fixture
def two_names() -> None:
    alice = person("Alice")
    for name in ("a", "b"):
        device = phone(alice, name, now=EVENING)
        services.try_device(person=alice, device_id=device.pk, now=EVENING)
        Device.objects.filter(pk=device.pk).update(kind="webpush", service=f"https://{name}.notify.windows.com")
        Delivery.objects.filter(device=device).update(channel="webpush", service=f"https://{name}.notify.windows.com")


@pytest.mark.django_db
class TestJoining:
    def test_devices_and_deliveries_move_to_the_entry(self, two_names):
        join(apps, None)
        assert set(Device.objects.values_list("service", flat=True)) == {WINDOWS}
        assert set(Delivery.objects.values_list("service", flat=True)) == {WINDOWS}
        assert not ServiceLimit.objects.exists()

    def test_the_strictest_of_what_was_asked_stays(self, two_names):
        for name, asked in [("a", {"stopped_at": EVENING, "reason": "http-403"}), ("b", {"not_before": EVENING + timedelta(hours=1)})]:
            ServiceLimit.objects.create(channel="webpush", service=f"https://{name}.notify.windows.com", **asked)
        join(apps, None)
        limit = ServiceLimit.objects.get(service=WINDOWS)
        assert (limit.stopped_at, limit.reason, limit.not_before) == (EVENING, "http-403", EVENING + timedelta(hours=1))

    def test_what_is_listed_by_its_own_name_stays_alone(self, two_names, settings):
        settings.PUSH_HOSTS = ["a.notify.windows.com", "*.notify.windows.com"]
        join(apps, None)
        assert set(Device.objects.values_list("service", flat=True)) == {"https://a.notify.windows.com", WINDOWS}
