"""What is judged or known of a stakeholder: dated rows, each with its source, never written over. The map as of any day comes from them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from kundenkreis.activities.models import Activity
from kundenkreis.core import clock
from kundenkreis.core.records import bin_index
from kundenkreis.customers.models import Account
from kundenkreis.fields.picks import PickField
from kundenkreis.history.models import Event
from kundenkreis.pipeline.models import OpportunityContact
from kundenkreis.staff.models import User
from kundenkreis.stakeholders import reporting
from kundenkreis.stakeholders.models.people import (
    Attitude,
    Influence,
    OfStakeholder,
    Relationship,
    Stakeholder,
    one_map,
    still_to_come,
)


class Judgement(OfStakeholder):
    """One judgement of one kind, on a day. Only the source may be put right; another judgement is another row."""

    class Kind(models.TextChoices):
        REPORTS_TO = "reports_to", _("reports to")
        ROLE = "role", _("buying role")
        ATTITUDE = "attitude", _("attitude")
        INFLUENCE = "influence", _("influence")
        RELATIONSHIP = "relationship", _("relationship")
        GOAL = "goal", _("goal in business")
        OWN_GOAL = "own_goal", _("own goal at work")

    stakeholder = models.ForeignKey(
        Stakeholder, verbose_name=_("stakeholder"), on_delete=models.CASCADE, related_name="judgements"
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    superior = models.ForeignKey(
        Stakeholder, verbose_name=_("reports to"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="named_superior",
    )  # fmt: skip
    role = PickField(
        _("buying role"), max_length=16, choices=OpportunityContact.Role, pick="opportunities.role", blank=True
    )
    attitude = models.SmallIntegerField(_("attitude"), choices=Attitude, null=True, blank=True)
    influence = models.PositiveSmallIntegerField(_("influence"), choices=Influence, null=True, blank=True)
    relationship = models.PositiveSmallIntegerField(_("relationship"), choices=Relationship, null=True, blank=True)
    text = models.CharField(_("goal"), max_length=500, blank=True)
    source = models.CharField(_("where it is known from"), max_length=300, blank=True)
    activity = models.ForeignKey(
        Activity, verbose_name=_("activity"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="judgements",
    )  # fmt: skip
    judged_by = models.ForeignKey(
        User, verbose_name=_("judged by"), null=True, blank=True, on_delete=models.SET_NULL, related_name="judgements"
    )
    on = models.DateField(_("judged on"), default=clock.today)

    class Meta:
        verbose_name = _("judgement of a stakeholder")
        verbose_name_plural = _("judgements of stakeholders")
        ordering = ["-on", "-pk"]
        indexes = [
            models.Index(fields=["stakeholder", "kind", "on", "id"], name="stakeholders_judged"),
            bin_index("stakeholders_judged_bin"),
        ]

    def __str__(self) -> str:
        return f"{self.stakeholder}: {self.get_kind_display()}"

    @property
    def value(self) -> Any:
        return getattr(self, VALUE_OF[self.kind])

    @property
    def said(self) -> str:
        """What it says, in words."""
        name = VALUE_OF[self.kind]
        if name == "superior":
            return str(self.superior) if self.superior_id else _now("nobody on the map")
        return self.text if name == "text" else str(getattr(self, f"get_{name}_display")())

    # --- what is checked

    @classmethod
    def complete(cls, rows: Sequence[dict[str, Any]], by: Any) -> None:
        for row in rows:
            row.setdefault("judged_by", by)

    def prepare(self, touched: set[str]) -> set[str]:
        """An activity is a source in itself."""
        if self.source.strip() or self.activity is None:
            return set()
        kind, day = self.activity.get_kind_display(), date_format(self.activity.day, "SHORT_DATE_FORMAT")
        self.source = f"{kind}, {day}"
        return {"source"}

    def wrong(self) -> dict[str, Any]:
        wrong: dict[str, Any] = still_to_come("on", self.on)
        if not self.source.strip():
            wrong["source"] = _("Say where this is known from.")
        if self.kind in VALUE_OF:
            wrong |= self._wrong_value(VALUE_OF[self.kind])
        if self.activity is not None and not self._is_with_her(self.activity):
            wrong["activity"] = _("This activity is neither with her nor with her account.")
        return wrong

    def _wrong_value(self, wanted: str) -> dict[str, Any]:
        wrong: dict[str, Any] = {}
        for name in VALUES:
            value = getattr(self, "superior_id" if name == "superior" else name)
            if name != wanted and value not in (None, ""):
                wrong[name] = _("This belongs to another kind of judgement.")
            if name == wanted and name != "superior" and value in (None, ""):
                wrong[name] = _("Say what you judge.")
        if wanted == "superior" and self.superior_id is not None and "superior" not in wrong:
            wrong |= self._wrong_superior()
        return wrong

    def _wrong_superior(self) -> dict[str, Any]:
        assert self.superior is not None
        if self.superior_id == self.stakeholder_id:
            return {"superior": _("Nobody reports to herself.")}
        if self.superior.deleted_at is not None or not one_map(self.stakeholder, self.superior):
            return {"superior": _("She is not on the map of this account or its group.")}
        if chain := reporting.chain_back(self):
            return {"superior": ValidationError(reporting.refusal(chain))}
        return {}

    def _is_with_her(self, activity: Activity) -> bool:
        hers, accounts = self.stakeholder.contact_id, {self.stakeholder.account_id}
        return activity.contact_id == hers or activity.account_id in accounts or bool(
            activity.participants.filter(pk=hers).exists()
        )  # fmt: skip

    # --- verbs

    @classmethod
    @transaction.atomic
    def add(cls, *, by: Any, **values: Any) -> Self:  # type: ignore[override]
        """As of every noun. Two people who draw lines at once wait for each other, so that none closes a circle unseen."""
        if isinstance(superior := values.get("superior"), Stakeholder) and "stakeholder" in values:
            held = sorted({superior.account_id, values["stakeholder"].account_id})
            list(Account._base_manager.select_for_update(of=("self",)).filter(pk__in=held).order_by("pk"))
        return super().add(by=by, **values)

    def change(self, *, by: Any, **values: Any) -> Event | None:
        for name in ("stakeholder", "kind", "on", "judged_by", *VALUES):
            if name in values and values[name] != getattr(self, name):
                raise ValidationError({name: _("A judgement is not written over: add a new one.")})
        return super().change(by=by, **values)

    def _refuse_if_replaced(self) -> None:
        """What comes back from the bin may close a circle by now."""
        super()._refuse_if_replaced()
        chain = reporting.chain_back(self) if self.superior_id is not None else []
        if chain:
            raise ValidationError(reporting.refusal(chain))

    # --- what is kept in step

    def settle(self, changed: set[str]) -> None:
        super().settle(changed)
        Stakeholder.keep_in_step([self.stakeholder_id])

    @classmethod
    def summed_on(cls, ids: Collection[int]) -> set[int]:
        rows = cls._base_manager.filter(pk__in=list(ids)).order_by()
        return set(rows.values_list("stakeholder_id", flat=True).distinct())

    @classmethod
    def sum_again(cls, numbers: Collection[int]) -> None:
        Stakeholder.keep_in_step(numbers)


VALUE_OF: dict[str, str] = {
    Judgement.Kind.REPORTS_TO: "superior",
    Judgement.Kind.ROLE: "role",
    Judgement.Kind.ATTITUDE: "attitude",
    Judgement.Kind.INFLUENCE: "influence",
    Judgement.Kind.RELATIONSHIP: "relationship",
    Judgement.Kind.GOAL: "text",
    Judgement.Kind.OWN_GOAL: "text",
}
VALUES = ("superior", "role", "attitude", "influence", "relationship", "text")
