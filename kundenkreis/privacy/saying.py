"""Names of tables, places and columns as people read them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from kundenkreis.privacy import holding, inventory

# Tables and places without a model of ours, or whose name is for programs.
_PLACES = {
    "core_searchindex": _("Words of the search box"),
    "core_searchtext": _("Words of long texts"),
    "core_searchtextterm": _("Words of long texts"),
    "core.SearchEntry": _("Words of the search box"),
    "core.SearchTerm": _("Words of the search box"),
    "core.SearchDeletion": _("Words of the search box"),
    "jobs": _("Queue of background work"),
    "files/": _("Files"),
    "imports/": _("Imported files"),
    "facts/": _("Facts of orders"),
    "cache.sqlite3": _("Cache"),
    "erasures": _("List of erasures"),
    "restore-*": _("The house before a restore"),
    "backups": _("Backups"),
    "log": _("Log of the program"),
    "browsers": _("Browsers"),
}


# Columns that only the program reads.
_COLUMNS = {
    "key": _("sort key"),
    "words": _("words"),
    "term": _("word"),
    "label": _("label"),
    "subtitle": _("second line"),
    "count": _("count"),
    "deletion": _("word with a letter less"),
    "text": _("text"),
    "contents": _("contents"),
    "subject_type": _("what it hangs on"),
    "subject_id": _("number of the record"),
    "record_id": _("number of the record"),
    "pk": _("number"),
    "state": _("state"),
}


def named(line: holding.Holding | holding.Nothing) -> str:
    """The name of a line: the noun's, or the place's."""
    if line.what in _PLACES:
        return str(_PLACES[line.what])
    model = inventory.model_of(line)
    if model is None:
        return line.what
    if model._meta.auto_created:
        return ": ".join(capfirst(str(_label(field))) for field in model._meta.local_fields if field.is_relation)
    return capfirst(str(model._meta.verbose_name))


def column(line: holding.Holding, name: str) -> str:
    """The name of a column of a line."""
    model = inventory.model_of(line)
    try:
        label = _label(model._meta.get_field(name)) if model is not None else _COLUMNS.get(name, name)
    except FieldDoesNotExist:
        label = name
    return capfirst(str(label))


def _label(field: Any) -> Any:
    """A column's name; of one that has none in people's words the noun's to which it leads, or what it is to the program."""
    label = getattr(field, "verbose_name", field.name)
    if str(label) != field.name.replace("_", " "):
        return label
    if field.is_relation and field.related_model is not None:
        return field.related_model._meta.verbose_name
    return _COLUMNS.get(field.name, label)
