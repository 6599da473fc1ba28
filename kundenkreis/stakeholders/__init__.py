"""Stakeholder maps: who decides at a customer's, who reports to whom, who listens to whom, and how they stand to us.

Nouns: Stakeholder (a contact on the map of an account) with its dated Judgements (reports to, buying role, attitude, influence,
relationship, goals), its Counterparts (who of us looks after her) and RelationshipGrades; InfluenceLine between two of them. Verbs:
`mapping` (the map as of a day), `closing_up` (what hangs under somebody who goes), `touches` (who of us speaks with whom, from activities),
`asking`. Sums: `tree` (where each stands on the drawing), `covering` (which roles nobody is known for), `warmth` (how strong a
relationship is). The roles of people in one opportunity are the pipeline's, by the same words.
"""
