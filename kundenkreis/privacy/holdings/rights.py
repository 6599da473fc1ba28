"""What people ask of their data, the record of processing, breaches, alerts."""

from django.utils.translation import gettext_lazy as _

from kundenkreis.privacy.holding import Category as C
from kundenkreis.privacy.holding import Fate as F
from kundenkreis.privacy.holding import Purpose as P
from kundenkreis.privacy.holding import Retention as R
from kundenkreis.privacy.holding import Shelf, some
from kundenkreis.privacy.holdings.origins import WRITTEN

SHELF = Shelf()
_ASKED = _("the person herself, by way of whoever took her request in")

SHELF.holds(
    "privacy.SubjectRequest", P.PRIVACY, R.CONSENT,
    some(C.IDENTITY, F.EMPTY, "name"), some(C.CONTACT, F.EMPTY, "address"),
    some(C.COMMUNICATION, F.STAYS, "kind how received_on state due_on extended_on identity_asked_on identity_on answered_on told_of_complaint"),
    some(C.FREE_TEXT, F.EMPTY, "wish answer refusal_reason note identity_how extension_reason late_reason recipients_told"),
    some(C.REFERENCE, F.STAYS, "contact taken_in_by responsible identity_by"),
    contact="contact_id", staff="taken_in_by_id responsible_id identity_by_id", plain="number reminded_at", origin=_ASKED,
    note=_("That it came, when and how it ended stays as proof; who asked and what was written goes."),
)  # fmt: skip
SHELF.holds(
    "privacy.Purpose", P.PRIVACY, R.RECORD, some(C.REFERENCE, F.STAYS, "responsible"), staff="responsible_id", origin=WRITTEN,
    plain="key position bases covers retention_source name_de name_en interest_de interest_en people_de people_en recipients_de"
    " recipients_en transfers_de transfers_en retention_de retention_en measures_de measures_en",
)  # fmt: skip
SHELF.holds(
    "privacy.Redaction", P.PRIVACY, R.RECORD,
    some(C.REFERENCE, F.DELETE, "contact account by"), contact="contact_id", account="account_id", staff="by_id",
    plain="place start length digest reason at", origin=WRITTEN,
    note=_("Where a passage stands that a disclosure leaves out, never what it says."),
)  # fmt: skip
SHELF.holds(
    "privacy.Shown", P.PRIVACY, R.DAYS,
    some(C.REFERENCE, F.DELETE, "contact account by"), contact="contact_id", account="account_id", staff="by_id", left=F.DELETE,
    plain="place digest at", origin=_("written when a colleague looks through the texts of a disclosure"),
    note=_("Which texts were shown, by place and hash, for 30 days."),
)  # fmt: skip
SHELF.nothing(
    "privacy.Controller", _("Who is responsible, as the record of processing names the house's own representatives.")
)
SHELF.holds(
    "privacy.Breach", P.PROOF, R.HISTORY,
    some(C.FREE_TEXT, F.SEARCH,
        "title happened categories consequences measures risk_reason authority_not_told late_reason people_told_how people_not_told",
    ),
    plain="number happened_at noticed_at people_count record_count risk authority_told_at authority_reference people_told_at closed_at reminded_hour",
    origin=WRITTEN,
)  # fmt: skip
SHELF.holds(
    "privacy.Problem", P.SECURITY, R.HISTORY,
    some(C.FREE_TEXT, F.SEARCH, "what settled_note"), some(C.TECHNICAL, F.STAYS, "page browser program reference"),
    some(C.REFERENCE, F.STAYS, "reported_by"), staff="reported_by_id", plain="kind breach settled_at", origin=WRITTEN,
)  # fmt: skip
SHELF.holds(
    "privacy.Outflow", P.SECURITY, R.NINETY_DAYS, some(C.TECHNICAL, F.EXPIRES, "person hour way what count"),
    staff="person_id", left=F.DELETE, origin=_("counted when records go out"),
)  # fmt: skip
SHELF.holds(
    "privacy.SignIn", P.SECURITY, R.NINETY_DAYS, some(C.TECHNICAL, F.EXPIRES, "person at device network"),
    staff="person_id", left=F.DELETE, origin=_("her browser, when she signs in"),
)  # fmt: skip
SHELF.nothing("privacy.AlertRule", _("From which number on something is odd."))
SHELF.holds(
    "privacy.Alert", P.SECURITY, R.NINETY_DAYS,
    some(C.TECHNICAL, F.EXPIRES, "kind at count usual what state"), some(C.FREE_TEXT, F.SEARCH, "verdict_note"),
    some(C.REFERENCE, F.EXPIRES, "person"), staff="person_id", plain="breach slot", origin=_("counted when records go out or somebody signs in"),
)  # fmt: skip
