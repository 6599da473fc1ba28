"""Lists that go out as workbooks, are edited in a spreadsheet, and come back: what differs is shown cell by cell before anything is written.

`marks` says which record a row is, and of what house and list a workbook is; `nouns` what can be edited; `columns` a field of the noun's own
or of the house's; `written` how a value stands in a cell; `writing` the workbook; `before` what a value was when the workbook was made;
`comparing` the three-way comparison; `applying` the confirmed changes as one batch. The nouns EditedSheet and SheetCell are in
`quality.edited`.
"""
