"""What a person should know when she comes back: one Notification each, read or not.

Nouns: Notification. Other rooms and doors put something in with `Notification.send`; mail and calendar are left to connections.
"""
