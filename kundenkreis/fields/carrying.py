"""What of this room is carried from house to house: custom fields, pick lists, layouts (see `configuration`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from kundenkreis.configuration import parts
from kundenkreis.configuration.parts import Change, Conflict, Definition, Part
from kundenkreis.fields import arranging, known, layouts, picking, picks
from kundenkreis.fields.models import CustomField, Layout, PickList
from kundenkreis.fields.nouns import NOUNS
from kundenkreis.fields.shaping import settled
from kundenkreis.history.models import Batch
from kundenkreis.history.recording import Actor
from kundenkreis.staff.roles import Role

CARRIED = (
    "kind", "label_en", "label_de", "help_en", "help_de", "group_en", "group_de", "position", "choices", "is_required", "required_roles",
    "required_stages", "decimals", "currency", "formula", "refers_to", "rollup", "is_indexed", "is_searched",
)  # fmt: skip
_KINDS_OF: dict[str, type] = {
    "choices": list, "rollup": dict, "required_roles": list, "required_stages": list, "position": int,
    "decimals": int, "is_required": bool, "is_indexed": bool, "is_searched": bool,
}  # fmt: skip
_MOST_NUMBER = 32_767  # that a small column takes


def tell() -> None:
    parts.tell(
        Part(
            name="custom_fields", label=lazy("Custom fields"), models=(CustomField,), dump=_fields, wrong=_wrong_field, put=_put_fields,
            drop=_retire_fields, title=_field_title, labels={name: CustomField._meta.get_field(name).verbose_name for name in CARRIED},  # type: ignore[union-attr]
            told=_field_told, conflicts=_field_conflicts,
        )
    )  # fmt: skip
    parts.tell(
        Part(
            name="pick_lists", label=lazy("Pick lists"), models=(PickList,), dump=_lists, wrong=_wrong_list, put=_put_lists, drop=_drop_lists,
            title=lambda key, definition: _list_label(key), labels={"choices": lazy("values")}, told=_choice_told,
            conflicts=_list_conflicts, shipped=_shipped_list,
        )
    )  # fmt: skip
    parts.tell(
        Part(
            name="layouts", label=lazy("Layouts"), models=(Layout,), dump=_layouts, wrong=_wrong_layout, put=_put_layouts, drop=_drop_layouts,
            title=_layout_title, labels={"groups": lazy("groups")}, told=_group_told, after=("custom_fields",), shipped=_shipped_layout,
        )
    )  # fmt: skip


def _told(key: str, verb: Any) -> None:
    """Call a verb; what it refuses is said of the definition."""
    try:
        verb()
    except ValidationError as wrong:
        raise ValidationError(_("“%(key)s”: %(why)s") % {"key": key, "why": " ".join(wrong.messages)}) from wrong


def _choice_told(name: str, value: Any) -> str:
    if not isinstance(value, dict):
        return str(value)
    names = known._said(value.get("en", ""), value.get("de", "")) or str(value.get("key", ""))
    return f"{names} ({_('retired')})" if value.get("retired") else names


def _are_choices(given: Any) -> bool:
    texts = ("key", "en", "de", "merged")
    return isinstance(given, list) and all(
        isinstance(one, dict) and one.get("key") and all(isinstance(one.get(text, ""), str) for text in texts)
        for one in given
    )


# --- custom fields


def _fields() -> Mapping[str, Definition]:
    rows = CustomField.objects.active().in_order()
    return {f"{one.belongs_to}.{one.key}": {name: getattr(one, name) for name in CARRIED} for one in rows}


def _wrong_field(key: str, definition: Any) -> str:
    noun, _dot, rest = key.partition(".")
    if noun not in NOUNS or not rest or len(rest) > 40:
        return _("There is no field “%(key)s”.") % {"key": key[:60]}
    if (
        not isinstance(definition, dict)
        or not set(definition) <= set(CARRIED)
        or definition.get("kind") not in CustomField.Kind.values
    ):
        return _("This is no custom field.")
    for name, value in definition.items():
        wanted = _KINDS_OF.get(name, str)
        if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is int):
            return _("This is no custom field.")
        if wanted is int and not 0 <= definition[name] <= _MOST_NUMBER:
            return _("This is no custom field.")
        if name.startswith("required_") and not all(isinstance(one, str) for one in definition[name]):
            return _("This is no custom field.")
    if "choices" in definition and not _are_choices(definition["choices"]):
        return _("Each choice has a label in English or in German.")
    return ""


def _put_fields(changes: Sequence[Change], *, by: Actor | None, batch: Batch, now: dt.datetime) -> None:
    """A retired field of the same key comes back. What formulas and roll-ups read comes before them; choices that may be in use stay, retired."""
    there = {f"{one.belongs_to}.{one.key}": one for one in CustomField.objects.living()}
    worked_out = {CustomField.Kind.ROLLUP: 1, CustomField.Kind.FORMULA: 2}
    for one in sorted(
        changes, key=lambda one: (worked_out.get((one.after or {})["kind"], 0), (one.after or {}).get("position", 0))
    ):
        noun, _dot, key = one.key.partition(".")
        present, values = there.get(one.key), dict(one.after or {})
        if present is None:
            _told(one.key, lambda: CustomField.add(by=by, now=now, batch=batch, belongs_to=noun, key=key, **values))  # noqa: B023
            continue
        if "choices" in values:
            values["choices"] = _with_left(present.choices, values["choices"])
        values |= {"retired_at": None} if present.retired_at is not None else {}
        _told(one.key, lambda: present.change(by=by, now=now, batch=batch, **values))  # noqa: B023


def _with_left(present: list[Definition], wanted: list[Definition]) -> list[Definition]:
    keys = {one["key"] for one in wanted}
    left = [{**one, "retired": True} for one in present if one["key"] not in keys]
    return [*wanted, *left]


def _retire_fields(changes: Sequence[Change], *, by: Actor | None, batch: Batch, now: dt.datetime) -> None:
    there = {f"{one.belongs_to}.{one.key}": one for one in CustomField.objects.active()}
    order = {CustomField.Kind.FORMULA: 0, CustomField.Kind.ROLLUP: 1}
    for one in sorted(changes, key=lambda one: order.get((one.before or {})["kind"], 2)):
        if (present := there.get(one.key)) is not None:
            _told(one.key, lambda: present.change(by=by, now=now, batch=batch, verb="retired", retired_at=now))  # noqa: B023


def _field_title(key: str, definition: Definition) -> str:
    noun, _dot, rest = key.partition(".")
    label = known._said(definition.get("label_en", ""), definition.get("label_de", "")) or rest
    return f"{NOUNS[noun].label}: {label}" if noun in NOUNS else label


def _field_told(name: str, value: Any) -> str:
    if name == "kind" and value in CustomField.Kind.values:
        return str(CustomField.Kind(value).label)
    if name == "required_roles":
        return ", ".join(str(dict(Role.choices).get(one, one)) for one in value)
    if isinstance(value, dict):
        return _choice_told(name, value) if "key" in value else ", ".join(f"{k} {v}" for k, v in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _field_conflicts(change: Change) -> list[Conflict]:
    before, after, found = change.before, change.after, []
    if after is None:
        return [Conflict(_("It is retired: what it holds stays, and is asked for no more."))]
    if strange := [one for one in after.get("required_roles", []) if one not in Role.values]:
        found.append(Conflict(_("There is no role “%(role)s” here.") % {"role": strange[0][:40]}, stops=True))
    if before is None:
        noun, _dot, key = change.key.partition(".")
        retired = CustomField.objects.living().filter(belongs_to=noun, key=key).exclude(retired_at=None).first()
        if retired is not None and retired.kind != after["kind"]:
            found.append(
                Conflict(
                    _("A retired field of this key is of another kind: %(kind)s.")
                    % {"kind": retired.get_kind_display()},
                    stops=True,
                )
            )
        return found
    if before["kind"] != after["kind"]:
        said = _(
            "Another kind would lose values. Choose it on the field's own page, with a preview of what becomes of them."
        )
        found.append(Conflict(said, stops=True))
    if before["refers_to"] != after.get("refers_to", before["refers_to"]):
        found.append(Conflict(_("To what a field leads never changes."), stops=True))
    if before["decimals"] > after.get("decimals", before["decimals"]):
        found.append(Conflict(_("There may be values with more decimals. Choose as many or more."), stops=True))
    return found + _of_choices(_kept_of(change.key), before.get("choices", []), after.get("choices", []))


def _kept_of(key: str) -> picking.Kept | None:
    noun, _dot, rest = key.partition(".")
    return picking.get(f"{noun}.{picking.OF_FIELD}{rest}")


def _of_choices(kept: picking.Kept | None, before: list[Definition], after: list[Definition]) -> list[Conflict]:
    """Values that records hold and that would be offered no more."""
    offered = {one["key"] for one in after if not one.get("retired")}
    lost = {one["key"]: one for one in before if not one.get("retired") and one["key"] not in offered}
    if kept is None or not lost:
        return []
    used = {key: count for key, count in picking.used(kept, list(lost)).items() if count}
    names = ", ".join(f"{_choice_told('', lost[key])} ({count})" for key, count in list(used.items())[:8])
    return (
        [Conflict(_("Records hold what would be offered no more, and keep it: %(names)s.") % {"names": names})]
        if used
        else []
    )


# --- pick lists


def _lists() -> Mapping[str, Definition]:
    rows = PickList.objects.living().filter(name__in=list(picks.LISTS)).order_by("name")
    return {one.name: {"choices": one.choices} for one in rows}


def _wrong_list(key: str, definition: Any) -> str:
    if key not in picks.LISTS:
        return _("There is no list “%(name)s”.") % {"name": key[:60]}
    if not isinstance(definition, dict) or set(definition) != {"choices"} or not _are_choices(definition["choices"]):
        return _("Each choice has a label in English or in German.")
    return ""


def _put_lists(changes: Sequence[Change], *, by: Actor | None, batch: Batch, now: dt.datetime) -> None:
    """What records hold stays on the list, retired."""
    for one in changes:
        kept = picking.get(one.key)
        assert kept is not None  # the file was refused else
        wanted = (one.after or {})["choices"]
        if kept.record is None:
            _told(one.key, lambda: PickList.add(by=by, now=now, batch=batch, name=one.key, choices=wanted))  # noqa: B023
            continue
        keys = {choice["key"] for choice in wanted}
        used = picking.used(kept, [choice["key"] for choice in kept.record.choices if choice["key"] not in keys])
        left = [choice for choice in kept.record.choices if used.get(choice["key"])]
        _told(one.key, lambda: kept.record.change(by=by, now=now, batch=batch, choices=_with_left(left, wanted)))  # type: ignore[union-attr]  # noqa: B023


def _drop_lists(changes: Sequence[Change], *, by: Actor | None, batch: Batch, now: dt.datetime) -> None:
    for one in PickList.objects.living().filter(name__in=[change.key for change in changes]):
        one.discard(by=by, now=now, batch=batch)


def _list_label(key: str) -> str:
    listing = picks.LISTS.get(key)
    noun = key.partition(".")[0]
    label = str(listing.label) if listing else key
    return f"{NOUNS[noun].label}: {label}" if noun in NOUNS else label


def _shipped_list(key: str) -> Definition | None:
    """How a fixed list is called without the house; one of the house's own is empty then."""
    listing = picks.LISTS.get(key)
    return {"choices": [one.kept() for one in listing.shipped()]} if listing and not listing.is_own else None


