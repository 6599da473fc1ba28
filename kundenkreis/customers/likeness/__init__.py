"""What of an account or a contact is compared when two of them may be the same: sums, without a database.

`persons` and `companies` say which traits a record has and by which keys its candidates are found; `names`, `sounds` and `reaching` put
names, their sound, phones and addresses into the one spelling in which they are compared. Scoring is the business of the room `quality`.
"""
