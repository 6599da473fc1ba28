"""Calls, visits, meetings, mails, tasks and notes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kundenkreis.activities import mentioning, telling
from kundenkreis.core import clock, search, zones
from kundenkreis.core.records import RecordQuerySet, bin_index, reached_from
from kundenkreis.customers.grounds import grounds_of
from kundenkreis.customers.models import Account, Consent, Contact, Position
from kundenkreis.customers.models.accounts import but_of_restricted, is_narrow, of_accounts
from kundenkreis.fields import picks
from kundenkreis.fields.filling import Fielded
from kundenkreis.fields.picks import PickField
from kundenkreis.fields.rolling import Rolled
from kundenkreis.history.models import Event
from kundenkreis.staff import access, explaining
from kundenkreis.staff.models import User

# On which of its fields it depends whether and when an account was touched.
TOUCHING = frozenset({"account", "contact", "participants", "kind", "at", "is_open", "outcome", "deleted_at"})


class ActivityQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.within(access.reach(user, "activities.see"))

    def within(self, reach: access.Reach) -> Self:
        """Activities of the reach's people, and those at its accounts."""
        if reach.everything:
            return but_of_restricted(self)
        if not reach:
            return self.none()
        at_account = reached_from("account_id", Account.objects.within(reach))
        return self.filter(models.Q(owner_id__in=reach.owners) | at_account)

    def gathered_for(self, user: Any) -> Self:
        """`visible_to` for a list of nothing but that: whoever has few accounts gets hers by their indexes, not by a walk
        through everybody's. Where an account, a person or a day leads to the rows, `visible_to` is the better one.
        """
        reach = access.reach(user, "activities.see")
        if reach.everything or not reach or not is_narrow(reach):
            return self.visible_to(user)
        plain = self.model._base_manager
        of_accounts = plain.filter(account_id__gathered=Account.objects.within(reach).values("pk")).values("pk")
        return self.filter(pk__gathered=of_accounts.union(plain.filter(owner_id__in=reach.owners).values("pk")))

    def with_contact(self, contact: int) -> Self:
        """Those with this contact, as the one whom they are with or among others who take part."""
        plain = self.model._base_manager.filter(contact_id=contact).values("pk")
        among = Activity.participants.through._base_manager.filter(contact_id=contact).values("activity_id")
        return self.filter(pk__gathered=plain.union(among))

    def open(self) -> Self:
        """Still to be done: with a due day or a beginning, and not done."""
        return self.living().filter(is_open=True)

    def open_between(self, first: dt.date, last: dt.date) -> Self:
        """Still to be done on one of these days, the last not included: by its day, or by its hour where it has no other."""
        by_hour = models.Q(due_on=None, at__gte=clock.midnight(first), at__lt=clock.midnight(last))
        return self.open().filter(models.Q(due_on__gte=first, due_on__lt=last) | by_hour)

    def for_list(self) -> Self:
        return self.select_related("account", "contact", "owner")


