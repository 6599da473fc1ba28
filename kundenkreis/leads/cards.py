"""What stands on a business card or in a mail's signature, by fields. A sum: no database. It proposes; a person looks and corrects.

Austria, Germany and Switzerland: their postcodes, dialling codes and mobile prefixes, titles and legal forms.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

LONGEST = 4_000  # characters
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_SITE = re.compile(r"(?:https?://)?(?:www\.)?[\w-]{1,63}(?:\.[\w-]{1,63}){1,3}(?:/[\w./-]{0,100})?", re.I)
_NUMBER = re.compile(r"(?:\+|00)?\(?\d[\d\s()/.\-–]{5,24}\d")
_LABEL = re.compile(
    r"(?:^|[\s|,;·])(?P<fax>fax|f)|(?P<mobile>mobil(?:telefon)?|mobile|handy|cell|mob|m)|"
    r"(?P<phone>telefon|phone|tel|direct|dw|office|t|p)",
    re.I,
)  # fmt: skip
_POSTCODE = re.compile(
    r"(?:\b(?P<land>AT|A|DE|D|CH)\s?[-–]\s?)?\b(?P<code>\d{4,5})\s+(?P<place>[^\W\d_][^\d,|;]{1,60})"
)
_STREET = re.compile(r"[^\W\d_].{2,60}\s\d{1,4}\s?[a-zA-Z]?(?:[/\-–]\d{1,4}){0,3}[a-z]?$")
_FORM = re.compile(
    r"\b(?:gmbh|ges\.?\s?m\.?\s?b\.?\s?h\.?|ag|kg|og|ohg|gbr|kgaa|se|ug|e\.\s?u\.|e\.\s?k\.|e\.\s?v\.|flexco|genossenschaft|eg|egen|sàrl|sarl|"
    r"ltd\.?|limited|inc\.?|llc|plc|verein|stiftung|verlag)(?=$|[\s,.&])",
    re.I,
)  # fmt: skip
_BEFORE = (
    "univ.-prof.", "univ.-doz.", "prof.", "dr.", "ddr.", "mag.", "mmag.", "dipl.-ing.", "dipl. ing.", "di", "ing.", "dkfm.", "dkfm", "mag.a",
    "mag.(fh)", "di(fh)", "dipl.-kfm.", "dipl.-kffr.", "komm.-rat", "kr", "hr", "lic.", "priv.-doz.",
)  # fmt: skip
_AFTER = re.compile(
    r"^(?:m\.?sc\.?|b\.?sc\.?|mba|m\.?a\.?|b\.?a\.?|ph\.?d\.?|llm|ll\.m\.|bakk\.?|m\.?eng\.?|b\.?eng\.?|\(?fh\)?|cfa|cpa)$",
    re.I,
)
_ADDRESSED = {
    "herr": "mr",
    "herrn": "mr",
    "mr": "mr",
    "mr.": "mr",
    "frau": "ms",
    "ms": "ms",
    "ms.": "ms",
    "mrs": "ms",
    "mrs.": "ms",
}
_COUNTRIES = {
    "österreich": "AT", "austria": "AT", "deutschland": "DE", "germany": "DE", "schweiz": "CH", "switzerland": "CH", "suisse": "CH",
}  # fmt: skip
_LANDS = {"A": "AT", "AT": "AT", "D": "DE", "DE": "DE", "CH": "CH"}
_CODES = {"43": "AT", "49": "DE", "41": "CH"}
_MOBILES = {
    "AT": ("650", "660", "664", "665", "667", "668", "670", "676", "677", "678", "680", "681", "688", "690", "699"),
    "DE": ("15", "16", "17"),
    "CH": ("75", "76", "77", "78", "79"),
}
_GREETINGS = re.compile(
    r"^(?:mit (?:freundlichen|besten|herzlichen|lieben) gr[üu](?:ß|ss)en|(?:freundliche|beste|liebe|viele|herzliche) gr[üu](?:ß|ss)e.*|lg|mfg|"
    r"kind regards|best regards|regards|best|cheers|--+)\W*$",
    re.I,
)  # fmt: skip
_UMLAUTS: dict[int, str] = {ord(one): two for one, two in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"))}
_WORD = re.compile(r"^[^\W\d_][^\W\d_'’.-]*(?:[-'’][^\W\d_]+)*\.?$")


@dataclass
class _Reading:
    """The lines that nothing has been made of yet, and what was found."""

    lines: list[str]
    found: dict[str, str] = field(default_factory=dict)

    def put(self, name: str, value: str) -> None:
        if value and name not in self.found:
            self.found[name] = value


def read(text: str, country: str = "AT") -> dict[str, str]:
    """Field of a lead → value, as far as something was found. `country` is taken where nothing tells another one."""
    lines = [" ".join(line.replace("\x00", "").split()) for line in text[:LONGEST].splitlines()]
    work = _Reading([line for line in lines if line and not _GREETINGS.match(line)])
    _mails_and_sites(work)
    _numbers(work, country)
    _place(work)
    _company(work)
    _person(work)
    _country(work, country)
    return work.found


def _mails_and_sites(work: _Reading) -> None:
    left = []
    for line in work.lines:
        for mail in _MAIL.findall(line):
            work.put("email", mail.lower())
        line = _MAIL.sub(" ", line)
        for site in _SITE.findall(line):
            if site.lower().startswith(("http", "www.")) or _is_own(site, work.found.get("email", "")):
                work.put("website", site if site.lower().startswith("http") else f"https://{site}")
                line = line.replace(site, " ")
        line = re.sub(
            r"\b(?:e-?mail|mail|web|website|internet|homepage|www|e|w)\s*[:.]?\s*(?=$|\||·|,)", " ", line, flags=re.I
        )
        left.append(_trimmed(line))
    work.lines = [line for line in left if line]


def _is_own(site: str, mail: str) -> bool:
    return bool(mail) and site.lower() == mail.rpartition("@")[2]


def _trimmed(line: str) -> str:
    return " ".join(line.split()).strip(" |,;:·•-–")


def _numbers(work: _Reading, country: str) -> None:
    left = []
    for line in work.lines:
        rest = line
        for match in list(_NUMBER.finditer(line)):
            digits = re.sub(r"\D", "", match.group())
            before = line[: match.start()].rstrip(" .:)(").rsplit("|", 1)[-1]
            kind = _labelled(before)
            if not 7 <= len(digits) <= 15 or (not kind and not _dials(match.group())):
                continue
            kind = kind or ("mobile" if _is_mobile(digits, country) else "phone")
            if kind == "phone" and _is_mobile(digits, country) and "mobile" not in work.found:
                kind = "mobile"
            if kind != "fax":
                work.put(kind, " ".join(match.group().split()).strip())
            word = re.split(r"[\s|,;]", before)[-1]
            rest = rest.replace(match.group(), " ", 1)
            if kind and _labelled(before):
                rest = re.sub(re.escape(word) + r"\s*[.:]?\s*(?=$|\s|\|)", " ", rest, count=1)
        left.append(_trimmed(rest))
    work.lines = [line for line in left if line]


def _labelled(before: str) -> str:
    """What the word before a number says that it is; "" for none."""
    word = re.split(r"[\s|,;·]", before.strip())[-1].strip(".:()") if before.strip() else ""
    match = _LABEL.fullmatch(word) or _LABEL.fullmatch(" " + word)
    return next((name for name, text in match.groupdict().items() if text), "") if match else ""


def _dials(text: str) -> bool:
    """Whether it begins as a number that one dials does: what does not is a postcode, a register's number or a year."""
    bare = text.strip().lstrip("(")
    return bare.startswith(("+", "00", "0"))


