"""What a layout must be like: read from what somebody gives, in words where it is none."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from kundenkreis.fields import known as custom
from kundenkreis.fields import layouts

MOST_GROUPS = 40
_KEY = re.compile(r"[a-z0-9_:]{1,60}", re.ASCII)


def checked(noun: str, given: Any) -> list[dict[str, Any]]:
    """The groups as they are kept. Raises ValidationError under "groups"."""
    try:
        return _checked(noun, given)
    except ValidationError as wrong:
        raise ValidationError({"groups": wrong.messages[0]}) from wrong


def _checked(noun: str, given: Any) -> list[dict[str, Any]]:
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_GROUPS:
        raise ValidationError(_("A layout has 1 to %(n)d groups.") % {"n": MOST_GROUPS})
    found, keys, names = [], set[str](), set[str]()
    for group in given:
        if not isinstance(group, dict) or not all(isinstance(group.get(part, ""), str) for part in ("key", "en", "de")):
            raise ValidationError(_("This is no layout."))
        key, english, german = group.get("key", ""), group.get("en", "").strip(), group.get("de", "").strip()
        if not (english or german) or max(len(english), len(german)) > 80 or "\0" in english + german:
            raise ValidationError(_("Each group has a heading of at most 80 characters."))
        if not _KEY.fullmatch(key) or key in keys:
            raise ValidationError(
                _("“%(key)s” is no key of a group, or is there twice.") % {"key": key.replace("\0", "")[:60]}
            )
        keys.add(key)
        fields = group.get("fields", [])
        if not isinstance(fields, list):
            raise ValidationError(_("This is no layout."))
        found.append({"key": key, "en": english, "de": german, "fields": [_field(noun, one, names) for one in fields]})
    return found


def _field(noun: str, one: Any, names: set[str]) -> dict[str, Any]:
    arranged = layouts.NOUNS[noun]
    if not isinstance(one, dict) or not isinstance(one.get("name"), str):
        raise ValidationError(_("This is no layout."))
    name = one["name"]
    own = custom.of(noun).by_name.get(name)
    if name not in arranged.names and own is None:
        raise ValidationError(_("There is no field “%(key)s”.") % {"key": name.replace("\0", "")[:60]})
    if name in names:
        raise ValidationError(_("“%(label)s” is there twice.") % {"label": name})
    names.add(name)
    page, form, required = (
        bool(one.get(part, usual)) for part, usual in (("page", True), ("form", True), ("required", False))
    )
    if name in arranged.needed and not form:
        label = arranged.label_of(name)
        raise ValidationError(_("“%(label)s” is required; the form cannot do without it.") % {"label": label})
    if own is not None and own.is_required and not form:
        raise ValidationError(_("“%(label)s” is required; the form cannot do without it.") % {"label": own.label})
    can_ask = own is None and name in arranged.form or own is not None and not own.is_worked_out
    return {"name": name, "page": page, "form": form, "required": required and form and can_ask}


def as_kept(sections: list[layouts.Section]) -> list[dict[str, Any]]:
    """Sections as a layout keeps them: the beginning of a house's own."""
    from django.utils import translation

    found = []
    for section in sections:
        said = {}
        for code in ("en", "de"):
            with translation.override(code):
                said[code] = str(section.label) or (_("Further details"))
        fields = [{"name": f.name, "page": f.page, "form": f.form, "required": f.required} for f in section.fields]
        found.append({"key": section.key, **said, "fields": fields})
    return found
