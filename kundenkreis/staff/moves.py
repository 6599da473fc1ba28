"""That an account came to another owner, team or territory: found by person and by whom, among however many events."""

from __future__ import annotations

from django.db import models

from kundenkreis.history.models import Event

FIELDS = frozenset({"owner", "team", "territory"})  # of an account, by which it is opened to people


class AccountMove(models.Model):
    """One event of an account that changed to whom it is open. `before_id` and `after_id` are owners, where the owner changed.

    Another owner brings her team, which the event itself does not tell: `team_before` and `team_after`.
    """

    event = models.OneToOneField(Event, primary_key=True, on_delete=models.CASCADE, related_name="+")
    before_id = models.BigIntegerField(null=True)
    after_id = models.BigIntegerField(null=True)
    by_id = models.BigIntegerField(null=True)
    team_before = models.BigIntegerField(null=True)
    team_after = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = "moved account"
        indexes = [
            models.Index(fields=["before_id", "-event"], name="staff_move_before"),
            models.Index(fields=["after_id", "-event"], name="staff_move_after"),
            models.Index(fields=["by_id", "-event"], name="staff_move_by"),
        ]

    def __str__(self) -> str:
        return str(self.event_id)

    @classmethod
    def note(cls, event: Event | None, team_before: int | None = None, team_after: int | None = None) -> None:
        """Remember the event if it is one. Belongs into the transaction that wrote it."""
        if event is not None and event.changes.keys() & FIELDS:
            before, after = event.changes.get("owner", [None, None])[:2]
            whose = {"before_id": before, "after_id": after, "by_id": event.actor_id}
            cls.objects.create(event=event, **whose, team_before=team_before, team_after=team_after)
