"""The wish register: what customers ask for, who asks, and who is to be told what became of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kundenkreis.activities.models import Activity
from kundenkreis.catalogue.models import Family, Product
from kundenkreis.core import clock, search
from kundenkreis.core.records import RecordQuerySet, bin_index, null_characters
from kundenkreis.customers.models import Account, Contact
from kundenkreis.history.models import Event
from kundenkreis.history.recording import Recorded, join
from kundenkreis.needs.models.of_account import OfAccount, OfAccountQuerySet
from kundenkreis.staff import access, explaining
from kundenkreis.staff.models import User


class WishQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        """What is wished for is the house's business; who wishes for it is seen with the account."""
        return self.all() if access.reach(user, "wishes.see") else self.none()

    def current(self) -> Self:
        """Without those that became part of another one."""
        return self.living().filter(merged_into=None)

    def undecided(self) -> Self:
        return self.current().filter(status__in=Wish.UNDECIDED)

    def for_list(self) -> Self:
        return self.select_related("product", "family", "owner")


class Wish(Recorded):
    """Something that customers ask for. `answer` is what they are told about it, in words for them."""

    class Status(models.TextChoices):
        NEW = "new", pgettext_lazy("a wish", "new")
        LOOKED_AT = "looked_at", pgettext_lazy("a wish", "looked at")
        PLANNED = "planned", pgettext_lazy("a wish", "planned")
        DONE = "done", pgettext_lazy("a wish", "done")
        DECLINED = "declined", pgettext_lazy("a wish", "declined")

    UNDECIDED = (Status.NEW, Status.LOOKED_AT, Status.PLANNED)

    title = models.CharField(_("wish"), max_length=200)
    description = models.TextField(_("description"), blank=True, max_length=4000)
    product = models.ForeignKey(
        Product, verbose_name=_("product"), null=True, blank=True, on_delete=models.SET_NULL, related_name="wishes"
    )
    family = models.ForeignKey(
        Family,
        verbose_name=_("product family"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="wishes",
    )
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.NEW)
    status_since = models.DateField(_("in this status since"), default=clock.today, editable=False)
    answer = models.TextField(
        _("what customers are told"), blank=True, max_length=2000,
        help_text=_("In words for the customer. What is declined needs a reason."),
    )  # fmt: skip
    owner = models.ForeignKey(
        User, verbose_name=_("owner"), null=True, blank=True, on_delete=models.SET_NULL, related_name="wishes"
    )
    merged_into = models.ForeignKey(
        "self", verbose_name=_("part of"), null=True, blank=True, on_delete=models.SET_NULL, related_name="merged",
        editable=False,
    )  # fmt: skip
    is_generated = models.BooleanField(_("generated"), default=False, editable=False)  # of the demo house

    objects = WishQuerySet.as_manager()
    search_kind = search.WISH
    searched_fields = frozenset({"title", "description", "merged_into"})

    class Meta:
        verbose_name = _("wish")
        verbose_name_plural = _("wishes")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(status="declined") | ~models.Q(answer=""),
                name="needs_wish_declined",
                violation_error_message=_("Say why, in words for the customer."),
            )
        ]
        indexes = [
            models.Index(fields=["status", "id"], name="needs_wish_status"),
            models.Index(fields=["changed_at", "id"], name="needs_wish_changed"),
            bin_index("needs_wish_bin"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_undecided(self) -> bool:
        return self.status in self.UNDECIDED

    # --- who sees it

    def within(self, reach: access.Reach) -> bool:
        return bool(reach)

    def grounds(self) -> tuple[explaining.Ground, ...]:
        return ()

    def access_rule(self) -> explaining.Rule:
        return explaining.Role("wishes.see")

    # --- what is checked, and derived

    @classmethod
    def complete(cls, rows: Sequence[dict[str, Any]], by: Any) -> None:
        """Whoever writes it down owns it."""
        for row in rows:
            if isinstance(by, User):
                row.setdefault("owner", by)

    def prepare(self, touched: set[str]) -> set[str]:
        if "title" in touched:
            self.title = " ".join(self.title.split())
        if "status" in touched and not self._state.adding:
            self.status_since = clock.today()
            return {"status_since"}
        return set()

    def clean(self) -> None:
        super().clean()
        wrong = null_characters(self)
        if self.status == self.Status.DECLINED and not self.answer.strip():
            wrong["answer"] = _("Say why, in words for the customer.")
        if wrong:
            raise ValidationError(wrong)

    # --- verbs

    @transaction.atomic
    def change(self, *, by: Any, undoes: Event | None = None, **values: Any) -> Event | None:  # type: ignore[override]
        """As of every noun. After another status each customer who asked is to be told (`telling`), unless it is an undo."""
        event = super().change(by=by, undoes=undoes, **values)
        if event is not None and undoes is None and "status" in event.changes:
            from kundenkreis.needs import telling

            telling.follow(self, event, by=by)
        return event

    def search_row(self) -> tuple:
        return (self.pk, self.title, self.description[:200], "")

    def settle(self, changed: set[str]) -> None:
        """What became part of another wish is found as that one."""
        super().settle(changed)
        if self.merged_into_id is not None:
            search.remove(search.WISH, [self.pk])


class AskQuerySet(OfAccountQuerySet):
    def for_list(self) -> Self:
        return self.select_related("account", "contact", "wish")


class WishAsk(OfAccount):
    """That an account asks for it, by whom and how much."""

    area: ClassVar[str] = "wishes"

    class Weight(models.IntegerChoices):
        NICE = 1, _("would be nice")
        IMPORTANT = 2, pgettext_lazy("a wish", "important")
        NEEDED = 3, _("cannot do without")

    wish = models.ForeignKey(Wish, verbose_name=_("wish"), on_delete=models.CASCADE, related_name="asks")
    account = models.ForeignKey(
        Account, verbose_name=_("account"), on_delete=models.CASCADE, related_name="wish_asks", db_index=False
    )
    contact = models.ForeignKey(
        Contact, verbose_name=_("who asks"), null=True, blank=True, on_delete=models.SET_NULL, related_name="wish_asks"
    )
    asked_on = models.DateField(pgettext_lazy("a wish", "asked on"), default=clock.today)
    weight = models.PositiveSmallIntegerField(_("weight"), choices=Weight, default=Weight.IMPORTANT)
    note = models.CharField(_("in the customer's words"), max_length=500, blank=True)

    objects = AskQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer who asks")
        verbose_name_plural = _("customers who ask")
        constraints = [
            models.UniqueConstraint(
                fields=["wish", "account", "contact"],
                condition=models.Q(deleted_at=None, contact__isnull=False),
                name="needs_ask_contact_once",
                violation_error_message=_("This person asks for it already."),
            ),
            models.UniqueConstraint(
                fields=["wish", "account"],
                condition=models.Q(deleted_at=None, contact=None),
                name="needs_ask_account_once",
                violation_error_message=_("This customer asks for it already."),
            ),
            models.CheckConstraint(condition=models.Q(weight__gte=1, weight__lte=3), name="needs_ask_weight"),
        ]
        indexes = [models.Index(fields=["account", "id"], name="needs_ask_account"), bin_index("needs_ask_bin")]

    def __str__(self) -> str:
        return f"{self.wish}: {self.account}"

    def wrong(self) -> dict[str, Any]:
        wrong: dict[str, Any] = {}
        if self.asked_on is not None and self.asked_on > clock.today():
            wrong["asked_on"] = _("This day is still to come.")
        if self._state.adding and self.wish_id and self.wish.merged_into_id is not None:
            wrong["wish"] = _("This wish became part of another one. Add it there.")
        return wrong

    def settle(self, changed: set[str]) -> None:
        """Of a wish that has been looked at already, a customer who asks newly is to be told how it stands."""
        from kundenkreis.needs import telling

        super().settle(changed)
        if {"wish", "account"} <= changed and self.wish.status != Wish.Status.NEW:
            event = Event.objects.about(self).latest("pk")
            by = User._base_manager.filter(pk=event.actor_id).first()
            telling.remember(self.wish, [self.account], event, by=by)

    @transaction.atomic
    def discard(self, *, by: Any, **how: Any) -> Event:
        """Into the bin; a customer who asks no more is not told any more."""
        event = super().discard(by=by, **how)
        if not type(self).objects.living().filter(wish_id=self.wish_id, account_id=self.account_id).exists():
            for one in WishTelling.objects.waiting().filter(wish_id=self.wish_id, account_id=self.account_id):
                join(one.discard(by=by), event)
        return event

    def change(  # type: ignore[override]
        self, *, by: Any, verb: str = "changed", undoes: Event | None = None, **values: Any
    ) -> Event | None:
        """As of every noun; to another wish it goes only with its own (`joining`)."""
        moves = "wish" in values and values["wish"] != self.wish
        if moves and verb == "changed" and undoes is None:
            raise ValidationError({"wish": _("It stays at its wish.")})
        return super().change(by=by, verb=verb, undoes=undoes, **values)


class TellingQuerySet(OfAccountQuerySet):
    def waiting(self) -> Self:
        """Those who are still to be told."""
        return self.living().filter(told_on=None)

    def for_list(self) -> Self:
        return self.select_related("account", "contact", "wish", "owner", "told_by")


class WishTelling(OfAccount):
    """That a customer is to be told of a wish's status, and who has told her, when and how."""

    area: ClassVar[str] = "wishes"

    class How(models.TextChoices):
        CALL = "call", _("by phone")
        MAIL = "mail", _("by mail")
        VISIT = "visit", _("in person")
        OTHER = "other", _("in another way")

    wish = models.ForeignKey(Wish, verbose_name=_("wish"), on_delete=models.CASCADE, related_name="tellings")
    account = models.ForeignKey(
        Account, verbose_name=_("account"), on_delete=models.CASCADE, related_name="wish_tellings", db_index=False
    )
    contact = models.ForeignKey(
        Contact, verbose_name=_("whom"), null=True, blank=True, on_delete=models.SET_NULL, related_name="wish_tellings"
    )
    status = models.CharField(_("status to be told"), max_length=9, choices=Wish.Status)
    owner = models.ForeignKey(
        User,
        verbose_name=_("who tells"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="wish_tellings",
    )
    task = models.ForeignKey(
        Activity, verbose_name=_("task"), null=True, blank=True, on_delete=models.SET_NULL, related_name="wish_tellings"
    )
    told_on = models.DateField(_("told on"), null=True, blank=True)
    told_by = models.ForeignKey(
        User, verbose_name=_("told by"), null=True, blank=True, on_delete=models.SET_NULL, related_name="wishes_told"
    )
    how = models.CharField(_("how"), max_length=5, choices=How, blank=True)
    note = models.CharField(_("what the customer said"), max_length=500, blank=True)

    objects = TellingQuerySet.as_manager()

    class Meta:
        verbose_name = _("telling of a wish")
        verbose_name_plural = _("tellings of wishes")
        constraints = [
            models.UniqueConstraint(
                fields=["wish", "account"],
                condition=models.Q(deleted_at=None, told_on=None),
                name="needs_telling_once",
                violation_error_message=_("This customer is to be told already."),
            )
        ]
        indexes = [
            models.Index(fields=["account", "id"], name="needs_telling_account"),
            models.Index(fields=["told_on", "id"], name="needs_telling_told"),
            bin_index("needs_telling_bin"),
        ]

    def __str__(self) -> str:
        return f"{self.wish}: {self.account}"

    @property
    def is_waiting(self) -> bool:
        return self.told_on is None

    def wrong(self) -> dict[str, Any]:
        wrong: dict[str, Any] = {}
        if self.told_on is not None and self.told_on > clock.today():
            wrong["told_on"] = _("This day is still to come.")
        if self.told_on is not None and not self.how:
            wrong["how"] = _("Say how the customer was told.")
        return wrong

    @transaction.atomic
    def tell(
        self, how: str, *, by: Any, told_on: dt.date | None = None, note: str = "", contact: Contact | None = None,
        version: int | None = None,
    ) -> Event | None:  # fmt: skip
        """The customer has been told; its task is done with it. Raises ValidationError by field."""
        if not self.is_waiting:
            raise ValidationError(_("This customer has been told already."))
        values: dict[str, Any] = {"told_on": told_on or clock.today(), "how": how, "note": note}
        values["told_by"] = by if isinstance(by, User) else None
        if contact is not None:
            values["contact"] = contact
        event = self.change(by=by, version=version, verb="told", **values)
        task = self.task
        if event is not None and task is not None and task.is_open and task.deleted_at is None:
            done = task.finish(by=by)
            if done is not None:
                join(done, event)
        return event


__all__ = ["Wish", "WishAsk", "WishTelling"]
