"""VIES is asked about VAT IDs, and whatever its service answers, wrong, slow or hostile, nothing but a plain answer is kept."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.quality import asking_vies, vies
from kundenkreis.quality.lookups import Lookup
from kundenkreis.quality.rules import QualityRule
from kundenkreis.quality.standards import measuring
from tests.api.conftest import Program

NUMBER = "ATU13585627"
GOOD = {
    "countryCode": "AT", "vatNumber": "U13585627", "requestDate": "2026-03-02T10:00:00Z", "valid": True, "requestIdentifier": "WAPIAAAAW1",
    "name": "Musterfirma GmbH", "address": "Hauptplatz 1\n4600 Wels",
}  # fmt: skip


class Fake(ThreadingHTTPServer):
    """Answers with what stands in `answers`, one after the other, the last one for ever; `asked` are the questions."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers, self.asked = [], []
        self.url = f"http://127.0.0.1:{self.server_port}/rest-api/check-vat-number"

    def handle_error(self, request, client_address):
        """Whoever hangs up early is no error."""


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def do_GET(self):  # where a redirect would lead
        self.server.asked.append("followed")
        self.answer(200, json.dumps(GOOD).encode())

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append(json.loads(body))
        answers = self.server.answers
        (answers.pop(0) if len(answers) > 1 else answers[0])(self)

    def answer(self, status, content, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def says(data, status=200, **headers):
    content = data if isinstance(data, bytes) else json.dumps(data).encode()
    return lambda handler: handler.answer(status, content, **headers)


def drips(handler):
    handler.send_response(200)
    handler.end_headers()
    for _number in range(100):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.05)


