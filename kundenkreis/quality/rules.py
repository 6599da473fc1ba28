"""Rules for the house's data, which records fail them, who was let off, and the figures of each measurement."""

from __future__ import annotations

from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.filters import BadFilter, Filter, Filters, parse
from kundenkreis.core.records import RecordQuerySet, bin_index
from kundenkreis.customers import asking
from kundenkreis.customers.models import Account, Contact
from kundenkreis.customers.models.accounts import of_accounts
from kundenkreis.customers.models.contacts import of_contacts
from kundenkreis.history.recording import Recorded
from kundenkreis.quality.models import ImportRun
from kundenkreis.quality.runs import TimedRun
from kundenkreis.quality.standards import demands
from kundenkreis.quality.standards.demands import Kind, Reason
from kundenkreis.staff import access
from kundenkreis.staff.models import Team, User

MOST = 100  # rules of one house: each is measured every night


class Noun(models.TextChoices):
    ACCOUNT = "account", _("Accounts")
    CONTACT = "contact", _("Contacts")


MODELS: dict[str, type[Recorded]] = {Noun.ACCOUNT.value: Account, Noun.CONTACT.value: Contact}
# For whom a rule holds, in the language of the lists; what only the person who asks knows is left out.
_CONTACT_FILTERS = (
    Filter("name", "text", _("Name"), "key"),
    Filter("language", "choice", _("Language"), choices=Contact._meta.get_field("language").choices or ()),
    asking.tagged(Contact, "contact_id"),
    Filter("owner", "person", _("Owner"), "owner_id", choices=asking.people),
)


def filters_of(noun: str) -> tuple[Filter, ...]:
    """By what a rule can be narrowed to some of the records."""
    if noun == Noun.CONTACT:
        return _CONTACT_FILTERS
    return tuple(one for one in asking.ACCOUNT if one.kind not in ("record", "relation"))


class QualityRuleQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self if access.reach(user, "quality.see") else self.none()


class QualityRule(Recorded):
    """What the house demands of a field: that it is filled in, valid, there once only, up to date, proven.

    `conditions` narrow it to some records, each as the lists write them ("tier:in:A,B").
    """

    noun_of = models.CharField(_("of"), max_length=8, choices=Noun, default=Noun.ACCOUNT)
    field = models.CharField(_("field"), max_length=60, blank=True)
    kind = models.CharField(_("demand"), max_length=8, choices=Kind)
    days = models.PositiveIntegerField(
        _("days"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(36_500)]
    )
    weight = models.PositiveSmallIntegerField(
        _("weight"), default=1, validators=[MinValueValidator(1), MaxValueValidator(9)]
    )
    conditions = models.JSONField(_("for whom"), default=list, blank=True)
    note = models.CharField(_("why"), max_length=300, blank=True)

    objects = QualityRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("data quality rule")
        verbose_name_plural = _("data quality rules")
        ordering = ["noun_of", "field", "kind", "pk"]
        indexes = [bin_index("quality_rule_bin")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """What it demands, in words: "Accounts: VAT ID (UID) is valid"."""
        asked = demands.demand(self.noun_of, self.field)
        field = asked.label if asked is not None else self.field
        return f"{self.get_noun_of_display()}: {field} {self.get_kind_display()}"

    def narrowed(self) -> Filters:
        """Its conditions, read. Raises BadFilter when one of them is no condition (any more)."""
        return parse(self.conditions, filters_of(self.noun_of))

    def clean(self) -> None:
        errors = {name: one for name, one in (("field", self._bad_field()), ("days", self._bad_days())) if one}
        if bad := self._bad_conditions():
            errors["conditions"] = bad
        if errors:
            raise ValidationError(errors)
        if self.pk is None and QualityRule.objects.living().count() >= MOST:
            raise ValidationError(translated("A house has at most %(most)d rules.") % {"most": MOST})
        others = QualityRule.objects.living().filter(noun_of=self.noun_of, field=self.field, kind=self.kind)
        if any(one.conditions == self.conditions for one in others.exclude(pk=self.pk)):
            raise ValidationError(_("There is this rule already."))

    def _bad_field(self) -> str:
        asked = demands.demand(self.noun_of, self.field)
        if asked is None:
            return translated("Nothing can be demanded of this field.")
        if (self.kind == Kind.RECENT) != (not self.field):
            return translated("Up to date is the whole record; leave the field empty for that, and for that only.")
        if self.field and self.kind not in asked.kinds():
            return translated("This cannot be demanded of this field.")
        return ""

    def _bad_days(self) -> str:
        wanted = self.kind in (Kind.RECENT, Kind.PROVEN)
        if wanted and self.days is None:
            return translated("Say after how many days it counts as old.")
        return translated("Days are of age and look-ups only.") if self.days is not None and not wanted else ""

    def _bad_conditions(self) -> str:
        if not isinstance(self.conditions, list) or not all(isinstance(one, str) for one in self.conditions):
            return translated("A condition is written as text.")
        try:
            self.narrowed()
        except BadFilter as bad:
            return str(bad)
        if any("me" in one.texts for one in self.narrowed().asked() if one.filter.kind == "person"):
            return translated("A rule holds for everybody: name the person instead of “me”.")
        return ""


class OfOneRecord(models.Model):
    """Something about an account or a contact, in whose fate it shares."""

    account = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.CASCADE, related_name="%(class)ss", db_index=False
    )
    contact = models.ForeignKey(
        Contact, null=True, blank=True, on_delete=models.CASCADE, related_name="%(class)ss", db_index=False
    )

    class Meta:
        abstract = True

    @property
    def record(self) -> Any:
        return self.account if self.account_id else self.contact


