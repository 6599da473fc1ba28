"""Custom fields for tests: one of each kind on accounts."""

from kundenkreis.fields.models import CustomField

DAYS = [{"en": "Monday", "de": "Montag"}, {"en": "Tuesday", "de": "Dienstag"}, {"en": "Friday", "de": "Freitag"}]


def define(label, kind="text", noun="accounts", by=None, **values):
    return CustomField.add(by=by, belongs_to=noun, label_en=label, kind=kind, **values)


def one_of_each():
    """Hours (text), Seats (number), Volume (money), Checked (date), Window (choice), Days (several), Buyer (person), Per seat (formula)."""
    return {
        "hours": define("Hours", label_de="Öffnungszeiten", is_searched=True),
        "seats": define("Seats", "number", label_de="Sitzplätze", decimals=0),
        "volume": define("Volume", "money", label_de="Volumen", currency="EUR"),
        "checked": define("Checked", "date"),
        "window": define(
            "Window", "choice", choices=[{"en": "Morning", "de": "Vormittag"}, {"en": "Evening", "de": "Abend"}]
        ),
        "days": define("Days", "several", choices=DAYS),
        "buyer": define("Buyer", "person"),
        "per_seat": define("Per seat", "formula", formula="round(volume / seats; 2)", currency="EUR"),
    }
