"""A mutual action plan is shown to the customer by a secret link, where she ticks her own steps and comments, without signing in.

What she does is history like everything else, under her name and with the link's number. Robots and floods are held off by a trap and by
limits in the shared cache; none of them costs a person what she wrote.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from kundenkreis.core import hourly
from kundenkreis.core.models import House
from kundenkreis.customers.models import Contact
from kundenkreis.inbox.models import Notification
from kundenkreis.pipeline.models import ActionPlan, PlanComment, PlanLink, PlanLook, PlanStep
from kundenkreis.pipeline.models.plan_templates import Side
from kundenkreis.pipeline.planning import usual_expiry

TRAP = "confirm_fax"  # a field that people do not see
PER_LINK = 60  # ticks and comments an hour
MISSES = 30  # addresses an hour that open nothing, from one network address


class TooMany(Exception):
    """More than a person does in an hour."""


@dataclass(frozen=True)
class Visitor:
    """Whoever came by a link, as history names who did something: outside, by which link."""

    name: str
    link: PlanLink

    @property
    def pk(self) -> None:
        """Nobody of the house."""
        return None

    def get_full_name(self) -> str:
        with translation.override(House.known().language):
            name = self.name or _("Customer")
            return _("%(name)s (outside, by link %(number)s)") % {"name": name[:100], "number": self.link.pk}


def share(
    plan: ActionPlan, *, by: Any, contact: Contact | None = None, language: str = "", expires_on: dt.date | None = None,
    now: dt.datetime | None = None,
) -> tuple[PlanLink, str]:  # fmt: skip
    """A new link, and its secret address, which is told this once. Raises ValidationError by field."""
    token = PlanLink.new_token()
    link = PlanLink.add(
        by=by, now=now, plan=plan, contact=contact, visitor=contact.full_name[:100] if contact else "",
        language=language or (contact.language if contact else "") or House.current().language,
        expires_on=expires_on or usual_expiry(plan), digest=PlanLink.digest_of(token),
    )  # fmt: skip
    return link, settings.PUBLIC_URL.rstrip("/") + reverse("shared_plan:show", args=[token])


def opened(token: str, address: str) -> PlanLink | None:
    """The link of this token if it holds; None for every other one. Raises TooMany for who tries many that open nothing."""
    if len(token) <= 100:
        rows = PlanLink.objects.living().filter(plan__deleted_at=None, plan__opportunity__deleted_at=None)
        rows = rows.select_related("plan__opportunity__owner", "plan__opportunity__account", "contact")
        link = rows.filter(digest=PlanLink.digest_of(token)).first()
        if link is not None and link.holds:
            return link
    if hourly.count(f"plan.miss.{hashlib.sha256(address.encode()).hexdigest()[:24]}") > MISSES:
        raise TooMany
    return None


def looked(link: PlanLink) -> None:
    """Write down that the link was opened, once for each hour."""
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    if cache.add(f"pipeline.plan.look.{link.pk}.{int(hour.timestamp())}", 1, hourly.SECONDS):
        try:
            with transaction.atomic():
                PlanLook.objects.get_or_create(link=link, at=hour)
        except IntegrityError:  # revoked and swept away in between
            return


def steps_of(plan: ActionPlan) -> list[PlanStep]:
    """The steps in their order as the customer reads them, each with what was said about it (`said`)."""
    rows: list[Any] = list(plan.steps.living().select_related("owner", "contact").defer("internal_note"))
    said: dict[int | None, list[PlanComment]] = {}
    for each in plan.comments.living().exclude(step=None):
        said.setdefault(each.step_id, []).append(each)
    for row in rows:
        row.said, row.is_theirs = said.get(row.pk, []), row.side == Side.THEIRS
    return rows


def general(plan: ActionPlan) -> list[PlanComment]:
    """What was said about the plan as a whole."""
    return list(plan.comments.living().filter(step=None))


def tick(link: PlanLink, step_pk: int, is_done: bool, name: str = "") -> bool:
    """She has done a step of hers, or has not after all. False when there was nothing to do: it is so already, or no step of hers."""
    _limit(link)
    with transaction.atomic():
        mine = link.plan.steps.living().filter(side=Side.THEIRS).select_related("plan__opportunity")
        step = mine.select_for_update(of=("self",)).filter(pk=step_pk).first()
        who = Visitor(_named(link, name), link)
        if step is None or step.tick(is_done, by=who, name=who.name or _("Customer"), via=link) is None:
            return False
        _tell(link, "done" if is_done else "reopened", who.name, step.title)
    return True


def comment(link: PlanLink, text: str, name: str, step_pk: int | None = None) -> PlanComment:
    """What she says, about a step or the whole plan. Raises ValidationError by field."""
    _limit(link)
    with transaction.atomic():
        step = link.plan.steps.living().filter(pk=step_pk).first() if step_pk is not None else None
        who = Visitor(_named(link, name), link)
        made = PlanComment.add(by=who, plan=link.plan, step=step, link=link, name=who.name, text=text.strip())
        _tell(link, "commented", who.name, step.title if step else link.plan.title)
    return made


def _named(link: PlanLink, name: str) -> str:
    """The name that she gave, kept at the link so that she is asked once."""
    name = " ".join(name.replace("\x00", "").split())[:100]
    if name and name != link.visitor:
        if link.contact_id is None:
            PlanLink.objects.filter(pk=link.pk).update(visitor=name)
        link.visitor = name
    return name or link.visitor


def _tell(link: PlanLink, what: str, name: str, about: str) -> None:
    """Whoever owns the opportunity is told, in her own language."""
    owner = link.plan.opportunity.owner
    if owner is None or not owner.is_active:
        return
    with translation.override(owner.language):
        said = {
            "done": _("%(name)s has done “%(step)s”."),
            "reopened": _("%(name)s has opened “%(step)s” again."),
            "commented": _("%(name)s comments on “%(step)s”."),
        }[what]
        text = said % {"name": name or _("The customer"), "step": about[:150]}
    Notification.send(owner, "plan", text, reverse("opportunities:plan", args=[link.plan.opportunity_id]))


def _limit(link: PlanLink) -> None:
    if hourly.count(f"plan.link.{link.pk}") > PER_LINK:
        raise TooMany
