"""The lists of needs, needs talks and coverage: their columns and filters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from kundenkreis.catalogue.models import Family
from kundenkreis.lists import asking
from kundenkreis.needs import covering
from kundenkreis.needs.asking import COVERAGE, DRIVERS, NEEDS, TALKS
from kundenkreis.needs.models import Coverage, Need, NeedFit, NeedsTalk, TalkAnswer
from kundenkreis.web import formats
from kundenkreis.web.components import component
from kundenkreis.web.lists import Column, ListPage
from kundenkreis.web.lists.boards import Board
from kundenkreis.web.views.of_account import BY_NAME, account_column

TONES = {"open": "accent", "solving": "info", "met": "good", "dropped": ""}
URGENT = {0: "", 1: "", 2: "warn", 3: "bad"}
FITS = 3  # so many are named in a row


def _needs(count: int) -> str:
    return ngettext("%(count)s need", "%(count)s needs", count) % {"count": formats.count(count)}


def _talks(count: int) -> str:
    return ngettext("%(count)s needs talk", "%(count)s needs talks", count) % {"count": formats.count(count)}


def _accounts(count: int) -> str:
    return ngettext("%(count)s account", "%(count)s accounts", count) % {"count": formats.count(count)}


def status(row: Need) -> Any:
    """The status as a badge."""
    return component("badge", row.get_status_display(), kind=TONES[row.status])


def urgency(row: Need) -> Any:
    return component("badge", row.get_urgency_display(), kind=URGENT[row.urgency])


def solve_by(row: Need) -> Any:
    """The day; marked when it is over and the need still open."""
    text = formats.when(row.solve_by) if row.solve_by else ""
    return component("badge", text, kind="bad") if row.is_overdue else text


def span(row: Any) -> str:
    """Low to high in house currency."""
    if not row.high_house:
        return ""
    return f"{formats.money(row.low_house, digits=0)} – {formats.money(row.high_house, digits=0)}"


def _fits(rows: Sequence[Any], request: HttpRequest) -> None:
    """Hang on each row the names of what fits, the best first."""
    found: dict[int, list[str]] = {}
    fits = NeedFit.objects.living().filter(need_id__listed=[row.pk for row in rows]).select_related("product", "family")
    for fit in fits.order_by("-degree", "pk"):
        found.setdefault(fit.need_id, []).append(str(fit))
    for row in rows:
        names = found.get(row.pk, [])
        row.fit_names = ", ".join(names[:FITS]) + (" …" if len(names) > FITS else "")


def _put(row: Need, value: str, by: Any) -> Any:
    """A card in another column; what is not pursued needs a reason, and is refused with it."""
    return row.change(by=by, status=value)


def _line(row: Need) -> str:
    effect = formats.money(row.base_house, digits=0) if row.base_house else ""
    return " · ".join(filter(None, (row.account.name, effect, str(row.get_urgency_display()))))


NEEDS_LIST = ListPage(
    name="needs",
    model=Need,
    title=_("Needs"),
    icon="circle-help",
    name_column="title",
    sort="-effect",
    peek=True,
    search_kind=Need.search_kind,
    needs=("status",),
    columns=(
        Column("title", _("Need"), "name", always=True),
        account_column(),
        Column("effect", _("Effect a year"), "money", value="base_house", sort="base_house", first_down=True),
        Column("span", pgettext_lazy("of an effect", "from – to"), value=span, needs=("low_house", "high_house"), shown=False),
        Column("urgency", _("Urgency"), value=lambda row: row.get_urgency_display(), cell=urgency, needs=("urgency",),
            sort="urgency", first_down=True),
        Column("status", _("Status"), value=lambda row: row.get_status_display(), cell=status, needs=("status",)),
        Column("fits", _("What fits"), value=lambda row: row.fit_names, needs=(), with_extra=True),
        Column("solve_by", _("To be solved by"), "date", cell=solve_by, needs=("solve_by", "status"), sort="solve_by"),
        Column("said_on", _("Said on"), "date", sort="said_on", first_down=True, shown=False),
        Column("contact", _("Who said it"), value=lambda row: row.contact.full_name if row.contact else "", related=("contact",), needs=(
            "contact__given_name", "contact__family_name", "contact__title_before", "contact__title_after"), shown=False),
        Column("next_question", _("Next question"), shown=False),
        Column("owner", _("Owner"), "person", related=("owner",), needs=("owner__first_name", "owner__last_name")),
    ),
    filters=(*NEEDS, BY_NAME, *asking.of("needs")),
    base=lambda request: Need.objects.gathered_for(request.user).living(),
    drivers=DRIVERS,
    spared=("contact",),
    annotate={"fits": _fits},
    boards=(
        Board("status", _("Status"), "status", lambda: Need.Status.choices, _put, "needs.change", line=_line,
              needs=("title", "account__name", "base_house", "urgency")),
    ),
    sums=("base_house",),
    bulk_url="needs:bulk",
    bulk=(("owner", _("Change owner"), "needs.change"),),
    add_url="needs:add",
    add_label=pgettext_lazy("of a customer", "Need"),
    export="needs.export",
    counted=_needs,
    empty=_("No needs yet. What customers lack, what it costs them and what of ours would help stands here; a needs talk finds it out."),
)  # fmt: skip


def _answered(rows: Sequence[Any], request: HttpRequest) -> None:
    """Hang on each talk how many of its questions are answered."""
    found: dict[int, int] = {}
    some = TalkAnswer.objects.living().filter(talk_id__listed=[row.pk for row in rows]).exclude(value="").order_by()
    for talk in some.values_list("talk_id", flat=True):
        found[talk] = found.get(talk, 0) + 1
    for row in rows:
        row.answered = found.get(row.pk, 0)


def _stand(row: NeedsTalk) -> Any:
    if row.finished_at is not None:
        return component("badge", _("finished"), kind="good")
    return component("badge", _("under way"), kind="warn")


TALKS_LIST = ListPage(
    name="needs_talks",
    model=NeedsTalk,
    title=_("Needs talks"),
    icon="message-circle",
    name_column="account",
    sort="-held_on",
    columns=(
        Column("account", _("Account"), "name", value="account__name", related=("account",), needs=("account__name",), always=True),
        Column("held_on", _("Held on"), "date", sort="held_on", first_down=True),
        Column("set", _("Set of questions"), value=lambda row: row.edition.of_set.name, related=("edition__of_set",), needs=(
            "edition__of_set__name_en", "edition__of_set__name_de")),
        Column("answered", _("Answered"), "number", value=lambda row: row.answered, needs=(), with_extra=True),
        Column("state", _("State"), cell=_stand, value=lambda row: _("finished") if row.finished_at else _("under way"), needs=("finished_at",)),
        Column("kind", _("Kind"), "choice"),
        Column("contact", _("With whom"), value=lambda row: row.contact.full_name if row.contact else "", related=("contact",), needs=(
            "contact__given_name", "contact__family_name", "contact__title_before", "contact__title_after"), shown=False),
        Column("person", _("Who asked"), "person", related=("person",), needs=("person__first_name", "person__last_name")),
    ),
    row_name=lambda row: row.account.name,
    filters=(*TALKS, BY_NAME, *asking.of("needs_talks")),
    base=lambda request: NeedsTalk.objects.gathered_for(request.user).living(),
    drivers=frozenset({"person", "held"}),
    spared=("contact",),
    annotate={"answered": _answered},
    add_url="needs_talks:add",
    add_action="needs.add",
    add_label=_("Needs talk"),
    export="needs.export",
    counted=_talks,
    empty=_("No needs talks yet. A talk asks one question after the other, on the phone as well, and keeps each answer at once."),
)  # fmt: skip


def _families(rows: Sequence[Any], request: HttpRequest) -> None:
    """Hang on each row the families in which its account has an open need."""
    found = covering.families_of([row.account_id for row in rows])
    names = dict(
        Family._base_manager.filter(pk__in={pk for some in found.values() for pk in some}).values_list("pk", "name")
    )
    for row in rows:
        row.family_names = ", ".join(sorted(names[pk] for pk in found.get(row.account_id, ())))


def _percent(row: Coverage) -> Any:
    return component("meter", row.percent, 100, label=f"{row.percent} %") if row.asked else ""


def _of_all(row: Coverage) -> str:
    return _("%(count)s of %(all)s") % {"count": row.answered, "all": row.asked} if row.asked else ""


COVERAGE_LIST = ListPage(
    name="needs_coverage",
    model=Coverage,
    title=_("Coverage of needs"),
    icon="list-checks",
    name_column="name",
    sort="percent",
    needs=("account_id",),
    columns=(
        Column("name", _("Account"), "name", value="account__name", related=("account",), needs=("account__name",), always=True),
        Column("percent", _("Coverage"), "percent", cell=_percent, needs=("percent", "asked"), sort="percent"),
        Column("answered", _("Answered"), value=_of_all, needs=("answered", "asked")),
        Column("oldest_on", _("Oldest answer"), "date", sort="oldest_on", shown=False),
        Column("last_on", _("Last needs talk"), "date"),
        Column("open_needs", _("Open needs"), "number", value=lambda row: row.open_needs or None, needs=("open_needs",),
            sort="open_needs", first_down=True),
        Column("base_house", _("Effect a year"), "money", value=lambda row: row.base_house or None, needs=("base_house",),
            sort="base_house", first_down=True),
        Column("families", _("Families with a need"), value=lambda row: row.family_names, needs=(), with_extra=True, shown=False),
        Column("revenue", _("Revenue, 12 months"), "money", value="account__revenue_12m", related=("account",), needs=("account__revenue_12m",)),
        Column("owner", _("Owner"), "person", value="account__owner", related=("account__owner",), needs=(
            "account__owner__first_name", "account__owner__last_name")),
    ),
    row_name=lambda row: row.account.name,
    filters=(*COVERAGE, BY_NAME),
    base=lambda request: Coverage.objects.visible_to(request.user).living(),
    drivers=frozenset({"percent"}),
    annotate={"families": _families},
    export="needs.export",
    counted=_accounts,
    empty=_("Nothing yet. Once a night the customers of the last two years come onto this list, the least known first."),
)  # fmt: skip
