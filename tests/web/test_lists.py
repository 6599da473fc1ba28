"""Lists: filters, sorting, paging, columns, views, export, bulk edit; on the list of accounts."""

import csv
import datetime as dt
import io
import re
import zipfile
from decimal import Decimal
from urllib.parse import quote

import pytest
from python_calamine import CalamineWorkbook

from kundenkreis.customers.models import Account, AccountTeamMember, Tag
from kundenkreis.history.models import Batch, Event
from kundenkreis.history.undo import undo_batch
from kundenkreis.lists.models import SavedView
from kundenkreis.privacy.models import Outflow
from kundenkreis.web.lists import exporting

HTMX = {"HX-Request": "true"}


@pytest.fixture
def ben(world, signed_in):
    return signed_in(world.ben)


@pytest.fixture
def ada(world, signed_in):
    return signed_in(world.ada)


def names(answer):
    """The names in the list, in their order."""
    return [re.sub("&amp;", "&", n) for n in re.findall(r'class="row-link"[^>]*>([^<]+)<', answer.content.decode())]


def many(world, count, **values):
    rows = [
        Account(
            number=f"X-{i:04}", name=f"Firma {i:04}", key=f"firma {i:04}", owner=world.ada, team=world.north, **values
        )
        for i in range(count)
    ]
    Account.objects.bulk_create(rows)


def test_an_account_in_the_bin_is_not_listed(ben, world):
    world.brauneis.discard(by=world.ben)
    assert names(ben.get("/accounts/")) == ["Lindner & Söhne GmbH"]


def test_everybody_sees_her_own_reach(ada, ben):
    assert names(ada.get("/accounts/")) == ["Lindner & Söhne GmbH"]
    assert names(ben.get("/accounts/")) == ["Brauneis Wohnkultur", "Lindner & Söhne GmbH"]


def test_filters_join_and_stand_as_chips_that_can_be_taken_away(ben, world):
    Account.objects.filter(pk=world.lindner.pk).update(revenue_12m=30_000)
    answer = ben.get("/accounts/?f=country:in:AT,DE&f=revenue:over:20000")
    assert names(answer) == ["Lindner & Söhne GmbH"]
    text = answer.content.decode()
    assert "Austria or Germany" in text
    assert 'href="?f=revenue%3Aover%3A20000"' in text
    assert 'href="?f=country%3Ain%3AAT%2CDE"' in text


def test_nonsense_in_a_filter_is_said_and_the_list_stands(ben):
    answer = ben.get("/accounts/?f=nothing:is:1&f=country")
    assert answer.status_code == 200
    assert "cannot be filtered by" in answer.content.decode()
    assert len(names(answer)) == 2


def test_a_list_without_a_match_says_so_and_shows_the_way_back(ben):
    assert "Nothing here matches." in ben.get("/accounts/?f=place:is:Nowhere").content.decode()


def test_an_empty_list_teaches(world, signed_in):
    Account.objects.all().delete()
    text = signed_in(world.ben).get("/accounts/").content.decode()
    assert "No accounts yet." in text
    assert "/accounts/new/" in text


def test_sorting_by_revenue_from_the_top(ben, world):
    Account.objects.filter(pk=world.lindner.pk).update(revenue_12m=Decimal(5))
    assert names(ben.get("/accounts/?sort=-revenue"))[0] == "Lindner & Söhne GmbH"
    assert names(ben.get("/accounts/?sort=revenue"))[0] == "Brauneis Wohnkultur"


def test_the_first_click_on_a_figure_sorts_from_the_top_and_the_next_turns_it(ben, world):
    for here, next_sort in (("", "-revenue"), ("?sort=-revenue", "revenue"), ("?sort=revenue", "-revenue")):
        text = ben.get(f"/accounts/{here}").content.decode()
        assert f'href="?sort={next_sort}">Revenue 12 m' in text
    assert 'href="?sort=name">Account' in ben.get("/accounts/?sort=-name").content.decode()


@pytest.mark.parametrize("sort", ["no", "--name", "password", "owner__password", "change"])
def test_a_sorting_that_the_list_does_not_know_is_the_usual_one(ben, sort):
    assert names(ben.get(f"/accounts/?sort={sort}"))[0] == "Brauneis Wohnkultur"


