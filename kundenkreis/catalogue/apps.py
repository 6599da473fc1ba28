from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogueConfig(AppConfig):
    name = "kundenkreis.catalogue"
    label = "catalogue"

    def ready(self) -> None:
        from kundenkreis.catalogue.models import Product
        from kundenkreis.fields import nouns

        # What a product costs is not for everybody, and so no formula tells it.
        nouns.tell("products", Product, _("Products"), name="text", number="text", ean="text")
