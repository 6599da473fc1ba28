"""The house itself: history, its own people, files, notifications, lists, and the tables of packages."""

from django.utils.translation import gettext_lazy as _

from kundenkreis.privacy.holding import Category as C
from kundenkreis.privacy.holding import Fate as F
from kundenkreis.privacy.holding import Purpose as P
from kundenkreis.privacy.holding import Retention as R
from kundenkreis.privacy.holding import Shelf, some

SHELF = Shelf()
_ITSELF = _("written by the program with every change")
_HERSELF = _("the colleague herself, or whoever set up her account")
_SIGN_IN = _("her browser, when she signs in or tries to")

SHELF.nothing("core.House", _("Settings of the house. The key for hashed addresses is not about anybody."))
SHELF.nothing("core.Counter", _("The last numbers that were given."))
SHELF.holds(
    "core.SearchEntry", P.CARE, R.DERIVED, some(C.IDENTITY, F.DELETE, "key number words label subject_id"),
    contact="subject_id", account="subject_id", staff="subject_id", plain="kind", origin=_("made from names, numbers and addresses"),
    note=_("`kind` says which record is meant. On PostgreSQL the words stand in a column `vector` as well."),
)  # fmt: skip
SHELF.holds(
    "core.SearchTerm", P.CARE, R.DERIVED, some(C.IDENTITY, F.REBUILD, "term count"), origin=_("words that occur in names"),
    note=_("A word goes when no other record has it."),
)  # fmt: skip
SHELF.holds(
    "core.SearchDeletion", P.CARE, R.DERIVED, some(C.IDENTITY, F.REBUILD, "deletion term pk"), origin=_("words that occur in names"),
)  # fmt: skip
SHELF.holds(
    "history.Batch", P.PROOF, R.HISTORY,
    some(C.IDENTITY, F.STAYS, "actor_name actor_id"), some(C.FREE_TEXT, F.SEARCH, "label"),
    staff="actor_id", plain="kind state started_at ended_at counts undo_report", origin=_ITSELF,
)  # fmt: skip
SHELF.holds(
    "history.BatchChunk", P.PROOF, R.HISTORY, some(C.IDENTITY, F.MARK, "changed alike"), some(C.REFERENCE, F.STAYS, "ids added first last"),
    plain="batch number model is_undone at fields", contact="ids", account="ids", origin=_ITSELF,
    note=_("`model` says of which records it tells: contacts, accounts and what belongs to them."),
)  # fmt: skip
SHELF.nothing("history.TakenBack", _("How many steps of a record's version an undo took; numbers only."))
SHELF.holds(
    "history.Event", P.PROOF, R.HISTORY,
    some(C.IDENTITY, F.MARK, "subject_label changes"), some(C.IDENTITY, F.STAYS, "actor_name actor_id"),
    some(C.REFERENCE, F.STAYS, "subject_type subject_id account_id"),
    contact="subject_id", account="subject_id account_id", staff="actor_id",
    plain="at verb batch undoes goes_with", origin=_ITSELF,
    note=_("That something was changed, when and by whom stays; what it was changed from and to does not."),
)  # fmt: skip
SHELF.nothing("staff.Team", _("Names of teams."))
SHELF.holds(
    "staff.Territory", P.STAFF, R.EMPLOYMENT, some(C.ROLE, F.STAYS, "owner deputy deputy_from deputy_until"), staff="owner_id deputy_id",
    plain="name parent countries postcodes industries sizes", origin=_HERSELF,
)  # fmt: skip
SHELF.holds(
    "territories.Reassignment", P.STAFF, R.RELATION,
    some(C.FREE_TEXT, F.SEARCH, "name note"), some(C.REFERENCE, F.STAYS, "planned_by former tally forecast"), staff="planned_by_id",
    plain="due_on owners hands_over takes_by_hand whole_house state problem batch", origin=_HERSELF,
    note=_("`former`, `tally` and `forecast` hold numbers of colleagues, accounts and territories only."),
)  # fmt: skip
SHELF.holds(
    "territories.TerritoryChange", P.STAFF, R.RELATION, some(C.ROLE, F.STAYS, "new_owner territory"), staff="new_owner_id",
    plain="reassignment sets_owner sets_people sets_rules countries postcodes industries sizes", origin=_HERSELF,
)  # fmt: skip
SHELF.holds(
    "territories.TerritoryChange_new_people", P.STAFF, R.RELATION, some(C.ROLE, F.STAYS, "territorychange user"), staff="user_id",
    left=F.DELETE, origin=_HERSELF,
)  # fmt: skip
SHELF.holds(
    "territories.AccountChoice", P.STAFF, R.RELATION, some(C.REFERENCE, F.STAYS, "account reassignment territory"),
    account="account_id", origin=_HERSELF,
)  # fmt: skip
SHELF.holds(
    "staff.Territory_people", P.STAFF, R.EMPLOYMENT, some(C.ROLE, F.STAYS, "territory user"), staff="user_id", left=F.DELETE, origin=_HERSELF,
)  # fmt: skip
SHELF.holds(
    "staff.User", P.STAFF, R.EMPLOYMENT,
    some(C.IDENTITY, F.EMPTY, "first_name last_name"), some(C.CONTACT, F.EMPTY, "email phone"),
    some(C.ROLE, F.EMPTY, "role team job_title"), some(C.PREFERENCE, F.EMPTY, "language theme"),
    some(C.CREDENTIAL, F.EMPTY, "password"), some(C.TECHNICAL, F.EMPTY, "last_login"),
    staff="id", plain="is_active is_demo erased_at", left=F.EMPTY, origin=_HERSELF,
    note=_("Her number stays where records and history point at her, as a former colleague without a name."),
)  # fmt: skip
SHELF.holds(
    "staff.Deputy", P.STAFF, R.EMPLOYMENT, some(C.ROLE, F.STAYS, "person deputy starts_on ends_on"),
    staff="person_id deputy_id", left=F.DELETE, origin=_HERSELF,
)  # fmt: skip
SHELF.holds(
    "staff.ApiToken", P.SECURITY, R.EMPLOYMENT,
    some(C.CREDENTIAL, F.DELETE, "user name prefix digest scopes expires_at last_used_at revoked_at"),
    staff="user_id", left=F.DELETE, origin=_HERSELF,
)  # fmt: skip
SHELF.holds(
    "staff.AccountMove", P.SECURITY, R.HISTORY, some(C.REFERENCE, F.STAYS, "before_id after_id by_id"),
    staff="before_id after_id by_id", plain="event team_before team_after", origin=_ITSELF,
    note=_("Numbers only: by which events accounts came to other people."),
)  # fmt: skip
SHELF.holds(
    "staff.AccessReview", P.SECURITY, R.HISTORY, some(C.REFERENCE, F.STAYS, "started_by"), staff="started_by_id",
    plain="name is_open started_at ended_at", origin=_HERSELF,
)  # fmt: skip
SHELF.holds(
    "staff.AccessCheck", P.SECURITY, R.HISTORY,
    some(C.ROLE, F.STAYS, "review person verdict by at rights"), some(C.FREE_TEXT, F.SEARCH, "note"),
    staff="person_id by_id", origin=_HERSELF,
)  # fmt: skip
SHELF.holds(
    "market.Competitor", P.SALES, R.RELATION, some(C.FREE_TEXT, F.SEARCH, "name profile website"), some(C.REFERENCE, F.STAYS, "account"),
    account="account_id", plain="country", origin=_HERSELF,
)  # fmt: skip
SHELF.holds(
    "market.Study", P.SALES, R.RELATION, some(C.FREE_TEXT, F.SEARCH, "title question sample method findings by_whom"),
    plain="segment starts_on ends_on", origin=_HERSELF,
)  # fmt: skip
SHELF.holds(
    "market.MarketSegment", P.SALES, R.RELATION, some(C.FREE_TEXT, F.SEARCH, "name note"), plain="industries countries", origin=_HERSELF,
)  # fmt: skip
SHELF.holds(
    "market.SegmentSize", P.SALES, R.RELATION, some(C.FREE_TEXT, F.SEARCH, "source"), plain="segment year volume kind stated_on", origin=_HERSELF,
)  # fmt: skip
SHELF.holds(
    "market.CompetitorShare", P.SALES, R.RELATION, some(C.FREE_TEXT, F.SEARCH, "source"),
    plain="segment competitor year percent stated_on", origin=_HERSELF,
)  # fmt: skip
SHELF.holds(
    "market.PricePoint", P.SALES, R.RELATION, some(C.FREE_TEXT, F.SEARCH, "what source"),
    plain="competitor product family price currency seen_on", origin=_HERSELF,
)  # fmt: skip
SHELF.holds(
    "market.BattleCard", P.SALES, R.RELATION, some(C.FREE_TEXT, F.SEARCH, "title strengths weaknesses how_we_win"),
    plain="competitor", origin=_HERSELF,
)  # fmt: skip
SHELF.holds(
    "market.Objection", P.SALES, R.RELATION, some(C.FREE_TEXT, F.SEARCH, "objection answer"), plain="card", origin=_HERSELF,
)  # fmt: skip
SHELF.holds(
    "forecast.ForecastCall", P.SALES, R.RELATION, some(C.FREE_TEXT, F.SEARCH, "note"), some(C.REFERENCE, F.STAYS, "person given_by"),
    staff="person_id given_by_id", plain="period team is_override commit best_case", origin=_("given by a colleague"),
)  # fmt: skip
SHELF.holds(
    "forecast.Snapshot", P.SALES, R.DERIVED, some(C.REFERENCE, F.STAYS, "taken_by"),
    staff="taken_by_id", plain="taken_on taken_at number is_generated", origin=_("kept each week"),
)  # fmt: skip
SHELF.holds(
    "forecast.SnapshotRow", P.SALES, R.DERIVED, some(C.REFERENCE, F.STAYS, "owner opportunity"),
    staff="owner_id", plain="snapshot team stage category outcome probability value_house falls_on", origin=_("kept each week"),
)  # fmt: skip
SHELF.holds(
    "forecast.SnapshotSum", P.SALES, R.DERIVED, some(C.REFERENCE, F.STAYS, "owner"),
    staff="owner_id", plain="snapshot month category number value", origin=_("kept each week"),
)  # fmt: skip
SHELF.holds(
    "forecast.SnapshotCall", P.SALES, R.DERIVED, some(C.REFERENCE, F.STAYS, "person"),
    staff="person_id", plain="snapshot period team is_override commit best_case", origin=_("kept each week"),
)  # fmt: skip
SHELF.holds(
    "forecast.Baseline", P.SALES, R.DERIVED, some(C.REFERENCE, F.STAYS, "told"),
    plain="as_of period computed_at", origin=_("worked out each night"),
    note=_("`told` has sums by the number of each owner."),
)  # fmt: skip
SHELF.holds(
    "market.Strategy", P.SALES, R.RELATION, some(C.FREE_TEXT, F.SEARCH, "name text"), some(C.REFERENCE, F.STAYS, "owner"),
    staff="owner_id", plain="starts_on ends_on", origin=_HERSELF,
)  # fmt: skip
SHELF.holds(
    "market.Initiative", P.SALES, R.RELATION, some(C.FREE_TEXT, F.SEARCH, "name measure campaign"), some(C.REFERENCE, F.STAYS, "owner"),
    staff="owner_id", plain="strategy starts_on ends_on status ansoff budget segment target goal", origin=_HERSELF,
)  # fmt: skip
SHELF.holds(
    "market.Target", P.SALES, R.RELATION, some(C.FREE_TEXT, F.SEARCH, "note"), some(C.REFERENCE, F.STAYS, "person account"),
    staff="person_id", account="account_id", origin=_HERSELF,
    plain="starts_on level team family business month_1 month_2 month_3 month_4 month_5 month_6 month_7 month_8 month_9 month_10 month_11"
    " month_12 total is_generated",
)  # fmt: skip
SHELF.holds(
    "market.Initiative_activities", P.SALES, R.RELATION, some(C.COMMUNICATION, F.STAYS, "initiative activity"),
    account="activity__account_id", contact="activity__contact_id", origin=_HERSELF,
)  # fmt: skip
SHELF.nothing("market.MarketMonth", _("Sums of sales by month, country and industry."))
SHELF.nothing("market.Summing", _("When sales were summed, and the pictures of the market."))
SHELF.holds(
    "market.SalesMonth", P.SALES, R.DERIVED, some(C.REFERENCE, F.STAYS, "owner"), staff="owner",
    plain="month team family is_new cents", origin=_("worked out from orders"),
)  # fmt: skip
SHELF.holds(
    "files.Document", P.CARE, R.RELATION, some(C.FREE_TEXT, F.SEARCH, "name"),
    some(C.REFERENCE, F.DELETE, "subject_type subject_id account_id latest"),
    contact="subject_id", account="account_id subject_id", origin=_("uploaded by a colleague"),
    note=_("A file that hangs on the person herself goes with all its versions. `subject_type` says what it hangs on."),
)  # fmt: skip
SHELF.holds(
    "files.Version", P.CARE, R.RELATION, some(C.FREE_TEXT, F.SEARCH, "file_name"), some(C.REFERENCE, F.STAYS, "uploaded_by"),
    some(C.TECHNICAL, F.DELETE, "document sha256"), staff="uploaded_by_id",
    plain="number size content_type uploaded_at", origin=_("uploaded by a colleague"),
)  # fmt: skip
SHELF.holds(
    "files.DocumentText", P.CARE, R.DERIVED, some(C.FREE_TEXT, F.SEARCH, "text document"), plain="state read_at",
    origin=_("read out of files"),
)  # fmt: skip
SHELF.holds(
    "inbox.Preference", P.STAFF, R.EMPLOYMENT, some(C.PREFERENCE, F.DELETE, "person quiet unmailed digest hour"),
    staff="person_id", plain="mailed_on told_due_on", left=F.DELETE, origin=_HERSELF,
)  # fmt: skip
SHELF.holds(
    "inbox.Notification", P.STAFF, R.NINETY_DAYS, some(C.FREE_TEXT, F.SEARCH, "text"), some(C.REFERENCE, F.STAYS, "person"),
    staff="person_id", plain="kind path at read_at is_shown is_for_mail", left=F.DELETE, origin=_ITSELF,
)  # fmt: skip
SHELF.holds(
    "inbox.LastLook", P.STAFF, R.EMPLOYMENT, some(C.TECHNICAL, F.DELETE, "person at since"), staff="person_id", left=F.DELETE, origin=_ITSELF,
)  # fmt: skip
SHELF.holds(
    "lists.SavedView", P.STAFF, R.EMPLOYMENT,
    some(C.FREE_TEXT, F.SEARCH, "name query"), some(C.REFERENCE, F.STAYS, "owner"), staff="owner_id",
    plain="list_name shared team position", left=F.DELETE, origin=_HERSELF,
    note=_("Of a colleague who left, views of her own go; shared ones stay."),
)  # fmt: skip
SHELF.holds(
    "lists.StartView", P.STAFF, R.EMPLOYMENT, some(C.PREFERENCE, F.DELETE, "person list_name view"),
    staff="person_id", left=F.DELETE, origin=_HERSELF,
)  # fmt: skip
SHELF.holds(
    "lists.Opened", P.STAFF, R.DAYS, some(C.TECHNICAL, F.DELETE, "person noun record_id at"),
    contact="record_id", account="record_id", staff="person_id", left=F.DELETE, origin=_ITSELF, note=_("`noun` says which record is meant."),
)  # fmt: skip
SHELF.holds(
    "automation.AutomationRule", P.STAFF, R.RELATION,
    some(C.FREE_TEXT, F.SEARCH, "name note actions conditions"), some(C.REFERENCE, F.STAYS, "responsible"), staff="responsible_id",
    plain="key belongs_to when field from_value to_value days for_imports most_a_day is_on stopped_why since_event is_prepared reached"
    " looked_on told", origin=_HERSELF, note=_("Actions name colleagues; a rule that names one who has left is shown as broken."),
)  # fmt: skip
SHELF.holds(
    "automation.AutomationRun", P.PROOF, R.NINETY_DAYS,
    some(C.TECHNICAL, F.DELETE, "noun record_id occasion at state done_at deeds"), some(C.FREE_TEXT, F.DELETE, "problem"),
    some(C.REFERENCE, F.EXPIRES, "actor_id"), contact="record_id", account="record_id", staff="actor_id",
    plain="rule chain batch events", origin=_ITSELF, note=_("`noun` says which record is meant."),
)  # fmt: skip
SHELF.holds(
    "automation.AutomationMet", P.ANALYSIS, R.DERIVED, some(C.TECHNICAL, F.DELETE, "record_id"),
    contact="record_id", account="record_id", plain="rule", origin=_ITSELF,
    note=_("Which records fulfil the conditions of a rule, and so do not newly fulfil them."),
)  # fmt: skip
SHELF.nothing("automation.AutomationMark", _("How far the program has read."))
SHELF.nothing(
    "fields.CustomField",
    _("Which fields the house has of its own. Their values stand in the records, and count as personal there."),
)
SHELF.nothing("configuration.Origin", _("How a test copy was set up when it was made; nobody is named there."))
SHELF.holds(
    "configuration.Loaded", P.STAFF, R.EMPLOYMENT, some(C.TECHNICAL, F.DELETE, "person_id name document at"), staff="person_id", origin=_HERSELF,
    note=_("The file that an administrator is looking at. Her next one takes its place."),
)  # fmt: skip
SHELF.nothing("fields.PickList", _("How the house calls what there is to choose from."))
SHELF.nothing("fields.Layout", _("Which fields stand where, on pages and in forms."))
SHELF.nothing("fields.Behind", _("Numbers of records whose sums are to be worked out anew."))
SHELF.nothing("rates.ExchangeRate", _("Exchange rates."))
SHELF.holds(
    "api.KeptAnswer", P.SECURITY, R.DAYS, some(C.FREE_TEXT, F.DELETE, "body headers"), some(C.REFERENCE, F.STAYS, "person"),
    staff="person_id", plain="key digest status", left=F.DELETE, origin=_ITSELF,
    note=_("Answers are kept for a day; erasure deletes those that name the person."),
)  # fmt: skip