@pytest.mark.parametrize("sort", ["name", "-name", "revenue", "-last"])
def test_paging_shows_every_account_once(ben, world, sort):
    many(world, 130, revenue_12m=Decimal(7))
    found, address = [], f"/accounts/?sort={sort}"
    while address:
        text = ben.get(address).content.decode()
        found += re.findall(r'class="row-link"[^>]*>([^<]+)<', text)
        more = re.search(r'table-more.*?href="([^"]+)"', text)
        address = "/accounts/" + more.group(1).replace("&amp;", "&") if more else ""
    assert len(found) == len(set(found)) == 132


def test_more_rows_come_as_rows_alone(ben, world):
    many(world, 60)
    more = (
        re.search(r'table-more.*?href="([^"]+)"', ben.get("/accounts/").content.decode()).group(1).replace("&amp;", "&")
    )
    text = ben.get("/accounts/" + more, headers=HTMX).content.decode()
    assert "<html" not in text
    assert len(re.findall("<tr data-row", text)) == 12


def test_a_page_link_that_is_not_ours_leads_to_the_first_page(ben):
    assert ben.get("/accounts/?after=forged&sort=-revenue").url == "/accounts/?sort=-revenue"


def test_a_letter_jumps_into_the_list(ben):
    assert names(ben.get("/accounts/?from=L")) == ["Lindner & Söhne GmbH"]
    assert names(ben.get("/accounts/?from=L&sort=-revenue"))[0] == "Brauneis Wohnkultur"


def test_the_count_comes_after_the_page_with_its_sum(ben, world):
    Account.objects.filter(pk=world.lindner.pk).update(revenue_12m=Decimal(8100))
    assert "count=1" in ben.get("/accounts/").content.decode()
    assert ben.get("/accounts/?count=1", headers=HTMX).content.decode() == "2 accounts · €8.1\xa0k"


def test_the_count_is_bounded(ben, world, monkeypatch):
    monkeypatch.setattr("kundenkreis.web.lists.page.BOUND", 2)
    assert "·" not in ben.get("/accounts/?count=1").content.decode()


def test_columns_are_chosen_in_the_address(ben, world):
    text = ben.get("/accounts/?columns=number").content.decode()
    assert world.lindner.number in text
    assert "Revenue 12 m</a>" not in text
    assert (
        'name="columns" value="number" checked' in ben.get("/accounts/?columns=number&choose=columns").content.decode()
    )


def test_searching_in_the_list_finds_in_spite_of_umlauts(ben):
    assert names(ben.get("/accounts/?q=soehne")) == ["Lindner & Söhne GmbH"]


def test_the_filter_form_leads_to_the_list_with_the_condition(ben):
    assert "Revenue" in ben.get("/accounts/?filter=revenue").content.decode()
    answer = ben.get("/accounts/?f=country:in:AT&sort=-revenue&filter=revenue&op=over&value=20,000")
    assert answer.url == "/accounts/?sort=-revenue&f=country%3Ain%3AAT&f=revenue%3Aover%3A20000"


def test_the_filter_form_says_what_is_wrong_and_keeps_what_was_typed(ben):
    answer = ben.get("/accounts/?filter=revenue&op=over&value=lots")
    assert answer.status_code == 422
    assert "is not a number" in answer.content.decode()
    assert 'value="lots"' in answer.content.decode()


def test_today_is_understood_in_the_language_of_the_reader(world, signed_in):
    world.ben.change(by=None, language="de")
    answer = signed_in(world.ben).get("/accounts/?filter=last&op=before&value=Heute")
    assert answer["Location"].endswith("last%3Abefore%3Atoday")


def test_changing_a_chip_replaces_its_condition(ben):
    answer = ben.get("/accounts/?f=revenue:over:1&filter=revenue&replaces=revenue:over:1&op=under&value=5")
    assert answer.url == "/accounts/?f=revenue%3Aunder%3A5"


# --- saved views ---


def test_a_view_is_saved_shown_as_a_tab_and_opens_by_its_number(ada, world):
    ada.post("/views/new/?list=accounts&f=country:in:AT&sort=-revenue", {"name": "Austria", "shared": "private"})
    view = SavedView.objects.get()
    assert (view.list_name, view.query, view.owner) == ("accounts", "f=country%3Ain%3AAT&sort=-revenue", world.ada)
    assert "Austria</a>" in ada.get("/accounts/").content.decode()
    assert ada.get(f"/accounts/?view={view.pk}").url == f"/accounts/?{view.query}&view={view.pk}"


