"""Marks by which every process knows which opportunities it has to read again before it adds them up (`pipeline.columns`)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class OpportunityMark(models.Model):
    """That opportunities of a chunk of numbers are what they are since some change: another `token` after each.

    The database writes it by itself (`pipeline.marking`), in the transaction that changed them, whoever changed them and how.
    On PostgreSQL a chunk has as many rows as transactions have written at once; their tokens are added up.
    """

    WATCHED: ClassVar[int] = -1  # the chunk of the row that says that the database marks

    derived_from: ClassVar[tuple[str, ...]] = ()

    chunk = models.BigIntegerField(db_index=True)
    token = models.BigIntegerField()

    class Meta:
        verbose_name = "mark of opportunities"
        verbose_name_plural = "marks of opportunities"

    def __str__(self) -> str:
        return f"{self.chunk}: {self.token}"
