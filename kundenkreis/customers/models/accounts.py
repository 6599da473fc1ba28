"""Accounts: the companies and persons whom we look after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from kundenkreis.core import clock, numbering, search
from kundenkreis.core.records import bin_index, reached_from
from kundenkreis.core.text import fold
from kundenkreis.customers import alike, cadence, checks, sealed_addresses, territories
from kundenkreis.customers.dialling import Dialled
from kundenkreis.customers.models.dated import holding
from kundenkreis.customers.models.merged import Mergeable, MergeableQuerySet, restricted_index, rests_when_restricted
from kundenkreis.fields import picks
from kundenkreis.fields.filling import Fielded
from kundenkreis.fields.picks import PickField
from kundenkreis.history.models import Event
from kundenkreis.history.recording import Recorded
from kundenkreis.staff import access, explaining
from kundenkreis.staff.models import AccountMove, StaffQuerySet, Team, Territory, User
from kundenkreis.staff.moves import FIELDS as MOVED_BY

# "Has never ordered", as a date, because PostgreSQL sorts NULL first on descending order and SQLite doesn't.
NEVER = dt.date(1900, 1, 1)
# On which of its fields it depends how often an account should be spoken with.
RHYTHM = frozenset({"tier", "touch_days"})


class Tag(Recorded):
    name = models.CharField(_("name"), max_length=60, unique=True)

    objects = StaffQuerySet.as_manager()

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class AccountQuerySet(MergeableQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.within(access.reach(user, "accounts.see"))

    def within(self, reach: access.Reach) -> Self:
        """Accounts inside a reach. Narrow reaches drive from the ids, wide ones filter while walking the list's index.

        The wrong shape costs a hundred times the right one at a million accounts, so a bounded count on the columns decides.
        """
        if reach.everything:
            return self.but_restricted()
        if not reach:
            return self.none()
        if not reach.members:
            return self.filter(by_column(reach)).but_restricted()
        if is_narrow(reach):
            return self.filter(pk__gathered=_ways(reach, clock.today())).but_restricted()
        return self.held_by(reach)

    def held_by(self, reach: access.Reach) -> Self:
        """As `within`, asked of one account after the other: for a list that is walked, and for a few of them."""
        return self.filter(held_at(reach)).but_restricted()

    def for_list(self) -> Self:
        return self.select_related("owner", "territory")


def by_column(reach: access.Reach, path: str = "") -> models.Q:
    """Accounts that a reach holds by their owner, team or territory; `path` leads to them ("account__")."""
    held = models.Q(pk__in=[])
    if reach.owners:
        held |= models.Q(**{f"{path}owner_id__one_of": reach.owners})
    if reach.teams:
        held |= models.Q(**{f"{path}team_id__one_of": reach.teams})
    if reach.territories:
        held |= models.Q(**{f"{path}territory_id__one_of": reach.territories})
    return held


def by_each_column(reach: access.Reach) -> list[models.QuerySet]:
    """The ids of `by_column`, a query for each column: SQLite walks the whole table for the three in one when hardly any account has a
    territory, because it takes the many without one for its average.
    """
    held = {"owner_id": reach.owners, "team_id": reach.teams, "territory_id": reach.territories}
    ids = [
        Account._base_manager.filter(**{f"{name}__one_of": some}).values("pk") for name, some in held.items() if some
    ]
    return ids or [Account._base_manager.none().values("pk")]


def _ways(reach: access.Reach, day: dt.date) -> models.QuerySet:
    """The ids of a narrow reach's accounts, by its columns and its seats of that day. Remembered as a question, never its answer."""
    known = reach.__dict__.setdefault("_ways", {})
    if day not in known:
        seats = [seats_of(reach, **{who: reach.members}).values("account_id") for who in ("person_id", "deputy_id")]
        first, *others = [*by_each_column(reach), *seats]
        known[day] = first.union(*others)
    return known[day]


def is_narrow(reach: access.Reach) -> bool:
    """At most 4,000 ways to accounts by their columns, three to each at most. Remembered on the reach, which lives as long as a request."""
    known = reach.__dict__
    if "_is_narrow" not in known:
        first, *others = by_each_column(reach)
        known["_is_narrow"] = first.union(*others, all=True)[:4001].count() <= 4000
    return known["_is_narrow"]


def held_at(reach: access.Reach, path: str = "") -> models.Q:
    """The condition that the account to which the foreign key `path` leads ("": the row itself) lies inside a reach, asked row by row.

    For walking a list; a narrow reach drives faster from `Account.objects.within(reach)`.
    """
    if reach.everything:
        return models.Q()
    held = by_column(reach, f"{path}__" if path else "")
    if reach.members:
        here = seats_of(reach).filter(account_id=models.OuterRef(f"{path}_id" if path else "pk"))
        held |= models.Q(models.Exists(here))
    return held


