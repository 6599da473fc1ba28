"""How fast the search box is: `python -m bench.search_box 1000000` on the database of KUNDENKREIS_DATABASE_URL.

Fills an empty, migrated database with made names (seeded, skewed like real ones), in chunks of 25,000 a transaction,
then asks each kind of question 300 times and prints milliseconds. Use a database of its own: it clears the index.
"""

from __future__ import annotations

import bisect
import itertools
import os
import random
import statistics
import sys
import time

CHUNK = 25_000
ASKED = 300
LEGAL = ["GmbH", "GmbH", "GmbH", "GmbH & Co KG", "KG", "AG", "e.U.", "OG", ""]
TRADES = (
    "Metallbau Großhandel Transporte Bau Elektro Gastro Technik Consulting Immobilien Logistik Holzbau Stahlbau Druckerei "
    "Bäckerei Möbel Gartenbau Installationen Software Handels Maschinenbau Werkzeug Kunststoff Textil Getränke Apotheke "
    "Versicherungsmakler Steuerberatung Reinigung Sicherheitstechnik Kälteanlagen Fahrzeugbau Verpackungen Lebensmittel"
).split()
PLACES = (
    "Wien Graz Linz Salzburg Innsbruck Klagenfurt Villach Wels Dornbirn Steyr Feldkirch Bregenz Leoben Krems".split()
)
FIRST = ["Anna", "Karl", "Maria", "Josef", "Eva", "Franz", "Ingrid", "Günther", "Jürgen", "Sabine"]
ONSET = "b br d dr f fl fr g gl gr h j k kl kn kr l m n p pf pl r s sch schl schm schn schw st str t tr w z zw".split()
NUCLEUS = "a e i o u ä ö ü au ei ie eu".split()
CODA = "b ch ck ff g l ll m n ng nn r rg rt s ss st t tt tz".split()


def families(count: int, chance: random.Random) -> list[str]:
    """Made family names: "Schmöllner", "Kraustinger"."""
    ends = ["er", "inger", "mann", "bauer", "hofer", "l", "ner", "eder", "", "", "berger", "huber"]
    names = {"Hofer", "Huber", "Müller", "Gruber", "Bauer", "Wagner", "Pichler", "Steiner", "Moser", "Mayer"}
    while len(names) < count:
        names.add(
            f"{chance.choice(ONSET)}{chance.choice(NUCLEUS)}{chance.choice(CODA)}{chance.choice(ends)}".capitalize()
        )
        names.add(
            f"{chance.choice(ONSET)}{chance.choice(NUCLEUS)}{chance.choice(CODA)}{chance.choice(NUCLEUS)}"
            f"{chance.choice(CODA)}{chance.choice(ends)}".capitalize()
        )
    found = sorted(names)
    chance.shuffle(found)
    return found


def rows(count: int, chance: random.Random):
    """Accounts as the importer would index them; family names follow Zipf's law."""
    names = families(150_000, chance)
    weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(names))))
    for number in range(1, count + 1):
        family = names[bisect.bisect(weights, chance.random() * weights[-1])]
        other = names[bisect.bisect(weights, chance.random() * weights[-1])]
        shape = chance.random()
        trade = chance.choice(TRADES)
        if shape < 0.5:
            name = f"{family} {trade} {chance.choice(LEGAL)}"
        elif shape < 0.7:
            name = f"{trade} {family} {chance.choice(LEGAL)}"
        elif shape < 0.85:
            name = f"{family} & {other} {chance.choice(LEGAL)}"
        else:
            name = f"{chance.choice(FIRST)} {family}"
        place = chance.choice(PLACES)
        yield number, name.strip(), f"{place} office@{family.lower()}{number % 97}.at", f"K-{number:07}"


