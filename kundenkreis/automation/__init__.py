"""Automation: rules that say "when … then": when a record is added, comes to fulfil conditions, changes, or reaches a day, then a task is
made, an owner or a field is set, somebody is told.

Nouns: AutomationRule, AutomationRun (what a rule did on one record, and why not), AutomationMet (which records fulfil a rule's conditions,
so that it is seen when one newly does), AutomationMark (how far history was read). Rules read history (`following`) and act by the verbs
that people use, as the person who answers for them (`acting`); no verb knows of them, and none gets slower.
"""
