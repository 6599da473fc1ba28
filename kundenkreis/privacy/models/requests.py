"""What a person asks of her data, and until when she must have an answer (Art. 12 and 15 to 21 GDPR)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, ClassVar, Self

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from kundenkreis.core import clock, numbering
from kundenkreis.core.models import House
from kundenkreis.core.records import RecordQuerySet, bin_index
from kundenkreis.customers.models import Contact
from kundenkreis.history.models import Event
from kundenkreis.history.recording import Recorded, record_event
from kundenkreis.privacy import deadlines
from kundenkreis.staff import access
from kundenkreis.staff.models import User


class Kind(models.TextChoices):
    ACCESS = "access", _("access (Art. 15)")
    RECTIFICATION = "rectification", _("rectification (Art. 16)")
    ERASURE = "erasure", _("erasure (Art. 17)")
    RESTRICTION = "restriction", _("restriction (Art. 18)")
    PORTABILITY = "portability", _("data portability (Art. 20)")
    OBJECTION = "objection", _("objection (Art. 21)")


class State(models.TextChoices):
    RECEIVED = "received", _("received")
    IDENTIFIED = "identified", _("identity checked")
    WORKING = "working", _("in work")
    ANSWERED = "answered", _("answered")
    REFUSED = "refused", _("refused")


OPEN = (State.RECEIVED.value, State.IDENTIFIED.value, State.WORKING.value)
_IS_OPEN = models.Q(state__in=OPEN, deleted_at=None)


class SubjectRequestQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        """All for whoever keeps watch over data protection; to others those that they took in or answer for."""
        if access.reach(user, "privacy.see").everything:
            return self
        if not access.reach(user, "requests.add"):
            return self.none()
        hers = access.herself(user)
        return self.filter(models.Q(responsible_id__in=hers) | models.Q(taken_in_by_id__in=hers))

    def open(self) -> Self:
        return self.filter(_IS_OPEN)

    def for_list(self) -> Self:
        return self.select_related("contact", "responsible")


def may_work_on(user: Any, request: SubjectRequest) -> bool:
    """Whoever answers for it, and whoever keeps data protection."""
    if access.may(user, "privacy.change"):
        return True
    return bool(access.reach(user, "requests.add")) and request.responsible_id in access.herself(user)


class SubjectRequest(Recorded):
    """One request of one person. Its deadline follows from the day on which it came; see `deadlines`."""

    documents_follow: ClassVar[str] = "privacy"

    class How(models.TextChoices):
        MAIL = "mail", _("e-mail")
        LETTER = "letter", _("letter")
        PHONE = "phone", _("by telephone")
        PERSON = "person", _("in person")
        FORM = "form", _("web form")
        OTHER = "other", _("otherwise")

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    kind = models.CharField(_("what is asked"), max_length=16, choices=Kind)
    how = models.CharField(_("how it came"), max_length=8, choices=How, default=How.MAIL)
    received_on = models.DateField(_("received on"), default=clock.today)
    contact = models.ForeignKey(
        Contact, verbose_name=_("contact"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # Who asks, where she is no contact (yet), and what identifies her to whoever looks for her.
    name = models.CharField(_("name"), max_length=200, blank=True)
    address = models.CharField(_("address for the answer"), max_length=300, blank=True)
    wish = models.TextField(_("what she wishes, in her words"), blank=True, max_length=20_000)
    taken_in_by = models.ForeignKey(
        User, verbose_name=_("taken in by"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
        editable=False,
    )  # fmt: skip
    responsible = models.ForeignKey(
        User, verbose_name=_("who answers for it"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
        db_index=False,
    )  # fmt: skip
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.RECEIVED, editable=False)
    # Art. 12 (6): where there is doubt, more may be asked; until it comes the period rests.
    identity_asked_on = models.DateField(_("identity asked for on"), null=True, blank=True, editable=False)
    identity_on = models.DateField(_("identity checked on"), null=True, blank=True, editable=False)
    identity_how = models.CharField(_("how the identity was checked"), max_length=300, blank=True, editable=False)
    identity_by = models.ForeignKey(
        User, verbose_name=_("identity checked by"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
        editable=False,
    )  # fmt: skip
    extended_on = models.DateField(_("extended on"), null=True, blank=True, editable=False)
    extension_reason = models.CharField(_("why it takes longer"), max_length=500, blank=True, editable=False)
    due_on = models.DateField(_("due on"), editable=False)
    answered_on = models.DateField(_("answered on"), null=True, blank=True, editable=False)
    answer = models.TextField(_("answer"), blank=True, editable=False, max_length=20_000)
    refusal_reason = models.TextField(_("why it is refused"), blank=True, editable=False, max_length=4_000)
    told_of_complaint = models.BooleanField(
        _("told of the right to complain to the data protection authority"), default=False, editable=False
    )
    late_reason = models.CharField(_("why it is late"), max_length=500, blank=True, editable=False)
    recipients_told = models.TextField(
        _("recipients who were told (Art. 19)"), blank=True, editable=False, max_length=4_000
    )
    note = models.TextField(_("note"), blank=True, max_length=20_000)
    # The last step of `reminding.STEPS` that was told; empty: none yet.
    reminded_at = models.SmallIntegerField(null=True, blank=True, editable=False)

    objects = SubjectRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("privacy request")
        verbose_name_plural = _("privacy requests")
        indexes = [
            models.Index(fields=["due_on", "id"], name="privacy_request_due"),
            models.Index(fields=["responsible", "due_on"], name="privacy_request_responsible", condition=_IS_OPEN),
            bin_index("privacy_request_bin"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.get_kind_display()}"

    @property
    def who(self) -> str:
        """Who asks, as far as it is known."""
        return str(self.contact) if self.contact_id else self.name

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def days_left(self) -> int:
        """Days until the answer must be out; 0 on the last day, negative when it is late."""
        return (self.due_on - clock.today()).days

    @property
    def is_waiting(self) -> bool:
        """Whether the person has been asked to show who she is, and has not yet."""
        return self.is_open and self.identity_asked_on is not None and self.identity_on is None

    @property
    def first_month_ends(self) -> dt.date:
        """Until when she must be told that it takes longer (Art. 12 (3))."""
        return deadlines.due(self.received_on, waited=self._waited(), country=House.known().country)

    @classmethod
    def complete(cls, rows: Sequence[dict[str, Any]], by: Any) -> None:
        for row in rows:
            row["number"] = numbering.next_number("privacy_request", "DS-", 4)
            row["taken_in_by"] = by

    def prepare(self, touched: set[str]) -> set[str]:
        """The deadline follows from what it rests on; whoever was reminded of another one is reminded again."""
        if self.received_on is None or not (
            self.pk is None or touched & {"received_on", "extended_on", "identity_on", "identity_asked_on"}
        ):
            return set()
        before = self.due_on
        self.due_on = deadlines.due(
            self.received_on,
            extended=self.extended_on is not None,
            waited=self._waited(),
            country=House.known().country,
        )
        if self.due_on == before:
            return {"due_on"}
        self.reminded_at = None
        return {"due_on", "reminded_at"}

    def _waited(self) -> int:
        """Days between asking who she is and knowing it. While nobody knows, the strict deadline is shown."""
        if self.identity_asked_on is None or self.identity_on is None:
            return 0
        return max(0, (self.identity_on - self.identity_asked_on).days)

    def clean(self) -> None:
        if self.received_on and self.received_on > clock.today():
            raise ValidationError({"received_on": _("That day has not come yet.")})
        if self.contact_id is None and not self.name.strip():
            raise ValidationError({"name": _("Say who asks: a contact, or the name that she gave.")})

    # --- steps

    @transaction.atomic
    def ask_identity(self, *, by: Any, note: str = "", now: dt.datetime | None = None) -> Event | None:
        """The person is asked to show who she is (Art. 12 (6)). Only with reasonable doubt: why stands in `note`."""
        self._must_be(State.RECEIVED)
        if not note.strip():
            raise ValidationError({"note": _("Write what makes you doubt who she is.")})
        if self.identity_asked_on is not None:
            raise ValidationError(_("She has been asked already."))
        values: dict[str, Any] = {"identity_asked_on": clock.today(), "identity_how": note.strip()[:300]}
        return self.change(by=by, now=now, verb="identity_asked", **values)

    @transaction.atomic
    def identify(self, *, by: Any, how: str, on: dt.date | None = None, now: dt.datetime | None = None) -> Event | None:
        """It is known who asks. The days since she was asked do not count."""
        self._must_be(State.RECEIVED)
        on = on or clock.today()
        if not how.strip():
            raise ValidationError({"how": _("Write how it was checked.")})
        if on > clock.today():
            raise ValidationError({"on": _("That day has not come yet.")})
        if on < (self.identity_asked_on or self.received_on):
            raise ValidationError({"on": _("That is before she was asked, or before the request came.")})
        values: dict[str, Any] = {
            "identity_on": on,
            "identity_how": how.strip(),
            "identity_by": by,
            "state": State.IDENTIFIED.value,
        }
        return self.change(by=by, now=now, verb="identified", **values)

    @transaction.atomic
    def begin(self, *, by: Any, now: dt.datetime | None = None) -> Event | None:
        """Somebody works on it."""
        self._must_be(State.IDENTIFIED)
        return self.change(by=by, now=now, verb="begun", state=State.WORKING.value)

    @transaction.atomic
    def extend(self, *, by: Any, reason: str, now: dt.datetime | None = None) -> Event | None:
        """Two months more, because it is complex or there are many; the person is told so and why within the first month (Art. 12 (3))."""
        self._must_be(*OPEN)
        if not reason.strip():
            raise ValidationError({"reason": _("Write why it takes longer. The person must be told.")})
        if self.extended_on is not None:
            raise ValidationError(_("It was extended already. There is no second time."))
        if clock.today() > self.first_month_ends:
            raise ValidationError(_("The first month is over: it cannot be extended any more."))
        values: dict[str, Any] = {"extended_on": clock.today(), "extension_reason": reason.strip()}
        return self.change(by=by, now=now, verb="extended", **values)

    @transaction.atomic
    def respond(
        self, *, by: Any, answer: str, on: dt.date | None = None, recipients_told: str = "", late_reason: str = "",
        now: dt.datetime | None = None,
    ) -> Event | None:  # fmt: skip
        """She has her answer. Raises ValidationError by field: without text, and when it is late without a reason.

        `recipients_told`: to whom a rectification, erasure or restriction was passed on (Art. 19).
        """
        self._must_be(State.IDENTIFIED, State.WORKING)
        if not answer.strip():
            raise ValidationError({"answer": _("Write what she was answered.")})
        values = self._ended(on, late_reason) | {"state": State.ANSWERED.value, "answer": answer.strip()}
        return self.change(by=by, now=now, verb="answered", recipients_told=recipients_told.strip(), **values)

    @transaction.atomic
    def refuse(
        self, *, by: Any, reason: str, told_of_complaint: bool, on: dt.date | None = None, late_reason: str = "",
        now: dt.datetime | None = None,
    ) -> Event | None:  # fmt: skip
        """Nothing is done, and she is told why and that she can complain (Art. 12 (4)): to the authority and before a court."""
        self._must_be(*OPEN)
        if not reason.strip():
            raise ValidationError({"reason": _("Write why. The person must be told.")})
        if not told_of_complaint:
            said = _("She must be told that she can complain to the data protection authority and go to court.")
            raise ValidationError({"told_of_complaint": said})
        values = self._ended(on, late_reason) | {"state": State.REFUSED.value, "refusal_reason": reason.strip()}
        return self.change(by=by, now=now, verb="refused", told_of_complaint=True, **values)

    @transaction.atomic
    def rectify(self, done: Event, *, by: Any, now: dt.datetime | None = None) -> Event:
        """What the person asked to be put right was: `done` is the change of her record. Which fields is kept here, not their values."""
        model: Any = apps.get_model(done.subject_type)
        fields = {field.name: str(field.verbose_name) for field in model._meta.fields}
        names = ", ".join(fields.get(name, name) for name in done.changes)
        return record_event(self, "subjectrequest.rectified", by=by, now=now, changes={"rectified": [None, names]})

    def _ended(self, on: dt.date | None, late_reason: str) -> dict[str, Any]:
        on = on or clock.today()
        if on > clock.today():
            raise ValidationError({"on": _("That day has not come yet.")})
        if on < self.received_on:
            raise ValidationError({"on": _("That is before the request came.")})
        if on > self.due_on and not late_reason.strip():
            raise ValidationError({"late_reason": _("It is late. Write why.")})
        return {"answered_on": on, "late_reason": late_reason.strip()}

    def _must_be(self, *states: str) -> None:
        """Locks the request. Raises ValidationError when it is in another state by now."""
        present = type(self)._base_manager.select_for_update(of=("self",)).get(pk=self.pk)
        if present.deleted_at is not None or present.state not in states:
            said = _("The request is %(state)s: this step is not open.")
            raise ValidationError(said, params={"state": present.get_state_display()})
        self.__dict__.update({k: v for k, v in present.__dict__.items() if k != "_prefetched_objects_cache"})
