"""The house's own choices of built-in columns: which lists there are, what is on them, and the columns that hold one.

Of a list that the program depends on (`administered` on its TextChoices) the house says how its values are called, in which order they are
offered and which are not; the values themselves stay. A list that is the house's `own` holds whatever the house puts on it; as long as
nothing is on it, its columns take any text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import translation
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.at_hand import AtHand
from kundenkreis.fields.known import Choice, ways_to_write


@dataclass
class Listing:
    """One pick list. `values` are the program's, empty for one of the house's own; `columns` are (model, column) that hold it."""

    name: str  # "accounts.industry"
    label: Any
    values: tuple[tuple[str, Any], ...] = ()
    longest: int = 0
    needed: frozenset[str] = frozenset()  # values that cannot be hidden, because the program itself writes them
    columns: list[tuple[type[models.Model], str]] = field(default_factory=list)

    @property
    def is_own(self) -> bool:
        return not self.values

    def shipped(self) -> list[Choice]:
        """The program's values as they are called in both languages."""
        said: dict[str, list[str]] = {}
        for code in ("en", "de"):
            with translation.override(code):
                said[code] = [str(label) for _value, label in self.values]
        return [Choice(value, en, de) for (value, _l), en, de in zip(self.values, said["en"], said["de"], strict=True)]


LISTS: dict[str, Listing] = {}


def declare(name: str, label: Any, *, longest: int) -> str:
    """A list that is the house's own; its columns take texts of at most `longest` characters."""
    LISTS[name] = Listing(name, label, longest=longest)
    return name


def administered(
    name: str, label: Any, *, needed: Iterable[str] = ()
) -> Callable[[type[models.TextChoices]], type[models.TextChoices]]:
    """On a TextChoices: the house may call its values otherwise, in another order, and leave some out but those `needed`."""

    def told(kind: type[models.TextChoices]) -> type[models.TextChoices]:
        values = tuple((one.value, one.label) for one in kind)
        LISTS[name] = Listing(name, label, values, longest=80, needed=frozenset(needed))
        for one in kind:
            one._label_ = _lazily(name, one.value, one.label)  # type: ignore[attr-defined]
        return kind

    return told


def _called(name: str, value: str, shipped: Any) -> str:
    if translation.get_language() is None:  # migrations are written without a language, and without asking a database
        return str(shipped)
    found = known().get(name)
    choice = found.by_key.get(value) if found else None
    return choice.label if choice else str(shipped)


_lazily = lazy(_called, str)


class Words:
    """What is on one list, in the house's order."""

    def __init__(self, name: str, choices: Iterable[Choice]):
        self.name, self.choices = name, tuple(choices)
        self.by_key = {one.key: one for one in self.choices}
        self.written = ways_to_write(self.choices)
        self.offered = tuple(one for one in self.choices if not one.retired)
        self.usual = next((one.key for one in self.offered if one.default), "")


def _rows() -> list[Any]:
    from kundenkreis.fields.models import PickList

    return list(PickList.objects.living().order_by("pk").values_list("name", "choices"))


def _made(rows: list[Any]) -> dict[str, Words]:
    found = {}
    for name, kept in rows:
        listing = LISTS.get(name)
        choices = [Choice.read(one) for one in kept]
        if listing is not None and not listing.is_own:  # what a newer version brings comes behind
            there = {one.key for one in choices}
            choices += [one for one in listing.shipped() if one.key not in there]
        found[name] = Words(name, choices)
    return found


_AT_HAND = AtHand("fields.picks", _rows, _made)


def known() -> dict[str, Words]:
    """The lists that the house has touched, by name."""
    return _AT_HAND.now()


def forget() -> None:
    _AT_HAND.forget()


def words(name: str) -> Words:
    """What is on a list, be it as shipped; nothing on one of the house's own that it has not begun."""
    found = known().get(name)
    return found if found is not None else _shipped(name)


@cache
def _shipped(name: str) -> Words:
    return Words(name, LISTS[name].shipped())


def is_closed(name: str) -> bool:
    """Whether its columns take nothing else."""
    return not LISTS[name].is_own or (name in known() and bool(known()[name].choices))


def said(name: str, value: Any) -> str:
    """A value as the reader's language calls it; what is on no list as it stands."""
    if value in (None, ""):
        return ""
    choice = words(name).by_key.get(str(value))
    return choice.label if choice else str(value)


def labels(name: str) -> list[tuple[str, str]]:
    """Everything that records may hold, for filters and boards."""
    return [(one.key, one.label) for one in words(name).choices if not one.merged]


def choices_of(name: str) -> Callable[[], list[tuple[str, str]]]:
    """`labels` for a filter, which asks when it is asked."""
    return lambda: labels(name)


def offered(name: str, present: Any = "") -> list[tuple[str, str]]:
    """What a form offers; `present` stays offered where it stands."""
    return [(one.key, one.label) for one in words(name).choices if not one.retired or one.key == present]


def key_of(name: str, text: str) -> str:
    """The value that somebody wrote by its key or by a label in either language; the text itself where nothing is called so."""
    found = words(name)
    if text in found.by_key:
        return found.by_key[text].merged or text
    return found.written.get(text.strip().casefold(), text)


class PickField(models.CharField):
    """A column whose values stand on a list. For migrations it is a CharField, whatever is on the list."""

    def __init__(self, *args: Any, pick: str = "", **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.pick = pick

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs

    def contribute_to_class(self, cls: Any, name: str, **kwargs: Any) -> None:  # type: ignore[override]
        super().contribute_to_class(cls, name, **kwargs)
        if not cls._meta.abstract:
            LISTS[self.pick].columns.append((cls, name))
        if self.choices is None:
            setattr(cls, f"get_{name}_display", lambda record: said(self.pick, getattr(record, name)))

    def clean(self, value: Any, model_instance: Any) -> Any:
        """A label leads to its value. Raises ValidationError for what is not on the list, and for what is retired and did not stand there."""
        if isinstance(value, str) and value:
            value = key_of(self.pick, value)
        value = super().clean(value, model_instance)
        if value and is_closed(self.pick):
            choice = words(self.pick).by_key.get(value)
            if (choice is None or choice.retired) and value != self._present(model_instance):
                raise ValidationError(
                    _("“%(value)s” is none of the choices."), params={"value": said(self.pick, value)[:60]}
                )
        return value

    def _present(self, record: Any) -> Any:
        """What the record holds; asked for in the rare case only."""
        if record is None or record.pk is None:
            return None
        return type(record)._base_manager.filter(pk=record.pk).values_list(self.name, flat=True).first()


def pick_of(column: Any) -> str:
    """The name of the list on which a column's values stand; "" for none."""
    return getattr(column, "pick", "")