def seats_of(reach: access.Reach, **who: frozenset[int]) -> models.QuerySet:
    """Seats on account teams that run today and are held by the reach's people, for themselves or as the seat's deputy."""
    seats = Account.team_members.rel.related_model._base_manager.filter(holding(clock.today()), deleted_at=None)
    if who:
        return seats.filter(**{f"{name}__in": people for name, people in who.items()})
    return seats.filter(models.Q(person_id__in=reach.members) | models.Q(deputy_id__in=reach.members))


def of_accounts(reach: access.Reach, column: str = "account_id") -> models.Q:
    """Rows that are seen with their account: few accounts lead to theirs by an index, many are asked about while the rows are walked."""
    accounts = Account.objects.within(reach)
    if reach and not reach.everything and is_narrow(reach):
        return models.Q(**{f"{column}__gathered": accounts.values("pk")})
    return reached_from(column, accounts)


def but_of_restricted(rows: Any, column: str = "account_id") -> Any:
    """All rows but those of accounts that are set aside: for whoever sees everything."""
    few = Account._base_manager.filter(restricted_at__isnull=False).order_by().values("pk")
    seen = rows.exclude(**{f"{column}__in": few})
    if not rows.query.where:
        seen.everything_but = rows.model._base_manager.filter(**{f"{column}__in": few}).order_by().values("pk")
    return seen


INDUSTRY = picks.declare("accounts.industry", _("Industry"), longest=100)


