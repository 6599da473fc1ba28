"""The door for the command line: Django's commands and ours under the name `kundenkreis`.

Exit codes: 0 done, 1 failed (the sentence says why), 2 called wrongly. With `--json` a command prints one JSON object and nothing else.
"""
