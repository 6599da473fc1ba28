"""What we intend with our customers: which of them are key accounts, by which criteria, and how often that is looked at again.

Nouns: SelectionSet with SelectionCriterion and TierRule (by what accounts are told apart; editions, one of them in force), AccountJudgement
(what no figure knows), ScoringRound with RoundResult (all accounts of a year by one set) and TierOverride (where somebody decided otherwise).
What selection does with them stands in `selection`. Target accounts, who are no customers yet, are prospecting's; how an account's orders
go from day to day is told by insights.
"""