def typo(word: str, chance: random.Random) -> str:
    """One letter left out, doubled wrongly, changed or swapped, not the first."""
    place = chance.randrange(1, len(word) - 1)
    kind = chance.randrange(3)
    if kind == 0:
        return word[:place] + word[place + 1 :]
    if kind == 1:
        return word[:place] + chance.choice("abcdeghiklmnorstu") + word[place + 1 :]
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def questions(sample: list[str], chance: random.Random) -> dict[str, list[str]]:
    """What people type, by kind of question, from names that exist."""
    asked: dict[str, list[str]] = {f"{n} letters": [] for n in range(1, 6)}
    asked |= {"whole name": [], "word and begun word": [], "second word": [], "number": [], "two typing errors": []}
    asked |= {"trade and place": [], "trade and begun place": [], "not there": []}
    for name in sample:
        tokens = name.split()
        for n in range(1, 6):
            asked[f"{n} letters"].append(name[:n])
        asked["whole name"].append(name)
        asked["word and begun word"].append(f"{tokens[0]} {tokens[1][:4]}" if len(tokens) > 1 else name)
        asked["second word"].append(tokens[1] if len(tokens) > 1 else name)
        asked["number"].append(f"K-{chance.randrange(1_000_000):07}")
        long = [token for token in tokens if len(token) > 5][:2] or ["Metallbau"]
        asked["two typing errors"].append(" ".join(typo(token, chance) for token in long))
        asked["trade and place"].append(f"{chance.choice(TRADES)} {chance.choice(PLACES)}")
        asked["trade and begun place"].append(f"{chance.choice(TRADES)} {chance.choice(PLACES)[:3]}")
        asked["not there"].append(f"qx{name[:6]}zzkw")
    return asked


def milliseconds(ask, texts: list[str]) -> tuple[float, float, float, float]:
    """p50, p95, the worst, and the share of questions that found something."""
    took, found = [], 0
    for text in texts:
        start = time.perf_counter()
        found += bool(ask(text))
        took.append((time.perf_counter() - start) * 1000)
    took.sort()
    return statistics.median(took), took[int(len(took) * 0.95)], took[-1], found / len(texts)


def main(count: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kundenkreis.settings")
    import django

    django.setup()
    from kundenkreis.core.search_models import SearchEntry

    if SearchEntry.objects.count() != count:
        fill(count)
    ask(count)


def fill(count: int) -> None:
    """So many names in the index, and nothing else; prints how fast they came in."""
    from django.db import connection, transaction

    from kundenkreis.core import search, search_words
    from kundenkreis.core.search_models import SearchDeletion, SearchTerm

    with transaction.atomic():
        search_words.clear(search.ACCOUNT)
        SearchTerm.objects.all().delete()
        SearchDeletion.objects.all().delete()
    made, spent = rows(count, random.Random(1)), 0.0
    while chunk := list(itertools.islice(made, CHUNK)):
        start = time.perf_counter()
        with transaction.atomic():
            search.bulk_index(search.ACCOUNT, chunk, new=True)
        spent += time.perf_counter() - start
    print(f"{connection.vendor}: {count} names, {count / spent:,.0f} rows/s, {SearchTerm.objects.count()} terms")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def ask(count: int) -> None:
    """Ask every kind of question, and write an entry; prints how long each takes."""
    from django.db import transaction

    from kundenkreis.core import search
    from kundenkreis.core.search_models import SearchEntry

    chance = random.Random(2)
    ids = [chance.randrange(1, count) for _ in range(ASKED)]
    sample = list(SearchEntry.objects.filter(subject_id__in=ids, kind=1).values_list("label", flat=True))
    search.find(search.ACCOUNT, "warm")
    print(f"{'question':24}{'p50 ms':>9}{'p95 ms':>9}{'max ms':>9}{'found':>8}")
    for kind, texts in questions(sample, chance).items():
        p50, p95, worst, found = milliseconds(lambda text: search.find(search.ACCOUNT, text), texts)
        print(f"{kind:24}{p50:9.2f}{p95:9.2f}{worst:9.2f}{found:8.0%}")
    texts = [str(number) for number in range(ASKED)]
    with transaction.atomic():
        p50, p95, worst, _ = milliseconds(
            lambda text: search.index(search.ACCOUNT, [(count + 1, f"Hofer {text} Bau", "Wels", "X-1")]), texts
        )
        search.remove(search.ACCOUNT, [count + 1])
    print(f"{'write one entry':24}{p50:9.2f}{p95:9.2f}{worst:9.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
