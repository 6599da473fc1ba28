"""The nouns of the room."""

from kundenkreis.prospecting.models.criteria import CriteriaSet, FitCriterion, ResearchQuestion
from kundenkreis.prospecting.models.fits import Fit
from kundenkreis.prospecting.models.parts import Judgement, ResearchAnswer, TriggerEvent
from kundenkreis.prospecting.models.targets import TargetAccount, counted

__all__ = [
    "CriteriaSet",
    "Fit",
    "FitCriterion",
    "Judgement",
    "ResearchAnswer",
    "ResearchQuestion",
    "TargetAccount",
    "TriggerEvent",
    "counted",
]
