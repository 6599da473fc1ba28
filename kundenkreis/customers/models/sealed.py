"""Addresses of people whose data must not be used (Art. 18 GDPR), as hashes: they bring nobody into the house a second time."""

from __future__ import annotations

from django.db import models


class SealedAddress(models.Model):
    """One mail address or number that lies in a restriction's sealed place. It is here for as long as the restriction holds."""

    digest = models.CharField(max_length=64)  # customers.sealed_addresses
    restriction = models.BigIntegerField()  # the number of the restriction

    objects: models.Manager[SealedAddress] = models.Manager()

    class Meta:
        verbose_name = "sealed address"
        indexes = [
            models.Index(fields=["digest"], name="customers_sealed_digest"),
            models.Index(fields=["restriction"], name="customers_sealed_restriction"),
        ]

    def __str__(self) -> str:
        return self.digest[:12]
