"""People: who works here, in which role and team, and who may see what."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.activities import handing_over
from kundenkreis.core import clock
from kundenkreis.customers.models import Account
from kundenkreis.history.models import Event
from kundenkreis.staff import access, inviting, joining
from kundenkreis.staff.explaining import may_explain
from kundenkreis.staff.looking_back import may_see
from kundenkreis.staff.models import Deputy, Team, Territory, User
from kundenkreis.staff.roles import Role
from kundenkreis.web import htmx
from kundenkreis.web.forms.people import DeputyForm, HandOverForm, PersonForm
from kundenkreis.web.rights import rights_of
from kundenkreis.web.signin import password_link
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views import editing
from kundenkreis.web.views.tokens import tokens_of

SHOWN = 500
LATEST = 8


def tabs(present: str) -> list[tuple[str, str, bool, int | None]]:
    """The pages of people and teams, as `ui.tabs` wants them."""
    living = (User.objects.living(), Team.objects.living(), Territory.objects.living())
    people, teams, territories = (rows.count() for rows in living)
    return [
        (_("People"), reverse("people:list"), present == "people", people),
        (_("Teams"), reverse("teams:list"), present == "teams", teams),
        (_("Territories"), reverse("territories:list"), present == "territories", territories),
        (_("Roles"), reverse("people:roles"), present == "roles", None),
    ]


def require(request: HttpRequest, action: str) -> None:
    if not access.may(request.user, action):
        raise PermissionDenied


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Everybody, by name; `?q=` part of a name or mail address, `?role=`, `?team=`, `?locked=1`."""
    require(request, "people.see")
    rows = User.objects.visible_to(request.user).living().select_related("team").prefetch_related("territories")
    if text := request.GET.get("q", "").strip():
        rows = rows.filter(Q(first_name__icontains=text) | Q(last_name__icontains=text) | Q(email__icontains=text))
    if (role := request.GET.get("role", "")) in Role.values:
        rows = rows.filter(role=role)
    if (team := request.GET.get("team", "")).isdecimal():
        rows = rows.filter(team_id=min(int(team), 2**62))
    if request.GET.get("locked"):
        rows = rows.filter(is_active=False)
    context = {
        "people": list(rows[:SHOWN]),
        "tabs": tabs("people"),
        "roles": [("", _("Any role")), *Role.choices],
        "teams": [("", _("Any team")), *((t.pk, t.name) for t in Team.objects.living())],
        "may_add": access.may(request.user, "people.add"),
        "may_review": access.may(request.user, "access.review"),
        "is_filtered": bool(text or role or team or request.GET.get("locked")),
    }
    return render(request, "people/list.html", context)


