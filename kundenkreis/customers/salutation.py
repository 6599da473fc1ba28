"""How people are addressed in Austria: titles before and after the name, the opening of a letter, the address lines.

Rules of the opening (customary Austrian business and office style, as in ÖNORM A 1080): of several titles only the
highest is used; a professor, and whoever bears an official or honorary title (Hofrat, Kommerzialrat …), is addressed by
it without the name; else a doctorate goes before a master's degree and that before "Ing."; degrees written after the
name (BSc, MSc, MBA, PhD) are never used in German. Who is neither addressed as Ms nor as Mr gets "Guten Tag" with the
whole name.

Pure: no database. Every function takes a `Person` or anything with its five attributes (a Contact has them).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

MS, MR, DIVERSE = "ms", "mr", "diverse"


class Addressable(Protocol):
    @property
    def form_of_address(self) -> str: ...
    @property
    def title_before(self) -> str: ...
    @property
    def given_name(self) -> str: ...
    @property
    def family_name(self) -> str: ...
    @property
    def title_after(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Person:
    """The parts of a name. `form_of_address` is "ms", "mr", "diverse" or "" (not known, treated like "diverse")."""

    form_of_address: str = ""
    title_before: str = ""
    given_name: str = ""
    family_name: str = ""
    title_after: str = ""


_FORMS = {
    "frau": MS, "fr.": MS, "fr": MS, "fräulein": MS, "ms": MS, "ms.": MS, "mrs": MS, "mrs.": MS, "miss": MS,
    "herr": MR, "herrn": MR, "hr.": MR, "hr": MR, "hrn.": MR, "mr": MR, "mr.": MR,
}  # fmt: skip


def _several(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Titles by what they count for. Each is spelled as it is written; how it is typed may differ in case, dots and hyphens.
_PROFESSORS = _several("""
    Univ.-Prof. Prof. FH-Prof. ao.Univ.-Prof. o.Univ.-Prof. em.Univ.-Prof. Hon.-Prof. Ass.-Prof. Assoz.-Prof.
    Prof.ⁱⁿ Univ.-Prof.ⁱⁿ FH-Prof.ⁱⁿ Gastprof.
""")
_OFFICES = {
    "HR": ("Hofrat", "Hofrätin"),
    "Hofrat": ("Hofrat", "Hofrätin"),
    "Hofrätin": ("Hofrat", "Hofrätin"),
    "KommR": ("Kommerzialrat", "Kommerzialrätin"),
    "KommRⁱⁿ": ("Kommerzialrat", "Kommerzialrätin"),
    "KR": ("Kommerzialrat", "Kommerzialrätin"),
    "Kommerzialrat": ("Kommerzialrat", "Kommerzialrätin"),
    "Kommerzialrätin": ("Kommerzialrat", "Kommerzialrätin"),
    "TechR": ("Technischer Rat", "Technische Rätin"),
    "ÖkR": ("Ökonomierat", "Ökonomierätin"),
    "RegR": ("Regierungsrat", "Regierungsrätin"),
    "MedR": ("Medizinalrat", "Medizinalrätin"),
    "MR": ("Medizinalrat", "Medizinalrätin"),
    "OMR": ("Obermedizinalrat", "Obermedizinalrätin"),
    "OStR": ("Oberstudienrat", "Oberstudienrätin"),
    "SR": ("Schulrat", "Schulrätin"),
    "OSR": ("Oberschulrat", "Oberschulrätin"),
    "VetR": ("Veterinärrat", "Veterinärrätin"),
}
_DOCTORS = _several("""
    Dr. DDr. DDDr. Dr.ⁱⁿ DDr.ⁱⁿ
""")
_MASTERS = _several("""
    Mag. MMag. MMMag. Mag.ᵃ MMag.ᵃ DI DIⁱⁿ Dipl.-Ing. Dipl.-Ing.ⁱⁿ Dkfm. Dipl.-Kfm. Dipl.-Hdl. Dipl.-Vw.
    Dipl.-Päd. Dipl.-Päd.ⁱⁿ Dipl.-Ökon. Dipl.-Inf. Dipl.-Psych. Dipl.-Dolm. Lic.
""")
_ENGINEERS = _several("""
    Ing. Ing.ⁱⁿ
""")
_OTHERS = _several("""
    PD Priv.-Doz. Univ.-Doz. Doz. Univ.-Ass. Bmst. BM Mst. Dir. Gen.-Dir. Kons. RA RAⁱⁿ StB LAbg. NRAbg. Bgm.
    Bgm.ⁱⁿ StR Vzbgm. Prim. Primar OA Dipl.-Bw. Dipl.-Betriebsw. Dipl.-Btw. Lt. Obst. Mjr. Gen.
