"""What is done to win and keep customers: leads, wanted accounts, opportunities, needs, stakeholders, selection."""

from django.utils.translation import gettext_lazy as _

from kundenkreis.privacy.holding import Category as C
from kundenkreis.privacy.holding import Fate as F
from kundenkreis.privacy.holding import Purpose as P
from kundenkreis.privacy.holding import Retention as R
from kundenkreis.privacy.holding import Shelf, some
from kundenkreis.privacy.holdings.origins import BOOKED, FIGURED, WRITTEN

SHELF = Shelf()


SHELF.holds(
    "pipeline.Opportunity", P.SALES, R.RELATION,
    some(C.COMMERCE, F.STAYS, "number account pipeline stage stage_since value sums_lines currency value_house probability"
         " forecast_category expected_close_on decision_on source opened_at outcome closed_at close_reason lost_to price_gap criterion"
         " qualified"),
    some(C.FREE_TEXT, F.SEARCH, "name campaign description close_note"), some(C.CUSTOM, F.SEARCH, "custom"),
    some(C.REFERENCE, F.STAYS, "owner"),
    account="account_id", staff="owner_id", plain="team project shadowed is_generated", origin=WRITTEN, note=BOOKED,
)  # fmt: skip
SHELF.holds(
    "pipeline.Opportunity_activities", P.SALES, R.RECORD, some(C.COMMUNICATION, F.STAYS, "opportunity activity"),
    account="opportunity__account_id", origin=WRITTEN, note=BOOKED,
)  # fmt: skip
SHELF.holds(
    "pipeline.OpportunityLine", P.SALES, R.RECORD,
    some(C.COMMERCE, F.STAYS, "opportunity product quantity price discount delivered_in amount"),
    some(C.FREE_TEXT, F.SEARCH, "note"),
    account="opportunity__account_id", origin=WRITTEN, note=BOOKED,
)  # fmt: skip
SHELF.holds(
    "pipeline.OpportunityContact", P.SALES, R.RECORD,
    some(C.JUDGEMENT, F.DELETE, "opportunity contact role stance"), some(C.FREE_TEXT, F.DELETE, "note"),
    contact="contact_id", origin=WRITTEN, note=_("What part a person plays in a purchase, and how she stands to us."),
)  # fmt: skip
SHELF.holds(
    "pipeline.OpportunityCompetitor", P.SALES, R.RECORD,
    some(C.COMMERCE, F.STAYS, "opportunity account price is_incumbent"),
    some(C.FREE_TEXT, F.SEARCH, "name strength weakness"),
    account="account_id opportunity__account_id", origin=WRITTEN, note=BOOKED,
)  # fmt: skip
SHELF.holds(
    "pipeline.Qualification", P.SALES, R.RECORD, some(C.COMMERCE, F.STAYS, "opportunity element score checked_on"),
    some(C.FREE_TEXT, F.SEARCH, "evidence next_question"),
    account="opportunity__account_id", origin=WRITTEN, note=BOOKED,
)  # fmt: skip
_OUTSIDE = _("Outside people are named in it: contacts, and whoever used a link.")
SHELF.holds(
    "pipeline.ActionPlan", P.SALES, R.RECORD, some(C.COMMERCE, F.STAYS, "opportunity planned_for"),
    some(C.FREE_TEXT, F.SEARCH, "title intro"), account="opportunity__account_id", origin=WRITTEN, note=BOOKED,
)  # fmt: skip
SHELF.holds(
    "pipeline.PlanStep", P.SALES, R.RECORD,
    some(C.COMMERCE, F.STAYS, "plan side due_on done_at done_via"), some(C.REFERENCE, F.EMPTY, "contact"),
    some(C.REFERENCE, F.STAYS, "owner"), some(C.FREE_TEXT, F.SEARCH, "title note internal_note done_by"),
    contact="contact_id", account="plan__opportunity__account_id", staff="owner_id", plain="position", origin=WRITTEN,
    note=_OUTSIDE,
)  # fmt: skip
SHELF.holds(
    "pipeline.PlanLink", P.SALES, R.RECORD,
    some(C.REFERENCE, F.DELETE, "plan contact"), some(C.IDENTITY, F.DELETE, "visitor"), some(C.PREFERENCE, F.DELETE, "language"),
    some(C.CREDENTIAL, F.DELETE, "digest"), contact="contact_id", account="plan__opportunity__account_id",
    plain="expires_on revoked_at", origin=WRITTEN, note=_("Only the fingerprint of the secret address is kept."),
)  # fmt: skip
SHELF.holds(
    "pipeline.PlanLook", P.SALES, R.RECORD, some(C.TECHNICAL, F.DELETE, "link at"), contact="link__contact_id",
    origin=_("whoever opens a link; by hours, without a network address"),
)  # fmt: skip
SHELF.holds(
    "pipeline.PlanComment", P.SALES, R.RECORD, some(C.COMMUNICATION, F.STAYS, "plan step answers link"),
    some(C.FREE_TEXT, F.SEARCH, "name text"), some(C.REFERENCE, F.STAYS, "author"),
    account="plan__opportunity__account_id", contact="link__contact_id", staff="author_id",
    origin=_("written by a colleague, or by whoever has a link"), note=_OUTSIDE,
)  # fmt: skip
SHELF.nothing("pipeline.PlanTemplate", _("How business of one kind comes about."))
SHELF.nothing("pipeline.TemplateStep", _("How business of one kind comes about."))
SHELF.holds(
    "pipeline.StageChange", P.SALES, R.DERIVED, some(C.COMMERCE, F.STAYS, "opportunity from_stage to_stage at days"),
    account="opportunity__account_id", origin=FIGURED, note=BOOKED,
)  # fmt: skip
SHELF.holds(
    "pipeline.Project", P.SALES, R.RELATION, some(C.FREE_TEXT, F.SEARCH, "name description"), some(C.REFERENCE, F.STAYS, "owner"),
    some(C.CUSTOM, F.SEARCH, "custom"),
    staff="owner_id",
    plain="number place country status specified_on tendered_on awarded_on value currency value_house leading awarded_to team is_generated",
    origin=WRITTEN,
)  # fmt: skip
SHELF.holds(
    "pipeline.ProjectParty", P.SALES, R.RECORD, some(C.COMMERCE, F.STAYS, "project role account"),
    some(C.FREE_TEXT, F.SEARCH, "name note"),
    account="account_id", origin=WRITTEN, note=BOOKED,
)  # fmt: skip
SHELF.holds(
    "pipeline.OpportunityOrder", P.SALES, R.RECORD, some(C.COMMERCE, F.STAYS, "opportunity order"),
    account="opportunity__account_id", origin=WRITTEN, note=BOOKED,
)  # fmt: skip
SHELF.holds(
    "pipeline.OpportunityOrder_lines", P.SALES, R.RECORD, some(C.COMMERCE, F.STAYS, "opportunityorder opportunityline"),
    account="opportunityorder__opportunity__account_id", origin=WRITTEN, note=BOOKED,
)  # fmt: skip
SHELF.holds(
    "pipeline.Interview", P.SALES, R.RELATION,
    some(C.JUDGEMENT, F.DELETE, "opportunity contact held_on channel criterion again guide"),
    some(C.FREE_TEXT, F.DELETE, "answers note"), some(C.REFERENCE, F.DELETE, "interviewer"),
    contact="contact_id", staff="interviewer_id", origin=WRITTEN,
    note=_("What a person said about us and about others after a purchase was decided."),
)  # fmt: skip
SHELF.nothing("pipeline.InterviewGuide", _("What is asked, of whomever."))
SHELF.holds(
    "prospecting.TargetAccount", P.SALES, R.RELATION,
    some(C.COMMERCE, F.STAYS, "account status priority potential fit fit_open"), some(C.REFERENCE, F.STAYS, "owner"),
    some(C.FREE_TEXT, F.SEARCH, "potential_source drop_reason note"),
    account="account_id", staff="owner_id", plain="fitted_at is_generated", origin=WRITTEN, note=BOOKED,
)  # fmt: skip
SHELF.holds(
    "prospecting.ResearchAnswer", P.SALES, R.RECORD, some(C.COMMERCE, F.STAYS, "target question found_on"),
    some(C.FREE_TEXT, F.SEARCH, "text source"), account="target__account_id", origin=WRITTEN,
    note=_("Decision makers are named in it."),
)  # fmt: skip
SHELF.holds(
    "prospecting.TriggerEvent", P.SALES, R.RECORD, some(C.COMMERCE, F.STAYS, "target kind happened_on expires_on"),
    some(C.FREE_TEXT, F.SEARCH, "what source url note"), account="target__account_id", origin=WRITTEN,
    note=_("Decision makers are named in it."),
)  # fmt: skip
SHELF.holds(
    "prospecting.Judgement", P.SALES, R.RECORD, some(C.COMMERCE, F.STAYS, "target criterion score"),
    some(C.FREE_TEXT, F.SEARCH, "reason"), account="target__account_id", origin=WRITTEN, note=BOOKED,
)  # fmt: skip
SHELF.holds(
    "prospecting.Fit", P.ANALYSIS, R.DERIVED, some(C.JUDGEMENT, F.DELETE, "account fit open"), account="account_id",
    origin=FIGURED, note=BOOKED,
)  # fmt: skip
SHELF.holds(
    "needs.NeedsTalk", P.CARE, R.RELATION,
    some(C.COMMUNICATION, F.STAYS, "account edition kind held_on activity"), some(C.REFERENCE, F.STAYS, "contact person"),
    some(C.FREE_TEXT, F.SEARCH, "note"), contact="contact_id", account="account_id", staff="person_id",
    plain="finished_at is_generated", origin=WRITTEN,
    note=_("That the house has asked stays, with a nameless person; what she answered does not."),
)  # fmt: skip
SHELF.holds(
    "needs.TalkAnswer", P.CARE, R.RECORD, some(C.COMMUNICATION, F.DELETE, "talk key skipped"),
    some(C.FREE_TEXT, F.DELETE, "value"), contact="talk__contact_id", account="talk__account_id", origin=WRITTEN,
    note=_("What a person answered about the needs of her company."),
)  # fmt: skip
SHELF.holds(
    "needs.Need", P.SALES, R.RELATION,
    some(C.COMMERCE, F.STAYS, "account answer effect_low effect_base effect_high currency urgency said_on solve_by status"),
    some(C.REFERENCE, F.STAYS, "contact owner"), some(C.FREE_TEXT, F.SEARCH, "title pain drop_reason next_question"),
    contact="contact_id", account="account_id", staff="owner_id", plain="low_house base_house high_house is_generated",
    origin=WRITTEN, note=_("What a company lacks stays; who said so becomes nameless, and is taken out of the text."),
)  # fmt: skip
SHELF.holds(
    "needs.Need_opportunities", P.SALES, R.RECORD, some(C.COMMERCE, F.STAYS, "need opportunity"),
    account="need__account_id", origin=WRITTEN, note=BOOKED,
)  # fmt: skip
SHELF.holds(
    "needs.NeedFit", P.SALES, R.RECORD, some(C.COMMERCE, F.STAYS, "need product family degree quantity"),
    some(C.FREE_TEXT, F.SEARCH, "note"), account="need__account_id", origin=WRITTEN, note=BOOKED,
)  # fmt: skip
SHELF.holds(
    "needs.Coverage", P.ANALYSIS, R.DERIVED,
    some(C.JUDGEMENT, F.DELETE, "account of_set asked answered percent oldest_on last_on open_needs base_house"),
    account="account_id", origin=FIGURED, note=BOOKED,
)  # fmt: skip
SHELF.holds(
    "needs.Wish", P.SALES, R.RELATION, some(C.FREE_TEXT, F.SEARCH, "title description answer"),
    some(C.REFERENCE, F.STAYS, "owner"), staff="owner_id", plain="product family status status_since merged_into is_generated",
    origin=WRITTEN, note=_("What is wished for, in general; people may be named in it."),
)  # fmt: skip
SHELF.holds(
    "needs.WishAsk", P.CARE, R.RELATION, some(C.COMMUNICATION, F.STAYS, "wish account asked_on weight"),
    some(C.REFERENCE, F.STAYS, "contact"), some(C.FREE_TEXT, F.SEARCH, "note"), contact="contact_id", account="account_id",
    origin=WRITTEN, note=_("That a customer asks stays, with a nameless person."),
)  # fmt: skip
SHELF.holds(
    "needs.WishTelling", P.CARE, R.RELATION, some(C.COMMUNICATION, F.STAYS, "wish account status told_on how task"),
    some(C.REFERENCE, F.STAYS, "contact owner told_by"), some(C.FREE_TEXT, F.SEARCH, "note"),
    contact="contact_id", account="account_id", staff="owner_id told_by_id", origin=WRITTEN,
    note=_("That a customer was told stays, with a nameless person."),
)  # fmt: skip
SHELF.nothing("needs.QuestionSet", _("What is asked, of whomever."))
SHELF.nothing("needs.QuestionSet_families", _("What is asked, of whomever."))
SHELF.nothing("needs.QuestionEdition", _("What is asked, of whomever."))
SHELF.holds(
    "planning.AccountJudgement", P.SALES, R.RECORD, some(C.COMMERCE, F.STAYS, "account about score amount judged_on"),
    some(C.FREE_TEXT, F.SEARCH, "reason"), some(C.REFERENCE, F.STAYS, "judged_by"), account="account_id", staff="judged_by_id",
    plain="is_generated", origin=WRITTEN, note=BOOKED,
)  # fmt: skip
SHELF.holds(
    "planning.TierOverride", P.SALES, R.RECORD, some(C.COMMERCE, F.STAYS, "account round tier decided_on"),
    some(C.FREE_TEXT, F.SEARCH, "reason"), account="account_id", plain="is_generated", origin=WRITTEN, note=BOOKED,
)  # fmt: skip
SHELF.holds(
    "planning.RoundResult", P.ANALYSIS, R.DERIVED,
    some(
        C.JUDGEMENT, F.DELETE,
        "account round tier computed before had attractiveness position rule revenue open figures points",
    ),
    account="account_id", origin=FIGURED, note=BOOKED,
)  # fmt: skip
SHELF.nothing("planning.ScoringRound", _("When all accounts were scored, and by which criteria."))
SHELF.nothing("planning.SelectionSet", _("By what key accounts are told apart."))
SHELF.nothing("planning.SelectionCriterion", _("By what key accounts are told apart."))
SHELF.nothing("planning.TierRule", _("By what key accounts are told apart."))
SHELF.nothing("prospecting.CriteriaSet", _("What makes an account worth wanting."))
SHELF.nothing("prospecting.FitCriterion", _("What makes an account worth wanting."))
SHELF.nothing("prospecting.ResearchQuestion", _("What is asked about an account, in general."))
SHELF.nothing(
    "pipeline.OpportunityMark", _("That opportunities of certain numbers have changed, without any of their data.")
)
_ON_MAP = _("How a person is judged in her work as a buyer: each judgement with its day and its source.")
SHELF.holds(
    "stakeholders.Stakeholder", P.SALES, R.RELATION,
    some(C.JUDGEMENT, F.DELETE, "account contact since until role attitude influence relationship superior"),
    contact="contact_id", account="account_id", plain="is_generated", origin=WRITTEN, note=_ON_MAP,
)  # fmt: skip
SHELF.holds(
    "stakeholders.Judgement", P.SALES, R.RECORD,
    some(C.JUDGEMENT, F.DELETE, "stakeholder kind superior role attitude influence relationship on activity"),
    some(C.FREE_TEXT, F.DELETE, "text source"), some(C.REFERENCE, F.DELETE, "judged_by"),
    contact="stakeholder__contact_id", account="stakeholder__account_id", staff="judged_by_id", origin=WRITTEN, note=_ON_MAP,
)  # fmt: skip
SHELF.holds(
    "stakeholders.InfluenceLine", P.SALES, R.RECORD,
    some(C.JUDGEMENT, F.DELETE, "stakeholder influenced strength since until"), some(C.FREE_TEXT, F.DELETE, "note source"),
    some(C.REFERENCE, F.DELETE, "judged_by"),
    contact="stakeholder__contact_id influenced__contact_id", account="stakeholder__account_id", staff="judged_by_id",
    origin=WRITTEN, note=_("Who listens to whom: it is about both of them."),
)  # fmt: skip
SHELF.holds(
    "stakeholders.Counterpart", P.SALES, R.RECORD, some(C.REFERENCE, F.DELETE, "stakeholder person"),
    contact="stakeholder__contact_id", account="stakeholder__account_id", staff="person_id", plain="is_main since",
    origin=WRITTEN,
)  # fmt: skip
SHELF.holds(
    "stakeholders.RelationshipGrade", P.SALES, R.RECORD, some(C.JUDGEMENT, F.DELETE, "stakeholder grade on"),
    some(C.REFERENCE, F.DELETE, "person judged_by"),
    contact="stakeholder__contact_id", account="stakeholder__account_id", staff="person_id judged_by_id", origin=WRITTEN,
    note=_("A figure about a colleague too: shown to others under a works agreement only."),
)  # fmt: skip
SHELF.nothing("pipeline.Pipeline", _("How business of one kind comes about."))
SHELF.nothing("pipeline.Stage", _("How business of one kind comes about."))
SHELF.nothing("pipeline.CloseReason", _("Why business is won or lost, in general."))
SHELF.holds(
    "leads.Lead", P.CARE, R.RELATION,
    some(C.IDENTITY, F.DELETE, "company key form_of_address title_before given_name family_name title_after"),
    some(C.CONTACT, F.DELETE, "email phone mobile website street postcode place country"),
    some(C.ROLE, F.DELETE, "job_title industry employees"), some(C.PREFERENCE, F.DELETE, "language interest is_inquiry"),
    some(C.FREE_TEXT, F.DELETE, "message reason_note campaign"), some(C.CUSTOM, F.DELETE, "custom"),
    some(C.TECHNICAL, F.DELETE, "source medium referrer landing_page origin form"),
    some(C.JUDGEMENT, F.DELETE, "score status reason"), some(C.REFERENCE, F.DELETE, "account contact opportunity owner"),
    contact="contact_id", staff="owner_id",
    plain="number team territory received_at first_touch_due first_touched_at disqualified_at converted_at is_generated",
    origin=_("the person herself by a form, or written down by a colleague"),
    note=_("Leads with her mail address go too, whether they became a contact or not."),
)  # fmt: skip
SHELF.holds(
    "leads.Lead_activities", P.CARE, R.RECORD, some(C.COMMUNICATION, F.DELETE, "lead activity"),
    contact="lead__contact_id", origin=WRITTEN,
)  # fmt: skip
SHELF.holds(
    "leads.LeadConsent", P.ADVERTISING, R.CONSENT,
    some(C.PREFERENCE, F.DELETE, "lead wording state since asked_at"), some(C.FREE_TEXT, F.DELETE, "source proof"),
    some(C.TECHNICAL, F.DELETE, "ticket"), contact="lead__contact_id", origin=_("the person herself, by a form"),
)  # fmt: skip
SHELF.holds(
    "leads.Submission", P.CARE, R.RELATION,
    some(C.FREE_TEXT, F.DELETE, "data problem"), some(C.TECHNICAL, F.DELETE, "address agent"),
    some(C.PREFERENCE, F.DELETE, "agreed wording language"), some(C.REFERENCE, F.DELETE, "lead decided_by"),
    contact="lead__contact_id", staff="decided_by_id", plain="form received_at state why decided_at",
    origin=_("whoever fills in a form"),
    note=_("What was discarded goes after 30 days, what became a lead after a year. Those with her mail address go with her."),
)  # fmt: skip
SHELF.nothing("leads.LeadForm", _("What a form asks, in which words."))
SHELF.nothing("leads.ScoreRule", _("What makes a lead promising."))
SHELF.holds(
    "leads.RoutingRule", P.STAFF, R.EMPLOYMENT, some(C.REFERENCE, F.STAYS, "person last"), staff="person_id last_id",
    plain="name position conditions is_on way team", origin=WRITTEN,
)  # fmt: skip
SHELF.nothing("leads.LeadHours", _("How soon somebody speaks with a lead."))
