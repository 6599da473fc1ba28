"""The form of an account's credit standing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kundenkreis.core import clock
from kundenkreis.customers.models import Account
from kundenkreis.orders import credit
from kundenkreis.orders.models import CreditStanding
from kundenkreis.rates.models import is_currency
from kundenkreis.web.forms import VerbForm


class CreditForm(VerbForm):
    class Meta:
        model = CreditStanding
        fields = ["limit", "currency", "is_blocked", "reason", "as_of"]
        widgets = {"currency": forms.TextInput(attrs={"size": 4, "autocapitalize": "characters"})}

    def __init__(self, *args: Any, user: Any, account: Account, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        self.account = account
        self.fields["limit"].help_text = _("Leave it empty when no limit is known.")
        self.fields["reason"].help_text = _("Everyone who sees the account's figures reads it.")
        self.initial["as_of"] = clock.today()  # what is written now holds as of today
        if not self.instance.pk:
            self.initial["currency"] = account.currency

    def clean_limit(self) -> Any:
        limit = self.cleaned_data["limit"]
        if limit is not None and limit < 0:
            raise ValidationError(_("A credit limit is not below zero."))
        return limit

    def clean_currency(self) -> str:
        code = self.cleaned_data["currency"].strip().upper()
        if not is_currency(code):
            raise ValidationError(_("Write the currency as three letters, such as EUR."))
        return code

    def clean_as_of(self) -> Any:
        day = self.cleaned_data["as_of"]
        if day > clock.today():
            raise ValidationError(_("This day is still to come."))
        return day

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("is_blocked") and not values.get("reason", "").strip():
            self.add_error("reason", _("Say why the account is blocked."))
        return values

    def act(self) -> Any:
        if self.instance.pk:
            return super().act()
        standing, self.event = credit.enter(self.account, by=self.user, **self.values())
        return standing
