"""Contacts: the people at our customers, and their positions over time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from kundenkreis.core import bulk, search
from kundenkreis.core.records import AskedOfEachRow, RecordQuerySet, bin_index, reached_from
from kundenkreis.core.text import fold
from kundenkreis.customers import alike, cadence, sealed_addresses
from kundenkreis.customers.dialling import Dialled
from kundenkreis.customers.models.accounts import Account, Tag, held_at, is_narrow, of_accounts
from kundenkreis.customers.models.dated import Dated
from kundenkreis.customers.models.merged import Mergeable, MergeableQuerySet, restricted_index, rests_when_restricted
from kundenkreis.fields import picks, recomputing
from kundenkreis.fields.filling import Fielded
from kundenkreis.fields.picks import PickField
from kundenkreis.fields.rolling import Rolled
from kundenkreis.history.models import Event
from kundenkreis.staff import access, explaining
from kundenkreis.staff.models import User


class ContactQuerySet(MergeableQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.within(access.reach(user, "contacts.see"))

    def within(self, reach: access.Reach) -> Self:
        """Contacts with a position at an account inside the reach or whose own it is, and those that belong to a person of the reach.

        As with accounts, a narrow reach drives from the ids, a wide one filters while walking the list's index.
        """
        if reach.everything:
            return self.but_restricted()
        if not reach:
            return self.none()
        if not is_narrow(reach):
            return self.held_by(reach)
        accounts = Account.objects.within(reach)
        at_accounts = Position._base_manager.filter(account_id__gathered=accounts.values("pk"), deleted_at=None)
        own = self.model._base_manager.filter(owner_id__in=reach.owners)
        persons = accounts.exclude(person=None).values("person_id")
        hers = self.filter(pk__gathered=at_accounts.values("contact_id").union(own.values("pk"), persons))
        return hers.but_restricted()

    def held_by(self, reach: access.Reach) -> Self:
        """As `within`, asked of one contact after the other: for a list that is walked, and for a few of them."""
        if reach.everything:
            return self.but_restricted()
        here = Position._base_manager.filter(contact_id=models.OuterRef("pk"), deleted_at=None)
        hers = Account._base_manager.filter(held_at(reach), person_id=models.OuterRef("pk"))
        return self.filter(
            models.Q(owner_id__in=reach.owners)
            | AskedOfEachRow(here.filter(held_at(reach, "account")))
            | AskedOfEachRow(hers)
        ).but_restricted()

    def for_list(self) -> Self:
        return self.select_related("main_account", "owner")


def of_contacts(reach: access.Reach) -> models.Q:
    """Rows that are seen with their contact, as `of_accounts`."""
    contacts = Contact.objects.within(reach)
    if reach and not reach.everything and is_narrow(reach):
        return models.Q(contact_id__gathered=contacts.values("pk"))
    return reached_from("contact_id", contacts)


DEPARTMENT = picks.declare("contacts.department", _("Department"), longest=120)
# On which of its fields it depends by which lists a contact is barred.
ADDRESSED = frozenset({"email", "phone", "mobile", "family_name", "given_name", "main_account"})


class Contact(Rolled, Fielded, Mergeable):
    class FormOfAddress(models.TextChoices):
        MS = "ms", _("Ms")
        MR = "mr", _("Mr")
        DIVERSE = "diverse", _("without Ms or Mr")

    @picks.administered("contacts.preferred_channel", _("Preferred channel"))
    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")
        PHONE = "phone", _("Phone")
        LETTER = "letter", _("Letter")
        VISIT = "visit", _("Visit")

    class Bar(models.TextChoices):
        DECEASED = "deceased", _("deceased")
        NO_CONTACT = "no_contact", _("not to be contacted at all")

    form_of_address = models.CharField(_("form of address"), max_length=8, choices=FormOfAddress, blank=True)
    title_before = models.CharField(_("title"), max_length=80, blank=True)  # "Univ.-Prof. DI Dr."
    given_name = models.CharField(_("first name"), max_length=100, blank=True)
    family_name = models.CharField(_("last name"), max_length=100)
    title_after = models.CharField(_("title after the name"), max_length=80, blank=True)  # "MSc, MBA"
    key = models.CharField(max_length=210, editable=False)  # core.text.fold("family given")
    main_account = models.ForeignKey(
        Account,
        verbose_name=_("account"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="main_contacts",
        editable=False,
    )
    job_title = models.CharField(_("position"), max_length=120, blank=True, editable=False)  # of the main position
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    mobile = models.CharField(_("mobile"), max_length=40, blank=True)
    language = models.CharField(
        _("language"), max_length=2, default="de", choices=[("de", _("German")), ("en", _("English"))]
    )
    preferred_channel = PickField(
        _("preferred channel"), max_length=8, choices=Channel, blank=True, pick="contacts.preferred_channel"
    )
    owner = models.ForeignKey(
        User, verbose_name=_("owner"), null=True, blank=True, on_delete=models.SET_NULL, related_name="contacts"
    )
    note = models.TextField(_("note"), blank=True)
    tags = models.ManyToManyField(Tag, verbose_name=_("tags"), blank=True, related_name="contacts")
    # What holds over every channel and purpose, service included.
    bar = models.CharField(_("no contact"), max_length=12, choices=Bar, blank=True)
    # GDPR Art. 21 (2): since when this person objects to all advertising, and how we learnt of it.
    objected_at = models.DateTimeField(_("objects to advertising since"), null=True, blank=True, editable=False)
    objection_source = models.CharField(_("objection, source"), max_length=200, blank=True, editable=False)
    is_generated = models.BooleanField(_("name generated"), default=False)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        indexes = [
            models.Index(fields=["key", "id"], name="customers_contact_key", condition=models.Q(deleted_at=None)),
            models.Index(fields=["email"], name="customers_contact_email", condition=~models.Q(email="")),
            models.Index(fields=["changed_at", "id"], name="customers_contact_changed"),
            models.Index(Dialled("phone"), name="customers_contact_phone"),
            models.Index(Dialled("mobile"), name="customers_contact_mobile"),
            bin_index("customers_contact_bin"),
            models.Index(
                fields=["merged_into"], name="customers_contact_merged", condition=models.Q(merged_into__isnull=False)
            ),
            restricted_index("customers_contact_restr"),
        ]
        constraints = [rests_when_restricted("customers_contact_rests")]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """Titles and names in the order in which Austria writes them: "Mag. Anna Huber, MBA"."""
        name = " ".join(filter(None, (self.title_before, self.given_name, self.family_name)))
        return f"{name}, {self.title_after}" if self.title_after else name

    @property
    def initials(self) -> str:
        return (self.given_name[:1] + self.family_name[:1]).upper()

    def timeline_account_id(self) -> int | None:
        return self.main_account_id

    def within(self, reach: access.Reach) -> bool:
        if self.owner_id is not None and self.owner_id in reach.owners:
            return True
        accounts = [p.account for p in self.positions.living().select_related("account")]
        return any(account.within(reach) for account in [*accounts, *Account._base_manager.filter(person=self.pk)])

    def grounds(self) -> tuple[explaining.Ground, ...]:
        """Whose contact it is, and what opens the accounts at which she works or that is her own."""
        from kundenkreis.customers.grounds import grounds_of

        here = models.Q(pk__in=self.positions.living().values("account_id")) | models.Q(person=self.pk)
        own = (explaining.Ground(explaining.By.OWNER, self.owner_id),) if self.owner_id else ()
        return own + grounds_of(list(Account._base_manager.filter(here).order_by("pk")), through=True)

    def access_rule(self) -> explaining.Rule:
        return explaining.Within("contacts.see", self.grounds())

    def prepare(self, touched: set[str]) -> set[str]:
        derived = set()
        if touched & {"family_name", "given_name"}:
            self.key = fold(f"{self.family_name} {self.given_name}")[:210]
            derived.add("key")
        if "email" in touched:
            self.email = self.email.strip().lower()
        return derived | super().prepare(touched | derived)

    @classmethod
    @transaction.atomic
    def add(cls, *, by: Any, **values: Any) -> Self:  # type: ignore[override]
        """As of every noun; whether her addresses are on a list that bars them is known at once."""
        sealed_addresses.refuse(values)
        contact = super().add(by=by, **values)
        cls.sum_again([contact.pk])
        return contact

    @transaction.atomic
    def change(self, *, by: Any, **values: Any) -> Event | None:  # type: ignore[override]
        sealed_addresses.refuse(values, self)
        event = super().change(by=by, **values)
        if event is not None and event.changes.keys() & ADDRESSED:
            self.sum_again([self.pk])
        return event

    @classmethod
    def refused(cls, rows: Sequence[Mapping[str, Any]]) -> dict[int, ValidationError]:
        return sealed_addresses.refused(rows)

    @classmethod
    def summed_on(cls, ids: Collection[int]) -> set[int]:
        """Each contact keeps by which lists its own addresses are barred."""
        return set(ids)

    @classmethod
    def sum_again(cls, numbers: Collection[int]) -> None:
        from kundenkreis.customers import barring

        barring.mark(numbers)

    def _move(self, *args: Any, **values: Any) -> Event:
        """Whoever is in the bin is not to be spoken with."""
        event = super()._move(*args, **values)
        Position.sum_again(Position.summed_on(self.positions.values_list("pk", flat=True)))  # type: ignore[arg-type]
        return event

    search_kind = search.CONTACT
    searched_fields = frozenset({"family_name", "given_name", "email", "main_account", "former", "custom"})
    alike_fields = frozenset({"family_name", "given_name", "email", "phone", "mobile", "main_account"})

    @classmethod
    def keep_alike(cls, records: Iterable[Self]) -> None:
        alike.keep("contact", records)

    def search_row(self) -> tuple:
        return (self.pk, f"{self.family_name} {self.given_name}".strip(), self.search_text())

    def search_text(self) -> str:
        own = (self.email, self.main_account.name if self.main_account else "", self.former)
        return " ".join(filter(None, (*own, *self.searched_values())))


class PositionQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.filter(of_accounts(access.reach(user, "accounts.see")))


# On which of its fields it depends when a person's account is due because of her.
RHYTHM = frozenset({"touch_days", "starts_on", "ends_on", "account"})


class Position(Rolled, Dated):
    """A person's work at an account for a time. One is the main one; the contact keeps a copy of it for its list."""

    part_of = ("contact",)

    contact = models.ForeignKey(Contact, verbose_name=_("contact"), on_delete=models.CASCADE, related_name="positions")
    account = models.ForeignKey(Account, verbose_name=_("account"), on_delete=models.CASCADE, related_name="positions")
    job_title = models.CharField(_("position"), max_length=120, blank=True)
    department = PickField(_("department"), max_length=120, blank=True, pick=DEPARTMENT)
    is_main = models.BooleanField(_("main position"), default=True)
    touch_days = models.PositiveSmallIntegerField(
        _("days between two touches"),
        null=True,
        blank=True,
        validators=cadence.DAYS,
        help_text=_("How often to speak with this person, beside the account's own rhythm. Empty: not agreed."),
    )
    # Pushed down by activities: see `cadence`.
    last_touch_on = models.DateField(_("last touch"), default=cadence.NEVER, db_default=cadence.NEVER, editable=False)

    objects = PositionQuerySet.as_manager()

    class Meta:
        verbose_name = _("position")
        verbose_name_plural = _("positions")
        constraints = [
            models.UniqueConstraint(
                fields=["contact"],
                condition=models.Q(is_main=True, deleted_at=None),
                name="customers_position_main",
                violation_error_message=_("This person has a main position already."),
            )
        ]
        indexes = [
            bin_index("customers_position_bin"),
            models.Index(
                fields=["account"],
                name="customers_position_touch",
                condition=models.Q(touch_days__isnull=False, deleted_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact}, {self.job_title or self.account}"

    @property
    def last_touched(self) -> dt.date | None:
        """The day on which this person was last spoken with at this account; None when she never was."""
        return None if self.last_touch_on == cadence.NEVER else self.last_touch_on

    @property
    def touch_due(self) -> dt.date | None:
        """The day on which she is due again; None unless something was agreed."""
        return None if self.touch_days is None else cadence.of_position(self)

    @classmethod
    @transaction.atomic
    def add(cls, *, by: Any, **values: Any) -> Self:  # type: ignore[override]
        position = super().add(by=by, **values)
        if position.touch_days is not None:
            cls.sum_again([position.account_id])
        return position

    @transaction.atomic
    def change(self, *, by: Any, **values: Any) -> Event | None:  # type: ignore[override]
        event = super().change(by=by, **values)
        if event is not None and event.changes.keys() & RHYTHM:
            self.sum_again({self.account_id, event.changes.get("account", [None])[0]} - {None})  # type: ignore[arg-type]
        return event

    def _move(self, *args: Any, **values: Any) -> Event:
        event = super()._move(*args, **values)
        if self.touch_days is not None:
            self.sum_again([self.account_id])
        return event

    @classmethod
    def summed_on(cls, ids: Collection[int]) -> set[int]:
        """Accounts at which a person's own rhythm may set the day of the next touch."""
        agreed = cls._base_manager.filter(pk__in=ids, touch_days__isnull=False)
        return set(agreed.order_by().values_list("account_id", flat=True).distinct())

    @classmethod
    def sum_again(cls, numbers: Collection[int]) -> None:
        Account.sum_again(numbers)

    def within(self, reach: access.Reach) -> bool:
        return self.account.within(reach)

    def settle(self, changed: set[str]) -> None:
        """Copy the main position onto the contact."""
        self.settle_wholes(Contact, [self.contact_id])
        self.contact.refresh_from_db(fields=["main_account", "job_title"])

    @classmethod
    def settle_wholes(cls, whole: type[models.Model], ids: Collection[int]) -> None:
        """The same for many contacts at once."""
        mains = {p.contact_id: p for p in cls._base_manager.filter(contact_id__in=ids, is_main=True, deleted_at=None)}
        copies = {pk: (main.account_id, main.job_title) for pk, main in mains.items()}
        present = Contact._base_manager.filter(pk__in=ids).values_list("pk", "main_account_id", "job_title")
        differing = [pk for pk, *copy in present if tuple(copy) != copies.get(pk, (None, ""))]
        if differing:
            rows = [(pk, *copies.get(pk, (None, ""))) for pk in differing]
            bulk.update_rows(Contact, ["id", "main_account_id", "job_title"], rows)
            recomputing.after(Contact, differing, {"job_title"})
            living = Contact.objects.living().filter(pk__in=differing).select_related("main_account")
            search.index(search.CONTACT, [contact.search_row() for contact in living])
            Contact.sum_again(differing)  # a letter goes to where she works
            Contact.keep_alike(list(living))
