"""Leads, forms and rules as the tests make them."""

from __future__ import annotations

import datetime as dt

from kundenkreis.customers.models import ConsentWording
from kundenkreis.leads import receiving
from kundenkreis.leads.models import Lead, LeadForm, RoutingRule, ScoreRule

WHO = {
    "company": "Traunsee Catering GmbH", "form_of_address": "ms", "title_before": "Mag.", "given_name": "Eva", "family_name": "Moser",
    "job_title": "Einkauf", "email": "eva.moser@traunsee.test", "phone": "+43 7612 1234", "mobile": "+43 664 5550101",
    "website": "https://traunsee.test", "street": "Seestraße 3", "postcode": "4810", "place": "Gmunden", "country": "AT",
    "employees": 40, "interest": "Christmas lights", "message": "Please send us prices.", "source": "fair", "campaign": "Autumn",
    "medium": "stand",
}  # fmt: skip


def lead_of(by, **values) -> Lead:
    return Lead.add(by=by, **{**WHO, "owner": by, **values})


def form_of(by, **values) -> LeadForm:
    given = {
        "name": "Contact", "title_de": "Anfrage", "title_en": "Inquiry", "fields": ["company", "family_name", "email", "message"],
        "required": ["family_name", "email"], "campaign": "Site",
    }  # fmt: skip
    return LeadForm.add(by=by, **{**given, **values})


def wording_of(by, purpose="advertising") -> ConsentWording:
    return ConsentWording.add(
        by=by, purpose=purpose, edition="1", channels=["email", "phone"], text_de="Ja, bitte.", text_en="Yes, please.",
        valid_from=dt.date(2020, 1, 1),
    )  # fmt: skip


def sent(form, number=1, *, age=10.0, **how):
    """One sending of a form, by its own page."""
    data = {"company": f"Firm {number}", "family_name": "Gruber", "email": f"g{number}@firm.test", "message": "Hello"}
    data |= how.pop("data", {})
    return receiving.submit(form, data, stamp=receiving.Stamp(f"mark-{number}", age), address="192.0.2.1", **how)


def points(by, words, value, *conditions) -> ScoreRule:
    return ScoreRule.add(by=by, words_de=words, words_en=words, points=value, conditions=list(conditions))


def routed(by, **values) -> RoutingRule:
    return RoutingRule.add(by=by, **{"name": "Rule", **values})
