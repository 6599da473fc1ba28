"""The order facts as Parquet files beside the database: read set by set (`reading`), kept in a base and deltas (`store`), and which
accounts' facts are no longer those of the database (`stale`).

A fact is an order or line that counts as revenue: not in the bin, with an account, no adjustment. Money is DECIMAL in house currency.
The unit of change is the account: a delta holds all facts of the accounts that it replaces, so inserts, updates, deletes and undo of
lines are one case, and the newest word about an account is always whole.
"""
