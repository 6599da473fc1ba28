"""An account alone or its whole group, as far as a person sees it: whose figures are added up, and whose rows a list shows.

An account is written `17`, its group `legal-17`: the account and all below it in that hierarchy, as of today.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kundenkreis.core import clock
from kundenkreis.core.filters import Filter, Found, Picked
from kundenkreis.core.text import fold
from kundenkreis.customers import hierarchy
from kundenkreis.customers.models import Account, AccountLink, Position

MANY = 100  # ids in a query before they become one parameter


@dataclass
class Group:
    """The account alone, or those accounts of one of its hierarchies that the person may see."""

    account: Account
    hierarchies: list[str] = field(default_factory=list)
    chosen: str = ""
    ids: list[int] = field(default_factory=list)
    hidden: int = 0  # accounts of the group outside the person's reach; their figures and rows are left out

    @property
    def label(self) -> str:
        return _named(self.chosen) if self.chosen else ""

    @property
    def name(self) -> str:
        """ "Lindner (Legal)"; the account's own name when it stands alone."""
        return f"{self.account.name} ({self.label})" if self.chosen else self.account.name

    @property
    def written(self) -> str:
        """As an address has it."""
        return self.written_as(self.chosen)

    def written_as(self, name: str) -> str:
        """As an address has the account's group in the hierarchy of this name, the account alone for ""."""
        return f"{name}-{self.account.pk}" if name else str(self.account.pk)

    @property
    def options(self) -> list[tuple[str, str, bool]]:
        """For the switch "This one ⇄ Group": text, name of the hierarchy, whether it is chosen."""
        listed = [(_("This one"), "", not self.chosen)]
        for name in self.hierarchies:
            text = _("Group") if len(self.hierarchies) == 1 else _named(name)
            listed.append((text, name, name == self.chosen))
        return listed

    @property
    def choices(self) -> list[tuple[str, str]]:
        """For a form: hierarchy ("" for the account alone) and text; nothing when it belongs to no group."""
        groups = [(name, _("Group (%(hierarchy)s)") % {"hierarchy": _named(name)}) for name in self.hierarchies]
        return [("", _("This one")), *groups] if groups else []


def _named(name: str) -> str:
    return str(AccountLink.Hierarchy(name).label)


def group_of(account: Account, wanted: str, user: Any) -> Group:
    """The group that an address asks for; the account alone when it does not belong to that hierarchy today."""
    known = hierarchy.hierarchies_of(account)
    if wanted not in known:
        return Group(account, known, "", [account.pk])
    members = hierarchy.members(account, wanted)
    seen = set(Account.objects.visible_to(user).living().filter(pk__listed=members).values_list("pk", flat=True))
    return Group(account, known, wanted, [pk for pk in members if pk in seen], len(set(members) - seen))


def called(text: str, person: Any) -> list[int]:
    """The accounts that this person sees under a name or number; two at most, since then the text is not enough."""
    named = Q(key=fold(text)) | Q(number=text)
    return list(Account.objects.visible_to(person).living().filter(named).values_list("pk", flat=True)[:2])


def of_account(rows: Callable[[Group], Q]) -> Filter:
    """The filter by an account or its group; `rows` is the condition for what belongs to one of its accounts."""

    def find(text: str, person: Any) -> Found | None:
        wanted, _dash, number = text.rpartition("-")
        known = number.isascii() and number.isdigit() and len(number) < 19 and wanted in ("", *AccountLink.Hierarchy)
        account = Account.objects.visible_to(person).filter(pk=number).first() if person is not None and known else None
        if account is None:
            return None
        group = group_of(account, wanted, person)
        return Found(group.name, rows(group), group)

    return Filter("of", "record", gettext_lazy("Account or group"), find=find, picked=Picked("accounts", called))


def one_of(column: str) -> Callable[[Group], Q]:
    """That the number in this column is that of an account of the group."""
    return lambda group: Q(**{f"{column}__{'in' if len(group.ids) <= MANY else 'listed'}": group.ids})


def _works_there(group: Group) -> Q:
    """Contacts with a position that has not ended: those whom an account's page calls its people."""
    positions = Position.objects.living().exclude(ends_on__lt=clock.today()).filter(one_of("account_id")(group))
    return Q(pk__gathered=positions.values("contact_id"))


OF_ACCOUNT = of_account(one_of("account_id"))
OF_ACCOUNT_ITSELF = of_account(one_of("pk"))
OF_CONTACT = of_account(_works_there)
