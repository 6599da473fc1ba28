"""Where accounts and contacts are reached beside their main address, phone and mail."""

from __future__ import annotations

from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.records import RecordQuerySet, bin_index
from kundenkreis.customers import checks, sealed_addresses
from kundenkreis.customers.dialling import Dialled
from kundenkreis.customers.models.accounts import Account, of_accounts
from kundenkreis.customers.models.contacts import Contact, of_contacts
from kundenkreis.customers.models.dated import Dated
from kundenkreis.history.models import Event
from kundenkreis.staff import access
from kundenkreis.staff.access import Reach


class OfEitherQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        accounts, contacts = access.reach(user, "accounts.see"), access.reach(user, "contacts.see")
        return self.filter(of_accounts(accounts) | of_contacts(contacts))


class OfEither(Dated):
    """Belongs to an account or to a contact, never to both."""

    account = models.ForeignKey(
        Account, verbose_name=_("account"), null=True, blank=True, on_delete=models.CASCADE, related_name="%(class)ss"
    )
    contact = models.ForeignKey(
        Contact, verbose_name=_("contact"), null=True, blank=True, on_delete=models.CASCADE, related_name="%(class)ss"
    )

    objects = OfEitherQuerySet.as_manager()

    class Meta:
        abstract = True

    def timeline_account_id(self) -> int | None:
        return self.account_id or (self.contact.main_account_id if self.contact else None)

    def within(self, reach: Reach) -> bool:
        owner = self.account or self.contact
        return owner is not None and owner.within(reach)

    def clean(self) -> None:
        super().clean()
        if (self.account_id is None) == (self.contact_id is None):
            raise ValidationError(_("It belongs to either an account or a contact."))


class Address(OfEither):
    class Use(models.TextChoices):
        MAIN = "main", _("Main")
        DELIVERY = "delivery", _("Delivery")
        INVOICE = "invoice", _("Invoice")
        PRIVATE = "private", _("Private")

    use = models.CharField(_("use"), max_length=10, choices=Use, default=Use.MAIN)
    extra = models.CharField(_("addition"), max_length=200, blank=True)
    street = models.CharField(_("street"), max_length=200, blank=True)
    postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    place = models.CharField(_("place"), max_length=100)
    region = models.CharField(_("region"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=2, default="AT")

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        indexes = [bin_index("customers_address_bin")]

    def __str__(self) -> str:
        return ", ".join(filter(None, (self.street, f"{self.postcode} {self.place}".strip(), self.country)))

    def settle(self, changed: set[str]) -> None:
        """The main address stands on the account too, where its list reads it."""
        if self.use == self.Use.MAIN and self.account_id and self.deleted_at is None:
            copied = {name: getattr(self, name) for name in ("street", "postcode", "place", "country")}
            Account._base_manager.filter(pk=self.account_id).update(**copied)
            Account.keep_alike(Account._base_manager.filter(pk=self.account_id))
        if self.contact_id:
            Contact.sum_again([self.contact_id])
            Contact.keep_alike(Contact._base_manager.filter(pk=self.contact_id))


class ContactPoint(OfEither):
    """A further phone number, mail address or page."""

    class Kind(models.TextChoices):
        PHONE = "phone", _("Phone")
        MOBILE = "mobile", _("Mobile")
        FAX = "fax", _("Fax")
        EMAIL = "email", _("E-mail")
        WEB = "web", _("Web page")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    value = models.CharField(_("number or address"), max_length=254)
    label = models.CharField(_("note"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("way to reach")
        verbose_name_plural = _("ways to reach")
        indexes = [
            bin_index("customers_point_bin"),
            models.Index(fields=["value"], name="customers_point_value"),
            models.Index(Dialled("value"), name="customers_point_dialled"),
        ]

    def __str__(self) -> str:
        return self.value

    def clean(self) -> None:
        super().clean()
        check = {
            "phone": checks.phone,
            "mobile": checks.phone,
            "fax": checks.phone,
            "email": lambda address: checks.email(address).lower(),
            "web": _web_page,
        }[self.kind]
        try:
            self.value = check(self.value)
        except checks.BadValue as problem:
            said = ValidationError(problem.sentence, problem.code, problem.params)
            raise ValidationError({"value": said}) from problem
        twin = ContactPoint._base_manager.filter(
            kind=self.kind, value=self.value, account_id=self.account_id, contact_id=self.contact_id, deleted_at=None
        ).exclude(pk=self.pk)
        if twin.exists():
            raise ValidationError({"value": _("It is recorded here already.")})

    @classmethod
    @transaction.atomic
    def add(cls, *, by: Any, **values: Any) -> Self:  # type: ignore[override]
        if cls.is_a_person_s(values.get("account")) and values.get("kind") != cls.Kind.WEB:
            sealed_addresses.refuse(values, columns=("value",))
        return super().add(by=by, **values)

    @transaction.atomic
    def change(self, *, by: Any, **values: Any) -> Event | None:  # type: ignore[override]
        if self.is_a_person_s(self.account) and values.get("kind", self.kind) != self.Kind.WEB:
            sealed_addresses.refuse(values, self, columns=("value",))
        return super().change(by=by, **values)

    def restore(self, **values: Any) -> Event:  # type: ignore[override]
        if self.is_a_person_s(self.account) and self.kind != self.Kind.WEB:
            sealed_addresses.refuse_return([self.value])
        return super().restore(**values)

    @staticmethod
    def is_a_person_s(account: Account | None) -> bool:
        """Whether it is a contact's, or a private customer's: a company's switchboard may be anybody's."""
        return account is None or account.kind == Account.Kind.PERSON


def _web_page(value: str) -> str:
    """The address with its scheme. Only http and https: a page is a link that people will click."""
    address = value.strip() if "://" in value else f"https://{value.strip()}"
    URLValidator(schemes=["http", "https"])(address)
    return address
