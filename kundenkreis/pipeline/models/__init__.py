"""The nouns of the room."""

from kundenkreis.pipeline.models.closing import Interview, InterviewGuide, OpportunityOrder
from kundenkreis.pipeline.models.marks import OpportunityMark
from kundenkreis.pipeline.models.opportunities import Opportunity, counted
from kundenkreis.pipeline.models.parts import OpportunityCompetitor, OpportunityContact, OpportunityLine
from kundenkreis.pipeline.models.pipelines import CloseReason, Pipeline, Stage
from kundenkreis.pipeline.models.plan_templates import PlanTemplate, TemplateStep
from kundenkreis.pipeline.models.plans import ActionPlan, PlanComment, PlanLink, PlanLook, PlanStep
from kundenkreis.pipeline.models.projects import Project, ProjectParty
from kundenkreis.pipeline.models.qualification import Qualification
from kundenkreis.pipeline.models.ways import StageChange

__all__ = [
    "ActionPlan",
    "CloseReason",
    "Interview",
    "InterviewGuide",
    "Opportunity",
    "OpportunityCompetitor",
    "OpportunityContact",
    "OpportunityLine",
    "OpportunityMark",
    "OpportunityOrder",
    "Pipeline",
    "PlanComment",
    "PlanLink",
    "PlanLook",
    "PlanStep",
    "PlanTemplate",
    "Project",
    "ProjectParty",
    "Qualification",
    "Stage",
    "StageChange",
    "TemplateStep",
    "counted",
]
