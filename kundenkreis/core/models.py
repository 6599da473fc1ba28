"""The house itself and number counters; the search index's tables come in from `search_models`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import translation
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_DAYS = [MinValueValidator(1), MaxValueValidator(730)]


class House(models.Model):
    """The company that uses this installation. There is one row; `House.current()` is the way to it."""

    name = models.CharField(_("company name"), max_length=200, default="Kundenkreis")
    currency = models.CharField(_("house currency"), max_length=3, default="EUR")
    country = models.CharField(_("country"), max_length=2, default="AT")
    language = models.CharField(_("language"), max_length=2, default="de")
    # A demo house lives on the day its data ends, so that "last 90 days" means something; else empty.
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
    today = models.DateField(_("pretended today"), null=True, blank=True)
    is_demo = models.BooleanField(_("demo house"), default=False)

    class Meta:
        verbose_name = _("house")

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> House:
        """The one house; made with its defaults when there is none yet."""
        return cls.objects.first() or cls.objects.create(pk=1)

    def say(self, text: StrOrPromise) -> str:
        """A lazy text in the language of the house, for the names that it gives itself."""
        with translation.override(self.language):
            return str(text)


class Counter(models.Model):
    """The last number given out in a named series, e.g. "account"."""

    series = models.CharField(max_length=40, unique=True)
    last = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("counter")

    def __str__(self) -> str:
        return f"{self.series}: {self.last}"


from kundenkreis.core.search_models import SearchDeletion, SearchEntry, SearchTerm  # noqa: E402, F401
