"""Values that lead to another record: found by whoever gives them, named for whoever sees the record, and nothing of it for others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.filters import Filter, Found, Picked
from kundenkreis.core.text import fold
from kundenkreis.fields import known
from kundenkreis.fields.known import Field
from kundenkreis.fields.nouns import NOUNS

TARGETS = ("accounts", "contacts", "products")  # nouns that have a page of their own and are found by typing
NO_SUCH = _("There is no such record.")


@dataclass(frozen=True)
class Named:
    """What a reader is told of a referred record. `state`: "" as it is, "bin", "gone" for good, or "unseen", which has no name."""

    pk: int
    text: str = ""
    number: str = ""
    state: str = ""

    @property
    def exported(self) -> str:
        return " ".join(filter(None, (self.number, self.text)))


def model_of(field: Field) -> Any:
    return NOUNS[field.refers_to].model


def standing(field: Field, given: Any) -> Any:
    """The living record with this number; of a merged one, the one that was kept. None for none."""
    rows = model_of(field)._base_manager
    found = rows.filter(pk=given).first()
    if found is not None and getattr(found, "merged_into_id", None):
        found = rows.filter(pk=found.merged_into_id).first()
    return found if found is not None and found.deleted_at is None else None


def number_of(given: Any) -> int | None:
    """The number that a record, a number or digits stand for."""
    pk = getattr(given, "pk", given)
    if isinstance(pk, str) and pk.isascii() and pk.isdigit() and len(pk) < 17:
        pk = int(pk)
    return pk if isinstance(pk, int) and not isinstance(pk, bool) and 0 < pk < 2**53 else None


def refuse_unseen(field: Field, given: Any, present: Any, by: Any) -> None:
    """What a person does not see is to her as if it were not there. Raises ValidationError."""
    pk = number_of(given)
    if by is None or pk is None or pk == present:
        return
    if not model_of(field).objects.visible_to(by).filter(pk=pk).exists():
        raise ValidationError(NO_SUCH)


def named(person: Any, noun: str, numbers: Iterable[int]) -> dict[int, Named]:
    """What this person is told of each of these records, in two queries."""
    wanted = sorted({one for one in numbers if isinstance(one, int)})
    if not wanted:
        return {}
    model: Any = NOUNS[noun].model
    seen = set(model.objects.visible_to(person).filter(pk__listed=wanted).order_by().values_list("pk", flat=True))
    rows = model._base_manager.in_bulk(wanted)
    return {pk: _named(pk, rows.get(pk), pk in seen) for pk in wanted}


def _named(pk: int, record: Any, is_seen: bool) -> Named:
    if record is None:
        return Named(pk, state="gone")
    if not is_seen:
        return Named(pk, state="unseen")
    state = "" if record.deleted_at is None else "bin"
    return Named(pk, str(record), getattr(record, "number", ""), state)


def asked(field: Field, path: str) -> Filter:
    """The filter by the record: chosen by typing, and of what the person does not see nothing is found."""

    def find(text: str, person: Any) -> Found | None:
        pk = number_of(text)
        rows = model_of(field).objects
        record = rows.visible_to(person).filter(pk=pk).first() if person is not None and pk is not None else None
        if record is None:
            return None
        kept = getattr(record, "merged_into_id", None) or record.pk
        return Found(str(record), Q(**{path: kept}))

    def called(text: str, person: Any) -> list[int]:
        words = text.split()
        keys = {fold(text), fold(" ".join([*words[-1:], *words[:-1]]))}
        condition = Q(key__in=keys)
        if any(one.name == "number" for one in model_of(field)._meta.fields):
            condition |= Q(number=text)
        rows = model_of(field).objects.visible_to(person).living().filter(condition)
        return list(rows.order_by().values_list("pk", flat=True)[:2])

    return Filter(
        field.name,
        "reference",
        field.label,
        path,
        find=find,
        picked=Picked(field.refers_to, called),
        index_is_of_living=True,
    )


# --- two records become one ------------------------------------------------------------------------------------------


def pointing(model: type, targets: Mapping[int, int]) -> Iterable[tuple[Any, int, int, dict[str, Any]]]:
    """(model, number, one of `targets`, the values turned) of every record with a custom field that leads to one of `targets`.

    `targets`: merged record → the one that is kept. Reads only. Fields that were retired are turned too.
    """
    for noun, fields in known.all_nouns().items():
        own = [one for one in fields.all if one.kind == "reference" and model_of(one) is model]
        if noun not in NOUNS or not own:
            continue
        rows: Any = NOUNS[noun].model._base_manager
        found: dict[int, tuple[int, dict[str, Any]]] = {}
        for one in own:
            leading = rows.filter(**{f"{one.path}__in": list(targets)})
            # Apart: the index of the field holds what is not in the bin, that of the bin the rest.
            for some in (leading.filter(deleted_at=None), leading.filter(deleted_at__isnull=False)):
                for pk, custom in some.order_by().values_list("pk", "custom"):
                    found[pk] = (custom[one.key], turned(noun, custom, model, targets))
        for pk, (of, custom) in found.items():
            yield NOUNS[noun].model, pk, of, custom


def turned(noun: str, custom: Mapping[str, Any], model: type, targets: Mapping[int, int]) -> dict[str, Any]:
    """Values with what led to a merged record leading to the one that is kept."""
    own = [one.key for one in known.of(noun).all if one.kind == "reference" and model_of(one) is model]
    return {**custom, **{key: targets[custom[key]] for key in own if custom.get(key) in targets}}
