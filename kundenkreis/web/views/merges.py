"""Merging two records, and taking a merge back: what would happen, the choices, the deed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from kundenkreis.customers import checks
from kundenkreis.customers.models import Account
from kundenkreis.customers.models.merged import Mergeable
from kundenkreis.quality import merge_fields, merging, unmerging
from kundenkreis.quality.models import Merge
from kundenkreis.staff import access, looking_back
from kundenkreis.web.forms.records import RecordField
from kundenkreis.web.htmx import go
from kundenkreis.web.views import editing

SIZE = 50


class OtherForm(forms.Form):
    """Which record it is to be merged with."""

    def __init__(self, *args: Any, noun: str, user: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        model = merging.NOUNS[noun]
        label = gettext_lazy("The same account") if noun == "account" else gettext_lazy("The same contact")
        field = RecordField(model, label=label, url=f"{noun}s:options")
        field.queryset = model._default_manager.visible_to(user).living()  # type: ignore[attr-defined]
        self.fields["with"] = field


def standing(request: HttpRequest, model: type[Mergeable], pk: int, seen: Callable[[HttpRequest, int], Any]) -> Any:
    """What `seen` finds under a number, or the record that it was merged into. Raises Http404 when the person sees neither."""
    try:
        found = seen(request, pk)
    except Http404:
        merged = model._base_manager.filter(pk=pk, merged_into__isnull=False).first()  # type: ignore[misc]
        if merged is None:
            raise
        return seen(request, int(merged.merged_into_id or 0))
    return found if found.merged_into_id is None else seen(request, found.merged_into_id)


def to_standing(request: HttpRequest, kept: Mergeable) -> HttpResponse:
    """To the page of the record that is kept, with its tab, saying so."""
    address = reverse(f"{kept.noun()}s:detail", args=[kept.pk])
    asked = request.GET.urlencode()
    said = _("You have followed an old link: it was merged into “%(name)s”.") % {"name": kept}
    return go(request, f"{address}?{asked}" if asked else address, said)


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, noun: str, pk: int) -> HttpResponse:
    """Choose the other (`?with=`), look at what becomes of both, and merge. `?keep=other` keeps the other one."""
    one = _found(request, noun, pk)
    if "with" not in request.GET and "with_text" not in request.GET:
        return render(
            request, "merges/choose.html", _choosing(request, noun, one, OtherForm(noun=noun, user=request.user))
        )
    form = OtherForm(request.GET, noun=noun, user=request.user)
    if not form.is_valid():
        return render(request, "merges/choose.html", _choosing(request, noun, one, form), status=422)
    other = _found(request, noun, form.cleaned_data["with"].pk)
    kept, gone = (other, one) if request.GET.get("keep") == "other" else (one, other)
    try:
        foreseen = merging.foresee(kept, gone)
        if request.method == "POST":
            made = merging.merge(kept, gone, by=request.user, choices=_choices(request, foreseen.fields, kept))  # type: ignore[arg-type]
            text = _("“%(gone)s” is part of “%(kept)s” now.") % {"gone": gone, "kept": kept}
            back = reverse(f"{noun}s:detail", args=[kept.pk])
            return go(request, back, text, undo_at=reverse("history:undo_batch", args=[made.batch_id]))
    except ValidationError as refused:
        form.add_error("with", refused)
        return render(request, "merges/choose.html", _choosing(request, noun, one, form), status=422)
    except ValueError:
        raise Http404 from None
    return render(request, "merges/merge.html", _preview(request, noun, one, kept, gone, foreseen))


def _found(request: HttpRequest, noun: str, pk: int) -> Mergeable:
    """A record that the person may merge: 404 if she may not see it, 403 if she may only see it."""
    rows = merging.NOUNS[noun]._default_manager.visible_to(request.user).living()  # type: ignore[attr-defined]
    record: Mergeable = get_object_or_404(rows, pk=pk)
    if not access.may(request.user, f"{noun}s.merge", record):
        raise PermissionDenied
    return record


def _choosing(request: HttpRequest, noun: str, one: Mergeable, form: OtherForm) -> dict[str, Any]:
    return {"form": form, "one": one, **_around(noun, one)}


def _around(noun: str, one: Mergeable) -> dict[str, Any]:
    title = _("Merge accounts") if noun == "account" else _("Merge contacts")
    listed = _("Accounts") if noun == "account" else _("Contacts")
    here = reverse(f"{noun}s:detail", args=[one.pk])
    return {
        "noun": noun,
        "title": title,
        "back": here,
        "crumbs": [(listed, reverse(f"{noun}s:list")), (str(one), here), (title, "")],
    }


def _fixed(request: HttpRequest, kept: Mergeable) -> frozenset[str]:
    """Fields that stay as they are because this person does not give accounts to others."""
    if isinstance(kept, Account) and not access.may(request.user, "accounts.assign", kept):
        return frozenset(access.ASSIGNED)
    return frozenset()


def _choices(request: HttpRequest, fields: list[merge_fields.Field], kept: Mergeable) -> dict[str, str]:
    fixed = _fixed(request, kept)
    chosen = {f.name: request.POST.get(f"take-{f.name}", f.choice) for f in fields if f.differs}
    return chosen | {f.name: merge_fields.KEPT for f in fields if f.name in fixed}


def _preview(
    request: HttpRequest, noun: str, one: Mergeable, kept: Mergeable, gone: Mergeable, foreseen: merging.Foreseen
) -> dict[str, Any]:
    fixed = _fixed(request, kept)
    rows = [
        (field, _shown(request, kept, field.name), _shown(request, gone, field.name))
        for field in foreseen.fields
        if field.differs and field.name not in fixed
    ]
    query = request.GET.copy()
    query["keep"] = "other" if kept.pk == one.pk else "this"
    return {
        "kept": kept,
        "gone": gone,
        "rows": rows,
        "alike": sum(not field.differs and field.kept not in (None, "") for field in foreseen.fields),
        "moving": foreseen.moving,
        "staying": foreseen.staying,
        "swap": f"?{query.urlencode()}",
        "address": request.get_full_path(),
        **_around(noun, one),
    }


def _shown(request: HttpRequest, record: Mergeable, name: str) -> Any:
    """A value as this person may see it."""
    if name in looking_back.hidden_fields(request.user, record._meta.label_lower):  # type: ignore[arg-type]
        return checks.iban_display(getattr(record, name), whole=False)
    return editing.shown(record, name)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Merges of what the person sees, the newest first; of one account or contact (`?account=`, `?contact=`)."""
    rows = Merge.objects.visible_to(request.user).select_related("batch").order_by("-pk")
    for noun in merging.NOUNS:
        if (number := request.GET.get(noun, "")) and number.isascii() and number.isdigit() and len(number) < 19:
            rows = rows.filter(noun=noun, kept_id=number)
    if (before := request.GET.get("before", "")).isascii() and before.isdigit() and len(before) < 19:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: SIZE + 1])
    standing_now = set(Merge.objects.standing().filter(pk__in=[m.pk for m in found]).values_list("pk", flat=True))
    query = request.GET.copy()
    if len(found) > SIZE:
        query["before"] = str(found[SIZE - 1].pk)
    return render(
        request,
        "merges/list.html",
        {
            "rows": [(one, reverse(f"{one.noun}s:detail", args=[one.kept_id])) for one in found[:SIZE]],
            "standing": standing_now,
            "more": f"?{query.urlencode()}" if len(found) > SIZE else "",
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """What was added and changed since, with the question to whom it belongs; POST takes the merge back."""
    made = get_object_or_404(Merge.objects.visible_to(request.user).select_related("batch"), pk=pk)
    kept = get_object_or_404(merging.NOUNS[made.noun]._base_manager, pk=made.kept_id)
    if not access.may(request.user, f"{made.noun}s.merge", kept):
        raise PermissionDenied
    try:
        asked = unmerging.foresee(made, user=request.user)
        if request.method == "POST":
            return _taken_back(request, made, asked)
    except ValidationError as refused:
        context = {"made": made, "refused": " ".join(refused.messages), **_around(made.noun, kept)}
        return render(request, "merges/refused.html", context, status=409)
    changed = [
        (one, *(_as_read(kept, one.name, value) for value in (one.before, one.present))) for one in asked.changed
    ]
    context = {
        "made": made,
        "asked": asked,
        "changed": changed,
        "most": unmerging.MOST_ASKED,
        **_around(made.noun, kept),
    }
    return render(request, "merges/take_back.html", context | {"title": _("Take the merge back")})


def _taken_back(request: HttpRequest, made: Merge, asked: unmerging.Foreseen) -> HttpResponse:
    seen = {added.key: {row.pk for row in added.rows} for added in asked.added}
    give_back = {
        key: {int(pk) for pk in request.POST.getlist(f"give-{key}") if pk.isascii() and pk.isdigit()} & ids
        for key, ids in seen.items()
    }
    names = {one.name for one in asked.changed}
    fields = names & set(request.POST.getlist("before"))
    unmerging.unmerge(made, by=request.user, give_back=give_back, fields=fields)  # type: ignore[arg-type]
    text = _("“%(gone)s” stands alone again.") % {"gone": made.gone_label}
    return go(request, reverse(f"{made.noun}s:detail", args=[made.gone_id]), text)


def _as_read(record: Mergeable, name: str, value: Any) -> Any:
    """A value that the record had or has, as its page would show it."""
    other = type(record)._base_manager.get(pk=record.pk)
    spec: Any = record._meta.get_field(name)
    setattr(other, spec.attname, value)
    return editing.shown(other, name)
