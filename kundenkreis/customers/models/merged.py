"""Records that were found to be the same one: the one that stays knows its former names, the other leads to it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from kundenkreis.core import search
from kundenkreis.core.records import RecordQuerySet
from kundenkreis.customers import sealed_addresses
from kundenkreis.history.models import Event
from kundenkreis.history.recording import Recorded

_MOST_FORMER = 1000


class MergeableQuerySet(RecordQuerySet):
    def in_bin(self) -> Self:
        """What was merged into another record is not in the bin: it comes back by un-merging, and never leaves for good by time.

        Nor is what was restricted or erased: only the room for privacy knows it.
        """
        return super().in_bin().filter(merged_into=None, restricted_at=None)  # type: ignore[misc]

    def but_restricted(self) -> Self:
        """Without people whose data must not be used (GDPR Art. 18), or of whom only a nameless record is left (Art. 17).

        They are few, and never among the living: asked by their numbers, so that walks along the lists' indexes read no row for it.
        """
        few = self.model._base_manager.filter(restricted_at__isnull=False).order_by().values("pk")
        rows = self.exclude(pk__in=few)
        rows.everything_but = None if self.query.where else few
        return rows


def restricted_index(name: str) -> models.Index:
    """The few that are set aside."""
    return models.Index(fields=["restricted_at"], name=name, condition=models.Q(restricted_at__isnull=False))


def rests_when_restricted(name: str) -> models.CheckConstraint:
    """Whoever is set aside does not live, whatever writes it: an undo, a restore, an import."""
    return models.CheckConstraint(
        condition=models.Q(restricted_at=None) | models.Q(deleted_at__isnull=False), name=name
    )


class Mergeable(Recorded):
    """A noun of which two records may turn out to be one. The merged one is kept as it was, and holds what could not go along."""

    # Always a record that itself was merged into none: a merge of that one takes this along.
    merged_into_id: int | None
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("merged into"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="merged_here",
        db_index=False,
    )
    # Since when it is set aside: restricted, blocked until the books' retention ends, or erased. It lies beside the living then.
    restricted_at = models.DateTimeField(_("restricted since"), null=True, blank=True, editable=False)
    # Names and numbers of what was merged into it, by which it is found as well.
    former = models.TextField(_("formerly also"), blank=True, default="", db_default="", editable=False)

    class Meta:
        abstract = True

    @property
    def called(self) -> str:
        """What it was known by, for `former` of the one that it is merged into."""
        return " ".join(filter(None, (getattr(self, "number", ""), str(self))))

    def standing(self) -> Self:
        """The record that counts: itself, or the one that it was merged into."""
        return self if self.merged_into_id is None else type(self)._base_manager.get(pk=self.merged_into_id)

    def restore(self, **values: Any) -> Event:  # type: ignore[override]
        """As of every noun, but what was merged is not in the bin."""
        rows: Any = type(self)._base_manager
        if rows.filter(pk=self.pk, merged_into__isnull=False).exists():
            raise ValidationError(_("It was merged into another record. Take the merge back instead."))
        if rows.filter(pk=self.pk, restricted_at__isnull=False).exists():
            raise ValidationError(_("Its processing is restricted, or it was erased."))
        sealed_addresses.refuse_return(self._reached_by())
        return super().restore(**values)

    def _reached_by(self) -> Iterator[str]:
        """The mail addresses and numbers by which a person is reached who comes out of the bin; a company's are nobody's own."""
        present: Any = type(self)._base_manager.filter(pk=self.pk).first()
        if present is None or getattr(present, "kind", "person") != "person":
            return
        yield from (getattr(present, name, "") for name in sealed_addresses.COLUMNS)
        yield from present.contactpoints.filter(deleted_at=None).exclude(kind="web").values_list("value", flat=True)

    @classmethod
    def taken_back(cls, ids: Collection[int]) -> None:
        cls.tell_former(ids)

    @classmethod
    def tell_former(cls, ids: Collection[int]) -> None:
        """Bring `former` of these records, and what they are found by, into step with what is merged into them."""
        rows: Any = cls._base_manager
        wanted: dict[int, list[str]] = {}
        for one in rows.filter(merged_into__in=ids).order_by("pk"):
            wanted.setdefault(one.merged_into_id, []).append(one.called)
        touched = rows.filter(pk__in=ids).filter(models.Q(pk__in=wanted) | ~models.Q(former=""))
        differing = []
        for record in touched:
            former = "\n".join(wanted.get(record.pk, []))[:_MOST_FORMER]
            if former != record.former:
                record.former = former
                differing.append(record)
        rows.bulk_update(differing, ["former"], batch_size=500)
        if cls.search_kind is not None:
            search.index(cls.search_kind, [record.search_row() for record in differing if record.deleted_at is None])
