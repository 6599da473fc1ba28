"""What everybody who knows the market sees whole, and what belongs to it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from kundenkreis.core import clock
from kundenkreis.core.records import RecordQuerySet, null_characters
from kundenkreis.history.recording import Recorded
from kundenkreis.staff import access

FIRST_YEAR, MOST_PARTS = 1950, 100
YEAR = [MinValueValidator(FIRST_YEAR), MaxValueValidator(2200)]
AMOUNT = [MinValueValidator(Decimal(0))]
PERCENT = [MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))]


class MarketQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.all() if access.may(user, "market.see") else self.none()


class Known(Recorded):
    """What everybody who knows the market sees whole."""

    class Meta:
        abstract = True

    def within(self, reach: access.Reach) -> bool:
        return reach.everything

    def clean(self) -> None:
        if wrong := null_characters(self) | self.wrong():
            raise ValidationError(wrong)

    def wrong(self) -> dict[str, Any]:
        """What else is wrong, by field."""
        return {}

    def timeline_account_id(self) -> None:
        return None


class Part(Known):
    """What belongs to one of the records above, and goes with it."""

    whole: ClassVar[str] = ""

    class Meta:
        abstract = True

    def refuse_in_future(self, name: str) -> dict[str, Any]:
        day = getattr(self, name)
        return {name: _("This day is still to come.")} if day is not None and day > clock.today() else {}
