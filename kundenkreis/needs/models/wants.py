"""Needs: what a customer lacks, what that costs her, who said so, and what of ours would help."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from kundenkreis.catalogue.models import Family, Product
from kundenkreis.core import clock, search
from kundenkreis.core.models import House
from kundenkreis.core.money import convert
from kundenkreis.core.records import RecordQuerySet, bin_index, null_characters, reached_from
from kundenkreis.customers.models import Account, Contact
from kundenkreis.history.models import Event
from kundenkreis.history.recording import Recorded
from kundenkreis.needs.models.of_account import OfAccount, OfAccountQuerySet, sees_account
from kundenkreis.needs.models.talks import NeedsTalk, TalkAnswer
from kundenkreis.pipeline.models import Opportunity
from kundenkreis.rates.dated import NoRate, rate_on
from kundenkreis.staff import access, explaining
from kundenkreis.staff.models import User

_NOT_NEGATIVE = [MinValueValidator(Decimal(0))]
EFFECTS = ("effect_low", "effect_base", "effect_high")


def counted(count: int, shown: str = "") -> str:
    """ "3 needs", for sentences."""
    return ngettext("%(count)s need", "%(count)s needs", count) % {"count": shown or count}


class NeedQuerySet(OfAccountQuerySet):
    def open(self) -> Self:
        """Neither met nor given up."""
        return self.living().filter(status__in=Need.OPEN)

    def for_list(self) -> Self:
        return self.select_related("account", "contact", "owner")


class Need(OfAccount):
    """A need of an account. `effect_*` are what it costs or would bring in a year, in `currency`; `*_house` the same in house currency at
    the rate of the day on which it was said, an effect that is not known taken from its neighbour."""

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("a need", "open")
        SOLVING = "solving", pgettext_lazy("a need", "being solved")
        MET = "met", pgettext_lazy("a need", "met")
        DROPPED = "dropped", pgettext_lazy("a need", "not pursued")

    class Urgency(models.IntegerChoices):
        NONE = 0, _("not urgent")
        LATER = 1, _("some time this year")
        SOON = 2, _("within a few months")
        NOW = 3, _("at once")

    OPEN = (Status.OPEN, Status.SOLVING)

    account = models.ForeignKey(
        Account, verbose_name=_("account"), on_delete=models.CASCADE, related_name="needs", db_index=False
    )
    contact = models.ForeignKey(
        Contact, verbose_name=_("who said it"), null=True, blank=True, on_delete=models.SET_NULL, related_name="needs"
    )
    answer = models.ForeignKey(
        TalkAnswer,
        verbose_name=_("from the answer"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="needs",
    )
    title = models.CharField(_("need"), max_length=200)
    pain = models.TextField(_("what it is that hurts"), blank=True, max_length=4000)
    effect_low = models.DecimalField(
        _("effect a year, low"), max_digits=14, decimal_places=2, null=True, blank=True, validators=_NOT_NEGATIVE
    )
    effect_base = models.DecimalField(
        _("effect a year, likely"), max_digits=14, decimal_places=2, null=True, blank=True, validators=_NOT_NEGATIVE
    )
    effect_high = models.DecimalField(
        _("effect a year, high"), max_digits=14, decimal_places=2, null=True, blank=True, validators=_NOT_NEGATIVE
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    low_house = models.DecimalField(max_digits=14, decimal_places=2, default=Decimal(0), editable=False)
    base_house = models.DecimalField(max_digits=14, decimal_places=2, default=Decimal(0), editable=False)
    high_house = models.DecimalField(max_digits=14, decimal_places=2, default=Decimal(0), editable=False)
    urgency = models.PositiveSmallIntegerField(_("urgency"), choices=Urgency, default=Urgency.LATER)
    said_on = models.DateField(_("said on"), default=clock.today)
    solve_by = models.DateField(_("to be solved by"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.OPEN)
    drop_reason = models.CharField(_("why it is not pursued"), max_length=300, blank=True)
    owner = models.ForeignKey(
        User, verbose_name=_("owner"), null=True, blank=True, on_delete=models.SET_NULL, related_name="needs",
        db_index=False,
    )  # fmt: skip
    next_question = models.CharField(_("next question"), max_length=300, blank=True)
    opportunities = models.ManyToManyField(
        Opportunity, verbose_name=_("opportunities"), blank=True, related_name="needs"
    )
    is_generated = models.BooleanField(_("generated"), default=False, editable=False)  # of the demo house

    objects = NeedQuerySet.as_manager()
    search_kind = search.NEED
    searched_fields = frozenset({"title", "pain"})

    class Meta:
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(effect_low=None) | models.Q(effect_low__gte=0), name="needs_need_not_negative"
            ),
            *(
                models.CheckConstraint(
                    condition=models.Q(**{lower: None})
                    | models.Q(**{upper: None})
                    | models.Q(**{f"{upper}__gte": models.F(lower)}),
                    name=f"needs_need_{lower[7:]}_{upper[7:]}",
                    violation_error_message=_("Low, likely and high have to rise."),
                )
                for lower, upper in (EFFECTS[:2], EFFECTS[1:], (EFFECTS[0], EFFECTS[2]))
            ),
            models.CheckConstraint(condition=models.Q(urgency__lte=3), name="needs_need_urgency"),
            models.CheckConstraint(
                condition=~models.Q(status="dropped") | ~models.Q(drop_reason=""),
                name="needs_need_dropped",
                violation_error_message=_("Say why it is not pursued."),
            ),
        ]
        indexes = [
            models.Index(fields=["account", "status", "-urgency", "id"], name="needs_need_account"),
            models.Index(fields=["base_house", "id"], name="needs_need_effect"),
            models.Index(fields=["status", "base_house", "id"], name="needs_need_status"),
            models.Index(fields=["owner", "status", "base_house", "id"], name="needs_need_owner"),
            models.Index(fields=["urgency", "id"], name="needs_need_urgent"),
            models.Index(fields=["solve_by", "id"], name="needs_need_solve_by"),
            models.Index(fields=["-said_on", "-id"], name="needs_need_said"),
            models.Index(fields=["changed_at", "id"], name="needs_need_changed"),
            bin_index("needs_need_bin"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def name(self) -> str:
        """As every record that is changed among many is called."""
        return self.title

    # --- what follows from it

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @property
    def is_overdue(self) -> bool:
        return self.is_open and self.solve_by is not None and self.solve_by < clock.today()

    # --- what is checked, and derived

    @classmethod
    def complete(cls, rows: Sequence[dict[str, Any]], by: Any) -> None:
        """Whoever writes it down owns it; its account's currency is meant unless another one is named."""
        for row in rows:
            if isinstance(by, User):
                row.setdefault("owner", by)
            if row.get("currency") in (None, "") and row.get("account") is not None:
                row["currency"] = row["account"].currency

    def prepare(self, touched: set[str]) -> set[str]:
        derived: set[str] = set()
        self.__dict__["_touched"] = touched
        if "title" in touched:
            self.title = " ".join(self.title.split())
        if "status" in touched and self.status != self.Status.DROPPED and "drop_reason" not in touched:
            self.drop_reason = ""
            derived.add("drop_reason")
        if touched & {*EFFECTS, "currency", "said_on"} or self._state.adding:
            derived |= self._convert()
        return derived

    def _convert(self) -> set[str]:
        house = House.current().currency
        self.currency = (self.currency or house).strip().upper()
        low, base, high = (getattr(self, name) for name in EFFECTS)
        known = next((one for one in (base, low, high) if one is not None), Decimal(0))
        filled = (
            low if low is not None else known,
            known if base is None else base,
            high if high is not None else known,
        )
        if base is None and low is not None and high is not None:
            filled = (low, (Decimal(low) + Decimal(high)) / 2, high)
        try:
            rate = rate_on(self.currency, self.said_on or clock.today(), house)
            self.low_house, self.base_house, self.high_house = (convert(one, rate, house) for one in filled)
        except NoRate as missing:
            self.__dict__["_no_rate"] = str(missing)
        except (ArithmeticError, TypeError, ValueError):
            return {"currency"}  # the fields' own checks say what is wrong
        return {"currency", "low_house", "base_house", "high_house"}

    def wrong(self) -> dict[str, Any]:
        wrong: dict[str, Any] = {}
        if said := self.__dict__.pop("_no_rate", ""):
            wrong["currency"] = said
        figures = [(name, getattr(self, name)) for name in EFFECTS if isinstance(getattr(self, name), Decimal)]
        for (_name, lower), (name, upper) in zip(figures, figures[1:], strict=False):
            if upper < lower:
                wrong[name] = _("Low, likely and high have to rise.")
        if self.said_on is not None and self.said_on > clock.today():
            wrong["said_on"] = _("This day is still to come.")
        touched = self.__dict__.get("_touched", set())
        if (
            self._state.adding
            and self.solve_by is not None
            and self.said_on is not None
            and self.solve_by < self.said_on
        ):
            wrong["solve_by"] = _("It was said after this day.")
        if self.status == self.Status.DROPPED and not self.drop_reason.strip():
            wrong["drop_reason"] = _("Say why it is not pursued.")
        if (self._state.adding or "owner" in touched) and not sees_account(self.owner, self.account, self.area):
            wrong["owner"] = _("She does not see this account; give her a seat on its team first.")
        if self._state.adding and self.answer_id and self.answer.talk.account_id != self.account_id:  # type: ignore[union-attr]
            wrong["answer"] = _("This was answered by another customer.")
        return wrong

    # --- verbs

    @classmethod
    def of_answer(cls, answer: TalkAnswer, *, by: Any, **values: Any) -> Self:
        """A need is made of what was answered: the answer's text, who said it and when. Raises ValidationError."""
        if not answer.shows_need:
            raise ValidationError(_("A need is made of an answer about a problem or what comes of it."))
        if answer.needs.living().exists():
            raise ValidationError(_("A need was made of this answer already."))
        talk: NeedsTalk = answer.talk
        question, text = answer.question or {}, answer.text
        asked = str(answer)
        values.setdefault("title", (text if question["kind"] == "text" else asked)[:200])
        values.setdefault("pain", text if question["kind"] == "text" else f"{asked}\n{text}")
        if question["kind"] == "money":
            values.setdefault("effect_base", Decimal(answer.value))
        return cls.add(by=by, account=talk.account, contact=talk.contact, answer=answer, said_on=talk.held_on, **values)

    def drop(self, reason: str, *, by: Any, version: int | None = None) -> Event | None:
        """It is not pursued, for a reason. Raises ValidationError by field."""
        return self.change(by=by, version=version, verb="dropped", status=self.Status.DROPPED, drop_reason=reason)

    def meet(self, *, by: Any, version: int | None = None) -> Event | None:
        """It is met."""
        return self.change(by=by, version=version, verb="met", status=self.Status.MET)

    def tie(
        self, opportunity: Opportunity, *, by: Any, verb: str = "tied", now: dt.datetime | None = None
    ) -> Event | None:
        """An opportunity at the same account is about it, and it is being solved. Raises ValidationError."""
        if opportunity.account_id != self.account_id or opportunity.deleted_at is not None:
            raise ValidationError({"opportunity": _("Choose an opportunity with this customer.")})
        values: dict[str, Any] = {"opportunities": [*self.opportunities.all(), opportunity]}
        if self.status == self.Status.OPEN:
            values["status"] = self.Status.SOLVING
        return self.change(by=by, now=now, verb=verb, **values)

    def untie(self, opportunity: Opportunity, *, by: Any) -> Event | None:
        """This opportunity is not about it any more."""
        return self.change(by=by, opportunities=[one for one in self.opportunities.all() if one.pk != opportunity.pk])

    # --- kept in step

    def search_row(self) -> tuple:
        return (self.pk, self.title, self.pain[:200], "")

    def settle(self, changed: set[str]) -> None:
        super().settle(changed)
        if changed & {"status", "deleted_at", "account", "currency", "said_on", *EFFECTS}:
            NeedsTalk.sum_again([self.account_id])

    @classmethod
    def summed_on(cls, ids: Collection[int]) -> set[int]:
        return set(
            cls._base_manager.filter(pk__in=list(ids)).order_by().values_list("account_id", flat=True).distinct()
        )

    @classmethod
    def sum_again(cls, numbers: Collection[int]) -> None:
        NeedsTalk.sum_again(numbers)


class FitQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        reach = access.reach(user, "needs.see")
        return self.filter(reached_from("need_id", Need.objects.within(reach))) if reach else self.none()

    def for_list(self) -> Self:
        return self.select_related("need__account", "family", "product")


class NeedFit(Recorded):
    """What of ours would help with a need, and how far: a product, or a whole family."""

    class Degree(models.IntegerChoices):
        PARTLY = 1, _("fits in part")
        LARGELY = 2, _("fits largely")
        FULLY = 3, _("fits fully")

    part_of: ClassVar[tuple[str, ...]] = ("need",)

    need = models.ForeignKey(Need, verbose_name=_("need"), on_delete=models.CASCADE, related_name="fits")
    product = models.ForeignKey(
        Product, verbose_name=_("product"), null=True, blank=True, on_delete=models.PROTECT, related_name="need_fits"
    )
    family = models.ForeignKey(
        Family,
        verbose_name=_("product family"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="need_fits",
    )
    degree = models.PositiveSmallIntegerField(_("how far it fits"), choices=Degree, default=Degree.LARGELY)
    quantity = models.DecimalField(
        _("quantity a year"), max_digits=14, decimal_places=3, null=True, blank=True,
        validators=[MinValueValidator(Decimal("0.001"))],
    )  # fmt: skip
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = FitQuerySet.as_manager()

    class Meta:
        verbose_name = _("product fit")
        verbose_name_plural = _("product fits")
        ordering = ["-degree", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(product=None, family__isnull=False) | models.Q(product__isnull=False, family=None),
                name="needs_fit_one",
                violation_error_message=_("Choose a product or a family, one of both."),
            ),
            models.CheckConstraint(condition=models.Q(degree__gte=1, degree__lte=3), name="needs_fit_degree"),
            *(
                models.UniqueConstraint(
                    fields=["need", name],
                    condition=models.Q(deleted_at=None, **{f"{name}__isnull": False}),
                    name=f"needs_fit_{name}_once",
                    violation_error_message=_("This stands there already."),
                )
                for name in ("product", "family")
            ),
        ]
        indexes = [bin_index("needs_fit_bin")]

    def __str__(self) -> str:
        return str(self.product or self.family or "")

    def timeline_account_id(self) -> int | None:
        return self.need.account_id

    def within(self, reach: access.Reach) -> bool:
        return self.need.within(reach)

    def grounds(self) -> tuple[explaining.Ground, ...]:
        return self.need.grounds()

    def access_rule(self) -> explaining.Rule:
        return self.need.access_rule()

    def clean(self) -> None:
        super().clean()
        wrong = null_characters(self)
        if (self.product_id is None) == (self.family_id is None):
            wrong["product"] = _("Choose a product or a family, one of both.")
        if wrong:
            raise ValidationError(wrong)

    def change(self, *, by: Any, **values: Any) -> Event | None:
        if "need" in values and values["need"] != self.need:
            raise ValidationError({"need": _("It stays at its need.")})
        return super().change(by=by, **values)
