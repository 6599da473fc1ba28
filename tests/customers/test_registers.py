"""The ECG and Robinson lists by file: what is read, what is told, and that a list is replaced as a whole."""

import datetime as dt
import hashlib
import io

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import CommandError

from kundenkreis.core import clock
from kundenkreis.customers import fingerprints, registers
from kundenkreis.customers.models import Address, Barred, Contact, Register, RegisterEntry


def sha1(text):
    return hashlib.sha1(text.encode()).digest()  # noqa: S324


def load(tmp_path, kind, content, by=None):
    path = tmp_path / "list"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    register = registers.begin(kind, clock.today(), "list", by=by)
    return registers.load(register, path, by=by)


def bars(contact):
    return set(contact.bars.values_list("kind", flat=True))


def test_hashes_as_bytes_are_read_as_the_rtr_gives_them(world, tmp_path):
    load(tmp_path, "ecg", sha1("maria@lindner.test") + sha1("@spam.test"))
    assert set(RegisterEntry.objects.values_list("digest", flat=True)) == {
        "".join(f"{byte:02x}" for byte in sha1(text)) for text in ("maria@lindner.test", "@spam.test")
    }
    assert bars(world.maria) == {"ecg"}


def test_a_whole_domain_is_on_the_list(world, tmp_path):
    load(tmp_path, "ecg", "# a remark\n\n@Lindner.test\n")
    assert bars(world.maria) == {"ecg"}


def test_hashes_in_digits_and_addresses_are_read_too(world, tmp_path):
    read = load(tmp_path, "ecg", f"{sha1('maria@lindner.test').hex().upper()}\r\nOther@Firma.test\r\n")
    assert (read.count, read.bad_count) == (2, 0)
    assert bars(world.maria) == {"ecg"}


def test_lines_that_are_not_understood_are_told_by_their_numbers(world, tmp_path):
    text = "a@b.test\nnonsense\n\nb@c.test\n" + "x" * 5000 + "\nd@e.test\n"
    read = load(tmp_path, "ecg", text)
    assert (read.count, read.bad_count, read.bad_lines) == (3, 2, [2, 5])
    assert Register.objects.get().bad_lines == [2, 5]


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("ecg", b""),
        ("ecg", b"name;street\nx;y\n"),
        ("ecg", sha1("a@b.test")[:19] + b"\x00" * 20),
        ("robinson", "just a line\nand another\n"),
        ("robinson", b"\xff\xfe\x00\x00"),
    ],
)
def test_a_file_that_is_no_list_is_refused_and_the_old_list_stays(world, tmp_path, kind, content):
    load(tmp_path, kind, "maria@lindner.test\n" if kind == "ecg" else "Muster;Max;Ring 1;1010;Wien\n")
    before = list(RegisterEntry.objects.values_list("digest", flat=True))
    with pytest.raises(ValidationError):
        load(tmp_path, kind, content)
    assert list(RegisterEntry.objects.values_list("digest", flat=True)) == before
    assert Register.objects.filter(state="failed").get().trouble
    assert Register.objects.current().count() == 1


def test_a_new_list_takes_the_whole_place_of_the_old_one(world, tmp_path):
    load(tmp_path, "ecg", "maria@lindner.test\n")
    load(tmp_path, "ecg", "other@firma.test\n")
    assert bars(world.maria) == set()
    assert RegisterEntry.objects.count() == 1
    assert sorted(Register.objects.values_list("state", flat=True)) == ["current", "replaced"]


def test_many_thousand_lines_come_in_in_pieces(world, tmp_path, monkeypatch):
    monkeypatch.setattr(registers, "_CHUNK", 1000)
    read = load(tmp_path, "ecg", "".join(f"p{n}@firma.test\n" for n in range(4500)))
    assert read.count == RegisterEntry.objects.count() == 4500


