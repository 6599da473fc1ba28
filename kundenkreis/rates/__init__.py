"""Dated exchange rates: what one euro bought on a day, as the European Central Bank quotes it.

Nouns: ExchangeRate. Verbs: `dated` (which rate holds on a day). Rates come in one by one on the house's page, by API, or many at once as an
import. Converting documents is theirs who keep them (`orders`); rounding is `core.money`.
"""
