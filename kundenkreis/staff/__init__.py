"""The people who sign in, and what each of them may see and do.

Nouns: User, Team, Territory, Deputy, ApiToken; the roles are in `roles`. `access` is the one table role × action and the one place that
answers "how far does this person see"; each room turns that answer into its own `visible_to`. Customers' people are contacts, not staff.
"""
