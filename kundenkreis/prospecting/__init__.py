"""Target accounts: companies whom the house wants as customers, how well they fit, what is known of them, and who of us knows whom there.

Nouns: TargetAccount with its ResearchAnswer, TriggerEvent and Judgement; what the house arranges: CriteriaSet with FitCriterion, and
ResearchQuestion; Fit (how well accounts fit that nobody has put on the list, figured at night). Verbs: `wanting` (many at once, who has
become a customer), `fitting` (points with words for each), `suggesting` (all accounts), `paths` (warm paths). Sums: `degrees`. Business
that comes about is the pipeline's; whoever comes to us by herself is a lead.
"""
