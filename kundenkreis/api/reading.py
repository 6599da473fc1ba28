"""Records going out: one, or a page of a list, in a constant number of queries and without making model instances."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext as _
from pydantic import ConfigDict, Field, create_model

from kundenkreis.api import shapes
from kundenkreis.api.auth import Caller
from kundenkreis.api.noun import Noun
from kundenkreis.api.problems import forbidden, invalid, not_found
from kundenkreis.core import filters, keyset
from kundenkreis.core.filters import BadFilter, Filter
from kundenkreis.core.keyset import BadCursor
from kundenkreis.core.steering import filtered
from kundenkreis.customers.discretion import within_reach
from kundenkreis.customers.models import Account, Contact
from kundenkreis.fields import known, rolling
from kundenkreis.privacy import watching
from kundenkreis.privacy.models import Way
from kundenkreis.staff import access

SIZE, SIZE_MAX = 50, 500
# Whole pages of these nouns are counted as records that went out; a few rows are no mass.
PERSONAL = frozenset({"accounts", "contacts", "activities", "orders", "documents", "people"})
BULK = 50

_Plan = list[tuple[str, tuple[str, ...], Callable[..., Any] | None]]


class Reader:
    """Turns rows of a noun into what the API shows. One for each noun, made when its routes are."""

    def __init__(self, noun: Noun):
        self.noun = noun
        self.many = [f for f in noun.fields.values() if f.many_to_many and f.name in noun.readable]
        many_names = {f.name for f in self.many}
        self.names = [(one.name, one.of) for one in noun.readable if isinstance(one, shapes.Shown) and one.of]
        # Several accounts or contacts in one field: only those are told that the caller may see.
        self.discreet = [
            (shapes.api_name(f), f.related_model) for f in self.many if f.related_model in (Account, Contact)
        ]
        self.plan: _Plan = []
        self.made_for: dict[str, Callable[[Any], Callable[..., Any]]] = {}
        for one in noun.readable:
            if isinstance(one, shapes.Shown):
                self.plan.append((one.name, one.columns, one.make))
                if one.made_for is not None:
                    self.made_for[one.name] = one.made_for
            elif one not in many_names:
                field: Any = noun.model._meta.get_field(one)
                self.plan.append((shapes.api_name(field), (field.attname,), shapes.out_of(field)))

    def one(self, caller: Caller, queryset: models.QuerySet, pk: int) -> dict[str, Any]:
        """The record with this number; Problem 404 when there is none in the queryset."""
        plan = self._plan_for(caller, None)
        row = queryset.filter(pk=pk).values(*_columns(plan, ())).first()
        if row is None:
            raise not_found()
        return self._spared(caller, self._shown([row], plan, self._many_for(None)))[0]

    def rows(
        self,
        caller: Caller,
        rows: Callable[[tuple[str, ...]], list[dict]],
        wanted: frozenset[str] | None,
        order: Iterable[str],
    ) -> list[dict]:
        """What `rows` finds for the columns it is told to read, as the API shows it."""
        plan = self._plan_for(caller, wanted)
        return self._spared(caller, self._shown(rows(_columns(plan, order)), plan, self._many_for(wanted)))

    def _spared(self, caller: Caller, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Names of other records only where the caller may see those: one query for each such field."""
        for name, model in self.names:
            told = [record for record in records if record.get(name) is not None]
            seen = within_reach(caller.user, model, [record[name][0] for record in told])
            for record in told:
                pk, text = record[name]
                record[name] = text if pk in seen else None
        for name, model in self.discreet:
            told = [record for record in records if record.get(name)]
            seen = within_reach(caller.user, model, [pk for record in told for pk in record[name]])
            for record in told:
                record[name] = [pk for pk in record[name] if pk in seen]
        return records

    def _plan_for(self, caller: Caller, wanted: frozenset[str] | None) -> _Plan:
        hidden = self.noun.hidden_from(caller.user) if self.noun.hidden else frozenset()
        if wanted is None and not hidden and not self.made_for:
            return self.plan
        return [
            (part[0], part[1], self.made_for[part[0]](caller.user)) if part[0] in self.made_for else part
            for part in self.plan
            if part[0] not in hidden and (wanted is None or part[0] in wanted or part[0] == "id")
        ]

    def _many_for(self, wanted: frozenset[str] | None) -> list[Any]:
        return [f for f in self.many if wanted is None or shapes.api_name(f) in wanted]

    def _shown(self, rows: list[dict], plan: _Plan, many: list[Any]) -> list[dict[str, Any]]:
        found = []
        for row in rows:
            record = {}
            for name, columns, make in plan:
                if make is None:
                    record[name] = row[columns[0]]
                else:
                    record[name] = make(*[row[column] for column in columns])
            found.append(record)
        for field in many:
            related = _related(field, [row["id"] for row in rows])
            name = shapes.api_name(field)
            for record in found:
                record[name] = related.get(record["id"], [])
        return found


