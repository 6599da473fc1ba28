"""Odd sign-ins and masses of records that go out: what is counted, and when whoever keeps data protection is told.

The person herself is told of a new device too. Nothing here says what somebody did at work (§ 96 ArbVG): numbers only, for 90 days.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import ipaddress
import re
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Max, Sum
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from kundenkreis.core import clock
from kundenkreis.inbox.models import Notification
from kundenkreis.privacy.models import KEPT, Alert, AlertRule, Oddity, Outflow, SignIn
from kundenkreis.privacy.reminding import KIND, keepers
from kundenkreis.staff.models import User

# What holds in a house that has changed nothing: kind → columns of an AlertRule.
USUAL: dict[str, dict[str, Any]] = {
    Oddity.MASS: {"records": 5_000},
    Oddity.UNUSUAL: {"records": 500, "factor": 5, "days": 30},
    Oddity.NIGHT: {"records": 200, "from_hour": 22, "to_hour": 5},
    Oddity.NEW: {"records": 200, "days": 14},
    Oddity.FAILURES: {"records": 5},
    Oddity.DEVICE: {"days": 30},
    Oddity.HOURS: {"from_hour": 0, "to_hour": 5},
    Oddity.DORMANT: {"days": 90},
}
_VERSIONS = re.compile(r"[\d.]+")


def rules() -> dict[str, AlertRule]:
    """Every rule as it holds now, by its kind."""
    kept = {rule.kind: rule for rule in AlertRule.objects.living()}
    return {kind: kept.get(kind) or AlertRule(kind=kind, **USUAL[kind]) for kind in Oddity.values}


def set_rule(kind: str, *, by: Any, **values: Any) -> AlertRule:
    """The house wants it otherwise. One event if anything differs."""
    present = AlertRule.objects.living().filter(kind=kind).first()
    if present is None:
        return AlertRule.add(by=by, kind=kind, **(USUAL[kind] | values))
    present.change(by=by, **values)
    return present


# --- what goes out


def went_out(person: Any, way: str, what: str, count: int, now: dt.datetime | None = None) -> None:
    """So many records went out to a person; whatever is odd about that becomes an alert, once an hour."""
    if count <= 0 or not isinstance(person, User):
        return
    now = now or timezone.now()
    hour = now.replace(minute=0, second=0, microsecond=0)
    row = {"person_id": person.pk, "hour": hour, "way": way, "what": what[:60]}
    Outflow.objects.bulk_create([Outflow(**row)], ignore_conflicts=True)
    Outflow.objects.filter(**row).update(count=F("count") + count)
    rows = Outflow.objects.filter(person_id=person.pk, hour=hour)
    total = rows.aggregate(total=Sum("count"))["total"] or 0
    _judge_outflow(person, hour, now, total, what)


def _judge_outflow(person: User, hour: dt.datetime, now: dt.datetime, total: int, what: str) -> None:
    known = rules()
    night = known[Oddity.NIGHT].is_night(timezone.localtime(now, timezone.get_default_timezone()).hour)
    young = now - person.created_at < dt.timedelta(days=known[Oddity.NEW].days)
    odd: dict[str, int | None] = {
        kind: None
        for kind, holds in ((Oddity.MASS, True), (Oddity.NIGHT, night), (Oddity.NEW, young))
        if holds and known[kind].is_on and total > known[kind].records
    }
    rule = known[Oddity.UNUSUAL]
    if rule.is_on and total > rule.records:
        usual = usual_of(person, hour, rule.days)
        if usual is not None and total > rule.factor * usual:
            odd[Oddity.UNUSUAL] = usual
    for kind, usual in odd.items():
        raise_alert(kind, person, now, slot=f"{hour:%Y%m%d%H}", count=total, usual=usual, what=what[:120])


def usual_of(person: User, before: dt.datetime, days: int) -> int | None:
    """The largest number of records that went out to her in an hour of the days before; None when there were none."""
    rows = Outflow.objects.filter(person_id=person.pk, hour__lt=before, hour__gte=before - dt.timedelta(days=days))
    by_hour = rows.values("hour").annotate(total=Sum("count"))
    return by_hour.aggregate(most=Max("total"))["most"]


# --- signing in


def signed_in(
    person: User, agent: str, address: str, now: dt.datetime | None = None, last: dt.datetime | None = None
) -> None:
    """A person signed in with this browser from this address; `last`: when she was here before."""
    now = now or timezone.now()
    device, network = fingerprint(_VERSIONS.sub("", agent)[:500]), fingerprint(network_of(address))
    before = SignIn.objects.filter(person_id=person.pk, at__gte=now - KEPT)
    first = not before.exists()
    is_new = not before.filter(device=device).exists()
    elsewhere = not before.filter(network=network).exists()
    SignIn.objects.create(person=person, at=now, device=device, network=network)
    known, slot = rules(), f"{now:%Y%m%d%H}"
    silent = None if last is None else _days_away(last, now)
    if is_new and not first:
        _tell_herself(person, now)
    device_rule, dormant, hours = known[Oddity.DEVICE], known[Oddity.DORMANT], known[Oddity.HOURS]
    if device_rule.is_on and (is_new or elsewhere) and silent is not None and silent >= device_rule.days:
        raise_alert(Oddity.DEVICE, person, now, slot=slot, count=silent)
    if dormant.is_on and silent is not None and silent >= dormant.days:
        raise_alert(Oddity.DORMANT, person, now, slot=slot, count=silent)
    if hours.is_on and hours.is_night(timezone.localtime(now, timezone.get_default_timezone()).hour):
        raise_alert(Oddity.HOURS, person, now, slot=slot)


def _days_away(last: dt.datetime, now: dt.datetime) -> int:
    """Whole days since she was here; by the house's own day while that lies in the past and she was here before it (a demo)."""
    ends = clock.midnight(clock.today() + dt.timedelta(days=1))
    return (min(now, ends) - last if last < ends else now - last).days


