"""Folding of names: one spelling for everything that people type differently.

"Müller & Söhne GmbH", "Mueller und Soehne" and "MULLER SOHNE" shall be found by each other without anything fuzzy.
The folded key is written by the verb and by bulk loads next to the name, so that a plain B-tree finds it.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

KEY_LENGTH = 120
WORD_LENGTH = 40
_MOST_TEXT = 4000

# Letters that decomposition leaves alone, and the German and Nordic ones in the long form of their transliteration.
_LETTERS = str.maketrans(
    {
        "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "ae", "Ö": "oe", "Ü": "ue", "ẞ": "ss",
        "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "ø": "oe", "Ø": "oe", "å": "a", "Å": "a",
        "ł": "l", "Ł": "l", "ı": "i", "İ": "i", "đ": "d", "Đ": "d", "ð": "d", "Ð": "d", "þ": "th", "Þ": "th",
        "ħ": "h", "Ħ": "h", "ŋ": "n", "Ŋ": "n", "ĸ": "k", "ŧ": "t", "Ŧ": "t", "ſ": "s", "ə": "e", "Ə": "e",
        "ª": "", "º": "", "’": "", "‘": "", "´": "", "ʼ": "", "ʻ": "", "′": "", "‚": "", "‛": "", "'": "", "`": "",
    }
)  # fmt: skip
_ASCII: dict[int, str | None] = {code: " " for code in range(128) if not chr(code).isalnum()}
_ASCII |= {code: chr(code).lower() for code in range(ord("A"), ord("Z") + 1)}
_ASCII |= {ord("'"): None, ord("`"): None}  # "McDonald's" is one word, with and without its apostrophe

_ASCII_LINES = _ASCII | {ord("\n"): "\n"}

_NOT_ALNUM = re.compile(r"[^\w ]|_")
# "ae", "oe", "ue" are umlauts written out; a doubled letter is the commonest typing mistake in names.
_REPEATED = re.compile(r"a[ae]+|o[oe]+|u[ue]+|([b-df-np-tv-ze])\1+")

# Legal forms as they read in lower case without punctuation, in every usual writing; a name keeps at least one word.
_FORMS = """
gmbh | g m b h | gesmbh | ges mbh | ges m b h | gmbh co | mbh | m b h | gesellschaft mbh | gesellschaft m b h | ggmbh
gesellschaft mit beschraenkter haftung | gesellschaft mit beschrankter haftung | flexco | flexkapg
ag | aktiengesellschaft | kg | kommanditgesellschaft | kgaa | og | ohg | oeg | keg | offene gesellschaft | gbr
gesbr | ges b r | ges n b r | eu | e u | ek | e k | e kfm | ev | e v | egen | e gen | eg | e g | genossenschaft | se
ug | ug haftungsbeschraenkt | co | u co | und co | and co
ltd | limited | plc | llc | llp | lp | inc | incorporated | corp | corporation | company | pty | pty ltd | pte | pte ltd
sarl | s a r l | sa | s a | sas | s a s | sasu | eurl | srl | s r l | spa | s p a | snc | s n c
sl | s l | slu | lda | ltda | sagl
bv | b v | nv | n v | vof | bvba | cv | ab | as | a s | aps | oy | oyj | asa | doo | d o o | dd | d d | dno
sro | s r o | spol s r o | spzoo | sp z o o | spolka z o o | sp j | kft | zrt | nyrt | bt | rt
ooo | oao | zao | eood | ood | ad | uab | sia
""".replace("\n", "|").split("|")
_TAILS = frozenset(tuple(form.split()) for form in _FORMS if form.strip())
_LONGEST_TAIL = max(map(len, _TAILS))
_LAST_WORDS = frozenset(form[-1] for form in _TAILS)
_FORM_WORDS = frozenset(word for form in _TAILS for word in form)
_ANYWHERE = frozenset({"gmbh", "gesmbh", "ggmbh", "kgaa", "aktiengesellschaft", "kommanditgesellschaft"})


def _plain(text: str) -> list[str]:
    """The words of a text in lower case, without marks and punctuation, umlauts as ae oe ue."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(_LETTERS)
        if not text.isascii():
            text = _plain_unicode(text)
    return text.translate(_ASCII).split()


def _plain_unicode(text: str) -> str:
    """Any script: compatibility forms and marks away, case folded (the recipe of Unicode's NFKC_Casefold)."""
    normalize = unicodedata.normalize
    text = normalize("NFKD", normalize("NFKD", text.casefold()).casefold()).translate(_LETTERS)
    text = "".join([letter for letter in text if not unicodedata.combining(letter)])
    return _NOT_ALNUM.sub(" ", text)


def _first_letter(match: re.Match[str]) -> str:
    return match[0][0]


