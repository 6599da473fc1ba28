"""What is done with customers: conversations, orders, trips, figures, data quality."""

from django.utils.translation import gettext_lazy as _

from kundenkreis.privacy.holding import Category as C
from kundenkreis.privacy.holding import Fate as F
from kundenkreis.privacy.holding import Purpose as P
from kundenkreis.privacy.holding import Retention as R
from kundenkreis.privacy.holding import Shelf, some
from kundenkreis.privacy.holdings.origins import BOOKED, ERP, FIGURED, WRITTEN

SHELF = Shelf()

SHELF.holds(
    "activities.Activity", P.CARE, R.RELATION,
    some(C.COMMUNICATION, F.STAYS, "kind at time_zone minutes is_incoming outcome purpose"),
    some(C.FREE_TEXT, F.SEARCH, "subject body"), some(C.CUSTOM, F.SEARCH, "custom"),
    some(C.REFERENCE, F.STAYS, "account contact owner"),
    contact="contact_id", account="account_id", staff="owner_id",
    plain="due_on remind_at reminded_at is_open done_at is_pinned", origin=WRITTEN,
    note=_("It stands on, with a nameless person; others are named in it, and the house has to know what it did."),
)  # fmt: skip
SHELF.holds(
    "activities.Activity_participants", P.CARE, R.RECORD, some(C.COMMUNICATION, F.STAYS, "activity contact"),
    contact="contact_id", origin=WRITTEN,
)  # fmt: skip
SHELF.holds(
    "activities.Activity_colleagues", P.STAFF, R.RECORD, some(C.COMMUNICATION, F.STAYS, "activity user"),
    staff="user_id", origin=WRITTEN,
)  # fmt: skip
SHELF.nothing("catalogue.Family", _("Groups of goods."))
SHELF.nothing("catalogue.Unit", _("Units of measure."))
SHELF.nothing("catalogue.Product", _("Goods. Their custom fields are the house's own words about goods."))
SHELF.nothing("catalogue.PriceList", _("Prices of goods."))
SHELF.nothing("catalogue.Price", _("Prices of goods."))
SHELF.holds(
    "orders.Order", P.SALES, R.BOOKS,
    some(C.COMMERCE, F.STAYS, "number kind account ordered_on ordered_at currency total total_house line_count country"),
    some(C.FREE_TEXT, F.BOOKS, "customer_reference"), some(C.CUSTOM, F.SEARCH, "custom"),
    account="account_id", origin=ERP, note=BOOKED,
)  # fmt: skip
SHELF.holds(
    "orders.OrderLine", P.SALES, R.BOOKS,
    some(C.COMMERCE, F.STAYS, "account order product ordered_on quantity unit_price amount amount_house"),
    some(C.FREE_TEXT, F.SEARCH, "description"),
    account="account_id", plain="occurrence position", origin=ERP, note=BOOKED,
)  # fmt: skip
SHELF.holds(
    "orders.Delivery", P.SALES, R.BOOKS,
    some(C.COMMERCE, F.STAYS, "number order account promised_on shipped_on delivered_on is_complete carrier"),
    some(C.COMMERCE, F.BOOKS, "tracking"),
    account="account_id", origin=ERP, note=BOOKED,
)  # fmt: skip
SHELF.holds(
    "orders.OpenItem", P.SALES, R.BOOKS,
    some(C.COMMERCE, F.STAYS, "number account booked_on due_on currency amount open_amount dunning_level"),
    account="account_id", origin=ERP, note=BOOKED,
)  # fmt: skip
SHELF.holds(
    "orders.CreditStanding", P.SALES, R.RELATION,
    some(C.JUDGEMENT, F.DELETE, "account limit currency is_blocked as_of"), some(C.FREE_TEXT, F.DELETE, "reason"),
    account="account_id", origin=WRITTEN, note=BOOKED,
)  # fmt: skip
SHELF.holds(
    "trips.Trip", P.STAFF, R.BOOKS,
    some(C.COMMUNICATION, F.STAYS, "person starts_at start_zone start_place ends_at end_zone end_place means"),
    some(C.FREE_TEXT, F.SEARCH, "purpose destination note"),
    staff="person_id", left=F.BOOKS, origin=WRITTEN, note=_("What travelling cost is part of the books."),
)  # fmt: skip
SHELF.holds(
    "trips.Leg", P.STAFF, R.BOOKS,
    some(C.COMMUNICATION, F.STAYS, "trip on start_place end_place means km odometer_start odometer_end"),
    some(C.FREE_TEXT, F.SEARCH, "passengers"),
    staff="trip__person_id", left=F.BOOKS, origin=WRITTEN, note=_("What travelling cost is part of the books."),
)  # fmt: skip
SHELF.holds(
    "trips.Trip_visits", P.STAFF, R.RECORD, some(C.COMMUNICATION, F.STAYS, "trip activity"),
    staff="trip__person_id", left=F.BOOKS, origin=WRITTEN,
)  # fmt: skip
SHELF.nothing("trips.MileageRate", _("What a kilometre is worth."))
SHELF.nothing("insights.Run", _("When figures were calculated, and how many."))
SHELF.holds(
    "insights.Score", P.ANALYSIS, R.DERIVED,
    some(C.JUDGEMENT, F.DELETE, "account segment recency frequency monetary first_on last_on order_days revenue usual_revenue"
         " gaps early_on expected_on late_on"),
    account="account_id", origin=FIGURED, note=BOOKED,
)  # fmt: skip
SHELF.holds(
    "insights.Signal", P.ANALYSIS, R.RELATION,
    some(C.JUDGEMENT, F.DELETE, "account kind value figures raised_on closed_on answer answered_at snoozed_until verdict outcome"),
    some(C.FREE_TEXT, F.SEARCH, "note"), some(C.REFERENCE, F.STAYS, "answered_by"),
    account="account_id", staff="answered_by_id", origin=FIGURED, note=BOOKED,
)  # fmt: skip
SHELF.holds(
    "quality.ImportRun", P.QUALITY, R.HISTORY,
    some(C.FREE_TEXT, F.SEARCH, "file_name path"), some(C.REFERENCE, F.STAYS, "owner undo_by"),
    staff="owner_id undo_by_id", origin=WRITTEN,
    plain="target size options mapping match_by mode state batch started_at ended_at heartbeat_at rows_total rows_read"
    " next_chunk next_offset share seconds counts forecast notes failure wants_cancel",
    note=_("The file itself is a place outside the database."),
)  # fmt: skip
SHELF.holds(
    "quality.ImportProblem", P.QUALITY, R.HISTORY, some(C.FREE_TEXT, F.SEARCH, "cells params"),
    plain="run row field code is_note", origin=_("rows of an imported file that could not be taken over"),
)  # fmt: skip
SHELF.holds(
    "quality.Mapping", P.QUALITY, R.RELATION, some(C.REFERENCE, F.STAYS, "owner"), some(C.FREE_TEXT, F.SEARCH, "name"),
    staff="owner_id", plain="target signature mapping options used_at", origin=WRITTEN,
)  # fmt: skip
SHELF.holds(
    "quality.Merge", P.QUALITY, R.HISTORY,
    some(C.IDENTITY, F.MARK, "kept_label gone_label"), some(C.REFERENCE, F.STAYS, "kept_id gone_id"),
    contact="kept_id gone_id", account="kept_id gone_id", plain="noun at batch number undone_at",
    origin=_("written when two records became one"), note=_("`noun` says whether contacts or accounts are meant."),
)  # fmt: skip
SHELF.holds(
    "quality.EditedSheet", P.QUALITY, R.TWO_WEEKS,
    some(C.FREE_TEXT, F.SEARCH, "file_name path"), some(C.IDENTITY, F.STAYS, "made_by"), some(C.REFERENCE, F.STAYS, "owner"),
    staff="owner_id", plain="noun state made_at counts notes failure batch next_chunk heartbeat_at", origin=WRITTEN,
)  # fmt: skip
SHELF.holds(
    "quality.SheetCell", P.QUALITY, R.TWO_WEEKS,
    some(C.IDENTITY, F.DELETE, "label was now new texts by record_id field kind"), some(C.FREE_TEXT, F.SEARCH, "params"),
    contact="record_id", account="record_id", plain="sheet row decision is_blocked at code",
    origin=_("a list that was edited in a spreadsheet"), note=_("`noun` of its workbook says of which records it tells."),
)  # fmt: skip
SHELF.holds(
    "quality.Lookup", P.QUALITY, R.HISTORY,
    some(C.IDENTITY, F.DELETE, "account number name address answer"), plain="service asked_on reference",
    account="account_id", origin=_("a public register (VIES)"), note=BOOKED,
)  # fmt: skip
SHELF.nothing("quality.DuplicateRun", _("When duplicates were searched for, and how many were found."))
SHELF.holds(
    "quality.DuplicatePair", P.QUALITY, R.RELATION,
    some(C.IDENTITY, F.DELETE, "explanation weight probability mark"),
    some(C.REFERENCE, F.DELETE, "account other_account contact other_contact decided_by"),
    contact="contact_id other_contact_id", account="account_id other_account_id", staff="decided_by_id",
    plain="kind state decided_at", origin=_("compared by the program"),
)  # fmt: skip
SHELF.nothing("quality.QualityRule", _("What the house demands of its data."))
SHELF.holds(
    "quality.QualityFinding", P.QUALITY, R.DERIVED, some(C.JUDGEMENT, F.DELETE, "account contact rule reason since"),
    contact="contact_id", account="account_id", origin=_("measured by the program"),
)  # fmt: skip
SHELF.holds(
    "quality.QualityWaiver", P.QUALITY, R.RELATION,
    some(C.REFERENCE, F.DELETE, "account contact rule"), some(C.FREE_TEXT, F.DELETE, "reason"),
    contact="contact_id", account="account_id", origin=WRITTEN,
)  # fmt: skip
SHELF.nothing("quality.QualityRun", _("When quality was measured, and the sums."))
SHELF.nothing("quality.QualityMark", _("How far the measurement has read; numbers of records only."))
SHELF.holds(
    "quality.QualityFigure", P.QUALITY, R.HISTORY, some(C.REFERENCE, F.STAYS, "owner asked failed"), staff="owner_id",
    plain="run rule team source", origin=_("measured by the program"),
)  # fmt: skip