def _seen(rows: Any, user: Any) -> Any:
    """Those whose record the person sees."""
    if not access.reach(user, "quality.see"):
        return rows.none()
    accounts, contacts = access.reach(user, "accounts.see"), access.reach(user, "contacts.see")
    return rows.filter(
        (models.Q(account__isnull=False) & of_accounts(accounts))
        | (models.Q(contact__isnull=False) & of_contacts(contacts))
    )


class QualityFindingQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        return _seen(self, user)


class QualityFinding(OfOneRecord):
    """That a record fails a rule. No value of the record is repeated here: nothing is left of a person who is erased."""

    derived_from = ("account", "contact")

    rule = models.ForeignKey(QualityRule, on_delete=models.CASCADE, related_name="findings", db_index=False)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    since = models.DateTimeField(_("since"), default=timezone.now)

    objects = QualityFindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "account"], name="quality_finding_account", condition=models.Q(account__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["rule", "contact"], name="quality_finding_contact", condition=models.Q(contact__isnull=False)
            ),
            models.CheckConstraint(
                condition=models.Q(account__isnull=False, contact=None) | models.Q(account=None, contact__isnull=False),
                name="quality_finding_of_one",
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", "rule"], name="quality_finding_of_account", condition=models.Q(account__isnull=False)
            ),
            models.Index(
                fields=["contact", "rule"], name="quality_finding_of_contact", condition=models.Q(contact__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id}: {self.account_id or self.contact_id}"


class QualityWaiverQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        return _seen(self, user)


class QualityWaiver(Recorded, OfOneRecord):
    """That a rule is not asked of one record, and why: a small business without a VAT ID."""

    rule = models.ForeignKey(QualityRule, on_delete=models.CASCADE, related_name="waivers")
    reason = models.CharField(_("why"), max_length=300)

    objects = QualityWaiverQuerySet.as_manager()

    class Meta:
        verbose_name = _("exception from a data quality rule")
        verbose_name_plural = _("exceptions from data quality rules")
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "account"],
                condition=models.Q(deleted_at=None, account__isnull=False),
                name="quality_waiver_account",
                violation_error_message=_("This record is an exception from the rule already."),
            ),
            models.UniqueConstraint(
                fields=["rule", "contact"],
                condition=models.Q(deleted_at=None, contact__isnull=False),
                name="quality_waiver_contact",
                violation_error_message=_("This record is an exception from the rule already."),
            ),
        ]
        indexes = [
            bin_index("quality_waiver_bin"),
            models.Index(
                fields=["account"], name="quality_waiver_of_account", condition=models.Q(account__isnull=False)
            ),
            models.Index(
                fields=["contact"], name="quality_waiver_of_contact", condition=models.Q(contact__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {self.record}"

    def clean(self) -> None:
        if not self.reason.strip():
            raise ValidationError({"reason": _("Say why; whoever comes after you will ask.")})


class QualityRun(TimedRun):
    """One measurement of all records; its figures stay, its findings are brought up to date from then on."""

    # {"12": 3}: the version in which each rule was measured
    rules = models.JSONField(default=dict)
    # {"12": [1000, 31]}: of how many of all records each rule was asked, and how many failed it
    totals = models.JSONField(default=dict)

    class Meta(TimedRun.Meta):
        verbose_name = _("measurement of data quality")
        verbose_name_plural = _("measurements of data quality")


class QualityMark(models.Model):
    """How far changes of a noun have been followed since: the moment and number of the last record that was looked at."""

    noun_of = models.CharField(max_length=8, choices=Noun, unique=True)
    changed_at = models.DateTimeField()
    record_id = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.noun_of} {self.changed_at.isoformat()}"


class QualityFigureQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Of all records for whoever sees them all; else those of the owners and teams that she sees."""
        reach = access.reach(user, "quality.see")
        if reach.everything:
            return self
        return self.filter(models.Q(owner_id__in=reach.owners) | models.Q(team_id__in=reach.teams))


class QualityFigure(models.Model):
    """Of how many records a rule was asked and how many failed it, by owner, team and where they came from (empty: by hand or the API)."""

    run = models.ForeignKey(QualityRun, on_delete=models.CASCADE, related_name="figures", db_index=False)
    rule = models.ForeignKey(QualityRule, on_delete=models.CASCADE, related_name="+", db_index=False)
    owner = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    team = models.ForeignKey(Team, null=True, on_delete=models.SET_NULL, related_name="+")
    source = models.ForeignKey(ImportRun, null=True, on_delete=models.SET_NULL, related_name="+")
    asked = models.PositiveIntegerField()
    failed = models.PositiveIntegerField()

    objects = QualityFigureQuerySet.as_manager()

    class Meta:
        verbose_name = _("figure of data quality")
        indexes = [models.Index(fields=["run", "rule"], name="quality_figure_run")]

    def __str__(self) -> str:
        return f"{self.rule_id}: {self.failed}/{self.asked}"
