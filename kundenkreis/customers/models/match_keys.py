"""The keys under which a record's possible twins are found, kept beside the records."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from django.db import connection, models

from kundenkreis.core import bulk

ACCOUNT, CONTACT = 1, 2
KINDS = {"account": ACCOUNT, "contact": CONTACT}


class MatchKey(models.Model):
    """One key of one record (`likeness.traits.Kind.keys_of`). A hint only: whoever finds a record by it reads the record itself.

    The verbs for single records keep it; after an import the search for duplicates does, which follows it.
    """

    kind = models.PositiveSmallIntegerField(choices=[(ACCOUNT, "account"), (CONTACT, "contact")])
    key = models.BigIntegerField()
    subject_id = models.BigIntegerField()

    objects: models.Manager[MatchKey] = models.Manager()

    class Meta:
        verbose_name = "match key"
        indexes = [
            models.Index(fields=["key", "kind", "subject_id"], name="customers_matchkey_key"),
            models.Index(fields=["kind", "subject_id"], name="customers_matchkey_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.subject_id}"


def put(kind: int, keys: Iterable[tuple[int, Sequence[int]]]) -> int:
    """Keep the keys of some records, (number, keys) each, in place of those they had; returns how many keys there are now."""
    told = dict(keys)
    forget(kind, told)
    rows = [(kind, key, subject) for subject, some in told.items() for key in some]
    return bulk.insert_rows(MatchKey, ["kind", "key", "subject_id"], rows) if rows else 0


def forget(kind: int, ids: Collection[int]) -> None:
    """No keys of these records any more."""
    numbers = sorted(ids)
    for start in range(0, len(numbers), 5_000):
        MatchKey.objects.filter(kind=kind, subject_id__listed=numbers[start : start + 5_000]).delete()


def found(kind: int, keys: Sequence[int], most: int) -> list[int]:
    """The records that have one of the keys, at most `most` for each, the lowest numbers first."""
    if not keys:
        return []
    one = "SELECT * FROM (SELECT subject_id FROM customers_matchkey WHERE key = %s AND kind = %s ORDER BY subject_id LIMIT %s) AS k{n}"
    asked = " UNION ".join(one.format(n=n) for n in range(len(keys)))
    with connection.cursor() as cursor:
        cursor.execute(asked, [value for key in keys for value in (key, kind, most)])
        return [row[0] for row in cursor.fetchall()]
