"""Every sentence that the browser's script says, in the language of the page; `Shell.strings` hands them over as JSON."""

from __future__ import annotations

from django.utils.translation import gettext as _


def browser_strings() -> dict[str, str]:
    """Short names (used in frontend/elements) and their sentences. `{name}` is filled in by the script."""
    return _everywhere() | _without_connection()


def _everywhere() -> dict[str, str]:
    return {
        "undo": _("Undo"),
        "close": _("Close"),
        "offline": _("The connection is lost. What you typed is kept here; try again when you are online."),
        "back_online": _("The connection is back."),
        "timeout": _("The server took too long. Nothing was lost on this page; please try again."),
        "not_changeable": _("Nothing of this can be changed by you."),
        "not_allowed": _("You may not do this. Nothing was changed."),
        "not_found": _("This record does not exist any more, or you may not see it. Nothing was changed."),
        "stale": _("Somebody else has changed this in the meantime. Your text is still here; reload to compare."),
        "too_large": _("The file is too large. Nothing was stored."),
        "signed_out": _("You are signed out. Your text is kept here; sign in again in another tab, then repeat."),
        "server_error": _(
            "Something went wrong on our side. Nothing was saved; your text is still here. Please try again."
        ),
        "too_many": _("Too many requests in a short time. Please wait a moment and try again."),
        "unsaved": _("You have unsaved changes on this page."),
        "kept": _("Draft kept"),
        "kept_restored": _("Your draft from before was restored."),
        "selected_one": _("1 selected"),
        "selected": _("{count} selected"),
        "all_selected": _("All {count} selected"),
        "loading": _("Loading …"),
        "nothing_found": _("Nothing found for “{text}”."),
        "on_this_page": _("On this page"),
        "write": _("Write: {name}"),
        "discard_draft": _("Discard the draft"),
        "colleagues": _("Colleagues"),
        "results": _("{count} results"),
        "go_to": _("Go to"),
        "create": _("Create"),
        "undone": _("Undone."),
        "saved": _("Saved."),
        "copied": _("Copied."),
        "files": _("{count} files"),
    }


def _without_connection() -> dict[str, str]:
    """What is said of entries that wait on the device until they can be sent."""
    return {
        "queued": _("Kept on this device. It is sent when the connection is back."),
        "not_kept": _("This browser keeps nothing without a connection. Your text is still here."),
        "you_are_offline": _("No connection. What you write is kept and sent later."),
        "waiting_one": _("1 entry waits to be sent"),
        "waiting": _("{count} entries wait to be sent"),
        "needs_you": _("{count} could not be sent and need you"),
        "sent_one": _("1 entry has arrived."),
        "sent": _("{count} entries have arrived."),
        "state_waiting": _("waits to be sent"),
        "state_sent": _("has arrived"),
        "state_conflict": _("somebody else has changed it meanwhile"),
        "state_refused": _("something is missing or wrong"),
        "state_impossible": _("the record does not exist any more, or you may not change it"),
        "state_signed_out": _("sign in again to send it"),
        "state_looked_at": _("opened to be decided"),
        "look": _("Look and decide"),
        "open": _("Open"),
        "throw_away": _("Throw away"),
        "throw_away_sure": _("Throw away what you wrote? It was not sent."),
        "sign_out_unsent": _("{count} entries were not sent yet and would be lost. Sign out all the same?"),
    }
