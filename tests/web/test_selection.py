"""The pages of key account selection, for those who arrange it and those who judge their accounts; and its doors for programs."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from kundenkreis.planning.models import AccountJudgement, ScoringRound, SelectionCriterion, TierOverride
from tests.planning.conftest import facts_folder, ours, scored, sell, shop  # noqa: F401
from tests.planning.test_rounds import judge, two  # noqa: F401

pytestmark = pytest.mark.django_db


def text(answer) -> str:
    return re.sub(r"[\xa0\u202f]", " ", answer.content.decode())


def test_a_round_is_started_looked_at_and_put_into_force_by_who_leads(two, scored, signed_in):  # noqa: F811
    ben, ada = signed_in(two.ben), signed_in(two.ada)
    assert ada.get(reverse("selection:add")).status_code == 403
    answer = ben.post(
        reverse("selection:add"), {"starts_on": "2026-01-01", "as_of": "2026-03-02", "note": "The year's"}
    )
    one = ScoringRound.objects.get()
    assert answer.headers["Location"] == reverse("selection:detail", args=[one.pk])
    assert ben.post(reverse("selection:add"), {"starts_on": "2026-01-01", "as_of": "2027-01-01"}).status_code == 422
    ScoringRound.objects.filter(pk=one.pk).update(state="cancelled")
    judge(two, two.lindner)
    one = scored()
    page = text(ben.get(reverse("selection:detail", args=[one.pk])))
    assert "Would get another tier" in page
    assert "Lindner &amp; Söhne GmbH" in page
    assert "Brauneis" not in text(ada.get(reverse("selection:detail", args=[one.pk])))
    assert ada.post(reverse("selection:put_in_force", args=[one.pk])).status_code == 403
    ben.post(reverse("selection:put_in_force", args=[one.pk]), {"version": one.version})
    two.lindner.refresh_from_db()
    assert two.lindner.tier == "A"
    account = text(ada.get(reverse("accounts:detail", args=[two.lindner.pk])))
    assert "Tier A since 2 Mar 2026." in account
    assert "because attractiveness is 82 (at least 70)" in account
    assert "Next business review due" in account
    asked = ben.get(reverse("accounts:list"), {"f": "selection:with(attractiveness:over:80)"})
    assert "Lindner" in text(asked)
    assert "Brauneis" not in text(asked)


def test_what_is_missing_is_judged_line_by_line(two, scored, signed_in):  # noqa: F811
    one = scored()
    address = reverse("selection:judging", args=[one.pk])
    ada = signed_in(two.ada)
    page = text(ada.get(address))
    assert "Lindner" in page
    assert "Brauneis" not in page, "that account is not hers"
    sent = {"account": two.lindner.pk, "about": "strategic", "score": "", "reason": "They build."}
    refused = ada.post(address, sent)
    assert refused.status_code == 422
    assert "aria-invalid" in text(refused)
    assert ada.post(address, sent | {"score": "2"}).status_code == 303
    assert AccountJudgement.objects.get().judged_by == two.ada
    assert "Nothing is missing" in text(ada.get(address))
    assert ada.post(address, sent | {"account": two.brauneis.pk}).status_code == 404
    assert ada.post(address, sent | {"about": "revenue"}).status_code == 404
    assert signed_in(two.rita).get(address).status_code == 403


def test_a_tier_is_decided_on_the_result_and_says_so(two, scored, signed_in):  # noqa: F811
    one = scored()
    result = one.results.get(account=two.lindner)
    ada = signed_in(two.ada)
    address = reverse("selection:decide", args=[result.pk])
    assert ada.post(address, {"tier": "B", "reason": "", "decided_on": "2026-03-02"}).status_code == 422
    ada.post(address, {"tier": "B", "reason": "Lost its chain.", "decided_on": "2026-03-02"})
    page = text(ada.get(reverse("selection_results:detail", args=[result.pk])))
    assert "Tier B by decision of 2026-03-02: Lost its chain. Computed was: Tier A." in page
    other = one.results.get(account=two.brauneis)
    assert ada.get(reverse("selection_results:detail", args=[other.pk])).status_code == 404
    assert ada.post(reverse("selection:decide", args=[other.pk]), {"tier": "A", "reason": "x"}).status_code == 404
    ada.post(reverse("selection:override_discard", args=[TierOverride.objects.get().pk]))
    result.refresh_from_db()
    assert result.tier == "A"


def test_the_list_of_results_opens_what_a_figure_says(two, scored, signed_in):  # noqa: F811
    one, before = scored(), None
    del before
    ben = signed_in(two.ben)
    page = text(ben.get(reverse("selection:detail", args=[one.pk])))
    link = re.search(r'href="(/selection/results/\?[^"]*tier%3Ain%3AC)"', page)
    rows = text(ben.get(link[1].replace("&amp;", "&")))
    assert "Brauneis" in rows
    assert "Lindner" not in rows
    assert "Lindner" in text(ben.get(reverse("selection_results:list"), {"f": "state:in:changes"}))


def test_the_portfolio_is_drawn_beside_a_table_and_can_be_narrowed(two, scored, signed_in):  # noqa: F811
    one = scored()
    ben = signed_in(two.ben)
    page = text(ben.get(reverse("selection:portfolio")))
    assert "<title>Lindner &amp; Söhne GmbH: attractiveness 70, our position 80, €700</title>" in page
    assert page.count('class="quad-bubble') == 4, "two accounts, wide and for a phone"
    hers = text(ben.get(reverse("selection:portfolio"), {"owner": two.ada.pk, "round": one.pk}))
    assert hers.count('class="quad-bubble') == 2
    assert ben.get(reverse("selection:portfolio"), {"owner": "x"}).status_code == 400
    assert "Brauneis" not in text(signed_in(two.ada).get(reverse("selection:portfolio")))


def test_an_edition_is_arranged_in_pages(two, ours, signed_in):  # noqa: F811
    ben = signed_in(two.ben)
    ben.post(reverse("selection:criteria_copy", args=[ours.pk]))
    draft = type(ours).objects.get(state="draft")
    revenue = draft.criteria.get(measure="revenue")
    address = reverse("selection:criteria_edit", args=["criterion", revenue.pk])
    given = {
        "name_en": "Revenue",
        "axis": "attractiveness",
        "measure": "revenue",
        "weight": "55",
        "position": "1",
        "missing": "nothing",
    }
    wrong = ben.post(address, given | {"scale": "steps", "steps": "a lot: 20"})
    assert wrong.status_code == 422
    assert ben.post(address, given | {"scale": "steps", "steps": "1,000: 20\n5,000: 100"}).status_code == 303
    assert SelectionCriterion.objects.get(pk=revenue.pk).steps == [["1000", 20], ["5000", 100]]
    page = text(ben.get(reverse("selection:criteria")))
    assert "should be 100 %" in page
    refused = ben.post(reverse("selection:criteria_in_force", args=[draft.pk]), follow=True)
    assert "The weights of each axis have to come to 100 %" in text(refused)
    assert ben.post(address.replace(str(revenue.pk), str(ours.criteria.first().pk)), given).status_code == 422
    assert signed_in(two.ada).post(reverse("selection:criteria_copy", args=[ours.pk])).status_code == 403
