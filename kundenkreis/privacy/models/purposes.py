"""What data about people are held for: the record of processing activities (Art. 30 GDPR), and who answers for it."""

from __future__ import annotations

from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.models import House
from kundenkreis.core.records import RecordQuerySet, bin_index
from kundenkreis.history.recording import Recorded
from kundenkreis.staff import access
from kundenkreis.staff.models import User

LONG = 2_000
MOST = 100  # purposes of one house
_BOTH = ("name", "interest", "people", "recipients", "transfers", "retention", "measures")


class Basis(models.TextChoices):
    """Art. 6 (1) GDPR."""

    CONSENT = "a", _("consent (Art. 6 (1) a)")
    CONTRACT = "b", _("contract (Art. 6 (1) b)")
    OBLIGATION = "c", _("legal obligation (Art. 6 (1) c)")
    VITAL = "d", _("vital interests (Art. 6 (1) d)")
    PUBLIC = "e", _("public interest (Art. 6 (1) e)")
    INTEREST = "f", _("legitimate interests (Art. 6 (1) f)")


class PurposeQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self if access.reach(user, "privacy.see") else self.none()


def _text(label: Any, blank: bool = True) -> models.TextField:
    return models.TextField(label, blank=blank, max_length=LONG)


class Purpose(Recorded):
    """One line of the record. What a person reads stands in both languages: `said("people")` is in the reader's.

    `covers` names what of the inventory serves it: a purpose of the inventory ("sales") or a single table ("orders.Order").
    """

    key = models.CharField(_("key"), max_length=40, validators=[RegexValidator(r"^[a-z][a-z0-9_]*\Z")])
    position = models.PositiveSmallIntegerField(_("place in the record"), default=100)
    name_de = models.CharField(_("purpose, in German"), max_length=160)
    name_en = models.CharField(_("purpose, in English"), max_length=160)
    bases = models.JSONField(_("legal basis"), default=list)
    interest_de = _text(_("legitimate interest, or the law that obliges, in German"))
    interest_en = _text(_("legitimate interest, or the law that obliges, in English"))
    people_de = _text(_("categories of people, in German"), blank=False)
    people_en = _text(_("categories of people, in English"), blank=False)
    covers = models.JSONField(_("data, as the inventory names them"), default=list, blank=True)
    recipients_de = _text(_("recipients, in German"))
    recipients_en = _text(_("recipients, in English"))
    transfers_de = _text(_("transfers to third countries and their safeguard, in German"))
    transfers_en = _text(_("transfers to third countries and their safeguard, in English"))
    retention_de = _text(_("how long the data are kept, in German"), blank=False)
    retention_en = _text(_("how long the data are kept, in English"), blank=False)
    retention_source = models.CharField(_("what that rests on"), max_length=200, blank=True)
    measures_de = _text(_("technical and organisational measures, in German"))
    measures_en = _text(_("technical and organisational measures, in English"))
    responsible = models.ForeignKey(
        User, verbose_name=_("who answers for it"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = PurposeQuerySet.as_manager()

    class Meta:
        verbose_name = _("purpose of processing")
        verbose_name_plural = _("purposes of processing")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=models.Q(deleted_at=None), name="privacy_purpose_key",
                violation_error_message=_("There is a purpose with this key already."),
            )
        ]  # fmt: skip
        indexes = [bin_index("privacy_purpose_bin")]

    def __str__(self) -> str:
        return self.said("name")

    def said(self, name: str) -> str:
        """A text in the language that is spoken now; in the other one where it is empty."""
        first, second = ("de", "en") if (get_language() or "")[:2] == "de" else ("en", "de")
        return getattr(self, f"{name}_{first}") or getattr(self, f"{name}_{second}")

    def basis_names(self) -> list[str]:
        return [str(Basis(one).label) for one in self.bases if one in Basis.values]

    def clean(self) -> None:
        errors: dict[str, Any] = {}
        if not isinstance(self.bases, list) or not self.bases or set(map(str, self.bases)) - set(Basis.values):
            errors["bases"] = translated("Name at least one legal basis, by its letter in Art. 6 (1).")
        elif {Basis.INTEREST.value, Basis.OBLIGATION.value} & set(self.bases) and not (
            self.interest_de.strip() or self.interest_en.strip()
        ):
            errors["interest_de"] = translated("Name the legitimate interest, or the law that obliges the house.")
        if not isinstance(self.covers, list) or not all(isinstance(one, str) for one in self.covers):
            errors["covers"] = translated("Write what is covered as texts.")
        elif unknown := self._unknown():
            errors["covers"] = translated("The inventory does not know: %(names)s") % {
                "names": ", ".join(unknown)[:200]
            }
        if errors:
            raise ValidationError(errors)
        if self.pk is None and Purpose.objects.living().count() >= MOST:
            raise ValidationError(translated("A house has at most %(most)d purposes.") % {"most": MOST})

    def _unknown(self) -> list[str]:
        from kundenkreis.privacy.processing import coverable

        return sorted(set(self.covers) - coverable())


class Controller(Recorded):
    """Who is responsible in the sense of the GDPR, and how she is reached: the head of the record. There is one row."""

    name = models.CharField(_("controller"), max_length=200, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    register = models.CharField(_("register number"), max_length=80, blank=True)
    representative = models.CharField(_("representative (Art. 27) or managing director"), max_length=300, blank=True)
    officer = models.CharField(
        _("data protection officer, or who answers for data protection"), max_length=300, blank=True
    )
    authority = models.CharField(
        _("data protection authority"), max_length=300, blank=True,
        default="Österreichische Datenschutzbehörde, Barichgasse 40–42, 1030 Wien, dsb@dsb.gv.at, +43 1 52152-0",
    )  # fmt: skip

    objects = PurposeQuerySet.as_manager()

    class Meta:
        verbose_name = _("controller")
        verbose_name_plural = _("controllers")

    def __str__(self) -> str:
        return self.name or House.known().name

    @classmethod
    def current(cls) -> Controller:
        """The one row; not stored yet before the house has said anything."""
        return cls.objects.living().order_by("pk").first() or cls(name=House.known().name)

    @classmethod
    def say(cls, *, by: Any, **values: Any) -> Controller:
        """Write down who is responsible; one event if anything differs."""
        present = cls.objects.living().order_by("pk").first()
        if present is None:
            return cls.add(by=by, **values)
        present.change(by=by, **values)
        return present


def both(name: str) -> tuple[str, str]:
    """The two columns in which a text stands."""
    return f"{name}_de", f"{name}_en"


TEXTS = tuple(column for name in _BOTH for column in both(name))