@require_safe
def options(request: HttpRequest) -> HttpResponse:
    """What a picker of colleagues finds for `?q=`: at most ten whose names' words begin as typed."""
    people = User.objects.visible_to(request.user).living().filter(is_active=True).order_by("first_name", "last_name")
    for word in request.GET.get("q", "")[:80].split():
        people = people.filter(Q(first_name__istartswith=word) | Q(last_name__istartswith=word))
    return htmx.fragment(request, "people/options.html", {"found": people[:10]})


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User.objects.visible_to(request.user).select_related("team"), pk=pk)
    may_change = access.may(request.user, "people.change")
    accounts = Account.objects.visible_to(request.user).living().filter(owner=person)
    context = {
        "person": person,
        "may_change": may_change,
        "may_discard": access.may(request.user, "people.discard") and person != request.user,
        "may_deputise": may_change or person == request.user,
        "deputies": Deputy.objects.living().filter(person=person).select_related("deputy").order_by("-starts_on"),
        "stands_in_for": Deputy.objects.living().filter(deputy=person).select_related("person").order_by("-starts_on"),
        "deputy_form": DeputyForm(user=request.user, person=person, initial={"starts_on": clock.today()}),
        "account_count": accounts.count(),
        "latest_accounts": accounts.order_by("-revenue_12m", "pk")[:LATEST],
        "tokens": tokens_of(person) if may_change else [],
        "today": clock.today(),
        "may_keep_privacy": access.may(request.user, "privacy.see"),
        "may_explain": may_explain(request.user, person),  # type: ignore[arg-type]
    }
    if may_see(request.user, person):  # type: ignore[arg-type]
        context |= steps_of(request, person)
    return render(request, "people/detail.html", context)


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    require(request, "people.add")
    given = request.POST if request.method == "POST" else None
    form = PersonForm(given, user=request.user, initial={"role": Role.READ_ONLY, "language": request.user.language})
    if request.method == "POST" and form.save_by():
        return _invited(request, form.record)
    return render(request, "people/edit.html", {"form": form, "record": None}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    require(request, "people.change")
    person = get_object_or_404(User.objects.living(), pk=pk)
    form = PersonForm(request.POST if request.method == "POST" else None, instance=person, user=request.user)
    if request.method == "POST" and form.save_by():
        return htmx.go(request, reverse("people:detail", args=[pk]), _("Saved."), undo=form.event)
    return editing.whole(request, form, person, "people/edit.html")


@require_POST
@never_cache
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """A fresh link with which the person sets her password, shown to copy and mailed."""
    require(request, "people.change")
    return _invited(request, get_object_or_404(User.objects.living(), pk=pk, is_active=True))


def _invited(request: HttpRequest, person: User) -> HttpResponse:
    link = password_link(request, person)
    try:
        inviting.send_link(person, link, inviter=request.user)
        mailed = True
    except OSError:  # no mail server, or it refused: the link is on the screen all the same
        mailed = False
    return render(request, "people/invited.html", {"person": person, "link": link, "mailed": mailed})


@require_http_methods(["GET", "POST"])
def lock(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask to whom everything goes, then lock."""
    require(request, "people.change")
    person = get_object_or_404(User.objects.living(), pk=pk)
    form = HandOverForm(request.POST if request.method == "POST" else None, person=person)
    owns = handing_over.belongings(person)
    if request.method == "POST" and form.is_valid():
        try:
            said = _locked(request, person, form.cleaned_data["to"])
            return htmx.go(request, reverse("people:detail", args=[pk]), said)
        except ValidationError as refused:
            form.add_error(None, refused)
    context = {"form": form, "person": person, "owns": owns}
    return render(request, "people/lock.html", context, status=422 if form.errors else 200)


@transaction.atomic
def _locked(request: HttpRequest, person: User, to: User | None) -> str:
    joining.lock(person, by=request.user)
    if to is None:
        return _("%(name)s cannot sign in any more.") % {"name": person}
    handing_over.hand_over(person, to, by=request.user)
    return _("%(name)s cannot sign in any more; %(to)s has everything now.") % {"name": person, "to": to}


@require_POST
def unlock(request: HttpRequest, pk: int) -> HttpResponse:
    require(request, "people.change")
    person = get_object_or_404(User.objects.living(), pk=pk)
    event = joining.unlock(person, by=request.user)
    return htmx.go(
        request, reverse("people:detail", args=[pk]), _("%(name)s may sign in again.") % {"name": person}, undo=event
    )


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    require(request, "people.discard")
    person = get_object_or_404(User.objects.living(), pk=pk)
    try:
        event = joining.leave(person, by=request.user)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return htmx.go(request, reverse("people:detail", args=[pk]))
    return htmx.go(request, reverse("people:list"), _("%(name)s is in the bin.") % {"name": person}, undo=event)


@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    require(request, "people.discard")
    person = get_object_or_404(User.objects.in_bin(), pk=pk)
    event = person.restore(by=request.user)
    return htmx.go(request, reverse("people:detail", args=[pk]), _("%(name)s is back.") % {"name": person}, undo=event)


@require_POST
def add_deputy(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody stands in for a person; an administrator's or her own decision."""
    person = get_object_or_404(User.objects.living(), pk=pk)
    if person != request.user:
        require(request, "people.change")
    form = DeputyForm(request.POST, user=request.user, person=person)
    if form.save_by():
        deputy, event = form.record, Event.objects.about(form.record).latest("pk")
        return htmx.go(
            request, reverse("people:detail", args=[pk]), _("%(name)s stands in.") % {"name": deputy.deputy}, undo=event
        )
    said = " ".join(error for errors in form.errors.values() for error in errors)
    messages.error(request, said)
    return htmx.go(request, reverse("people:detail", args=[pk]))


@require_POST
def discard_deputy(request: HttpRequest, pk: int) -> HttpResponse:
    deputy = get_object_or_404(Deputy.objects.living(), pk=pk)
    if deputy.person_id != request.user.pk:
        require(request, "people.change")
    event = deputy.discard(by=request.user)
    return htmx.go(
        request, reverse("people:detail", args=[deputy.person_id]), _("Nobody stands in any more."), undo=event
    )


@require_safe
def roles(request: HttpRequest) -> HttpResponse:
    require(request, "people.see")
    counts = {role: User.objects.living().filter(role=role, is_active=True).count() for role in Role.values}
    rows = [(role, label, counts[role]) for role, label in Role.choices]
    return render(request, "people/roles.html", {"rows": rows, "tabs": tabs("roles")})


@require_safe
def role(request: HttpRequest, name: str) -> HttpResponse:
    """What a role may do, in words, from the one table that decides it."""
    require(request, "people.see")
    if name not in Role.values:
        raise Http404
    return render(request, "people/role.html", {"name": name, "label": Role(name).label, "rights": rights_of(name)})
