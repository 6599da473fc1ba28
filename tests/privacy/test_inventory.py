"""Every table, column and place of the house has its line in the inventory."""

import pytest
from django.apps import apps
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db import connection, models

from kundenkreis.privacy import inventory
from kundenkreis.privacy.holding import Fate, Holding, Nothing, Shelf, some


def test_every_model_and_every_column_has_a_line():
    assert sorted(inventory.missing()) == []
    assert inventory.stale() == []


def test_a_new_model_and_a_new_column_are_missed(monkeypatch):
    """The test above can fail: a table without a line, a column without one, a line about a column that is gone."""
    lines = dict(inventory.lines())
    del lines["inbox.LastLook"]
    contact = lines["customers.Contact"]
    fewer = {name: line for name, line in contact.fields.items() if name != "email"}
    lines["customers.Contact"] = Holding(
        "customers.Contact", contact.purpose, contact.retention, fewer, plain=contact.plain | {"shoe_size"}
    )
    monkeypatch.setattr(inventory, "lines", lambda: lines)
    assert sorted(inventory.missing()) == ["customers.Contact.email", "customers.Contact.shoe_size", "inbox.LastLook"]


@pytest.mark.django_db
def test_every_table_without_a_model_has_a_line():
    modelled = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    others = set(connection.introspection.table_names()) - modelled
    engines_own = {"sqlite_sequence", "sqlite_stat1", "sqlite_stat4", "spatial_ref_sys"}
    said = inventory.lines()

    def has_line(table: str) -> bool:
        # FTS5 keeps its own tables beside each of its indexes; the queue has four on PostgreSQL.
        shadow = table.rsplit("_", 1)[0]
        return table in said or shadow in said or (table.startswith("jobs_") and "jobs" in said)

    assert {table for table in others - engines_own if not has_line(table)} == set()


def test_every_place_in_the_data_directory_has_a_line():
    said = inventory.lines()
    places = {"files/": settings.FILES_DIR, "facts/": settings.FACTS_DIR}
    for name, path in places.items():
        assert name.rstrip("/") in str(path)
        assert isinstance(said[name], Holding)
    for name in ("imports/", "cache.sqlite3", "jobs", "backups", "log", "erasures", "restore-*", "browsers"):
        assert isinstance(said[name], Holding), name


def test_every_way_to_a_person_leads_through_columns_that_there_are():
    for line in inventory.holdings():
        model = inventory.model_of(line)
        if model is None:
            continue
        for way in (*line.contact, *line.account, *line.staff):
            at = model
            for step in way.split("__"):
                column = _column(at, step)
                at = column.remote_field.model if column.remote_field else at


def _column(model: type[models.Model], name: str) -> models.Field:
    for field in model._meta.local_fields:
        if name in (field.name, field.attname):
            return field
    raise FieldDoesNotExist(f"{model._meta.label}.{name}")


def test_every_table_that_points_at_a_person_knows_the_way():
    """A foreign key to a contact or a colleague is a way to a person, and stands among the ways of its line."""
    for model in apps.get_models(include_auto_created=True):
        line = inventory.lines()[model._meta.label]
        for field in model._meta.local_fields:
            target = field.remote_field.model._meta.label if field.remote_field else ""
            if target == "customers.Contact":
                assert isinstance(line, Holding) and field.attname in line.contact, f"{model._meta.label}.{field.name}"
            if target == "staff.User":
                assert isinstance(line, Holding) and field.attname in line.staff, f"{model._meta.label}.{field.name}"


def test_every_long_text_that_people_write_is_searched_emptied_or_deleted():
    for model in apps.get_models(include_auto_created=True):
        line = inventory.lines()[model._meta.label]
        if isinstance(line, Nothing):
            continue
        for field in model._meta.local_fields:
            if isinstance(field, models.TextField) and field.name in line.fields:
                fate = line.fields[field.name].fate
                assert fate not in (Fate.STAYS, Fate.BOOKS), f"{model._meta.label}.{field.name}"


def test_two_lines_about_the_same_are_refused(monkeypatch):
    twice = Shelf()
    twice.nothing("core.House", "once more")
    monkeypatch.setattr(inventory, "SHELVES", inventory.SHELVES | {"twice": twice})
    inventory.lines.cache_clear()
    with pytest.raises(ValueError, match=r"core\.House has two lines"):
        inventory.lines()
    monkeypatch.undo()
    inventory.lines.cache_clear()


def test_a_holding_says_what_becomes_of_each_of_its_values():
    line = inventory.of(apps.get_model("customers", "Contact"))
    assert isinstance(line, Holding)
    assert line.fields["email"] == some("contact", "empty", "email")["email"]
    assert Fate.EMPTY in line.fates() and not line.texts
    assert "custom" in line.by_category()["custom"]
