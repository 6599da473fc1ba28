"""What a person is told: a box for each kind and channel."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kundenkreis.inbox.kinds import KINDS
from kundenkreis.inbox.models import Preference


class PreferenceForm(forms.Form):
    digest = forms.BooleanField(label=_("One mail a day with what is to be done and what is new"), required=False)
    hour = forms.TypedChoiceField(
        label=_("Not before"), coerce=int, choices=[(hour, f"{hour:02}:00") for hour in range(24)]
    )
    shown = forms.MultipleChoiceField(choices=[(kind.name, kind.label) for kind in KINDS], required=False)
    mailed = forms.MultipleChoiceField(choices=[(kind.name, kind.label) for kind in KINDS], required=False)

    def __init__(self, *args: Any, wishes: Preference, **kwargs: Any):
        names = [kind.name for kind in KINDS]
        initial = {
            "digest": wishes.digest,
            "hour": wishes.hour,
            "shown": [name for name in names if name not in wishes.quiet],
            "mailed": [name for name in names if name not in wishes.unmailed],
        }
        super().__init__(*args, initial=initial, **kwargs)

    def rows(self) -> list[tuple[Any, bool, bool]]:
        """Each kind with whether its two boxes are ticked."""
        shown, mailed = (self[name].value() or [] for name in ("shown", "mailed"))
        return [(kind, kind.name in shown, kind.name in mailed) for kind in KINDS]

    def values(self) -> dict[str, Any]:
        """What `Preference.choose` is told."""
        given = self.cleaned_data
        names = {kind.name for kind in KINDS}
        return {
            "quiet": names - set(given["shown"]),
            "unmailed": names - set(given["mailed"]),
            "digest": given["digest"],
            "hour": given["hour"],
        }
