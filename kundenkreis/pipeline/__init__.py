"""Opportunities: what the house may sell to whom, how far each has come, and what became of it.

Nouns: Pipeline, Stage, CloseReason (which the house arranges), Opportunity with its lines, buying contacts and competitors, and the
StageChange rows by which its way is measured. Verbs: `stages` (a stage goes, its cards go elsewhere). Offers, orders and forecasts are
other rooms' business.
"""
