"""Contacts on the map of an account."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from kundenkreis.core import clock
from kundenkreis.core.records import RecordQuerySet, bin_index, null_characters, reached_from
from kundenkreis.customers import hierarchy
from kundenkreis.customers.grounds import grounds_of
from kundenkreis.customers.models import Account, Contact
from kundenkreis.customers.models.accounts import but_of_restricted, of_accounts
from kundenkreis.fields.picks import PickField
from kundenkreis.history.models import Event
from kundenkreis.history.recording import Recorded
from kundenkreis.pipeline.models import OpportunityContact
from kundenkreis.staff import access, explaining


def counted(count: int, shown: str = "") -> str:
    """ "3 stakeholders", for sentences."""
    return ngettext("%(count)s stakeholder", "%(count)s stakeholders", count) % {"count": shown or count}


def group_of(account: Account) -> set[int]:
    """The account and all accounts of its groups: people of these may report to each other."""
    return {account.pk}.union(*(hierarchy.group(account, name) for name in hierarchy.hierarchies_of(account)))


def one_map(first: Stakeholder, second: Stakeholder) -> bool:
    """Whether both stand on the map of one account or group."""
    return first.account_id == second.account_id or second.account_id in group_of(first.account)


class Attitude(models.IntegerChoices):
    """How somebody stands to us, from what she has said and done."""

    AGAINST = -2, _("−2: against us")
    SCEPTICAL = -1, _("−1: sceptical")
    NEUTRAL = 0, _("0: neutral")
    INCLINED = 1, _("+1: rather for us")
    FOR_US = 2, _("+2: for us")


class Influence(models.IntegerChoices):
    HARDLY = 1, _("1: hardly any")
    LITTLE = 2, _("2: little")
    SOME = 3, _("3: some")
    MUCH = 4, _("4: much")
    DECISIVE = 5, _("5: decisive")


class Relationship(models.IntegerChoices):
    NONE = 0, pgettext_lazy("relationship", "0: none")
    KNOWN = 1, pgettext_lazy("relationship", "1: knows us")
    LOOSE = 2, pgettext_lazy("relationship", "2: loose contact")
    REGULAR = 3, pgettext_lazy("relationship", "3: regular contact")
    GOOD = 4, pgettext_lazy("relationship", "4: good and frank")
    TRUST = 5, pgettext_lazy("relationship", "5: trusts us")


class StakeholderQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.within(access.reach(user, "stakeholders.see"))

    def within(self, reach: access.Reach) -> Self:
        """Those of the reach's accounts."""
        if reach.everything:
            return but_of_restricted(self)
        return self.filter(reached_from("account_id", Account.objects.within(reach))) if reach else self.none()

    def gathered_for(self, user: Any) -> Self:
        """`visible_to` for a list of nothing but that: of few accounts they are gathered by the indexes, not by a walk."""
        reach = access.reach(user, "stakeholders.see")
        if reach.everything or not reach:
            return self.visible_to(user)
        return self.filter(of_accounts(reach))

    def present(self) -> Self:
        """On a map today."""
        today = clock.today()
        rows = self.living().filter(since__lte=today, contact__deleted_at=None)
        return rows.filter(models.Q(until=None) | models.Q(until__gt=today))

    def for_list(self) -> Self:
        return self.select_related("account", "contact", "superior__contact")


