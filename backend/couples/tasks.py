"""Celery's doors."""

from celery import shared_task

from backend import clock
from backend.couples import services


@shared_task(name="backend.couples.tasks.end_quietly_left")
def end_quietly_left() -> None:
    services.end_quietly_left(now=clock.now())
