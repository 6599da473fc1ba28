"""Nouns of the room, by what they are about."""

from kundenkreis.privacy.models.alerts import KEPT, Alert, AlertRule, Oddity, Outflow, SignIn, Way
from kundenkreis.privacy.models.breaches import Breach, Problem
from kundenkreis.privacy.models.erasures import Erased, Erasure, LegalHold, Noun, Restriction
from kundenkreis.privacy.models.purposes import Basis, Controller, Purpose
from kundenkreis.privacy.models.redactions import Redaction, Shown
from kundenkreis.privacy.models.requests import OPEN, Kind, State, SubjectRequest, may_work_on

__all__ = [
    "KEPT",
    "OPEN",
    "Alert",
    "AlertRule",
    "Basis",
    "Breach",
    "Controller",
    "Erased",
    "Erasure",
    "Kind",
    "LegalHold",
    "Noun",
    "Oddity",
    "Outflow",
    "Problem",
    "Purpose",
    "Redaction",
    "Restriction",
    "Shown",
    "SignIn",
    "State",
    "SubjectRequest",
    "Way",
    "may_work_on",
]
