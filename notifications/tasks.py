"""Doors for the worker: each wakes a service, which looks in the database for what there is to do."""

from celery import shared_task

from backend import clock
from notifications import services


@shared_task(name="notifications.tasks.queue_due_reminders")
def queue_due_reminders() -> None:
    services.queue_due_reminders(now=clock.now())


@shared_task(name="notifications.tasks.plan_nightly")
def plan_nightly() -> None:
    services.plan_nightly(now=clock.now())


@shared_task(name="notifications.tasks.tidy")
def tidy() -> None:
    services.tidy(now=clock.now())


@shared_task(name="notifications.tasks.deliver_due")
def deliver_due() -> None:
    services.deliver_due(clock=clock.now)