def _is_mobile(digits: str, country: str) -> bool:
    bare = digits.removeprefix("00")
    for code, land in _CODES.items():
        if (
            bare.startswith(code)
            and digits != bare
            or (digits == bare and not digits.startswith("0") and digits.startswith(code))
        ):
            return bare[len(code) :].lstrip("0").startswith(_MOBILES[land])
    return bare.lstrip("0").startswith(_MOBILES.get(country, ()))


def _place(work: _Reading) -> None:
    for at, line in enumerate(work.lines):
        match = _POSTCODE.search(line)
        if match is None:
            continue
        work.put("postcode", match["code"])
        place, country = _without_country(match["place"])
        work.put("place", place)
        work.put("country", _LANDS.get(match["land"] or "", "") or country)
        before, after = _trimmed(line[: match.start()]), _trimmed(line[match.end() :])
        work.lines[at] = ""
        streets = [part for part in re.split(r"[|,;·]", before) if _STREET.search(part.strip())]
        if streets:
            work.put("street", streets[-1].strip())
            work.lines[at] = _trimmed(before.replace(streets[-1], ""))
        elif at and _STREET.search(work.lines[at - 1]):
            work.put("street", work.lines[at - 1])
            work.lines[at - 1] = before
        elif after and _STREET.search(after):
            work.put("street", after)
        break
    for at, line in enumerate(work.lines):
        if land := _COUNTRIES.get(line.casefold()):
            work.put("country", land)
            work.lines[at] = ""
    work.lines = [line for line in work.lines if line]


