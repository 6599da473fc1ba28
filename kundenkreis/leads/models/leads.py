"""Leads: who they are, what they want, whose they are, and what became of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kundenkreis.activities.models import Activity
from kundenkreis.core import numbering, search
from kundenkreis.core.records import bin_index
from kundenkreis.core.text import fold
from kundenkreis.customers import sealed_addresses, territories
from kundenkreis.customers.models import Account, Contact
from kundenkreis.customers.models.accounts import INDUSTRY
from kundenkreis.fields import picks
from kundenkreis.fields.filling import Fielded
from kundenkreis.fields.picks import PickField
from kundenkreis.history.models import Event
from kundenkreis.history.recording import join
from kundenkreis.leads.models.forms import LeadForm
from kundenkreis.leads.models.seeing import OPEN as OPEN_STATES
from kundenkreis.leads.models.seeing import LeadQuerySet
from kundenkreis.pipeline.models import Opportunity
from kundenkreis.staff import access, explaining
from kundenkreis.staff.models import Team, Territory, User

PERSON = ("form_of_address", "title_before", "given_name", "family_name", "title_after", "job_title")
REACHED = ("email", "phone", "mobile")
# On which of its fields the score depends at most; the rules choose among them.
SCORED = frozenset(
    {
        "company", *PERSON, *REACHED, "website", "postcode", "place", "country", "language", "industry", "employees", "message", "interest",
        "source", "campaign", "medium", "is_inquiry", "form", "origin", "territory", "landing_page", "referrer",
    }
)  # fmt: skip
_SPEAKING = (Activity.Kind.CALL, Activity.Kind.VISIT, Activity.Kind.MEETING, Activity.Kind.MAIL)


class Lead(Fielded):
    # What comes in by a form knows nothing of the house's own fields; whoever types a lead is asked.
    asks_of_new: ClassVar[bool] = False

    class Status(models.TextChoices):
        NEW = "new", _("new")
        WORKING = "working", _("being worked on")
        CONVERTED = "converted", _("converted")
        DISQUALIFIED = "disqualified", _("disqualified")

    class Origin(models.TextChoices):
        FORM = "form", _("web form")
        API = "api", _("API")
        IMPORT = "import", _("import")
        CARD = "card", _("business card")
        HAND = "hand", _("by hand")

    @picks.administered("leads.source", _("Source of a lead"), needed=("website",))
    class Source(models.TextChoices):
        WEBSITE = "website", _("Website")
        REFERRAL = "referral", _("Recommendation")
        FAIR = "fair", _("Trade fair")
        CALL = "call", _("Call to us")
        MAIL = "mail", _("E-mail to us")
        PARTNER = "partner", _("Partner")
        RESEARCH = "research", _("Own research")
        LIST = "list", _("Bought list")
        OTHER = "other", _("Something else")

    @picks.administered("leads.reason", _("Why a lead is disqualified"))
    class Reason(models.TextChoices):
        NO_NEED = "no_need", _("no need")
        NO_BUDGET = "no_budget", _("no budget")
        NOT_OURS = "not_ours", _("not our kind of customer")
        NOT_REACHED = "not_reached", _("cannot be reached")
        COMPETITOR = "competitor", _("chose somebody else")
        KNOWN = "known", _("known already")
        NO_LEAD = "no_lead", _("no inquiry at all (applicant, supplier, spam)")
        OTHER = "other", _("something else")

    OPEN = OPEN_STATES
    FormOfAddress = Contact.FormOfAddress

    number = models.CharField(_("lead number"), max_length=40, unique=True, blank=True)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.NEW, editable=False)
    company = models.CharField(_("company"), max_length=200, blank=True)
    key = models.CharField(max_length=200, editable=False)  # core.text.fold of the company, or of the person's name
    form_of_address = models.CharField(_("form of address"), max_length=8, choices=FormOfAddress, blank=True)
    title_before = models.CharField(_("title"), max_length=80, blank=True)
    given_name = models.CharField(_("first name"), max_length=100, blank=True)
    family_name = models.CharField(_("last name"), max_length=100, blank=True)
    title_after = models.CharField(_("title after the name"), max_length=80, blank=True)
    job_title = models.CharField(_("position"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    mobile = models.CharField(_("mobile"), max_length=40, blank=True)
    website = models.URLField(_("website"), blank=True)
    street = models.CharField(_("street"), max_length=200, blank=True)
    postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    place = models.CharField(_("place"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    language = models.CharField(
        _("language"), max_length=2, default="de", choices=[("de", _("German")), ("en", _("English"))]
    )
    industry = PickField(_("industry"), max_length=100, blank=True, pick=INDUSTRY)
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    message = models.TextField(_("message"), blank=True, max_length=10_000)
    interest = models.CharField(_("interested in"), max_length=200, blank=True)
    # Whether she came to us: who asked for something may be answered, everybody else would get advertising.
    is_inquiry = models.BooleanField(_("has asked us"), default=False)
    origin = models.CharField(_("came in by"), max_length=8, choices=Origin, default=Origin.HAND, editable=False)
    source = PickField(_("source"), max_length=12, choices=Source, blank=True, pick="leads.source")
    campaign = models.CharField(_("campaign"), max_length=120, blank=True)
    medium = models.CharField(_("medium"), max_length=60, blank=True)
    referrer = models.CharField(_("came from the page"), max_length=500, blank=True)
    landing_page = models.CharField(_("on the page"), max_length=500, blank=True)
    form = models.ForeignKey(
        LeadForm, verbose_name=_("form"), null=True, blank=True, on_delete=models.SET_NULL, related_name="leads"
    )
    owner = models.ForeignKey(
        User, verbose_name=_("owner"), null=True, blank=True, on_delete=models.SET_NULL, related_name="leads",
        db_index=False,
    )  # fmt: skip
    team = models.ForeignKey(
        Team, verbose_name=_("team"), null=True, blank=True, on_delete=models.SET_NULL, related_name="leads",
        db_index=False,
    )  # fmt: skip
    territory = models.ForeignKey(
        Territory, verbose_name=_("territory"), null=True, blank=True, on_delete=models.SET_NULL, related_name="leads",
        db_index=False,
    )  # fmt: skip
    score = models.IntegerField(_("score"), default=0, editable=False)  # leads.scoring
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    first_touch_due = models.DateTimeField(_("first touch due"), null=True, blank=True)
    first_touched_at = models.DateTimeField(_("first touch"), null=True, blank=True, editable=False)
    activities = models.ManyToManyField(Activity, verbose_name=_("activities"), blank=True, related_name="leads")
    disqualified_at = models.DateTimeField(_("disqualified"), null=True, blank=True, editable=False)
    reason = PickField(_("reason"), max_length=12, choices=Reason, blank=True, pick="leads.reason")
    reason_note = models.CharField(_("what was said"), max_length=300, blank=True)
    converted_at = models.DateTimeField(_("converted"), null=True, blank=True, editable=False)
    account = models.ForeignKey(
        Account, verbose_name=_("account"), null=True, blank=True, on_delete=models.SET_NULL, related_name="leads",
        editable=False,
    )  # fmt: skip
    contact = models.ForeignKey(
        Contact, verbose_name=_("contact"), null=True, blank=True, on_delete=models.SET_NULL, related_name="leads",
        editable=False,
    )  # fmt: skip
    opportunity = models.ForeignKey(
        Opportunity, verbose_name=_("opportunity"), null=True, blank=True, on_delete=models.SET_NULL, related_name="leads",
        editable=False,
    )  # fmt: skip
    is_generated = models.BooleanField(_("name generated"), default=False, editable=False)

    objects = LeadQuerySet.as_manager()
    documents_follow = "leads"
    search_kind = search.LEAD
    searched_fields = frozenset({"company", "given_name", "family_name", "email", "number", "place", "custom"})

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        indexes = [
            models.Index(
                fields=["-received_at", "-id", "owner", "team", "territory", "status"], name="leads_lead_received",
                condition=models.Q(deleted_at=None),
            ),
            models.Index(fields=["owner", "-received_at", "-id"], name="leads_lead_owner"),
            models.Index(fields=["team", "-received_at", "-id"], name="leads_lead_team"),
            models.Index(fields=["territory", "-received_at", "-id"], name="leads_lead_territory"),
            models.Index(fields=["status", "-received_at", "-id"], name="leads_lead_status"),
            models.Index(fields=["score", "id"], name="leads_lead_score", condition=models.Q(deleted_at=None)),
            models.Index(fields=["key", "id"], name="leads_lead_key", condition=models.Q(deleted_at=None)),
            models.Index(
                fields=["first_touch_due", "id"], name="leads_lead_due",
                condition=models.Q(deleted_at=None, first_touched_at=None, status__in=("new", "working")),
            ),
            models.Index(fields=["email"], name="leads_lead_email", condition=~models.Q(email="")),
            models.Index(fields=["changed_at", "id"], name="leads_lead_changed"),
            bin_index("leads_lead_bin"),
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status="converted", converted_at__isnull=False)
                | (~models.Q(status="converted") & models.Q(converted_at=None)),
                name="leads_lead_converted",
            ),
            models.CheckConstraint(
                condition=models.Q(status="disqualified", disqualified_at__isnull=False)
                | (~models.Q(status="disqualified") & models.Q(disqualified_at=None)),
                name="leads_lead_disqualified",
            ),
        ]

    def __str__(self) -> str:
        return self.company or self.full_name or self.email or self.number

    @property
    def full_name(self) -> str:
        """As a contact's: "Mag. Anna Huber, MBA"."""
        name = " ".join(filter(None, (self.title_before, self.given_name, self.family_name)))
        return f"{name}, {self.title_after}" if self.title_after and name else name

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN and self.deleted_at is None

    @property
    def is_waiting(self) -> bool:
        """Whether somebody still has to speak with her for the first time."""
        return self.is_open and self.first_touched_at is None

    def timeline_account_id(self) -> int | None:
        return self.account_id

    def within(self, reach: access.Reach) -> bool:
        return (
            (self.owner_id is not None and self.owner_id in reach.owners)
            or (self.team_id is not None and self.team_id in reach.teams)
            or (self.territory_id is not None and self.territory_id in reach.territories)
        )

    def grounds(self) -> tuple[explaining.Ground, ...]:
        by = explaining.By
        held = ((by.OWNER, self.owner_id), (by.TEAM, self.team_id), (by.TERRITORY, self.territory_id))
        return tuple(explaining.Ground(what, pk) for what, pk in held if pk is not None)

    def access_rule(self) -> explaining.Rule:
        return explaining.Within("leads.see", self.grounds())

    def search_row(self) -> tuple:
        person = " ".join(filter(None, (self.given_name, self.family_name)))
        told = (person, self.email, self.place, *self.searched_values())
        return (self.pk, str(self), " ".join(filter(None, told)), self.number)

    # --- what is kept in step

    def clean(self) -> None:
        super().clean()
        if not (self.company or self.family_name or self.email or self.phone or self.mobile):
            raise ValidationError({"company": _("Write the company, a name, a mail address or a number.")})
        nuls = [f.name for f in self._meta.concrete_fields if "\x00" in str(getattr(self, f.attname) or "")]
        if nuls:
            raise ValidationError({name: _("Null characters are not allowed.") for name in nuls})

    def prepare(self, touched: set[str]) -> set[str]:
        from kundenkreis.leads import routing

        derived = super().prepare(touched)
        if not self.number:
            self.number = numbering.next_number("lead", "L-")
            derived.add("number")
        if self.pk is None or touched & {"company", "given_name", "family_name", "email"}:
            self.company = " ".join(self.company.split())
            self.email = self.email.strip().lower()
            self.key = fold(self.company or f"{self.family_name} {self.given_name}")[:200]
            derived.add("key")
        if "owner" in touched and "team" not in touched and self.owner is not None:
            self.team = self.owner.team
            derived.add("team")
        if "territory" not in touched and touched & territories.DECIDE:
            self.territory_id = territories.by_rule(self).territory
            derived.add("territory")
        if self.pk is None and self.first_touch_due is None:
            self.first_touch_due = routing.due(self.received_at)
            derived.add("first_touch_due")
        return derived

    def settle(self, changed: set[str]) -> None:
        super().settle(changed)
        if changed & SCORED:
            from kundenkreis.leads import scoring

            self.score = scoring.settle(self)

    # --- verbs

    @classmethod
    @transaction.atomic
    def add(cls, *, by: Any, batch: Any = None, now: dt.datetime | None = None, **values: Any) -> Self:  # type: ignore[override]
        """As of every noun; without an owner the house's rules say whose it is, and she is told.

        A person whose data must not be used is not taken in.
        """
        from kundenkreis.leads import routing

        sealed_addresses.refuse(values)
        lead = super().add(by=by, batch=batch, now=now, **values)
        if lead.owner_id is None:
            routing.route(lead, by=None, batch=batch, now=now)
        else:
            routing.tell(lead, by)
        return lead

    @transaction.atomic
    def change(self, *, by: Any, **values: Any) -> Event | None:  # type: ignore[override]
        """As of every noun; whoever is made its owner is told."""
        sealed_addresses.refuse(values, self)
        event = super().change(by=by, **values)
        if event is not None and "owner" in event.changes and self.is_open:
            from kundenkreis.leads import routing

            routing.tell(self, by)
        return event

    @classmethod
    def refused(cls, rows: Sequence[Mapping[str, Any]]) -> dict[int, ValidationError]:
        return sealed_addresses.refused(rows)

    def restore(self, **how: Any) -> Event:
        sealed_addresses.refuse_return(filter(None, (self.email, self.phone, self.mobile)))
        return super().restore(**how)

    @transaction.atomic
    def touch(self, *, by: Any, now: dt.datetime | None = None, **values: Any) -> tuple[Activity, Event]:
        """Write down what was spoken, or plan it. The first time that somebody was spoken with is the first touch.

        `values` are an activity's. Raises ValidationError where a call or mail is planned that may not be.
        """
        from kundenkreis.leads import permission

        self.refresh_from_db()
        if values.get("is_open"):
            permission.refuse_planned(self, values.get("kind", ""))
        activity = Activity.add(
            by=by, now=now, **({"owner": by} | values), account=self.account, contact=self.contact
        )  # fmt: skip
        event = self.change(by=by, now=now, verb="touched", **self._touched_by(activity))
        assert event is not None
        join(Event.objects.about(activity).earliest("pk"), event)
        return activity, event

    def _touched_by(self, activity: Activity) -> dict[str, Any]:
        values: dict[str, Any] = {"activities": [*self.activities.all(), activity]}
        spoken = activity.kind in _SPEAKING and not activity.is_open and activity.outcome not in Activity.MISSED
        if spoken and self.first_touched_at is None and not activity.is_incoming:
            values["first_touched_at"] = max(activity.at, self.received_at)
        if self.status == self.Status.NEW and activity.kind != Activity.Kind.NOTE:
            values["status"] = self.Status.WORKING
        return values

    @transaction.atomic
    def finish(self, activity: Activity, *, by: Any, outcome: str = "") -> Event | None:
        """Tick off what was planned: what was spoken is the first touch too."""
        done = activity.finish(by=by, outcome=outcome)
        values = self._touched_by(activity)
        values.pop("activities")
        event = self.change(by=by, verb="touched", **values) if values else None
        if done is not None and event is not None:
            join(done, event)
        return event or done

    def take_over(self, *, by: Any) -> Event | None:
        """It is hers from now on."""
        self._refuse_closed()
        return self.change(by=by, verb="taken_over", owner=by, team=by.team)

    @transaction.atomic
    def disqualify(self, *, by: Any, reason: str, reason_note: str = "", version: int | None = None) -> Event | None:
        """Nothing will come of it, and why."""
        self._refuse_closed()
        if not reason:
            raise ValidationError({"reason": _("Say why.")})
        return self.change(
            by=by, verb="disqualified", version=version, status=self.Status.DISQUALIFIED, reason=reason,
            reason_note=reason_note, disqualified_at=timezone.now(),
        )  # fmt: skip

    @transaction.atomic
    def reopen(self, *, by: Any) -> Event | None:
        """Work on it again."""
        self.refresh_from_db()
        if self.status != self.Status.DISQUALIFIED:
            raise ValidationError(_("Only a disqualified lead is opened again."))
        return self.change(
            by=by, verb="reopened", status=self.Status.WORKING, reason="", reason_note="", disqualified_at=None
        )  # fmt: skip

    def _refuse_closed(self) -> None:
        self.refresh_from_db()
        if not self.is_open:
            raise ValidationError(_("The lead is %(status)s already.") % {"status": self.get_status_display()})
