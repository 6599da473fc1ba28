"""What stays of a configuration beside the house itself."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Origin(models.Model):
    """The configuration with which this house, a test copy, was made; there is at most one."""

    document = models.JSONField(_("configuration"), default=dict)
    house = models.CharField(_("house"), max_length=200, blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now)

    objects: models.Manager[Origin] = models.Manager()

    class Meta:
        verbose_name = _("origin of a test copy")

    def __str__(self) -> str:
        return f"{self.house}, {self.at:%Y-%m-%d}"


class Loaded(models.Model):
    """The file that a person has brought and is looking at; her next one takes its place."""

    person_id = models.BigIntegerField(unique=True)
    name = models.CharField(_("file"), max_length=200, blank=True)
    document = models.JSONField(_("configuration"), default=dict)
    at = models.DateTimeField(_("when"), default=timezone.now)

    objects: models.Manager[Loaded] = models.Manager()

    class Meta:
        verbose_name = _("configuration that was loaded")

    def __str__(self) -> str:
        return self.name

    @classmethod
    def keep(cls, person_id: int, name: str, document: dict[str, Any]) -> Loaded:
        """This is what she looks at from now on."""
        given = {"name": name[:200], "document": document, "at": timezone.now()}
        return cls.objects.update_or_create(person_id=person_id, defaults=given)[0]

    def put_away(self) -> None:
        """She is done with it."""
        self.delete()
