"""The ground every room stands on, without any business noun of its own.

Here are the record every noun is (`records`), the house's own settings, dated exchange rates and number counters (`models`), today's
date as the house sees it (`clock`), money, folded text, the search index, keyset paging, the one filter language and bulk writing.
What a customer, a product or an order is, is left to the rooms above.
"""
