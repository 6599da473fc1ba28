"""The form of the house's own settings."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.models import House
from kundenkreis.web.forms.customers import countries


class HouseForm(forms.ModelForm):
    country = forms.ChoiceField(label=_("country"), choices=countries)
    language = forms.ChoiceField(label=_("language"), choices=settings.LANGUAGES)

    class Meta:
        model = House
        fields = ("name", "currency", "country", "language")
