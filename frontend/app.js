// The browser's part of Kundenkreis. Every page works without it; this makes it quick and comfortable.
import "./elements/htmx.js";
import "./elements/dialog.js";
import "./elements/menu.js";
import "./elements/toast.js";
import "./elements/peek.js";
import "./elements/selection.js";
import "./elements/columns.js";
import "./elements/builder.js";
import "./elements/board.js";
import "./elements/inline.js";
import "./elements/composer.js";
import "./elements/combobox.js";
import "./elements/drop.js";
import "./elements/guard.js";
import "./elements/theme.js";
import "./elements/palette.js";
import "./elements/keyboard.js";
