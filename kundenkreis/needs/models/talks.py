"""Needs talks: what a customer answered to the questions of an edition."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kundenkreis.activities.models import Activity
from kundenkreis.core import clock
from kundenkreis.core.records import RecordQuerySet, Stale, bin_index, null_characters, reached_from
from kundenkreis.customers.models import Account, Contact
from kundenkreis.history import trail
from kundenkreis.history.models import Event
from kundenkreis.history.recording import Recorded, join
from kundenkreis.needs import answers
from kundenkreis.needs.models.of_account import OfAccount, OfAccountQuerySet
from kundenkreis.needs.models.questions import QuestionEdition, Step
from kundenkreis.staff import access, explaining
from kundenkreis.staff.models import User


class TalkQuerySet(OfAccountQuerySet):
    def for_list(self) -> Self:
        return self.select_related("account", "contact", "person", "edition__of_set")


class NeedsTalk(OfAccount):
    """A talk about what an account needs. It is open until it is finished; what was answered can be put right afterwards too."""

    class Kind(models.TextChoices):
        CALL = "call", _("Call")
        VISIT = "visit", _("Visit")
        MEETING = "meeting", _("Meeting")

    account = models.ForeignKey(
        Account, verbose_name=_("account"), on_delete=models.CASCADE, related_name="needs_talks", db_index=False
    )
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("with whom"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="needs_talks",
    )
    edition = models.ForeignKey(
        QuestionEdition, verbose_name=_("questions"), on_delete=models.PROTECT, related_name="talks"
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.CALL)
    held_on = models.DateField(_("held on"), default=clock.today)
    person = models.ForeignKey(
        User, verbose_name=_("who asked"), null=True, blank=True, on_delete=models.SET_NULL, related_name="needs_talks",
        db_index=False,
    )  # fmt: skip
    activity = models.ForeignKey(
        Activity,
        verbose_name=_("activity"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="needs_talks",
    )
    note = models.TextField(_("note"), blank=True, max_length=4000)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True, editable=False)
    is_generated = models.BooleanField(_("generated"), default=False, editable=False)  # of the demo house

    objects = TalkQuerySet.as_manager()

    class Meta:
        verbose_name = _("needs talk")
        verbose_name_plural = _("needs talks")
        indexes = [
            models.Index(fields=["account", "-held_on", "-id"], name="needs_talk_account"),
            models.Index(fields=["-held_on", "-id"], name="needs_talk_day"),
            models.Index(fields=["person", "-held_on", "-id"], name="needs_talk_person"),
            bin_index("needs_talk_bin"),
        ]

    def __str__(self) -> str:
        return str(_("Needs talk of %(day)s") % {"day": self.held_on})

    # --- its questions and answers

    def given(self) -> dict[str, TalkAnswer]:
        """What was answered or passed over, by the question's key."""
        return {one.key: one for one in self.answers.living()}

    def told(self) -> list[tuple[Mapping[str, Any], TalkAnswer | None]]:
        """Each question with what was answered to it."""
        given = self.given()
        return [(question, given.get(question["key"])) for question in self.edition.questions]

    def next_key(self) -> str:
        """The first question that was neither answered nor passed over; "" when there is none."""
        given = self.given()
        return next((key for key in self.edition.keys if key not in given), "")

    # --- what is checked

    @classmethod
    def complete(cls, rows: Sequence[dict[str, Any]], by: Any) -> None:
        """Whoever begins it asks; an activity tells what it can tell."""
        for row in rows:
            if isinstance(by, User):
                row.setdefault("person", by)
            activity = row.get("activity")
            if activity is not None:
                row.setdefault("held_on", activity.day)
                if activity.kind in cls.Kind.values:
                    row.setdefault("kind", activity.kind)

    def wrong(self) -> dict[str, Any]:
        wrong: dict[str, Any] = {}
        if self.held_on is not None and self.held_on > clock.today():
            wrong["held_on"] = _("This day is still to come.")
        activity = self.activity
        if activity is not None and activity.account_id not in (None, self.account_id):
            wrong["activity"] = _("This activity is with another customer.")
        if self._state.adding and self.edition_id and self.edition.deleted_at is not None:
            wrong["edition"] = _("These questions are in the bin.")
        return wrong

    # --- verbs

    def change(self, *, by: Any, **values: Any) -> Event | None:
        if "edition" in values and values["edition"] != self.edition and self.answers.living().exists():
            raise ValidationError({"edition": _("Questions of it are answered already.")})
        return super().change(by=by, **values)

    @transaction.atomic
    def answer(
        self, key: str, text: str, *, by: Any, version: int | None = None, skipped: bool = False, now: dt.datetime | None = None
    ) -> TalkAnswer:  # fmt: skip
        """Write down what was answered to a question; `version` is that of the answer that was on the screen, None for none.

        Raises ValidationError for what is no answer to it, and Stale when somebody else has answered it otherwise meanwhile.
        """
        question = self.edition.question(key)
        if question is None:
            raise ValidationError(_("This is not asked here."))
        try:
            value = "" if skipped else answers.stored(question, text)
        except ValidationError as wrong:
            raise ValidationError({"value": wrong.messages}) from wrong
        present = self.answers.living().select_for_update(of=("self",)).filter(key=key).first()
        if present is None:
            if not value and not skipped:
                raise ValidationError({"value": _("Say what was answered, or skip the question.")})
            return TalkAnswer.add(by=by, now=now, talk=self, key=key, value=value, skipped=skipped)
        if (present.value, present.skipped) != (value, skipped) and self._by_others(present, version, by):
            raise Stale(present, {"value": present.value})
        present.change(by=by, now=now, value=value, skipped=skipped or not value)
        return present

    @staticmethod
    def _by_others(present: TalkAnswer, version: int | None, by: Any) -> bool:
        """Whether somebody else has written since this person looked: her own words on their way are no conflict."""
        steps = trail.since(present, version or 0)
        mine = by.pk if by is not None else None
        return any(step.actor_id != mine for step in steps)

    @transaction.atomic
    def finish(self, *, by: Any, now: dt.datetime | None = None, version: int | None = None) -> Event | None:
        """It is over: it stands among the account's activities, as the one that it was tied to or as a new one."""
        if self.finished_at is not None:
            raise ValidationError(_("It is finished already."))
        if not self.answers.living().exclude(value="").exists():
            raise ValidationError(_("Nothing was answered yet."))
        now = now or timezone.now()
        activity = self.activity or self._activity(by, now)
        event = self.change(by=by, now=now, version=version, verb="finished", finished_at=now, activity=activity)
        if event is not None and self.__dict__.pop("_made", None):
            join(Event.objects.about(activity).latest("pk"), event)
        return event

    def _activity(self, by: Any, now: dt.datetime) -> Activity:
        at = now if self.held_on == timezone.localdate(now) else clock.midnight(self.held_on) + dt.timedelta(hours=12)
        self.__dict__["_made"] = True
        subject = str(_("Needs talk: %(set)s") % {"set": self.edition.of_set.name})[:200]
        return Activity.add(
            by=by, now=now, kind=self.kind, subject=subject, body=self.note, account=self.account, contact=self.contact,
            owner=self.person or (by if isinstance(by, User) else None), at=at,
        )  # fmt: skip

    # --- kept in step

    def settle(self, changed: set[str]) -> None:
        super().settle(changed)
        if changed & {"deleted_at", "held_on", "edition", "account"}:
            self.sum_again([self.account_id])

    @classmethod
    def summed_on(cls, ids: Collection[int]) -> set[int]:
        return set(
            cls._base_manager.filter(pk__in=list(ids)).order_by().values_list("account_id", flat=True).distinct()
        )

    @classmethod
    def sum_again(cls, numbers: Collection[int]) -> None:
        from kundenkreis.needs import covering

        covering.refigure(numbers)


class AnswerQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        reach = access.reach(user, "needs.see")
        return self.filter(reached_from("talk_id", NeedsTalk.objects.within(reach))) if reach else self.none()

    def for_list(self) -> Self:
        return self.select_related("talk__account", "talk__edition")


class TalkAnswer(Recorded):
    """What was answered to one question: a text, a choice's key, "yes" or "no", a plain decimal; or that it was passed over."""

    part_of: ClassVar[tuple[str, ...]] = ("talk",)

    talk = models.ForeignKey(NeedsTalk, verbose_name=_("needs talk"), on_delete=models.CASCADE, related_name="answers")
    key = models.CharField(_("question"), max_length=20)
    value = models.TextField(_("answer"), blank=True, max_length=answers.LONGEST)
    skipped = models.BooleanField(_("passed over"), default=False)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer in a needs talk")
        verbose_name_plural = _("answers in needs talks")
        constraints = [
            models.UniqueConstraint(
                fields=["talk", "key"],
                condition=models.Q(deleted_at=None),
                name="needs_answer_once",
                violation_error_message=_("This question is answered already. Change that answer."),
            )
        ]
        indexes = [bin_index("needs_answer_bin")]

    def __str__(self) -> str:
        question = self.question
        return answers.in_language(question) if question else self.key

    @property
    def question(self) -> dict[str, Any] | None:
        return self.talk.edition.question(self.key)

    @property
    def text(self) -> str:
        """The answer in the reader's language."""
        question = self.question
        return answers.said(question, self.value) if question else self.value

    @property
    def shows_need(self) -> bool:
        """Whether a need can be made of it: something was answered to a question about a problem or what comes of it."""
        question = self.question
        return bool(self.value and question and question["step"] in (Step.PROBLEM, Step.IMPLICATION))

    def timeline_account_id(self) -> int | None:
        return self.talk.account_id

    def within(self, reach: access.Reach) -> bool:
        return self.talk.within(reach)

    def grounds(self) -> tuple[explaining.Ground, ...]:
        return self.talk.grounds()

    def access_rule(self) -> explaining.Rule:
        return self.talk.access_rule()

    def prepare(self, touched: set[str]) -> set[str]:
        if self.value:
            self.skipped = False
        return {"skipped"}

    def clean(self) -> None:
        super().clean()
        wrong = null_characters(self)
        question = self.question if self.talk_id else None
        if question is None:
            wrong["key"] = _("This is not asked here.")
        elif not wrong:
            try:
                self.value = answers.stored(question, self.value)
            except ValidationError as bad:
                wrong["value"] = bad
        if wrong:
            raise ValidationError(wrong)

    def change(self, *, by: Any, **values: Any) -> Event | None:
        for name in ("talk", "key"):
            if name in values and values[name] != getattr(self, name):
                raise ValidationError({name: _("It stays at its talk and question.")})
        return super().change(by=by, **values)

    def settle(self, changed: set[str]) -> None:
        super().settle(changed)
        NeedsTalk.sum_again([self.talk.account_id])

    @classmethod
    def summed_on(cls, ids: Collection[int]) -> set[int]:
        rows = cls._base_manager.filter(pk__in=list(ids)).order_by()
        return set(rows.values_list("talk__account_id", flat=True).distinct())

    @classmethod
    def sum_again(cls, numbers: Collection[int]) -> None:
        NeedsTalk.sum_again(numbers)


__all__ = ["NeedsTalk", "TalkAnswer"]
