"""The site map: every address of the product, room by room."""

from django.urls import include, path
from django.views.generic import RedirectView

from kundenkreis.api import door
from kundenkreis.lists import known
from kundenkreis.web.views import (
    access,
    accounts,
    activities,
    activity_page,
    behind,
    bulk,
    calendar,
    contacts,
    credit,
    day,
    errors,
    files,
    history,
    inbox,
    insights,
    legs,
    me,
    merges,
    mileage,
    offline,
    opt_in,
    orders,
    parts,
    patterns,
    people,
    permission,
    products,
    report,
    reviews,
    rounds,
    sheets,
    team_week,
    teams,
    territories,
    tokens,
    touch_list,
    trips,
    views,
    vocabulary,
    zones,
)
from kundenkreis.web.views import bin as bins
from kundenkreis.web.views.calls import lookup
from kundenkreis.web.views.floor import floor
from kundenkreis.web.views.health import health
from kundenkreis.web.views.search import find, opened

handler400 = "kundenkreis.web.views.errors.bad_request"
handler403 = "kundenkreis.web.views.errors.forbidden"
handler404 = "kundenkreis.web.views.errors.not_found"
handler500 = "kundenkreis.web.views.errors.server_error"
handler429 = "kundenkreis.web.signin.too_many"

DAY = [
    path("", day.home, name="home"),
    path("day/<int:pk>/<slug:kind>/", day.act, name="act"),
    path("day/<int:pk>/answer/<slug:verb>/", day.answer, name="answer"),
    path("day/<int:pk>/take-back/<int:activity_pk>/", day.take_back, name="take_back"),
]
ME = [
    path("", me.profile, name="profile"),
    path("theme/", me.theme, name="theme"),
    path("notifications/", inbox.preferences, name="notifications"),
    path("calendar/", calendar.mine, name="calendar"),
]
PEOPLE = [
    path("", people.index, name="list"),
    path("new/", people.add, name="add"),
    path("options/", people.options, name="options"),
    path("roles/", people.roles, name="roles"),
    path("roles/<slug:name>/", people.role, name="role"),
    path("<int:pk>/", people.detail, name="detail"),
    path("<int:pk>/edit/", people.edit, name="edit"),
    path("<int:pk>/invite/", people.invite, name="invite"),
    path("<int:pk>/lock/", people.lock, name="lock"),
    path("<int:pk>/unlock/", people.unlock, name="unlock"),
    path("<int:pk>/discard/", people.discard, name="discard"),
    path("<int:pk>/restore/", people.restore, name="restore"),
    path("<int:pk>/deputies/", people.add_deputy, name="add_deputy"),
    path("deputies/<int:pk>/discard/", people.discard_deputy, name="discard_deputy"),
]
ACCESS = [
    path("of/<str:label>/<int:pk>/", access.record, name="record"),
    path("people/<int:pk>/", access.person, name="person"),
    path("changes/", access.changes, name="changes"),
    path("review/", reviews.index, name="review"),
    path("review/export/", reviews.export, name="review_export"),
    path("review/begin/", reviews.begin, name="review_begin"),
    path("review/<int:pk>/end/", reviews.end, name="review_end"),
    path("review/<int:pk>/people/<int:person_pk>/", reviews.judge, name="review_judge"),
]
TEAMS = [
    path("", teams.index, name="list"),
    path("new/", teams.edit, name="add"),
    path("<int:pk>/edit/", teams.edit, name="edit"),
    path("<int:pk>/discard/", teams.discard, name="discard"),
]
TERRITORIES = [
    path("", territories.index, name="list"),
    path("check/", territories.check, name="check"),
    path("new/", territories.edit, name="add"),
    path("<int:pk>/edit/", territories.edit, name="edit"),
    path("<int:pk>/discard/", territories.discard, name="discard"),
]
HISTORY = [
    path("", history.index, name="list"),
    path("people/", history.people, name="people"),
    path("<int:pk>/", history.detail, name="detail"),
    path("<int:pk>/undo/", history.undo, name="undo"),
    path("of/<str:label>/<int:pk>/", history.record, name="record"),
    path("batches/", history.batches, name="batches"),
    path("batches/<int:pk>/", history.batch, name="batch"),
    path("batches/<int:pk>/cancel/", history.cancel, name="cancel_batch"),
    path("batches/<int:pk>/undo/", history.undo_whole, name="undo_batch"),
]
BIN = [
    path("", bins.index, name="list"),
    path("<slug:noun>/", bins.index, name="noun"),
    path("<slug:noun>/<int:pk>/restore/", bins.restore, name="restore"),
]
DOCUMENTS = [
    path("of/<str:label>/<int:pk>/", files.panel, name="panel"),
    path("<int:pk>/", files.detail, name="detail"),
    path("<int:pk>/download/", files.download, name="download"),
    path("<int:pk>/versions/", files.add_version, name="add_version"),
    path("<int:pk>/versions/<int:number>/", files.download, name="version"),
    path("<int:pk>/rename/", files.rename, name="rename"),
    path("<int:pk>/discard/", files.discard, name="discard"),
]
TOKENS = [
    path("", tokens.index, name="list"),
    path("new/", tokens.add, name="add"),
    path("<int:pk>/revoke/", tokens.revoke, name="revoke"),
]

