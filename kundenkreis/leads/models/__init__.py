"""The nouns of the leads room, a module for each family of them."""

from kundenkreis.leads.models.consents import LeadConsent
from kundenkreis.leads.models.forms import LeadForm, Submission
from kundenkreis.leads.models.leads import Lead
from kundenkreis.leads.models.rules import LeadHours, RoutingRule, ScoreRule

__all__ = ["Lead", "LeadConsent", "LeadForm", "LeadHours", "RoutingRule", "ScoreRule", "Submission"]
