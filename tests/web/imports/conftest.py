"""What the tests of the import pages begin with."""

import pytest
from django.template.backends.jinja2 import Template as JinjaTemplate
from django.test.signals import template_rendered


@pytest.fixture(autouse=True)
def contexts_are_told(monkeypatch):
    """Jinja tells the test client nothing; so that a test can read what a page was given, not only its markup."""
    plain = JinjaTemplate.render

    def told(template, context=None, request=None):
        template_rendered.send(sender=template, template=template, context=context or {})
        return plain(template, context, request)

    monkeypatch.setattr(JinjaTemplate, "render", told)


@pytest.fixture
def uploads(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return tmp_path / "imports"


@pytest.fixture
def client(world, signed_in, uploads):
    return signed_in(world.ben)
