"""Records that may be the same one: asked before something is made twice."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from kundenkreis.core.text import fold
from kundenkreis.customers.models import Account, Contact


def accounts_like(
    *, name: str = "", vat_id: str = "", email: str = "", among: QuerySet[Account], most: int = 5
) -> list[Account]:
    """Living accounts with the same folded name, VAT ID or mail address, the oldest first."""
    same = Q(pk__in=[])
    if name.strip():
        same |= Q(key=fold(name)[:200])
    if vat_id.strip():
        same |= Q(vat_id="".join(vat_id.split()).upper())
    if email.strip():
        same |= Q(email=email.strip().lower()) | Q(email=email.strip())
    return list(among.filter(same, deleted_at=None).order_by("pk")[:most])


def contacts_like(*, email: str = "", among: QuerySet[Contact], most: int = 5) -> list[Contact]:
    """Living contacts with the same mail address, the oldest first."""
    if not email.strip():
        return []
    return list(
        among.filter(email=email.strip().lower(), deleted_at=None).select_related("main_account").order_by("pk")[:most]
    )
