"""The nouns of the room."""

from kundenkreis.planning.models.criteria import SelectionCriterion, SelectionSet, TierRule
from kundenkreis.planning.models.judgements import AccountJudgement
from kundenkreis.planning.models.overrides import TierOverride
from kundenkreis.planning.models.rounds import ABSENT, RoundResult, ScoringRound

__all__ = [
    "ABSENT",
    "AccountJudgement",
    "RoundResult",
    "ScoringRound",
    "SelectionCriterion",
    "SelectionSet",
    "TierOverride",
    "TierRule",
]
