"""How allauth and axes sign our people in: by mail address, never by signing up themselves, locked out after repeated failures."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import Any
from urllib.parse import urljoin

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.forms import ResetPasswordForm
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_ip_address, get_cool_off, get_failure_limit
from axes.models import AccessAttempt
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django_tasks import task

from kundenkreis.history.recording import record_event
from kundenkreis.privacy import watching
from kundenkreis.staff import inviting
from kundenkreis.staff.models import User

# What allauth's flows say after they are done; a template of theirs that is not named here says nothing.
_SAID = {
    "account/messages/password_changed.txt": lazy("Your password is changed."),
    "account/messages/password_set.txt": lazy("Your password is set."),
    "mfa/messages/totp_activated.txt": lazy("The authenticator app is set up."),
    "mfa/messages/totp_deactivated.txt": lazy("The authenticator app is no longer asked for."),
    "mfa/messages/recovery_codes_generated.txt": lazy(
        "You have new recovery codes. The old ones do not work any more."
    ),
    "mfa/messages/webauthn_added.txt": lazy("The passkey is added."),
    "mfa/messages/webauthn_removed.txt": lazy("The passkey is removed."),
    "usersessions/messages/sessions_logged_out.txt": lazy("You are signed out everywhere else."),
}

# What those messages tell is history too: each is the end of a step that changes how a person gets in.
_RECORDED = {
    "mfa/messages/totp_activated.txt": "user.app_set_up",
    "mfa/messages/totp_deactivated.txt": "user.app_removed",
    "mfa/messages/recovery_codes_generated.txt": "user.recovery_codes_made",
    "mfa/messages/webauthn_added.txt": "user.passkey_added",
    "mfa/messages/webauthn_removed.txt": "user.passkey_removed",
}

# Sentences and labels of packages that people read: named here so that our own translations of them are used.
SAID_BY_PACKAGES = (
    lazy("Code"),
    lazy("Current Password"),
    lazy("New Password"),
    lazy("New Password (again)"),
    lazy("Passwordless"),
    lazy("You must type the same password each time."),
    lazy("This password is too common."),
    lazy("Enter a valid email address."),
    lazy("This field is required."),
    lazy("Master key"),
    lazy("Backup key"),
)


class Backend(AuthenticationBackend):
    def user_can_authenticate(self, user: Any) -> bool:
        """Asked at every request too, so a person who is locked or put into the bin is out at once."""
        return bool(super().user_can_authenticate(user) and user.deleted_at is None)


class Adapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": lazy("This mail address and password do not belong together."),
        "enter_current_password": lazy("This is not your present password."),
        "incorrect_password": lazy("This is not your password."),
        "invalid_password_reset": lazy("This link was used already or is too old."),
        "too_many_login_attempts": lazy("Too many attempts. Please wait five minutes and try again."),
        "rate_limited": lazy("Too many attempts. Please wait a minute and try again."),
    }

    def is_open_for_signup(self, request: Any) -> bool:
        """People are added by an administrator."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """Only addresses of our own: after signing in nobody is sent to another house."""
        return url.startswith("/") and super().is_safe_url(url)

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:  # type: ignore[override]
        if user.deleted_at is not None:
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **kwargs)

    def login(self, request: HttpRequest, user: User) -> None:  # type: ignore[override]
        """Every way to sign in ends here: password, second factor, passkey."""
        last = user.last_login
        super().login(request, user)
        record_event(user, "signin.succeeded", by=user)
        agent = request.headers.get("User-Agent", "")
        watching.signed_in(user, agent, get_client_ip_address(request) or "", last=last)

    def set_password(self, user: User, password: str) -> None:  # type: ignore[override]
        user.change(by=user, verb="password_changed", password=make_password(password))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("me:profile")

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        if verb := _RECORDED.get(message_template or ""):
            record_event(request.user, verb, by=request.user)  # type: ignore[arg-type]
        message = kwargs.get("message") or _SAID.get(message_template or "")
        if message:
            messages.add_message(request, level, str(message))


class ResetForm(ResetPasswordForm):
    """Asks for a link. Whether there is such a person is looked up by the worker: the answer comes as soon for strangers."""

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"])

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        email = str(self.cleaned_data["email"])
        mail_reset.enqueue(email, request.build_absolute_uri("/"))
        return email


@task()
def mail_reset(email: str, house: str) -> None:
    """The link to a new password, if somebody who may sign in has this address; `house` is the address of the first page."""
    person = User.objects.living().filter(email__iexact=email, is_active=True).first()
    if person is not None:
        inviting.send_link(person, urljoin(house, inviting.password_path(person)))


class SecondFactor(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": lazy("This code is not right. Codes change every 30 seconds."),
        "cannot_generate_recovery_codes": lazy(
            "Recovery codes are made once an authenticator app or a passkey is set up."
        ),
    }

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """What a browser and a phone show beside the passkey."""
        return super().get_public_key_credential_rp_entity() | {"name": str(_("Kundenkreis"))}


class Sessions(DefaultUserSessionsAdapter):
    def end_sessions(self, sessions: Sequence[UserSession]) -> None:
        """A person signs out elsewhere; signing out here is no matter of history."""
        elsewhere = [session for session in sessions if not session.is_current()]
        super().end_sessions(sessions)
        if elsewhere:
            record_event(elsewhere[0].user, "user.signed_out_elsewhere", by=elsewhere[0].user)


def password_link(request: HttpRequest, user: User) -> str:
    """An address at which this person sets her password: valid once, and for three days (`PASSWORD_RESET_TIMEOUT`)."""
    return request.build_absolute_uri(inviting.password_path(user))


class LockOut(AxesDatabaseHandler):
    """Axes counts the failures; the moment of locking is history."""

    def user_login_failed(
        self, sender: Any, credentials: dict, request: HttpRequest | None = None, **kwargs: Any
    ) -> None:
        super().user_login_failed(sender, credentials, request, **kwargs)
        counted = getattr(request, "axes_failures_since_start", None)
        if request is None or counted is None or counted != get_failure_limit(request, credentials):
            return
        user = User.objects.filter(email=mail_address(request, credentials)).first()
        if user:
            record_event(user, "signin.locked", by=None, changes={"address": [None, request.axes_ip_address]})  # type: ignore[attr-defined]
            watching.failed(user, counted)


def mail_address(request: HttpRequest, credentials: dict | None = None) -> str:
    """What axes counts by: the mail address however it was typed, so that capitals give no further tries."""
    given = (credentials or {}).get("email") or (credentials or {}).get("username") or request.POST.get("login") or ""
    return str(given).strip().lower()


def locked_out(
    request: HttpRequest, response: HttpResponse | None = None, credentials: dict | None = None
) -> HttpResponse:
    """The page of who failed too often, with the time at which she may try again."""
    credentials = credentials or getattr(request, "axes_credentials", None)
    until = locked_until(request, credentials)
    minutes = max(1, math.ceil((until - timezone.now()).total_seconds() / 60))
    context = {"until": until, "minutes": minutes, "email": mail_address(request, credentials)}
    page = render(request, "signin/locked.html", context, status=429)
    page.headers["Retry-After"] = str(minutes * 60)
    return page


def locked_until(request: HttpRequest, credentials: dict | None) -> dt.datetime:
    """When the lock ends: the cool-off time after the last counted failure."""
    cool_off = get_cool_off(request) or dt.timedelta(minutes=15)
    attempts = AccessAttempt.objects.filter(
        username=mail_address(request, credentials),
        ip_address=request.axes_ip_address,  # type: ignore[attr-defined]
        attempt_time__gte=get_cool_off_threshold(request),
    )
    last = attempts.order_by("-attempt_time").first()
    return (last.attempt_time if last else timezone.now()) + cool_off


def too_many(request: HttpRequest) -> HttpResponse:
    """The page for more requests than the limits allow (resetting passwords, say); allauth asks for it as `handler429`."""
    context = {
        "code": 429,
        "headline": _("Too many attempts"),
        "sentence": _(
            "This was asked for too often in a short time. Nothing was changed. Please wait a few minutes and try again."
        ),
    }
    page = render(request, "shared/error.html", context, status=429)
    page.headers["Retry-After"] = "300"
    return page
