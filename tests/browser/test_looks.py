"""How the components look: `/patterns/` beside the pictures that somebody has looked at, in both themes, on a desk and on a phone.

After a change that is meant: `KUNDENKREIS_NEW_PICTURES=1 pytest tests/browser/test_looks.py`, look at tests/browser/pictures, commit.
"""

from __future__ import annotations

import base64
import datetime as dt
import os
from pathlib import Path

import pytest
from django.utils import timezone

from kundenkreis.core.models import House
from tests.browser.settling import settled

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PICTURES = Path(__file__).parent / "pictures"
NOON = dt.datetime(2010, 12, 9, 11, 0, tzinfo=dt.UTC)
SCALE = 6  # pixels of the screen to one of the picture: how another build of Chromium smooths its letters is lost in it
BLOCK = 8  # pixels of the picture to a block, 48 on the screen
MOST = 5.0  # of 255 levels of grey, on average over a block
# The same for the picture that was taken and the one that was kept: grey, averaged; then the blocks that differ.
COMPARE = """async ([taken, kept, scale, block]) => {
  const grey = async (source, scale) => {
    const image = new Image(); image.src = "data:image/png;base64," + source; await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height), brush = canvas.getContext("2d");
    brush.drawImage(image, 0, 0);
    const dots = brush.getImageData(0, 0, image.width, image.height).data;
    const wide = Math.floor(image.width / scale), high = Math.floor(image.height / scale), levels = new Uint8ClampedArray(wide * high);
    for (let y = 0; y < high; y++) for (let x = 0; x < wide; x++) {
      let sum = 0;
      for (let v = 0; v < scale; v++) for (let u = 0; u < scale; u++) {
        const at = 4 * ((y * scale + v) * image.width + x * scale + u);
        sum += 0.299 * dots[at] + 0.587 * dots[at + 1] + 0.114 * dots[at + 2];
      }
      levels[y * wide + x] = sum / scale / scale;
    }
    return {wide, high, levels};
  };
  const now = await grey(taken, scale);
  const canvas = new OffscreenCanvas(now.wide, now.high), brush = canvas.getContext("2d"), drawn = brush.createImageData(now.wide, now.high);
  now.levels.forEach((level, n) => drawn.data.set([level, level, level, 255], 4 * n));
  brush.putImageData(drawn, 0, 0);
  const bytes = new Uint8Array(await (await canvas.convertToBlob({type: "image/png"})).arrayBuffer());
  const picture = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  if (!kept) return {picture, wide: now.wide, high: now.high};
  const then = await grey(kept, 1), blocks = [];
  for (let top = 0; top < Math.min(now.high, then.high); top += block) for (let left = 0; left < now.wide; left += block) {
    let sum = 0, count = 0;
    for (let y = top; y < Math.min(top + block, now.high, then.high); y++) for (let x = left; x < Math.min(left + block, now.wide); x++) {
      sum += Math.abs(now.levels[y * now.wide + x] - then.levels[y * then.wide + x]); count++;
    }
    blocks.push([sum / count, left * scale, top * scale]);
  }
  return {picture, blocks, wide: now.wide, high: now.high, sizeThen: [then.wide, then.high]};
}"""


@pytest.fixture
def patterns(world, look, monkeypatch):
    """The page as it stands at noon of one day, whatever the day."""
    House.objects.update(today=NOON.date())
    House.forget()
    monkeypatch.setattr(timezone, "now", lambda: NOON)

    def opened(width, theme):
        page = look(world.ada, "/patterns/", width=width, theme=theme)
        page.mouse.move(0, 0)
        # The shell around it grows with every room of the house; tests/browser/test_pages.py asks what it must hold.
        page.evaluate(
            "document.querySelectorAll('.rail, .topbar, .bottombar').forEach((one) => one.style.visibility = 'hidden')"
        )
        settled(page, "document.fonts.status === 'loaded' && !document.querySelector('.htmx-request')")
        return page

    return opened


def compared(browser, page, kept: bytes | None):
    """The page as a small grey picture, and how far each block of it is from the one that was kept."""
    taken = page.screenshot(full_page=True, animations="disabled")
    sheet = browser.new_page()
    given = [base64.b64encode(taken).decode(), base64.b64encode(kept).decode() if kept else None, SCALE, BLOCK]
    answer = sheet.evaluate(COMPARE, given)
    sheet.close()
    return answer


def differences(answer) -> list[str]:
    (wide, high), (now_wide, now_high) = answer["sizeThen"], (answer["wide"], answer["high"])
    if now_wide != wide or abs(now_high - high) > 1:
        return [f"{now_wide} × {now_high} instead of {wide} × {high}"]
    return [f"{by:.1f} at {left}, {top}" for by, left, top in answer["blocks"] if by > MOST]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_every_component_looks_as_in_its_picture(browser, patterns, width, theme):
    file = PICTURES / f"patterns-{theme}-{width}.png"
    page = patterns(width, theme)
    if os.environ.get("KUNDENKREIS_NEW_PICTURES"):
        PICTURES.mkdir(exist_ok=True)
        file.write_bytes(base64.b64decode(compared(browser, page, None)["picture"]))
    found = differences(compared(browser, page, file.read_bytes()))
    assert not found, f"{file.name}: " + "; ".join(found[:20])
    assert file.stat().st_size < 60_000


BROKEN = {
    "a badge is gone": "document.querySelector('main .badge').style.visibility = 'hidden'",
    "a button has moved": "document.querySelector('main .button').style.transform = 'translateX(24px)'",
    "a section is gone": "[...document.querySelectorAll('main .section')].at(-1).style.visibility = 'hidden'",
}


@pytest.mark.parametrize("broken", BROKEN)
def test_what_is_missing_or_has_moved_is_seen(browser, patterns, broken):
    page = patterns(1440, "light")
    page.evaluate(BROKEN[broken])
    kept = (PICTURES / "patterns-light-1440.png").read_bytes()
    assert differences(compared(browser, page, kept))
