"""How the house is divided: teams, and the territories of the market."""

from __future__ import annotations

from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.records import RecordQuerySet
from kundenkreis.history.models import Event
from kundenkreis.history.recording import Recorded
from kundenkreis.staff import rulebook


class StaffQuerySet(RecordQuerySet):
    """Colleagues, teams and territories are known to everybody who can sign in."""

    def visible_to(self, user: Any) -> Self:
        return self.all() if user.is_authenticated and user.is_active else self.none()


class Team(Recorded):
    name = models.CharField(_("name"), max_length=100, unique=True)
    parent = models.ForeignKey(
        "self", verbose_name=_("part of"), null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )

    objects = StaffQuerySet.as_manager()

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        _refuse_cycle(self)


class Territory(Recorded):
    """A part of the market. Its rules say which accounts belong to it (`territory_rules`); children refine their parent.

    `owner` gets its accounts; the people work there and see them, and so does a deputy, while it lasts.
    """

    name = models.CharField(_("name"), max_length=100, unique=True)
    parent = models.ForeignKey(
        "self", verbose_name=_("part of"), null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    countries = models.JSONField(_("countries"), default=list, blank=True)
    postcodes = models.JSONField(_("postcodes"), default=list, blank=True)  # "10", "1010-1090"
    industries = models.JSONField(_("industries"), default=list, blank=True)
    sizes = models.JSONField(_("sizes"), default=list, blank=True)  # of `territory_rules.Size`
    owner = models.ForeignKey(
        "User", verbose_name=_("owner"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    deputy = models.ForeignKey(
        "User", verbose_name=_("deputy"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    deputy_from = models.DateField(_("deputy from"), null=True, blank=True)
    deputy_until = models.DateField(_("deputy until"), null=True, blank=True)
    people: models.ManyToManyField = models.ManyToManyField(
        "User", verbose_name=_("people"), blank=True, related_name="territories"
    )

    objects = StaffQuerySet.as_manager()

    class Meta:
        verbose_name = _("territory")
        verbose_name_plural = _("territories")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(deputy_until=None)
                | models.Q(deputy_from=None)
                | models.Q(deputy_until__gte=models.F("deputy_from")),
                name="staff_territory_deputy",
                violation_error_message=_("The end lies before the beginning."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def prepare(self, touched: set[str]) -> set[str]:
        self._touched = touched
        for name in touched & {"countries", "postcodes", "industries", "sizes"}:
            setattr(self, name, rulebook.spelt(getattr(self, name), upper=name in ("countries", "postcodes")))
        return set()

    def clean(self) -> None:
        _refuse_cycle(self)
        touched = self.__dict__.pop("_touched", set())
        wrong = rulebook.check(self) | (rulebook.check_tree(self) if not self.pk or "parent" in touched else {})
        for name in touched & {"owner", "deputy"}:
            person = getattr(self, name)
            if person is not None and (not person.is_active or person.deleted_at is not None):
                wrong[name] = ValidationError(_("%(name)s does not work here any more."), params={"name": person})
        if self.deputy_from and self.deputy_until and self.deputy_until < self.deputy_from:
            wrong["deputy_until"] = ValidationError(_("The end lies before the beginning."))
        if wrong:
            raise ValidationError(wrong)

    def settle(self, changed: set[str]) -> None:
        super().settle(changed)
        rulebook.KNOWN.forget()

    @classmethod
    def taken_back(cls, ids: Any) -> None:
        rulebook.KNOWN.forget()

    def discard(self, **how: Any) -> Event:
        """Into the bin, once nothing lies in it: its accounts are reassigned first, so that nobody loses them unnoticed."""
        if self.children.living().exists():  # type: ignore[attr-defined]
            raise ValidationError(_("Other territories are part of this one. Move them elsewhere first."))
        if self.accounts.living().exists():  # type: ignore[attr-defined]
            raise ValidationError(_("Accounts lie in this territory. Reassign them first."))
        return super().discard(**how)


def _refuse_cycle(node: Any) -> None:
    """Raise ValidationError at `parent` when a tree would bite its own tail."""
    seen, above = {node.pk}, node.parent
    while above is not None:
        if above.pk in seen:
            raise ValidationError({"parent": _("That would make it a part of itself.")})
        seen.add(above.pk)
        above = above.parent
