"""Business trips of our people, and the kilometres for which they are paid.

Nouns: Trip (from one moment to another, each on the clock of its place), Leg (one way of it, with its kilometres), MileageRate (what a
kilometre is worth from a day on). Sums: `mileage` (the list of a person's kilometres). What was said on a visit is left to activities; daily
allowances, tickets and hotels are left to payroll.
"""
