"""Finding records that may be the same one: probabilistic record linkage (Fellegi and Sunter 1969) by Splink on DuckDB.

`comparisons` says in what two records are compared, `weights` how much each agreement tells, `scoring` weighs one pair in Python, `engine`
all pairs of a house in DuckDB; both give the same weight. `learning` fits the weights to the house, `entry` looks for one new record's
twins, `running` keeps the house's pairs up to date.
"""
