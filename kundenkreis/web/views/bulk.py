"""Changing many accounts at once: choose in the list, look at the exact number, do it, undo it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from kundenkreis.core.keyset import bounded_count
from kundenkreis.customers.bulk_editing import Change, edit
from kundenkreis.customers.models import Account, Tag
from kundenkreis.fields import picks
from kundenkreis.staff import access
from kundenkreis.web import bulk_running, customs, formats
from kundenkreis.web.forms.customers import colleagues
from kundenkreis.web.htmx import go
from kundenkreis.web.lists import ListPage, state
from kundenkreis.web.views.target_accounts import put


class OwnerForm(forms.Form):
    value: forms.ModelChoiceField = forms.ModelChoiceField(label=gettext_lazy("New owner"), queryset=None)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["value"].queryset = colleagues()

    def change(self) -> Change:
        return Change.owner(self.cleaned_data["value"])


class TierForm(forms.Form):
    value = forms.ChoiceField(
        label=gettext_lazy("New tier"),
        choices=lambda: [("", "–"), *picks.offered("accounts.tier")],
        required=False,
    )

    def change(self) -> Change:
        return Change.tier(self.cleaned_data["value"])


class CustomForm(forms.Form):
    """One custom field and its value, as a person writes it: a number, a day, the label of a choice, a colleague's name."""

    field = forms.ChoiceField(label=gettext_lazy("Field"))
    value = forms.CharField(
        label=gettext_lazy("New value"),
        required=False,
        help_text=gettext_lazy(
            "A number, a day, the label of a choice, a colleague's name. Empty takes the value away."
        ),
    )
    user: Any = None

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["field"].choices = [(one.key, one.label) for one in Account.own_fields().written]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        field = Account.own_fields().by_key.get(cleaned.get("field", ""))
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

    def change(self) -> Change:
        return Change.custom(*self.plain)


class TagForm(forms.Form):
    value = forms.CharField(
        label=gettext_lazy("Tag"), max_length=60, help_text=gettext_lazy("A new word makes a new tag.")
    )
    user: Any = None

    def change(self) -> Change:
        name = " ".join(self.cleaned_data["value"].split())
        tag = Tag.objects.filter(name__iexact=name).first()
        if tag is not None and tag.deleted_at is not None:
            tag.restore(by=self.user)
        return Change.tagged(tag or Tag.add(by=self.user, name=name))


@dataclass(frozen=True)
class Kind:
    form: type[forms.Form]
    title: Any
    action: str


KINDS = {
    "owner": Kind(OwnerForm, gettext_lazy("Change owner"), "accounts.assign"),
    "tags": Kind(TagForm, gettext_lazy("Tag"), "accounts.change"),
    "tier": Kind(TierForm, gettext_lazy("Change tier"), "accounts.change"),
    "custom": Kind(CustomForm, gettext_lazy("Custom field"), "accounts.change"),
}


@require_POST
def accounts(request: HttpRequest, list_name: str = "accounts") -> HttpResponse:
    """First POST (from a list of accounts): what is to be changed, with the exact number. Second POST (`sure=1`): do it."""
    listed = bulk_running.LISTS[list_name]
    if request.POST.get("change") == "wanted":
        return put(request, listed, _chosen(request, listed)[0], state.read(listed, request))
    kind = KINDS.get(request.POST.get("change", ""))
    if kind is None:
        raise Http404
    if not access.may(request.user, kind.action):
        raise PermissionDenied
    chosen, allowed = _chosen(request, listed)
    form = kind.form(request.POST if "sure" in request.POST else None)
    if isinstance(form, TagForm | CustomForm):
        form.user = request.user
    if "sure" in request.POST and form.is_valid():
        if request.POST.get("all") == "1" and bounded_count(allowed, bulk_running.AT_ONCE + 1) > bulk_running.AT_ONCE:
            return _do_later(request, listed, kind, form, allowed.count())
        return _do(request, listed, kind, form, allowed)
    counts = chosen.count(), allowed.count()
    context = {
        "form": form,
        "kind": kind,
        "change": request.POST["change"],
        "chosen": counts[0],
        "allowed": counts[1],
        "sample": list(allowed.order_by("key", "pk").only("name", "tier", "place")[:8]),
        "ids": [] if request.POST.get("all") == "1" else request.POST.getlist("ids"),
        "all": request.POST.get("all", ""),
        "address": request.get_full_path(),
        "list": listed,
        "back": listed.url + state.read(listed, request).address(),
    }
    return render(request, "accounts/bulk.html", context, status=422 if form.is_bound else 200)


def _chosen(request: HttpRequest, listed: ListPage) -> tuple[QuerySet[Account], QuerySet[Account]]:
    """The selected accounts (or all that match the address), and those of them that the person may change."""
    now = state.read(listed, request)
    if now.problem:
        raise Http404
    if request.POST.get("all") == "1":
        rows = listed.matching(request, now)
    else:
        ids = [int(pk) for pk in request.POST.getlist("ids") if pk.isascii() and pk.isdigit() and len(pk) < 19]
        rows = Account.objects.visible_to(request.user).living().filter(pk__in=ids)
    chosen = Account.objects.filter(pk__in=rows.values("pk"))
    reach = access.reach(request.user, "accounts.change")
    return chosen, chosen if reach.everything else chosen.filter(pk__in=Account.objects.within(reach).values("pk"))


def _do_later(request: HttpRequest, listed: ListPage, kind: Kind, form: Any, expected: int) -> HttpResponse:
    """Very many: the worker changes them, and the batch's page shows how far it is."""
    value = form.cleaned_data["value"]
    tag = form.change().tag
    plain = tag.pk if tag is not None else getattr(form, "plain", getattr(value, "pk", value))
    label = f"{kind.title}: {value or '–'}"
    batch = bulk_running.in_background(
        request.GET.urlencode(),
        request.POST["change"],
        plain,
        expected,
        label=label,
        by=request.user,
        list_name=listed.name,
    )
    return go(request, reverse("history:batch", args=[batch.pk]), _("The change is under way."))


def _do(request: HttpRequest, listed: ListPage, kind: Kind, form: Any, allowed: QuerySet[Account]) -> HttpResponse:
    change = form.change()
    value = form.cleaned_data["value"]
    label = f"{kind.title}: {value or '–'}"
    batch = edit(allowed, change, label=label, by=request.user)
    count = batch.counts["customers.account"]["changed"]
    text = ngettext("%(count)s account was changed.", "%(count)s accounts were changed.", count) % {
        "count": formats.number(count)
    }
    back = listed.url + state.read(listed, request).address()
    try:
        return go(request, back, text, undo_at=reverse("history:undo_batch", args=[batch.pk]) if count else "")
    except NoReverseMatch:
        return go(request, back, text)
