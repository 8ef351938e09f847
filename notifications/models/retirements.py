"""Items that operators no longer want sent."""

from typing import Self

from django.db import models
from django.db.models import Q


class RetirementQuerySet(models.QuerySet["Retirement"]):
    def standing(self) -> Self:
        return self.filter(lifted_at=None)


class Retirement(models.Model):
    """One version of an item that is sent to nobody any more. Who received it before goes on seeing it.

    The words themselves are files; a row here says only that a version rests, from when to when.
    """

    item = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    retired_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    objects = RetirementQuerySet.as_manager()

    class Meta:
        verbose_name = "prompt item"
        constraints = [models.UniqueConstraint(fields=["item", "version"], condition=Q(lifted_at=None), name="one_standing_retirement")]

    def __str__(self) -> str:
        return f"{self.item} {self.version}"
