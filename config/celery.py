"""The Celery app. Messages only wake a worker; the rows in PostgreSQL say what there is to do."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("ebb")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["checkins", "notifications", "backend.couples"])
