"""One new record against the whole house while somebody waits: by the table of keys and the house's indexes, weighed in Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.cache import cache

from kundenkreis.core.text import fold
from kundenkreis.customers import alike
from kundenkreis.customers.models import Account, Contact, match_keys
from kundenkreis.quality.matching import saying
from kundenkreis.quality.matching.comparisons import BY_KIND, Matched
from kundenkreis.quality.matching.scoring import Likeness, prior, weigh
from kundenkreis.quality.matching.weights import Weights, shipped
from kundenkreis.quality.pairs import DuplicateRun

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# Who types something is told of what is a little less likely than what stands in the queue: to look costs her a second.
LIKELY_ENOUGH = -4.0
PER_KEY = 40  # candidates of one key that are looked at
SHOWN = 5
# Agreements of which one is always told, however many records there are.
ALWAYS = {
    "account": {("name", "same"), ("vat_id", "same"), ("register_number", "same"), ("gln", "same")},
    "contact": {("email", "same")},
}
_KEPT = "quality.matching.weights"
_SECONDS = 60


@dataclass(frozen=True)
class Twin:
    """A record that the new one may be, and how they agree."""

    record: Any
    likeness: Likeness

    @property
    def agreeing(self) -> list[StrOrPromise]:
        """The fields that speak for it."""
        return [saying.FIELDS[one.field] for one in self.likeness.agreements if one.bits > 1]


def accounts_like(values: Mapping[str, Any], user: Any, most: int = SHOWN) -> list[Twin]:
    """Living accounts that the person may see and that one with these values (by field) may be, the likeliest first."""
    raw = dict.fromkeys(alike.BY_KIND["account"].columns, "") | {k: v for k, v in values.items() if isinstance(v, str)}
    raw["key"] = fold(raw["name"])[:200] if raw["name"] else ""
    raw["vat_id"] = "".join(raw["vat_id"].split()).upper()
    same = {name: raw[name] for name in ("key", "vat_id")} | {"email": raw["email"].strip().lower()}
    rows = Account.objects.visible_to(user).living()
    return _twins("account", raw, rows, same, most)


def contacts_like(
    values: Mapping[str, Any], user: Any, account: Account | None = None, most: int = SHOWN
) -> list[Twin]:
    """Living contacts that the person may see and that one with these values, at this account, may be, the likeliest first."""
    raw = dict.fromkeys(alike.BY_KIND["contact"].columns, "") | {k: v for k, v in values.items() if isinstance(v, str)}
    if account is not None:
        raw |= {"account_key": account.key, "country": account.country}
    same = {"email": raw["email"].strip().lower()}
    rows = Contact.objects.visible_to(user).living().select_related("main_account")
    return _twins("contact", raw, rows, same, most)


def _twins(kind: str, raw: dict[str, Any], rows: Any, same: dict[str, str], most: int) -> list[Twin]:
    matched = BY_KIND[kind]
    traits = matched.kind.traits_of(raw)
    ids = set(match_keys.found(match_keys.KINDS[kind], matched.kind.keys_of(traits), PER_KEY))
    ids |= _with_same(rows.model, same)
    if not ids:
        return []
    seen = {record.pk: record for record in rows.filter(pk__listed=sorted(ids))}
    weights, before = known_weights(matched)
    found = []
    for pk, other in alike.RAW[kind](seen).items():
        likeness = weigh(matched, weights, before, traits, matched.kind.traits_of(other))
        told = {(agreement.field, agreement.level) for agreement in likeness.agreements}
        if likeness.weight >= LIKELY_ENOUGH or told & ALWAYS[kind]:
            found.append(Twin(seen[pk], likeness))
    return sorted(found, key=lambda twin: (-twin.likeness.weight, twin.record.pk))[:most]


def _with_same(model: Any, same: dict[str, str]) -> set[int]:
    """Records with one of these values: what an import has brought has no keys before the next search for duplicates.

    Column by column, and each index's own condition said again: SQLite takes a partial index for nothing less, and read a million accounts.
    """
    found: set[int] = set()
    for name, value in same.items():
        if value:
            rows = model._base_manager.filter(**{name: value}, deleted_at=None).exclude(**{name: ""})
            found.update(rows.order_by("pk").values_list("pk", flat=True)[:PER_KEY])
    return found


def known_weights(matched: Matched) -> tuple[Weights, float]:
    """The weights of the last search and the prior of its number of records; the shipped ones before the first. Remembered for a minute."""
    kept = cache.get(_KEPT)
    if kept is None:
        run = DuplicateRun.latest()
        kept = {kind: (run.weights[kind], run.counts[kind]["records"]) for kind in run.weights} if run else {}
        cache.set(_KEPT, kept, _SECONDS)
    if matched.name not in kept:
        weights, count = shipped(matched.name), 1_000
    else:
        told, count = kept[matched.name]
        weights = Weights.from_kept(told)
    return weights, prior(count, weights)


def forget() -> None:
    """Read the weights anew (a search has ended)."""
    cache.delete(_KEPT)
