"""Answers that are kept for a day, so that a request which comes twice does its work once."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class KeptAnswer(models.Model):
    """What a request with an `Idempotency-Key` was answered. Written in the transaction of the work itself."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)  # SHA-256 of method, address and body
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=b"")  # zlib
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("kept answer")
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="api_answer_once")]
        indexes = [models.Index(fields=["created_at"], name="api_answer_created")]

    def __str__(self) -> str:
        return self.key
