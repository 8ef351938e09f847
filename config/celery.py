"""The Celery app. Messages only wake a worker; the rows in PostgreSQL say what there is to do."""

import os

from celery import Celery
from kombu.transport.redis import Channel

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# A worker that loses its broker would bring back what it had not finished, to a broker that is not there, and end on that
# (an AttributeError of kombu 5.7 while it closes the channel). The sweeps find what a lost message leaves behind.
Channel.do_restore = False

app = Celery("ebb")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["checkins", "checkins.practice.files", "notifications", "backend.couples"])
