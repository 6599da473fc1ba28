"""Whose data the house holds, why and for how long, and what a person can ask about hers (GDPR, DSG)."""
