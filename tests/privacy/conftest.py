"""What stands in a person's place is said in the language of the house; these tests read English."""

import pytest

from kundenkreis.core.models import House


@pytest.fixture(autouse=True)
def _english_house(request):
    if {"db", "transactional_db", "world"} & set(request.fixturenames):
        request.getfixturevalue("transactional_db" if "transactional_db" in request.fixturenames else "db")
        House.current()
        House.objects.update(language="en")
        House.forget()
