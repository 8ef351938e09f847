"""Celery's doors."""

from celery import shared_task

from backend import clock
from checkins.services import deciding, tidying


@shared_task(name="checkins.tasks.decide_due")
def decide_due() -> None:
    deciding.decide_due(now=clock.now())


@shared_task(name="checkins.tasks.tidy")
def tidy() -> None:
    tidying.tidy(now=clock.now())
