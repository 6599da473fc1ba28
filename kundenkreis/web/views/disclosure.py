"""A person's disclosure (Art. 15 and 20 GDPR): look through what may be about others, then make the file."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.core import clock
from kundenkreis.customers.models import Account, Contact
from kundenkreis.privacy import disclosing, looking
from kundenkreis.privacy.belonging import Person
from kundenkreis.privacy.disclosure import Disclosure
from kundenkreis.privacy.models import SubjectRequest
from kundenkreis.staff import access
from kundenkreis.web import formats
from kundenkreis.web.forms import apply_errors
from kundenkreis.web.forms.privacy import BlackOutForm
from kundenkreis.web.htmx import go
from kundenkreis.web.views.privacy_requests import small_form

SIZE = 50  # texts to look through that are shown at once
LANGUAGES = {"de": "Deutsch", "en": "English"}


def _record(request: HttpRequest, pk: int, noun: str) -> Contact | Account:
    """The contact, or the private customer, restricted ones too. Only for whoever keeps data protection."""
    if not access.may(request.user, "privacy.change"):
        raise PermissionDenied
    if noun not in ("contact", "account"):
        raise Http404
    if noun == "contact":
        return get_object_or_404(Contact._base_manager, pk=pk)
    return get_object_or_404(Account._base_manager, pk=pk, kind=Account.Kind.PERSON)


def _person(record: Contact | Account) -> Person:
    return Person.of_contact(record) if isinstance(record, Contact) else Person.of_account(record)


def _request(request: HttpRequest) -> SubjectRequest | None:
    asked = _given(request, "request")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        return None
    return SubjectRequest.objects.visible_to(request.user).living().filter(pk=int(asked)).first()


@require_safe
def review(request: HttpRequest, pk: int, noun: str) -> HttpResponse:
    """What would go out: how much of what, and the freely written texts to look through, those that name others first."""
    with disclosing.as_she_was(_record(request, pk, noun)) as person:
        context = _reviewed(request, person, pk, noun)
        answer = render(request, "privacy/disclosure.html", context)
    looking.note(person, context["texts"], by=request.user)
    return answer


def _reviewed(request: HttpRequest, person: Person, pk: int, noun: str) -> dict[str, Any]:
    """The texts as they go out, in the language of the file."""
    shown, first, language = (
        Disclosure(person, thorough=_is_thorough(request)),
        _place(request),
        _language(request, person),
    )
    with translation.override(language):
        texts = shown.texts
    return {
        "spoken": language,
        "thorough": shown.thorough,
        "unread": shown.elsewhere.unread,
        "same_name": shown.elsewhere.same_name,
        "person": person,
        "noun": noun,
        "pk": pk,
        "sections": [(section.title, len(section.rows)) for section in shown.sections],
        "texts": texts[first : first + SIZE],
        "count": len(texts),
        "naming": sum(value.names_others for value in texts),
        "first": first,
        "next": first + SIZE if len(texts) > first + SIZE else 0,
        "previous": max(0, first - SIZE) if first else None,
        "request_of": _request(request),
        "languages": [
            (name, _back(request, pk, noun, language=code), code == language) for code, name in LANGUAGES.items()
        ],
        "read_on": "" if shown.thorough else _back(request, pk, noun, whole="1"),
        "carried": _carried(request),
        "controller": shown.controller,
        "purposes": shown.purposes,
    }


def _given(request: HttpRequest, name: str) -> str:
    return str(request.POST.get(name) or request.GET.get(name, ""))


def _language(request: HttpRequest, person: Person) -> str:
    """In which the file is to be."""
    asked = (_given(request, "language"), person.language)
    return next((language for language in asked if language in LANGUAGES), "de")


def _is_thorough(request: HttpRequest) -> bool:
    """Whether long tables are read for longer, because somebody asked for it."""
    return _given(request, "whole") == "1"


def _carried(request: HttpRequest, **changed: str) -> dict[str, str]:
    """What goes along from page to page: the request, the language of the file, whether long tables are read."""
    asked, language = _request(request), _given(request, "language")
    found = {
        "request": str(asked.pk) if asked else "",
        "language": language if language in LANGUAGES else "",
        "whole": "1" if _is_thorough(request) else "",
    } | changed
    return {name: value for name, value in found.items() if value}


def _back(request: HttpRequest, pk: int, noun: str, **changed: str) -> str:
    carried = _carried(request, **changed)
    return reverse("disclosure:review", args=[noun, pk]) + (f"?{urlencode(carried)}" if carried else "")


def _place(request: HttpRequest) -> int:
    first = request.GET.get("from", "")
    return min(int(first), 10**6) if first.isascii() and first.isdecimal() and len(first) < 8 else 0


@require_http_methods(["GET", "POST"])
def black_out(request: HttpRequest, pk: int, noun: str) -> HttpResponse:
    """Leave a passage of `?place=` out, with a reason."""
    person = _person(_record(request, pk, noun))
    place = request.GET.get("place", "")[:160].replace("\0", "")
    form = BlackOutForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            given = form.cleaned_data | {"language": _language(request, person)}
            disclosing.black_out(person, place, by=request.user, **given)
            return go(request, _back(request, pk, noun), _("The passage will be left out."))
        except ValidationError as trouble:
            apply_errors(form, trouble)
    hint = _("What is about somebody else may be left out (Art. 15 (4)), not what is unpleasant for the house.")
    return small_form(request, form, str(person), _("Black out"), hint, _("Black out"), _back(request, pk, noun))


@require_POST
def show_again(request: HttpRequest, pk: int, noun: str) -> HttpResponse:
    """The text of `place` goes out whole again."""
    person = _person(_record(request, pk, noun))
    disclosing.show_again(person, request.POST.get("place", "")[:160].replace("\0", ""), by=request.user)
    return go(request, _back(request, pk, noun), _("The text goes out whole again."))


@require_POST
def make(request: HttpRequest, pk: int, noun: str) -> HttpResponse:
    """The file: `form` html (to read and print) or json (for programs), or `portable` (Art. 20). It is sent, and not kept."""
    record = _record(request, pk, noun)
    person = _person(record)
    language, form = _language(request, person), request.POST.get("form", "")
    form = form if form in ("html", "json", "portable") else "html"
    with translation.override(language), disclosing.as_she_was(record) as present:
        shown = Disclosure(present, portable=form == "portable", thorough=_is_thorough(request))
        texts = shown.texts
        missing = looking.unseen(present, texts, by=request.user)
        if texts and (missing or not request.POST.get("looked")):
            with translation.override(request.user.language):  # type: ignore[union-attr]
                return go(request, _to_look(request, pk, noun, language, missing), _not_seen(len(missing)))
        content = _html(shown, language) if form == "html" else _json(shown, language)
        count = shown.count
        name = f"{slugify(_('disclosure'))}-{clock.today():%Y-%m-%d}.{'html' if form == 'html' else 'json'}"
    asked = _request(request)
    disclosing.disclosed(person, content, by=request.user, count=count, kind=form, language=language, request=asked)
    kind = "text/html; charset=utf-8" if form == "html" else "application/json"
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _not_seen(count: int) -> str:
    """Why it may not go out yet: only texts go out that whoever makes the file was shown, as they are now."""
    if not count:
        return _("Look through the texts first, and say that you have: they may be about other people.")
    return ngettext(
        "%(count)s text was not shown to you yet, or has changed since. Look through it first.",
        "%(count)s texts were not shown to you yet, or have changed since. Look through them first.",
        count,
    ) % {"count": formats.count(count)}


def _to_look(request: HttpRequest, pk: int, noun: str, language: str, missing: list[int]) -> str:
    """The page of the review on which the first of them stands."""
    address = _back(request, pk, noun, language=language)
    first = missing[0] // SIZE * SIZE if missing else 0
    return f"{address}&from={first}" if first else address


def _html(shown: Disclosure, language: str) -> bytes:
    context = {"shown": shown, "today": clock.today(), "made_at": timezone.now(), "spoken": language}
    return render_to_string("privacy/disclosure_file.html", context).encode()


def _json(shown: Disclosure, language: str) -> bytes:
    data = {"made_on": clock.today().isoformat(), "language": language} | shown.as_data()
    return json.dumps(data, ensure_ascii=False, indent=1).encode()
