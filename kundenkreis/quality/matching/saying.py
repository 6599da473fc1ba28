"""How two records agree, in words: the fields, their levels, and the values that stand there now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from kundenkreis.quality.matching.comparisons import DIFFERENT, UNKNOWN

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from kundenkreis.quality.matching.scoring import Likeness

FIELDS: dict[str, StrOrPromise] = {
    "given_name": _("First name"),
    "family_name": _("Last name"),
    "form_of_address": _("Form of address"),
    "email": _("E-mail"),
    "mobile": _("Mobile"),
    "account": _("Account"),
    "address": _("Address"),
    "name": _("Name"),
    "legal_form": _("Legal form"),
    "vat_id": _("VAT ID"),
    "register_number": _("Register number"),
    "gln": _("GLN"),
    "site": _("Address, mail and phone"),
}
_NOT_ALONE = _("not counted on its own")
_SAME, _DIFFERENT, _UNKNOWN = _("the same"), _("different"), _("unknown")
LEVELS: dict[tuple[str, str], StrOrPromise] = {
    ("given_name", "pet_form"): _("a pet form or another spelling of the same name"),
    ("given_name", "initial"): _("an initial"),
    ("given_name", "typing"): _("one typing error apart"),
    ("given_name", "sound"): _("sounds the same"),
    ("family_name", "swapped"): _("first and last name exchanged"),
    ("family_name", "at_home"): _("the same or nearly, at one address or line"),
    ("family_name", "other_at_home"): _("another one, at one address or line"),
    ("family_name", "part"): _("a part in common (double name)"),
    ("family_name", "typing"): _("one typing error apart"),
    ("family_name", "typing_two"): _("two typing errors apart"),
    ("family_name", "sound"): _("sounds the same"),
    ("email", "typing"): _("one typing error apart"),
    ("account", "line"): _("the same, with one phone line"),
    ("account", "typing"): _("one typing error apart"),
    ("account", "host"): _("mail at the same company"),
    ("address", "street"): _("the same street"),
    ("address", "postcode"): _("the same postcode"),
    ("name", "words"): _("the same words in another order"),
    ("name", "typing"): _("one typing error apart"),
    ("name", "typing_two"): _("two typing errors apart"),
    ("name", "sound"): _("sounds the same"),
    ("name", "within"): _("one name within the other"),
    ("vat_id", "typing"): _("one typing error apart"),
    ("site", "reached_and_house"): _("the same mail or phone, and the same house"),
    ("site", "reached"): _("the same mail or phone"),
    ("site", "roof_and_house"): _("the same company's mail or switchboard, and the same house"),
    ("site", "roof"): _("the same company's mail or switchboard"),
    ("site", "house"): _("the same house"),
    ("site", "street"): _("the same street"),
    ("site", "postcode"): _("the same postcode"),
    ("site", "place"): _("the same place"),
}


def level(field: str, code: str) -> StrOrPromise:
    """A level in words of the reader's language."""
    common = {"same": _SAME, DIFFERENT: _DIFFERENT, UNKNOWN: _UNKNOWN}
    return LEVELS[field, code] if (field, code) in LEVELS else common.get(code, code)


@dataclass(frozen=True)
class FieldAgreement:
    """One line of the explanation: what stands in both records, how far it agrees, and what that weighs in bits."""

    field: str
    label: StrOrPromise
    left: str
    right: str
    level: StrOrPromise
    bits: float
    is_unknown: bool

    @property
    def tone(self) -> str:
        """good for what speaks for the same, bad for what speaks against it, "" for neither."""
        return "good" if self.bits > 0.5 else "bad" if self.bits < -0.5 else ""


_OF_CONTACT = {
    "given_name": ("given_name",),
    "family_name": ("family_name",),
    "form_of_address": ("get_form_of_address_display",),
    "email": ("email",),
    "mobile": ("mobile", "phone"),
    "account": ("main_account",),
    "address": (),
}
_OF_ACCOUNT = {
    "name": ("name",),
    "legal_form": (),
    "vat_id": ("vat_id",),
    "register_number": ("register_number",),
    "gln": ("gln",),
    "site": ("street", "postcode", "place", "email", "phone"),
}


def _value(record: Any, names: tuple[str, ...]) -> str:
    values = (getattr(record, name) for name in names)
    return ", ".join(str(value() if callable(value) else value) for value in values if value)


def explained(kind: str, one: Any, other: Any, likeness: Likeness) -> list[FieldAgreement]:
    """The explanation of a pair, field by field, with the values as the records have them now."""
    columns = _OF_ACCOUNT if kind == "account" else _OF_CONTACT
    lines = []
    for agreement in likeness.agreements:
        names = columns.get(agreement.field, ())
        left, right, is_unknown = _value(one, names), _value(other, names), agreement.level == UNKNOWN
        # Both are there, and yet it was not compared: another line counts it.
        said = _NOT_ALONE if is_unknown and left and right else level(agreement.field, agreement.level)
        label = FIELDS.get(agreement.field, agreement.field)
        lines.append(FieldAgreement(agreement.field, label, left, right, said, agreement.bits, is_unknown))
    return lines