SHELF.nothing("contenttypes.ContentType", _("Names of the program's tables."))
SHELF.nothing("auth.Permission", _("Not used: who may what stands in the program."))
SHELF.nothing("auth.Group", _("Not used: who may what stands in the program."))
SHELF.nothing("auth.Group_permissions", _("Not used: who may what stands in the program."))
SHELF.holds(
    "sessions.Session", P.SECURITY, R.TWO_WEEKS, some(C.TECHNICAL, F.EXPIRES, "session_key session_data expire_date"),
    origin=_SIGN_IN, note=_("Holds who is signed in, and messages that were not shown yet; erasure deletes those that name the person."),
)  # fmt: skip
SHELF.holds(
    "account.EmailAddress", P.SECURITY, R.EMPLOYMENT, some(C.CONTACT, F.DELETE, "email user"), staff="user_id",
    plain="verified primary", left=F.DELETE, origin=_HERSELF,
)  # fmt: skip
SHELF.holds(
    "account.EmailConfirmation", P.SECURITY, R.DAYS, some(C.CREDENTIAL, F.DELETE, "email_address key created sent"),
    staff="email_address__user_id", left=F.DELETE, origin=_HERSELF,
)  # fmt: skip
SHELF.holds(
    "mfa.Authenticator", P.SECURITY, R.EMPLOYMENT, some(C.CREDENTIAL, F.DELETE, "user type data last_used_at"),
    staff="user_id", left=F.DELETE, origin=_HERSELF,
)  # fmt: skip
SHELF.holds(
    "usersessions.UserSession", P.SECURITY, R.TWO_WEEKS,
    some(C.TECHNICAL, F.DELETE, "user ip last_seen_at session_key user_agent data"), staff="user_id", left=F.DELETE, origin=_SIGN_IN,
)  # fmt: skip
for _table in ("AccessAttempt", "AccessFailureLog", "AccessLog"):
    SHELF.holds(
        f"axes.{_table}", P.SECURITY, R.OPERATOR,
        some(C.TECHNICAL, F.EXPIRES, "user_agent ip_address username http_accept path_info attempt_time"),
        some(C.TECHNICAL, F.EXPIRES,
             {"AccessAttempt": "get_data post_data", "AccessFailureLog": "", "AccessLog": "logout_time session_hash"}[_table]),
        plain={"AccessAttempt": "failures_since_start", "AccessFailureLog": "locked_out", "AccessLog": ""}[_table],
        staff="username", left=F.DELETE, origin=_SIGN_IN, note=_("By the mail address that was typed."),
    )  # fmt: skip
SHELF.nothing("axes.AccessAttemptExpiration", _("When a lock ends."))