def _without_country(place: str) -> tuple[str, str]:
    bare = place.strip()
    for name, land in _COUNTRIES.items():
        if bare.casefold().endswith(name):
            return bare[: -len(name)].strip(" ,-–/"), land
    return bare.strip(" ,-–/"), ""


def _company(work: _Reading) -> None:
    """The line with a legal form; else the one that the mail's domain is named after."""
    for at, line in enumerate(work.lines):
        for part in re.split(r"\s*[|·•]\s*", line):
            if _FORM.search(part) and not re.match(r"(?i)(?:fn|uid|hrb|atu)\b", part):
                work.put("company", part)
                work.lines[at] = _trimmed(line.replace(part, ""))
                work.lines = [one for one in work.lines if one]
                return
    domain = re.sub(r"\W", "", work.found.get("email", "").rpartition("@")[2].rpartition(".")[0])
    for at, line in enumerate(work.lines):
        bare = re.sub(r"\W", "", line).lower().translate(_UMLAUTS)
        if (
            len(domain) > 3
            and bare
            and (bare == domain or (len(bare) > 5 and (bare.startswith(domain) or domain.startswith(bare))))
        ):
            work.put("company", line)
            del work.lines[at]
            return


def _person(work: _Reading) -> None:
    """The line that the mail address is made of, or that has a title; else the first that looks like a name."""
    local = re.split(r"[._-]", work.found.get("email", "").partition("@")[0])
    best, at = 0, -1
    for place, line in enumerate(work.lines):
        if (worth := _worth(line, local)) > best:
            best, at = worth, place
    if at < 0:
        return
    _names(work, work.lines.pop(at))
    if at < len(work.lines) and not re.search(r"\d", work.lines[at]) and len(work.lines[at]) < 80:
        work.put("job_title", work.lines.pop(at))


def _worth(line: str, local: list[str]) -> int:
    head = re.split(r"[,|]", line)[0]
    words = head.split()
    names = [word for word in words if word.casefold() not in _BEFORE and word.casefold() not in _ADDRESSED]
    if not 1 <= len(names) <= 4 or not all(_WORD.match(word) for word in names) or re.search(r"\d", head):
        return 0
    known = {_plain(word) for word in names} & {_plain(part) for part in local if len(part) > 2}
    titled = len(names) < len(words)
    capital = all(word[:1].isupper() or word in ("von", "van", "de", "der", "zu") for word in names)
    if not (known or titled or (capital and len(names) in (2, 3))):
        return 0
    return 10 * len(known) + 5 * titled + 2 * capital + (len(names) == 2)


def _plain(word: str) -> str:
    return word.casefold().translate(_UMLAUTS)


def _names(work: _Reading, line: str) -> None:
    head, _comma, tail = line.partition(",")
    titles: list[str] = []
    names: list[str] = []
    for word in head.split():
        if word.casefold() in _ADDRESSED:
            work.put("form_of_address", _ADDRESSED[word.casefold()])
        elif word.casefold() in _BEFORE and not names:
            titles.append(word)
        elif _AFTER.match(word) and len(names) > 1:
            tail = f"{word}, {tail}" if tail.strip() else word
        else:
            names.append(word)
    after = [part.strip() for part in re.split(r"[,|]", tail) if part.strip()]
    grades = [part for part in after if all(_AFTER.match(word) for word in part.split())]
    rest = [part for part in after if part not in grades]
    work.put("title_before", " ".join(titles))
    work.put("title_after", ", ".join(grades))
    work.put("job_title", ", ".join(rest))
    split = next((place for place, word in enumerate(names) if word in ("von", "van", "de", "zu")), len(names) - 1)
    work.put("given_name", " ".join(names[:split]))
    work.put("family_name", " ".join(names[split:]))


def _country(work: _Reading, usual: str) -> None:
    """By what the postcode looks like, the dialling code or the site's ending, where it is not written."""
    if "country" in work.found or not ("postcode" in work.found or "phone" in work.found or "mobile" in work.found):
        return
    if len(work.found.get("postcode", "")) == 5:
        work.put("country", "DE")
    for name in ("phone", "mobile"):
        digits = re.sub(r"[^\d+]", "", work.found.get(name, ""))
        if digits.startswith(("+", "00")):
            work.put("country", _CODES.get(digits.lstrip("+0")[:2], ""))
    ending = work.found.get("email", "").rpartition(".")[2].upper()
    work.put("country", ending if ending in _MOBILES else "")
    work.put("country", usual)
