"""The one value that many records get."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kundenkreis.core import clock
from kundenkreis.customers.bulk_editing import Change as AccountChange
from kundenkreis.customers.models import Tag
from kundenkreis.fields import picks
from kundenkreis.fields.bulk_editing import Change
from kundenkreis.pipeline.bulk_editing import Change as OpportunityChange
from kundenkreis.pipeline.models import Opportunity
from kundenkreis.pipeline.moving import PAST
from kundenkreis.web import customs
from kundenkreis.web.forms import DateField
from kundenkreis.web.forms.customers import colleagues


class ValueForm(forms.Form):
    """One field named `value`. `of` makes the noun's changes, `user` is who asks."""

    of: type[Change]
    user: Any = None

    @property
    def plain(self) -> Any:
        """The value as the queue keeps it."""
        value = self.cleaned_data["value"]
        return getattr(value, "pk", value)

    @property
    def said(self) -> str:
        """The value in words."""
        return str(self.cleaned_data["value"] or "–")

    def change(self) -> Change:
        return self.changed(self.of, self.plain)

    @classmethod
    def changed(cls, of: Any, plain: Any) -> Change:
        """The change that a plain value stands for."""
        raise NotImplementedError


class OwnerForm(ValueForm):
    value: forms.ModelChoiceField = forms.ModelChoiceField(label=gettext_lazy("New owner"), queryset=None)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["value"].queryset = colleagues()

    @classmethod
    def changed(cls, of: Any, plain: Any) -> Change:
        return of.owner(colleagues().get(pk=plain))


class TierForm(ValueForm):
    value = forms.ChoiceField(
        label=gettext_lazy("New tier"), choices=lambda: [("", "–"), *picks.offered("accounts.tier")], required=False
    )

    @classmethod
    def changed(cls, of: type[AccountChange], plain: Any) -> Change:
        return of.tier(plain)


class TagForm(ValueForm):
    value = forms.CharField(
        label=gettext_lazy("Tag"), max_length=60, help_text=gettext_lazy("A new word makes a new tag.")
    )

    @property
    def plain(self) -> int:
        name = " ".join(self.cleaned_data["value"].split())
        tag = Tag.objects.filter(name__iexact=name).first()
        if tag is not None and tag.deleted_at is not None:
            tag.restore(by=self.user)
        return (tag or Tag.add(by=self.user, name=name)).pk

    @classmethod
    def changed(cls, of: type[AccountChange], plain: Any) -> Change:
        return of.tagged(Tag.objects.get(pk=plain))


class CustomForm(ValueForm):
    """One custom field and its value, as a person writes it: a number, a day, the label of a choice, a colleague's name."""

    field = forms.ChoiceField(label=gettext_lazy("Field"))
    value = forms.CharField(
        label=gettext_lazy("New value"),
        required=False,
        help_text=gettext_lazy(
            "A number, a day, the label of a choice, a colleague's name. Empty takes the value away."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        written = self.of.model.own_fields().written
        self.fields["field"].choices = [(one.key, one.label) for one in written]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        field = self.of.model.own_fields().by_key.get(cleaned.get("field", ""))
        if field is None or "value" not in cleaned:
            return cleaned
        try:
            self.stored = customs.typed(field, cleaned["value"], self.user)
            if self.stored is None and field.is_required_of(self.user):
                raise ValidationError(_("This field is required."))
        except ValidationError as wrong:
            self.add_error("value", wrong)
        else:
            cleaned["value"] = f"{field.label} = {customs.said(field, self.stored) or '–'}"
        return cleaned

    @property
    def plain(self) -> list[Any]:
        return [self.cleaned_data["field"], self.stored]

    @classmethod
    def changed(cls, of: Any, plain: Any) -> Change:
        return of.custom(*plain)


class ExpectedCloseForm(ValueForm):
    value = DateField(label=gettext_lazy("Expected close"))

    def clean_value(self) -> Any:
        day = self.cleaned_data["value"]
        if day < clock.today():
            raise ValidationError(PAST)
        return day

    @property
    def plain(self) -> str:
        return self.cleaned_data["value"].isoformat()

    @classmethod
    def changed(cls, of: type[OpportunityChange], plain: Any) -> Change:
        return of.expected_close(dt.date.fromisoformat(plain))


class CategoryForm(ValueForm):
    value = forms.ChoiceField(
        label=gettext_lazy("Forecast category"),
        choices=[one for one in Opportunity.Forecast.choices if one[0] != Opportunity.Forecast.CLOSED],
    )

    @property
    def said(self) -> str:
        return str(Opportunity.Forecast(self.cleaned_data["value"]).label)

    @classmethod
    def changed(cls, of: type[OpportunityChange], plain: Any) -> Change:
        return of.category(plain)


class CampaignForm(ValueForm):
    value = forms.CharField(label=gettext_lazy("Campaign"), max_length=120, required=False)

    @classmethod
    def changed(cls, of: type[OpportunityChange], plain: Any) -> Change:
        return of.campaign(plain)
