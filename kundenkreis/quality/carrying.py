"""Data quality rules as a part of the configuration that goes from house to house (see `configuration`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from kundenkreis.configuration import parts
from kundenkreis.configuration.parts import Change, Conflict, Definition, Part
from kundenkreis.core.filters import BadFilter, parse
from kundenkreis.history.models import Batch
from kundenkreis.history.recording import Actor
from kundenkreis.quality.rules import Noun, QualityRule, filters_of
from kundenkreis.quality.standards.demands import Kind

CARRIED = ("noun_of", "field", "kind", "conditions", "days", "weight", "note")
_SAME = ("noun_of", "field", "kind", "conditions")  # by which a rule is the same in two houses
_NAMED = ("owner", "team", "territory", "tag")  # conditions that name a record of the house by its number


def tell() -> None:
    parts.tell(
        Part(
            name="quality_rules", label=lazy("Data quality rules"), models=(QualityRule,), dump=_rules, wrong=_wrong, put=_put, drop=_drop,
            title=_title, labels={name: QualityRule._meta.get_field(name).verbose_name for name in CARRIED},  # type: ignore[union-attr]
            told=_told, conflicts=_conflicts, after=("custom_fields", "pick_lists"),
        )
    )  # fmt: skip


def _key(rule: Mapping[str, Any]) -> str:
    return " ".join([rule["noun_of"], rule["field"] or "-", rule["kind"], *rule["conditions"]])


def _rules() -> Mapping[str, Definition]:
    rows = QualityRule.objects.living().order_by("noun_of", "field", "kind", "pk").values(*CARRIED)
    return {_key(row): dict(row) for row in rows}


def _wrong(key: str, definition: Any) -> str:
    said = _("This is no data quality rule.")
    if not isinstance(definition, dict) or not set(_SAME) <= set(definition) <= set(CARRIED):
        return said
    texts = ("noun_of", "field", "kind", "note")
    days, weight, conditions = definition.get("days"), definition.get("weight", 1), definition["conditions"]
    sound = (
        all(isinstance(definition.get(name, ""), str) for name in texts)
        and isinstance(conditions, list)
        and all(isinstance(one, str) for one in conditions)
        and (days is None or _is_number(days, 36_500))
        and _is_number(weight, 9)
        and definition["noun_of"] in Noun.values
        and definition["kind"] in Kind.values
        and key == _key(definition)
    )
    return "" if sound else said


def _is_number(value: Any, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most


def _put(changes: Sequence[Change], *, by: Actor | None, batch: Batch, now: dt.datetime) -> None:
    there = {_key({name: getattr(one, name) for name in _SAME}): one for one in QualityRule.objects.living()}
    for one in changes:
        values = dict(one.after or {})
        if one.key not in there:
            QualityRule.add(by=by, now=now, batch=batch, **values)
        else:
            rest = {name: value for name, value in values.items() if name not in _SAME}
            there[one.key].change(by=by, now=now, batch=batch, **rest)


def _drop(changes: Sequence[Change], *, by: Actor | None, batch: Batch, now: dt.datetime) -> None:
    gone = {one.key for one in changes}
    for one in QualityRule.objects.living():
        if _key({name: getattr(one, name) for name in _SAME}) in gone:
            one.discard(by=by, now=now, batch=batch)


def _title(key: str, definition: Definition) -> str:
    rule = QualityRule(**{name: definition[name] for name in ("noun_of", "field", "kind")})
    return " · ".join([rule.name, *definition["conditions"]])


def _told(name: str, value: Any) -> str:
    if name in ("noun_of", "kind"):
        return str(dict(Noun.choices if name == "noun_of" else Kind.choices).get(value, value))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _conflicts(change: Change) -> Sequence[Conflict]:
    """Conditions that cannot be asked here, unless the file brings the field along, and people, teams, territories and tags that are others,
    or nobody, in this house.
    """
    if change.after is None:
        return ()
    try:
        asked = list(parse(change.after["conditions"], filters_of(change.after["noun_of"])).asked())
    except BadFilter as bad:
        return (Conflict(str(bad)),)
    return list(_named(one for one in asked if one.name in _NAMED))


def _named(conditions: Any) -> Iterator[Conflict]:
    for one in conditions:
        labels = one.filter.labels()
        for text in one.texts:
            if text in labels:
                said = _("“%(label)s” number %(number)s is “%(name)s” here. Is it the same in the other house?")
                yield Conflict(said % {"label": one.filter.label, "number": text, "name": labels[text]})
            elif text.isdigit():
                said = _("“%(label)s” number %(number)s does not exist here.")
                yield Conflict(said % {"label": one.filter.label, "number": text}, stops=True)
