"""What a person has asked of the house, when she is erased: that it came, when and how it ended stays as proof; what was written goes."""

from __future__ import annotations

from django.db.models import F, QuerySet
from django.utils import timezone

from kundenkreis.files.models import Document
from kundenkreis.privacy import inventory, sealing
from kundenkreis.privacy.holding import Fate, Holding
from kundenkreis.privacy.models import SubjectRequest
from kundenkreis.privacy.person import Person

LABEL = SubjectRequest._meta.label_lower


def of(person: Person) -> QuerySet[SubjectRequest]:
    return SubjectRequest._base_manager.filter(contact_id__in=person.contacts)


def documents(person: Person) -> QuerySet[Document]:
    """Hers, and the letters that lie beside her requests."""
    beside = Document._base_manager.filter(
        subject_type=LABEL, subject_id__in=list(of(person).values_list("pk", flat=True))
    )
    return sealing.documents_of(person) | beside


def empty(person: Person) -> list[int]:
    """Take out what was written in her requests; their numbers. What history tells of them is another step's."""
    line = inventory.of(SubjectRequest)
    assert isinstance(line, Holding)
    names = [name for name, field in line.fields.items() if field.fate is Fate.EMPTY]
    ids = list(of(person).values_list("pk", flat=True))
    of(person).update(**dict.fromkeys(names, ""), version=F("version") + 1, changed_at=timezone.now())
    return ids
