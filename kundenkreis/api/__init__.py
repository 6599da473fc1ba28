"""The programs' door: `/api/v1/`, the same nouns, verbs and access rules as the screens.

`resource` makes every route of a noun from one declaration; a module per room holds the declarations. `door` puts them together, answers
what Django would answer in HTML, and knows the OpenAPI document. `auth` says who asks, `problems` how a refusal looks, `once` what happens
when a request comes twice. No business rule lives here: a route finds the record, asks `access.may`, calls one verb and answers.
"""