OPT_IN = [
    path("consent/<str:token>/", opt_in.confirm, name="confirm"),
    path("unsubscribe/<str:token>/", opt_in.unsubscribe, name="unsubscribe"),
]
PATTERNS = [
    path("", patterns.index, name="index"),
    path("rows/", patterns.rows, name="rows"),
    path("peek/", patterns.peek, name="peek"),
    path("options/", patterns.options, name="options"),
    path("inline/", patterns.inline, name="inline"),
]


def _vocabulary(kind: str) -> list:
    """The pages of one kind of word: families, units, tags."""
    return [
        path("", vocabulary.index, {"kind": kind}, name="list"),
        path("new/", vocabulary.edit, {"kind": kind}, name="add"),
        path("<int:pk>/edit/", vocabulary.edit, {"kind": kind}, name="edit"),
        path("<int:pk>/discard/", vocabulary.discard, {"kind": kind}, name="discard"),
    ]


def _kept_by(noun: str) -> list:
    """A list's view, its file, and what belongs to a record and is kept in small dialogs."""
    return [
        path("<int:pk>/<slug:name>/add/", parts.add, {"noun": noun}, name="part_add"),
        path("<int:pk>/<slug:name>/<int:part_pk>/edit/", parts.change, {"noun": noun}, name="part_change"),
        path("<int:pk>/<slug:name>/<int:part_pk>/discard/", parts.discard, {"noun": noun}, name="part_discard"),
    ]


