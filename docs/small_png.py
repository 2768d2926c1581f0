"""Writes a picture as a PNG of 256 colours, a third of the size of a browser's own.
The browser decodes and counts the colours, so that no picture library is needed."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

from playwright.async_api import Browser

_TO_PALETTE = """async (encoded) => {
  const blob = await (await fetch("data:image/png;base64," + encoded)).blob();
  const image = await createImageBitmap(blob);
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  const pixels = new Uint32Array(data.length / 4);
  const counts = new Map();
  for (let i = 0; i < pixels.length; i++) {
    pixels[i] = (data[4 * i] << 16) | (data[4 * i + 1] << 8) | data[4 * i + 2];
    counts.set(pixels[i], (counts.get(pixels[i]) || 0) + 1);
  }
  const commonest = [...counts].sort((a, b) => b[1] - a[1]).map((pair) => pair[0]);
  const shade = (colour) => (colour >> 4) & 0x0f0f0f;
  const shades = new Set(commonest.slice(0, 128).map(shade));
  const isNew = (colour) => !shades.has(shade(colour)) && shades.add(shade(colour));
  const rare = commonest.slice(128).filter(isNew);
  const palette = [...commonest.slice(0, 128), ...rare].slice(0, 256);
  const places = new Map(palette.map((colour, place) => [colour, place]));
  const apart = (a, b, shift) => ((a >> shift) & 255) - ((b >> shift) & 255);
  const far = (a, b) => apart(a, b, 16) ** 2 + apart(a, b, 8) ** 2 + apart(a, b, 0) ** 2;
  const nearest = (colour) => palette.reduce((best, one, place) =>
    far(colour, one) < far(colour, palette[best]) ? place : best, 0);
  let text = "";
  for (const colour of pixels) {
    if (!places.has(colour)) places.set(colour, nearest(colour));
    text += String.fromCharCode(places.get(colour));
  }
  return { width: image.width, height: image.height, palette, places: btoa(text) };
}"""


async def small_png(browser: Browser, picture: bytes) -> bytes:
    """The PNG with its commonest colours and one of each rarer shade; every other pixel takes the nearest."""
    page = await browser.new_page()
    found: dict[str, Any] = await page.evaluate(_TO_PALETTE, base64.b64encode(picture).decode())
    await page.close()
    width, height = found["width"], found["height"]
    places = base64.b64decode(found["places"])
    rows = b"".join(b"\0" + places[row * width : (row + 1) * width] for row in range(height))
    palette = b"".join(colour.to_bytes(3, "big") for colour in found["palette"])
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = (b"IHDR", header), (b"PLTE", palette), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in parts)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