def test_a_private_view_is_hers_alone(ada, world, signed_in):
    ada.post("/views/new/?list=accounts", {"name": "My secret list", "shared": "private"})
    view = SavedView.objects.get()
    cem = signed_in(world.cem)
    assert "My secret list" not in cem.get("/accounts/").content.decode()
    assert cem.get(f"/views/{view.pk}/edit/").status_code == 404
    assert cem.post(f"/views/{view.pk}/discard/").status_code == 404


def test_a_team_s_view_is_seen_by_the_team_and_changed_by_its_maker(ada, world, signed_in):
    ada.post("/views/new/?list=accounts", {"name": "North", "shared": "team"})
    view = SavedView.objects.get()
    rita = signed_in(world.rita)
    assert "North</a>" in rita.get("/accounts/").content.decode()
    assert rita.post(f"/views/{view.pk}/discard/").status_code == 403
    assert "North</a>" not in signed_in(world.cem).get("/accounts/").content.decode()


def test_only_who_may_shares_with_everyone(ada, ben):
    assert ada.post("/views/new/?list=accounts", {"name": "All", "shared": "all"}).status_code == 422
    assert ben.post("/views/new/?list=accounts", {"name": "All", "shared": "all"}).status_code == 303


def test_who_may_only_read_saves_no_view(world, signed_in):
    assert (
        signed_in(world.rita).post("/views/new/?list=accounts", {"name": "x", "shared": "private"}).status_code == 403
    )


def test_a_view_takes_over_what_was_changed(ada):
    ada.post("/views/new/?list=accounts&f=country:in:AT", {"name": "Austria", "shared": "private"})
    view = SavedView.objects.get()
    text = ada.get(f"/accounts/?f=country:in:DE&view={view.pk}").content.decode()
    assert "Save the changes" in text
    assert "Save the changes" not in ada.get(f"/accounts/?{view.query}&view={view.pk}").content.decode()
    ada.post(f"/views/{view.pk}/edit/", {"query": "f=country:in:DE", "version": view.version})
    view.refresh_from_db()
    assert view.query == "f=country%3Ain%3ADE"


def test_two_views_of_one_name_are_refused_in_words(ada):
    ada.post("/views/new/?list=accounts", {"name": "Mine", "shared": "private"})
    answer = ada.post("/views/new/?list=accounts", {"name": "Mine", "shared": "private"})
    assert answer.status_code == 422
    assert SavedView.objects.count() == 1


def test_a_deleted_view_can_be_brought_back(ada, world):
    ada.post("/views/new/?list=accounts", {"name": "Mine", "shared": "private"})
    view = SavedView.objects.get()
    text = ada.post(f"/views/{view.pk}/discard/", follow=True).content.decode()
    assert "Mine</a>" not in text
    assert f"/history/{Event.objects.about(view).order_by('-pk').first().pk}/undo/" in text


def test_a_view_of_no_list_is_not_found(ada):
    assert ada.get("/views/new/?list=passwords").status_code == 404


# --- export ---


def test_the_export_holds_the_rows_and_columns_of_the_screen(ben, world):
    Account.objects.filter(pk=world.lindner.pk).update(
        revenue_12m=Decimal("1234.50"), last_order_on=dt.date(2026, 2, 27)
    )
    answer = ben.get("/accounts/export/?format=csv&f=place:is:Wels&columns=place,revenue,last")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows == [
        ["Account", "Place", "Revenue 12 m", "Last order"],
        ["Lindner & Söhne GmbH", "Wels", "1234.50", "2026-02-27"],
    ]


def test_a_german_export_is_what_a_german_spreadsheet_expects(world, signed_in):
    world.ben.change(by=None, language="de")
    Account.objects.filter(pk=world.lindner.pk).update(revenue_12m=Decimal("1234.50"))
    text = b"".join(
        signed_in(world.ben).get("/accounts/export/?format=csv&f=place:is:Wels&columns=revenue").streaming_content
    ).decode()
    assert "Lindner & Söhne GmbH;1234,50" in text


