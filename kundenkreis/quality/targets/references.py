"""Finding the records that a file names: people, accounts, families, as people write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kundenkreis.catalogue.models import Product
from kundenkreis.core.text import fold
from kundenkreis.customers.models import Account, Contact
from kundenkreis.customers.salutation import parse_name
from kundenkreis.pipeline.models import Project
from kundenkreis.quality.targets.rows import unique
from kundenkreis.staff.access import Reach
from kundenkreis.staff.models import Team, Territory, User


def people(texts: Sequence[str]) -> Mapping[str, User]:
    """By e-mail address, or by full name where only one is called so."""
    wanted: dict[str, list[str]] = {}
    for text in texts:
        wanted.setdefault(_plain(text), []).append(text)
    pairs = []
    for user in User.objects.living().select_related("team"):
        for written in {
            user.email.casefold(),
            _plain(user.get_full_name()),
            _plain(f"{user.last_name} {user.first_name}"),
        }:
            pairs += [(text, user) for text in wanted.get(written, [])]
    return unique(pairs)


def teams(texts: Sequence[str]) -> Mapping[str, Team]:
    return _by_name(Team, texts)


def territories(texts: Sequence[str]) -> Mapping[str, Territory]:
    return _by_name(Territory, texts)


def accounts(texts: Sequence[str], reach: Reach) -> Mapping[str, Account]:
    """By number, else by name where only one is called so; of those within reach. The others are as good as not there."""
    columns = ("id", "number", "name", "key", "email", "owner_id", "team_id", "territory_id")
    within = Account.objects.within(reach).living()
    found: dict[str, Any] = {}
    for start in range(0, len(texts), 5000):
        numbers = within.filter(number__listed=texts[start : start + 5000]).only(*columns)
        found |= {account.number: account for account in numbers}
    keys: dict[str, list[str]] = {}
    for text in texts:
        if text not in found:
            keys.setdefault(fold(text)[:200], []).append(text)
    some, pairs = list(keys), []
    for start in range(0, len(some), 5000):
        for account in within.filter(key__listed=some[start : start + 5000]).only(*columns):
            pairs += [(text, account) for text in keys[account.key]]
    return found | unique(pairs)


def contacts(texts: Sequence[str], reach: Reach) -> Mapping[str, Contact]:
    """By e-mail address, else by full name, where only one of those within reach has it."""
    within = Contact.objects.within(reach).living()
    mails: dict[str, list[str]] = {}
    keys: dict[str, list[str]] = {}
    for text in texts:
        if "@" in text:
            mails.setdefault(text.strip().lower(), []).append(text)
        else:
            name = parse_name(text)
            for written in {fold(text)[:210], fold(f"{name.family_name} {name.given_name}")[:210]}:
                keys.setdefault(written, []).append(text)
    pairs: list[tuple[str, Contact]] = []
    for column, wanted in (("email", mails), ("key", keys)):
        some = list(wanted)
        for start in range(0, len(some), 5000):
            found = within.filter(**{f"{column}__in": some[start : start + 5000]})
            pairs += [(text, contact) for contact in found for text in wanted[getattr(contact, column)]]
    return unique(pairs)


def products(texts: Sequence[str], reach: Reach) -> Mapping[str, Product]:
    """By item number, else by name where only one is called so."""
    if not reach:
        return {}
    found: dict[str, Any] = {}
    for start in range(0, len(texts), 5000):
        found |= {
            one.number: one for one in Product.objects.living().filter(number__listed=texts[start : start + 5000])
        }
    keys: dict[str, list[str]] = {}
    for text in texts:
        if text not in found:
            keys.setdefault(fold(text)[:200], []).append(text)
    some = list(keys)
    pairs = [
        (text, one)
        for start in range(0, len(some), 5000)
        for one in Product.objects.living().filter(key__in=some[start : start + 5000])
        for text in keys[one.key]
    ]
    return found | unique(pairs)


def projects(texts: Sequence[str], reach: Reach) -> Mapping[str, Project]:
    """By number, else by name where only one of those within reach is called so."""
    within, found = Project.objects.within(reach).living(), dict[str, Project]()
    for start in range(0, len(texts), 5000):
        found |= {one.number: one for one in within.filter(number__in=texts[start : start + 5000])}
    names = [text for text in texts if text not in found]
    pairs = [
        (one.name, one)
        for start in range(0, len(names), 5000)
        for one in within.filter(name__in=names[start : start + 5000])
    ]
    return found | unique(pairs)


def _by_name(model: Any, texts: Sequence[str]) -> Mapping[str, Any]:
    wanted = {text.casefold(): text for text in texts}
    return {wanted[one.name.casefold()]: one for one in model.objects.living() if one.name.casefold() in wanted}


def _plain(name: str) -> str:
    return " ".join(name.replace(",", " ").split()).casefold()