ACCOUNTS = [
    path("", accounts.index, name="list"),
    path("new/", accounts.add, name="add"),
    path("export/", accounts.export, name="export"),
    path("export-to-edit/", sheets.export, {"noun": "accounts"}, name="export_edit"),
    path("move/<slug:key>/", accounts.move, name="move"),
    path("options/", accounts.options, name="options"),
    path("bulk/", bulk.change, {"list_name": "accounts"}, name="bulk"),
    path("<int:pk>/", accounts.detail, name="detail"),
    path("<int:pk>/territory/", territories.why, name="territory"),
    path("<int:pk>/edit/", accounts.edit, name="edit"),
    path("<int:pk>/discard/", accounts.discard, name="discard"),
    path("<int:pk>/restore/", accounts.restore, name="restore"),
    path("<int:pk>/merge/", merges.merge, {"noun": "account"}, name="merge"),
    path("<int:pk>/timeline/", activities.of_account, name="timeline"),
    path("<int:pk>/credit/", credit.change, name="credit"),
    *_kept_by("accounts"),
]
CONTACTS = [
    path("", contacts.index, name="list"),
    path("new/", contacts.add, name="add"),
    path("export/", contacts.export, name="export"),
    path("export-to-edit/", sheets.export, {"noun": "contacts"}, name="export_edit"),
    path("options/", contacts.options, name="options"),
    path("<int:pk>/", contacts.detail, name="detail"),
    path("<int:pk>/edit/", contacts.edit, name="edit"),
    path("<int:pk>/discard/", contacts.discard, name="discard"),
    path("<int:pk>/restore/", contacts.restore, name="restore"),
    path("<int:pk>/merge/", merges.merge, {"noun": "contact"}, name="merge"),
    path("<int:pk>/timeline/", contacts.timeline_of, name="timeline"),
    path("<int:pk>/permission/<slug:purpose>/<slug:channel>/", permission.why, name="why"),
    path("<int:pk>/consents/<int:consent_pk>/withdraw/", permission.withdraw, name="withdraw"),
    path("<int:pk>/object/", permission.object_to, name="object"),
    path("<int:pk>/end-objection/", permission.end_objection, name="end_objection"),
    path("<int:pk>/suppress/", permission.suppress, name="suppress"),
    path("<int:pk>/opt-in/", permission.opt_in, name="opt_in"),
    *_kept_by("contacts"),
]
VIEWS = [
    path("new/", views.add, name="add"),
    path("<int:pk>/edit/", views.change, name="change"),
    path("<int:pk>/discard/", views.discard, name="discard"),
    path("<int:pk>/start/", views.start, name="start"),
]
ACTIVITIES = [
    path("", activity_page.agenda, name="list"),
    path("new/", activities.add, name="add"),
    path("plan/", activity_page.plan, name="plan"),
    path("report/", report.new, name="report_new"),
    path("mention/", activities.mention, name="mention"),
    path("week/", rounds.week, name="week"),
    path("team/", team_week.week, name="team_week"),
    path("<int:pk>/", activity_page.detail, name="detail"),
    path("<int:pk>/edit/", activity_page.edit, name="edit"),
    path("<int:pk>/report/", report.planned, name="report"),
    path("<int:pk>/finish/", activity_page.finish, name="finish"),
    path("<int:pk>/reopen/", activity_page.reopen, name="reopen"),
    path("<int:pk>/put-off/", activity_page.snooze, name="snooze"),
    path("<int:pk>/pin/", activity_page.pin, name="pin"),
    path("<int:pk>/discard/", activity_page.discard, name="discard"),
]
TOUCHES = [
    path("", touch_list.index, name="list"),
    path("export/", touch_list.export, name="export"),
    path("bulk/", bulk.change, {"list_name": "touches"}, name="bulk"),
]
LOG = [
    path("", activity_page.index, name="list"),
    path("export/", activity_page.export, name="export"),
    path("export-to-edit/", sheets.export, {"noun": "log"}, name="export_edit"),
    path("move/<slug:key>/", activity_page.move, name="move"),
]
TRIPS = [
    path("", trips.index, name="list"),
    path("export/", trips.export, name="export"),
    path("new/", trips.add, name="add"),
    path("mileage/", mileage.index, name="mileage"),
    path("mileage/export/", mileage.export, name="mileage_export"),
    path("<int:pk>/", trips.detail, name="detail"),
    path("<int:pk>/edit/", trips.edit, name="edit"),
    path("<int:pk>/discard/", trips.discard, name="discard"),
    path("<int:pk>/visits/", trips.link, name="link"),
    path("<int:pk>/visits/<int:activity_pk>/discard/", trips.unlink, name="unlink"),
    path("<int:pk>/legs/new/", legs.add, name="leg_add"),
    path("<int:pk>/legs/<int:leg_pk>/edit/", legs.change, name="leg_change"),
    path("<int:pk>/legs/<int:leg_pk>/discard/", legs.discard, name="leg_discard"),
]
PRODUCTS = [
    path("", products.index, name="list"),
    path("new/", products.add, name="add"),
    path("export/", products.export, name="export"),
    path("export-to-edit/", sheets.export, {"noun": "products"}, name="export_edit"),
    path("options/", products.options, name="options"),
    path("price-lists/", products.price_lists, name="price_lists"),
    path("price-lists/new/", products.price_list, name="add_price_list"),
    path("price-lists/<int:pk>/edit/", products.price_list, name="price_list"),
    path("<int:pk>/", products.detail, name="detail"),
    path("<int:pk>/edit/", products.edit, name="edit"),
    path("<int:pk>/discard/", products.discard, name="discard"),
    path("<int:pk>/prices/new/", products.price, name="add_price"),
    path("<int:pk>/prices/<int:price_pk>/edit/", products.price, name="price"),
    path("<int:pk>/prices/<int:price_pk>/discard/", products.discard_price, name="discard_price"),
]
ORDERS = [
    path("", orders.index, name="list"),
    path("export/", orders.export, name="export"),
    path("<int:pk>/", orders.detail, name="detail"),
    path("<int:pk>/edit/", orders.edit, name="edit"),
]
SIGNALS = [
    path("", insights.index, name="list"),
    path("segments/", insights.segments, name="segments"),
    path("record/", insights.record, name="record"),
    path("<int:pk>/", insights.detail, name="detail"),
    path("<int:pk>/done/", insights.done, name="done"),
    path("<int:pk>/snooze/", insights.snooze, name="snooze"),
    path("<int:pk>/not-useful/", insights.not_useful, name="not_useful"),
    path("<int:pk>/reopen/", insights.reopen, name="reopen"),
]
LINES = [
    path("", behind.lines, name="list"),
    path("<int:pk>/", behind.line, name="detail"),
]
OPEN_ITEMS = [
    path("", behind.open_items, name="list"),
    path("export/", behind.export_open_items, name="export"),
    path("<int:pk>/", behind.open_item, name="detail"),
]
INBOX = [
    path("", inbox.index, name="list"),
    path("read/", inbox.read_all, name="read_all"),
    path("<int:pk>/open/", inbox.open_one, name="open"),
    path("mail-off/<str:token>/", inbox.mail_off, name="mail_off"),
]
OFFLINE = [
    path("", offline.page, name="page"),
    path("token/", offline.token, name="token"),
    path("wanted/", offline.wanted, name="wanted"),
]

