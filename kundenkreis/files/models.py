"""Documents on any record, and their versions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

from django.apps import apps
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kundenkreis.core import search
from kundenkreis.core.records import RecordQuerySet, bin_index, reached_from
from kundenkreis.history.recording import Recorded
from kundenkreis.staff import access, explaining
from kundenkreis.staff.models import User


def may(user: Any, verb: str, record: Any = None) -> bool:
    """May the person see, add, change or discard this document, or documents of this record?"""
    deciding = record.deciding_action(verb) if isinstance(record, Document) else _action(verb, record)
    return access.may(user, deciding, record)


def _action(verb: str, subject: Any) -> str:
    """The action that decides over documents of a record.

    They go with the customer data that they hang on. A noun that all share says in `documents_follow` whose rights decide: whoever may
    see such a record sees its documents, and whoever may change it keeps them.
    """
    followed = getattr(subject, "documents_follow", "")
    return f"{followed}.{'see' if verb == 'see' else 'change'}" if followed else f"documents.{verb}"


class DocumentQuerySet(RecordQuerySet):
    def on(self, record: models.Model) -> Self:
        return self.filter(subject_type=record._meta.label_lower, subject_id=record.pk)

    def visible_to(self, user: Any) -> Self:
        """Documents of the records that the person may see, asked of each record's own room."""
        seen = models.Q(pk__in=[])
        for subject_type in self._subject_types():
            subjects = apps.get_model(subject_type)._default_manager.visible_to(user)
            seen |= models.Q(subject_type=subject_type) & reached_from("subject_id", subjects)
        return self.filter(seen)

    def _subject_types(self) -> Iterator[str]:
        """The nouns that have documents, each by one step in the index: a DISTINCT would read all of it."""
        after = ""
        while after is not None:
            later = self.model._base_manager.filter(subject_type__gt=after)
            after = later.aggregate(first=models.Min("subject_type"))["first"]
            if after is not None:
                yield after

    def for_list(self) -> Self:
        return self.select_related("latest__uploaded_by")


class Document(Recorded):
    name = models.CharField(_("name"), max_length=255)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    account_id = models.BigIntegerField(null=True, blank=True)  # whose timeline it belongs to
    latest = models.ForeignKey(
        "Version", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )

    objects = DocumentQuerySet.as_manager()
    text_kind = search.DOCUMENT
    searched_fields = frozenset({"name", "text"})

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        indexes = [
            bin_index("files_document_bin"),
            models.Index(fields=["subject_type", "subject_id", "-id"], name="files_document_subject"),
            models.Index(fields=["account_id", "-created_at"], name="files_document_account"),
        ]

    def __str__(self) -> str:
        return self.name

    def search_text(self) -> str:
        known = "read" in self._state.fields_cache
        # One that nobody has read yet has none, and was perhaps selected with that.
        read = getattr(self, "read", None) if known else DocumentText.objects.filter(document=self).first()
        return f"{self.name}\n{read.text if read else ''}"

    @property
    def subject(self) -> models.Model | None:
        return apps.get_model(self.subject_type)._default_manager.filter(pk=self.subject_id).first()

    def deciding_action(self, verb: str) -> str:
        """What of `access.TABLE` decides whether a person may do this with the document."""
        return _action(verb, self.subject)

    def grounds(self) -> tuple[explaining.Ground, ...]:
        subject: Any = self.subject
        return subject.grounds() if explaining.is_explained(subject) else ()

    def access_rule(self) -> explaining.Rule:
        """It is seen with what it hangs on."""
        subject: Any = self.subject
        return subject.access_rule() if explaining.is_explained(subject) else explaining.AnyOf(())

    def acts(self) -> dict[str, explaining.Rule]:
        grounds = self.grounds()
        return {
            f"documents.{verb}": explaining.Within(self.deciding_action(verb), grounds)
            for verb in ("change", "discard")
        }

    def within(self, reach: Any) -> bool:
        subject = self.subject
        return bool(subject is not None and getattr(subject, "within", lambda _: False)(reach))


class Version(models.Model):
    """One upload. Never changed; a newer one is added beside it."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    file_name = models.CharField(_("file name"), max_length=255)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField(_("size in bytes"))
    content_type = models.CharField(_("type"), max_length=120)  # as found in the content, not as claimed
    uploaded_by = models.ForeignKey(
        User, verbose_name=_("uploaded by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    uploaded_at = models.DateTimeField(_("uploaded"), default=timezone.now)

    class Meta:
        verbose_name = _("version")
        constraints = [models.UniqueConstraint(fields=["document", "number"], name="files_version_number")]
        indexes = [models.Index(fields=["sha256"], name="files_version_sha")]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.number})"


class DocumentText(models.Model):
    """What stands in the newest version of a document, as far as it could be read. Made anew from the file at any time."""

    class State(models.TextChoices):
        READ = "read", _("read")
        PARTLY = "partly", _("only its beginning was read, because it is very long")
        NO_TEXT = "no_text", _("has no text that can be read")
        PASSWORD = "password", _("protected by a password")
        TOO_LARGE = "too_large", _("takes too much to read")
        BROKEN = "broken", _("damaged, or not what it says it is")
        LOST = "lost", _("its content is missing")

    document = models.OneToOneField(Document, on_delete=models.CASCADE, related_name="read", primary_key=True)
    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(_("state"), max_length=12, choices=State)
    text = models.TextField(_("text"), blank=True)
    read_at = models.DateTimeField(_("read at"), default=timezone.now)

    class Meta:
        verbose_name = _("document's text")

    def __str__(self) -> str:
        return self.get_state_display()
