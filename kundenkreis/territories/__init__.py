"""Who gets which accounts from a day on: reassignments of territories.

Nouns: Reassignment (planned, previewed, carried out as one batch), TerritoryChange (another owner, other people or other rules for a
territory), AccountChoice (an account that stays, or goes elsewhere by hand). Verbs: `forecasting` (who would get what), `carrying_out`
(step by step), `telling`. Sums: `planning` (what becomes of one account). Territories themselves and the rules by which accounts fall to
them are in staff; what an account gets when it is made or changed is in customers.
"""
