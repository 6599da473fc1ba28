"""Fields that a house adds to its nouns without code: text, number, money, date, choices, person, formula.

Nouns: CustomField. Its values stand in one column of the record (`stored.ValuesField`), so that no page and no list asks more often for
them. `values` is the one place where a value is read; `filling` is how a record takes them; `asking` what lists can ask.
"""
