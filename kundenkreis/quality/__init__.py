"""The care of data: getting it in from files, and (later) finding duplicates and merging them.

Nouns: ImportRun, ImportProblem, Mapping. `reading` turns a file into clean columns (a sum, no database), `importing` stores them chunk by
chunk. What an account or an order is stays with its own room; a target here says which columns of a file become which fields.
"""
