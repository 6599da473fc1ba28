"""Leads: people and companies who might become customers, from the first sign of them to the account, or to the reason why not.

Nouns: Lead, LeadConsent (what she agreed to on a form), LeadForm (a form that anybody may fill in), Submission (what was sent by one, raw),
ScoreRule (points for a fact, in words), RoutingRule (whose a new lead is), LeadHours (when somebody has to have spoken with her). Verbs:
`receiving`, `routing`, `scoring`, `permission` (may she be called or mailed), `opting_in`, `converting`. Sums: `cards` (what stands on a
business card). Whether a lead is somebody whom we know already is asked at the doors, of `quality.matching`; what may come of it as
a deal is left to pipeline.
"""
