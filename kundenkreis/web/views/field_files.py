"""Custom fields as a file: from a test house to the live one, with a look at the difference before anything happens."""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kundenkreis.core import clock
from kundenkreis.fields import carrying
from kundenkreis.fields.models import CustomField
from kundenkreis.web.htmx import go
from kundenkreis.web.views.custom_fields import list_url, noun_of, require


@require_safe
def write(request: HttpRequest) -> HttpResponse:
    """The fields of the noun that the address names."""
    require(request)
    noun = noun_of(request)
    answer = HttpResponse(carrying.written(noun.name), content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="fields-{noun.name}-{clock.today():%Y-%m-%d}.json"'
    return answer


@require_http_methods(["GET", "POST"])
def load(request: HttpRequest) -> HttpResponse:
    """First POST: the file, and what it would do. Second POST (`sure`, with the file as it was read): do it."""
    require(request)
    noun = noun_of(request)
    context: dict[str, Any] = {"noun": noun, "list_url": list_url(noun.name)}
    if request.method == "POST":
        try:
            rows = _given(request)
            if "sure" in request.POST:
                done = carrying.apply(rows, by=request.user)
                said = _("%(added)s fields added, %(changed)s changed.") % {
                    "added": len(done.added),
                    "changed": len(done.changed),
                }
                return go(request, list_url(noun.name), said)
            context |= {"difference": _told(carrying.difference(rows)), "signed": signing.dumps(rows, compress=True)}
        except ValidationError as refused:
            context["problem"] = " ".join(refused.messages)
    return render(request, "fields/load.html", context, status=422 if "problem" in context else 200)


def _given(request: HttpRequest) -> list[dict[str, Any]]:
    if "sure" in request.POST:
        try:
            return signing.loads(request.POST["sure"])
        except signing.BadSignature as wrong:
            raise ValidationError(_("The form is damaged. Reload the page and try again.")) from wrong
    if not (file := request.FILES.get("file")):
        raise ValidationError(_("Choose a file."))
    if (file.size or 0) > carrying.LARGEST:
        raise ValidationError(_("The file is too large."))
    return carrying.read(file.read())


def _told(difference: carrying.Difference) -> dict[str, Any]:
    """The difference in words: (label, kind) of what comes, (field, [(part, from, to)]) of what changes."""

    def short(value: Any) -> str:
        return _("%(n)d choices") % {"n": len(value)} if isinstance(value, list) and value else str(value or "–")[:80]

    return {
        "added": [
            (
                row.get("label_en") or row.get("label_de") or row["key"],
                CustomField.Kind(row["kind"]).label if row["kind"] in CustomField.Kind.values else row["kind"],
            )
            for row in difference.added
        ],
        "changed": [
            (
                one,
                [
                    (CustomField._meta.get_field(name).verbose_name, short(a), short(b))
                    for name, (a, b) in parts.items()
                ],
            )  # type: ignore[union-attr]
            for one, parts in difference.changed
        ],
        "left": difference.left,
        "differs": bool(difference),
    }
