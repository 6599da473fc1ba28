"""The roles a person can have. What a role may do stands in `access.TABLE`."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    KEY_ACCOUNT_MANAGER = "key_account_manager", _("Key account manager")
    CUSTOMER_RELATIONSHIP_MANAGER = "customer_relationship_manager", _("Customer relationship manager")
    HEAD_OF_SALES = "head_of_sales", _("Head of sales")
    INSIDE_SALES = "inside_sales", _("Inside sales")
    COMPLAINT_MANAGER = "complaint_manager", _("Complaint manager")
    MARKETING = "marketing", _("Marketing")
    ADMINISTRATOR = "administrator", _("Administrator")
    READ_ONLY = "read_only", _("Read only")
