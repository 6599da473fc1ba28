"""What the definition of a custom field must be like. Raises ValidationError, by field, in words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.filters import BadFilter, parse
from kundenkreis.core.text import fold
from kundenkreis.fields import formula, known, sources
from kundenkreis.fields.nouns import NOUNS
from kundenkreis.fields.references import TARGETS
from kundenkreis.fields.stored import KEY
from kundenkreis.staff.roles import Role

if TYPE_CHECKING:
    from kundenkreis.fields.models import CustomField

MOST_CHOICES = 10_000
MOST_FIELDS = 300  # of one noun, retired ones too
MOST_INDEXED = 30  # of one noun: each is written at every change of a record


def free_key(noun: str, label: str) -> str:
    """A key made of a label that no field of the noun has: "Opening hours" → "opening_hours"."""
    from kundenkreis.fields.models import CustomField

    base = _key_of(label) or "field"
    own = {one.name for one in NOUNS[noun].model._meta.get_fields()} if noun in NOUNS else set()
    taken = set(CustomField._base_manager.filter(belongs_to=noun).values_list("key", flat=True)) | own
    taken |= NOUNS[noun].read.keys() if noun in NOUNS else set()
    tries = [base, *(f"{base[:35]}_{number}" for number in range(2, MOST_FIELDS + 2))]
    return next(one for one in tries if one not in taken)


_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def _key_of(label: str) -> str:
    plain = unicodedata.normalize("NFKD", label.lower().translate(_GERMAN)).encode("ascii", "ignore").decode()
    text = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:40].strip("_")
    text = text if not text or text[0].isalpha() else f"f_{text}"[:40].strip("_")
    return text if KEY.fullmatch(text) else ""


def choices(given: Any, longest: int = 0) -> list[dict[str, Any]]:
    """The choices as they are kept; one without a key gets one made of its label. Raises ValidationError under "choices", by line.

    `longest` above 0: a key is a text of at most so many characters, as records of the house hold it, and not a word for programs.
    """
    if not isinstance(given, list) or len(given) > MOST_CHOICES:
        raise ValidationError({"choices": _("At most %(n)d choices.") % {"n": MOST_CHOICES}})
    found: dict[str, dict[str, Any]] = {}
    labels: set[str] = set()
    for line, one in enumerate(given, start=1):
        try:
            made = _choice(one, found, longest)
            label = (made["en"] or made["de"]).casefold()
            if made["key"] in found or label in labels:
                raise ValidationError(_("“%(label)s” is there twice.") % {"label": made["en"] or made["de"]})
        except ValidationError as wrong:
            said = _("Line %(n)d: %(why)s") % {"n": line, "why": wrong.messages[0]}
            raise ValidationError({"choices": said}) from wrong
        labels.add(label)
        found[made["key"]] = made
    _together(found)
    return list(found.values())


def _choice(one: Any, taken: Iterable[str], longest: int) -> dict[str, Any]:
    texts = ("key", "en", "de", "merged")
    if not isinstance(one, dict) or not all(isinstance(one.get(name, ""), str) for name in texts):
        raise ValidationError(_("Each choice has a label in English or in German."))
    english, german = one.get("en", "").strip(), one.get("de", "").strip()
    most = longest or 80
    if not (english or german) or max(len(english), len(german)) > most or "\0" in english + german:
        raise ValidationError(_("Each choice has a label of at most %(n)d characters.") % {"n": most})
    key = one.get("key", "").strip() or _key(english or german, taken, longest)
    if "\0" in key or len(key) > most or (not longest and not re.fullmatch(r"[a-z0-9_]{1,40}", key)):
        raise ValidationError(_("“%(key)s” is no key of a choice.") % {"key": key.replace("\0", "")[:60]})
    marks = {
        name: value
        for name, value in (("default", bool(one.get("default"))), ("merged", one.get("merged", "")))
        if value
    }
    return {"key": key, "en": english, "de": german, "retired": bool(one.get("retired"))} | marks


def _key(label: str, taken: Iterable[str], longest: int) -> str:
    return label if longest else _free(_key_of(label) or "choice", taken)


def _together(found: dict[str, dict[str, Any]]) -> None:
    """What is merged leads to a choice that is there and was not merged itself; what is retired is nobody's usual choice."""
    for one in found.values():
        into = found.get(one.get("merged", "")) if "merged" in one else one
        if into is None or (into is not one and "merged" in into):
            raise ValidationError({"choices": _("“%(key)s” is no key of a choice.") % {"key": one["merged"][:60]}})
        if "merged" in one:
            one["retired"] = True
        if one["retired"]:
            one.pop("default", None)