def _columns(plan: _Plan, order: Iterable[str]) -> tuple[str, ...]:
    needed = dict.fromkeys(["id", *(column for _n, columns, _m in plan for column in columns)])
    needed |= dict.fromkeys(name for name in order if name != "pk")
    return tuple(needed)


def _related(field: Any, ids: list[int]) -> dict[int, list[int]]:
    """The numbers on the other side of a many-to-many field, for all rows in one query."""
    through, own, other = field.remote_field.through, field.m2m_field_name(), field.m2m_reverse_field_name()
    found: dict[int, list[int]] = {}
    pairs = (
        through._base_manager.filter(**{f"{own}_id__in": ids})
        .order_by(f"{other}_id")
        .values_list(f"{own}_id", f"{other}_id")
    )
    for mine, theirs in pairs:
        found.setdefault(mine, []).append(theirs)
    return found


# --- lists -----------------------------------------------------------------------------------------------------------


def _plain(noun: Noun) -> list[Filter]:
    """The filters that have a parameter of their own."""
    return [asked for asked in noun.filters if asked.kind in _SIMPLE and asked.many is None]


_SIMPLE = {"text": "is", "choice": "in", "number": "is", "date": "on", "moment": "on", "flag": "is", "person": "is"}


def _simple_type(asked: Filter) -> Any:
    if asked.kind == "flag":
        return bool | None
    if asked.kind == "choice" and not callable(asked.choices) and asked.choices:
        return Literal[tuple(str(value) for value, _label in asked.choices)] | None
    if asked.kind == "person":
        return shapes.Id | None
    return str | None


def list_parameters(noun: Noun) -> Any:
    """The query parameters of a noun's list, as a schema."""
    names = ", ".join(f"{f.name} ({f.kind})" for f in noun.filters)
    sorts = ["id", *noun.sorts]
    order: Any = Literal[(*sorts, *(f"-{name}" for name in sorts))]  # type: ignore[valid-type]
    if noun.fielded:
        order = order | Annotated[str, Field(pattern=r"^-?custom_[a-z0-9_]{1,40}$")]
    columns: dict[str, Any] = {
        "limit": (int, Field(SIZE, ge=1, le=SIZE_MAX, description="How many records at most.")),
        "after": (
            str,
            Field("", max_length=2000, description="The cursor of a page, taken from `next` or `previous`."),
        ),
        "sort": (order, Field(noun.default_sort, description="The order; `-` turns it round.")),
        "fields": (
            str,
            Field("", max_length=1000, description="Only these fields, separated by commas. `id` always comes."),
        ),
    }
    if noun.filters:
        said = (
            "Conditions such as `name:operation:value,value`, all of which hold; groups of them, such as `any(…;…)`, `all(…;…)` and "
            "`none(…;…)`; and relations, such as `name:with(…;…)` and `name:without(…;…)`. The addresses of the lists on the screen "
            f"are written in the same way. They can ask: {names}."
        )
        if noun.fielded:
            said += " Custom fields (`/custom-fields`) are asked as `custom_` and their key: `custom_seats:over:40`."
        if any(asked.picked for asked in noun.filters):
            said += " `of:is:17` is one account, `of:is:legal-17` its group in that hierarchy today, as far as the caller sees it."
        columns["f"] = (list[str], Field([], max_length=20, description=said))
    if noun.has_bin:
        columns["bin"] = (bool, Field(False, description="What is in the bin instead; for administrators."))
    for asked in _plain(noun):
        columns[asked.name] = (
            _simple_type(asked),
            Field(None, description=f"Short for `f={asked.name}:{_SIMPLE[asked.kind]}:…`"),
        )
    return create_model(f"{noun.title}Query", __config__=ConfigDict(extra="forbid"), **columns)


