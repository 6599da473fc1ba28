"""Who is named with an @ in what was written is told so, if she may see it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.translation import gettext as _

from kundenkreis.activities import telling
from kundenkreis.core.text import words
from kundenkreis.inbox.models import Notification
from kundenkreis.staff import access
from kundenkreis.staff.models import User

if TYPE_CHECKING:
    from kundenkreis.activities.models import Activity

_AT = re.compile(r"(?<!\w)@(?=\w)")
_LONGEST = 120
_MOST = 20


def mentioned(text: str, people: Sequence[User]) -> list[User]:
    """The people named in a text: `@Ada Huber`, `@ada.huber` as in her mail address, or `@Ada` if only one is called so.

    The longest name that fits is meant, in any spelling. At most twenty.
    """
    found: dict[int, User] = {}
    for match in _AT.finditer(text):
        said = words(text[match.end() : match.end() + _LONGEST])
        person = _named(said, people)
        if person is not None:
            found[person.pk] = person
        if len(found) == _MOST:
            break
    return list(found.values())


def _named(said: list[str], people: Iterable[User]) -> User | None:
    """By the whole name or mail name, the longest first; else by a first name that nobody shares."""
    by_length: dict[int, list[User]] = {}
    by_first_name = []
    for person in people:
        for name in (person.get_full_name(), person.email.partition("@")[0]):
            wanted = words(name)
            if wanted and said[: len(wanted)] == wanted:
                by_length.setdefault(len(wanted), []).append(person)
        first = words(person.first_name)
        if first and said[: len(first)] == first:
            by_first_name.append(person)
    if by_length:
        longest = by_length[max(by_length)]
        return longest[0] if len({person.pk for person in longest}) == 1 else None
    return by_first_name[0] if len(by_first_name) == 1 else None


def tell(activity: Activity, before: str, after: str, by: Any) -> None:
    """Tell those who are named in `after` and were not in `before`, but for the writer herself and for who may not see it."""
    if "@" not in after:
        return
    people = list(User.objects.living().filter(is_active=True))
    known = {person.pk for person in mentioned(before, people)} if "@" in before else set()
    for person in mentioned(after, people):
        if person.pk in known or (by is not None and person.pk == by.pk):
            continue
        if access.may(person, "activities.see", activity):
            _tell(person, activity, by)


def _tell(person: User, activity: Activity, by: Any) -> None:
    with translation.override(person.language):
        values = {"name": by or _("The house"), "subject": activity.subject}
        said = _("%(name)s mentions you: %(subject)s") % values
        if activity.account and access.may(person, "accounts.see", activity.account):
            said = _("%(name)s mentions you: %(subject)s (%(account)s)") % (values | {"account": activity.account})
    Notification.send(person, "mention", said, telling.address(activity))
