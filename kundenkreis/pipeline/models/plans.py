"""The mutual action plan of an opportunity: what both sides do until the decision, the links by which the customer sees it, and what is
said about it.

What a customer is shown stands in `sharing`; `internal_note` is never among it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kundenkreis.core import clock
from kundenkreis.core.records import bin_index, reached_from
from kundenkreis.customers.models import Contact
from kundenkreis.pipeline.models.opportunities import Opportunity
from kundenkreis.pipeline.models.parts import Part, PartQuerySet
from kundenkreis.pipeline.models.plan_templates import MOST_STEPS, Side
from kundenkreis.staff import access
from kundenkreis.staff.models import User

LANGUAGES = [("de", _("German")), ("en", _("English"))]
MOST_TEXT = 2000  # characters of a note or comment
MOST_LINKS = 20  # of one plan that hold at the same time


class ActionPlan(Part):
    """One for each opportunity. `planned_for` is the decision date for which its steps were laid out."""

    opportunity = models.ForeignKey(
        Opportunity, verbose_name=_("opportunity"), on_delete=models.CASCADE, related_name="plans"
    )
    title = models.CharField(_("title"), max_length=150, help_text=_("The customer reads it."))
    intro = models.TextField(_("introduction"), blank=True, max_length=MOST_TEXT, help_text=_("The customer reads it."))
    planned_for = models.DateField(_("planned for the decision on"), null=True, blank=True)

    class Meta:
        verbose_name = _("mutual action plan")
        verbose_name_plural = _("mutual action plans")
        constraints = [
            models.UniqueConstraint(
                fields=["opportunity"],
                condition=models.Q(deleted_at=None),
                name="pipeline_plan_once",
                violation_error_message=_("This opportunity has a plan already."),
            )
        ]
        indexes = [bin_index("pipeline_plan_bin")]

    def __str__(self) -> str:
        return self.title

    def prepare(self, touched: set[str]) -> set[str]:
        self.title = " ".join((self.title or "").split())
        return {"title"}

    def clean(self) -> None:
        super().clean()
        refuse_nul(self, "title", "intro")


class OfPlan(Part):
    """What belongs to a plan, and is seen and changed as its opportunity is."""

    part_of: ClassVar[tuple[str, ...]] = ("plan",)
    plan: Any

    class Meta:
        abstract = True

    @property
    def opportunity(self) -> Opportunity:  # type: ignore[override]
        return self.plan.opportunity

    def change(self, *, by: Any, **values: Any) -> Any:
        if "plan" in values and values["plan"] != self.plan:
            raise ValidationError({"plan": _("It stays at its plan.")})
        return super().change(by=by, **values)


class OfPlanQuerySet(PartQuerySet):
    def visible_to(self, user: Any) -> Self:
        reach = access.reach(user, "opportunities.see")
        of_visible = reached_from("plan__opportunity_id", Opportunity.objects.within(reach)) if reach else None
        return self.filter(of_visible) if of_visible is not None else self.none()

    def for_list(self) -> Self:
        return self.select_related("plan__opportunity")


class PlanLink(OfPlan):
    """A secret address at which somebody at the customer sees the plan. The secret itself is kept nowhere: it is shown once."""

    secret_fields = frozenset({"digest"})

    plan = models.ForeignKey(
        ActionPlan, verbose_name=_("mutual action plan"), on_delete=models.CASCADE, related_name="links"
    )
    contact = models.ForeignKey(
        Contact, verbose_name=_("for whom"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    visitor = models.CharField(_("who uses it"), max_length=100, blank=True)
    language = models.CharField(_("language"), max_length=2, default="de", choices=LANGUAGES)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    expires_on = models.DateField(_("holds until"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)

    objects = OfPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("link of a plan")
        verbose_name_plural = _("links of plans")
        indexes = [bin_index("pipeline_planlink_bin")]

    def __str__(self) -> str:
        return self.visitor or str(_("whoever has the link"))

    @staticmethod
    def digest_of(token: str) -> str:
        """What is kept of a token: SHA-256 suffices, because a token is 32 random bytes and no password."""
        return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()

    @staticmethod
    def new_token() -> str:
        return secrets.token_urlsafe(32)

    @property
    def holds(self) -> bool:
        return self.revoked_at is None and self.deleted_at is None and clock.today() <= self.expires_on

    def clean(self) -> None:
        super().clean()
        refuse_nul(self, "visitor")
        if self._state.adding and self.plan_id:
            holding = self.plan.links.living().filter(revoked_at=None, expires_on__gte=clock.today())
            if holding.count() >= MOST_LINKS:
                said = _("At most %(most)d links hold at the same time. Revoke one first.")
                raise ValidationError(ValidationError(said, params={"most": MOST_LINKS}))

    def revoke(self, *, by: Any) -> Any:
        """It opens nothing from now on; None when it did not before."""
        return self.change(by=by, verb="revoked", revoked_at=timezone.now()) if self.revoked_at is None else None


class PlanLook(models.Model):
    """That a link was opened, once for each hour; who opened it is not known. No part of history: it is written by looking."""

    link = models.ForeignKey(PlanLink, on_delete=models.CASCADE, related_name="looks")
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("look at a plan")
        constraints = [models.UniqueConstraint(fields=["link", "at"], name="pipeline_planlook_once")]

    def __str__(self) -> str:
        return f"{self.link_id} {self.at:%Y-%m-%d %H:%M}"


class PlanStep(OfPlan):
    """What one side does until a day. `note` is read by the customer too, `internal_note` never."""

    plan = models.ForeignKey(
        ActionPlan, verbose_name=_("mutual action plan"), on_delete=models.CASCADE, related_name="steps", db_index=False
    )
    position = models.PositiveSmallIntegerField(pgettext_lazy("sequence", "order"), default=0)
    title = models.CharField(_("step"), max_length=200)
    side = models.CharField(_("who does it"), max_length=6, choices=Side, default=Side.OURS)
    owner = models.ForeignKey(
        User, verbose_name=_("colleague"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    contact = models.ForeignKey(
        Contact, verbose_name=_("contact"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    due_on = models.DateField(_("due"), null=True, blank=True)
    note = models.TextField(_("note for both"), blank=True, max_length=MOST_TEXT, help_text=_("The customer reads it."))
    internal_note = models.TextField(
        _("internal note"), blank=True, max_length=MOST_TEXT, help_text=_("The customer never sees it.")
    )
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    done_by = models.CharField(_("done by"), max_length=100, blank=True)
    done_via = models.ForeignKey(
        PlanLink, verbose_name=_("by the link of"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = OfPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of a plan")
        verbose_name_plural = _("steps of plans")
        ordering = ["plan", "position", "pk"]
        indexes = [
            models.Index(fields=["plan", "position", "id"], name="pipeline_planstep_order"),
            bin_index("pipeline_planstep_bin"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_done(self) -> bool:
        return self.done_at is not None

    @property
    def is_overdue(self) -> bool:
        return self.done_at is None and self.due_on is not None and self.due_on < clock.today()

    def prepare(self, touched: set[str]) -> set[str]:
        """A new step comes last; whoever does it is on its own side."""
        self.title = " ".join((self.title or "").split())
        if self._state.adding and not self.position and self.plan_id:
            self.position = (self.plan.steps.aggregate(last=models.Max("position"))["last"] or 0) + 1
        derived = {"title", "position"}
        if "side" in touched:
            gone = "contact" if self.side == Side.OURS else "owner"
            if gone not in touched:
                setattr(self, gone, None)
                derived.add(gone)
        return derived

    def clean(self) -> None:
        super().clean()
        refuse_nul(self, "title", "note", "internal_note", "done_by")
        wrong: dict[str, Any] = {}
        if self.side == Side.OURS and self.contact_id is not None:
            wrong["contact"] = _("A step of ours is done by a colleague.")
        if self.side == Side.THEIRS and self.owner_id is not None:
            wrong["owner"] = _("A step of the customer's is done by a contact.")
        if self._state.adding and self.plan_id and self.plan.steps.living().count() >= MOST_STEPS:
            wrong["plan"] = ValidationError(_("A plan has at most %(most)d steps."), params={"most": MOST_STEPS})
        if wrong:
            raise ValidationError(wrong)

    def tick(self, is_done: bool, *, by: Any, name: str = "", via: PlanLink | None = None, **how: Any) -> Any:
        """Done, or open again. None when it is so already, so that two people at once are no trouble.

        `by` may be whoever came by the link `via`; `name` is then hers.
        """
        now: dt.datetime = how.pop("now", None) or timezone.now()
        present = type(self).objects.select_for_update(of=("self",)).get(pk=self.pk)
        if present.is_done == is_done:
            return None
        done = {"done_at": now, "done_by": (name or by.get_full_name())[:100], "done_via": via}
        return self.change(
            by=by, now=now, verb="done" if is_done else "reopened",
            **(done if is_done else {"done_at": None, "done_by": "", "done_via": None}), **how,
        )  # fmt: skip


class PlanComment(OfPlan):
    """What somebody says about the plan or one of its steps: a colleague (`author`), or whoever came by a `link`. Both sides read it."""

    plan = models.ForeignKey(
        ActionPlan, verbose_name=_("mutual action plan"), on_delete=models.CASCADE, related_name="comments"
    )
    step = models.ForeignKey(
        PlanStep, verbose_name=_("step"), null=True, blank=True, on_delete=models.CASCADE, related_name="comments"
    )
    answers = models.ForeignKey(
        "self", verbose_name=_("answer to"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    author = models.ForeignKey(
        User, verbose_name=_("colleague"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
        editable=False,
    )  # fmt: skip
    link = models.ForeignKey(
        PlanLink, verbose_name=_("by the link of"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
        editable=False,
    )  # fmt: skip
    name = models.CharField(_("name"), max_length=100, blank=True)
    text = models.TextField(_("comment"), max_length=MOST_TEXT, help_text=_("The customer reads it."))

    objects = OfPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment on a plan")
        verbose_name_plural = _("comments on plans")
        ordering = ["pk"]
        indexes = [bin_index("pipeline_plancomment_bin")]

    def __str__(self) -> str:
        return self.text[:80]

    @classmethod
    def complete(cls, rows: Any, by: Any) -> None:
        """Whoever writes it is named."""
        for row in rows:
            if by is not None and "link" not in row:
                row.setdefault("author", by)
                row.setdefault("name", by.get_full_name()[:100])

    def clean(self) -> None:
        super().clean()
        refuse_nul(self, "name", "text")
        if not (self.text or "").strip():
            raise ValidationError({"text": _("Write something.")})
        for name in ("step", "answers"):
            other = getattr(self, name)
            if other is not None and other.plan_id != self.plan_id:
                raise ValidationError({name: _("It belongs to another plan.")})


def refuse_nul(record: models.Model, *names: str) -> None:
    """Raises ValidationError by field where a text holds a NUL, which no database of ours stores."""
    wrong = {n: _("Null characters are not allowed.") for n in names if "\x00" in (getattr(record, n) or "")}
    if wrong:
        raise ValidationError(wrong)
