"""What is compared, read from the database: of all living records by column, for the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kundenkreis.core import arrow

if TYPE_CHECKING:
    import polars as pl

_ACCOUNTS = """
SELECT id, "key", name, vat_id, register_number, gln, email, website, phone, country, street, postcode, place
FROM customers_account WHERE deleted_at IS NULL
"""
_CONTACTS = """
SELECT c.id AS id, c.given_name AS given_name, c.family_name AS family_name, c.form_of_address AS form_of_address, c.email AS email,
    c.phone AS phone, c.mobile AS mobile, a.country AS country, a.key AS account_key, d.street AS street, d.postcode AS postcode
FROM customers_contact c
LEFT JOIN customers_account a ON a.id = c.main_account_id
LEFT JOIN customers_address d ON d.id = (
    SELECT min(o.id) FROM customers_address o WHERE o.contact_id = c.id AND o.deleted_at IS NULL
)
WHERE c.deleted_at IS NULL
"""
STATEMENTS = {"account": _ACCOUNTS, "contact": _CONTACTS}


def everything(kind: str) -> pl.DataFrame:
    """The number and the compared columns of all living records of a kind."""
    import polars as pl

    frame = pl.from_arrow(arrow.read(STATEMENTS[kind], numbers=("id",)))
    assert isinstance(frame, pl.DataFrame)
    return frame
