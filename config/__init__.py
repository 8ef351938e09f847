"""Wires the parts together: settings, addresses, the Celery app, and the commands that cross packages. Holds no rules."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
