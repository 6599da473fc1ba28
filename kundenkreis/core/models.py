"""The house itself and number counters; the search index's tables come in from `search_models`."""

from __future__ import annotations

import datetime as dt
import secrets
import time
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_KEY = "core.house"
_AT_HAND = (
    0.05  # seconds for which a process asks nobody: a page wants to know the house's currency or its day twenty times
)
_DAYS = [MinValueValidator(1), MaxValueValidator(730)]


def new_key() -> str:
    """A key that nobody can guess, in hexadecimal digits."""
    return secrets.token_hex(32)


class House(models.Model):
    """The company that uses this installation. There is one row; `House.current()` is the way to it."""

    name = models.CharField(_("company name"), max_length=200, default="Kundenkreis")
    currency = models.CharField(_("house currency"), max_length=3, default="EUR")
    country = models.CharField(_("country"), max_length=2, default="AT")
    language = models.CharField(_("language"), max_length=2, default="de")
    # How many days may pass between two touches of an account of a tier; empty: no rule.
    touch_days_a = models.PositiveSmallIntegerField(
        _("days between two touches, tier A"), null=True, blank=True, validators=_DAYS
    )
    touch_days_b = models.PositiveSmallIntegerField(
        _("days between two touches, tier B"), null=True, blank=True, validators=_DAYS
    )
    touch_days_c = models.PositiveSmallIntegerField(
        _("days between two touches, tier C"), null=True, blank=True, validators=_DAYS
    )
    touch_days_d = models.PositiveSmallIntegerField(
        _("days between two touches, development"), null=True, blank=True, validators=_DAYS
    )
    # Figures about single people are shown from this day on. In Austria they need a works agreement (ArbVG §§ 96 and 96a), and where there
    # is no works council the consent of each (AVRAG § 10).
    works_agreement_on = models.DateField(_("works agreement in force from"), null=True, blank=True)
    works_agreement = models.CharField(_("works agreement"), max_length=200, blank=True)
    # How often at most a person gets advertising, over all channels; empty: as often as is allowed.
    contact_cap = models.PositiveSmallIntegerField(
        _("advertising contacts with a person at most"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
    )
    contact_cap_days = models.PositiveSmallIntegerField(_("within so many days"), default=30, validators=_DAYS)
    # With it the addresses on the suppression list are hashed (HMAC-SHA-256). It stays for ever and travels with every backup: with
    # another key the list would protect nobody.
    suppression_key = models.CharField(max_length=64, default=new_key, editable=False)
    # How many months after a colleague has left her account is erased; empty: only when somebody does it.
    forget_colleagues_months = models.PositiveSmallIntegerField(
        _("months after which a former colleague's account is erased"),
        null=True,
        blank=True,
        default=36,
        validators=[MinValueValidator(1), MaxValueValidator(120)],
    )
    # From which probability on two records are merged without anybody having looked; empty: never.
    merge_duplicates_from = models.FloatField(
        _("merge duplicates by itself"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0.99), MaxValueValidator(1)],
    )
    # In which calendar month the fiscal year begins; targets and forecasts are told by it.
    fiscal_month = models.PositiveSmallIntegerField(
        _("fiscal year begins in month"), default=1, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    # The house's own VAT ID: to whoever names it VIES gives a number for each question, as proof.
    vat_id = models.CharField(_("own VAT ID (UID)"), max_length=20, blank=True, default="")
    # Whether VAT IDs of customers may be sent to the European Commission's service, which says whether they are valid.
    asks_vies = models.BooleanField(_("ask VIES about VAT IDs"), default=False)
    # A demo house lives on the day its data ends, so that "last 90 days" means something; else empty.
    today = models.DateField(_("pretended today"), null=True, blank=True)
    is_demo = models.BooleanField(_("demo house"), default=False)
    # A copy in which administrators try things out: nothing leaves it (see `lets_out` and `cli.test_copying`).
    is_test_copy = models.BooleanField(_("test copy"), default=False, editable=False)
    copied_at = models.DateTimeField(_("copied"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("house")

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        House.forget()
        transaction.on_commit(House.forget)  # another process may have read it in between

    @classmethod
    def current(cls) -> House:
        """The one house, as the database has it now; made with its defaults when there is none yet."""
        return cls.objects.first() or cls.objects.get_or_create(pk=1)[0]  # two processes may ask at once

    @classmethod
    def known(cls) -> House:
        """The house as it was half a minute ago at most: for what is shown, not for what is written."""
        global _at_hand
        house, until = _at_hand
        if house is not None and time.monotonic() < until:
            return house
        house = cache.get(_KEY)
        if house is None:
            house = cls.current()
            cache.set(_KEY, house, 30)
        _at_hand = (house, time.monotonic() + _AT_HAND)
        return house

    def counts_people(self, on: dt.date) -> bool:
        """Whether figures about single people may be shown on a day."""
        return self.works_agreement_on is not None and self.works_agreement_on <= on

    @classmethod
    def lets_out(cls) -> bool:
        """Whether mails, calls to other programs and the like may leave the house: whoever sends something asks."""
        return not cls.known().is_test_copy

    def clean(self) -> None:
        if self.works_agreement_on and not self.works_agreement.strip():
            raise ValidationError({"works_agreement": _("Name the agreement, so that people can look it up.")})

    @staticmethod
    def forget() -> None:
        """Read the house anew at the next call of `known` (after it was changed)."""
        global _at_hand
        cache.delete(_KEY)
        _at_hand = (None, 0.0)

    def say(self, text: StrOrPromise) -> str:
        """A lazy text in the language of the house, for the names that it gives itself."""
        with translation.override(self.language):
            return str(text)


_at_hand: tuple[House | None, float] = (None, 0.0)


class Counter(models.Model):
    """The last number given out in a named series, e.g. "account"."""

    series = models.CharField(max_length=40, unique=True)
    last = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("counter")

    def __str__(self) -> str:
        return f"{self.series}: {self.last}"


from kundenkreis.core.search_models import SearchDeletion, SearchEntry, SearchTerm  # noqa: E402, F401