class Activity(Rolled, Fielded):
    @picks.administered("activities.kind", _("Kind of activity"), needed=("call", "visit", "task", "note"))
    class Kind(models.TextChoices):
        CALL = "call", _("Call")
        VISIT = "visit", _("Visit")
        MEETING = "meeting", _("Meeting")
        MAIL = "mail", _("E-mail")
        TASK = "task", _("Task")
        NOTE = "note", _("Note")

    @picks.administered("activities.outcome", _("Outcome"))
    class Outcome(models.TextChoices):
        GOOD = "good", _("good")
        OPEN = "open", _("open")
        DIFFICULT = "difficult", _("difficult")
        NOT_REACHED = "not_reached", _("not reached")
        VOICEMAIL = "voicemail", _("left a message")

    # With these nobody was spoken with.
    MISSED = (Outcome.NOT_REACHED, Outcome.VOICEMAIL)

    kind = PickField(_("kind"), max_length=8, choices=Kind, pick="activities.kind")
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("what happened"), blank=True)
    account = models.ForeignKey(
        Account,
        verbose_name=_("account"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="activities",
        db_index=False,
    )
    contact = models.ForeignKey(
        Contact, verbose_name=_("contact"), null=True, blank=True, on_delete=models.SET_NULL, related_name="activities"
    )
    owner = models.ForeignKey(
        User,
        verbose_name=_("whose"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="activities",
        db_index=False,
    )
    # Who else took part: people of the customer's beside `contact`, and colleagues beside `owner`.
    participants = models.ManyToManyField(Contact, verbose_name=_("also with"), blank=True, related_name="took_part")
    colleagues = models.ManyToManyField(User, verbose_name=_("colleagues"), blank=True, related_name="took_part")
    # When it happened or will happen; a task's is the time at which it was made until it is done.
    at = models.DateTimeField(_("when"), default=timezone.now)
    # Where its clock is: "" is the house's own zone. `at` is the same moment whatever the zone.
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True, validators=[zones.check])
    minutes = models.PositiveIntegerField(_("minutes"), null=True, blank=True)
    due_on = models.DateField(_("due"), null=True, blank=True)
    remind_at = models.DateTimeField(_("remind me"), null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True, editable=False)
    is_open = models.BooleanField(_("to do"), default=False)
    done_at = models.DateTimeField(_("done"), null=True, blank=True, editable=False)
    outcome = PickField(_("outcome"), max_length=12, choices=Outcome, blank=True, pick="activities.outcome")
    # What it advertises; empty: running business. Counted against how often the house lets a person have advertising.
    purpose = models.CharField(_("advertising for"), max_length=12, choices=Consent.Purpose, blank=True)
    is_incoming = models.BooleanField(_("from the customer"), default=False)
    is_pinned = models.BooleanField(_("pinned"), default=False)

    objects = ActivityQuerySet.as_manager()
    text_kind = search.ACTIVITY
    searched_fields = frozenset({"subject", "body", "custom"})

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        indexes = [
            models.Index(fields=["account", "-at", "-id"], name="activities_account_at"),
            models.Index(fields=["owner", "-at", "-id"], name="activities_owner_at"),
            models.Index(fields=["owner", "due_on"], name="activities_owner_due", condition=models.Q(is_open=True)),
            models.Index(fields=["due_on", "at", "id"], name="activities_due", condition=models.Q(is_open=True)),
            models.Index(fields=["account", "due_on"], name="activities_account_due", condition=models.Q(is_open=True)),
            models.Index(fields=["-at", "-id"], name="activities_at"),
            models.Index(fields=["account", "-at"], name="activities_pinned", condition=models.Q(is_pinned=True)),
            models.Index(
                fields=["remind_at"], name="activities_remind", condition=models.Q(is_open=True, reminded_at=None)
            ),
            bin_index("activities_bin"),
            models.Index(fields=["contact", "-at"], name="activities_advertising", condition=~models.Q(purpose="")),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def day(self) -> dt.date:
        """The day for which it is planned, or on which it took place."""
        return self.due_on if self.is_open and self.due_on else timezone.localdate(self.at)

    @property
    def has_hour(self) -> bool:
        """Whether `at` is its hour on that day, here or where it takes place; what was planned for a day only, or put off to another, has none."""
        days = {timezone.localdate(self.at), zones.local(self.at, self.time_zone).date()}
        return not self.is_open or self.due_on is None or self.due_on in days

    def asks(self, field: Any, values: Mapping[str, Any] | None = None) -> bool:
        """What is required is asked of what has been done; of what is still to be done nothing is known yet."""
        return not (values or {}).get("is_open", self.is_open)

    def search_text(self) -> str:
        return "\n".join([self.subject, self.body, *self.searched_values()])

    def within(self, reach: access.Reach) -> bool:
        if self.owner_id in reach.owners and self.owner_id is not None:
            return True
        return self.account is not None and self.account.within(reach)

    def grounds(self) -> tuple[explaining.Ground, ...]:
        own = (explaining.Ground(explaining.By.OWNER, self.owner_id),) if self.owner_id else ()
        return own + grounds_of([self.account] if self.account else [], through=True)

    def access_rule(self) -> explaining.Rule:
        return explaining.Within("activities.see", self.grounds())

    def clean(self) -> None:
        super().clean()
        if self.kind == self.Kind.NOTE and self.is_open:
            raise ValidationError({"kind": _("A note cannot be due; make it a task.")})
        if self.purpose and self.is_open:
            self._refuse_forbidden()

    def _refuse_forbidden(self) -> None:
        """Advertising is planned only where it is allowed. What has happened is written down as it was."""
        from kundenkreis.activities import permission

        channel = {"call": "phone", "mail": "email"}.get(self.kind)
        if channel and self.contact is not None and not self.is_incoming:
            answer = permission.may_contact(self.contact, self.purpose, channel)
            if not answer.allowed:
                raise ValidationError({"purpose": f"{answer.rule.label}: {answer.sentence}"})

    def prepare(self, touched: set[str]) -> set[str]:
        derived = set()
        if not self.subject.strip() and self.body:
            self.subject = self.body.strip().splitlines()[0][:200]
            derived.add("subject")
        if "remind_at" in touched and self.pk and self._reminds_at_another_time():
            self.reminded_at = None
            derived.add("reminded_at")
        return derived | super().prepare(touched | derived)

    def _reminds_at_another_time(self) -> bool:
        kept = type(self)._base_manager.values_list("remind_at", flat=True).get(pk=self.pk)
        return kept != self.remind_at

    @classmethod
    def complete(cls, rows: Sequence[dict[str, Any]], by: Any) -> None:
        """With a contact and no account it stands at an account of the contact's that `by` may add to, if any."""
        super().complete(rows, by)
        homeless = [row for row in rows if row.get("contact") is not None and row.get("account") is None]
        accounts = _accounts_of({row["contact"].pk for row in homeless}, by)
        for row in homeless:
            row["account"] = accounts.get(row["contact"].pk)

    @classmethod
    @transaction.atomic
    def add(cls, *, by: User | None, **values: Any) -> Self:  # type: ignore[override]
        """As of every noun, and whoever is given it to do or named in it is told."""
        activity = super().add(by=by, **values)
        telling.given(activity, by)
        if values.get("colleagues"):
            telling.taken_along(activity, activity.colleagues.all(), by)
        mentioning.tell(activity, "", f"{activity.subject}\n{activity.body}", by)
        activity._touch("account")
        return activity

    @transaction.atomic
    def change(self, *, by: User | None, **values: Any) -> Event | None:  # type: ignore[override]
        event = super().change(by=by, **values)
        if event is not None and "owner" in event.changes:
            telling.given(self, by)
        if event is not None and event.changes.keys() & {"colleagues", "at", "due_on"}:
            self._tell_colleagues(event, by)
        if event is not None and event.changes.keys() & {"subject", "body"}:
            before = "\n".join(
                str(event.changes.get(name, [getattr(self, name)])[0] or "") for name in ("subject", "body")
            )
            mentioning.tell(self, before, f"{self.subject}\n{self.body}", by)
        if event is not None:
            self._touch(*event.changes, also=event.changes.get("account", [None])[0])
        return event

    def _tell_colleagues(self, event: Event, by: User | None) -> None:
        """Who is put on it or left out, and who comes along to another time."""
        here = {person.pk: person for person in self.colleagues.all()}
        before = set((event.changes["colleagues"][0] or []) if "colleagues" in event.changes else here)
        telling.taken_along(self, [person for pk, person in here.items() if pk not in before], by)
        if gone := before - here.keys():
            telling.left_out(self, self.colleagues.model.objects.filter(pk__in=gone), by)
        if event.changes.keys() & {"at", "due_on"}:
            telling.moved(self, [person for pk, person in here.items() if pk in before], by)

    def _move(self, now: dt.datetime, verb: str, by: Any, *args: Any, **values: Any) -> Event:
        event = super()._move(now, verb, by, *args, **values)
        tell = telling.called_off if values["into_bin"] else telling.taken_along
        tell(self, self.colleagues.all(), by)
        self._touch("deleted_at")
        return event

    def _touch(self, *changed: str, also: int | None = None) -> None:
        """The account, and the one at which it stood before, knows of its last touch at once."""
        if set(changed) & TOUCHING:
            self.sum_again({self.account_id, also} - {None})  # type: ignore[arg-type]

    @classmethod
    def summed_on(cls, ids: Collection[int]) -> set[int]:
        """Accounts keep the day of their last touch."""
        rows = cls._base_manager.filter(pk__in=ids).exclude(account=None)
        return set(rows.order_by().values_list("account_id", flat=True).distinct())

    @classmethod
    def sum_again(cls, numbers: Collection[int]) -> None:
        from kundenkreis.activities import touching

        if numbers:
            touching.push_down(numbers)

    @transaction.atomic
    def finish(self, *, by: User | None, now: dt.datetime | None = None, outcome: str = "") -> Event | None:
        """Tick it off."""
        now = now or timezone.now()
        values: dict[str, Any] = {"is_open": False, "done_at": now} | ({"outcome": outcome} if outcome else {})
        return self.change(by=by, now=now, verb="finished", **values)

    @transaction.atomic
    def reopen(self, *, by: User | None) -> Event | None:
        return self.change(by=by, verb="reopened", is_open=True, done_at=None)


def _accounts_of(contacts: Collection[int], by: User | None) -> dict[int, Account]:
    """Contact → where she works: the main account before the others. Only accounts within this person's reach (None: the house's own)."""
    found: dict[int, Account] = {}
    numbers = sorted(contacts)
    for start in range(0, len(numbers), 900):  # SQLite takes so many parameters everywhere
        some = Position.objects.living().filter(contact_id__in=numbers[start : start + 900])
        if by is not None:
            for action in ("accounts.see", "activities.add"):
                some = some.filter(of_accounts(access.reach(by, action)))
        for position in some.select_related("account").order_by("-is_main", "-pk"):
            found.setdefault(position.contact_id, position.account)
    return found