def hangs_up(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{")
    handler.close_connection = True


def sleeps(handler):
    time.sleep(1)


@pytest.fixture(scope="module")
def server():
    fake = Fake()
    threading.Thread(target=fake.serve_forever, daemon=True).start()
    yield fake
    fake.shutdown()
    fake.server_close()


@pytest.fixture
def service(server, monkeypatch, settings):
    server.answers, server.asked = [says(GOOD)], []
    monkeypatch.setattr(vies, "STEP_SECONDS", 0.4)
    monkeypatch.setattr(vies, "WHOLE_SECONDS", 0.5)
    settings.VIES_URL = server.url
    return server


@pytest.fixture
def allowed(world, service):
    House.objects.update_or_create(pk=House.current().pk, defaults={"asks_vies": True, "vat_id": "ATU37675002"})
    House.forget()
    world.lindner.change(by=world.ada, vat_id=NUMBER)
    return service


def asked(service, *answers) -> vies.Answer:
    service.answers, service.asked = list(answers), []
    return vies.ask(NUMBER, "ATU37675002", url=service.url, sleep=lambda seconds: None)


def test_a_plain_answer_is_read(service):
    assert asked(service, says(GOOD)) == vies.Answer(True, "WAPIAAAAW1", "Musterfirma GmbH", "Hauptplatz 1, 4600 Wels")
    question = {
        "countryCode": "AT",
        "vatNumber": "U13585627",
        "requesterMemberStateCode": "AT",
        "requesterNumber": "U37675002",
    }
    assert service.asked == [question]
    assert asked(service, says(GOOD | {"valid": False, "name": "---"})) == vies.Answer(False, "WAPIAAAAW1")
    assert asked(service, says(GOOD | {"name": "---", "address": None, "requestIdentifier": ""})) == vies.Answer(True)
    nasty = "<script>\x00\u202e" + "x" * 5_000
    told = asked(service, says(GOOD | {"name": nasty, "address": [1], "requestIdentifier": "R" * 99}))
    assert (len(told.name), told.address, len(told.reference)) == (200, "", 40)
    assert "\x00" not in told.name and "\u202e" not in told.name


BUSY = {"actionSucceed": False, "errorWrappers": [{"error": "MS_MAX_CONCURRENT_REQ"}]}


def test_who_is_busy_is_asked_again_and_who_says_no_is_not(service):
    assert asked(service, says(BUSY), says(b"", 503), says(GOOD)).is_valid
    assert len(service.asked) == 3
    for answers, why, questions in (
        ([says(BUSY)], "busy", 3),
        ([hangs_up], "away", 3),
        ([sleeps], "away", 3),
        ([drips], "away", 3),
        ([says({"errorWrappers": [{"error": "MS_UNAVAILABLE"}]}, 500)], "down", 3),
        ([says(b"<html>gateway", 502)], "down", 3),
        ([says({"actionSucceed": False, "errorWrappers": [{"error": "INVALID_REQUESTER_INFO"}]})], "requester", 1),
        ([says({"actionSucceed": False, "errorWrappers": [{"error": "IP_BLOCKED"}]})], "barred", 1),
        ([says(GOOD | {"userError": "MS_UNAVAILABLE", "valid": False})], "down", 3),
    ):
        with pytest.raises(vies.NoAnswer) as none:
            asked(service, *answers)
        assert (none.value.why, len(service.asked)) == (why, questions)


@pytest.mark.parametrize(
    "answer",
    [
        says(b"", 302, Location="http://127.0.0.1:1/elsewhere"),
        says(b"not json"), says(b"[" * 60_000), says([GOOD]), says(b"x" * 200_000), says({}), says(GOOD | {"valid": "true"}),
        says(GOOD | {"valid": None}), says(GOOD | {"vatNumber": "U99999999"}), says(GOOD | {"countryCode": "DE"}),
        says({"errorWrappers": "x", "actionSucceed": False}), says({"errorWrappers": [{"error": ["x"]}]}),
    ],
)  # fmt: skip
def test_what_is_no_answer_about_the_number_is_none(service, answer):
    with pytest.raises(vies.NoAnswer) as none:
        asked(service, answer)
    assert none.value.why == "strange"
    assert len(service.asked) == 1, "nobody follows, nobody insists"


def test_it_is_asked_by_https_only():
    for url in ("http://ec.europa.eu/x", "ftp://127.0.0.1/x", "file:///etc/passwd"):
        with pytest.raises(ValueError, match="https only"):
            vies.ask(NUMBER, url=url)
    with pytest.raises(vies.NoAnswer):
        vies.ask(NUMBER, url="http://127.0.0.1:1/closed", sleep=lambda seconds: None)


def test_nobody_is_asked_unless_the_settings_say_so(world, service, signed_in):
    world.lindner.change(by=world.ada, vat_id=NUMBER)
    assert not House.current().asks_vies
    with pytest.raises(ValidationError, match="do not allow"):
        asking_vies.ask_for(world.lindner, by=world.ada)
    assert asking_vies.ask(world.lindner.pk, NUMBER, by=world.ada) is None
    assert asking_vies.ask_due() == 0
    assert Program(world.ada).post(f"accounts/{world.lindner.pk}/ask-vies", {}).status_code == 409
    page = signed_in(world.ada).get(reverse("quality:record", args=["account", world.lindner.pk])).content.decode()
    assert "Ask VIES" not in page
    assert service.asked == []


def test_a_press_asks_and_the_answer_becomes_a_look_up(world, allowed, signed_in):
    page, press = (
        reverse("quality:record", args=["account", world.lindner.pk]),
        reverse("quality:ask_vies", args=[world.lindner.pk]),
    )
    ada = signed_in(world.ada)
    assert "Ask VIES" in ada.get(page).content.decode()
    assert signed_in(world.rita).post(press).status_code == 403
    assert signed_in(world.cem).post(press).status_code == 404
    ada.post(press)
    kept = Lookup.objects.get()
    assert (kept.account, kept.number, kept.answer, kept.service, kept.reference) == (
        world.lindner,
        NUMBER,
        "valid",
        "vies",
        "WAPIAAAAW1",
    )
    assert (kept.asked_on, kept.name, kept.address) == (clock.today(), "Musterfirma GmbH", "Hauptplatz 1, 4600 Wels")
    allowed.answers = [says(GOOD | {"valid": False})]
    assert Program(world.ada).post(f"accounts/{world.lindner.pk}/ask-vies", {}).json() == {"number": NUMBER}
    kept.refresh_from_db()
    assert (kept.answer, kept.version, Lookup.objects.count()) == ("invalid", 2, 1), (
        "one look-up a day says what was answered last"
    )
    allowed.answers = [says(b"nonsense")]
    ada.post(press)
    assert "an answer that makes no sense" in ada.get(page).content.decode()
    assert Lookup.objects.count() == 1
    world.lindner.change(by=world.ada, vat_id="CHE-123.456.788 MWST")
    assert asking_vies.state_of(world.lindner) is None
    with pytest.raises(ValidationError, match="European Union"):
        asking_vies.ask_for(world.lindner, by=world.ada)


def test_at_night_those_are_asked_that_a_rule_wants_proven(world, allowed):
    world.brauneis.change(by=world.cem, vat_id="ATU37675002")
    QualityRule.add(by=world.admin, noun_of="account", field="vat_id", kind="proven", days=365)
    measuring.measure()
    pauses = []
    allowed.answers = [says(GOOD), says(GOOD | {"vatNumber": "U37675002", "valid": False})]
    assert asking_vies.ask_due(sleep=pauses.append) == 2
    assert dict(Lookup.objects.values_list("account_id", "answer")) == {
        world.lindner.pk: "valid",
        world.brauneis.pk: "invalid",
    }
    assert asking_vies.BETWEEN in pauses
    assert asking_vies.ask_due(sleep=pauses.append) == 0, "what is proven or denied is not asked again"
    assert len(allowed.asked) == 2


def test_a_night_goes_on_where_the_last_one_ended_and_ends_when_nobody_answers(world, allowed):
    from kundenkreis.customers.models import Account

    numbers = ["ATU13585627", "ATU37675002", "ATU33864707", "ATU14189108", "ATU57477929"]
    for place, number in enumerate(numbers):
        Account.add(by=world.ada, name=f"House {place}", vat_id=number, owner=world.ada)
    world.lindner.change(by=world.ada, vat_id="")
    QualityRule.add(by=world.admin, noun_of="account", field="vat_id", kind="proven", days=365)
    measuring.measure()
    allowed.answers = [says(b"nonsense")]
    assert asking_vies.ask_due(sleep=lambda seconds: None) == 0
    first = [one["vatNumber"] for one in allowed.asked]
    assert len(first) == 3
    allowed.asked.clear()
    asking_vies.ask_due(2, sleep=lambda seconds: None)
    assert [one["vatNumber"] for one in allowed.asked] == [number[2:] for number in numbers[3:]]


def test_who_asks_is_kept_out_of_what_is_hers(world, allowed, signed_in):
    client = signed_in(world.admin)
    page = client.get(reverse("house:settings")).content.decode()
    assert "asks_vies" in page
    given = {"name": "Haus", "currency": "EUR", "country": "AT", "language": "de", "vat_id": "ATU1"}
    assert client.post(reverse("house:settings"), given).status_code == 422
    assert client.post(reverse("house:settings"), given | {"vat_id": "atu 13585627"}).status_code == 302
    assert (House.current().vat_id, House.current().asks_vies) == ("ATU13585627", False)
