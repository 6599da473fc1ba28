from typing import Any

from django.db import migrations, models

# The list and a board begin with the latest expected close, and what has none comes last. SQLite reads that backwards from the indexes that
# there are; for PostgreSQL what is empty comes first then, and it sorted all opportunities for each page.
_DOWN = (
    ("pipeline_opp_expected_down", "expected_close_on DESC NULLS LAST, id DESC"),
    ("pipeline_opp_lane_down", "stage_id, expected_close_on DESC NULLS LAST, id DESC"),
)


def index(apps: Any, editor: Any) -> None:
    if editor.connection.vendor == "postgresql":
        for name, columns in _DOWN:
            editor.execute(f"CREATE INDEX {name} ON pipeline_opportunity ({columns})")


def forget(apps: Any, editor: Any) -> None:
    if editor.connection.vendor == "postgresql":
        for name, _columns in _DOWN:
            editor.execute(f"DROP INDEX {name}")


class Migration(migrations.Migration):
    # The triggers that write marks are put up after all migrations (`pipeline.marking`).
    dependencies = [("pipeline", "0002_buying_centre")]

    operations = [
        migrations.CreateModel(
            name="OpportunityMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("chunk", models.BigIntegerField(db_index=True)),
                ("token", models.BigIntegerField()),
            ],
            options={
                "verbose_name": "mark of opportunities",
                "verbose_name_plural": "marks of opportunities",
            },
        ),
        migrations.RunPython(index, forget),
    ]