def test_a_change_is_exported_as_it_is_shown(ben, world):
    Account.objects.filter(pk=world.lindner.pk).update(revenue_12m=Decimal("200"), revenue_before=Decimal("150"))
    answer = ben.get("/accounts/export/?format=csv&f=place:is:Wels&columns=change")
    assert "Lindner & Söhne GmbH,33.3" in b"".join(answer.streaming_content).decode().splitlines()


def test_an_export_runs_no_formula(ben, world):
    Account.add(by=world.ben, name='=HYPERLINK("http://evil.test")', owner=world.ben)
    text = b"".join(ben.get("/accounts/export/?format=csv&columns=name").streaming_content).decode()
    assert "'=HYPERLINK" in text
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(b"".join(ben.get("/accounts/export/?format=xlsx&columns=name").streaming_content))
    )
    cells = [row[0] for row in book.get_sheet_by_index(0).to_python()]
    assert '=HYPERLINK("http://evil.test")' in cells


def xlsx(client, address):
    return b"".join(client.get(address).streaming_content)


def test_a_workbook_holds_text_and_no_formula_and_phone_numbers_as_they_are(ben, world):
    Account.add(by=world.ben, name="=1+1", owner=world.ben, phone="+43 7242 12345")
    data = xlsx(ben, "/accounts/export/?format=xlsx&columns=name,phone")
    sheet = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert [row[1] for row in rows if row[0] == "=1+1"] == [Account.objects.get(name="=1+1").phone]
    text = b"".join(ben.get("/accounts/export/?format=csv&columns=name,phone").streaming_content).decode()
    assert "'+43" in text


def test_what_one_sheet_cannot_hold_stands_on_the_next(ben, world, monkeypatch):
    many(world, 5)
    monkeypatch.setattr(exporting, "XLSX_ROWS", 2)
    book = CalamineWorkbook.from_filelike(io.BytesIO(xlsx(ben, "/accounts/export/?format=xlsx&f=name:starts:Firma")))
    sheets = [book.get_sheet_by_index(n).to_python() for n in range(len(book.sheet_names))]
    assert [len(sheet) for sheet in sheets] == [3, 3, 2]
    assert {tuple(sheet[0]) for sheet in sheets} == {tuple(sheets[0][0])}
    assert len({row[0] for sheet in sheets for row in sheet[1:]}) == 5


def test_an_export_reads_its_rows_while_they_are_sent(ben, world, monkeypatch):
    many(world, 20)
    read, value = [], exporting._value
    monkeypatch.setattr(exporting, "_value", lambda column, row: read.append(row.pk) or value(column, row))
    answer = ben.get("/accounts/export/?format=csv&columns=name")
    lines = iter(answer.streaming_content)
    next(lines), next(lines)
    assert 0 < len(set(read)) < 3
    answer._iterator.close()  # as a server does of who hangs up: what went out is noted now, and not in the middle of whatever comes next
    assert Outflow.objects.get().count == len(set(read))


def test_who_may_not_export_sees_no_button_and_is_refused(world, signed_in):
    rita = signed_in(world.rita)
    assert "/export/" not in rita.get("/accounts/").content.decode()
    assert rita.get("/accounts/export/").status_code == 403


def test_an_export_holds_one_s_reach_only(ada):
    text = b"".join(ada.get("/accounts/export/?format=csv").streaming_content).decode()
    assert "Brauneis" not in text


def test_an_export_with_a_filter_that_makes_no_sense_is_refused(ben):
    assert ben.get("/accounts/export/?f=nothing").status_code == 400


# --- bulk edit ---


def bulk(client, address="/accounts/bulk/", **values):
    return client.post(address, values)


def test_a_preview_names_the_exact_number_before_anything_changes(ben, world):
    text = bulk(ben, change="tier", ids=[world.lindner.pk, world.brauneis.pk]).content.decode()
    assert "Exactly 2 accounts" in text
    assert Batch.objects.count() == 0


def test_many_accounts_get_a_new_owner_and_her_team_and_undo_gives_them_back(ben, world):
    bulk(ben, change="owner", sure="1", value=world.cem.pk, ids=[world.lindner.pk, world.brauneis.pk])
    world.lindner.refresh_from_db()
    assert (world.lindner.owner, world.lindner.team) == (world.cem, world.south)
    batch = Batch.objects.get()
    assert batch.counts == {"customers.account": {"changed": 1}}  # Cem's own stays untouched
    assert Event.objects.filter(batch=batch).count() == 1
    undo_batch(batch, by=world.ben)
    world.lindner.refresh_from_db()
    assert (world.lindner.owner, world.lindner.team) == (world.ada, world.north)