""")
# What goes on after a title: "Mag. (FH)", "Dr. med. univ.", "Mag. rer. soc. oec.".
_SUPPLEMENTS = _several("""
    (fh) (ph) (wu) iur. jur. med. univ. dent. vet. techn. phil. fac. theol. mont. rer. soc. oec. nat. pol.
    pharm. h.c. hc. h. c. mult. des. art. scient. et comm. cult. agr. biol. habil.
""")
_AFTER = _several("""
    BSc BA BEd BEng BBA BFA LL.B. LL.B LLB LLB.oec. Bakk. Bakk.phil. Bakk.techn. Bakk.rer.soc.oec. Bakk.(FH)
    MSc MA MBA EMBA MEd MEng MFA LL.M. LL.M LLM MPH MPA MPhil MAS MIM MIB MBL MLS MDes MTD MES MSSc MRes MMSc
    MHPE PhD DBA DPhil CFA CPA CIA CISA CSE CMC PMP jun. sen. jr. sr. Jr. Sr. MSc(WU) BSc(WU) MA(FH) EDIC
    FRICS FCCA ACCA CMgr
""")
_PARTICLES = _several("""
    von van vom zu zur zum de der den del della dell' delle di da dal dos das do du d' la le les lo el al ben
    bin ibn ten ter te af av und
