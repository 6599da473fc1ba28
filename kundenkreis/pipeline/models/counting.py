"""Each project is counted once, however many of its bidders we accompany.

Of the opportunities of one project exactly one counts in sums: the first that was won; else, of those that are open, the one that somebody
chose (`Project.leading`) or the one with the highest value times probability, of equals the oldest. A bid that was lost is no lost project while
another one is open, and none where one was won; when all are lost, the project is one loss: of the chosen bid, else of the highest. The others
are `shadowed`. What was closed as no loss of ours (`CloseReason.is_neutral`) stands apart from all of this, and is neither. The column is
derived and kept in step, so that a sum needs no more than a condition; what is not of a project always counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from django.db import models, transaction
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kundenkreis.history.models import Event

# Of what it depends which opportunity of a project counts.
DECIDES = frozenset(
    {
        "project",
        "pipeline",
        "stage",
        "value",
        "currency",
        "sums_lines",
        "probability",
        "outcome",
        "close_reason",
        "closed_at",
        "deleted_at",
    }
)


class CountedOnce(models.Model):
    """An opportunity that may be one bidder's of a project. Stands first among the bases."""

    project = models.ForeignKey(
        "pipeline.Project", verbose_name=_("project"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="opportunities", db_index=False,
    )  # fmt: skip
    shadowed = models.BooleanField(_("counted at another bidder of its project"), default=False, editable=False)

    class Meta:
        abstract = True

    @classmethod
    @transaction.atomic
    def add(cls, **values: Any) -> Any:
        _hold([project.pk] if (project := values.get("project")) is not None else [])
        record = super().add(**values)  # type: ignore[misc]
        if record.project_id:
            follow([record.project_id])
            record.refresh_from_db(fields=["shadowed"])
        return record

    @transaction.atomic
    def change(self, **values: Any) -> Event | None:
        """As of every noun; the project that it leaves and the one that it comes to are counted anew."""
        concerned = self.__dict__.pop("_concerned", [])
        event = super().change(**values)  # type: ignore[misc]
        if event is not None and concerned and DECIDES & event.changes.keys():
            follow(concerned)
            self.refresh_from_db(fields=["shadowed"])
        return event

    def hold(self, values: dict[str, Any]) -> None:
        """Hold the projects that a change may concern, before the opportunity itself, so that no two people wait for each other."""
        if not values.keys() & DECIDES:
            return
        model: Any = type(self)
        found = set(model._base_manager.filter(pk=self.pk).values_list("project_id", flat=True))
        if values.get("project") is not None:
            found.add(values["project"].pk)
        found.discard(None)
        _hold(found)
        self.__dict__["_concerned"] = sorted(found)

    def _move(self, *args: Any, **values: Any) -> Any:
        """Into the bin and out of it."""
        if self.project_id:
            _hold([self.project_id])
        event = super()._move(*args, **values)  # type: ignore[misc]
        if self.project_id:
            follow([self.project_id])
        return event

    @classmethod
    def summed_on(cls, ids: Collection[int]) -> set[int]:
        """The projects of these opportunities."""
        rows: Any = cls._base_manager.filter(pk__listed=list(ids), project_id__isnull=False).order_by()  # type: ignore[attr-defined]
        return set(rows.values_list("project_id", flat=True).distinct())

    @classmethod
    def sum_again(cls, numbers: Collection[int]) -> None:
        follow(numbers)

    @classmethod
    def taken_back(cls, ids: Collection[int]) -> None:
        """What has left its project again counts."""
        super().taken_back(ids)  # type: ignore[misc]
        cls._base_manager.filter(pk__listed=list(ids), project=None, shadowed=True).update(shadowed=False)  # type: ignore[attr-defined]


def of(opportunities: Iterable[int]) -> set[int]:
    """The projects of these opportunities, for whoever writes them past their verbs and follows afterwards."""
    from kundenkreis.pipeline.models.opportunities import Opportunity

    return Opportunity.summed_on(list(opportunities))


def _hold(projects: Iterable[int]) -> None:
    """Nobody else counts these projects until the transaction ends; in one order, so that no two wait for each other."""
    from kundenkreis.pipeline.models.projects import Project

    if some := sorted(set(projects)):
        list(Project._base_manager.select_for_update().filter(pk__in=some).order_by("pk").values_list("pk"))


@transaction.atomic
def follow(projects: Iterable[int]) -> None:
    """Bring `shadowed` of all opportunities of these projects into step. Three queries, and one more for what differs each way."""
    from kundenkreis.pipeline.models.opportunities import Opportunity
    from kundenkreis.pipeline.models.projects import Project

    ids = sorted(set(projects))
    if not ids:
        return
    _hold(ids)
    chosen = dict(Project._base_manager.filter(pk__listed=ids, deleted_at=None).values_list("pk", "leading_id"))
    likely = Coalesce(models.F("probability"), models.F("stage__probability"))
    rows = Opportunity._base_manager.filter(project_id__listed=ids, project_id__isnull=False).annotate(likely=likely)
    of_project: dict[int, list[Any]] = defaultdict(list)
    for row in rows.order_by("pk").values_list(
        "project_id", "pk", "outcome", "value_house", "likely", "closed_at", "deleted_at", "shadowed",
        "close_reason__is_neutral", named=True,
    ):  # fmt: skip
        of_project[row.project_id].append(row)
    to: dict[bool, list[int]] = {True: [], False: []}
    for project, some in of_project.items():
        still = [row for row in some if not row.close_reason__is_neutral and row.deleted_at is None]
        still = still if project in chosen else []
        counts = _counts(still, chosen.get(project))
        shadowed = {row.pk for row in still} - {counts}
        for row in some:
            if (row.pk in shadowed) != row.shadowed:
                to[row.pk in shadowed].append(row.pk)
    for is_shadowed, pks in to.items():  # figured, not decided: no new version
        if pks:
            differing = Opportunity._base_manager.filter(pk__listed=pks)
            # Whoever reads what has changed reads it too.
            differing.update(shadowed=is_shadowed, changed_at=timezone.now())


def _counts(rows: list[Any], chosen: int | None) -> int | None:
    """The number of the one that counts of these, which are in order of their numbers."""
    if won := [row for row in rows if row.outcome == "won"]:
        return min(won, key=lambda row: (row.closed_at, row.pk)).pk
    is_lost = all(row.outcome == "lost" for row in rows)
    rows = rows if is_lost else [row for row in rows if row.outcome != "lost"]
    if any(row.pk == chosen for row in rows):
        return chosen
    likely = (lambda row: row.value_house) if is_lost else (lambda row: row.value_house * row.likely)
    return max(rows, key=lambda row: (likely(row), -row.pk)).pk if rows else None


def of_reason(reason: int) -> None:
    """Bring the projects into step in which a bid was closed for this reason: it has become a loss of ours, or is none any more."""
    from kundenkreis.pipeline.models.opportunities import Opportunity

    rows = Opportunity._base_manager.filter(close_reason_id=reason, project_id__isnull=False).order_by()
    follow(rows.values_list("project_id", flat=True).distinct())
