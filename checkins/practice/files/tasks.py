"""Celery's doors."""

from uuid import UUID

from celery import shared_task

from backend import clock
from checkins.practice.files import making


@shared_task(name="checkins.practice.files.tasks.make_sheet")
def make_sheet(sheet_id: str) -> None:
    making.make(sheet_id=UUID(sheet_id), clock=clock.now)


@shared_task(name="checkins.practice.files.tasks.tend_sheets")
def tend_sheets() -> None:
    making.tend(clock=clock.now)
