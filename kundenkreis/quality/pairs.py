"""Pairs of records that may be the same one, what people decided about them, and the runs that found them."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.records import RecordQuerySet, bin_index, reached_from
from kundenkreis.customers.grounds import grounds_of
from kundenkreis.customers.models import Account, Contact
from kundenkreis.customers.models.accounts import is_narrow
from kundenkreis.history.models import Event
from kundenkreis.history.recording import Recorded
from kundenkreis.quality.matching.scoring import Likeness
from kundenkreis.quality.runs import TimedRun
from kundenkreis.staff import access, explaining
from kundenkreis.staff.models import User


class DuplicateRun(TimedRun):
    """One search for duplicates: among all records, or of those that have changed among all."""

    is_full = models.BooleanField(_("all records"), default=True)
    # {"account": {"records": 4300, "searched": 12, "found": 31, "added": 2, "gone": 1, "reopened": 0}, "contact": …}
    counts = models.JSONField(_("counts"), default=dict)
    # {"account": {"version": …, "table": …, "shift": …}}: what was weighed with
    weights = models.JSONField(_("weights"), default=dict)
    # {"account": {"records": 1000, "same": 31, "different": 12}}: of what the house's own weights were learnt
    learnt = models.JSONField(_("learnt from"), default=dict)

    objects: models.Manager[DuplicateRun] = models.Manager()

    class Meta(TimedRun.Meta):
        verbose_name = _("search for duplicates")
        verbose_name_plural = _("searches for duplicates")


def _held(column: str, rows: models.QuerySet, reach: access.Reach) -> models.Q:
    """That the record whose number stands in `column` is one of `rows`, which are those inside a reach."""
    if reach and not reach.everything and is_narrow(reach):
        return models.Q(**{f"{column}__gathered": rows.values("pk")})
    return reached_from(column, rows)


class DuplicatePairQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Pairs of which the person may see both records. Of any other she is not told, not even by a count."""
        if not access.reach(user, "duplicates.see"):
            return self.none()
        accounts, contacts = access.reach(user, "accounts.see"), access.reach(user, "contacts.see")
        seen_accounts, seen_contacts = Account.objects.within(accounts), Contact.objects.within(contacts)
        both_accounts = _held("account_id", seen_accounts, accounts) & _held(
            "other_account_id", seen_accounts, accounts
        )
        both_contacts = _held("contact_id", seen_contacts, contacts) & _held(
            "other_contact_id", seen_contacts, contacts
        )
        return self.filter(both_accounts | both_contacts)

    def of_living(self) -> Self:
        """Pairs of which neither record is in the bin."""
        ends = ("account", "other_account", "contact", "other_contact")
        return self.filter(**{f"{end}__deleted_at": None for end in ends})

    def waiting(self) -> Self:
        """Pairs about which nobody has decided yet."""
        return self.living().of_living().filter(state=DuplicatePair.State.OPEN)

    def owned_by(self, owner: int) -> Self:
        """Pairs of which one record is this person's."""
        return self.filter(
            models.Q(account__owner_id=owner)
            | models.Q(other_account__owner_id=owner)
            | models.Q(contact__owner_id=owner)
            | models.Q(other_contact__owner_id=owner)
        )

    def by_weight(self) -> Self:
        """The likeliest first; with a key that tells two alike apart."""
        return self.order_by("-weight", "-pk")

    def for_list(self) -> Self:
        return self.select_related(
            "account__owner", "other_account__owner", "contact__owner", "other_contact__owner",
            "contact__main_account", "other_contact__main_account", "decided_by",
        )  # fmt: skip


