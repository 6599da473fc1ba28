"""Prints the address of a PostgreSQL server on this machine where test databases may be made; exit code 1 if there is none."""

import getpass
import os
import sys

import psycopg

USER = getpass.getuser()
CANDIDATES = [
    os.environ.get("KUNDENKREIS_TEST_URL", ""),
    "postgres://%2Fvar%2Frun%2Fpostgresql/postgres",
    f"postgres://{USER}@127.0.0.1:5432/{USER}",
    f"postgres://{USER}@127.0.0.1:5432/postgres",
    "postgres://postgres@127.0.0.1:5432/postgres",
]

for address in filter(None, CANDIDATES):
    try:
        with psycopg.connect(address, connect_timeout=3) as connection:
            role = connection.execute(
                "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
    except psycopg.Error as error:
        if address == CANDIDATES[0]:
            sys.exit(f"KUNDENKREIS_TEST_URL does not answer: {error}")
        continue
    if role and role[0]:
        print(address)
        sys.exit(0)
sys.exit(1)
