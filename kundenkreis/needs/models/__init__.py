"""The nouns of the room."""

from kundenkreis.needs.models.coverages import Coverage
from kundenkreis.needs.models.questions import AnswerKind, QuestionEdition, QuestionSet, Step
from kundenkreis.needs.models.talks import NeedsTalk, TalkAnswer
from kundenkreis.needs.models.wants import Need, NeedFit, counted
from kundenkreis.needs.models.wishes import Wish, WishAsk, WishTelling

__all__ = [
    "AnswerKind",
    "Coverage",
    "Need",
    "NeedFit",
    "NeedsTalk",
    "QuestionEdition",
    "QuestionSet",
    "Step",
    "TalkAnswer",
    "Wish",
    "WishAsk",
    "WishTelling",
    "counted",
]