def page_of(reader: Reader, request: HttpRequest, caller: Caller, query: Any) -> dict[str, Any]:
    """A page of a noun's list: `items`, and the addresses of the pages `next` and `previous`."""
    noun = reader.noun
    found = noun.for_list(caller.user)
    if noun.has_bin:
        if query.bin and not access.may(caller.user, "bin.see"):
            raise forbidden()
        found = found.in_bin() if query.bin else found.living()  # type: ignore[attr-defined]
    asked = _conditions(noun, caller, query)
    if asked:
        steered = noun.all_drivers and not (noun.has_bin and query.bin)
        found = filtered(found, asked, noun.all_drivers, noun.model) if steered else found.filter(asked.q())
    order, wanted = _order(noun, caller, query.sort), _wanted(noun, query.fields)
    follows = noun.feed is not None and order == [("id", "asc")]
    if follows and noun.feed:
        found = noun.feed(found)
    answer = paged(reader, request, caller, found, order, after=query.after, limit=query.limit, wanted=wanted)
    if follows and not answer["next"]:
        last = answer["items"][-1]["id"] if answer["items"] else 0
        place = keyset.cursor_after(noun.model, order, {"id": last}) if last or not query.after else query.after
        answer["next"] = address_of(request, place)
    if noun.area in PERSONAL and len(answer["items"]) >= BULK:
        watching.went_out(caller.user, Way.API, noun.path, len(answer["items"]))
    return answer


def paged(
    reader: Reader,
    request: HttpRequest,
    caller: Caller,
    found: models.QuerySet,
    order: list[tuple[str, str]],
    *,
    after: str,
    limit: int,
    wanted: frozenset[str] | None = None,
) -> dict[str, Any]:
    """A page of any queryset of the reader's noun."""
    pages: list[keyset.Page] = []

    def rows(columns: tuple[str, ...]) -> list[dict]:
        try:
            pages.append(keyset.page(found.values(*columns), order=order, after=after, size=limit))
        except BadCursor as bad:
            raise invalid([{"parameter": "after", "detail": str(bad)}]) from bad
        return pages[0].rows

    items = reader.rows(caller, rows, wanted, [name for name, _direction in order])
    return {
        "items": items,
        "next": address_of(request, pages[0].next),
        "previous": address_of(request, pages[0].previous),
    }


def address_of(request: HttpRequest, cursor: str) -> str | None:
    """The address of the page that begins after a cursor; None for none."""
    if not cursor:
        return None
    query = request.GET.copy()
    query["after"] = cursor
    return request.build_absolute_uri(f"{request.path}?{urlencode([(k, v) for k, vs in query.lists() for v in vs])}")


def _conditions(noun: Noun, caller: Caller, query: Any) -> filters.Filters:
    written = list(getattr(query, "f", []))
    for asked in _plain(noun):
        value = getattr(query, asked.name)
        if value is not None:
            text = {True: "yes", False: "no"}[value] if asked.kind == "flag" else str(value)
            written.append(filters.condition(asked.name, _SIMPLE[asked.kind], text))
    return conditions(noun, caller, written)


def conditions(noun: Noun, caller: Caller, written: list[str]) -> filters.Filters:
    """What `f=` asks of the noun's list, custom fields included; what is hidden from the caller cannot be asked. Raises Problem."""
    hidden = noun.hidden_from(caller.user) if noun.hidden else frozenset()
    declared = [one for one in noun.all_filters if one.name not in hidden]
    try:
        return filters.parse(written, declared, by=caller.user)
    except BadFilter as bad:
        raise invalid([{"parameter": "f", "detail": str(bad), "at": ".".join(map(str, bad.at))}]) from bad


def _order(noun: Noun, caller: Caller, sort: str) -> list[tuple[str, str]]:
    name = sort.removeprefix("-")
    if name in noun.hidden_from(caller.user):
        raise forbidden()
    column = noun.sorts.get(name, name)
    if noun.fielded and name.startswith(known.PREFIX):
        own = known.of(noun.fielded).by_name.get(name)
        hidden = own is not None and bool(own.rolls) and not rolling.may_see(caller.user, own)
        if own is None or own.is_retired or not own.is_ready or hidden:
            raise invalid([{"parameter": "sort", "detail": _("Nothing can be sorted by “%(name)s”.") % {"name": name}}])
        column = own.path
    direction = "desc" if sort.startswith("-") else "asc"
    return [(column, direction)] if column == "id" else [(column, direction), ("id", direction)]


def _wanted(noun: Noun, written: str) -> frozenset[str] | None:
    if not written:
        return None
    names = frozenset(name.strip() for name in written.split(","))
    unknown = names - set(noun.record_schema.model_fields)
    if unknown:
        said = _("There is no field “%(name)s”.") % {"name": sorted(unknown)[0][:60]}
        raise invalid([{"parameter": "fields", "detail": said}])
    return names
