"""What is asked in a needs talk: sets of questions for industries and product families, in editions.

The order is that of SPIN selling: situation, problem, implication, need-payoff. Neil Rackham, SPIN Selling, McGraw-Hill, 1988.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kundenkreis.catalogue.models import Family
from kundenkreis.core.records import RecordQuerySet, bin_index
from kundenkreis.customers.models.accounts import INDUSTRY
from kundenkreis.fields import picks
from kundenkreis.history.models import Event
from kundenkreis.history.recording import Recorded
from kundenkreis.pipeline.models.pipelines import Arranged
from kundenkreis.staff import access, explaining

MOST_QUESTIONS, MOST_CHOICES, MOST_INDUSTRIES = 40, 12, 50
LONGEST = 250  # letters of a question


class Step(models.TextChoices):
    """What a question is for (Rackham 1988)."""

    SITUATION = "situation", pgettext_lazy("kind of question", "Situation")
    PROBLEM = "problem", pgettext_lazy("kind of question", "Problem")
    IMPLICATION = "implication", pgettext_lazy("kind of question", "Implication")
    PAYOFF = "payoff", pgettext_lazy("kind of question", "Need-payoff")


class AnswerKind(models.TextChoices):
    TEXT = "text", pgettext_lazy("kind of answer", "text")
    CHOICE = "choice", pgettext_lazy("kind of answer", "one of several")
    NUMBER = "number", pgettext_lazy("kind of answer", "number")
    YES_NO = "yes_no", pgettext_lazy("kind of answer", "yes or no")
    MONEY = "money", pgettext_lazy("kind of answer", "amount of money a year")


class QuestionSet(Arranged):
    """Questions for some industries and product families; of none means for all of them."""

    is_active = models.BooleanField(_("asked now"), default=True)
    industries = models.JSONField(_("industries"), default=list, blank=True)  # as `Account.industry` keeps them
    families = models.ManyToManyField(
        Family, verbose_name=_("product families"), blank=True, related_name="question_sets"
    )

    class Meta:
        verbose_name = _("set of questions")
        verbose_name_plural = _("sets of questions")
        ordering = ["position", "pk"]
        indexes = [bin_index("needs_set_bin")]

    @property
    def industry_names(self) -> list[str]:
        return [picks.said(INDUSTRY, one) or one for one in self.industries]

    def current(self) -> QuestionEdition | None:
        """The edition by which the next talk is held; None while the set has no questions."""
        return self.editions.living().order_by("-edition").first()

    def clean(self) -> None:
        super().clean()
        rows = self.industries
        if not isinstance(rows, list) or any(not isinstance(one, str) or not 0 < len(one) <= 100 for one in rows):
            raise ValidationError({"industries": _("Name each industry in a line of its own.")})
        if len(rows) > MOST_INDUSTRIES:
            said = ValidationError(_("At most %(count)s entries."), params={"count": MOST_INDUSTRIES})
            raise ValidationError({"industries": said})
        if any("\x00" in text for text in (self.name_en, self.name_de, *rows)):
            raise ValidationError(_("Null characters are not allowed."))

    def discard(self, *, by: Any, **how: Any) -> Event:
        """Into the bin, as long as nobody was asked by it. Raises ValidationError."""
        if self.editions.filter(talks__isnull=False).exists():
            raise ValidationError(_("Customers were asked by this set. Switch it off instead."))
        return super().discard(by=by, **how)

    @transaction.atomic
    def revise(self, questions: list[dict[str, Any]], *, by: Any, version: int | None = None) -> Event | None:
        """The next edition; the current one is changed as long as nobody was asked by it.

        Questions that stay keep their keys, so that what was answered to them counts on. Raises ValidationError, and Stale when somebody
        else has revised the edition of this `version`.
        """
        type(self)._base_manager.select_for_update(of=("self",)).get(pk=self.pk)
        present = self.current()
        if present is not None and not present.talks.exists():
            return present.change(by=by, version=version, questions=questions)
        if present is not None and present.questions == questions:
            return None
        last = self.editions.aggregate(last=models.Max("edition"))["last"] or 0
        made = QuestionEdition.add(by=by, of_set=self, edition=last + 1, questions=questions)
        return Event.objects.about(made).latest("pk")


class EditionQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.all() if access.may(user, "pipelines.see") else self.none()

    def for_list(self) -> Self:
        return self.select_related("of_set")


class QuestionEdition(Recorded):
    """An edition of a set's questions. What was answered stays with the questions that were asked.

    `questions` are in their order, each {"key", "step", "kind", "name_en", "name_de", "choices"}; see `answers.Question`.
    """

    leaves_the_bin: ClassVar[bool] = False

    of_set = models.ForeignKey(
        QuestionSet, verbose_name=_("set of questions"), on_delete=models.PROTECT, related_name="editions"
    )
    edition = models.PositiveIntegerField(_("edition"))
    questions = models.JSONField(_("questions"), default=list)

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("edition of questions")
        verbose_name_plural = _("editions of questions")
        ordering = ["of_set", "-edition"]
        constraints = [
            models.UniqueConstraint(
                fields=["of_set", "edition"],
                name="needs_edition_once",
                violation_error_message=_("Somebody else has made this edition just now."),
            )
        ]
        indexes = [bin_index("needs_edition_bin")]

    def __str__(self) -> str:
        return str(_("%(name)s, edition %(edition)s") % {"name": self.of_set.name, "edition": self.edition})

    def access_rule(self) -> explaining.Rule:
        return explaining.Role("pipelines.see")

    def question(self, key: str) -> dict[str, Any] | None:
        return next((one for one in self.questions if one["key"] == key), None)

    @property
    def keys(self) -> list[str]:
        return [one["key"] for one in self.questions]

    def prepare(self, touched: set[str]) -> set[str]:
        """A question in one language serves for both; each has a key of its own; they stand in SPIN order."""
        if not isinstance(self.questions, list) or not all(isinstance(one, dict) for one in self.questions):
            return set()
        taken = {one.get("key") for one in self.questions}
        if self.of_set_id:
            earlier = type(self)._base_manager.filter(of_set_id=self.of_set_id).values_list("questions", flat=True)
            taken |= {one.get("key") for rows in earlier for one in rows}  # what was once asked is not another question
        free = (f"q{number}" for number in range(1, 10_000) if f"q{number}" not in taken)
        rows = [_both(one) | {"key": one.get("key") or next(free)} for one in self.questions]
        order = list(Step)
        self.questions = sorted(rows, key=lambda one: order.index(one["step"]) if one.get("step") in order else 0)
        return {"questions"}

    def clean(self) -> None:
        super().clean()
        rows = self.questions
        if not isinstance(rows, list) or not rows:
            raise ValidationError({"questions": _("Ask one question at least.")})
        if len(rows) > MOST_QUESTIONS:
            said = ValidationError(_("At most %(most)d questions."), params={"most": MOST_QUESTIONS})
            raise ValidationError({"questions": said})
        if not all(_is_question(one) for one in rows) or len({one["key"] for one in rows}) < len(rows):
            said = ValidationError(
                _(
                    "A question has a text of at most %(most)s letters, a step and a kind of answer; a choice has two answers at least."
                ),
                params={"most": LONGEST},
            )
            raise ValidationError({"questions": said})

    def change(self, *, by: Any, **values: Any) -> Event | None:
        if "questions" in values and self.talks.exists():
            raise ValidationError({"questions": _("Customers were asked by this edition. Revise its set instead.")})
        if "of_set" in values and values["of_set"] != self.of_set:
            raise ValidationError({"of_set": _("An edition stays in its set.")})
        return super().change(by=by, **values)

    def discard(self, *, by: Any, **how: Any) -> Event:
        """Into the bin, as long as nobody was asked by it. Raises ValidationError."""
        if self.talks.exists():
            raise ValidationError(_("Customers were asked by this edition."))
        return super().discard(by=by, **how)


def _both(one: dict[str, Any]) -> dict[str, Any]:
    english, german = (" ".join(str(one.get(name) or "").split()) for name in ("name_en", "name_de"))
    choices = one.get("choices") or []
    made = one | {"name_en": english or german, "name_de": german or english, "choices": choices}
    if one.get("kind") != AnswerKind.CHOICE:
        made["choices"] = []
    elif isinstance(choices, list) and all(isinstance(each, dict) for each in choices):
        taken = {each.get("key") for each in choices}
        free = (f"c{number}" for number in range(1, 1000) if f"c{number}" not in taken)
        made["choices"] = [
            {
                "key": each.get("key") or next(free),
                "name_en": each.get("name_en") or each.get("name_de") or "",
                "name_de": each.get("name_de") or each.get("name_en") or "",
            }
            for each in choices
        ]
    return made


def _is_text(text: Any, longest: int) -> bool:
    return isinstance(text, str) and 0 < len(text) <= longest and "\x00" not in text


def _is_question(one: Any) -> bool:
    if not isinstance(one, dict) or set(one) != {"key", "step", "kind", "name_en", "name_de", "choices"}:
        return False
    if one["step"] not in Step.values or one["kind"] not in AnswerKind.values:
        return False
    texts = [(one["key"], 20), (one["name_en"], LONGEST), (one["name_de"], LONGEST)]
    choices = one["choices"]
    if one["kind"] == AnswerKind.CHOICE:
        if not isinstance(choices, list) or not 2 <= len(choices) <= MOST_CHOICES:
            return False
        if any(not isinstance(each, dict) or set(each) != {"key", "name_en", "name_de"} for each in choices):
            return False
        texts += [(each[name], 20 if name == "key" else 100) for each in choices for name in each]
        if len({each["key"] for each in choices}) < len(choices):
            return False
    return all(_is_text(text, longest) for text, longest in texts)


__all__ = ["AnswerKind", "QuestionEdition", "QuestionSet", "Step"]
