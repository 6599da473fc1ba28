"""Project sale: one project, such as a building, for which several bid, and of which one may be awarded it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from kundenkreis.core import clock, numbering, search
from kundenkreis.core.models import House
from kundenkreis.core.money import convert
from kundenkreis.core.records import RecordQuerySet, bin_index, reached_from
from kundenkreis.customers.models import Account
from kundenkreis.fields.filling import Fielded
from kundenkreis.history.models import Event
from kundenkreis.history.recording import Recorded
from kundenkreis.pipeline.models import counting
from kundenkreis.pipeline.models.opportunities import Opportunity
from kundenkreis.rates.dated import NoRate, rate_on
from kundenkreis.staff import access, explaining
from kundenkreis.staff.models import Team, User


class ProjectQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.within(access.reach(user, "opportunities.see"))

    def within(self, reach: access.Reach) -> Self:
        """Projects of the reach's people and teams, and those in which one of their opportunities or accounts takes part."""
        if reach.everything:
            return self
        if not reach:
            return self.none()
        mine = Opportunity.objects.within(reach).filter(project_id__isnull=False, deleted_at=None)
        parties = ProjectParty._base_manager.filter(account_id__isnull=False, deleted_at=None)
        parties = parties.filter(reached_from("account_id", Account.objects.within(reach)))
        held = models.Q(owner_id__one_of=reach.owners) if reach.owners else models.Q(pk__in=[])
        held |= models.Q(team_id__one_of=reach.teams) if reach.teams else models.Q(pk__in=[])
        return self.filter(
            held | models.Q(pk__in=mine.values("project_id")) | models.Q(pk__in=parties.values("project_id"))
        )

    def for_list(self) -> Self:
        return self.select_related("owner", "team")


class Project(Fielded):
    """What is built or bought once, whoever gets the order. `leading` is the opportunity by which it is counted, if somebody chose one."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("planned")
        SPECIFIED = "specified", _("specified")
        TENDERED = "tendered", _("tendered")
        AWARDED = "awarded", _("awarded")
        ABANDONED = "abandoned", _("abandoned")

    # The day that belongs to a status.
    DAYS = {"specified": "specified_on", "tendered": "tendered_on", "awarded": "awarded_on"}

    number = models.CharField(_("number"), max_length=40, unique=True, blank=True)
    name = models.CharField(_("name"), max_length=200)
    place = models.CharField(_("place"), max_length=120, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.PLANNED)
    specified_on = models.DateField(_("specified on"), null=True, blank=True)
    tendered_on = models.DateField(_("tendered on"), null=True, blank=True)
    awarded_on = models.DateField(_("awarded on"), null=True, blank=True)
    value = models.DecimalField(
        _("project value"), max_digits=14, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(Decimal(0))], help_text=_("What of it may be ours, whoever bids."),
    )  # fmt: skip
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    value_house = models.DecimalField(
        _("project value in house currency"), max_digits=16, decimal_places=2, default=Decimal(0), editable=False
    )
    leading = models.ForeignKey(
        Opportunity, verbose_name=_("counted by"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
    )  # fmt: skip
    awarded_to = models.ForeignKey(
        Opportunity, verbose_name=_("awarded to"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
        editable=False,
    )  # fmt: skip
    owner = models.ForeignKey(
        User, verbose_name=_("owner"), null=True, blank=True, on_delete=models.SET_NULL, related_name="projects"
    )
    team = models.ForeignKey(
        Team, verbose_name=_("team"), null=True, blank=True, on_delete=models.SET_NULL, related_name="projects"
    )
    description = models.TextField(_("description"), blank=True)
    is_generated = models.BooleanField(_("generated"), default=False, editable=False)  # of the demo house

    objects = ProjectQuerySet.as_manager()
    search_kind = search.PROJECT
    searched_fields = frozenset({"name", "number", "place", "custom"})

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(value=None) | models.Q(value__gte=0), name="pipeline_project_value"
            ),
        ]
        indexes = [
            models.Index(fields=["status", "-id"], name="pipeline_project_status"),
            models.Index(fields=["name", "id"], name="pipeline_project_name"),
            models.Index(fields=["value_house", "id"], name="pipeline_project_worth"),
            bin_index("pipeline_project_bin"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def where(self) -> str:
        """ "Linz, AT"."""
        return ", ".join(filter(None, (self.place, self.country)))

    @property
    def is_decided(self) -> bool:
        return self.status in (self.Status.AWARDED, self.Status.ABANDONED)

    # --- who sees it

    def within(self, reach: access.Reach) -> bool:
        if reach.everything or self.owner_id in reach.owners or self.team_id in reach.teams:
            return True
        return Project.objects.filter(pk=self.pk).within(reach).exists()

    def grounds(self) -> tuple[explaining.Ground, ...]:
        held = ((explaining.By.OWNER, self.owner_id), (explaining.By.TEAM, self.team_id))
        found = [explaining.Ground(what, pk) for what, pk in held if pk is not None]
        for one in self.opportunities.living().select_related("account")[:20]:
            found += one.grounds()
        for account in Account._base_manager.filter(project_parties__in=self.parties.living())[:20]:
            found += account.grounds()
        return tuple(dict.fromkeys(found))

    def access_rule(self) -> explaining.Rule:
        return explaining.Within("opportunities.see", self.grounds())

    # --- what is checked, and derived

    @classmethod
    def complete(cls, rows: Any, by: Any) -> None:
        super().complete(rows, by)
        for row in rows:
            if isinstance(by, User):
                row.setdefault("owner", by)

    def prepare(self, touched: set[str]) -> set[str]:
        derived = super().prepare(touched)
        if not self.number:
            self.number = numbering.next_number("project", "P-")
            derived.add("number")
        self.name, self.place = (" ".join((text or "").split()) for text in (self.name, self.place))
        self.country = (self.country or "").strip().upper()
        derived |= {"name", "place", "country"}
        if "owner" in touched and "team" not in touched and self.owner is not None:
            self.team = self.owner.team
            derived.add("team")
        if touched & {"value", "currency"} or self._state.adding:
            derived |= self._convert()
        return derived

    def at_rate(self, rate: Decimal | None, house: str) -> None:
        """The house's currency and the rate of its own, for whoever writes many and has asked once."""
        self.__dict__["_rate"] = (rate, house)

    def _convert(self) -> set[str]:
        known = self.__dict__.pop("_rate", None)
        house = known[1] if known else House.current().currency
        self.currency = (self.currency or house).strip().upper()
        try:
            rate = known[0] if known and known[0] is not None else rate_on(self.currency, clock.today(), house)
            self.value_house = convert(self.value or 0, rate, house)
        except NoRate as missing:
            self.__dict__["_no_rate"] = str(missing)
        return {"value_house", "currency"}

    def clean(self) -> None:
        super().clean()
        wrong: dict[str, Any] = {}
        if said := self.__dict__.pop("_no_rate", ""):
            wrong["currency"] = said
        days = [(name, getattr(self, name)) for name in self.DAYS.values() if getattr(self, name)]
        for (_before, earlier), (name, later) in zip(days, days[1:], strict=False):
            if later < earlier:
                wrong[name] = _("A project is specified, then tendered, then awarded.")
        if self.awarded_on and self.awarded_on > clock.today():
            wrong["awarded_on"] = _("This day is still to come.")
        if self.leading_id and self.leading is not None and self.leading.project_id != self.pk:
            wrong["leading"] = _("This opportunity is not one of the project.")
        if wrong:
            raise ValidationError(wrong)

    # --- verbs

    @transaction.atomic
    def change(self, *, by: Any, undoes: Event | None = None, **values: Any) -> Event | None:
        """As of every noun. The day of a new status is today, unless it is named or known."""
        day = self.DAYS.get(values.get("status", ""))
        if undoes is None and day and values["status"] != self.status and not getattr(self, day):
            values.setdefault(day, clock.today())
        return super().change(by=by, undoes=undoes, **values)

    def count_by(self, opportunity: Opportunity | None, *, by: Any) -> Event | None:
        """From now on the project is counted by this opportunity (None: by the likeliest). Raises ValidationError."""
        if opportunity is not None and not opportunity.is_open:
            raise ValidationError({"leading": _("Only what is open can be counted.")})
        return self.change(by=by, leading=opportunity)

    def settle(self, changed: set[str]) -> None:
        super().settle(changed)
        if changed & {"leading", "deleted_at"}:
            counting.follow([self.pk])

    def search_row(self) -> tuple:
        return (self.pk, self.name, " ".join(filter(None, (self.place, *self.searched_values()))), self.number)


class ProjectPartyQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Those of visible projects."""
        return self.filter(project__in=Project.objects.visible_to(user).values("pk"))

    def for_list(self) -> Self:
        return self.select_related("project", "account")


class ProjectParty(Recorded):
    """Who takes part in a project, and as what: an account of the house's, or a name."""

    part_of = ("project",)

    class Role(models.TextChoices):
        OWNER = "owner", _("building owner")
        PLANNER = "planner", _("planner")
        CONTRACTOR = "contractor", _("general contractor")
        INSTALLER = "installer", _("installer")
        WHOLESALER = "wholesaler", _("wholesaler")
        OTHER = "other", _("something else")

    project = models.ForeignKey(
        Project, verbose_name=_("project"), on_delete=models.CASCADE, related_name="parties", db_index=False
    )
    role = models.CharField(_("role in the project"), max_length=12, choices=Role)
    account = models.ForeignKey(
        Account, verbose_name=_("account"), null=True, blank=True, on_delete=models.CASCADE,
        related_name="project_parties",
    )  # fmt: skip
    name = models.CharField(_("name"), max_length=200, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = ProjectPartyQuerySet.as_manager()

    class Meta:
        verbose_name = _("party of a project")
        verbose_name_plural = _("parties of projects")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(name="") | models.Q(account__isnull=False),
                name="pipeline_party_named",
                violation_error_message=_("Name the party, or choose the account."),
            ),
            models.UniqueConstraint(
                fields=["project", "account", "role"],
                condition=models.Q(deleted_at=None, account__isnull=False),
                name="pipeline_party_once",
                violation_error_message=_("This account has that role already."),
            ),
        ]
        indexes = [
            models.Index(fields=["project", "id"], name="pipeline_party_project"),
            bin_index("pipeline_party_bin"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_role_display()})"

    def timeline_account_id(self) -> int | None:
        return self.account_id

    def within(self, reach: access.Reach) -> bool:
        return self.project.within(reach)

    def grounds(self) -> tuple[explaining.Ground, ...]:
        return self.project.grounds()

    def access_rule(self) -> explaining.Rule:
        return self.project.access_rule()

    def prepare(self, touched: set[str]) -> set[str]:
        """Its account names it."""
        self.name = " ".join((self.name or "").split()) or (self.account.name if self.account is not None else "")
        return {"name"}

    def clean(self) -> None:
        super().clean()
        if not self.name and self.account_id is None:
            raise ValidationError({"name": _("Name the party, or choose the account.")})

    def change(self, *, by: Any, **values: Any) -> Event | None:
        if "project" in values and values["project"] != self.project:
            raise ValidationError({"project": _("It stays at its project.")})
        return super().change(by=by, **values)
