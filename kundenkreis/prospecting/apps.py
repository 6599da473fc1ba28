from django.apps import AppConfig


class ProspectingConfig(AppConfig):
    name = "kundenkreis.prospecting"
    label = "prospecting"

    def ready(self) -> None:
        from kundenkreis.activities import handing_over
        from kundenkreis.prospecting import asking
        from kundenkreis.prospecting.models import TargetAccount

        handing_over.also(lambda person: TargetAccount.objects.wanted().filter(owner=person))
        asking.tell()
