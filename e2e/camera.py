"""Takes the pictures of docs/: of the page as it stands, small enough for a repository."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

IMAGES = Path(__file__).resolve().parent.parent / "docs/images"
COLORS = 128
LARGEST = 150_000


def take_picture(page: Page, name: str) -> None:
	"""Saves what the tab shows as docs/images/NAME.png."""
	page.mouse.move(0, 0)
	page.wait_for_timeout(700)  # animations end, hints go
	picture = Image.open(BytesIO(page.screenshot(caret="hide"))).convert("RGB")
	IMAGES.mkdir(exist_ok=True)
	file = IMAGES / f"{name}.png"
	picture.quantize(COLORS, dither=Image.Dither.NONE).save(file, optimize=True)
	assert file.stat().st_size <= LARGEST, f"{file.name} has {file.stat().st_size} bytes"
