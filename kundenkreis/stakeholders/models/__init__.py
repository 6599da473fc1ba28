"""The nouns of the room."""

from kundenkreis.stakeholders.models.counterparts import Counterpart, RelationshipGrade, counts_people
from kundenkreis.stakeholders.models.judgements import Judgement
from kundenkreis.stakeholders.models.lines import InfluenceLine
from kundenkreis.stakeholders.models.people import Stakeholder, counted, group_of, one_map

__all__ = [
    "Counterpart",
    "InfluenceLine",
    "Judgement",
    "RelationshipGrade",
    "Stakeholder",
    "counted",
    "counts_people",
    "group_of",
    "one_map",
]