""")


def _typed(title: str) -> str:
    """A title without what people type differently: "dipl. ing." and "Dipl.-Ing." are both dipling."""
    return re.sub(r"[\s.\-]", "", title.replace("ⁱⁿ", "in").replace("ᵃ", "a")).lower()


_BEFORE = {_typed(title): title for title in [*_OTHERS, *_ENGINEERS, *_MASTERS, *_DOCTORS, *_OFFICES, *_PROFESSORS]}
_AFTER_BY_TYPED = {_typed(title): title for title in reversed(_AFTER)}
# Two letters without a dot are a title in capitals only: "DI" is, "Di" may be the beginning of a name.
_CAPITALS = frozenset(
    title for title in [*_BEFORE.values(), *_AFTER] if "." not in title and len(title) == 2 and title.isupper()
)
_GLUED = re.compile(r"(?i:\b(prof|dr|ddr|mag|mmag|ing|dkfm|bmst|dir))\.(?=[A-ZÄÖÜ])")
_LONGEST_TITLE = 3


# --- taking a name apart ---------------------------------------------------------------------------------------------


def parse_name(text: str, form_of_address: str = "") -> Person:
    """The parts of a name as people write it, with its titles in their usual spelling.

    Understands "Univ.-Prof. DI Dr. Anna Maria von Huber-Müller, MSc", "Huber, Anna", "Frau mag. anna huber mba" and
    "Dr.Huber". A form of address in the text ("Frau", "Mr") is used when none is given. A single word is a family
    name. Whatever is not recognised stays in the name: nothing is lost.
    """
    first, *others = [part.strip() for part in _GLUED.sub(r"\1. ", " ".join(text.split())).split(",")]
    after = [title for part in others if (title := _after_titles(part))]
    left = [part for part in others if part and not _after_titles(part)]
    tokens = first.split()
    form, tokens = _form(tokens)
    before, tokens = _titles_before(tokens)
    tokens, more_after = _titles_at_end(tokens)
    if left and not more_after:
        # "Huber, Anna": the family name first, then everything else.
        more_before, given = _titles_before(" ".join(left).split())
        family, before = " ".join(tokens), before + more_before
        given, more_after = _titles_at_end(given) if given else (given, [])
        names = (" ".join(given), family)
    else:
        names = _names([*tokens, *" ".join(left).split()])
    titles_after = ", ".join([*more_after, *after])
    return Person(form_of_address or form, " ".join(before), *names, titles_after)


def _form(tokens: list[str]) -> tuple[str, list[str]]:
    # "MR" in capitals is a Medizinalrat, "HR" a Hofrat.
    if len(tokens) > 1 and tokens[0].lower() in _FORMS and (len(tokens[0]) > 2 or not tokens[0].isupper()):
        return _FORMS[tokens[0].lower()], tokens[1:]
    return "", tokens


def _known(tokens: Iterable[str], titles: dict[str, str]) -> str:
    """The usual spelling of a title that is typed as these tokens; empty for none."""
    joined = " ".join(tokens)
    title = titles.get(_typed(joined), "")
    if title in _CAPITALS and "".join(joined.replace(".", "").split()) != title:
        return ""
    return title


def _titles_before(tokens: list[str]) -> tuple[list[str], list[str]]:
    """The titles at the beginning, and the rest, which is never empty unless `tokens` were."""
    titles: list[str] = []
    while len(tokens) > 1:
        for length in range(min(_LONGEST_TITLE, len(tokens) - 1), 0, -1):
            if title := _known(tokens[:length], _BEFORE):
                titles.append(title)
                tokens = tokens[length:]
                break
        else:
            if (not titles or tokens[0].lower() not in _SUPPLEMENTS) and not _looks_like_a_title(tokens[0]):
                return titles, tokens
            titles.append(tokens[0])
            tokens = tokens[1:]
    return titles, tokens


def _looks_like_a_title(token: str) -> bool:
    """An abbreviation that is not known: longer than an initial, with a dot at its end."""
    letters = token.rstrip(".")
    return token.endswith(".") and letters.isalpha() and len(letters) > 2


def _titles_at_end(tokens: list[str]) -> tuple[list[str], list[str]]:
    """The name, and titles after it that are not set off by a comma."""
    end = len(tokens)
    while end > 1 and _known(tokens[end - 1 : end], _AFTER_BY_TYPED):
        end -= 1
    return tokens[:end], [_known([token], _AFTER_BY_TYPED) for token in tokens[end:]]


def _after_titles(part: str) -> str:
    """The usual spelling of what stands after a comma, if it is titles; empty if it is not."""
    tokens = part.split()
    if title := _known(tokens, _AFTER_BY_TYPED):
        return title
    titles = [_known([token], _AFTER_BY_TYPED) or (token if token.lower() in _SUPPLEMENTS else "") for token in tokens]
    return " ".join(titles) if titles and all(titles) and titles[0].lower() not in _SUPPLEMENTS else ""


def _names(tokens: list[str]) -> tuple[str, str]:
    """First names and family name; the family name begins with the first particle ("von") or is the last word."""
    for place, token in enumerate(tokens[:-1]):
        if token in _PARTICLES:
            return " ".join(tokens[:place]), " ".join(tokens[place:])
    return " ".join(tokens[:-1]), " ".join(tokens[-1:])


# --- putting it together ---------------------------------------------------------------------------------------------


def written(person: Addressable) -> str:
    """The whole name: "Mag. Anna Huber, MBA". `parse_name` takes it apart again."""
    name = " ".join(filter(None, (person.title_before, person.given_name, person.family_name)))
    return f"{name}, {person.title_after}" if person.title_after else name


def address_lines(person: Addressable, language: str = "de") -> str:
    """The lines of a postal address that name the person: "Frau\\nMag. Anna Huber, MBA", "Herrn\\n…", "Ms Anna Huber"."""
    if language == "en":
        return " ".join(filter(None, (_english_form(person), _without_english_titles(person))))
    form = {MS: "Frau\n", MR: "Herrn\n"}.get(person.form_of_address, "")
    return form + written(person)


def opening(person: Addressable, language: str = "de") -> str:
    """The first line of a letter, with its comma: "Sehr geehrte Frau Mag. Huber,", "Dear Dr Huber,".

    Without a family name it is addressed to nobody in particular ("Sehr geehrte Damen und Herren,").
    """
    if language == "en":
        return _english_opening(person)
    if not person.family_name:
        return "Sehr geehrte Damen und Herren,"
    if person.form_of_address not in (MS, MR):
        name = " ".join(filter(None, (highest_title(person), person.given_name, person.family_name)))
        return f"Guten Tag {name},"
    woman = person.form_of_address == MS
    greeting = "Sehr geehrte Frau" if woman else "Sehr geehrter Herr"
    if office := _office(person, woman):
        return f"{greeting} {office},"
    return " ".join(filter(None, (greeting, highest_title(person), f"{person.family_name},")))


def _titles(person: Addressable) -> list[str]:
    titles, _rest = _titles_before([*person.title_before.split(), "Name"])
    return titles


def _office(person: Addressable, woman: bool) -> str:
    """The title by which the person is addressed without her name: the first professorship or office."""
    for title in _titles(person):
        if title in _PROFESSORS:
            return "Professorin" if woman else "Professor"
        if title in _OFFICES:
            return _OFFICES[title][woman]
    return ""


def highest_title(person: Addressable) -> str:
    """The one academic title before the name that is spoken: a doctorate, else a master's, else "Ing."."""
    titles = _titles(person)
    for rank in (_DOCTORS, _MASTERS, _ENGINEERS):
        for title in titles:
            if title in rank:
                return title
    return ""


def _english_form(person: Addressable) -> str:
    titles = _titles(person)
    if any(title in _PROFESSORS for title in titles):
        return "Professor"
    if any(title in _DOCTORS for title in titles) or "PhD" in person.title_after:
        return "Dr"
    return {MS: "Ms", MR: "Mr"}.get(person.form_of_address, "")


def _without_english_titles(person: Addressable) -> str:
    kept = [title for title in _titles(person) if title not in _DOCTORS and title not in _PROFESSORS]
    after = person.title_after
    return written(Person("", " ".join(kept), person.given_name, person.family_name, after))


def _english_opening(person: Addressable) -> str:
    if not person.family_name:
        return "Dear Sir or Madam,"
    if form := _english_form(person):
        return f"Dear {form} {person.family_name},"
    return " ".join(filter(None, ("Dear", person.given_name, f"{person.family_name},")))