def _list_conflicts(change: Change) -> list[Conflict]:
    kept = picking.get(change.key)
    found = _of_choices(kept, (change.before or {}).get("choices", []), (change.after or {}).get("choices", []))
    if kept is not None and kept.is_own and change.before is None and (so_far := picking.written_so_far(kept)):
        wanted = {one["key"] for one in (change.after or {}).get("choices", [])}
        if left := [text for text, _count in so_far if text not in wanted]:
            said = _("Records hold texts that are not on the list, and keep them: %(names)s.")
            found.append(Conflict(said % {"names": ", ".join(left[:8]) + (" …" if len(left) > 8 else "")}))
    return found


# --- layouts


def _layouts() -> Mapping[str, Definition]:
    rows = Layout.objects.living().filter(belongs_to__in=list(layouts.NOUNS)).order_by("belongs_to", "role")
    return {f"{one.belongs_to}/{one.role}": {"groups": one.groups} for one in rows}


def _wrong_layout(key: str, definition: Any) -> str:
    if key.partition("/")[0] not in layouts.NOUNS:
        return _("There is no layout of that.")
    if not isinstance(definition, dict) or set(definition) != {"groups"} or not isinstance(definition["groups"], list):
        return _("This is no layout.")
    for group in definition["groups"]:
        texts = isinstance(group, dict) and all(isinstance(group.get(part, ""), str) for part in ("key", "en", "de"))
        if not texts or not group.get("key") or not isinstance(group.get("fields", []), list):
            return _("This is no layout.")
        if not all(isinstance(one, dict) and isinstance(one.get("name"), str) for one in group.get("fields", [])):
            return _("This is no layout.")
    return ""


