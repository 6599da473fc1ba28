from django.apps import AppConfig


class LeadsConfig(AppConfig):
    name = "kundenkreis.leads"
    label = "leads"

    def ready(self) -> None:
        from kundenkreis.activities import handing_over
        from kundenkreis.leads import routing

        handing_over.also(routing.of_one_who_leaves)
