"""What every long run over all records is: begun, ended, the last of its kind."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class TimedRun(models.Model):
    """One run of some work; what it came to stands in the columns of its kind."""

    started_at = models.DateTimeField(_("started"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        abstract = True
        indexes = [models.Index(fields=["-started_at"], name="quality_%(class)s_started")]

    def __str__(self) -> str:
        return self.started_at.isoformat()

    @property
    def seconds(self) -> float:
        """How long it took."""
        return (self.ended_at - self.started_at).total_seconds() if self.ended_at else 0.0

    @classmethod
    def latest(cls) -> Self | None:
        """The last one that came to its end."""
        return cls._default_manager.exclude(ended_at=None).order_by("-pk").first()