class Account(Fielded, Mergeable):
    class Kind(models.TextChoices):
        COMPANY = "company", _("company")
        PERSON = "person", _("person")

    @picks.administered("accounts.tier", _("Tier"))
    class Tier(models.TextChoices):
        A = "A", "A"
        B = "B", "B"
        C = "C", "C"
        DEVELOPMENT = "D", _("Development")

    @picks.administered("accounts.relation", _("Relation"), needed=("customer",))
    class RelationKind(models.TextChoices):
        CUSTOMER = "customer", _("Customer")
        PROSPECT = "prospect", _("Prospect")
        PARTNER = "partner", _("Partner")
        SUPPLIER = "supplier", _("Supplier")
        SHAREHOLDER = "shareholder", _("Shareholder")
        PRESS = "press", _("Press")
        REFERENCE = "reference", _("Reference")

    number = models.CharField(_("account number"), max_length=40, unique=True, blank=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.COMPANY)
    name = models.CharField(_("name"), max_length=200)
    key = models.CharField(max_length=200, editable=False)  # core.text.fold(name): what is searched and sorted by
    # The main relation; all of them, dated, are Relation rows.
    relation = PickField(
        _("relation"), max_length=12, choices=RelationKind, default=RelationKind.CUSTOMER, pick="accounts.relation"
    )
    tier = PickField(_("tier"), max_length=1, choices=Tier, blank=True, pick="accounts.tier")
    industry = PickField(_("industry"), max_length=100, blank=True, pick=INDUSTRY)
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    language = models.CharField(
        _("language of documents"), max_length=2, default="de", choices=[("de", _("German")), ("en", _("English"))]
    )
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    vat_id = models.CharField(_("VAT ID (UID)"), max_length=20, blank=True)
    register_number = models.CharField(_("company register number"), max_length=20, blank=True)
    register_court = models.CharField(_("register court"), max_length=80, blank=True)
    gln = models.CharField(_("GLN"), max_length=13, blank=True)
    # Her bank account, of a private customer a person's: whole for those who need it only (`accounts.see_bank`).
    iban = models.CharField(_("IBAN"), max_length=34, blank=True, default="", db_default="")
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    website = models.URLField(_("website"), blank=True)
    street = models.CharField(_("street"), max_length=200, blank=True)
    postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    place = models.CharField(_("place"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    owner = models.ForeignKey(
        User,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="accounts",
        db_index=False,
    )
    team = models.ForeignKey(
        Team,
        verbose_name=_("team"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="accounts",
        db_index=False,
    )
    territory = models.ForeignKey(
        Territory,
        verbose_name=_("territory"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="accounts",
        db_index=False,
    )
    # Put there by somebody, and not where the rules of the territories would have put it: it stays when they change.
    territory_by_hand = models.BooleanField(_("territory set by hand"), default=False, db_default=False, editable=False)
    # A person who buys for herself is an account too; her name, titles and consents are the contact's.
    person = models.OneToOneField(
        "Contact",
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="own_account",
        error_messages={"unique": _("This person has an account already; it may be in the bin.")},
    )
    touch_days = models.PositiveSmallIntegerField(
        _("days between two touches"),
        null=True,
        blank=True,
        validators=cadence.DAYS,
        help_text=_("Empty: the house's rule for the tier."),
    )
    touch_reason = models.CharField(
        _("why so often"), max_length=200, blank=True, help_text=_("What was agreed, and with whom.")
    )
    customer_since = models.DateField(_("customer since"), null=True, blank=True)
    description = models.TextField(_("description"), blank=True)
    tags = models.ManyToManyField(Tag, verbose_name=_("tags"), blank=True, related_name="accounts")
    is_generated = models.BooleanField(_("name generated"), default=False)  # demo names, marked as such
    # Facts pushed down by orders, in house currency, for lists that sort and filter by them.
    last_order_on = models.DateField(_("last order"), default=NEVER, editable=False)
    revenue_12m = models.DecimalField(
        _("revenue, 12 months"), max_digits=16, decimal_places=2, default=Decimal(0), editable=False
    )
    revenue_before = models.DecimalField(
        _("revenue, the 12 months before"), max_digits=16, decimal_places=2, default=Decimal(0), editable=False
    )
    # Pushed down by activities: see `cadence`.
    last_touch_on = models.DateField(_("last touch"), default=cadence.NEVER, db_default=cadence.NEVER, editable=False)
    next_touch_on = models.DateField(
        _("next touch due"), default=cadence.NOT_DUE, db_default=cadence.NOT_DUE, editable=False
    )

    objects = AccountQuerySet.as_manager()
    FACTS: ClassVar[tuple[str, ...]] = ("last_order_on", "revenue_12m", "revenue_before")
    # Numbers with a check of their own, which also gives them their usual spelling.
    CHECKED: ClassVar[Mapping[str, Callable[[str], str]]] = {
        "vat_id": checks.uid, "register_number": checks.register_number, "gln": checks.gln, "iban": checks.iban,
    }  # fmt: skip

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        # Covering: sort column, id, then what scopes and common filters read. Few, because each is written at every import.
        indexes = [
            models.Index(
                fields=["key", "id", "owner", "team", "territory", "country"],
                name="customers_account_key",
                condition=models.Q(deleted_at=None),
            ),
            models.Index(
                fields=["last_order_on", "id", "owner", "team", "territory", "country"],
                name="customers_account_last",
                condition=models.Q(deleted_at=None),
            ),
            models.Index(
                fields=["revenue_12m", "id", "owner", "team", "territory", "country"],
                name="customers_account_revenue",
                condition=models.Q(deleted_at=None),
            ),
            models.Index(
                fields=["next_touch_on", "id", "owner", "team", "territory", "tier"],
                name="customers_account_touch",
                condition=models.Q(deleted_at=None, next_touch_on__lt=cadence.NOT_DUE),
            ),
            models.Index(fields=["owner", "key", "id"], name="customers_account_owner"),
            models.Index(fields=["team", "key", "id"], name="customers_account_team"),
            models.Index(fields=["territory", "key", "id"], name="customers_account_territory"),
            models.Index(fields=["country", "key", "id"], name="customers_account_country"),
            models.Index(fields=["vat_id"], name="customers_account_vat", condition=~models.Q(vat_id="")),
            models.Index(fields=["email"], name="customers_account_email", condition=~models.Q(email="")),
            models.Index(fields=["changed_at", "id"], name="customers_account_changed"),
            models.Index(Dialled("phone"), name="customers_account_phone"),
            bin_index("customers_account_bin"),
            models.Index(
                fields=["merged_into"], name="customers_account_merged", condition=models.Q(merged_into__isnull=False)
            ),
            restricted_index("customers_account_restr"),
        ]
        constraints = [rests_when_restricted("customers_account_rests")]

    def __str__(self) -> str:
        return self.name

    @property
    def last_ordered(self) -> dt.date | None:
        """The day of the last order; None when there was none."""
        return None if self.last_order_on == NEVER else self.last_order_on

    @property
    def last_touched(self) -> dt.date | None:
        """The day of the last touch; None when there was none."""
        return None if self.last_touch_on == cadence.NEVER else self.last_touch_on

    @property
    def touch_due(self) -> dt.date | None:
        """The day on which the next touch is due; None without a rule."""
        return None if self.next_touch_on == cadence.NOT_DUE else self.next_touch_on

    @property
    def revenue_change(self) -> Decimal | None:
        """Revenue of the last 12 months against the 12 before, as a share (.08 is +8 %); None without a base."""
        if self.revenue_before <= 0:
            return None
        return (self.revenue_12m - self.revenue_before) / self.revenue_before

    def timeline_account_id(self) -> int:
        return self.pk

    def within(self, reach: access.Reach) -> bool:
        if self.owner_id in reach.owners or self.team_id in reach.teams or self.territory_id in reach.territories:
            return True
        return bool(reach.members) and seats_of(reach).filter(account_id=self.pk).exists()

    def grounds(self) -> tuple[explaining.Ground, ...]:
        from kundenkreis.customers.grounds import grounds_of

        return grounds_of([self])

    def access_rule(self) -> explaining.Rule:
        return explaining.Within("accounts.see", self.grounds())

    def clean(self) -> None:
        errors: dict[str, Any] = self.wrong_fields()
        for field, check in self.CHECKED.items():
            try:
                if value := getattr(self, field):
                    setattr(self, field, check(value))
            except checks.BadValue as problem:
                errors[field] = ValidationError(problem.sentence, problem.code, problem.params)
        if self.person_id is not None and self.kind != self.Kind.PERSON:
            errors["person"] = ValidationError(_("Only an account of the kind “person” can be that of a contact."))
        if errors:
            raise ValidationError(errors)

    def prepare(self, touched: set[str]) -> set[str]:
        derived = set()
        if not self.number:
            self.number = numbering.next_number("account", "K-")
            derived.add("number")
        if "name" in touched:
            self.name = " ".join(self.name.split())
            self.key = fold(self.name)[:200]
            derived.add("key")
        if "email" in touched:
            self.email = self.email.strip().lower()
        if "owner" in touched and "team" not in touched and self.owner is not None:
            self.team = self.owner.team
            derived.add("team")
        derived |= territories.follow(self, touched)
        if self.pk is None and touched & RHYTHM:
            self.next_touch_on = cadence.of_new(self)
            derived.add("next_touch_on")
        return derived | super().prepare(touched | derived)

    @classmethod
    @transaction.atomic
    def add(cls, *, by: User | None, **values: Any) -> Self:  # type: ignore[override]
        """As of every noun; a private customer is not taken in a second time while her data must not be used."""
        if values.get("kind") == cls.Kind.PERSON:
            sealed_addresses.refuse(values, columns=("email", "phone"))
        return super().add(by=by, **values)

    @transaction.atomic
    def change(self, *, by: User | None, **values: Any) -> Event | None:  # type: ignore[override]
        """As of every noun; another rhythm is another day of the next touch at once."""
        if values.get("kind", self.kind) == self.Kind.PERSON:
            sealed_addresses.refuse(values, self, columns=("email", "phone"))
        values |= territories.brought(self, values)
        moves = values.keys() & MOVED_BY
        team = type(self)._base_manager.filter(pk=self.pk).values_list("team_id", flat=True).first() if moves else None
        event = super().change(by=by, **values)
        if moves:
            AccountMove.note(event, team, self.team_id)
        if event is not None and event.changes.keys() & RHYTHM:
            self.sum_again([self.pk])
            self.refresh_from_db(fields=["next_touch_on"])
        return event

    search_kind = search.ACCOUNT

    def asks(self, field: Any, values: Mapping[str, Any] | None = None) -> bool:
        """A custom field may be required in some relations only: of a customer what one need not know of a prospect."""
        return not field.required_stages or (values or {}).get("relation", self.relation) in field.required_stages

    searched_fields = frozenset({"name", "number", "place", "postcode", "email", "vat_id", "former", "custom"})
    alike_fields = frozenset(alike.COMPANIES.columns)

    @classmethod
    def keep_alike(cls, records: Iterable[Self]) -> None:
        alike.keep("account", records)

    @classmethod
    def prepare_many(cls, records: Sequence[Self], touched: Sequence[set[str]]) -> None:
        unnumbered = [record for record in records if not record.number]
        for record, number in zip(unnumbered, numbering.next_numbers("account", len(unnumbered), "K-"), strict=True):
            record.number = number
        super().prepare_many(records, touched)

    @classmethod
    def summed_on(cls, ids: Collection[int]) -> set[int]:
        """An account keeps the day of its next touch, which depends on its tier."""
        return set(ids)

    @classmethod
    def sum_again(cls, numbers: Collection[int]) -> None:
        for some in cadence.chunks_of(cls, numbers):
            cadence.bring_in_step(some)

    def search_row(self) -> tuple:
        return (self.pk, self.name, self.search_text(), self.number)

    def search_text(self) -> str:
        """What a search finds the account by, beside its name."""
        own = (self.place, self.postcode, self.email, self.vat_id, self.former)
        return " ".join(filter(None, (*own, *self.searched_values())))
