"""What this room keeps itself."""

from django.utils.translation import gettext_lazy as _

from kundenkreis.privacy.holding import Category as C
from kundenkreis.privacy.holding import Fate as F
from kundenkreis.privacy.holding import Purpose as P
from kundenkreis.privacy.holding import Retention as R
from kundenkreis.privacy.holding import Shelf, some

SHELF = Shelf()
_RIGHTS = _("written down when a person used her rights")

SHELF.holds(
    "privacy.Restriction", P.PRIVACY, R.HISTORY,
    some(C.IDENTITY, F.EMPTY, "name sealed"), some(C.FREE_TEXT, F.EMPTY, "reason"),
    some(C.REFERENCE, F.STAYS, "record_id by lifted_by"),
    contact="record_id", account="record_id", staff="by_id lifted_by_id", plain="noun since until lifted_at", origin=_RIGHTS,
)  # fmt: skip
SHELF.holds(
    "privacy.LegalHold", P.PRIVACY, R.HISTORY,
    some(C.FREE_TEXT, F.EMPTY, "reason"), some(C.REFERENCE, F.STAYS, "record_id by lifted_by"),
    contact="record_id", account="record_id", staff="by_id lifted_by_id", plain="noun since lifted_at", origin=_RIGHTS,
)  # fmt: skip
SHELF.holds(
    "privacy.Erasure", P.PRIVACY, R.HISTORY,
    some(C.IDENTITY, F.EMPTY, "values"), some(C.IDENTITY, F.BOOKS, "kept"), some(C.FREE_TEXT, F.SEARCH, "note request_number"),
    some(C.REFERENCE, F.STAYS, "contacts accounts colleagues begun_by begun_by_name"),
    staff="begun_by_id", origin=_RIGHTS,
    plain="state token begun_at ended_at heartbeat_at step spared counts kept_until law is_compacted",
    note=_("Values stand here while the erasure is at work, and what the books need until their date."),
)  # fmt: skip
SHELF.holds(
    "privacy.Erased", P.PRIVACY, R.HISTORY,
    some(C.REFERENCE, F.STAYS, "record_id"), plain="noun erasure", origin=_RIGHTS,
)  # fmt: skip