class Stakeholder(Recorded):
    """A contact on the map of an account, her own or another one (a consultant's). What is known of her stands in her judgements.

    `role` to `superior` say what the latest judgement of each kind says; they are kept in step, and never written by hand.
    """

    DERIVED: ClassVar[tuple[str, ...]] = ("role", "attitude", "influence", "relationship", "superior")

    account = models.ForeignKey(
        Account, verbose_name=_("account"), on_delete=models.CASCADE, related_name="stakeholders"
    )
    contact = models.ForeignKey(
        Contact, verbose_name=_("contact"), on_delete=models.CASCADE, related_name="stakeholders"
    )
    since = models.DateField(_("on the map since"), default=clock.today)
    until = models.DateField(_("off the map since"), null=True, blank=True)
    is_generated = models.BooleanField(_("generated"), default=False, editable=False)  # of the demo house
    role = PickField(
        _("buying role"), max_length=16, choices=OpportunityContact.Role, pick="opportunities.role", blank=True,
        editable=False,
    )  # fmt: skip
    attitude = models.SmallIntegerField(_("attitude"), choices=Attitude, null=True, editable=False)
    influence = models.PositiveSmallIntegerField(_("influence"), choices=Influence, null=True, editable=False)
    relationship = models.PositiveSmallIntegerField(_("relationship"), choices=Relationship, null=True, editable=False)
    superior = models.ForeignKey(
        "self", verbose_name=_("reports to"), null=True, on_delete=models.SET_NULL, related_name="reports",
        editable=False,
    )  # fmt: skip

    objects = StakeholderQuerySet.as_manager()

    class Meta:
        verbose_name = _("stakeholder")
        verbose_name_plural = _("stakeholders")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "contact"],
                condition=models.Q(deleted_at=None),
                name="stakeholders_once",
                violation_error_message=_("This person is on the map already."),
            ),
            models.CheckConstraint(
                condition=models.Q(until=None) | models.Q(until__gte=models.F("since")),
                name="stakeholders_period",
                violation_error_message=_("She would leave the map before she came onto it."),
            ),
        ]
        indexes = [
            models.Index(fields=["role", "id"], name="stakeholders_role"),
            models.Index(fields=["attitude", "id"], name="stakeholders_attitude"),
            models.Index(fields=["influence", "id"], name="stakeholders_influence"),
            models.Index(fields=["relationship", "id"], name="stakeholders_relationship"),
            models.Index(fields=["changed_at", "id"], name="stakeholders_changed"),
            bin_index("stakeholders_bin"),
        ]

    def __str__(self) -> str:
        return self.contact.full_name

    # --- who sees it

    def within(self, reach: access.Reach) -> bool:
        return self.account.within(reach)

    def grounds(self) -> tuple[explaining.Ground, ...]:
        return grounds_of([self.account], through=True)

    def access_rule(self) -> explaining.Rule:
        return explaining.Within("stakeholders.see", self.grounds())

    # --- what follows from it

    def is_on(self, day: dt.date) -> bool:
        """Whether she stands on the map as of a day."""
        return self.deleted_at is None and self.since <= day and (self.until is None or day < self.until)

    # --- what is checked

    def clean(self) -> None:
        super().clean()
        if self._state.adding and self.contact_id is not None and self.contact.deleted_at is not None:
            raise ValidationError({"contact": _("This contact is in the bin.")})
        if self.since is not None and self.since > clock.today():
            raise ValidationError({"since": _("This day is still to come.")})
        if self.until is not None and self.since is not None and self.until < self.since:
            raise ValidationError({"until": _("She would leave the map before she came onto it.")})

    # --- verbs

    def change(self, *, by: Any, **values: Any) -> Event | None:
        for name in ("account", "contact"):
            if name in values and values[name] != getattr(self, name):
                raise ValidationError({name: _("She stays who and where she is; put the other person on the map.")})
        return super().change(by=by, **values)

    @classmethod
    def keep_in_step(cls, numbers: Collection[int]) -> None:
        """What the latest judgements say. No new version, so that nobody's form grows stale by it."""
        from kundenkreis.stakeholders.models.judgements import VALUE_OF, Judgement

        found: dict[int, dict[str, Any]] = {pk: {"role": "", "superior_id": None} for pk in numbers}
        rows = Judgement._base_manager.filter(stakeholder_id__in=list(numbers), deleted_at=None)
        for one in rows.order_by("on", "pk"):
            name = VALUE_OF[one.kind]
            if name in cls.DERIVED:
                column = "superior_id" if name == "superior" else name
                found[one.stakeholder_id][column] = getattr(one, column)
        for pk, values in found.items():
            empty: dict[str, Any] = {"attitude": None, "influence": None, "relationship": None}
            cls._base_manager.filter(pk=pk).update(**(empty | values))


class OfStakeholderQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        reach = access.reach(user, "stakeholders.see")
        return self.filter(reached_from("stakeholder_id", Stakeholder.objects.within(reach))) if reach else self.none()

    def for_list(self) -> Self:
        return self.select_related("stakeholder__contact")


class OfStakeholder(Recorded):
    """What belongs to a person on a map, and is seen with her account."""

    part_of: ClassVar[tuple[str, ...]] = ("stakeholder",)
    stakeholder: Any

    objects = OfStakeholderQuerySet.as_manager()

    class Meta:
        abstract = True

    def timeline_account_id(self) -> int | None:
        return self.stakeholder.account_id

    def within(self, reach: access.Reach) -> bool:
        return self.stakeholder.within(reach)

    def grounds(self) -> tuple[explaining.Ground, ...]:
        return self.stakeholder.grounds()

    def access_rule(self) -> explaining.Rule:
        return self.stakeholder.access_rule()

    def clean(self) -> None:
        super().clean()
        if wrong := null_characters(self) | self.wrong():
            raise ValidationError(wrong)

    def wrong(self) -> dict[str, Any]:
        """What else is wrong, by field."""
        return {}

    def change(self, *, by: Any, **values: Any) -> Event | None:
        if "stakeholder" in values and values["stakeholder"] != self.stakeholder:
            raise ValidationError({"stakeholder": _("It stays with its person.")})
        return super().change(by=by, **values)


def still_to_come(name: str, day: dt.date | None) -> dict[str, Any]:
    return {name: _("This day is still to come.")} if day is not None and day > clock.today() else {}