def failed(person: User | None, failures: int, now: dt.datetime | None = None) -> None:
    """Signing in as this person has failed so often that it was locked."""
    rule, now = rules()[Oddity.FAILURES], now or timezone.now()
    if rule.is_on and person is not None and failures >= rule.records:
        raise_alert(Oddity.FAILURES, person, now, slot=f"{now:%Y%m%d%H}", count=failures)


def _tell_herself(person: User, now: dt.datetime) -> None:
    with translation.override(person.language):
        local = timezone.localtime(now, timezone.get_default_timezone())
        said = _(
            "Signed in with a new device or browser on %(when)s. If that was not you, change your password at once."
        )
        text = said % {"when": f"{local:%d.%m.%Y %H:%M}"}
    Notification.send(person, "new_device", text, _address("usersessions_list"))


def fingerprint(text: str) -> str:
    """A hash that only this house can make, so that nobody finds the address by trying all of them."""
    return hmac.new(settings.SECRET_KEY.encode(), b"privacy.signin" + text.encode(), hashlib.sha256).hexdigest()[:32]


def network_of(address: str) -> str:
    """The network of an address: /24 of IPv4, /48 of IPv6; "" for what is none."""
    try:
        found = ipaddress.ip_address(address.strip())
    except ValueError:
        return ""
    return str(ipaddress.ip_network((found, 24 if found.version == 4 else 48), strict=False))


# --- alerts


def raise_alert(
    kind: str,
    person: User | None,
    now: dt.datetime,
    *,
    slot: str,
    count: int = 0,
    usual: int | None = None,
    what: str = "",
) -> Alert | None:
    """One alert a kind, person and slot; whoever keeps data protection is told. None when there is one."""
    name = f"{kind}:{person.pk if person else 0}:{slot}"
    if Alert._base_manager.filter(slot=name).exists():
        return None
    try:
        with transaction.atomic():
            values: dict[str, Any] = {
                "kind": kind,
                "person": person,
                "at": now,
                "count": count,
                "usual": usual,
                "what": what,
            }
            alert = Alert.add(by=None, now=now, slot=name, **values)
    except ValidationError as taken:  # two requests at once: one alert
        if Alert._base_manager.filter(slot=name).exists():
            return None
        raise taken
    for keeper in keepers():
        with translation.override(keeper.language):
            said = _("Alert: %(what)s (%(who)s)") % {"what": alert.get_kind_display(), "who": person or "–"}
        Notification.send(keeper, KIND, said, _address("privacy_alerts:list"))
    return alert


def forget_old(now: dt.datetime | None = None) -> int:
    """Delete what is older than 90 days: outflows, sign-ins, and alerts that somebody has answered. Returns how many."""
    before = (now or timezone.now()) - KEPT
    gone = Outflow.objects.filter(hour__lt=before).delete()[0] + SignIn.objects.filter(at__lt=before).delete()[0]
    answered = Alert._base_manager.filter(at__lt=before).exclude(state=Alert.State.OPEN)
    return gone + answered.delete()[0]


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:  # a process without pages
        return ""
