"""The link with which a person sets her password, and the mail that brings it."""

from __future__ import annotations

from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.urls import reverse
from django.utils import translation
from django.utils.http import int_to_base36
from django.utils.translation import gettext as _

from kundenkreis.core.models import House
from kundenkreis.staff.models import User


def password_path(user: User) -> str:
    """Where this person sets her password: valid once, and for three days (`PASSWORD_RESET_TIMEOUT`)."""
    return reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": int_to_base36(user.pk), "key": default_token_generator.make_token(user)},
    )


def send_link(user: User, address: str, inviter: User | None = None) -> None:
    """Mail the address of the set-password page, in the person's language; as an invitation when `inviter` is given."""
    with translation.override(user.language):
        house = House.current().name
        if inviter:
            subject = _("Your access to Kundenkreis at %(house)s") % {"house": house}
            why = _("%(name)s has added you to Kundenkreis. Please choose your password here:") % {"name": inviter}
        else:
            subject = _("Set a new password for Kundenkreis")
            why = _(
                "You can set a new password for Kundenkreis here. If you did not ask for it, ignore this mail; the password stays as it is."
            )
        body = "\n\n".join(
            [
                _("Hello %(name)s,") % {"name": user.get_full_name()},
                why,
                address,
                _("The address works once and for three days."),
                house,
            ]
        )
    send_mail(subject, body, None, [user.email])