def _put_layouts(changes: Sequence[Change], *, by: Actor | None, batch: Batch, now: dt.datetime) -> None:
    for one in changes:
        noun, _slash, role = one.key.partition("/")
        groups = (one.after or {})["groups"]
        _told(_layout_title(one.key, {}), lambda: settled(noun, role, groups, by=by, now=now, batch=batch))  # noqa: B023


def _drop_layouts(changes: Sequence[Change], *, by: Actor | None, batch: Batch, now: dt.datetime) -> None:
    for change in changes:
        noun, _slash, role = change.key.partition("/")
        for one in Layout.objects.living().filter(belongs_to=noun, role=role):
            one.discard(by=by, now=now, batch=batch)


def _shipped_layout(key: str) -> Definition | None:
    noun = key.partition("/")[0]
    return {"groups": arranging.as_kept(layouts.shipped(noun))} if noun in layouts.NOUNS else None


def _layout_title(key: str, definition: Definition) -> str:
    noun, _slash, role = key.partition("/")
    label = str(layouts.NOUNS[noun].label) if noun in layouts.NOUNS else noun
    return f"{label}, {dict(Role.choices).get(role, role)}" if role else label


def _group_told(name: str, value: Any) -> str:
    if not isinstance(value, dict):
        return str(value)
    heading = known._said(value.get("en", ""), value.get("de", "")) or str(value.get("key", ""))
    return f"{heading} ({len(value.get('fields', []))})"