def refuse_alike(given: list[dict[str, Any]], new: dict[int, int]) -> None:
    """Raises ValidationError under "choices" where a new choice would be read as another on offer: "Café" as "Cafe", in either language.

    `new` are the places of those that are new or have another name, with the line that somebody wrote (0 for none). What stands there
    already may be alike: it waits to be merged.
    """
    seen: dict[str, str] = {}
    own = [place for place, one in enumerate(given) if not one.get("retired")]
    for place in sorted(own, key=lambda at: at in new):
        one, line = given[place], new.get(place, 0)
        texts = {fold(text) or text.strip().casefold(): text for text in (one["en"], one["de"]) if text.strip()}
        if place in new and (alike := [key for key in texts if key in seen]):
            names = {"label": texts[alike[0]], "other": seen[alike[0]]}
            said = _("“%(label)s” is called almost like “%(other)s”.") % names
            raise ValidationError({"choices": _("Line %(n)d: %(why)s") % {"n": line, "why": said} if line else said})
        seen |= texts


def _free(base: str, taken: Iterable[str]) -> str:
    base, number = base[:34], 1
    key = base
    while key in taken:
        number += 1
        key = f"{base}_{number}"
    return key


def rollup(noun: str, given: Any) -> dict[str, Any]:
    """What is rolled up, as it is kept. Raises ValidationError under "rollup", in words."""
    given = given if isinstance(given, dict) else {}
    source = sources.of(noun, str(given.get("of", "")))
    where = given.get("where", [])
    if source is None:
        known_ones = ", ".join(sources.SOURCES.get(noun, {})) or "–"
        raise ValidationError({"rollup": _("Choose what is rolled up: %(names)s.") % {"names": known_ones}})
    how, what = str(given.get("how", "")), str(given.get("what", "") or "")
    measure = source.measures.get(what)
    if how not in sources.HOW or (how != "count" and (measure is None or how not in sources.OF_KIND[measure.kind])):
        raise ValidationError({"rollup": _("That cannot be worked out from it.")})
    if not isinstance(where, list) or not all(isinstance(one, str) for one in where):
        raise ValidationError({"rollup": _("A condition is written as text.")})
    where = list(dict.fromkeys(one.strip() for one in where if one.strip()))
    if len(str(where)) > 4000:
        raise ValidationError({"rollup": _("A condition is too long.")})
    try:
        parse(where, source.asked())
    except BadFilter as bad:
        raise ValidationError({"rollup": str(bad)}) from bad
    return {"of": source.name, "how": how, "what": "" if how == "count" else what, "where": where}


def check(field: CustomField) -> None:
    errors: dict[str, Any] = {}
    if field.belongs_to not in NOUNS:
        said = _("There are custom fields of: %(names)s.") % {"names": ", ".join(sorted(NOUNS))}
        raise ValidationError({"belongs_to": said})
    if not KEY.fullmatch(field.key):
        errors["key"] = _("A key is made of small letters, digits and single underscores, and begins with a letter.")
    if field._state.adding:
        errors |= _of_new(field)
    else:
        errors |= _of_known(field)
    if not (field.label_en.strip() or field.label_de.strip()):
        errors["label_en"] = _("A field needs a label in English or in German.")
    if field.kind in ("choice", "several") and not field.choices:
        errors["choices"] = _("A choice needs something to choose from.")
    if set(field.required_roles) - set(Role.values) or not isinstance(field.required_roles, list):
        errors["required_roles"] = _("There is no such role.")
    if field.kind != "rollup" and field.rollup:
        errors["rollup"] = _("Only a roll-up rolls something up.")
    if (field.kind == "reference") != (field.refers_to in TARGETS):
        one_of = _("Another record is one of: %(names)s.")
        errors["refers_to"] = one_of % {"names": ", ".join(TARGETS)}
    stages = NOUNS[field.belongs_to].stages
    if not isinstance(field.required_stages, list) or not all(one in stages for one in map(str, field.required_stages)):
        errors["required_stages"] = _("There is no such stage.")
    if field.currency and not re.fullmatch("[A-Z]{3}", field.currency):
        errors["currency"] = _("A currency has three capital letters, such as EUR.")
    if field.is_indexed and field.retired_at is None and _indexed(field) >= MOST_INDEXED:
        errors["is_indexed"] = _("At most %(n)d fields can be fast to filter by.") % {"n": MOST_INDEXED}
    if not errors:
        errors |= _of_formulas(field)
    if errors:
        raise ValidationError(errors)


