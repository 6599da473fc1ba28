"""Saved views of lists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.records import RecordQuerySet
from kundenkreis.history.recording import Recorded
from kundenkreis.lists import known
from kundenkreis.staff import explaining
from kundenkreis.staff.access import Reach
from kundenkreis.staff.models import Team, User


class SavedViewQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        if not user.is_authenticated or not user.is_active:
            return self.none()
        shared_with_team = (
            models.Q(shared=SavedView.Shared.TEAM, team_id=user.team_id) if user.team_id else models.Q(pk__in=[])
        )
        return self.filter(models.Q(owner=user) | models.Q(shared=SavedView.Shared.ALL) | shared_with_team)

    def with_start(self, person: Any) -> Self:
        """Each says in `is_start` whether its list opens with it for this person."""
        chosen = StartView.objects.filter(person=person, view=models.OuterRef("pk"))
        return self.annotate(is_start=models.Exists(chosen))


class SavedView(Recorded):
    class Shared(models.TextChoices):
        PRIVATE = "private", _("only me")
        TEAM = "team", _("my team")
        ALL = "all", _("everyone")

    list_name = models.CharField(_("list"), max_length=40)  # "accounts"
    name = models.CharField(_("name"), max_length=80)
    query = models.CharField(_("filters, columns and sorting"), max_length=2000, blank=True)  # the URL's query string
    owner = models.ForeignKey(User, verbose_name=_("owner"), on_delete=models.CASCADE, related_name="saved_views")
    shared = models.CharField(_("visible to"), max_length=8, choices=Shared, default=Shared.PRIVATE)
    team = models.ForeignKey(Team, verbose_name=_("team"), null=True, blank=True, on_delete=models.SET_NULL)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("view")
        verbose_name_plural = _("views")
        ordering = ["position", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["list_name", "owner", "name"], condition=models.Q(deleted_at=None), name="lists_view_name"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def prepare(self, touched: set[str]) -> set[str]:
        if touched & {"list_name", "query"}:
            known.check(self.list_name, self.query, self.owner)
        return set()

    def within(self, reach: Reach) -> bool:
        return self.owner_id in reach.owners

    def access_rule(self) -> explaining.Rule:
        hers = explaining.Only(self.owner_id)
        shared: dict[str, explaining.Rule] = {
            self.Shared.ALL: explaining.Everyone(),
            self.Shared.TEAM: explaining.InTeam(self.team_id),
        }
        return explaining.AnyOf((hers, shared.get(self.shared, explaining.If(False, explaining.Want.SHARED))))

    def acts(self) -> dict[str, explaining.Rule]:
        hers = explaining.Every((explaining.Only(self.owner_id), explaining.Role("views.add")), told=(0,))
        if self.shared != self.Shared.ALL:
            return {"views.change": hers}
        return {"views.change": explaining.AnyOf((hers, explaining.Role("views.share_all")))}


class StartView(models.Model):
    """With which view a list opens for a person, her own or one that she sees; without one it shows everything."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    list_name = models.CharField(max_length=40)
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("view that a list opens with")
        constraints = [models.UniqueConstraint(fields=["person", "list_name"], name="lists_start_once")]

    def __str__(self) -> str:
        return f"{self.person}: {self.view}"

    @classmethod
    def choose(cls, person: User, view: SavedView) -> None:
        cls.objects.update_or_create(person=person, list_name=view.list_name, defaults={"view": view})

    @classmethod
    def of(cls, person: User) -> models.QuerySet[StartView]:
        """What she has chosen, as far as she still sees those views, by the names of their lists."""
        seen = SavedView.objects.visible_to(person).living()
        return cls.objects.filter(person=person, view__in=seen).order_by("list_name")

    @classmethod
    @transaction.atomic
    def choose_all(cls, person: User, views: Iterable[SavedView]) -> None:
        """Exactly these lists open with a view from now on, every other one with everything."""
        chosen = {view.list_name: view for view in views}
        cls.objects.filter(person=person).exclude(list_name__in=chosen).delete()
        for view in chosen.values():
            cls.choose(person, view)

    @classmethod
    def forget(cls, person: User, list_name: str) -> None:
        cls.objects.filter(person=person, list_name=list_name).delete()


class Opened(models.Model):
    """That a person opened a record; see `lists.recent`. Told to nobody else."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    noun = models.CharField(max_length=20)  # "accounts", as in the record's address
    record_id = models.BigIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("opened record")
        constraints = [models.UniqueConstraint(fields=["person", "noun", "record_id"], name="lists_opened_once")]
        indexes = [models.Index(fields=["person", "-at", "-id"], name="lists_opened_person")]

    def __str__(self) -> str:
        return f"{self.noun} {self.record_id}"
