"""Opportunities, and the way of each through the stages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from kundenkreis.activities.models import Activity
from kundenkreis.core import clock, numbering, search
from kundenkreis.core.models import House
from kundenkreis.core.money import convert
from kundenkreis.core.records import bin_index
from kundenkreis.customers.grounds import grounds_of
from kundenkreis.customers.models import Account
from kundenkreis.fields import picks
from kundenkreis.fields.filling import Fielded
from kundenkreis.fields.picks import PickField
from kundenkreis.fields.rolling import Rolled
from kundenkreis.history.models import Event
from kundenkreis.pipeline import moving
from kundenkreis.pipeline.models.counting import CountedOnce
from kundenkreis.pipeline.models.pipelines import PERCENT, CloseReason, Pipeline, Stage
from kundenkreis.pipeline.models.seeing import OpportunityQuerySet
from kundenkreis.pipeline.models.ways import StageChange
from kundenkreis.rates.dated import NoRate, rate_on
from kundenkreis.staff import access, explaining
from kundenkreis.staff.models import Team, User

_GAP = [MinValueValidator(Decimal(-100)), MaxValueValidator(Decimal(1000))]


def counted(count: int, shown: str = "") -> str:
    """ "3 opportunities", for sentences."""
    return ngettext("%(count)s opportunity", "%(count)s opportunities", count) % {"count": shown or count}


class Opportunity(CountedOnce, Rolled, Fielded):
    """Business that may come about. `probability` is its own estimate; while it is empty the stage's holds (`likelihood`)."""

    class Forecast(models.TextChoices):
        PIPELINE = "pipeline", _("pipeline")
        BEST_CASE = "best_case", _("best case")
        COMMIT = "commit", _("commit")
        CLOSED = "closed", _("closed")
        OMITTED = "omitted", _("omitted")

    class Outcome(models.TextChoices):
        WON = "won", _("won")
        LOST = "lost", _("lost")

    @picks.administered("opportunities.source", _("Source of opportunities"))
    class Source(models.TextChoices):
        EXISTING = "existing", _("existing customer")
        REFERRAL = "referral", _("referral")
        FAIR = "fair", _("trade fair or event")
        WEBSITE = "website", _("website")
        CAMPAIGN = "campaign", _("campaign")
        CALL = "call", _("cold call")
        PORTAL = "portal", _("tender portal")
        PARTNER = "partner", _("partner")
        OTHER = "other", _("something else")

    @picks.administered("opportunities.criterion", _("Decisive criterion"))
    class Criterion(models.TextChoices):
        PRICE = "price", _("price")
        QUALITY = "quality", _("quality")
        DELIVERY = "delivery", _("delivery time")
        RANGE = "range", _("range of products")
        SERVICE = "service", _("service and support")
        RELATION = "relation", _("relationship")
        TERMS = "terms", _("terms of payment and contract")
        TECHNOLOGY = "technology", _("technical solution")
        OTHER = "other", _("something else")

    number = models.CharField(_("number"), max_length=40, unique=True, blank=True)
    name = models.CharField(_("name"), max_length=200)
    account = models.ForeignKey(
        Account, verbose_name=_("account"), null=True, blank=True, on_delete=models.CASCADE,
        related_name="opportunities", db_index=False,
    )  # fmt: skip
    pipeline = models.ForeignKey(
        Pipeline, verbose_name=_("pipeline"), on_delete=models.PROTECT, related_name="opportunities", db_index=False
    )
    stage = models.ForeignKey(
        Stage, verbose_name=_("stage"), on_delete=models.PROTECT, related_name="opportunities", db_index=False
    )
    stage_since = models.DateTimeField(_("in this stage since"), default=timezone.now)
    owner = models.ForeignKey(
        User, verbose_name=_("owner"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="opportunities", db_index=False,
    )  # fmt: skip
    team = models.ForeignKey(
        Team, verbose_name=_("team"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="opportunities", db_index=False,
    )  # fmt: skip
    value = models.DecimalField(
        _("value"), max_digits=14, decimal_places=2, default=Decimal(0), validators=[MinValueValidator(Decimal(0))]
    )
    sums_lines = models.BooleanField(_("value is the sum of the lines"), default=False)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    # Of the day on which the value was last changed: what columns of a board add up.
    value_house = models.DecimalField(
        _("value in house currency"), max_digits=16, decimal_places=2, default=Decimal(0), editable=False
    )
    probability = models.PositiveSmallIntegerField(
        _("own probability in %"), null=True, blank=True, validators=PERCENT,
        help_text=_("Empty: the stage's."),
    )  # fmt: skip
    forecast_category = models.CharField(
        _("forecast category"), max_length=9, choices=Forecast, default=Forecast.PIPELINE
    )
    expected_close_on = models.DateField(_("expected close"), null=True, blank=True)
    decision_on = models.DateField(_("decision date"), null=True, blank=True)
    source = PickField(_("source"), max_length=12, choices=Source, blank=True, pick="opportunities.source")
    campaign = models.CharField(_("campaign"), max_length=120, blank=True)
    description = models.TextField(_("description"), blank=True)
    activities = models.ManyToManyField(
        Activity, verbose_name=_("activities"), blank=True, related_name="opportunities"
    )
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)
    outcome = models.CharField(_("outcome"), max_length=4, choices=Outcome, blank=True, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    close_reason = models.ForeignKey(
        CloseReason, verbose_name=_("reason"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    lost_to = models.ForeignKey(
        "OpportunityCompetitor", verbose_name=_("lost to"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip
    price_gap = models.DecimalField(
        _("price gap in %"), max_digits=5, decimal_places=1, null=True, blank=True, validators=_GAP,
        help_text=_("How much dearer we were than the best offer; below zero: cheaper."),
    )  # fmt: skip
    criterion = PickField(
        _("decisive criterion"), max_length=12, choices=Criterion, blank=True, pick="opportunities.criterion"
    )
    close_note = models.TextField(_("what decided"), blank=True)
    qualified = models.PositiveSmallIntegerField(_("points by MEDDPICC"), default=0, editable=False)
    is_generated = models.BooleanField(_("generated"), default=False, editable=False)  # of the demo house

    objects = OpportunityQuerySet.as_manager()
    search_kind = search.OPPORTUNITY
    searched_fields = frozenset({"name", "number", "campaign", "custom"})
    # Cleared when it is opened again; history keeps them.
    OF_THE_END: ClassVar[Mapping[str, Any]] = {
        "outcome": "", "closed_at": None, "close_reason": None, "lost_to": None, "price_gap": None, "criterion": "",
        "close_note": "",
    }  # fmt: skip

    class Meta:
        verbose_name = _("opportunity")
        verbose_name_plural = _("opportunities")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(probability=None) | models.Q(probability__lte=100),
                name="pipeline_opportunity_probability",
                violation_error_message=_("A probability is at most 100 %."),
            ),
            models.CheckConstraint(condition=models.Q(value__gte=0), name="pipeline_opportunity_value"),
            models.CheckConstraint(
                condition=models.Q(outcome="", closed_at=None)
                | (~models.Q(outcome="") & models.Q(closed_at__isnull=False)),
                name="pipeline_opportunity_closed",
                violation_error_message=_("What is closed has a day on which it was, and what is open has none."),
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at=None) | models.Q(closed_at__gte=models.F("opened_at")),
                name="pipeline_opportunity_period",
                violation_error_message=_("It was closed before it was opened."),
            ),
        ]
        indexes = [
            models.Index(fields=["account", "outcome", "-id"], name="pipeline_opp_account"),
            models.Index(fields=["stage", "-value_house", "-id"], name="pipeline_opp_stage"),
            models.Index(fields=["stage", "expected_close_on", "id"], name="pipeline_opp_lane"),  # of a board
            models.Index(fields=["owner", "outcome", "expected_close_on", "id"], name="pipeline_opp_owner"),
            models.Index(fields=["team", "outcome", "expected_close_on", "id"], name="pipeline_opp_team"),
            models.Index(fields=["pipeline", "outcome", "expected_close_on", "id"], name="pipeline_opp_pipeline"),
            models.Index(fields=["expected_close_on", "id"], name="pipeline_opp_expected"),
            models.Index(fields=["value_house", "id"], name="pipeline_opp_value"),
            models.Index(fields=["outcome", "closed_at", "id"], name="pipeline_opp_closed"),
            models.Index(fields=["changed_at", "id"], name="pipeline_opp_changed"),
            models.Index(fields=["project"], name="pipeline_opp_project", condition=models.Q(project__isnull=False)),
            bin_index("pipeline_opp_bin"),
        ]

    def __str__(self) -> str:
        return self.name

    # --- what follows from it

    @property
    def is_open(self) -> bool:
        return not self.outcome

    @property
    def likelihood(self) -> int:
        """The probability in % that counts: its own, or the stage's."""
        return self.stage.probability if self.probability is None else self.probability

    @property
    def weighted_house(self) -> Decimal:
        """Value times probability, in house currency."""
        return (self.value_house * self.likelihood / 100).quantize(Decimal("0.01"))

    @property
    def days_in_stage(self) -> int:
        asked = self.stage_since, clock.today()
        known = self.__dict__.get("_stands")
        if known is None or known[0] != asked:  # a card says it twice, and a board has hundreds
            known = self.__dict__["_stands"] = asked, max((asked[1] - timezone.localdate(asked[0])).days, 0)
        return known[1]

    @property
    def age(self) -> str:
        """ "old" when it stands in its stage longer than is usual there, "ageing" from half of that time on; else ""."""
        limit = self.stage.old_after_days
        if limit is None or not self.is_open:
            return ""
        return "old" if self.days_in_stage >= limit else "ageing" if self.days_in_stage * 2 >= limit else ""

    @property
    def is_overdue(self) -> bool:
        """Still open, and the day on which it should have been decided is over."""
        return self.is_open and self.expected_close_on is not None and self.expected_close_on < clock.today()

    def lines_sum(self) -> Decimal:
        """What its lines come to, in its currency."""
        return sum(self.lines.living().order_by().values_list("amount", flat=True), Decimal(0))  # SQLite adds floats

    def next_step(self, user: Any = None) -> Activity | None:
        """What is planned next for it, as far as `user` sees it (None: the house)."""
        seen = Activity.objects.visible_to(user) if user is not None else Activity.objects.all()
        some = seen.open().filter(opportunities=self).select_related("owner")[:100]
        return min(some, key=lambda one: (one.day, one.at, one.pk), default=None)

    # --- who sees it

    def within(self, reach: access.Reach) -> bool:
        if self.owner_id in reach.owners or self.team_id in reach.teams:
            return True
        return self.account is not None and self.account.within(reach)

    def grounds(self) -> tuple[explaining.Ground, ...]:
        held = ((explaining.By.OWNER, self.owner_id), (explaining.By.TEAM, self.team_id))
        own = tuple(explaining.Ground(what, pk) for what, pk in held if pk is not None)
        return own + grounds_of([self.account] if self.account else [], through=True)

    def access_rule(self) -> explaining.Rule:
        return explaining.Within("opportunities.see", self.grounds())

    # --- what is checked, and derived

    def asks(self, field: Any, values: Mapping[str, Any] | None = None) -> bool:
        """A custom field may be required of open opportunities only, or of those won or lost."""
        stage = (values or {}).get("stage") or self.stage
        return not field.required_stages or stage.kind in field.required_stages

    @classmethod
    def complete(cls, rows: Sequence[dict[str, Any]], by: Any) -> None:
        super().complete(rows, by)
        moving.begin(rows, by)

    def prepare(self, touched: set[str]) -> set[str]:
        derived = set()
        if not self.number:
            self.number = numbering.next_number("opportunity", "V-")
            derived.add("number")
        if "name" in touched:
            self.name = " ".join(self.name.split())
        if "owner" in touched and "team" not in touched and self.owner is not None:
            self.team = self.owner.team
            derived.add("team")
        if touched & {"value", "currency"} or self._state.adding:
            derived |= self._convert()
        return derived | super().prepare(touched | derived)

    def _convert(self) -> set[str]:
        known = self.__dict__.pop("_rate", None)
        house = known[1] if known else House.current().currency
        self.currency = (self.currency or house).strip().upper()
        try:
            rate = known[0] if known and known[0] else rate_on(self.currency, clock.today(), house)
            self.value_house = convert(self.value or 0, rate, house)
        except NoRate as missing:
            self.__dict__["_no_rate"] = str(missing)
        return {"value_house", "currency"}

    def at_rate(self, rate: Decimal | None, house: str) -> None:
        """The house's currency and the rate of its own, for whoever writes many and has asked once."""
        self.__dict__["_rate"] = (rate, house)

    @classmethod
    def prepare_many(cls, records: Sequence[Self], touched: Sequence[set[str]]) -> None:
        unnumbered = [record for record in records if not record.number]
        for record, number in zip(
            unnumbered, numbering.next_numbers("opportunity", len(unnumbered), "V-"), strict=True
        ):
            record.number = number
        super().prepare_many(records, touched)

    def clean(self) -> None:
        wrong: dict[str, Any] = self.wrong_fields()
        if said := self.__dict__.pop("_no_rate", ""):
            wrong["currency"] = said
        if self.stage_id and self.pipeline_id and self.stage.pipeline_id != self.pipeline_id:
            wrong["stage"] = _("This stage belongs to another pipeline.")
        if self.lost_to_id and self.pk and self.lost_to and self.lost_to.opportunity_id != self.pk:
            wrong["lost_to"] = _("This competitor stands at another opportunity.")
        if self.closed_at is not None and self.opened_at is not None and self.closed_at < self.opened_at:
            wrong["closed_at"] = _("It was closed before it was opened.")
        if self._state.adding:
            wrong |= moving.wrong_with_new(self)
        if wrong:
            raise ValidationError(wrong)

    # --- verbs

    @transaction.atomic
    def change(  # type: ignore[override]
        self, *, by: Any, now: dt.datetime | None = None, version: int | None = None, undoes: Event | None = None,
        verb: str = "changed", **values: Any,
    ) -> Event | None:  # fmt: skip
        """As of every noun. Another stage has its consequences, and asks for what it needs (`moving`); an undo sets back what was."""
        now = now or timezone.now()
        self.hold(values)
        if undoes is None and values.keys() & moving.LOOKED_AT:
            present = type(self)._base_manager.select_for_update(of=("self",)).get(pk=self.pk)
            if version is not None and version != present.version:
                self._refuse_if_overwritten(present, version, set(values))
            values, verb = moving.worked_out(present, values, verb, now)
        return super().change(by=by, now=now, version=version, undoes=undoes, verb=verb, **values)

    def move(self, stage: Stage, *, by: Any, version: int | None = None, **values: Any) -> Event | None:
        """To another stage, with what is asked for on the way. Raises ValidationError by field, and Stale when somebody was faster."""
        return self.change(by=by, version=version, stage=stage, **values)

    def win(self, *, by: Any, version: int | None = None, **values: Any) -> Event | None:
        """It is won: what is asked for by its stage has to be there. Raises ValidationError by field."""
        return self._close(Stage.Kind.WON, by=by, version=version, **values)

    def lose(self, *, by: Any, version: int | None = None, **values: Any) -> Event | None:
        """It is lost, for a `close_reason`. Raises ValidationError by field."""
        return self._close(Stage.Kind.LOST, by=by, version=version, **values)

    def _close(self, kind: str, *, by: Any, version: int | None, **values: Any) -> Event | None:
        if self.outcome == kind:
            raise ValidationError(_("It is closed already."))
        stage = self.pipeline.stage_of_kind(kind)
        if stage is None:
            raise ValidationError({"stage": _("This pipeline has no stage for that.")})
        return self.change(by=by, version=version, stage=stage, **values)

    def reopen(self, *, by: Any, version: int | None = None, stage: Stage | None = None) -> Event | None:
        """Open again, where it stood before it was closed unless another stage is named. Raises ValidationError."""
        if self.is_open:
            raise ValidationError(_("It is not closed."))
        stage = stage or self._stage_before() or self.pipeline.first_stage()
        if stage is None or not stage.is_open:
            raise ValidationError({"stage": _("Choose a stage in which it is open.")})
        return self.change(by=by, version=version, stage=stage)

    def _stage_before(self) -> Stage | None:
        way = self.stage_changes.filter(from_stage__kind=Stage.Kind.OPEN, from_stage__deleted_at=None)
        last = way.filter(from_stage__pipeline_id=self.pipeline_id).order_by("-at", "-pk").first()
        return last.from_stage if last else None

    def attach(self, activities: Sequence[Activity], *, by: Any) -> Event | None:
        """These activities belong to it."""
        return self.change(by=by, activities=[*self.activities.all(), *activities])

    def detach(self, activity: Activity, *, by: Any) -> Event | None:
        return self.change(by=by, activities=[one for one in self.activities.all() if one.pk != activity.pk])

    # --- kept in step

    def settle(self, changed: set[str]) -> None:
        super().settle(changed)
        if "stage" in changed:
            StageChange.follow([self.pk])

    @classmethod
    def taken_back(cls, ids: Collection[int]) -> None:
        """Their ways are shorter again; a stage that they come back to comes back too."""
        super().taken_back(ids)
        for stage in Stage.objects.in_bin().filter(opportunities__in=list(ids)).distinct():
            stage.restore(by=None)
        StageChange.follow(ids)

    def search_row(self) -> tuple:
        return (self.pk, self.name, " ".join(filter(None, (self.campaign, *self.searched_values()))), self.number)