def test_all_that_match_are_changed_not_only_the_rows_on_the_screen(ben, world):
    many(world, 130, country="AT")
    bulk(
        ben,
        "/accounts/bulk/?f=" + quote("name:starts:Firma"),
        change="tier",
        sure="1",
        value="A",
        all="1",
        ids=[world.lindner.pk],
    )
    assert Account.objects.filter(tier="A").count() == 130
    world.lindner.refresh_from_db()
    assert world.lindner.tier == ""


def test_a_tag_is_made_and_put_on_once(ben, world):
    for _time in range(2):
        bulk(ben, change="tags", sure="1", value="Fair 2026", ids=[world.lindner.pk, world.brauneis.pk])
    assert Tag.objects.get().accounts.count() == 2
    assert Batch.objects.last().counts == {"customers.account": {"changed": 0}}
    undo_batch(Batch.objects.first(), by=world.ben)
    assert Tag.objects.get().accounts.count() == 0


def test_what_one_may_only_see_stays_as_it_is(ada, world):
    AccountTeamMember.add(by=world.ben, account=world.brauneis, person=world.ada, role="inside")
    world.wels.change(by=None, people=[world.ada])
    only_seen = Account.add(by=world.ben, name="Only seen", owner=world.ben, territory=world.wels)
    text = bulk(ada, change="tier", ids=[world.lindner.pk, world.brauneis.pk, only_seen.pk]).content.decode()
    assert "Exactly 2 accounts" in text
    assert "The other 1 you may not change" in text
    bulk(ada, change="tier", sure="1", value="B", ids=[world.lindner.pk, world.brauneis.pk, only_seen.pk])
    assert set(Account.objects.filter(tier="B")) == {world.lindner, world.brauneis}


def test_accounts_outside_one_s_reach_are_not_changed_by_their_number(ada, world):
    bulk(ada, change="tier", sure="1", value="B", ids=[world.brauneis.pk])
    world.brauneis.refresh_from_db()
    assert world.brauneis.tier == ""


def test_a_key_account_manager_does_not_give_accounts_away_in_bulk(ada, world):
    assert bulk(ada, change="owner", sure="1", value=world.cem.pk, ids=[world.lindner.pk]).status_code == 403


def test_a_bulk_edit_with_a_filter_that_makes_no_sense_changes_nothing(ben):
    assert bulk(ben, "/accounts/bulk/?f=nothing", change="tier", sure="1", value="A", all="1").status_code == 404
    assert Account.objects.filter(tier="A").count() == 0


def test_a_wrong_new_value_is_refused_in_words(ben, world):
    answer = bulk(ben, change="tier", sure="1", value="Z", ids=[world.lindner.pk])
    assert answer.status_code == 422
    assert Batch.objects.count() == 0


def test_a_form_opened_before_a_bulk_edit_is_a_conflict_after_it(ben, world):
    address = f"/accounts/{world.lindner.pk}/edit/?field=tier"
    version = re.search(r'name="version" value="([^"]+)"', ben.get(address, headers=HTMX).content.decode()).group(1)
    bulk(ben, change="tier", sure="1", value="A", ids=[world.lindner.pk])
    answer = ben.post(address, {"tier": "C", "version": version}, headers=HTMX)
    assert answer.status_code == 409
    world.lindner.refresh_from_db()
    assert world.lindner.tier == "A"


def test_the_touch_plan_changes_what_it_shows_and_leads_back_to_itself(ben, world):
    for account in (world.lindner, world.brauneis):
        account.change(by=world.ben, touch_days=30)
    many(world, 3)  # no rhythm: not in the plan
    page = ben.get("/touches/").content.decode()
    assert 'action="/touches/bulk/' in page, page[page.find("<main") :][:3000]
    preview = bulk(ben, "/touches/bulk/?q=Lindner", change="tier", all="1").content.decode()
    assert "Exactly 1 account<" in preview
    assert 'href="/touches/?q=Lindner"' in preview
    answer = bulk(ben, "/touches/bulk/", change="tier", sure="1", value="A", all="1")
    assert answer.url.rstrip("?") == "/touches/"
    assert set(Account.objects.filter(tier="A")) == {world.lindner, world.brauneis}
