"""Forms of the wish register."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kundenkreis.catalogue.models import Family, Product
from kundenkreis.core import clock
from kundenkreis.customers.models import Account, Contact
from kundenkreis.needs.models import Wish, WishAsk, WishTelling
from kundenkreis.staff.models import User
from kundenkreis.web.forms import VerbForm
from kundenkreis.web.forms.needs import PlainForm
from kundenkreis.web.forms.records import RecordField

_TALL = {"rows": 3}


class WishForm(VerbForm):
    product = RecordField(Product, label=_("product"), url="products:options", required=False)

    class Meta:
        model = Wish
        fields = ["title", "description", "product", "family", "status", "answer", "owner"]
        widgets = {"description": forms.Textarea(attrs=_TALL), "answer": forms.Textarea(attrs=_TALL)}

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        if "owner" in self.fields:
            self.offer("owner", User.objects.visible_to(user).living().filter(is_active=True))
        if "product" in self.fields:
            self.offer("product", Product.objects.visible_to(user).living())
        if "family" in self.fields:
            self.offer("family", Family.objects.living().order_by("name", "pk"))
        if not self.instance.pk:
            for name in ("status", "answer"):
                self.fields.pop(name, None)
            self.initial.setdefault("owner", user.pk)


class StatusForm(VerbForm):
    """How the wish stands now, and what customers are told."""

    class Meta:
        model = Wish
        fields = ["status", "answer"]
        widgets = {"answer": forms.Textarea(attrs=_TALL)}


class AskForm(VerbForm):
    """Which customer asks for it."""

    account = RecordField(Account, label=_("account"), url="accounts:options")
    contact = RecordField(Contact, label=_("who asks"), url="contacts:options", required=False)

    class Meta:
        model = WishAsk
        fields = ["account", "contact", "asked_on", "weight", "note"]

    def __init__(self, *args: Any, whose: Wish, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.whose = whose
        self.offer("contact", Contact.objects.visible_to(self.user).living())
        if self.instance.pk:
            del self.fields["account"]
        else:
            self.offer("account", Account.objects.visible_to(self.user).living())

    def values(self) -> dict[str, Any]:
        return super().values() | ({} if self.instance.pk else {"wish": self.whose})


class TellForm(VerbForm):
    """That the customer has been told."""

    contact = RecordField(Contact, label=_("whom"), url="contacts:options", required=False)

    class Meta:
        model = WishTelling
        fields = ["how", "told_on", "contact", "note"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.offer("contact", Contact.objects.visible_to(self.user).living())
        self.fields["how"].required = True
        self.fields["told_on"].required = True
        self.initial["told_on"] = clock.today()

    def act(self) -> Any:
        present = WishTelling._base_manager.get(pk=self.instance.pk)
        read, given = self.cleaned_data.get("version"), self.cleaned_data
        self.event = present.tell(
            given["how"], by=self.user, told_on=given["told_on"], note=given["note"], contact=given["contact"],
            version=read.version if read else None,
        )  # fmt: skip
        return present


class JoinForm(PlainForm):
    """Which wish it becomes part of."""

    into: forms.ModelChoiceField = forms.ModelChoiceField(
        label=_("becomes part of"), queryset=Wish.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, wish: Wish, **kwargs: Any):
        super().__init__(*args, **kwargs)
        field: Any = self.fields["into"]
        field.queryset = Wish.objects.current().exclude(pk=wish.pk).order_by("title", "pk")
