"""Who of us looks after a stakeholder, and how well the two know each other as people judge it."""

from __future__ import annotations

from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.core.records import bin_index
from kundenkreis.history.models import Event
from kundenkreis.history.recording import join
from kundenkreis.staff import explaining
from kundenkreis.staff.models import User
from kundenkreis.stakeholders.models.people import (
    OfStakeholder,
    OfStakeholderQuerySet,
    Relationship,
    Stakeholder,
    still_to_come,
)


def counts_people() -> bool:
    """Whether figures about single colleagues may be shown to others: under a works agreement only."""
    return House.known().counts_people(clock.today())


class Counterpart(OfStakeholder):
    """One of us who looks after a stakeholder; one of them is the main one."""

    stakeholder = models.ForeignKey(
        Stakeholder, verbose_name=_("stakeholder"), on_delete=models.CASCADE, related_name="counterparts"
    )
    person = models.ForeignKey(
        User, verbose_name=_("our counterpart"), on_delete=models.CASCADE, related_name="stakeholders"
    )
    is_main = models.BooleanField(_("main counterpart"), default=False)
    since = models.DateField(_("since"), default=clock.today)

    class Meta:
        verbose_name = _("counterpart of ours")
        verbose_name_plural = _("counterparts of ours")
        ordering = ["-is_main", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["stakeholder", "person"],
                condition=models.Q(deleted_at=None),
                name="stakeholders_counterpart_once",
                violation_error_message=_("This colleague stands there already."),
            ),
            models.UniqueConstraint(
                fields=["stakeholder"],
                condition=models.Q(deleted_at=None, is_main=True),
                name="stakeholders_counterpart_main",
                violation_error_message=_("Somebody else is the main counterpart."),
            ),
        ]
        indexes = [bin_index("stakeholders_counterpart_bin")]

    def __str__(self) -> str:
        return f"{self.stakeholder}: {self.person.get_full_name()}"

    def wrong(self) -> dict[str, Any]:
        return still_to_come("since", self.since)

    @classmethod
    @transaction.atomic
    def add(cls, *, by: Any, **values: Any) -> Self:  # type: ignore[override]
        """The first is the main one. Who becomes the main one takes the place of who was; both are taken back as one."""
        stakeholder = values.get("stakeholder")
        if stakeholder is None:
            return super().add(by=by, **values)
        main = cls._base_manager.filter(stakeholder=stakeholder, is_main=True, deleted_at=None).first()
        values.setdefault("is_main", main is None)
        stepped = main.change(by=by, is_main=False) if main is not None and values["is_main"] else None
        made = super().add(by=by, **values)
        if stepped is not None:
            join(stepped, Event.objects.about(made).latest("pk"))
        return made

    @transaction.atomic
    def change(self, *, by: Any, **values: Any) -> Event | None:
        if "person" in values and values["person"] != self.person:
            raise ValidationError({"person": _("Add the other colleague, and take this one out.")})
        stepped = None
        if values.get("is_main") and not self.is_main:
            others = type(self)._base_manager.filter(stakeholder=self.stakeholder_id, is_main=True, deleted_at=None)
            other = others.exclude(pk=self.pk).first()
            stepped = other.change(by=by, is_main=False) if other is not None else None
        event = super().change(by=by, **values)
        if stepped is not None and event is not None:
            join(stepped, event)
        return event


class GradeQuerySet(OfStakeholderQuerySet):
    def visible_to(self, user: Any) -> Self:
        """A figure about a colleague: her own always, that of others under a works agreement only."""
        rows = super().visible_to(user)
        return rows if counts_people() else rows.filter(person_id=user.pk)


class RelationshipGrade(OfStakeholder):
    """How well one of us and a stakeholder know each other, judged by hand on a day; the latest holds."""

    stakeholder = models.ForeignKey(
        Stakeholder, verbose_name=_("stakeholder"), on_delete=models.CASCADE, related_name="grades"
    )
    person = models.ForeignKey(
        User, verbose_name=_("who of us"), on_delete=models.CASCADE, related_name="relationship_grades"
    )
    grade = models.PositiveSmallIntegerField(_("grade"), choices=Relationship)
    on = models.DateField(_("judged on"), default=clock.today)
    judged_by = models.ForeignKey(
        User, verbose_name=_("judged by"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
        editable=False,
    )  # fmt: skip

    objects = GradeQuerySet.as_manager()

    class Meta:
        verbose_name = _("grade of a relationship")
        verbose_name_plural = _("grades of relationships")
        indexes = [
            models.Index(fields=["stakeholder", "person", "on"], name="stakeholders_grade"),
            bin_index("stakeholders_grade_bin"),
        ]

    def __str__(self) -> str:
        return f"{self.stakeholder}: {self.person.get_full_name()}"

    def timeline_account_id(self) -> int | None:
        """On nobody's timeline: it is a figure about a colleague."""
        return None

    def access_rule(self) -> explaining.Rule:
        agreed = explaining.If(counts_people(), explaining.Want.AGREEMENT, explaining.Kind.AGREEMENT)
        whose = explaining.AnyOf((explaining.Only(self.person_id), agreed))
        return explaining.Every((explaining.Within("stakeholders.see", self.grounds()), whose))

    @classmethod
    def complete(cls, rows: Any, by: Any) -> None:
        for row in rows:
            row.setdefault("judged_by", by)

    def wrong(self) -> dict[str, Any]:
        return still_to_come("on", self.on)

    def change(self, *, by: Any, **values: Any) -> Event | None:
        raise ValidationError(_("A judgement is not written over: add a new one."))


def may_grade(user: Any, person_id: int) -> bool:
    """One's own relationships, and those of others where figures about them may be shown."""
    return user.pk == person_id or counts_people()


__all__ = ["Counterpart", "RelationshipGrade", "counts_people", "may_grade"]
