from django.db import migrations

from kundenkreis.customers.sealed_addresses import digest


def fill(apps, schema_editor):
    """The addresses of the people who are restricted now, as hashes; but those that others have."""
    house = apps.get_model("core", "House").objects.first()
    kept = apps.get_model("customers", "SealedAddress")
    mails = [apps.get_model("customers", name).objects.filter(deleted_at=None) for name in ("Contact", "Account")]
    points = apps.get_model("customers", "ContactPoint").objects.filter(deleted_at=None)
    if house is None:
        return
    for restriction in apps.get_model("privacy", "Restriction").objects.filter(lifted_at=None).order_by("pk"):
        sealed = restriction.sealed
        held = {one.get(name) for _label, _pk, one in sealed.get("records", []) for name in ("email", "phone", "mobile")}
        rows = sealed.get("rows", {}).get("customers.contactpoint", [])
        hashes = set()
        for text in filter(None, held | {row["value"] for row in rows if row["kind"] != "web"}):
            columns = ["email"] if "@" in text else ["phone"]
            shared = any(some.filter(**{name: text}).exists() for some in mails for name in columns)
            if not shared and not points.filter(value=text).exists():
                hashes.add(digest(text, house.suppression_key, house.country))
        kept.objects.bulk_create([kept(digest=one, restriction=restriction.pk) for one in sorted(hashes - {""})])


class Migration(migrations.Migration):
    dependencies = [
        ("privacy", "0003_erased"),
        ("customers", "0013_sealed_addresses"),
        ("core", "0008_permission_to_contact"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
