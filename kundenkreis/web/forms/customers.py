"""Forms of accounts, contacts and what belongs to them."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kundenkreis.core import search
from kundenkreis.core.countries import countries
from kundenkreis.core.models import House
from kundenkreis.customers.arranged import ACCOUNT_FIRST, ACCOUNT_FORM, CONTACT_FIRST, CONTACT_FORM
from kundenkreis.customers.models import (
    Account,
    AccountLink,
    AccountTeamMember,
    Address,
    Contact,
    ContactPoint,
    PartnerFunction,
    Position,
    Relation,
)
from kundenkreis.quality.matching import entry
from kundenkreis.staff import access
from kundenkreis.staff.models import User
from kundenkreis.web.forms import RecordsField, VerbForm
from kundenkreis.web.forms.custom import FieldedForm
from kundenkreis.web.forms.records import RecordField

CURRENCIES = ("EUR", "GBP", "CHF", "USD")


def colleagues() -> Any:
    """People who can be given something to do."""
    return User.objects.living().filter(is_active=True)


class AccountForm(FieldedForm):
    """All fields of an account. Owner, team and territory only for those who may assign; others keep what they make."""

    country = forms.ChoiceField(label=_("country"), choices=countries, required=False)
    person = RecordField(
        Contact,
        label=_("person"),
        url="contacts:options",
        required=False,
        help_text=_("For an account of the kind “person”: the contact with her name, titles and consents."),
    )

    class Meta:
        model = Account
        fields = list(ACCOUNT_FORM)
        field_classes = {"tags": RecordsField}
        widgets = {
            "tags": forms.CheckboxSelectMultiple,
            "description": forms.Textarea(attrs={"rows": 3}),
            "email": forms.EmailInput(attrs={"autocomplete": "off"}),
            "currency": forms.Select(choices=[(c, c) for c in CURRENCIES]),
        }

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        self.offer("person", Contact.objects.visible_to(user).living())
        if "owner" in self.fields:
            self.fields["owner"].queryset = colleagues()
        if "currency" in self.fields and not self.instance.pk:
            self.initial.setdefault("currency", House.known().currency)
        for name in access.not_hers_to_assign(user, self.fields):
            del self.fields[name]
        if not access.may(user, "accounts.see_bank"):
            self.fields.pop("iban", None)

    def values(self) -> dict[str, Any]:
        values = super().values()
        if not self.instance.pk and "owner" not in self.fields:
            values["owner"] = self.user
        return values

    def twins(self) -> list[entry.Twin]:
        """Living accounts that this one may be, the likeliest first. Only those that the person may see."""
        return entry.accounts_like(self.cleaned_data, self.user)


class AccountAddForm(AccountForm):
    """What is asked when an account is made; the rest is filled in on its page."""

    only_required = True

    field_order: ClassVar[list[str]] = list(ACCOUNT_FIRST)


class ContactForm(FieldedForm):
    class Meta:
        model = Contact
        fields = list(CONTACT_FORM)
        field_classes = {"tags": RecordsField}
        widgets = {"tags": forms.CheckboxSelectMultiple, "note": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        if "owner" in self.fields:
            self.fields["owner"].queryset = colleagues()

    def twins(self) -> list[entry.Twin]:
        """Living contacts that this one may be, the likeliest first, as far as the person may see them."""
        return entry.contacts_like(self.cleaned_data, self.user, self.cleaned_data.get("account"))


class ContactAddForm(ContactForm):
    """A new person, with her position at an account."""

    only_required = True

    account = RecordField(Account, label=_("account"), url="accounts:options", required=False)
    job_title = forms.CharField(label=_("position"), max_length=120, required=False)

    field_order: ClassVar[list[str]] = ["account", "job_title", *CONTACT_FIRST]

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        self.fields["account"].queryset = Account.objects.visible_to(user).living()

    def values(self) -> dict[str, Any]:
        return {k: v for k, v in super().values().items() if k not in ("account", "job_title")} | {"owner": self.user}

    def act(self) -> Contact:
        """The person, and her position in the same transaction."""
        with search.once():
            contact = super().act()
            if account := self.cleaned_data.get("account"):
                Position.add(by=self.user, contact=contact, account=account, job_title=self.cleaned_data["job_title"])
        return contact


class PartForm(VerbForm):
    """Something that belongs to an account or contact, which the page knows already."""

    def __init__(self, *args: Any, user: Any, whose: Any, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        self.whose = whose

    @property
    def owner_name(self) -> str:
        return "contact" if isinstance(self.whose, Contact) else "account"

    def values(self) -> dict[str, Any]:
        values = super().values()
        return values if self.instance.pk else values | {self.owner_name: self.whose}


class SeatForm(PartForm):
    class Meta:
        model = AccountTeamMember
        fields = ["person", "role", "deputy", "starts_on", "ends_on"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in ("person", "deputy"):
            self.fields[name].queryset = colleagues()


class RelationForm(PartForm):
    class Meta:
        model = Relation
        fields = ["kind", "starts_on", "ends_on", "released_until", "inform_public_relations", "note"]


class AddressForm(PartForm):
    country = forms.ChoiceField(label=_("country"), choices=countries)

    class Meta:
        model = Address
        fields = ["use", "extra", "street", "postcode", "place", "region", "country"]


class PointForm(PartForm):
    class Meta:
        model = ContactPoint
        fields = ["kind", "value", "label"]


class LinkForm(PartForm):
    """A place in a hierarchy. One that is there changes its dates and share; under another parent it is set anew."""

    parent = RecordField(Account, label=_("belongs to"), url="accounts:options")

    class Meta:
        model = AccountLink
        fields = ["hierarchy", "parent", "share", "starts_on", "ends_on"]

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        self.fields["parent"].queryset = Account.objects.visible_to(user).living()
        if self.instance.pk:
            for name in ("hierarchy", "parent"):
                del self.fields[name]

    def act(self) -> Any:
        try:
            return super().act()
        except ValidationError as refused:
            if "parent" in self.fields or not hasattr(refused, "error_dict") or "parent" not in refused.error_dict:
                raise
            # The form of a link that is there asks for its days only: they are what closes a circle.
            changed = [name for name in ("ends_on", "starts_on") if name in self.changed_data]
            raise ValidationError({(changed or ["ends_on"])[0]: refused.error_dict["parent"]}) from refused


class FunctionForm(PartForm):
    partner = RecordField(Account, label=_("partner"), url="accounts:options")

    class Meta:
        model = PartnerFunction
        fields = ["function", "partner", "is_default", "starts_on", "ends_on"]

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        self.offer("partner", Account.objects.visible_to(user).living())


class PositionForm(PartForm):
    """A position, seen from the account (choose the person) or from the person (choose the account)."""

    account = RecordField(Account, label=_("account"), url="accounts:options")
    contact = RecordField(Contact, label=_("person"), url="contacts:options")

    class Meta:
        model = Position
        fields = ["contact", "account", "job_title", "department", "is_main", "touch_days", "starts_on", "ends_on"]

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        self.fields["account"].queryset = Account.objects.visible_to(user).living()
        self.fields["contact"].queryset = Contact.objects.visible_to(user).living()
        del self.fields[self.owner_name]
        if self.instance.pk:
            self.fields.pop("account", None)
            self.fields.pop("contact", None)
