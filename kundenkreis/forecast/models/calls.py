"""What somebody stands by for a period: a person for herself, whoever leads for a person, a team or the house."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.records import RecordQuerySet, bin_index
from kundenkreis.forecast import periods
from kundenkreis.forecast.periods import Period
from kundenkreis.history.models import Event
from kundenkreis.history.recording import Recorded
from kundenkreis.staff import access
from kundenkreis.staff.models import Team, User

_NOT_BELOW_ZERO = [MinValueValidator(Decimal(0))]


class CallQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Her own, those of people and teams within her reach; the house's for whoever sees everything."""
        return self.within(access.reach(user, "forecasts.see"))

    def within(self, reach: access.Reach) -> Self:
        if reach.everything:
            return self.all()
        if not reach:
            return self.none()
        held = models.Q(person_id__in=reach.owners)
        if reach.teams:
            held |= models.Q(person__team_id__in=reach.teams) | models.Q(team_id__in=reach.teams)
        return self.filter(held)

    def for_list(self) -> Self:
        return self.select_related("person", "team", "given_by")


class ForecastCall(Recorded):
    """What will be closed by the end of a period, all that is closed already included, in house currency.

    Of a person there may be two: her own, and one over it (`is_override`) by whoever leads. That of a team, and that of the house (neither
    person nor team), is always one over what was summed. What stands over something says why.
    """

    # A call is over when its period is; it stays for the comparison with what came.
    leaves_the_bin: ClassVar[bool] = True

    period = models.CharField(
        _("period"),
        max_length=periods.LONGEST,
        help_text=_("A quarter of the fiscal year by its months (2026-10..12), or a month (2026-12)."),
    )
    person = models.ForeignKey(
        User, verbose_name=_("person"), null=True, blank=True, on_delete=models.CASCADE, related_name="forecast_calls"
    )
    team = models.ForeignKey(
        Team, verbose_name=_("team"), null=True, blank=True, on_delete=models.CASCADE, related_name="forecast_calls"
    )
    is_override = models.BooleanField(_("stands over what was summed"), default=False)
    commit = models.DecimalField(
        _("commit"), max_digits=16, decimal_places=2, null=True, blank=True, validators=_NOT_BELOW_ZERO
    )
    best_case = models.DecimalField(
        _("best case"), max_digits=16, decimal_places=2, null=True, blank=True, validators=_NOT_BELOW_ZERO
    )
    note = models.TextField(_("note"), blank=True, max_length=2000)
    given_by = models.ForeignKey(
        User, verbose_name=_("given by"), null=True, blank=True, editable=False, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("forecast call")
        verbose_name_plural = _("forecast calls")
        constraints = [
            models.UniqueConstraint(
                fields=["period", "person", "is_override"],
                condition=models.Q(deleted_at=None, person__isnull=False),
                name="forecast_call_person",
                violation_error_message=_("There is a call for this period already. Change that one."),
            ),
            models.UniqueConstraint(
                fields=["period", "team"],
                condition=models.Q(deleted_at=None, team__isnull=False),
                name="forecast_call_team",
                violation_error_message=_("There is a call for this period already. Change that one."),
            ),
            models.UniqueConstraint(
                fields=["period"],
                condition=models.Q(deleted_at=None, team=None, person=None),
                name="forecast_call_house",
                violation_error_message=_("There is a call for this period already. Change that one."),
            ),
            models.CheckConstraint(
                condition=models.Q(person=None) | models.Q(team=None),
                name="forecast_call_of_one",
                violation_error_message=_("A call is of a person or of a team, not of both."),
            ),
        ]
        indexes = [bin_index("forecast_call_bin")]

    def __str__(self) -> str:
        return f"{self.period}: {self.whose}"

    @property
    def whose(self) -> str:
        return str(self.person or self.team or _("the house"))

    @property
    def is_own(self) -> bool:
        return self.person_id is not None and not self.is_override

    def within(self, reach: access.Reach) -> bool:
        """One's own is one's own; what stands over others is for whoever may do so for all."""
        return reach.everything or (self.is_own and self.person_id in reach.owners)

    def timeline_account_id(self) -> None:
        return None

    @classmethod
    def complete(cls, rows: Sequence[dict[str, Any]], by: Any) -> None:
        super().complete(rows, by)
        for row in rows:
            row.setdefault("given_by", by if isinstance(by, User) else None)

    def prepare(self, touched: set[str]) -> set[str]:
        changed = set()
        if "period" in touched and (period := periods.read(self.period)) is not None and str(period) != self.period:
            self.period = str(period)  # a quarter that was written by its number is kept by its months
            changed.add("period")
        if self.person_id is None and not self.is_override:
            self.is_override = True
            changed.add("is_override")
        return changed

    def clean(self) -> None:
        wrong: dict[str, Any] = {}
        if (period := periods.read(self.period)) is None:
            wrong["period"] = _("Write a quarter (2026-10..12, or 2026-Q4 by the fiscal year) or a month (2026-12).")
        elif self._state.adding and not period.is_ours:
            wrong["period"] = _("These three months are no quarter of the house's fiscal year.")
        if self.person_id and self.team_id:
            wrong["team"] = _("A call is of a person or of a team, not of both.")
        if self.commit is None and self.best_case is None:
            wrong["commit"] = _("Name at least one amount.")
        elif self.commit is not None and self.best_case is not None and self.best_case < self.commit:
            wrong["best_case"] = _("The best case is not less than the commit.")
        if "\x00" in self.note:
            wrong["note"] = _("Null characters are not allowed.")
        elif self.is_override and not self.note.strip():
            wrong["note"] = _("Say why it stands over what was summed.")
        if self._state.adding and (gone := self._gone()):
            wrong |= gone
        if wrong:
            raise ValidationError(wrong)

    def _gone(self) -> dict[str, Any]:
        if self.person is not None and (not self.person.is_active or self.person.deleted_at is not None):
            left = _("%(name)s does not work here any more.")
            return {"person": ValidationError(left, params={"name": self.person})}
        if self.team is not None and self.team.deleted_at is not None:
            return {"team": _("This team is in the bin.")}
        return {}

    @transaction.atomic
    def change(self, *, by: Any, undoes: Event | None = None, **values: Any) -> Event | None:  # type: ignore[override]
        """As of every noun; whose it is and for when stays. Raises Stale, and ValidationError by field."""
        if undoes is None:
            for name in ("period", "person", "team", "is_override"):
                if name in values and values[name] != getattr(self, name):
                    raise ValidationError({name: _("That stays as it is. Give another call instead.")})
            values.setdefault("given_by", by if isinstance(by, User) else None)
        return super().change(by=by, undoes=undoes, **values)


def living_call(period: Period, *, person: int | None, team: int | None, is_override: bool) -> ForecastCall | None:
    """The call of a person (her own, or the one over it), of a team, or of the house for a period."""
    rows = ForecastCall.objects.living().for_list()
    return rows.filter(period=str(period), person=person, team=team, is_override=is_override).first()
