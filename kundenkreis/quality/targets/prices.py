"""Prices that come with products: from their day on a new price is valid, and what was charged before stays to be read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kundenkreis.catalogue.models import Price, PriceList
from kundenkreis.core import bulk, clock
from kundenkreis.core.models import House
from kundenkreis.quality.targets.base import Job, Kept, Outcome

COLUMNS = ("amount", "ends_on")


class Prices:
    """The list and the day are the run's options; a list that is not there is made."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.own = job.own(Price)

    def follow(self, amounts: Mapping[int, Decimal], outcome: Outcome) -> set[int]:
        """Bring the list to these amounts by product; returns the products with a price that is another one than before."""
        day, of_list = self._day(), self._price_list(outcome)
        valid, coming = self._present(of_list, day, [pk for pk in amounts if pk > 0])
        new: list[Price] = []
        corrected: list[tuple[Price, Decimal]] = []
        ended: list[Price] = []
        changed = set()
        for product, amount in amounts.items():
            price = valid.get(product)
            if price is None:
                if self.job.may_add:
                    new.append(self._price(of_list, product, amount, day, _day_before(coming.get(product))))
                continue
            if price.amount == amount or not self.job.may_change:
                continue
            changed.add(product)
            if price.starts_on == day:
                corrected.append((price, amount))
            else:
                ended.append(price)
                new.append(
                    self._price(of_list, product, amount, day, price.ends_on or _day_before(coming.get(product)))
                )
        outcome.counts["prices_added"] += len(new) - len(ended)
        outcome.counts["prices_changed"] += len(changed)
        self._store(new, [(p, {"amount": amount}) for p, amount in corrected] + [
            (p, {"ends_on": day - dt.timedelta(days=1)}) for p in ended
        ], outcome)  # fmt: skip
        return changed

    def _store(self, new: list[Price], changed: list[tuple[Price, dict]], outcome: Outcome) -> None:
        """Old prices first: a new one may begin on the day after."""
        if changed and self.job.write:
            rows = []
            for price, wanted in changed:
                after = [wanted.get(name, getattr(price, name)) for name in COLUMNS]
                rows.append([price.pk, *after, price.version + (price.pk not in self.own), self.job.now])
            bulk.update_rows(Price, ["id", *COLUMNS, "version", "changed_at"], rows)
        kept = [
            [p.pk, *(getattr(p, n) for n in COLUMNS), *(wanted.get(n, getattr(p, n)) for n in COLUMNS)]
            for p, wanted in changed
            if p.pk not in self.own
        ]
        if kept:
            outcome.kept.append(Kept(Price, (), COLUMNS, kept))
        if new:
            added = self.job.add_records(new)
            self.own.add(added.added)  # type: ignore[arg-type]
            outcome.kept.append(added)

    def _present(
        self, of_list: PriceList, day: dt.date, products: list[int]
    ) -> tuple[dict[int, Price], dict[int, dt.date]]:
        """By product the price that is valid on the day, and the day on which the next one begins."""
        valid: dict[int, Price] = {}
        coming: dict[int, dt.date] = {}
        if not of_list.pk or of_list.pk < 0:
            return valid, coming
        prices = Price.objects.living().filter(
            Q(ends_on=None) | Q(ends_on__gte=day), price_list=of_list, from_quantity=1
        )
        for start in range(0, len(products), 5000):
            for price in prices.filter(product__in=products[start : start + 5000]).order_by("starts_on"):
                if price.starts_on <= day:
                    valid[price.product_id] = price
                else:
                    coming.setdefault(price.product_id, price.starts_on)
        return valid, coming

    @staticmethod
    def _price(of_list: PriceList, product: int, amount: Decimal, day: dt.date, until: dt.date | None) -> Price:
        return Price(price_list_id=of_list.pk, product_id=product, amount=amount, starts_on=day, ends_on=until)

    def _day(self) -> dt.date:
        said = self.job.options.get("price_from")
        return dt.date.fromisoformat(said) if said else clock.today()

    def _price_list(self, outcome: Outcome) -> PriceList:
        code = self.job.options.get("price_list") or "LIST"
        found = PriceList.objects.filter(code=code).first()
        if found is None:
            house = House.current()
            currency = self.job.options.get("currency") or house.currency
            found = PriceList(code=code, name=house.say(_("List prices")), currency=currency)
            outcome.kept.append(self.job.add_records([found]))
        return found


def _day_before(day: dt.date | None) -> dt.date | None:
    return day - dt.timedelta(days=1) if day else None
