"""What we did and will do with customers: calls, visits, meetings, mails, tasks and notes, on one timeline.

Nouns: Activity in its kinds. An activity with a due day that is not done yet is a next step. Whom we may call or mail, and by which rule,
says `permission`; what customers bought is left to orders.
"""
