"""Where data come from, and about whom they are, in the words of several shelves."""

from django.utils.translation import gettext_lazy as _

WRITTEN = _("written by a colleague")
ERP = _("another program of the house (ERP), by import or interface")
FIGURED = _("calculated from orders")
BOOKED = _("About a person when the account is a private customer or a sole trader.")