def _of_new(field: CustomField) -> dict[str, Any]:
    others = type(field)._base_manager.filter(belongs_to=field.belongs_to)
    own = {one.name for one in NOUNS[field.belongs_to].model._meta.get_fields()} | NOUNS[field.belongs_to].read.keys()
    if field.key in own or others.filter(key=field.key).exists():
        return {"key": _("There is a field with this key already.")}
    if others.count() >= MOST_FIELDS:
        return {"__all__": _("At most %(n)d fields.") % {"n": MOST_FIELDS}}
    return {}


def _of_known(field: CustomField) -> dict[str, Any]:
    """The key and the noun stay; so does the kind, but for `converting`, and every choice that may be in use."""
    before = type(field)._base_manager.get(pk=field.pk)
    errors: dict[str, Any] = {}
    if (before.belongs_to, before.key) != (field.belongs_to, field.key):
        errors["key"] = _("The key of a field never changes.")
    if before.refers_to != field.refers_to:
        errors["refers_to"] = _("To what a field leads never changes.")
    if before.kind != field.kind and not getattr(field, "is_converting", False):
        errors["kind"] = _("Another kind is chosen with a preview of what becomes of the values.")
    kept = {one["key"] for one in field.choices}
    lost = [one for one in before.choices if one["key"] not in kept]
    if lost and not getattr(field, "is_converting", False):
        said = _("“%(label)s” may be in use. Retire it instead.")
        errors["choices"] = said % {"label": lost[0]["en"] or lost[0]["de"]}
    if field.decimals < before.decimals and not getattr(field, "is_converting", False):
        errors["decimals"] = _("There may be values with more decimals. Choose as many or more.")
    return errors


def _indexed(field: CustomField) -> int:
    return (
        type(field).objects.active().filter(belongs_to=field.belongs_to, is_indexed=True).exclude(pk=field.pk).count()
    )


def _of_formulas(field: CustomField) -> dict[str, Any]:
    """Every formula of the noun, as it would be with this field, can still be read and worked out."""
    rows = type(field).objects.living().filter(belongs_to=field.belongs_to).exclude(pk=field.pk).values()
    own = known.of_row({f.attname: getattr(field, f.attname) for f in field._meta.concrete_fields})
    some = [*map(known.of_row, rows), own]
    if field.kind == "formula":
        try:
            tree = formula.read(field.formula)
        except formula.BadFormula as bad:
            return {"formula": str(bad)}
        if own.key in formula.names(tree):
            return {
                "formula": _("These formulas read each other in a loop: %(loop)s.") % {"loop": f"{own.key} → {own.key}"}
            }
    active = [one for one in some if not one.is_retired]
    kinds = known.read_kinds(field.belongs_to, active)
    trees = {one.key: formula.read(one.formula) for one in active if one.kind == "formula"}
    where = "formula" if field.kind == "formula" else "__all__"
    try:
        formula.ordered(trees)
    except formula.BadFormula as loop:
        return {where: str(loop)}
    for key, tree in trees.items():
        if wrong := _wrong(tree, kinds):
            said = _("The formula of “%(key)s” would not work any more: %(why)s") % {"key": key, "why": wrong}
            return {where: wrong if key == own.key else said}
    return {}


def refuse_if_used(field: CustomField, going: Iterable[tuple[str, str]] = ()) -> None:
    """Raises ValidationError, with a sentence, when a formula reads the field or a record holds a value of it. Formulas among `going`
    (noun, key) go with it.
    """
    reading = [one for one, tree in known.of(field.belongs_to).formulas if field.key in formula.names(tree)]
    if read_by := [one for one in reading if (one.belongs_to, one.key) not in set(going)]:
        said = _("The formula of “%(field)s” reads it.")
        raise ValidationError(said, params={"field": read_by[0].label})
    holding = NOUNS[field.belongs_to].model._base_manager.filter(custom__has_key=field.key)
    if field.kind not in known.WORKED_OUT and holding.exists():
        raise ValidationError(_("It holds values already. Retire it instead."))


def is_used(field: CustomField, going: Iterable[tuple[str, str]] = ()) -> bool:
    try:
        refuse_if_used(field, going)
    except ValidationError:
        return True
    return False


def _wrong(tree: formula.Node, kinds: dict[str, str]) -> str:
    """What is wrong with a formula, as a sentence; "" for nothing."""
    try:
        found = formula.kind_of(tree, kinds)
    except formula.BadFormula as bad:
        return str(bad)
    return str(_("A formula works out a number, a text or a date.")) if found == formula.TRUTH else ""