urlpatterns = [
    path("", include((DAY, "day"))),
    path("health", health, name="health"),
    path("api/", include(door.urls())),
    path("floor/", floor, name="floor"),
    path("manifest.webmanifest", offline.manifest, name="manifest"),
    path("worker.js", offline.worker, name="worker"),
    path("offline/", include((OFFLINE, "offline"))),
    path("search/", find, name="search"),
    path("calls/lookup/", lookup, name="lookup"),
    path("calendar/<str:secret>.ics", calendar.read, name="calendar"),
    path("search/opened/", opened, name="opened"),
    path("", include((OPT_IN, "opt_in"))),
    path("house/", include("kundenkreis.web.house_urls")),
    path("zones/", zones.options, name="zones"),
    # People are added, and their mail addresses changed, by an administrator: allauth's own pages for that are not open.
    path("signin/signup/", errors.nothing_here, name="account_signup"),
    path("signin/email/", errors.nothing_here, name="account_email"),
    path("signin/sessions/", me.sessions, name="usersessions_list"),
    # Passkeys stand on the page of the second factor; allauth leads to its list when one was removed or renamed.
    path("signin/2fa/webauthn/", RedirectView.as_view(pattern_name="mfa_index"), name="mfa_list_webauthn"),
    path("signin/", include("allauth.urls")),
    path("language/", me.language, name="set_language"),
    path("me/", include((ME, "me"))),
    path("me/tokens/", include((TOKENS, "tokens"))),
    path("history/", include((HISTORY, "history"))),
    path("bin/", include((BIN, "bin"))),
    path("documents/", include((DOCUMENTS, "documents"))),
    path("people/", include((PEOPLE, "people"))),
    path("access/", include((ACCESS, "access"))),
    path("teams/", include((TEAMS, "teams"))),
    path("territories/reassignments/", include("kundenkreis.web.reassignment_urls")),
    path("territories/", include((TERRITORIES, "territories"))),
    path("accounts/tags/", include((_vocabulary("tags"), "tags"))),
    path("", include("kundenkreis.web.stakeholder_urls")),  # before accounts, whose parts have the same shape
    path("accounts/", include((ACCOUNTS, "accounts"))),
    path("contacts/", include((CONTACTS, "contacts"))),
    path("views/", include((VIEWS, "views"))),
    path("touches/", include((TOUCHES, "touches"))),
    path("activities/all/", include((LOG, "log"))),
    path("activities/", include((ACTIVITIES, "activities"))),
    path("trips/", include((TRIPS, "trips"))),
    path("", include("kundenkreis.web.lead_urls")),
    path("", include("kundenkreis.web.target_account_urls")),
    path("", include("kundenkreis.web.needs_urls")),
    path("", include("kundenkreis.web.selection_urls")),
    path("market/", include("kundenkreis.web.market_urls")),
    path("targets/", include("kundenkreis.web.target_urls")),
    path("products/families/", include((_vocabulary("families"), "families"))),
    path("products/units/", include((_vocabulary("units"), "units"))),
    path("products/", include((PRODUCTS, "products"))),
    path("orders/lines/", include((LINES, "lines"))),
    path("orders/open-items/", include((OPEN_ITEMS, "open_items"))),
    path("orders/", include((ORDERS, "orders"))),
    path("insights/", include((SIGNALS, "signals"))),
    path("inbox/", include((INBOX, "inbox"))),
    path("", include("kundenkreis.web.pipeline_urls")),
    path("", include("kundenkreis.web.forecast_urls")),
    path("", include("kundenkreis.web.care_urls")),
    path("", include("kundenkreis.web.privacy_urls")),
    path("patterns/", include((PATTERNS, "patterns"))),
]
known.all_told()  # the views above have declared their lists
