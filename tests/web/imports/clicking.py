"""Imports as a person clicks them."""

import re

from django.core.files.uploadedfile import SimpleUploadedFile

from kundenkreis.quality.models import ImportRun

COMPANIES = "Number;Name;Postcode;Place;Employees\nK9001;Zirbe GmbH;4600;Wels;12\nK9002;Ahorn & Co;4020;Linz;7\n"


def text_of(answer):
    return answer.content.decode()


def sent(client, content, name="companies.csv", target="accounts", **more):
    data = content.encode() if isinstance(content, str) else content
    return client.post("/imports/new/", {"file": SimpleUploadedFile(name, data), "target": target, **more})


def drafted(client, content, **how):
    """A draft of the content; the answer leads to its first step."""
    answer = sent(client, content, **how)
    assert answer.status_code == 303, re.findall(r"notice-bad.*?</div></div>", text_of(answer), re.S)
    return ImportRun.objects.latest("pk")


def mapped(client, run, **changes):
    """What the mapping page sends when somebody goes on from it."""
    page = client.get(f"/imports/{run.pk}/map/").context["form"]
    given = {name: page[name].value() for name in page.fields}
    given = {name: value for name, value in given.items() if value not in (None, False)}
    return client.post(f"/imports/{run.pk}/map/", given | changes | {"next": "1"}, follow=True)


def imported(client, content, **how):
    run = drafted(client, content, **how)
    mapped(client, run)
    client.post(f"/imports/{run.pk}/start/")
    run.refresh_from_db()
    return run


# --- the way of a file ------------------------------------------------------------------------------------------------


def put(run, **values):
    ImportRun.objects.filter(pk=run.pk).update(**values)
