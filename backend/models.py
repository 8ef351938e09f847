"""The demo clock's one row."""

from datetime import timedelta

from django.db import models


class ClockOffset(models.Model):
    """How far the demo clock runs ahead of the database's. Read in demo mode only."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    ahead = models.DurationField(default=timedelta(0))

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_clock_offset")]
