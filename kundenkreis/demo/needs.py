# ruff: noqa: E501 lists of words
"""Needs talks, needs and wishes of the wholesaler's customers, from a fixed seed. All of it is invented and marked so."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from typing import Any

from kundenkreis.catalogue.models import Family, Product
from kundenkreis.customers.models import Account, Contact, Position
from kundenkreis.demo.names import SEED
from kundenkreis.demo.people import House
from kundenkreis.needs import covering, joining, selling, usual
from kundenkreis.needs.models import Need, NeedFit, NeedsTalk, QuestionSet, Step, Wish, WishAsk, WishTelling
from kundenkreis.pipeline.models import Opportunity

NEEDS, TALKS = 60, 25
RETAILERS = ["Department store", "Retail chain", "Gift shop", "Toy shop", "Florist", "Museum shop"]
# title, what hurts, in English and German
PAINS = (
    ("Shelves are empty before Christmas", "Bestsellers run out in the second week of December, and what comes later is sold in January at half price.",
     "Leere Regale vor Weihnachten", "Die Renner sind in der zweiten Dezemberwoche ausverkauft; was später kommt, geht im Jänner zum halben Preis weg."),
    ("Too much breakage in delivery", "One box in twenty has broken glass or china. Somebody checks each box for half an hour.",
     "Zu viel Bruch bei der Lieferung", "In jedem zwanzigsten Karton ist Glas oder Porzellan zerbrochen. Jemand prüft jeden Karton eine halbe Stunde."),
    ("Small shops cannot take whole cartons", "The branches need six pieces, a carton has 24. The rest stands in the corridor.",
     "Kleine Filialen brauchen keine ganzen Kartons", "Die Filialen brauchen sechs Stück, ein Karton hat 24. Der Rest steht im Gang."),
    ("Prices have to be typed in by hand", "Each price list is typed into the till system line by line; twice a year for two days.",
     "Preise werden von Hand eingetippt", "Jede Preisliste wird Zeile für Zeile ins Kassensystem getippt, zweimal im Jahr je zwei Tage."),
    ("The range looks the same as next door", "Customers say that they see the same things in every shop of the street.",
     "Das Sortiment ist wie beim Nachbarn", "Kundinnen sagen, dass sie in jedem Geschäft der Straße dasselbe sehen."),
    ("Delivery days cannot be planned", "Goods come on any day between Monday and Friday, and staff is there on two of them.",
     "Liefertage sind nicht planbar", "Ware kommt irgendwann zwischen Montag und Freitag, Personal ist an zwei Tagen da."),
    ("Leftovers after Easter bind money", "A third of the spring range is still there in June.",
     "Restbestände nach Ostern binden Geld", "Ein Drittel der Frühjahrsware liegt im Juni noch da."),
    ("No pictures for the online shop", "Each article is photographed by the shop itself, an hour for ten of them.",
     "Keine Bilder für den Onlineshop", "Jeder Artikel wird selbst fotografiert, eine Stunde für zehn Stück."),
)  # fmt: skip
ASK_NEXT = (
    ("Who decides about it?", "Wer entscheidet darüber?"),
    ("What has been tried so far?", "Was wurde bisher versucht?"),
    ("", ""),
)
SAID = {
    "situation": (("Candles, bags and seasonal goods, mostly from us", "Kerzen, Taschen und Saisonware, meist von uns"), ("From four suppliers, one of them you", "Von vier Lieferanten, einer davon Sie")),
    "problem": (("Bestsellers are missing again and again", "Die Renner fehlen immer wieder"), ("Breakage, and cartons that are too large", "Bruch, und zu große Kartons")),
    "implication": (("Customers go next door and do not come back", "Kundschaft geht zum Nachbarn und kommt nicht wieder"), ("Staff stands at the till and types", "Das Personal steht an der Kasse und tippt")),
    "payoff": (("Two days of work saved a month", "Zwei Arbeitstage im Monat gespart"), ("A range that nobody else has", "Ein Sortiment, das sonst niemand hat")),
}  # fmt: skip
# title, description, status, answer
WISHES = (
    ("Cartons of six", "Half the carton for small branches.", "planned", "From spring on the fifty bestsellers come in cartons of six."),
    ("Pictures of all articles", "To take into one's own online shop.", "done", "All pictures are in the portal now, free of charge for customers."),
    ("Delivery on fixed days", "One day a week, agreed upon.", "looked_at", ""),
    ("Price list as a file", "For the till system.", "done", "Each price list comes as a file from now on; ask us for the format."),
    ("Candles without palm oil", "", "new", ""),
    ("Returnable transport boxes", "Instead of cardboard.", "declined", "The boxes would cost more than the goods in them. We use recycled cardboard instead."),
    ("Own label on gift bags", "From 500 pieces on.", "looked_at", ""),
    ("Bags from recycled paper", "", "planned", "They are in the autumn range."),
    ("Small packs of six pieces", "As above, for florists.", "new", ""),
    ("Orders by phone on Saturdays", "", "declined", "Too few calls came when we tried it. Orders on the web are taken at any time."),
    ("Longer time of payment before Christmas", "", "new", ""),
    ("A showroom in the north", "", "new", ""),
)  # fmt: skip


def add(house: House, ranked: list[Account], today: dt.date, now: dt.datetime) -> None:
    """Talks first, then needs (some made of answers, some sold), then wishes whose status goes back to the customers."""
    usual.set_up()
    retail = QuestionSet.objects.filter(name_en="Retail").first()
    if retail is not None:
        retail.change(by=house.people["Alma"], now=now, industries=RETAILERS)
    dice = random.Random(f"{SEED}/needs")  # noqa: S311
    accounts = [one for one in ranked if one.owner_id][:45]
    needs = _talks(accounts[:TALKS], dice, today, now)
    families = list(Family.objects.living().order_by("code"))
    products = list(Product.objects.living().filter(is_active=True).order_by("number")[:120])
    for number in range(NEEDS - len(needs)):
        needs.append(_need(accounts[number % len(accounts)], dice.choice(PAINS), dice, today, now))
    for need in needs:
        _fit(need, families, products, dice, now)
    _later(needs, dice, now)
    _wishes(house, accounts, families, dice, today, now)
    covering.figure_all()


def _person(account: Account) -> Contact | None:
    position = (
        Position.objects.living()
        .filter(account=account, ends_on=None)
        .select_related("contact")
        .order_by("-is_main", "pk")
        .first()
    )
    return position.contact if position is not None else None


def _talks(accounts: list[Account], dice: random.Random, today: dt.date, now: dt.datetime) -> list[Need]:
    """Each answers most of the questions that fit; every second one leads to a need."""
    made: list[Need] = []
    for number, account in enumerate(accounts):
        owner, german = account.owner, int(account.owner.language == "de")  # type: ignore[union-attr]
        fits = covering.sets_for(account)
        if not fits:
            continue
        held_on = today - dt.timedelta(days=dice.choice((2, 9, 20, 45, 80, 160, 380)))
        talk = NeedsTalk.add(
            by=owner, now=now, account=account, contact=_person(account), edition=fits[0].edition, held_on=held_on,
            kind=dice.choice(("call", "visit", "meeting")), is_generated=True,
        )  # fmt: skip
        for question in talk.edition.questions:
            if dice.random() < 0.75:
                talk.answer(question["key"], _said(question, dice, german), by=owner, now=now)
        hurts = [one for one in talk.answers.living() if one.shows_need and one.question["kind"] == "text"]  # type: ignore[index]
        if number % 5 and talk.answers.living().exists():
            talk.finish(by=owner, now=now)
        if number % 2 and hurts:
            made.append(Need.of_answer(hurts[0], by=owner, now=now, **_effect(dice), is_generated=True))
    return made


def _said(question: dict, dice: random.Random, german: int) -> str:
    kind = question["kind"]
    if kind == "choice":
        return dice.choice(question["choices"])["key"]
    if kind == "yes_no":
        return dice.choice(("yes", "no"))
    if kind == "number":
        return str(dice.randint(1, 40))
    if kind == "money":
        return str(dice.randrange(5, 400) * 100)
    return dice.choice(SAID[Step(question["step"])])[german]


def _effect(dice: random.Random) -> dict[str, Any]:
    base = Decimal(dice.randrange(4, 90) * 500)
    return {"effect_low": base * Decimal("0.6"), "effect_base": base, "effect_high": base * Decimal("1.5")}


def _need(account: Account, pain: tuple[str, ...], dice: random.Random, today: dt.date, now: dt.datetime) -> Need:
    owner, german = account.owner, int(account.owner.language == "de")  # type: ignore[union-attr]
    said_on = today - dt.timedelta(days=dice.randint(1, 200))
    title, text = pain[2 * german : 2 * german + 2]
    return Need.add(
        by=owner, now=now, account=account, contact=_person(account), title=title, pain=text, said_on=said_on,
        urgency=dice.choice((0, 1, 1, 2, 2, 3)), next_question=dice.choice(ASK_NEXT)[german], owner=owner,
        solve_by=today + dt.timedelta(days=dice.randint(10, 240)) if dice.random() < 0.6 else None, is_generated=True,
        **(_effect(dice) if dice.random() < 0.8 else {}),
    )  # fmt: skip


def _fit(need: Need, families: list[Family], products: list[Product], dice: random.Random, now: dt.datetime) -> None:
    if dice.random() < 0.7 and products:
        quantity = Decimal(dice.choice((120, 240, 600)))
        NeedFit.add(
            by=need.owner,
            now=now,
            need=need,
            product=dice.choice(products),
            degree=dice.choice((2, 3)),
            quantity=quantity,
        )
    if dice.random() < 0.5 and families:
        NeedFit.add(by=need.owner, now=now, need=need, family=dice.choice(families), degree=dice.choice((1, 2)))


def _later(needs: list[Need], dice: random.Random, now: dt.datetime) -> None:
    """Some are sold, some met, some not pursued."""
    for number, need in enumerate(needs):
        german = int(need.owner.language == "de")  # type: ignore[union-attr]
        if number % 9 == 4:
            made = selling.sell(need, by=need.owner, now=now)
            Opportunity.objects.filter(pk=made.pk).update(is_generated=True)
        elif number % 11 == 6:
            need.change(by=need.owner, now=now, verb="met", status="met")
        elif number % 13 == 8:
            reason = ("They have solved it themselves.", "Sie haben es selbst gelöst.")[german]
            need.change(by=need.owner, now=now, verb="dropped", status="dropped", drop_reason=reason)


def _wishes(
    house: House, accounts: list[Account], families: list[Family], dice: random.Random, today: dt.date, now: dt.datetime
) -> None:  # fmt: skip
    ben, made = house.people["Ben"], []
    for title, description, status, answer in WISHES:
        family = dice.choice(families) if families and dice.random() < 0.6 else None
        wish = Wish.add(by=ben, now=now, title=title, description=description, family=family, is_generated=True)
        for account in dice.sample(accounts, dice.randint(1, 7)):
            day = today - dt.timedelta(days=dice.randint(5, 300))
            WishAsk.add(
                by=account.owner,
                now=now,
                wish=wish,
                account=account,
                contact=_person(account),
                asked_on=day,
                weight=dice.choice((1, 2, 2, 3)),
            )
        if status != "new":
            wish.change(by=ben, now=now, status=status, answer=answer)
        made.append(wish)
    for number, one in enumerate(WishTelling.objects.waiting().select_related("owner").order_by("pk")):
        if number % 3:
            one.tell(dice.choice(("call", "mail", "visit")), by=one.owner)
    joining.join(made[0], made[8], by=ben)
