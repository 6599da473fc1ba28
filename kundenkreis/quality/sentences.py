"""What the importer says: why it cannot begin, why a row was not stored, what went wrong on the way. Shown by `messages.explain`."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

RUNS = {
    "already_running": _("This import has begun; what it stores and how cannot be changed any more. Undo it and begin a new one."),
    "wrong_state": _("That is not possible now: the import is %(state)s."),
    "not_running": _("The import is not running, so there is nothing to stop."),
    "nothing_to_undo": _("This import has stored nothing, so there is nothing to undo."),
    "not_allowed_to_import": _("Your role does not allow this kind of import. Ask an administrator."),
    "field_not_mapped": _("The field “%(field)s” needs a column of the file."),
    "no_such_column": _("The file has no column “%(column)s”."),
    "no_such_field": _("There is no field “%(field)s” here."),
    "no_such_key": _("Records cannot be matched by “%(key)s” here."),
    "key_not_mapped": _("To match by %(key)s, these fields need a column: %(fields)s."),
    "file_changed": _("The file is not the one that this import began with. Begin a new import with the new file."),
    "undo_begun": _("Its undo has begun, so it cannot go on. Undo the rest, then import the file again."),
    "given_up": _(
        "It was begun several times, and each time the server stopped before it was done, so it does not go on by itself. "
        "What was stored stays. Go on with it, and if it stops again, ask an administrator to look into the server's log."),
    "undo_given_up": _(
        "The undo was begun several times and never came to its end. What was taken back stays so. "
        "Undo the rest, and if it stops again, ask an administrator to look into the server's log."),
    "broke_off": _("Something unexpected happened; the server's log says more. What was stored before stays, and the import can go on from there."),
}  # fmt: skip
ROWS = {
    "too_large": _("Quantity or price is larger than any order; check the decimal mark."),
    "no_rate": _(
        "There is no exchange rate for %(currency)s. Add it under Settings, Exchange rates, then import these rows again."
    ),
    "no_such_currency": _("“%(value)s” is no currency with a rate for one euro; write three letters such as GBP."),
    "rate_not_positive": _("A rate is more than zero; this one is %(value)s."),
    "other_currency": _("The line is in %(value)s, its order in %(currency)s."),
    "unknown_account": _("There is no account “%(value)s”, and only changes were to be imported."),
    "unknown_product": _("There is no product “%(value)s”, and only changes were to be imported."),
    "may_not_add_product": _("There is no product “%(value)s”, and your role does not allow you to add products."),
    "unknown_order": _("There is no order “%(value)s”, and only changes were to be imported."),
    "unknown_line": _("The order has no such line, and only changes were to be imported."),
    "not_found": _("There is no record for “%(value)s”, and only changes were to be imported."),
    "exists": _("“%(value)s” is there already, and only new records were to be imported."),
    "second_row": _("The same record stands in row %(first)s already, and only new records were to be imported."),
    "merged": _("“%(value)s” stands in row %(first)s already; where this row says otherwise, it has replaced that."),
    "key_missing": _("Nothing tells which record this is: %(fields)s is empty."),
    "several_found": _("More than one record fits “%(value)s”, so it is not clear which one is meant."),
    "unknown_record": _("“%(value)s” is no record that you see. Write its number, or a name that only one has."),
    "unknown_person": _("Nobody called “%(value)s” works here. Write an e-mail address or the full name."),
    "unknown_tag": _("There is no tag “%(value)s”. Add it first."),
    "may_not_see": _("Your role does not see bank accounts, and brings none in."),
    "restricted": _("A person with this address is restricted. Ask whoever answers for data protection."),
    "unknown_choice": _("“%(value)s” is not one of: %(choices)s."),
    "unknown_team": _("There is no team “%(value)s”."),
    "unknown_territory": _("There is no territory “%(value)s”."),
    "unknown_family": _("There is no product family “%(value)s”, and only changes were to be imported."),
    "unknown_unit": _("There is no unit “%(value)s”."),
    "no_product": _("There is no product “%(value)s”."),
    "no_account": _("There is no account “%(value)s”."),
    "no_contact": _("There is no contact “%(value)s”, or more than one."),
    "has_account": _("“%(value)s” has an account of her or his own already."),
    "no_order": _("There is no order “%(value)s”."),
    "circle": _("“%(value)s” would belong to itself that way; the row was stored without it."),
    "other_parent": _("It belongs to another account already; “%(value)s” was not added."),
    "not_yours": _("Your role does not allow you to change this record."),
    "may_not_assign": _(
        "Your role does not allow you to give accounts to people, teams or territories. Leave the cell empty."
    ),
    "last_administrator": _("“%(value)s” is the last administrator. Make somebody else one first."),
    "row_broke": _("The database does not take this row: a number is too large or a text too long for it."),
    "other_head": _(
        "Order %(value)s stands in the file with several accounts or days; its lines go with its first row."
    ),
    "in_bin": _("“%(value)s” lies in the bin. Restore it first, then import the row again."),
    "taken": _("Another record has “%(value)s” already."),
    "invalid": _("%(message)s"),
}
# Of workbooks that were exported to be edited.
SHEETS = {
    "sheet_not_ours": _(
        "This is no workbook that was exported here to be edited, or it has lost its hidden sheet. "
        "Export the list to edit once more, or bring the file in as an import."
    ),
    "sheet_of_another_house": _(
        "What this workbook says of itself was changed, or it comes from another house. Nothing was read; export the list to edit once more."
    ),
    "sheet_without_keys": _(
        "The column with the keys is gone, so nobody can tell which row is which record. Export the list to edit once more."
    ),
    "sheet_not_allowed": _("Your role does not allow you to change records of this kind."),
    "sheet_new_row": _("The row has no key: it is new. New records come in by an import."),
    "sheet_key_changed": _("The key “%(value)s” was changed, or is from another workbook. The row was left out."),
    "sheet_key_twice": _(
        "The same key stands in row %(first)s too, so it is not clear which of the two counts. Both were left out."
    ),
    "sheet_not_found": _("There is no such record, or it lies outside your reach."),
    "sheet_not_understood": _("“%(value)s” could not be understood."),
    "sheet_columns_gone": _("Columns that are not there any more, and whose fields stay as they are: %(columns)s."),
    "sheet_columns_retired": _("Columns whose fields cannot be edited any more, and which are not read: %(columns)s."),
    "sheet_columns_unknown": _("Columns that were not exported and are not read: %(columns)s."),
    "sheet_given_up": _(
        "It broke off, and the server's log says more. What was taken over by then stays and can be undone; for the rest, "
        "export the list to edit once more."
    ),
    "sheet_sorted": _(
        "In %(count)s rows nearly every cell differs. Were the rows sorted without the column of the keys? Then do not take this over."
    ),
}
SENTENCES = {**RUNS, **ROWS, **SHEETS}
