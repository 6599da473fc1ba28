"""What we sell: products and services in families, their units, and price lists.

Nouns: Product, Family, Unit, PriceList, Price. Agreements with single customers, corridors and taxes come with the offers; what was sold is
left to orders. Costs are seen by role only (`products.see_cost`).
"""