def _collapse(text: str) -> str:
    return _REPEATED.sub(_first_letter, text)


LEGAL_WORDS = frozenset(_collapse(form[0]) for form in _TAILS if len(form) == 1)
"""Single words that are a legal form, as `words` gives them (folded): the search does not insist on them."""


def _without_legal_forms(tokens: list[str]) -> list[str]:
    """The words of a name without its legal form, at least one of them."""
    if len(tokens) > 1 and not _ANYWHERE.isdisjoint(tokens):
        tokens = [token for token in tokens if token not in _ANYWHERE] or tokens[:1]
    while len(tokens) > 1 and tokens[-1] in _LAST_WORDS:
        for length in range(min(_LONGEST_TAIL, len(tokens) - 1), 0, -1):
            if tuple(tokens[-length:]) in _TAILS:
                del tokens[-length:]
                break
        else:
            break
    return tokens


def _collapse_word(token: str) -> str:
    """One word collapsed, unless that would make a legal form of it: "am See" is no "am SE"."""
    collapsed = _collapse(token)
    return token if collapsed in _FORM_WORDS and token not in _FORM_WORDS else collapsed


def fold(name: str) -> str:
    """The key under which a name sorts and is found: "Müller & Söhne GmbH" → "muler sohne".

    Lower case; ä/ae → a, ö/oe → o, ü/ue → u, ß → s; doubled letters once; marks of other languages away; punctuation
    to a space; legal forms dropped unless nothing else is left. Letters of other scripts stay. At most 120 characters,
    empty only for a name without a letter or digit. Idempotent.
    """
    tokens = _without_legal_forms(_plain(name[:_MOST_TEXT]))
    return _key(tokens, _collapse(" ".join(tokens)))


def _key(tokens: list[str], key: str) -> str:
    """The key of a name's words, given them joined and collapsed."""
    if not _FORM_WORDS.isdisjoint(key.split()):
        key = " ".join([_collapse_word(token) for token in tokens])
    return key if len(key) <= KEY_LENGTH else _cut(key)


def _cut(key: str) -> str:
    """A key of at most 120 characters whose end is again free of legal forms (so that folding it changes nothing)."""
    return " ".join(_without_legal_forms(key[:KEY_LENGTH].split()))


def fold_many(names: Iterable[str]) -> list[str]:
    """`fold` for a column of names."""
    return [fold(name) for name in names]


def words(text: str) -> list[str]:
    """The folded words of a text in their order, legal forms included: "Anna.Huber@lindner.at" → ana huber lindner at.

    Both what is indexed and what is asked for go through here, so that they meet. Words are cut at 40 characters,
    texts at 4,000.
    """
    found = _collapse(" ".join(_plain(text[:_MOST_TEXT]))).split()
    return [word[:WORD_LENGTH] for word in found]


def fold_and_words(name: str, more: str) -> tuple[str, list[str]]:
    """`fold(name)` and `words(name + " " + more)` in one go, for bulk loads."""
    plain = _plain(name[:_MOST_TEXT])
    return _key_and_words(plain, _collapse(" ".join([*plain, *_plain(more[:_MOST_TEXT])])).split())


def _key_and_words(plain: list[str], found: list[str]) -> tuple[str, list[str]]:
    """The key of a name whose words are `plain`, and the words `found`, collapsed, of which the name's are the first ones."""
    kept = plain if _LAST_WORDS.isdisjoint(plain) and _ANYWHERE.isdisjoint(plain) else _without_legal_forms(plain[:])
    # A word stays one word when it is collapsed.
    collapsed = found[: len(kept)] if kept == plain[: len(kept)] else _collapse(" ".join(kept)).split()
    key = " ".join(collapsed)
    if len(key) > KEY_LENGTH or not _FORM_WORDS.isdisjoint(collapsed):
        key = _key(kept, key)
    return key, [word[:WORD_LENGTH] for word in found]


def fold_and_words_many(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """`fold_and_words` of each pair; what is plain ASCII goes through the alphabet as one text, a line for each."""
    if not pairs:
        return []
    names, lines, others = [], [], {}
    for place, (name, more) in enumerate(pairs):
        line = f"{name} {more}"
        if line.isascii() and len(line) <= _MOST_TEXT and "\n" not in line:
            names.append(name)
            lines.append(line)
        else:
            others[place] = fold_and_words(name, more)
            names.append("")
            lines.append("")
    plain = "\n".join(names).translate(_ASCII_LINES).split("\n")
    collapsed = _collapse("\n".join(lines).translate(_ASCII_LINES)).split("\n")
    found = [_key_and_words(name.split(), line.split()) for name, line in zip(plain, collapsed, strict=True)]
    for place, one in others.items():
        found[place] = one
    return found
