from django.apps import AppConfig


class MarketConfig(AppConfig):
    name = "kundenkreis.market"
    label = "market"

    def ready(self) -> None:
        from kundenkreis.market import models
        from kundenkreis.orders import house_currency

        house_currency.tell(models.Target, models.counted)
