"""The configuration as a file: what there is, a file to save, a file to look at, and what was chosen of it done as one batch."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.configuration import applying, comparing, document, parts
from kundenkreis.configuration.comparing import Difference
from kundenkreis.configuration.document import Document
from kundenkreis.configuration.models import Loaded, Origin
from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.staff import access
from kundenkreis.web import formats
from kundenkreis.web.htmx import go

ACTION = "configuration.change"


def require(request: HttpRequest) -> None:
    if not access.may(request.user, ACTION):
        raise PermissionDenied


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What is carried, with how much of it there is; in a test copy, what is another here than in the house that it was made of."""
    require(request)
    mine, origin = document.dump(), Origin.objects.first()
    context: dict[str, Any] = {
        "parts": [(one, len(mine[one.name])) for one in parts.every()],
        "origin": origin,
        "is_test_copy": House.current().is_test_copy,
        "own": None,
    }
    if origin is not None:
        context["own"] = comparing.compare(Document(mine), origin.document).by_part()
    return render(request, "configuration/index.html", context)


@require_safe
def write(request: HttpRequest) -> HttpResponse:
    """The file, of everything or of the parts that the address names."""
    require(request)
    known = {one.name for one in parts.every()}
    only = [name for name in request.GET.getlist("part") if name in known]
    answer = HttpResponse(document.written(only), content_type="application/json; charset=utf-8")
    name = "-".join(["configuration", *(only if len(only) == 1 else ())])
    answer["Content-Disposition"] = f'attachment; filename="{name}-{clock.today():%Y-%m-%d}.json"'
    return answer


@require_POST
def load(request: HttpRequest) -> HttpResponse:
    """Take a file in, to be looked at; nothing happens yet."""
    require(request)
    file = request.FILES.get("file")
    try:
        if file is None:
            raise ValidationError(_("Choose a file."))
        if (file.size or 0) > document.LARGEST:
            raise ValidationError(_("The file is too large."))
        content = file.read()
        read = document.read(content)
    except ValidationError as refused:
        context: dict[str, Any] = {
            "problem": " ".join(refused.messages),
            "parts": [],
            "origin": None,
            "own": None,
            "is_test_copy": False,
        }
        return render(request, "configuration/index.html", context, status=422)
    kept = {"format": document.FORMAT, "version": document.VERSION, "house": read.house, "parts": read.parts}
    kept |= {"base": read.base} if read.base is not None else {}
    kept["unknown"] = read.unknown
    Loaded.keep(request.user.pk, str(file.name), kept)
    return redirect("configuration:compare")


@require_http_methods(["GET", "POST"])
def compare(request: HttpRequest) -> HttpResponse:
    """What the file would change, part by part; POST does what was ticked (`item`), if it is still what she looked at (`seen`)."""
    require(request)
    loaded = Loaded.objects.filter(person_id=request.user.pk).first()
    if loaded is None:
        return redirect("configuration:index")
    problem = ""
    try:
        found = comparing.compare(_read(loaded))
    except ValidationError as refused:  # what was a configuration when it was loaded is none any more
        found, problem = Difference(), " ".join(refused.messages)
    chosen = set(request.POST.getlist("item")) if request.method == "POST" else applying.usual(found)
    if request.method == "POST" and not problem:
        try:
            if request.POST.get("seen") != found.digest:
                raise ValidationError(_("The house has changed since you looked. This is what the file would do now."))
            batch = applying.apply(found, chosen, by=request.user)
        except ValidationError as refused:
            problem = " ".join(refused.messages)
        else:
            loaded.put_away()
            count = len(chosen & {one.name for one in found.items})
            said = ngettext("%(num)s definition was taken over. It can be undone in the history.",
                            "%(num)s definitions were taken over. It can be undone in the history.", count)  # fmt: skip
            return go(request, _batch_url(batch.pk), said % {"num": formats.number(count, 0)})
    elif chosen and not problem:
        problem = applying.refused(found, chosen, by=request.user)
    context = {
        "loaded": loaded,
        "difference": found,
        "chosen": chosen,
        "problem": problem,
        "house": loaded.document.get("house", ""),
    }
    return render(
        request, "configuration/compare.html", context, status=422 if problem and request.method == "POST" else 200
    )


def _read(loaded: Loaded) -> Document:
    read = document.of_json(json.loads(json.dumps(loaded.document)))
    read.unknown = [str(one) for one in loaded.document.get("unknown", [])]
    return read


def _batch_url(pk: int) -> str:
    from django.urls import reverse

    return reverse("history:batch", args=[pk])
