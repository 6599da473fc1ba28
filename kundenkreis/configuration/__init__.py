"""What a house has made its own without code, as one file: written whole, compared in words, applied as one batch that can be undone.

Nouns: Origin (the configuration that a test copy was made with), Loaded (the file that a person is looking at). Each room tells what of its
configuration is carried (`parts`). `document` reads and writes the file, `comparing` says what differs, with what a test copy began with as
the third side; `applying` does it.
"""
