"""Figures for operators, in the text format of Prometheus. Counts only: nothing in them is about a person."""

from collections.abc import Iterable

from django.db.models import Count
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from backend import clock
from checkins.models import PatternState
from notifications.models import Delivery, ServiceLimit


def figures() -> bytes:
    """The figures of this moment, read from the database, so that every process of an installation says the same."""
    now = clock.now()
    registry = CollectorRegistry()
    deliveries = Delivery.objects.values_list("channel", "state").annotate(Count("pk")).order_by("channel", "state")
    _counts(registry, "ebb_deliveries", "Deliveries kept, by channel and state.", ("channel", "state"), deliveries)
    due = Delivery.objects.due(now).order_by().values_list("channel").annotate(Count("pk")).order_by("channel")
    _counts(registry, "ebb_deliveries_due", "Deliveries that are due and wait for a worker, by channel.", ("channel",), due)
    stopped = ServiceLimit.objects.filter(stopped_at__isnull=False).values_list("channel").annotate(Count("pk")).order_by("channel")
    _counts(
        registry, "ebb_services_stopped", "Outside services that are not called until an operator acts, by channel.", ("channel",), stopped
    )
    waiting = PatternState.objects.filter(next_decision_at__lte=now).count()
    _counts(registry, "ebb_decisions_waiting", "Couples whose morning has come and is not decided yet.", (), [(waiting,)])
    return generate_latest(registry)


def _counts(registry: CollectorRegistry, name: str, meaning: str, labels: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    """One gauge: each row is its label values and, last, the count."""
    gauge = Gauge(name, meaning, labels, registry=registry)
    for *values, count in rows:
        (gauge.labels(*values) if labels else gauge).set(float(str(count)))
