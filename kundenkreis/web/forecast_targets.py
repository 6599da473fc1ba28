"""The target beside the forecast: of each row that has one, what is closed, the call, the gap, and what would close it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from kundenkreis.core.models import House
from kundenkreis.forecast.periods import Period
from kundenkreis.forecast.reaching import Reached, reached
from kundenkreis.forecast.rolling_up import Row
from kundenkreis.market.wanting import Wanted, wanted
from kundenkreis.staff import access
from kundenkreis.web import forecasts, formats
from kundenkreis.web.addresses import address


def beside(user: Any, period: Period, rows: Iterable[Row]) -> list[dict[str, Any]]:
    """The rows that have a target which the person sees, in the order given; empty where there is none."""
    if not access.may(user, "targets.see"):
        return []
    known = wanted(user, period.first, period.months)
    return [_line(row, period, known[row.key]) for row in rows if row.key in known]


def _line(row: Row, period: Period, its: Wanted) -> dict[str, Any]:
    told = reached(row, its.amount)
    return {
        "row": row,
        "name": forecasts.whose(row),
        "told": told,
        "url": f"{address('targets:detail', its.target)}?{urlencode({'part': its.part or 'year'})}",
        "closed_url": forecasts.rows_of(row, period, "closed"),
        "best_url": forecasts.rows_of(row, period, "best_case") if told.from_best else "",
        "pipeline_url": forecasts.rows_of(row, period, "pipeline") if told.from_pipeline else "",
        "said": said(told),
    }


def said(told: Reached) -> str:
    """What would close the gap, in a sentence."""
    if told.gap <= 0:
        return _("the call comes to it")
    names = {
        "best": _of(told.from_best, told.best),
        "pipeline": _of(told.from_pipeline, told.pipeline),
        "missing": formats.money(told.missing, House.known().currency, 0),
    }
    if told.missing and not told.best and not told.pipeline:
        return _("nothing open is left; %(missing)s have to come anew") % names
    if told.missing:
        return _("all that is open, and %(missing)s have to come anew") % names
    if not told.from_pipeline:
        return _("%(best)s of the best case") % names
    if not told.from_best:
        return _("%(pipeline)s of the pipeline") % names
    return _("all of the best case and %(pipeline)s of the pipeline") % names


def _of(part: Any, whole: Any) -> str:
    """ "40 %"; not less than one percent, and never all of what is not needed whole."""
    return formats.percent(min(max(round(100 * part / whole), 1), 100) if whole else 0, 0)
