"""The steps of an erasure, each of which may be begun again: what a killed one has done already is not found a second time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.db import models, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from kundenkreis.activities.models import Activity
from kundenkreis.core import clock, search, search_terms, search_texts, search_words
from kundenkreis.core.models import House
from kundenkreis.customers import barring
from kundenkreis.customers.models import Account, Contact, Suppression
from kundenkreis.files.models import Document
from kundenkreis.history import relations
from kundenkreis.history.recording import record_event
from kundenkreis.orders.models import Delivery, Order
from kundenkreis.privacy import (
    erasing_requests,
    erasures_kept,
    files_naming,
    former,
    former_steps,
    leads_forgotten,
    mentions,
    queue_naming,
    retention,
    rewriting,
    sealing,
    unsaying,
)
from kundenkreis.privacy import person as people
from kundenkreis.privacy.models import Erasure, LegalHold, Restriction
from kundenkreis.privacy.needles import Needles
from kundenkreis.privacy.person import Person
from kundenkreis.stakeholders import closing_up

Waiting = files_naming.Waiting
_MOST_WORDS = 2_000  # of one document


def person_of(erasure: Erasure) -> Person:
    return Person(tuple(erasure.contacts), tuple(erasure.accounts), tuple(erasure.colleagues))


def needles_of(person: Person, restriction: Restriction | None) -> Needles:
    """By what she is found, whether her record holds it or it is sealed; without mail addresses that others have too."""
    more = []
    if restriction is not None:
        sealed = restriction.sealed
        more += [held for _label, _pk, held in sealed.get("records", [])]
        for row in sealed.get("rows", {}).get("customers.contactpoint", []):
            more.append({"email": row["value"]} if "@" in row["value"] else {"phone": row["value"]})
        streets = [row["street"] for row in sealed.get("rows", {}).get("customers.address", []) if row["street"]]
        more += [{"phrases": [held.get("name", ""), held.get("street", "")]} for held in list(more) if held.get("name")]
        more.append({"phrases": streets})
        for _pk, _label, changes in sealed.get("events", []):
            for place in (0, 1):
                more.append({n: v[place] for n, v in changes.items() if n in ("email", "family_name", "given_name", "phone", "mobile")
                             and len(v) > place and isinstance(v[place], str)})  # fmt: skip
    needles = people.needles_of(person, more)
    shared = {one.email for one in people.shares(needles, person)}
    kept = tuple(mail for mail in needles.mails if mail not in shared)
    return Needles(needles.names, kept, needles.phones, needles.phrases, needles.is_rare)


def references(person: Person, needles: Needles) -> list[Order]:
    """Orders of others in whose reference she is named: there she is part of a voucher."""
    pattern = needles.pattern(own=False)
    found = mentions.candidates(Order, ["customer_reference"], needles) if pattern else ()
    return [
        one
        for one in found
        if one.account_id not in person.accounts and pattern.search(one.customer_reference)  # type: ignore[union-attr]
    ]


# --- the steps -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def records(erasure: Erasure) -> dict[str, int]:
    """Her own records are emptied, what hangs on them is deleted; her addresses stay as hashes, so that a refusal holds."""
    if erasure.colleagues:
        return former_steps.records(erasure)
    if erasure.values:
        return {}
    person, now = _whole(erasure), timezone.now()
    _unseal(person, now)
    needles = needles_of(person, None)
    line = erasures_kept.line_of(erasure)
    told = unsaying.parts_of(person)
    _suppress(person, needles)
    erasure.kept, until = _for_the_books(person, needles)
    erasure.kept_until, erasure.law = until, retention.LAW if until else ""
    leads_forgotten.forget_all(person.contacts, needles.mails, by=erasure.begun_by)
    terms = _words_of_documents(person)
    documents, requests = _documents_gone(person), erasing_requests.empty(person)
    closing_up.close_up(person.contacts)
    count_rows = sealing.take_rows(person)[1]
    for model, ids in ((Contact, person.contacts), (Account, person.accounts)):
        for record in model._base_manager.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"):
            sealing.empty(record, erased=True, now=now)
            record_event(record, f"{record.noun()}.erased", by=erasure.begun_by, now=now)
    _unlabel(person)
    erasure.values = {"needles": needles.stored(), "parts": {label: sorted(ids) for label, ids in told.items()}}
    again = line["token"] in {one["token"] for one in erasures_kept.read(erasures_kept.path())}
    erasure.values |= {"documents": documents, "terms": sorted(terms), "again": again, "requests": requests}
    erasure.save()
    erasures_kept.add(line)
    return {"rows": count_rows, "documents": len(documents)}


def _whole(erasure: Erasure) -> Person:
    """All that is the same person by now, held until it is emptied: somebody may have merged a record of hers since it was begun."""
    person = person_of(erasure)
    people.lock(person)
    while (more := people.grown(person)) != person:
        people.lock(more)
        person = more
    erasure.take_along(person.contacts, person.accounts)
    return person


def _unseal(person: Person, now: Any) -> None:
    """What was sealed comes back for this one transaction, so that it is erased with the rest."""
    from kundenkreis.privacy import restricting

    restriction = restricting._in_force(Restriction, person)
    if restriction is not None:
        sealing.unseal(restriction.sealed)
        restricting.end(restriction, None, now)
    for model in (Restriction, LegalHold):
        hers = models.Q(noun="contact", record_id__in=person.contacts) | models.Q(
            noun="account", record_id__in=person.accounts
        )
        model.objects.filter(hers).update(reason="…")


def _suppress(person: Person, needles: Needles) -> None:
    """Her addresses as hashes on the suppression list, but a mail address that somebody else has too."""
    shared = {one.email for one in people.shares(people.needles_of(person), person)}
    for contact in Contact._base_manager.filter(pk__in=person.contacts):
        if contact.email in shared:
            contact.email = ""
        barring.suppress_contact(contact, by=None, reason=Suppression.Reason.ERASURE)
    for mail in needles.mails:
        barring.suppress_address("email", mail, by=None, reason=Suppression.Reason.ERASURE)


def _for_the_books(person: Person, needles: Needles) -> tuple[dict[str, Any], Any]:
    """What vouchers need of her and until when; nothing when there are none."""
    books = retention.books_of(person.accounts, clock.today())
    kept: dict[str, Any] = {}
    days = []
    if books is not None:
        days.append(books.until)
        kept["accounts"] = {
            str(one.pk): {name: getattr(one, name) for name in ("number", *retention.NEEDED)}
            for one in Account._base_manager.filter(pk__in=person.accounts)
        }
    named = [(order.pk, order.ordered_on) for order in references(person, needles)]
    orders = [pk for pk, on in named if retention.ends(on) >= clock.today()]
    if orders:
        kept["orders"] = orders
        days.append(max(retention.ends(on) for _pk, on in named))
    rewriting.references([pk for pk, _on in named if pk not in set(orders)], needles)
    return kept, max(days) if days else None


def _words_of_documents(person: Person) -> set[str]:
    """Words that only her documents may have had."""
    hers = erasing_requests.documents(person).select_related("read")
    return {word for one in hers.iterator(50) for word in search_texts.distinct_words(one.search_text())[:_MOST_WORDS]}


def _documents_gone(person: Person) -> list[int]:
    hers = list(erasing_requests.documents(person).select_related("read"))
    search_texts.take_out(search.DOCUMENT, [(one.pk, one.search_text()) for one in hers])
    files_naming.drop(
        [sha for one in hers for sha in one.versions.values_list("sha256", flat=True)], [one.pk for one in hers]
    )
    return [one.pk for one in hers]


def _unlabel(person: Person) -> None:
    numbers = [(Contact, pk) for pk in person.contacts] or [(Account, pk) for pk in person.accounts]
    sealing._unlabel_merges(person, sealing.nameless(*numbers[0], erased=True))


def history(erasure: Erasure) -> dict[str, int]:
    """Her values out of the events and batches about her, and out of those about others that name her."""
    if erasure.colleagues:
        return former_steps.history(erasure, lambda: _alive(erasure))
    person, needles = person_of(erasure), Needles.read(erasure.values["needles"])
    parts = {label: set(ids) for label, ids in erasure.values["parts"].items()}
    count = 0
    with transaction.atomic():
        for model, ids in ((Contact, person.contacts), (Account, person.accounts)):
            for pk in ids:
                label = sealing.nameless(model, pk, erased=True)
                count += unsaying.unsay_events([(model._meta.label_lower, pk)], label)
            count += unsaying.unsay_chunks(model, ids)
        first = (Contact, person.contacts[0]) if person.contacts else (Account, person.accounts[0])
        label = sealing.nameless(*first, erased=True)
        documents = [("files.document", pk) for pk in erasure.values.get("documents", [])]
        count += unsaying.unsay_events([(part, pk) for part, ids in parts.items() for pk in ids] + documents, label)
        count += unsaying.unsay_events((erasing_requests.LABEL, pk) for pk in erasure.values.get("requests", []))
        for part in unsaying.PARTS:
            count += unsaying.unsay_chunks(part, parts[part._meta.label_lower])
        count += _vouchers(person)
    with _in_house_language():
        count += rewriting.events(person, needles, _mark(erasure))
        count += rewriting.chunks_of_others(person, needles, _mark(erasure))
    return {"history": count}


def _vouchers(person: Person) -> int:
    """History of her orders: the voucher itself says what must be kept."""
    count = 0
    for model in (Order, Delivery):
        ids = list(model._base_manager.filter(account_id__in=person.accounts).values_list("pk", flat=True))
        count += unsaying.unsay_events([(model._meta.label_lower, pk) for pk in ids])
        count += unsaying.unsay_chunks(model, ids)
    return count


def texts(erasure: Erasure) -> dict[str, int]:
    """What names her in texts of others."""
    person, needles = person_of(erasure), Needles.read(erasure.values["needles"])
    with _in_house_language():
        return {"texts": rewriting.texts(person, needles, _mark(erasure), set(erasure.spared), lambda: _alive(erasure))}


def leftovers(erasure: Erasure) -> dict[str, int]:
    """Kept answers, sessions, cells of workbooks, jobs of the queue, files that were imported, the cache."""
    needles = Needles.read(erasure.values["needles"])
    count = (
        rewriting.answers(needles) + rewriting.sessions(needles) + rewriting.sheet_cells(person_of(erasure), needles)
    )
    count += rewriting.problems(needles) + queue_naming.forget(needles)
    with _in_house_language():
        files = files_naming.forget(needles, _mark(erasure))
    if not erasure.values.get("again"):  # what was erased before a restore is not in the house from before it
        files += files_naming.forget_old_houses()
    in_files = len(mentions.in_files(person_of(erasure), needles))
    cache.clear()
    return {"leftovers": count, "files": files, "in_files": in_files}


def index(erasure: Erasure) -> dict[str, int]:
    """The words of her in the search indexes, as far as nobody else has them."""
    needles = Needles.read(erasure.values["needles"])
    terms = sorted(needles.terms() | set(erasure.values.get("terms", [])))
    with transaction.atomic():
        search_texts.forget(search.ACTIVITY, terms, _activities)
        search_texts.forget(search.DOCUMENT, terms, _documents)
        search_texts.forget_terms(terms, (search.ACTIVITY, search.DOCUMENT))
        search_terms.forget(terms)
    search_words.condense()
    search_texts.merge()
    return {}


def _activities(ids: list[int]) -> dict[int, str]:
    return {one.pk: one.search_text() for one in Activity._base_manager.filter(pk__in=ids, deleted_at=None)}


def _documents(ids: list[int]) -> dict[int, str]:
    rows = Document._base_manager.filter(pk__in=ids, deleted_at=None).select_related("read")
    return {one.pk: one.search_text() for one in rows}


def shells(erasure: Erasure) -> dict[str, int]:
    """A nameless record stays only where something points at it."""
    gone = 0
    for model, ids in ((Account, erasure.accounts), (Contact, erasure.contacts)):
        for pk in sorted(ids, reverse=True):
            with transaction.atomic():
                record = model._base_manager.filter(pk=pk).first()
                if record is not None and not _is_needed(model, pk):
                    model._base_manager.filter(pk=pk).delete()
                    gone += 1
    return {"shells": len(erasure.contacts) + len(erasure.accounts) + len(erasure.colleagues) - gone}


def _is_needed(model: type[models.Model], pk: int) -> bool:
    return any(other._base_manager.filter(**{name: pk}).exists() for other, name in relations.pointers(model))


def release_trips(erasure: Erasure, today: Any) -> int:
    """A colleague's trips of a year whose retention is over go; how many rows."""
    with transaction.atomic():
        if count := former_steps.release(erasure, today):
            Erasure.objects.filter(pk=erasure.pk).update(is_compacted=False)
    return count


def release(erasure: Erasure, today: Any) -> None:
    """The date is over: what vouchers of hers still said goes too."""
    former_steps.release(erasure, today)
    Order._base_manager.filter(account_id__in=erasure.accounts).update(customer_reference="")
    Delivery._base_manager.filter(account_id__in=erasure.accounts).update(tracking="")
    with _in_house_language():
        Order._base_manager.filter(pk__in=erasure.kept.get("orders", [])).update(customer_reference=_mark(erasure))


def _alive(erasure: Erasure) -> None:
    Erasure.objects.filter(pk=erasure.pk).update(heartbeat_at=timezone.now())


def _in_house_language() -> Any:
    return translation.override(House.known().language or "en")


def _mark(erasure: Erasure) -> str:
    """What stands in a text in her place."""
    if erasure.colleagues:
        return former.nameless(erasure.colleagues[0])
    return _("[erased]")


FIRST = "records"
STEPS: dict[str, Callable[[Erasure], dict[str, int]]] = {
    "records": records, "history": history, "leftovers": leftovers, "texts": texts, "index": index, "shells": shells,
}  # fmt: skip
__all__ = ["FIRST", "STEPS", "Waiting", "needles_of", "references", "release"]
