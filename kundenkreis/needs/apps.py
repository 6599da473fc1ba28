from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NeedsConfig(AppConfig):
    name = "kundenkreis.needs"
    label = "needs"
    verbose_name = _("Needs")

    def ready(self) -> None:
        from kundenkreis.activities import handing_over
        from kundenkreis.needs import asking
        from kundenkreis.needs.models import Need, Wish, WishTelling, counted
        from kundenkreis.orders import house_currency

        house_currency.tell(Need, counted)
        handing_over.also(lambda person: Need.objects.open().filter(owner=person))
        handing_over.also(lambda person: Wish.objects.undecided().filter(owner=person))
        handing_over.also(lambda person: WishTelling.objects.waiting().filter(owner=person))
        asking.tell()
