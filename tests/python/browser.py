"""A headless Chromium that shows a page, driven over the DevTools protocol; skipped without one.

WebGL is drawn in software, so that no graphics card is needed.
"""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
import struct
import subprocess
import zlib
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")

_SOFTWARE = ("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
_NO_WEBGL = ("--disable-gpu", "--disable-3d-apis")
_PATIENCE = 90  # s


class Tab:
    """A page that is open."""

    def __init__(self, socket):
        self.socket, self.number, self.logged = socket, 0, []

    async def call(self, method, **parameters):
        """One command of the protocol, and its answer."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        await self.socket.write_message(json.dumps(message))
        while True:
            answer = json.loads(await self.socket.read_message())
            if answer.get("method") == "Runtime.exceptionThrown":
                self.logged.append(answer["params"]["exceptionDetails"])
            if answer.get("id") == self.number:
                assert "error" not in answer, answer
                return answer["result"]

    async def value(self, expression):
        """What JavaScript gives, awaited."""
        found = await self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    async def until(self, expression):
        """Wait until an expression is true."""
        for _ in range(10 * _PATIENCE):
            if await self.value(f"Boolean({expression})"):
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"never came true: {expression}; {self.logged}")

    async def screenshot(self):
        """PNG of what is seen."""
        found = await self.call("Page.captureScreenshot", format="png")
        return base64.b64decode(found["data"])


@asynccontextmanager
async def opened(page: Path, folder: Path, *, webgl=True, size=(1400, 900)):
    """Open a page of this machine in a browser of its own; `folder` takes its profile."""
    from tornado.httpclient import AsyncHTTPClient
    from tornado.websocket import websocket_connect

    flags = _SOFTWARE if webgl else _NO_WEBGL
    width, height = size
    command = [
        *(CHROMIUM, "--headless=new", "--no-sandbox", f"--user-data-dir={folder}", *flags),
        *("--remote-debugging-port=0", "--no-first-run", "--disable-background-networking"),
        *(f"--window-size={width},{height}", "--hide-scrollbars", page.resolve().as_uri()),
    ]
    browser = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        port = await _port(folder / "DevToolsActivePort")
        answer = await AsyncHTTPClient().fetch(f"http://127.0.0.1:{port}/json")
        target = next(one for one in json.loads(answer.body) if one["type"] == "page")
        socket = await websocket_connect(
            target["webSocketDebuggerUrl"], max_message_size=2**28, ping_interval=None
        )
        tab = Tab(socket)
        await tab.call("Runtime.enable")
        await tab.until("location.protocol === 'file:' && document.readyState === 'complete'")
        try:
            yield tab
        finally:
            socket.close()
            while await socket.read_message() is not None:
                pass
    finally:
        browser.terminate()
        browser.wait()


async def _port(file: Path):
    for _ in range(10 * _PATIENCE):
        if file.is_file() and (text := file.read_text()):
            return text.split()[0]
        await asyncio.sleep(0.1)
    raise AssertionError("Chromium did not start")


def pixels(png: bytes) -> np.ndarray:
    """Red, green, blue of a PNG, shape (rows, columns, 3)."""
    place, data = 8, b""
    while place < len(png):
        length, kind = struct.unpack(">I4s", png[place : place + 8])
        if kind == b"IHDR":
            columns, rows, _, colour = struct.unpack(">IIBB", png[place + 8 : place + 18])
        if kind == b"IDAT":
            data += png[place + 8 : place + 8 + length]
        place += 12 + length
    channels = {2: 3, 6: 4}[colour]
    lines = np.frombuffer(zlib.decompress(data), np.uint8).reshape(rows, -1)
    image = np.zeros((rows + 1, columns + 1, channels), np.int64)  # a rim of zeros
    for row, line in enumerate(lines, 1):
        _undo(int(line[0]), line[1:].reshape(columns, channels), image, row)
    return image[1:, 1:, :3].astype(np.uint8)


def _undo(kind, line, image, row):
    """Undo one row's filter (PNG specification, section 9)."""
    above = image[row - 1]
    if kind in (0, 2):
        image[row, 1:] = (line + (above[1:] if kind == 2 else 0)) % 256
        return
    for column in range(1, image.shape[1]):
        a, b, c = image[row, column - 1], above[column], above[column - 1]
        p = a + b - c
        distance = np.abs(np.stack([p - a, p - b, p - c]))
        paeth = np.choose(np.argmin(distance, axis=0), [a, b, c])
        guess = {1: a, 3: (a + b) // 2, 4: paeth}[kind]
        image[row, column] = (line[column - 1] + guess) % 256
