"""Two nouns by which a house shapes what is built in: its words on a list, and the layout of a noun's page and form."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.records import RecordQuerySet, bin_index
from kundenkreis.fields import arranging, checking, layouts, picks
from kundenkreis.fields.choosing import Choosing
from kundenkreis.history.recording import Recorded
from kundenkreis.staff.roles import Role


class OfHouseQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Everybody reads by them; who may change them is another question."""
        return self.all() if getattr(user, "is_authenticated", False) else self.none()


class PickList(Choosing):
    """The house's words on one list (`picks.LISTS`). There is none as long as the house has not touched it."""

    name = models.CharField(_("name"), max_length=60)  # "accounts.industry"
    # [{"key": "trade", "en": "Trade", "de": "Handel", "retired": false, "default": true}, {…, "merged": "trade"}]
    choices = models.JSONField(_("values"), default=list, blank=True)

    objects = OfHouseQuerySet.as_manager()

    class Meta:
        verbose_name = _("pick list")
        verbose_name_plural = _("pick lists")
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=models.Q(deleted_at=None), name="fields_picklist_once")
        ]
        indexes = [bin_index("fields_picklist_bin")]

    def __str__(self) -> str:
        listing = picks.LISTS.get(self.name)
        return str(listing.label) if listing else self.name

    def prepare(self, touched: set[str]) -> set[str]:
        listing = picks.LISTS.get(self.name)
        if "choices" in touched and listing is not None:
            self.choices = checking.choices(self.choices, listing.longest)
            # What a newer version of the program has brought comes behind.
            self.choices += [one.kept() for one in listing.shipped() if one.key not in self.by_key]
        return set()

    def clean(self) -> None:
        listing = picks.LISTS.get(self.name)
        if listing is None:
            raise ValidationError(
                {"name": _("There is no list “%(name)s”.") % {"name": self.name.replace("\0", "")[:60]}}
            )
        values = {value for value, _label in listing.values}
        if not listing.is_own and set(self.by_key) != values:
            raise ValidationError(
                {"choices": _("The program depends on the values of this list; they can be renamed and hidden only.")}
            )
        if hidden := [one for one in self.choices if one["retired"] and one["key"] in listing.needed]:
            name = {"label": hidden[0]["en"] or hidden[0]["de"]}
            raise ValidationError({"choices": _("The program itself writes “%(label)s”; it cannot be hidden.") % name})
        if not listing.is_own and all(one["retired"] for one in self.choices):
            raise ValidationError({"choices": _("Something has to be left to choose from.")})
        if any("merged" in one for one in self.choices) and not listing.is_own:
            raise ValidationError(
                {"choices": _("The program depends on the values of this list; they can be renamed and hidden only.")}
            )
        if self.pk and listing.is_own:
            lost = type(self)._base_manager.get(pk=self.pk).by_key.keys() - self.by_key.keys()
            if used := [key for key in lost if _is_used(listing, key)]:
                said = _("“%(label)s” is in use. Retire it instead.") % {"label": used[0]}
                raise ValidationError({"choices": said})

    def settle(self, changed: set[str]) -> None:
        super().settle(changed)
        picks.forget()

    @classmethod
    def summed_on(cls, ids: Collection[int]) -> set[int]:
        """What an undo does to one is known at once."""
        return set(ids)

    @classmethod
    def sum_again(cls, numbers: Collection[int]) -> None:
        picks.forget()


def _is_used(listing: picks.Listing, key: str) -> bool:
    return any(model._base_manager.filter(**{column: key}).exists() for model, column in listing.columns)


class Layout(Recorded):
    """Which groups and fields of a noun stand where, on its page and in its form, for everybody or for one role."""

    belongs_to = models.CharField(_("belongs to"), max_length=40)  # "accounts"
    role = models.CharField(_("role"), max_length=40, blank=True)  # "": for every role that has none of its own
    # [{"key": "care", "en": "Care", "de": "Betreuung", "fields": [{"name": "tier", "page": true, "form": true, "required": false}]}]
    groups = models.JSONField(_("groups"), default=list, blank=True)

    objects = OfHouseQuerySet.as_manager()

    class Meta:
        verbose_name = _("layout")
        verbose_name_plural = _("layouts")
        constraints = [
            models.UniqueConstraint(
                fields=["belongs_to", "role"], condition=models.Q(deleted_at=None), name="fields_layout_once"
            )
        ]
        indexes = [bin_index("fields_layout_bin")]

    def __str__(self) -> str:
        arranged = layouts.NOUNS.get(self.belongs_to)
        label = str(arranged.label) if arranged else self.belongs_to
        return f"{label}, {Role(self.role).label}" if self.role in Role.values else label

    def prepare(self, touched: set[str]) -> set[str]:
        if "groups" in touched and self.belongs_to in layouts.NOUNS:
            self.groups = arranging.checked(self.belongs_to, self.groups)
        return set()

    def clean(self) -> None:
        if self.belongs_to not in layouts.NOUNS:
            raise ValidationError({"belongs_to": _("There is no layout of that.")})
        if self.role and self.role not in Role.values:
            raise ValidationError({"role": _("There is no such role.")})

    def settle(self, changed: set[str]) -> None:
        super().settle(changed)
        layouts.forget()

    @classmethod
    def summed_on(cls, ids: Collection[int]) -> set[int]:
        return set(ids)

    @classmethod
    def sum_again(cls, numbers: Collection[int]) -> None:
        layouts.forget()


@transaction.atomic
def settled(noun: str, role: str, groups: Sequence[Mapping[str, Any]], *, by: Any, **more: Any) -> Any:
    """The layout of a noun for a role is this one from now on; returns (record, event or None)."""
    present = Layout.objects.living().filter(belongs_to=noun, role=role).first()
    if present is None:
        made = Layout.add(by=by, belongs_to=noun, role=role, groups=list(groups), **more)
        return made, None
    return present, present.change(by=by, groups=list(groups), **more)
