"""The nouns of the room."""

from kundenkreis.pipeline.models.opportunities import Opportunity, counted
from kundenkreis.pipeline.models.parts import OpportunityCompetitor, OpportunityContact, OpportunityLine
from kundenkreis.pipeline.models.pipelines import CloseReason, Pipeline, Stage
from kundenkreis.pipeline.models.plan_templates import PlanTemplate, TemplateStep
from kundenkreis.pipeline.models.plans import ActionPlan, PlanComment, PlanLink, PlanLook, PlanStep
from kundenkreis.pipeline.models.qualification import Qualification
from kundenkreis.pipeline.models.ways import StageChange

__all__ = [
    "ActionPlan",
    "CloseReason",
    "Opportunity",
    "OpportunityCompetitor",
    "OpportunityContact",
    "OpportunityLine",
    "Pipeline",
    "PlanComment",
    "PlanLink",
    "PlanLook",
    "PlanStep",
    "PlanTemplate",
    "Qualification",
    "Stage",
    "StageChange",
    "TemplateStep",
    "counted",
]
