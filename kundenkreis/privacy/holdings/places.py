"""What stands outside Django's models: tables that the engines keep themselves, and files."""

from django.utils.translation import gettext_lazy as _

from kundenkreis.privacy.holding import Category as C
from kundenkreis.privacy.holding import Fate as F
from kundenkreis.privacy.holding import Purpose as P
from kundenkreis.privacy.holding import Retention as R
from kundenkreis.privacy.holding import Shelf, some

SHELF = Shelf()

SHELF.holds(
    "core_searchindex", P.CARE, R.DERIVED, some(C.IDENTITY, F.REBUILD, "words"), contact="rowid", account="rowid",
    origin=_("words of the search box"), note=_("SQLite only (FTS5). What was deleted leaves its segments when they are merged."),
)  # fmt: skip
SHELF.holds(
    "core_searchtext", P.CARE, R.DERIVED, some(C.FREE_TEXT, F.REBUILD, "words"),
    origin=_("words of activities and documents"), note=_("Holds each text's words without their order."),
)  # fmt: skip
SHELF.holds(
    "core_searchtextterm", P.CARE, R.DERIVED, some(C.FREE_TEXT, F.REBUILD, "term"), origin=_("words that occur in long texts"),
)  # fmt: skip
SHELF.holds(
    "jobs", P.PROOF, R.DAYS, some(C.TECHNICAL, F.DELETE, "data value"),
    origin=_("work in the background"),
    note=_("A file of its own, or tables on PostgreSQL. Finished jobs go after a week, and with an erasure at once if they name the person."),
)  # fmt: skip
SHELF.holds(
    "files/", P.CARE, R.RELATION, some(C.FREE_TEXT, F.DELETE, "contents"),
    origin=_("uploaded by a colleague"),
    note=_("Documents by the hash of their contents. Those of the person herself go; in others her name is found, and a colleague decides."),
)  # fmt: skip
SHELF.holds(
    "imports/", P.QUALITY, R.HISTORY, some(C.FREE_TEXT, F.DELETE, "contents"),
    origin=_("uploaded by a colleague"), note=_("Files that were imported or are to be, and edited workbooks. One that names the person is deleted."),
)  # fmt: skip
SHELF.holds(
    "facts/", P.ANALYSIS, R.DERIVED, some(C.COMMERCE, F.STAYS, "contents"),
    origin=_("orders"), note=_("Facts of orders by numbers of accounts; no name stands there."),
)  # fmt: skip
SHELF.holds(
    "cache.sqlite3", P.SECURITY, R.DAYS, some(C.TECHNICAL, F.DELETE, "value"), origin=_("limits and what is asked often"),
    note=_("Emptied by every erasure."),
)  # fmt: skip
SHELF.holds(
    "erasures", P.PRIVACY, R.HISTORY, some(C.TECHNICAL, F.HASH, "records hashes"), origin=_("written by every erasure"),
    note=_("A list outside the database, by numbers and hashes, by which a restored backup is erased anew."),
)  # fmt: skip
SHELF.holds(
    "restore-*", P.PROOF, R.OPERATOR, some(C.FREE_TEXT, F.DELETE, "contents"), origin=_("a restored backup"),
    note=_("The house as it was before a restore (….before-restore, the schema before_restore). Deleted by the next erasure."),
)  # fmt: skip
SHELF.holds(
    "backups", P.PROOF, R.OPERATOR, some(C.FREE_TEXT, F.EXPIRES, "contents"), origin=_("the command `backup`"),
    note=_("Lie where the operator puts them. Older ones hold the person until they are deleted; a restore erases her again."),
)  # fmt: skip
SHELF.holds(
    "test copies", P.PROOF, R.OPERATOR, some(C.FREE_TEXT, F.EXPIRES, "contents"), origin=_("the command `testcopy`"),
    note=_("Lie where the operator puts them. Whoever is erased in the live house is erased in the copy by its list of erasures, or goes with it."),
)  # fmt: skip
SHELF.holds(
    "log", P.SECURITY, R.OPERATOR, some(C.TECHNICAL, F.EXPIRES, "lines"), origin=_("the running program"),
    note=_("Goes to the console of whoever runs the house. Names of records do not stand there."),
)  # fmt: skip
SHELF.holds(
    "browsers", P.STAFF, R.DAYS, some(C.FREE_TEXT, F.EXPIRES, "drafts pages"), origin=_("the colleagues' browsers"),
    note=_("Drafts, and pages for reading without a connection; thrown away at signing out, pages also with the next connection."),
)  # fmt: skip
SHELF.nothing("django_migrations", _("Which steps of the program the tables have seen."))
SHELF.nothing("static/", _("The program's own files."))
SHELF.nothing("secret_key", _("The key that signs; no data about anybody."))
