"""Whether a mail address or a number is that of a person whose data must not be used, without keeping it (Art. 18 GDPR).

What else has the address at the time (a switchboard, an office's mail address) tells nothing about her, and is not kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from kundenkreis.core.models import House
from kundenkreis.customers import fingerprints
from kundenkreis.customers.dialling import Number, holding

COLUMNS = ("email", "phone", "mobile")


def digest(text: str, key: str, country: str) -> str:
    """The hash of a mail address or a number as somebody wrote it; "" for what is neither."""
    kind, spelling = ("email", fingerprints.mail(text)) if "@" in text else ("phone", fingerprints.line(text, country))
    return fingerprints.digest(key, f"sealed {kind}", spelling) if spelling else ""


def keep(restriction: int, texts: Iterable[str]) -> int:
    """Keep the hashes of a restricted person's addresses, but those that others have; how many there are."""
    from kundenkreis.customers.models.sealed import SealedAddress

    house = House.known()
    hashes = {digest(text, house.suppression_key, house.country) for text in set(texts) if not _is_shared(text)}
    rows = [SealedAddress(digest=one, restriction=restriction) for one in sorted(hashes - {""})]
    SealedAddress.objects.bulk_create(rows)
    return len(rows)


def forget(restriction: int) -> None:
    """The restriction is over."""
    from kundenkreis.customers.models.sealed import SealedAddress

    SealedAddress.objects.filter(restriction=restriction).delete()


def taken(texts: Iterable[str]) -> set[str]:
    """Those of the texts that are a restricted person's address. One query where nobody is restricted, else one for 5,000 texts."""
    from kundenkreis.customers.models.sealed import SealedAddress

    asked = {text for text in texts if text}
    if not asked or not SealedAddress.objects.exists():
        return set()
    house = House.known()
    hashes = {text: digest(text, house.suppression_key, house.country) for text in asked}
    wanted, known = sorted(set(hashes.values()) - {""}), set()
    for start in range(0, len(wanted), 5000):
        some = SealedAddress.objects.filter(digest__listed=wanted[start : start + 5000])
        known |= set(some.values_list("digest", flat=True))
    return {text for text, one in hashes.items() if one in known}


def said() -> str:
    return _("A person with this address is restricted. Ask whoever answers for data protection.")


def refuse(values: Mapping[str, Any], before: Any = None, columns: Sequence[str] = COLUMNS) -> None:
    """Raises ValidationError, by field, when a new value is a restricted person's address. `before` is the record as it was."""
    new = {name: str(values.get(name) or "") for name in columns}
    new = {name: text for name, text in new.items() if text and text != getattr(before, name, "")}
    if found := taken(new.values()):
        raise ValidationError({name: said() for name, text in new.items() if text in found})


def refuse_return(texts: Iterable[str]) -> None:
    """Raises ValidationError when a record that comes out of the bin would bring a restricted person's address back."""
    if taken(texts):
        raise ValidationError(said())


def refused(rows: Sequence[Mapping[str, Any]]) -> dict[int, ValidationError]:
    """Which of many new rows `refuse` would refuse, by their place."""
    found = taken(str(row.get(name) or "") for row in rows for name in COLUMNS)
    wrong = {}
    for index, row in enumerate(rows):
        if errors := {name: said() for name in COLUMNS if found and str(row.get(name) or "") in found}:
            wrong[index] = ValidationError(errors)
    return wrong


def _is_shared(text: str) -> bool:
    """Whether a living record has this address; hers is not among them any more."""
    from kundenkreis.customers.models import Account, Contact, ContactPoint

    # A number of somebody who lies in the bin is no living record's.
    in_bin = models.Q(contact__deleted_at__isnull=False) | models.Q(account__deleted_at__isnull=False)
    living = (Contact.objects.living(), Account.objects.living(), ContactPoint.objects.living().exclude(in_bin))
    if "@" in text:
        mail = fingerprints.mail(text)
        contacts, accounts, points = living
        rows: list[models.QuerySet] = [contacts.filter(email=mail), accounts.filter(email=mail)]
        rows = [one.exclude(email="") for one in rows] + [points.filter(kind="email", value=mail)]
        return any(one.exists() for one in rows)
    country = House.known().country
    number = Number.read(text, country)
    if number is None:
        return False
    columns = zip((living[0], living[0], living[1], living[2]), ("phone", "mobile", "phone", "value"), strict=True)
    return any(
        (read := Number.read(other, country)) is not None and read.whole == number.whole
        for rows_, column in columns
        for other in holding(rows_, column, number).values_list(column, flat=True)[:100]
    )
