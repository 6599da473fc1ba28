"""The definition of a custom field. What a process knows of all of them is `known`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models, transaction
from django.db.models.functions import Coalesce
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kundenkreis.core.models import House
from kundenkreis.core.records import RecordQuerySet, bin_index
from kundenkreis.fields import checking, known, sources
from kundenkreis.fields.choosing import Choosing
from kundenkreis.history.models import Event
from kundenkreis.history.recording import Actor


class CustomFieldQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Everybody knows which fields there are; who may change them is another question."""
        return self.all() if getattr(user, "is_authenticated", False) else self.none()

    def active(self) -> Self:
        return self.filter(retired_at=None, deleted_at=None)

    def in_order(self) -> Self:
        return self.order_by("belongs_to", "position", "pk")


class CustomField(Choosing):
    class Kind(models.TextChoices):
        TEXT = "text", _("Text")
        NUMBER = "number", pgettext_lazy("kind of field", "Number")
        MONEY = "money", _("Amount of money")
        DATE = "date", _("Date")
        CHOICE = "choice", _("Choice")
        SEVERAL = "several", _("Several choices")
        PERSON = "person", _("Person")
        REFERENCE = "reference", _("Other record")
        FORMULA = "formula", _("Formula")
        ROLLUP = "rollup", _("Roll-up")

    class Index(models.TextChoices):
        NONE = "none", _("none")
        PREPARING = "preparing", _("being prepared")
        READY = "ready", _("ready")

    belongs_to = models.CharField(_("belongs to"), max_length=40)  # "accounts"
    key = models.CharField(_("key"), max_length=40, blank=True)  # in the API and in formulas; never changes
    kind = models.CharField(_("kind"), max_length=9, choices=Kind, default=Kind.TEXT)
    label_en = models.CharField(_("label in English"), max_length=80, blank=True)
    label_de = models.CharField(_("label in German"), max_length=80, blank=True)
    help_en = models.CharField(_("help in English"), max_length=300, blank=True)
    help_de = models.CharField(_("help in German"), max_length=300, blank=True)
    group_en = models.CharField(_("heading in English"), max_length=80, blank=True)
    group_de = models.CharField(_("heading in German"), max_length=80, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    # [{"key": "fri", "en": "Friday", "de": "Freitag", "retired": false}]
    choices = models.JSONField(_("choices"), default=list, blank=True)
    is_required = models.BooleanField(_("required"), default=False)
    required_roles = models.JSONField(
        _("required for these roles only"), default=list, blank=True
    )  # empty: for everybody
    # Only when the record has come so far (an account's relation); empty: always.
    required_stages = models.JSONField(_("required in these stages only"), default=list, blank=True)
    decimals = models.PositiveSmallIntegerField(_("decimals"), default=2, validators=[MaxValueValidator(6)])
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    formula = models.CharField(_("formula"), max_length=1000, blank=True)
    refers_to = models.CharField(_("leads to"), max_length=40, blank=True)  # "accounts"; of a reference
    # {"of": "orders", "how": "sum", "what": "net", "where": ["day:last:365d"]}; of a roll-up
    rollup = models.JSONField(_("what is rolled up"), default=dict, blank=True)
    # Up to which record it was worked out since it was defined; None: for all of them.
    filled_to = models.BigIntegerField(null=True, blank=True, editable=False)
    rolled_on = models.DateField(_("worked out"), null=True, blank=True, editable=False)
    is_indexed = models.BooleanField(_("fast to filter and sort by"), default=True)
    is_searched = models.BooleanField(_("found by the search"), default=False)
    index_state = models.CharField(_("index"), max_length=10, choices=Index, default=Index.NONE, editable=False)
    retired_at = models.DateTimeField(_("retired since"), null=True, blank=True, editable=False)

    objects = CustomFieldQuerySet.as_manager()

    class Meta:
        verbose_name = _("custom field")
        verbose_name_plural = _("custom fields")
        constraints = [models.UniqueConstraint(fields=["belongs_to", "key"], name="fields_key_once")]
        indexes = [bin_index("fields_customfield_bin")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        german = (translation.get_language() or "en").startswith("de")
        return (self.label_de if german else self.label_en) or self.label_en or self.label_de

    @property
    def group(self) -> str:
        german = (translation.get_language() or "en").startswith("de")
        return (self.group_de if german else self.group_en) or self.group_en or self.group_de

    def prepare(self, touched: set[str]) -> set[str]:
        derived = set()
        if self._state.adding:
            self.key = self.key or checking.free_key(self.belongs_to, self.label_en or self.label_de)
            last = CustomField.objects.filter(belongs_to=self.belongs_to).aggregate(
                last=Coalesce(models.Max("position"), 0)
            )
            self.position = self.position or last["last"] + 1
            derived |= {"key", "position"}
        if self.kind == self.Kind.ROLLUP and touched & {"rollup", "kind"}:
            self.rollup = checking.rollup(self.belongs_to, self.rollup)
            derived |= {"rollup", "decimals"}
            self.decimals = 0 if self.rollup["how"] == "count" else max(self.decimals, 0)
        is_money = self.kind == self.Kind.ROLLUP and sources.kind_of(self.belongs_to, self.rollup) == "money"
        if (self.kind == self.Kind.MONEY or is_money) and not self.currency:
            self.currency = House.known().currency
            derived.add("currency")
        if self.kind == self.Kind.REFERENCE and not self.is_indexed:
            self.is_indexed = True  # when records are merged, what leads to them has to be found
            derived.add("is_indexed")
        if "choices" in touched:
            self.choices = checking.choices(self.choices)
        return derived

    def clean(self) -> None:
        checking.check(self)

    @classmethod
    @transaction.atomic
    def add(cls, *, by: Actor | None, **values: Any) -> Self:  # type: ignore[override]
        field = super().add(by=by, **values)
        field.follow({"formula", "is_indexed", "rollup"})
        return field

    @transaction.atomic
    def change(self, *, by: Actor | None, **values: Any) -> Event | None:  # type: ignore[override]
        event = super().change(by=by, **values)
        if event is not None:
            self.follow(self.columns_of(event.changes))
        return event

    def retire(self, *, by: Actor | None, now: dt.datetime | None = None) -> Event | None:
        """It is asked for and shown no more; what it holds stays. Raises ValidationError when a formula reads it."""
        return self.change(by=by, now=now, verb="retired", retired_at=now or timezone.now())

    def bring_back(self, *, by: Actor | None, now: dt.datetime | None = None) -> Event | None:
        return self.change(by=by, now=now, verb="brought_back", retired_at=None)

    @classmethod
    @transaction.atomic
    def order(cls, noun: str, keys: list[str], *, by: Actor | None, now: dt.datetime | None = None) -> None:
        """Put the fields of a noun into this order; what is not named comes after them. Raises ValidationError for a strange key."""
        found = {one.key: one for one in cls.objects.filter(belongs_to=noun).in_order()}
        if strange := [key for key in keys if key not in found]:
            said = _("There is no field “%(key)s”.")
            raise ValidationError(said, params={"key": strange[0][:60]})
        rest = [key for key in found if key not in keys]
        for place, key in enumerate([*dict.fromkeys(keys), *rest], start=1):
            found[key].change(by=by, now=now, position=place)

    @classmethod
    def taken_back(cls, ids: Collection[int]) -> None:
        """A field has its former kind again."""
        for field in cls._base_manager.filter(pk__in=ids):
            field.follow({"kind", "choices", "retired_at", "is_indexed", "is_searched", "formula", "rollup"})

    @classmethod
    def indispensable(cls, after: Mapping[int, Mapping[str, Any] | None]) -> set[int]:
        """A field that an undo would delete stays while records hold values of it, or a formula reads it."""
        gone = list(cls._base_manager.filter(pk__in=[pk for pk, values in after.items() if values is None]))
        going = {(one.belongs_to, one.key) for one in gone}
        return {one.pk for one in gone if checking.is_used(one, going)}

    @classmethod
    def summed_on(cls, ids: Collection[int]) -> set[int]:
        return set(ids)

    @classmethod
    def sum_again(cls, numbers: Collection[int]) -> None:
        """What an undo has changed or deleted is known as it is now; indexes of what went go with it."""
        known.forget()
        transaction.on_commit(known.forget)
        if cls._base_manager.filter(pk__in=numbers).count() < len(numbers):
            from kundenkreis.fields import indexing

            indexing.drop_strays()

    def follow(self, changed: set[str]) -> None:
        """What follows from a change of the definition: indexes, formulas, the search."""
        from kundenkreis.fields import following

        known.forget()
        following.follow(self, changed)

    def discard(self, **values: Any) -> Event:  # type: ignore[override]
        """As of every noun, of a field that nobody has used yet. Raises ValidationError: what is in use is retired."""
        checking.refuse_if_used(self)
        return super().discard(**values)

    def settle(self, changed: set[str]) -> None:
        super().settle(changed)
        if "deleted_at" in changed:
            self.follow({"is_indexed", "formula", "rollup"})
        known.forget()
        transaction.on_commit(known.forget)


class Behind(models.Model):
    """A record whose roll-ups are to be brought into step by the worker (see `rolling`).

    It may stand here more than once: who notes it waits for nobody, and what is noted while it is being worked out stays.
    """

    noun = models.CharField(max_length=40)
    record_id = models.BigIntegerField()

    class Meta:
        verbose_name = _("record to be rolled up")
        verbose_name_plural = _("records to be rolled up")

    def __str__(self) -> str:
        return f"{self.noun} {self.record_id}"


from kundenkreis.fields.shaping import Layout, PickList  # noqa: E402, F401
