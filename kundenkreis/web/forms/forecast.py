"""The form of a forecast call."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kundenkreis.forecast.models import ForecastCall
from kundenkreis.web.forms import VerbForm


class CallForm(VerbForm):
    """What somebody stands by. Whose it is and for when comes from the page (`of`)."""

    class Meta:
        model = ForecastCall
        fields = ("commit", "best_case", "note")
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "commit": _("What will be closed by the end of the period, all that is closed already included."),
            "best_case": _("The same if everything goes well."),
        }

    def __init__(self, *args: Any, user: Any, of: dict[str, Any], **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        self.of = of
        self.fields["note"].required = bool(of["is_override"])

    def values(self) -> dict[str, Any]:
        given = super().values()
        return given if self.instance.pk else given | self.of
