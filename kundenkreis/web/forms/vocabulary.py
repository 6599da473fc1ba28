"""Forms of families, units and tags."""

from __future__ import annotations

from typing import Any

from kundenkreis.catalogue.models import Family, Unit
from kundenkreis.customers.models import Tag
from kundenkreis.web.forms import VerbForm


class FamilyForm(VerbForm):
    class Meta:
        model = Family
        fields = ("code", "name", "parent")

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        self.fields["parent"].queryset = Family.objects.living().exclude(pk=self.instance.pk)  # type: ignore[attr-defined]


class UnitForm(VerbForm):
    class Meta:
        model = Unit
        fields = ("code", "name_en", "name_de")


class TagForm(VerbForm):
    class Meta:
        model = Tag
        fields = ("name",)
