"""What customers ordered, got and still owe: a mirror of the ERP's facts.

Nouns: Order (credit notes too), OrderLine, Delivery, OpenItem, CreditStanding. `figures` sums them for an account or a group and pushes
last order and revenue down onto the account. Their processes (from offer to invoice) come later; here the facts are kept and shown.
"""