@pytest.mark.parametrize(
    "content",
    [
        "Lindner;Maria;Hauptstraße 1;4600;Wels\n",
        "PLZ\tOrt\tNachname\tVorname\tStraße\n4600\tWels\tLindner\tMaria\tHauptstrasse 1\n",
        "Familienname,Vorname,Adresse,PLZ,Ort,Geburtsjahr\nLINDNER,Maria,\"Hauptstr. 1\",4600,Wels,1970\n",
        "Lindner;Maria;Hauptstra\xdfe 1;4600;Wels\n".encode("cp1252"),
    ],
)  # fmt: skip
def test_the_robinson_list_knows_a_person_by_name_and_address(world, tmp_path, content):
    Address.add(by=None, contact=world.maria, street="Hauptstraße 1", postcode="4600", place="Wels")
    load(tmp_path, "robinson", content)
    assert bars(world.maria) == {"robinson"}
    assert "Lindner" not in str(list(RegisterEntry.objects.values_list("digest", flat=True)))


def test_another_person_at_the_same_address_is_not_meant(world, tmp_path):
    Address.add(by=None, contact=world.maria, street="Hauptstraße 1", postcode="4600", place="Wels")
    load(tmp_path, "robinson", "Lindner;Max;Hauptstraße 1;4600;Wels\n")
    assert bars(world.maria) == set()


def test_who_gets_another_address_is_looked_for_anew(world, tmp_path):
    load(tmp_path, "ecg", "maria@lindner.test\nnew@firma.test\n")
    world.maria.change(by=world.ada, email="free@firma.test")
    assert bars(world.maria) == set()
    world.maria.change(by=world.ada, email="new@firma.test")
    assert bars(world.maria) == {"ecg"}
    fresh = Contact.add(by=None, family_name="Neu", email="New@Firma.test")
    assert bars(fresh) == {"ecg"}
    assert Barred.objects.count() == 2


def test_a_list_is_old_after_a_month(world, tmp_path):
    load(tmp_path, "ecg", "a@b.test\n")
    register, today = registers.current()["ecg"], clock.today()
    assert not registers.is_old(register, today + dt.timedelta(days=31))
    assert registers.is_old(register, today + dt.timedelta(days=32))
    assert registers.is_old(registers.current()["robinson"])


@pytest.mark.parametrize(
    ("written", "spelling"),
    [
        ("Maria@Lindner.TEST ", "maria@lindner.test"),
        ("m@bücher.example", "m@xn--bcher-kva.example"),
        ("no address", ""),
        ("@b.test", ""),
        ("a@", ""),
    ],
)
def test_a_mail_address_has_one_spelling(written, spelling):
    assert fingerprints.mail(written) == spelling


@pytest.mark.parametrize("written", ["0664 123 45 67", "+43 664 1234567", "0043664/1234567", "+43 (0)664 1234567"])
def test_a_number_has_one_spelling(written):
    assert fingerprints.number(written, "AT") == "+436641234567"


def test_without_the_key_a_hash_is_another_one():
    assert fingerprints.digest("a", "email", "x@y.test") != fingerprints.digest("b", "email", "x@y.test")
    assert fingerprints.digest("a", "email", "x") != fingerprints.digest("a", "phone", "x")


def test_the_command_brings_a_list_in_and_tells_what_was_wrong(world, tmp_path, capsys):
    path = tmp_path / "ecg-liste.hash"
    path.write_text("maria@lindner.test\nnonsense\n")
    out, err = io.StringIO(), io.StringIO()
    call_command("registers", str(path), load="ecg", as_of=clock.today(), stdout=out, stderr=err)
    assert "ecg: 1 entries" in out.getvalue()
    assert "robinson: none has come in" in out.getvalue()
    assert "1 lines were not understood: 2" in err.getvalue()
    with pytest.raises(CommandError):
        call_command("registers", str(tmp_path / "gone"), load="ecg", stdout=out)
    path.write_text("nonsense\n")
    with pytest.raises(CommandError, match="no entry"):
        call_command("registers", str(path), load="ecg", stdout=out)
