"""Figures for operators, in the text format of Prometheus. Counts and seconds only: nothing in them is about a person."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.db import connection
from django.db.models import Count, Min
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from backend import clock
from checkins.models import PatternState
from notifications.models import Delivery, Preference, ServiceLimit

RECENTLY: Final = timedelta(hours=1)
QUANTILES: Final = (0.5, 0.99, 1.0)

Rows = Iterable[tuple[object, ...]]


def figures() -> bytes:
    """The figures of this moment, read from the database, so that every process of an installation says the same."""
    now = clock.now()
    registry = CollectorRegistry()

    def gauge(name: str, meaning: str, labels: tuple[str, ...], rows: Rows) -> None:
        """Each row is its label values and, last, the figure."""
        made = Gauge(name, meaning, labels, registry=registry)
        for *values, figure in rows:
            (made.labels(*values) if labels else made).set(float(str(figure)))

    deliveries = Delivery.objects.order_by().values_list
    gauge(
        "ebb_deliveries",
        "Deliveries kept, by channel and state.",
        ("channel", "state"),
        deliveries("channel", "state").annotate(Count("pk")),
    )
    recent = Delivery.objects.filter(due_at__gt=now - RECENTLY, due_at__lte=now).order_by()
    gauge(
        "ebb_deliveries_recent",
        "Deliveries of the last hour, by channel and state: what became of them.",
        ("channel", "state"),
        recent.values_list("channel", "state").annotate(Count("pk")),
    )
    gauge(
        "ebb_delivery_lag_seconds",
        "From due to sent, or for those that are not sent yet from due to now; of the last hour.",
        ("channel", "outcome", "quantile"),
        _lags(now),
    )
    due = Delivery.objects.due(now).order_by().values_list("channel")
    gauge("ebb_deliveries_due", "Deliveries that are due and wait for a worker, by channel.", ("channel",), due.annotate(Count("pk")))
    waiting = Delivery.objects.filter(state=Delivery.State.QUEUED, due_at__lte=now, expires_at__gt=now).order_by().values_list("channel")
    gauge("ebb_deliveries_held", "Due, but their service wants to wait or was stopped.", ("channel",), _less(waiting, due))
    gauge(
        "ebb_oldest_due_seconds",
        "How long the oldest delivery that is due has been waiting, held ones included.",
        ("channel",),
        ((channel, (now - oldest).total_seconds()) for channel, oldest in waiting.annotate(Min("due_at"))),
    )
    services = ServiceLimit.objects.order_by().values_list("channel")
    stopped = services.filter(stopped_at__isnull=False).annotate(Count("pk"))
    gauge("ebb_services_stopped", "Outside services that are not called until an operator acts, by channel.", ("channel",), stopped)
    slowed = services.filter(stopped_at=None, not_before__gt=now).annotate(Count("pk"))
    gauge("ebb_services_slowed", "Outside services that asked us to wait a while, by channel.", ("channel",), slowed)
    late = Preference.objects.filter(next_reminder_at__lte=now).aggregate(count=Count("pk"), oldest=Min("next_reminder_at"))
    gauge("ebb_reminders_waiting", "People whose reminder is due and not queued yet.", (), [(late["count"],)])
    since = (now - late["oldest"]).total_seconds() if late["oldest"] else 0
    gauge("ebb_oldest_reminder_seconds", "How long the oldest of these reminders has been due.", (), [(since,)])
    mornings = PatternState.objects.filter(next_decision_at__lte=now).count()
    gauge("ebb_decisions_waiting", "Couples whose morning has come and is not decided yet.", (), [(mornings,)])
    return generate_latest(registry)


def _less(all_of: Iterable[tuple[str]], without: Iterable[tuple[str]]) -> Rows:
    """By channel, how many of the first are not among the second."""
    counts = dict(all_of.annotate(Count("pk")))  # type: ignore[attr-defined]  # query sets both
    others = dict(without.annotate(Count("pk")))  # type: ignore[attr-defined]
    return [(channel, count - others.get(channel, 0)) for channel, count in counts.items()]


def _lags(now: datetime) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(_LAGS, {"now": now, "since": now - RECENTLY, "quantiles": list(QUANTILES)})
        rows = cursor.fetchall()
    return [(channel, outcome, quantile, lag) for channel, outcome, lags in rows for quantile, lag in zip(QUANTILES, lags, strict=True)]


_LAGS = f"""
    SELECT channel, outcome, percentile_cont(%(quantiles)s::float[]) WITHIN GROUP (ORDER BY lag)
    FROM (
        SELECT channel, CASE WHEN sent_at IS NULL THEN 'waiting' ELSE 'sent' END AS outcome,
               extract(epoch FROM COALESCE(sent_at, %(now)s) - due_at)::float AS lag
        FROM notifications_delivery
        WHERE due_at > %(since)s AND due_at <= %(now)s
          AND state IN ('{Delivery.State.SENT.value}', '{Delivery.State.QUEUED.value}', '{Delivery.State.SENDING.value}')
    ) AS recent
    GROUP BY channel, outcome
"""  # noqa: S608  (our own constants)
