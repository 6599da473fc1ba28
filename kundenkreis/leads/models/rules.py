"""What a house has agreed about leads: what makes one promising, whose a new one is, and how soon somebody speaks with her."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.filters import BadFilter, parse
from kundenkreis.core.records import RecordQuerySet, bin_index
from kundenkreis.history.recording import Recorded
from kundenkreis.staff import access
from kundenkreis.staff.models import Team, User

MOST_RULES = 60


class SettingQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Whoever sees leads sees by which rules they are judged: a score is no secret."""
        return self.all() if access.reach(user, "leads.see") else self.none()

    def in_force(self) -> Self:
        return self.living().filter(is_on=True).order_by("position", "pk")

    def for_list(self) -> Self:
        return self


class _Conditional(Recorded):
    """A rule about leads that fulfil its conditions, written in the house's filter language."""

    position = models.PositiveSmallIntegerField(_("order"), default=10)
    conditions = models.JSONField(_("conditions"), default=list, blank=True)
    is_on = models.BooleanField(_("switched on"), default=True)

    objects = SettingQuerySet.as_manager()

    class Meta:
        abstract = True

    def asked(self) -> Any:
        """The conditions as read now. Raises BadFilter when one cannot be read any more."""
        from kundenkreis.leads.asking import RULED

        return parse(self.conditions, RULED)

    def in_words(self) -> list[str]:
        """Each condition as a sentence; a broken one says so itself."""
        try:
            return [f"{chip.label} {chip.text}" for chip in self.asked().describe()]
        except BadFilter as bad:
            return [str(bad)]

    @property
    def is_broken(self) -> bool:
        try:
            self.asked()
        except BadFilter:
            return True
        return False

    def clean(self) -> None:
        if not isinstance(self.conditions, list) or not all(isinstance(one, str) for one in self.conditions):
            raise ValidationError({"conditions": _("A condition is written as text.")})
        try:
            self.asked()
        except BadFilter as bad:
            raise ValidationError({"conditions": str(bad)}) from bad
        if self.pk is None and type(self).objects.living().count() >= MOST_RULES:
            raise ValidationError(_("There are enough rules: nobody would understand more of them."))


class ScoreRule(_Conditional):
    """Points for a fact, and how that is told."""

    words_de = models.CharField(_("in words, German"), max_length=120)
    words_en = models.CharField(_("in words, English"), max_length=120)
    points = models.SmallIntegerField(
        _("points"), validators=[MinValueValidator(-1000), MaxValueValidator(1000)]
    )  # fmt: skip

    class Meta:
        verbose_name = _("score rule")
        verbose_name_plural = _("score rules")
        indexes = [bin_index("leads_scorerule_bin")]

    def __str__(self) -> str:
        return self.words

    @property
    def words(self) -> str:
        """In the language of the moment."""
        return self.words_en if (get_language() or "de").startswith("en") else self.words_de

    def clean(self) -> None:
        super().clean()
        if not self.conditions:
            raise ValidationError({"conditions": _("Say for which leads the points are given.")})

    def settle(self, changed: set[str]) -> None:
        """Every open lead has its new score at once."""
        super().settle(changed)
        if changed & {"conditions", "points", "is_on", "deleted_at"}:
            from kundenkreis.leads import scoring

            scoring.settle_all()


class RoutingRule(_Conditional):
    """Whose a new lead is that fulfils the conditions. The first rule that finds somebody decides."""

    class Way(models.TextChoices):
        PERSON = "person", _("one person")
        TURN = "turn", _("the team, one after the other")
        LOAD = "load", _("in the team whoever has the fewest open leads")
        TERRITORY = "territory", _("of the territory's people whoever has the fewest open leads")

    name = models.CharField(_("name"), max_length=100)
    way = models.CharField(_("goes to"), max_length=10, choices=Way, default=Way.PERSON)
    person = models.ForeignKey(
        User, verbose_name=_("person"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    team = models.ForeignKey(
        Team, verbose_name=_("team"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Who had the last one, where it goes in turn.
    last = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False)

    class Meta:
        verbose_name = _("routing rule")
        verbose_name_plural = _("routing rules")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(way="person") | models.Q(person__isnull=False), name="leads_routing_person",
                violation_error_message=_("Say to whom."),
            ),
            models.CheckConstraint(
                condition=~models.Q(way__in=("turn", "load")) | models.Q(team__isnull=False), name="leads_routing_team",
                violation_error_message=_("Say to which team."),
            ),
        ]  # fmt: skip
        indexes = [bin_index("leads_routing_bin")]

    def __str__(self) -> str:
        return self.name

    @property
    def whom(self) -> str:
        """To whom in words: a name, or a team and the way."""
        if self.way == self.Way.PERSON:
            return str(self.person or "")
        return (
            f"{self.team}: {self.get_way_display()}"
            if self.team and self.way != self.Way.TERRITORY
            else str(self.get_way_display())
        )


class LeadHours(Recorded):
    """Within how many working hours somebody speaks with a new lead. There is one row; `LeadHours.current()` is the way to it."""

    hours = models.PositiveSmallIntegerField(
        _("working hours until the first touch"), default=8, validators=[MinValueValidator(1), MaxValueValidator(400)]
    )
    opens = models.TimeField(_("work begins"), default=dt.time(8))
    closes = models.TimeField(_("work ends"), default=dt.time(17))

    objects = SettingQuerySet.as_manager()
    leaves_the_bin = False

    class Meta:
        verbose_name = _("hours for leads")
        verbose_name_plural = _("hours for leads")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closes__gt=models.F("opens")), name="leads_hours_order",
                violation_error_message=_("The end lies before the beginning."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def current(cls) -> LeadHours:
        """What holds now; what the house never agreed on is at its defaults and not stored."""
        return cls.objects.living().order_by("pk").first() or cls()
