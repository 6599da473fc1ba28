"""Several lost bids of one project that none of ours won are one loss (`models.counting`): what is there is brought into step."""

from collections import defaultdict

from django.db import migrations


def count_once(apps, schema_editor):
    opportunity = apps.get_model("pipeline", "Opportunity")._base_manager
    leading = dict(apps.get_model("pipeline", "Project")._base_manager.filter(deleted_at=None).values_list("pk", "leading_id"))
    lost = defaultdict(list)
    decided = set()
    rows = opportunity.filter(project_id__in=leading, deleted_at=None).order_by("pk")
    columns = ("pk", "project_id", "outcome", "value_house", "close_reason__is_neutral")
    for pk, project, outcome, value, is_neutral in rows.values_list(*columns).iterator(chunk_size=2000):
        if outcome != "lost":
            decided.add(project)  # one is won or open: no loss counts
        elif not is_neutral:
            lost[project].append((value, -pk))
    elsewhere = []
    for project, bids in lost.items():
        numbers = [-pk for _value, pk in bids]
        chosen = leading[project] if leading[project] in numbers else -max(bids)[1]
        elsewhere += [pk for pk in numbers if project in decided or pk != chosen]
    for begin in range(0, len(elsewhere), 500):
        opportunity.filter(pk__in=elsewhere[begin : begin + 500]).update(shadowed=True)


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0003_marks")]
    operations = [migrations.RunPython(count_once, migrations.RunPython.noop)]
