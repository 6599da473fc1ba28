from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    name = "kundenkreis.customers"
    label = "customers"

    def ready(self) -> None:
        from kundenkreis.customers import arranged, asking, models
        from kundenkreis.fields import nouns

        asking.tell()
        arranged.tell()
        numbers = dict.fromkeys(("employees", "revenue_12m", "revenue_before", "touch_days"), "number")
        dates = dict.fromkeys(("customer_since", "last_order_on"), "date")
        texts = dict.fromkeys(("name", "place", "postcode", "industry"), "text")
        relations = models.Account.RelationKind.choices
        nouns.tell("accounts", models.Account, _("Accounts"), relations, **numbers, **dates, **texts)
        texts = dict.fromkeys(("given_name", "family_name", "job_title"), "text")
        nouns.tell("contacts", models.Contact, _("Contacts"), **texts)
