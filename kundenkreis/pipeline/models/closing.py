"""What comes after the end: the orders that a won opportunity became, and interviews with the customer about how it was decided."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kundenkreis.core import clock
from kundenkreis.core.records import RecordQuerySet, bin_index
from kundenkreis.customers.models import Contact
from kundenkreis.fields.picks import PickField
from kundenkreis.history.models import Event
from kundenkreis.history.recording import Recorded
from kundenkreis.orders.models import Order
from kundenkreis.pipeline.models.opportunities import Opportunity
from kundenkreis.pipeline.models.parts import OpportunityLine, Part
from kundenkreis.staff import access, explaining
from kundenkreis.staff.models import User


class OpportunityOrder(Part):
    """An order that a won opportunity became, or one of several of them. `lines` are those of its lines that it was made of."""

    opportunity = models.ForeignKey(
        Opportunity, verbose_name=_("opportunity"), on_delete=models.CASCADE, related_name="orders"
    )
    order = models.ForeignKey(
        Order, verbose_name=_("order"), on_delete=models.CASCADE, related_name="opportunity_orders"
    )
    lines = models.ManyToManyField(OpportunityLine, verbose_name=_("product lines"), blank=True, related_name="ordered")

    class Meta:
        verbose_name = _("order of an opportunity")
        verbose_name_plural = _("orders of opportunities")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["order"],
                condition=models.Q(deleted_at=None),
                name="pipeline_order_once",
                violation_error_message=_("This order belongs to an opportunity already."),
            )
        ]
        indexes = [bin_index("pipeline_order_bin")]

    def __str__(self) -> str:
        return self.order.number

    def clean(self) -> None:
        super().clean()
        if not self._state.adding or not self.opportunity_id or not self.order_id:
            return
        if self.opportunity.outcome != Opportunity.Outcome.WON:
            raise ValidationError(_("Only what is won becomes an order."))
        if self.order.deleted_at is not None:
            raise ValidationError({"order": _("This order is in the bin.")})
        if self.order.account_id is None or self.order.account_id != self.opportunity.account_id:
            raise ValidationError({"order": _("This order is another customer's.")})

    @classmethod
    def ordered(cls, opportunity: Opportunity) -> Decimal:
        """What the orders of an opportunity come to together, in house currency; credit notes are taken off."""
        rows = cls.objects.living().filter(opportunity=opportunity, order__deleted_at=None)
        return sum(rows.order_by().values_list("order__total_house", flat=True), Decimal(0))  # SQLite adds floats


class GuideQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.all() if access.may(user, "pipelines.see") else self.none()

    def current(self) -> Any:
        """The edition by which the next interview is held; None when the house has no questions."""
        return self.living().order_by("-edition").first()


class InterviewGuide(Recorded):
    """An edition of the questions of an interview. What was answered stays with the questions that were asked."""

    leaves_the_bin: ClassVar[bool] = False
    KINDS = ("text", "scale")
    MOST = 20  # questions
    LONGEST = 200  # letters of one

    edition = models.PositiveIntegerField(_("edition"), unique=True)
    # In their order, each {"key", "kind": "text" or "scale" (0 to 10), "name_en", "name_de"}.
    questions = models.JSONField(_("questions"), default=list)

    objects = GuideQuerySet.as_manager()

    class Meta:
        verbose_name = _("questions of an interview")
        verbose_name_plural = _("questions of interviews")
        ordering = ["-edition"]
        indexes = [bin_index("pipeline_guide_bin")]

    def __str__(self) -> str:
        return str(_("Questions, edition %(edition)s") % {"edition": self.edition})

    def access_rule(self) -> explaining.Rule:
        return explaining.Role("pipelines.see")

    def asked(self) -> list[tuple[str, str, str]]:
        """(key, kind, question in the reader's language) of each."""
        language = "name_de" if (get_language() or "").startswith("de") else "name_en"
        return [(one["key"], one["kind"], one[language]) for one in self.questions]

    def prepare(self, touched: set[str]) -> set[str]:
        """A question in one language serves for both; each has a key of its own."""
        if not isinstance(self.questions, list):
            return set()
        taken = {one.get("key") for one in self.questions if isinstance(one, dict)}
        free = (f"q{number}" for number in range(1, 1000) if f"q{number}" not in taken)
        for one in (one for one in self.questions if isinstance(one, dict)):
            english, german = (" ".join(str(one.get(name) or "").split()) for name in ("name_en", "name_de"))
            one |= {"name_en": english or german, "name_de": german or english, "key": one.get("key") or next(free)}
        return {"questions"}

    def clean(self) -> None:
        super().clean()
        rows = self.questions
        if not isinstance(rows, list) or not rows:
            raise ValidationError({"questions": _("Ask one question at least.")})
        if len(rows) > self.MOST:
            raise ValidationError(
                {"questions": ValidationError(_("At most %(most)d questions."), params={"most": self.MOST})}
            )
        if not all(self._is_question(one) for one in rows) or len({one["key"] for one in rows}) < len(rows):
            raise ValidationError({"questions": _("A question has a text of at most 200 letters and a kind.")})

    @classmethod
    def _is_question(cls, one: Any) -> bool:
        if (
            not isinstance(one, dict)
            or set(one) != {"key", "kind", "name_en", "name_de"}
            or one["kind"] not in cls.KINDS
        ):
            return False
        texts = [one[name] for name in ("key", "name_en", "name_de")]
        return all(isinstance(text, str) and 0 < len(text) <= cls.LONGEST and "\0" not in text for text in texts)

    @classmethod
    @transaction.atomic
    def revise(cls, questions: list[dict[str, str]], *, by: Any) -> Event | None:
        """The next edition; the current one is changed as long as nobody was asked by it. Raises ValidationError."""
        present = cls.objects.current()
        if present is not None and not Interview._base_manager.filter(guide=present).exists():
            return present.change(by=by, questions=questions)
        if present is not None and present.questions == questions:
            return None
        last = cls._base_manager.aggregate(last=models.Max("edition"))["last"] or 0
        made = cls.add(by=by, edition=last + 1, questions=questions)
        return Event.objects.about(made).latest("pk")

    def discard(self, *, by: Any, **how: Any) -> Event:
        """Into the bin, as long as nobody was asked by it. Raises ValidationError."""
        if Interview._base_manager.filter(guide=self).exists():
            raise ValidationError(_("Interviews were held by these questions."))
        return super().discard(by=by, **how)


class Interview(Part):
    """What somebody at the customer said, after the end, about how it was decided. `answers` are {key of the question: text or 0 to 10}."""

    class Channel(models.TextChoices):
        PHONE = "phone", _("phone")
        VISIT = "visit", _("visit or meeting")
        VIDEO = "video", _("video")
        EMAIL = "email", _("e-mail")

    LONGEST = 2000  # letters of an answer

    opportunity = models.ForeignKey(
        Opportunity, verbose_name=_("opportunity"), on_delete=models.CASCADE, related_name="interviews"
    )
    contact = models.ForeignKey(
        Contact, verbose_name=_("who was asked"), on_delete=models.CASCADE, related_name="interviews"
    )
    interviewer = models.ForeignKey(
        User, verbose_name=_("who asked"), null=True, blank=True, on_delete=models.SET_NULL, related_name="interviews"
    )
    held_on = models.DateField(_("held on"), default=clock.today)
    channel = models.CharField(_("channel"), max_length=5, choices=Channel, default=Channel.PHONE)
    guide = models.ForeignKey(
        InterviewGuide, verbose_name=_("questions"), on_delete=models.PROTECT, related_name="interviews", editable=False
    )
    criterion = PickField(
        _("what decided, as the customer says"), max_length=12, choices=Opportunity.Criterion, blank=True,
        pick="opportunities.criterion",
    )  # fmt: skip
    again = models.PositiveSmallIntegerField(
        _("would ask us again (0 to 10)"), null=True, blank=True, validators=[MaxValueValidator(10)],
        help_text=_("0: certainly not, 10: certainly."),
    )  # fmt: skip
    answers = models.JSONField(_("answers"), default=dict, blank=True)
    note = models.TextField(_("what else was said"), blank=True, max_length=4000)

    class Meta:
        verbose_name = _("interview")
        verbose_name_plural = _("interviews")
        ordering = ["-held_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(again=None) | models.Q(again__lte=10), name="pipeline_interview_again"
            )
        ]
        indexes = [bin_index("pipeline_interview_bin")]

    def __str__(self) -> str:
        return str(_("Interview of %(day)s") % {"day": self.held_on})

    @classmethod
    def complete(cls, rows: Any, by: Any) -> None:
        super().complete(rows, by)
        for row in rows:
            row.setdefault("guide", InterviewGuide.objects.current())
            if isinstance(by, User):
                row.setdefault("interviewer", by)

    def prepare(self, touched: set[str]) -> set[str]:
        """What was not answered is not kept."""
        if isinstance(self.answers, dict):
            self.answers = {key: value for key, value in self.answers.items() if value not in (None, "")}
        return {"answers"}

    def clean(self) -> None:
        super().clean()
        wrong: dict[str, Any] = {}
        closed = self.opportunity.closed_at
        if self._state.adding and closed is None:
            raise ValidationError(_("It is still open. Ask how it was decided once it is."))
        if self.held_on and self.held_on > clock.today():
            wrong["held_on"] = _("This day is still to come.")
        elif self.held_on and closed is not None and self.held_on < timezone.localdate(closed):
            wrong["held_on"] = _("It was closed after this day.")
        if not self._are_answers():
            wrong["answers"] = _("These are not answers to the questions.")
        if wrong:
            raise ValidationError(wrong)

    def _are_answers(self) -> bool:
        if not isinstance(self.answers, dict):
            return False
        kinds = {key: kind for key, kind, _text in self.guide.asked()} if self.guide_id else {}
        return all(key in kinds and _answers(kinds[key], value, self.LONGEST) for key, value in self.answers.items())

    def told(self) -> list[tuple[str, str]]:
        """(question, answer) in the reader's language, of those that were answered."""
        return [(text, _said(self.answers[key])) for key, _kind, text in self.guide.asked() if key in self.answers]


def _answers(kind: str, value: Any, longest: int) -> bool:
    if kind == "scale":
        return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 10
    return isinstance(value, str) and len(value) <= longest and "\0" not in value


def _said(value: Any) -> str:
    return f"{value} / 10" if isinstance(value, int) else value
