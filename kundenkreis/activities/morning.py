"""The morning of each person: what is due stands in her inbox, and one mail tells what is to be done and what is new.

Each is done once a day and person, however many workers ask: the day is claimed before anything is sent. A worker that dies between
the claim and the mail leaves that day without one; nothing is lost, because what was not told is in the next. One that dies after the
mail server took the mail, and before that is written down, tells its news in the next mail once more: better twice than never.
"""

from __future__ import annotations

import datetime as dt
import logging
import smtplib
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.core import mail, signing
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kundenkreis.activities import telling
from kundenkreis.activities.models import Activity
from kundenkreis.activities.participating import taken_along
from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.inbox.models import Notification, Preference
from kundenkreis.staff import access
from kundenkreis.staff.models import User

SALT = "kundenkreis.daily-mail"
LINK_LASTS = dt.timedelta(days=400)
_MOST = 20  # lines of each kind in one mail
logger = logging.getLogger(__name__)


@dataclass
class Digest:
    """What one mail tells: lines of (text, path). Empty ones are not sent."""

    overdue: list[tuple[str, str]] = field(default_factory=list)
    today: list[tuple[str, str]] = field(default_factory=list)
    new: list[tuple[str, str]] = field(default_factory=list)
    more: int = 0
    told: list[int] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.overdue or self.today or self.new)


def begin(now: dt.datetime | None = None) -> int:
    """For everybody whose hour has come today: tell what is due, send the mail. Returns how many mails were sent."""
    now = now or timezone.now()
    local = timezone.localtime(now)
    sent = 0
    for wishes in Preference.of_everybody().filter(hour__lte=local.hour):
        with transaction.atomic():  # the claim and the line in her inbox, both or none
            if wishes.claim("told_due_on", local.date()):
                tell_due(wishes.person)
        if wishes.digest and _can_mail(wishes.person):
            sent += _send_once(wishes, local.date(), now)
    return sent


def _can_mail(person: User) -> bool:
    """Not where no mail server is set up, and never to the people of a demo house or from a test copy."""
    is_set_up = not settings.EMAIL_BACKEND.endswith("console.EmailBackend")
    return is_set_up and not person.is_demo and House.lets_out()


def tell_due(person: User) -> Notification | None:
    """One line in the inbox: how much is due today, and how much is overdue."""
    today = clock.today()
    due = Activity.objects.open().filter(owner=person, due_on__lte=today)
    overdue = due.filter(due_on__lt=today).count()
    now_due = due.filter(due_on=today).count()
    if not overdue and not now_due:
        return None
    with translation.override(person.language):
        parts = []
        if now_due:
            parts.append(ngettext("%(count)s is due today", "%(count)s are due today", now_due) % {"count": now_due})
        if overdue:
            parts.append(ngettext("%(count)s is overdue", "%(count)s are overdue", overdue) % {"count": overdue})
        said = _("Of your tasks and appointments: %(what)s.") % {"what": ", ".join(parts)}
    return Notification.send(person, "due", said, _path("activities:list"))


def digest_of(person: User, wishes: Preference) -> Digest:
    """What her mail would tell now."""
    today = clock.today()
    digest = Digest()
    if "due" not in wishes.unmailed:
        rows = Activity.objects.open().filter(owner=person, due_on__lte=today).select_related("account", "owner")
        for one in rows.order_by("due_on", "at", "pk")[:_MOST]:
            account = telling.named_account(one)
            line = (f"{one.subject} ({account})" if account else one.subject, telling.address(one))
            (digest.overdue if one.due_on and one.due_on < today else digest.today).append(line)
        digest.today += _along(person, today)
    waiting = list(Notification.objects.for_mail_to(person).order_by("-pk"))
    digest.told = [one.pk for one in waiting]
    waiting = [one for one in waiting if one.kind != "due"]  # the list above says it in full
    digest.new = [(one.text, one.path) for one in waiting[:_MOST]]
    digest.more = max(0, len(waiting) - _MOST)
    return digest


def _along(person: User, today: dt.date) -> list[tuple[str, str]]:
    """What colleagues have today, and she comes along."""
    rows = taken_along(person, [person.pk]).open_between(today, today + dt.timedelta(days=1))
    found = []
    for one in rows.select_related("account", "owner").order_by("at", "pk")[:_MOST]:
        names = [one.account if one.account and access.may(person, "accounts.see", one.account) else None]
        names += [_("with %(name)s") % {"name": one.owner} if one.owner else None]
        said = ", ".join(str(name) for name in names if name)
        found.append((f"{one.subject} ({said})" if said else one.subject, telling.address(one)))
    return found


def _send_once(wishes: Preference, day: dt.date, now: dt.datetime) -> int:
    before = wishes.mailed_on
    if not wishes.claim("mailed_on", day):
        return 0
    digest = digest_of(wishes.person, wishes)
    if digest:
        try:
            message(wishes.person, digest, day).send()
        except (smtplib.SMTPException, OSError) as trouble:
            # Nothing went out: the next round tries again.
            Preference.objects.filter(pk=wishes.pk, mailed_on=day).update(mailed_on=before)
            logger.warning("The daily mail to person %s could not be sent: %s", wishes.pk, trouble)
            return 0
    Notification.objects.filter(pk__in=digest.told).update(is_for_mail=False)
    return int(bool(digest))


def message(person: User, digest: Digest, day: dt.date) -> mail.EmailMultiAlternatives:
    """The mail, in her language, as text and HTML, with the link that ends it (RFC 8058)."""
    root = settings.PUBLIC_URL.rstrip("/")
    off = f"{root}{_path('inbox:mail_off', signing.dumps(person.pk, salt=SALT))}"
    with translation.override(person.language):
        context = {
            "person": person,
            "house": House.current().name,
            "parts": _parts(digest),
            "more": digest.more,
            "root": root,
            "off": off,
            "settings": f"{root}{_path('me:notifications')}",
        }
        count = len(digest.overdue) + len(digest.today) + len(digest.new) + digest.more
        subject = ngettext("Your day: %(count)s thing", "Your day: %(count)s things", count) % {"count": count}
        text = render_to_string("mail/digest.txt", context, using="jinja2")
        html = render_to_string("mail/digest.html", context, using="jinja2")
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"
    headers = {
        "Message-ID": f"<day-{day:%Y%m%d}-{person.pk}@{domain}>",
        "List-Unsubscribe": f"<{off}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }
    made = mail.EmailMultiAlternatives(subject, text, None, [person.email], headers=headers)
    made.attach_alternative(html, "text/html")
    return made


def _parts(digest: Digest) -> list[tuple[str, Sequence[tuple[str, str]]]]:
    parts = [(_("Overdue"), digest.overdue), (_("Today"), digest.today), (_("New for you"), digest.new)]
    return [(title, lines) for title, lines in parts if lines]


def person_of_link(token: str) -> User | None:
    """Whose daily mail a link ends; None for one that we did not write, or that is too old."""
    try:
        pk = signing.loads(token, salt=SALT, max_age=LINK_LASTS)
    except signing.BadSignature:
        return None
    return User.objects.living().filter(pk=pk).first()


def _path(name: str, *arguments: str) -> str:
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:  # a process without pages
        return "/"
