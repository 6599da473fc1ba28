"""What holds for a time: from one day to another."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from kundenkreis.history.recording import Recorded


class Dated(Recorded):
    """Something that holds from one day to another, both included; an open end means until further notice."""

    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        abstract = True

    def holds(self, on: dt.date) -> bool:
        return (self.starts_on is None or self.starts_on <= on) and (self.ends_on is None or on <= self.ends_on)

    def clean(self) -> None:
        super().clean()
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": _("The end lies before the beginning.")})


def holding(on: dt.date) -> models.Q:
    """The condition that a Dated row holds on a day."""
    return (models.Q(starts_on=None) | models.Q(starts_on__lte=on)) & (
        models.Q(ends_on=None) | models.Q(ends_on__gte=on)
    )
