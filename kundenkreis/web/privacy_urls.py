"""Addresses of what the house holds about people, and of reported problems."""

from django.urls import include, path

from kundenkreis.web.views import (
    disclosure,
    privacy_alerts,
    privacy_breaches,
    privacy_people,
    privacy_record,
    privacy_requests,
)

PRIVACY_REQUESTS = [
    path("", privacy_requests.index, name="list"),
    path("new/", privacy_requests.add, name="add"),
    path("<int:pk>/", privacy_requests.detail, name="detail"),
    path("<int:pk>/edit/", privacy_requests.edit, name="edit"),
    path("<int:pk>/step/<slug:name>/", privacy_requests.step, name="step"),
    path("<int:pk>/begin/", privacy_requests.begin, name="begin"),
    path("<int:pk>/object/", privacy_requests.object_to, name="object"),
    path("<int:pk>/discard/", privacy_requests.discard, name="discard"),
]
PRIVACY_DONE = [
    path("", privacy_requests.done, name="list"),
]
DISCLOSURE = [
    path("<slug:noun>/<int:pk>/", disclosure.review, name="review"),
    path("<slug:noun>/<int:pk>/black-out/", disclosure.black_out, name="black_out"),
    path("<slug:noun>/<int:pk>/show-again/", disclosure.show_again, name="show_again"),
    path("<slug:noun>/<int:pk>/make/", disclosure.make, name="make"),
]
# A contact, and the account of a private customer, are the same pages: `noun` says which.
PRIVACY_PERSON = [
    path("<int:pk>/", privacy_people.person, name="person"),
    path("<int:pk>/restrict/", privacy_people.restrict, name="restrict"),
    path("<int:pk>/lift/", privacy_people.lift, name="lift"),
    path("<int:pk>/hold/", privacy_people.hold, name="hold"),
    path("<int:pk>/end-hold/", privacy_people.end_hold, name="end_hold"),
    path("<int:pk>/erase/", privacy_people.erase, name="erase"),
]
PRIVACY_COLLEAGUE = [
    path("<int:pk>/", privacy_people.person, name="person"),
    path("<int:pk>/hold/", privacy_people.hold, name="hold"),
    path("<int:pk>/end-hold/", privacy_people.end_hold, name="end_hold"),
    path("<int:pk>/erase/", privacy_people.erase, name="erase"),
]
PRIVACY_ERASURES = [
    path("", privacy_people.erasures, name="list"),
    path("<int:pk>/", privacy_people.erasure, name="detail"),
]
PRIVACY_INVENTORY = [
    path("", privacy_people.shown_inventory, name="index"),
]
PRIVACY_RECORD = [
    path("", privacy_record.index, name="index"),
    path("export/", privacy_record.export, name="export"),
    path("usual/", privacy_record.take_over, name="take_over"),
    path("controller/", privacy_record.controller, name="controller"),
    path("new/", privacy_record.add, name="add"),
    path("<int:pk>/", privacy_record.detail, name="detail"),
    path("<int:pk>/edit/", privacy_record.edit, name="edit"),
    path("<int:pk>/discard/", privacy_record.discard, name="discard"),
]
PRIVACY_BREACHES = [
    path("", privacy_breaches.index, name="list"),
    path("new/", privacy_breaches.add, name="add"),
    path("<int:pk>/", privacy_breaches.detail, name="detail"),
    path("<int:pk>/edit/", privacy_breaches.edit, name="edit"),
    path("<int:pk>/step/<slug:name>/", privacy_breaches.step, name="step"),
    path("<int:pk>/close/", privacy_breaches.close, name="close"),
    path("<int:pk>/discard/", privacy_breaches.discard, name="discard"),
    path("<int:pk>/reopen/", privacy_breaches.reopen, name="reopen"),
]
PRIVACY_ALERTS = [
    path("", privacy_alerts.index, name="list"),
    path("rules/", privacy_alerts.rules, name="rules"),
    path("rules/<slug:kind>/", privacy_alerts.rule, name="rule"),
    path("<int:pk>/", privacy_alerts.detail, name="detail"),
    path("<int:pk>/clear/", privacy_alerts.clear, name="clear"),
    path("<int:pk>/make-breach/", privacy_alerts.make_breach, name="make_breach"),
]
PROBLEMS = [
    path("", privacy_alerts.problems, name="list"),
    path("new/", privacy_alerts.report, name="add"),
    path("<int:pk>/", privacy_alerts.problem, name="detail"),
    path("<int:pk>/settle/", privacy_alerts.settle, name="settle"),
]

urlpatterns = [
    path("privacy/requests/done/", include((PRIVACY_DONE, "privacy_done"))),
    path("privacy/requests/", include((PRIVACY_REQUESTS, "privacy_requests"))),
    path("privacy/disclosure/", include((DISCLOSURE, "disclosure"))),
    path("privacy/contacts/", include((PRIVACY_PERSON, "privacy_contacts")), {"noun": "contact"}),
    path("privacy/accounts/", include((PRIVACY_PERSON, "privacy_accounts")), {"noun": "account"}),
    path("privacy/colleagues/", include((PRIVACY_COLLEAGUE, "privacy_users")), {"noun": "user"}),
    path("privacy/erasures/", include((PRIVACY_ERASURES, "privacy_erasures"))),
    path("privacy/inventory/", include((PRIVACY_INVENTORY, "privacy_inventory"))),
    path("privacy/record/", include((PRIVACY_RECORD, "privacy_record"))),
    path("privacy/breaches/", include((PRIVACY_BREACHES, "privacy_breaches"))),
    path("privacy/alerts/", include((PRIVACY_ALERTS, "privacy_alerts"))),
    path("problems/", include((PROBLEMS, "problems"))),
]