class DuplicatePair(Recorded):
    """Two accounts, or two contacts, that may be the same. A run finds it and keeps its score; people decide.

    The record with the lower number comes first. What was decided stays until one of the records changes in what is compared.
    """

    derived_from = ("account", "other_account", "contact", "other_contact")

    class Kind(models.TextChoices):
        ACCOUNT = "account", _("Accounts")
        CONTACT = "contact", _("Contacts")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        DIFFERENT = "different", _("different")
        MERGED = "merged", _("merged")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    account = models.ForeignKey(
        Account, verbose_name=_("account"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    other_account = models.ForeignKey(
        Account, verbose_name=_("other account"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    contact = models.ForeignKey(
        Contact, verbose_name=_("contact"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    other_contact = models.ForeignKey(
        Contact, verbose_name=_("other contact"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    weight = models.FloatField(_("weight in bits"))  # log2 of the odds that they are the same
    probability = models.FloatField(_("probability"))
    explanation = models.JSONField(_("explanation"), default=dict)  # `Likeness.as_kept`: levels and bits, no values
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    decided_by = models.ForeignKey(
        User, verbose_name=_("decided by"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    # Of what was compared when it was decided: another one means that a record has changed in it.
    mark = models.CharField(max_length=32, blank=True, editable=False)

    objects = DuplicatePairQuerySet.as_manager()

    class Meta:
        verbose_name = _("pair of duplicates")
        verbose_name_plural = _("pairs of duplicates")
        constraints = [
            models.UniqueConstraint(fields=["account", "other_account"], name="quality_pair_accounts"),
            models.UniqueConstraint(fields=["contact", "other_contact"], name="quality_pair_contacts"),
            models.CheckConstraint(
                name="quality_pair_of_two",
                condition=models.Q(
                    kind="account", account__lt=models.F("other_account"), contact=None, other_contact=None
                )
                | models.Q(kind="contact", contact__lt=models.F("other_contact"), account=None, other_account=None),
            ),
        ]
        indexes = [
            bin_index("quality_pair_bin"),
            models.Index(fields=["state", "weight", "id"], name="quality_pair_weight"),
            models.Index(fields=["state", "kind", "weight", "id"], name="quality_pair_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.first} – {self.second}"

    @property
    def first(self) -> Any:
        """The record with the lower number."""
        return self.account if self.kind == self.Kind.ACCOUNT else self.contact

    @property
    def second(self) -> Any:
        """The record with the higher number."""
        return self.other_account if self.kind == self.Kind.ACCOUNT else self.other_contact

    @property
    def likely(self) -> float:
        """The probability in percent, rounded down to two places: nothing is said to be 100 % that is not."""
        return math.floor(self.probability * 10_000) / 100

    @property
    def likeness(self) -> Likeness:
        """Its score, field by field."""
        return Likeness.from_kept(self.explanation)

    def timeline_account_id(self) -> int | None:
        return self.first.timeline_account_id()

    def within(self, reach: access.Reach) -> bool:
        return self.first.within(reach) and self.second.within(reach)

    def access_rule(self) -> explaining.Rule:
        """Of a pair is told who sees both."""
        both = [explaining.Within(f"{self.kind}s.see", grounds) for grounds in self._grounds()]
        return explaining.Every((explaining.Role("duplicates.see"), *both), told=(1, 2))

    def grounds(self) -> tuple[explaining.Ground, ...]:
        first, second = self._grounds()
        return first + second

    def _grounds(self) -> tuple[tuple[explaining.Ground, ...], tuple[explaining.Ground, ...]]:
        if self.kind == self.Kind.ACCOUNT:
            return grounds_of([self.first], through=True), grounds_of([self.second], through=True)
        return self.first.grounds(), self.second.grounds()

    def acts(self) -> dict[str, explaining.Rule]:
        each = [explaining.Within("duplicates.decide", grounds) for grounds in self._grounds()]
        return {"duplicates.decide": explaining.Every(tuple(each))}

    @transaction.atomic
    def decide(self, *, by: User | None, as_: str, now: dt.datetime | None = None) -> Event | None:
        """They are different, or they were merged into one. Raises ValidationError for any other answer."""
        if as_ not in (self.State.DIFFERENT, self.State.MERGED):
            raise ValidationError({"state": _("A pair is decided as different or as merged.")})
        from kundenkreis.quality.matching.marking import mark_of

        now = now or timezone.now()
        event = self.change(by=by, now=now, verb=as_, state=as_, decided_by=by, decided_at=now)
        self.mark = mark_of(self)
        type(self)._base_manager.filter(pk=self.pk).update(mark=self.mark)
        return event

    @transaction.atomic
    def reopen(self, *, by: User | None, now: dt.datetime | None = None) -> Event | None:
        """Take the decision back: it waits again."""
        return self.change(by=by, now=now, verb="reopened", state=self.State.OPEN, decided_by=None, decided_at=None)


def certain(at_least: float) -> DuplicatePairQuerySet:
    """The open pairs of at least this probability, the likeliest first: what a rule of the house may merge."""
    return DuplicatePair.objects.waiting().filter(probability__gte=at_least).by_weight()
