"""Who listens to whom: lines of influence beside the lines of reporting."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kundenkreis.core import clock
from kundenkreis.core.records import bin_index
from kundenkreis.history.models import Event
from kundenkreis.staff.models import User
from kundenkreis.stakeholders.models.people import (
    OfStakeholder,
    OfStakeholderQuerySet,
    Stakeholder,
    one_map,
    still_to_come,
)


class LineQuerySet(OfStakeholderQuerySet):
    def for_list(self) -> Self:
        return self.select_related("stakeholder__contact", "influenced__contact")


class InfluenceLine(OfStakeholder):
    """`stakeholder` has the ear of `influenced`, so strongly, from a day on."""

    part_of: ClassVar[tuple[str, ...]] = ("stakeholder",)

    class Strength(models.IntegerChoices):
        WEAK = 1, _("1: weak")
        MIDDLE = 2, _("2: middling")
        STRONG = 3, _("3: strong")

    stakeholder = models.ForeignKey(
        Stakeholder, verbose_name=_("who influences"), on_delete=models.CASCADE, related_name="influences"
    )
    influenced = models.ForeignKey(
        Stakeholder, verbose_name=_("whom"), on_delete=models.CASCADE, related_name="influenced_by"
    )
    strength = models.PositiveSmallIntegerField(_("strength"), choices=Strength, default=Strength.MIDDLE)
    note = models.CharField(_("note"), max_length=300, blank=True)
    source = models.CharField(_("where it is known from"), max_length=300)
    judged_by = models.ForeignKey(
        User, verbose_name=_("judged by"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
        editable=False,
    )  # fmt: skip
    since = models.DateField(_("since"), default=clock.today)
    until = models.DateField(_("until"), null=True, blank=True)

    objects = LineQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of influence")
        verbose_name_plural = _("lines of influence")
        constraints = [
            models.UniqueConstraint(
                fields=["stakeholder", "influenced"],
                condition=Q(deleted_at=None, until=None),
                name="stakeholders_line_once",
                violation_error_message=_("This line stands there already. Change that one."),
            ),
            models.CheckConstraint(condition=~Q(stakeholder=F("influenced")), name="stakeholders_line_other"),
            models.CheckConstraint(condition=Q(strength__gte=1, strength__lte=3), name="stakeholders_line_strength"),
        ]
        indexes = [bin_index("stakeholders_line_bin")]

    def __str__(self) -> str:
        return f"{self.stakeholder} → {self.influenced}"

    @classmethod
    def complete(cls, rows: Any, by: Any) -> None:
        for row in rows:
            row.setdefault("judged_by", by)

    def wrong(self) -> dict[str, Any]:
        wrong: dict[str, Any] = still_to_come("since", self.since)
        if self.influenced_id is not None and self.stakeholder_id is not None:
            if self.influenced_id == self.stakeholder_id:
                wrong["influenced"] = _("Choose somebody else: nobody needs a line to herself.")
            elif not one_map(self.stakeholder, self.influenced):
                wrong["influenced"] = _("She is not on the map of this account or its group.")
        if self.until is not None and self.since is not None and self.until < self.since:
            wrong["until"] = _("The end lies before the beginning.")
        if not (self.source or "").strip():
            wrong["source"] = _("Say where this is known from.")
        return wrong

    def change(self, *, by: Any, **values: Any) -> Event | None:
        if "influenced" in values and values["influenced"] != self.influenced:
            raise ValidationError({"influenced": _("A line keeps its ends: end this one, and draw another.")})
        return super().change(by=by, **values)
