"""The tables behind the search box: an entry per findable record, and the words that correct typing errors.

Next to them the migration keeps what Django has no model for: on SQLite the word index `core_searchindex` (FTS5), on
PostgreSQL the column `core_searchentry.vector` (tsvector with GIN). Only `core.search` reads and writes any of it.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

KINDS = 26
"""A kind is a number below this, because it is written as one letter before every word of the index."""
_ROOM_FOR_KINDS = 32


def entry_id(kind: int, subject_id: int) -> int:
    """The id of an entry is made from what it stands for, so that no look-up (and no second index) is needed."""
    return subject_id * _ROOM_FOR_KINDS + kind


class SearchEntry(models.Model):
    """What is found under a name: a record of some kind, its folded key, its number, its folded words."""

    id = models.BigIntegerField(primary_key=True)
    kind = models.PositiveSmallIntegerField()
    subject_id = models.BigIntegerField()
    key = models.CharField(max_length=120)
    number = models.CharField(max_length=40, blank=True)
    words = models.TextField()
    label = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(id=F("subject_id") * _ROOM_FOR_KINDS + F("kind")), name="core_searchentry_id"
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "key", "subject_id"], name="core_searchentry_key"),
            models.Index(
                fields=["kind", "number", "subject_id"], name="core_searchentry_number", condition=~Q(number="")
            ),
        ]

    def __str__(self) -> str:
        return self.label


class SearchTerm(models.Model):
    """A word that occurs in entries, and in about how many (the commoner word is the likelier correction)."""

    term = models.CharField(max_length=40, primary_key=True)
    count = models.IntegerField(default=1)

    def __str__(self) -> str:
        return self.term


class SearchDeletion(models.Model):
    """What is left of a term's first seven letters without one of them (the deletion table of SymSpell, W. Garbe)."""

    pk = models.CompositePrimaryKey("deletion", "term")
    deletion = models.CharField(max_length=7)
    term = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.deletion
