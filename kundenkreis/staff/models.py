"""People who sign in, their teams, territories, deputies and API tokens."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kundenkreis.history.models import Batch, Event
from kundenkreis.history.recording import Recorded, record_event
from kundenkreis.staff.roles import Role
from kundenkreis.staff.structure import StaffQuerySet, Team, Territory  # noqa: F401


class UserQuerySet(StaffQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Whoever was erased is nobody any more: only numbers lead to her."""
        return super().visible_to(user).filter(erased_at=None)

    def in_bin(self) -> Self:
        return super().in_bin().filter(erased_at=None)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(self, email: str, password: str | None = None, *, by: Any = None, **values: Any) -> User:
        """A person who can sign in. Without a password she can't until one is set."""
        return User.add(by=by, email=self.normalize_email(email), password=make_password(password), **values)

    def get_by_natural_key(self, email: str) -> User:
        return self.get(email__iexact=email)


class User(AbstractBaseUser, Recorded):
    email = models.EmailField(_("e-mail"), unique=True)
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100)
    role = models.CharField(_("role"), max_length=40, choices=Role, default=Role.READ_ONLY)
    team = models.ForeignKey(
        Team, verbose_name=_("team"), null=True, blank=True, on_delete=models.PROTECT, related_name="people"
    )
    job_title = models.CharField(_("job title"), max_length=120, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    language = models.CharField(
        _("language"), max_length=2, choices=[("en", "English"), ("de", "Deutsch")], default="de"
    )
    theme = models.CharField(
        _("appearance"),
        max_length=8,
        choices=[("system", _("As the system")), ("light", _("Light")), ("dark", _("Dark"))],
        default="system",
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_demo = models.BooleanField(_("demo person"), default=False, editable=False)
    # Since when nothing about her is held any more but her number, which records and history go on pointing at.
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["last_name"]
    secret_fields = frozenset({"password"})
    leaves_the_bin = False  # her name stands in the history of everything: an erasure takes it out, not the bin

    objects = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["last_name", "first_name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(erased_at=None) | models.Q(is_active=False, deleted_at__isnull=False),
                name="staff_user_erased",
                violation_error_message=_("This colleague was erased."),
            )
        ]

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        return self.first_name or self.last_name

    @property
    def initials(self) -> str:
        return (self.first_name[:1] + self.last_name[:1]).upper()

    def timeline_account_id(self) -> None:
        return None

    def within(self, reach: Any) -> bool:
        """Whether a permission about people (`access.explain`) reaches her: she is herself, or in one of its teams."""
        return self.pk in reach.owners or self.team_id in reach.teams

    def prepare(self, touched: set[str]) -> set[str]:
        if "email" in touched:
            self.email = self.email.lower()
        return set()

    @property
    def own_teams(self) -> tuple[int, ...]:
        """Her team and those that are part of it."""
        from kundenkreis.staff.access import below

        return tuple(sorted(below(Team, {self.team_id}))) if self.team_id else ()

    @property
    def colleagues(self) -> tuple[int, ...]:
        """Herself and everybody in her teams."""
        hers = User.objects.living().filter(team_id__in=self.own_teams).values_list("pk", flat=True)
        return tuple(sorted({self.pk, *hers}))

    @property
    def is_administrator(self) -> bool:
        """May she sign in and keep the house?"""
        return self.role == Role.ADMINISTRATOR and self.is_active and self.deleted_at is None

    def clean(self) -> None:
        """Whoever changes her, by hand, file or undo: one administrator who can sign in remains."""
        super().clean()
        if self.pk and not self.is_administrator:
            self.refuse_without_administrator("role" if self.role != Role.ADMINISTRATOR else "")

    def refuse_without_administrator(self, field: str = "") -> None:
        """Raise ValidationError, at `field`, when without this person the house would have no administrator."""
        if self.pk in type(self).indispensable({self.pk: None}):
            said = _("%(name)s is the last administrator. Make somebody else one first.") % {"name": self}
            raise ValidationError({field: said} if field else said)

    @classmethod
    def indispensable(cls, after: Mapping[int, Mapping[str, Any] | None]) -> set[int]:
        """The administrators among these people when none would be left."""
        administrators = cls.objects.living().filter(role=Role.ADMINISTRATOR, is_active=True)
        if connection.in_atomic_block:
            administrators = administrators.select_for_update()  # two who lock each other ask one after the other
        present = set(administrators.order_by("pk").values_list("pk", flat=True))
        losing = {
            pk
            for pk, values in after.items()
            if values is None
            or values.get("role", Role.ADMINISTRATOR) != Role.ADMINISTRATOR
            or not values.get("is_active", True)
            or values.get("deleted_at")
        }
        return present & losing if present and present <= losing else set()

    @transaction.atomic
    def change(self, *, by: Any, **values: Any) -> Event | None:
        """As every noun; who can no longer sign in loses her programs' tokens too."""
        event = super().change(by=by, **values)
        if event and not self.is_active:
            self._revoke_tokens(by)
        return event

    @transaction.atomic
    def discard(self, *, by: Any, batch: Batch | None = None, **how: Any) -> Event:
        """Into the bin: locked, and no longer offered as a colleague."""
        self.refuse_without_administrator()
        self._revoke_tokens(by)
        if self.is_active:
            self.change(by=by, verb="locked", is_active=False, batch=batch, now=how.get("now"))
        return super().discard(by=by, batch=batch, **how)

    def _move(self, *args: Any, into_bin: bool, **how: Any) -> Event:  # type: ignore[override]
        if not into_bin and User._base_manager.filter(pk=self.pk, erased_at__isnull=False).exists():
            raise ValidationError(_("This colleague was erased."))
        return super()._move(*args, into_bin=into_bin, **how)

    def _revoke_tokens(self, by: Any) -> None:
        for token in ApiToken.objects.filter(user=self, revoked_at=None):
            token.revoke(by=by)


class Deputy(Recorded):
    """While it lasts, `deputy` sees and does what `person` may with her own records."""

    person = models.ForeignKey(User, verbose_name=_("person"), on_delete=models.CASCADE, related_name="deputies")
    deputy = models.ForeignKey(User, verbose_name=_("deputy"), on_delete=models.CASCADE, related_name="stands_in_for")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    objects = StaffQuerySet.as_manager()

    class Meta:
        verbose_name = _("deputy")
        verbose_name_plural = _("deputies")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(person=models.F("deputy")),
                name="staff_deputy_other",
                violation_error_message=_("Nobody is her own deputy."),
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")),
                name="staff_deputy_period",
                violation_error_message=_("The end lies before the beginning."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deputy} → {self.person}"


class ApiToken(models.Model):
    """A key with which a program works as a person. Only its digest is kept; the key is shown once."""

    class Scope(models.TextChoices):
        READ = "read", _("read")
        WRITE = "write", _("read and write")

    user = models.ForeignKey(User, verbose_name=_("person"), on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("what for"), max_length=100)
    prefix = models.CharField(_("begins with"), max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    # ["read"], ["read", "write"], or narrower: ["accounts:read", "activities:write"]
    scopes = models.JSONField(_("scopes"), default=list)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    expires_at = models.DateTimeField(_("valid until"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def timeline_account_id(self) -> None:
        return None

    @classmethod
    @transaction.atomic
    def issue(
        cls, *, user: User, name: str, scopes: list[str], by: User | None, days: int | None = 365
    ) -> tuple[ApiToken, str]:
        """A new token and its key, which nobody can read again afterwards."""
        key = f"kk_{secrets.token_urlsafe(32)}"
        expires = timezone.now() + dt.timedelta(days=days) if days else None
        token = cls.objects.create(
            user=user, name=name, prefix=key[:8], digest=cls.digest_of(key), scopes=scopes, expires_at=expires
        )
        record_event(
            token, "apitoken.issued", by=by, changes={"scopes": [None, scopes], "user": [None, user.pk, "", str(user)]}
        )
        return token, key

    @transaction.atomic
    def revoke(self, *, by: User | None) -> None:
        """It opens nothing any more; once revoked, it stays as it is."""
        if ApiToken.objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=timezone.now()):
            record_event(self, "apitoken.revoked", by=by)

    def touch(self, now: dt.datetime | None = None) -> None:
        """Remember that it was used, at most once a minute; no event, or history would be nothing else."""
        now = now or timezone.now()
        if self.last_used_at is None or now - self.last_used_at > dt.timedelta(minutes=1):
            ApiToken.objects.filter(pk=self.pk).update(last_used_at=now)

    @staticmethod
    def digest_of(key: str) -> str:
        """SHA-256: the key is 256 random bits, so a slow hash would add nothing."""
        return hashlib.sha256(key.encode()).hexdigest()

    @classmethod
    def find(cls, key: str, now: dt.datetime | None = None) -> ApiToken | None:
        """The living token of a key, with its active person; None when unknown, revoked or out of date."""
        now = now or timezone.now()
        token = (
            cls.objects.select_related("user")
            .filter(digest=cls.digest_of(key), revoked_at=None, user__is_active=True, user__deleted_at=None)
            .first()
        )
        if token is None or (token.expires_at and token.expires_at <= now):
            return None
        return token


from kundenkreis.staff.moves import AccountMove  # noqa: E402, F401
from kundenkreis.staff.reviews import AccessCheck, AccessReview  # noqa: E402, F401
