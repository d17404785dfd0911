"""Where Chromium or Chrome is on this machine. The browser tests need it; the workshop does not."""

import os
import shutil
from pathlib import Path

from sagalab import settings

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_USUAL_PLACES = (
    "/usr/bin/chromium",
    "/snap/bin/chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "%PROGRAMFILES%\\Google\\Chrome\\Application\\chrome.exe",
    "%PROGRAMFILES(X86)%\\Google\\Chrome\\Application\\chrome.exe",
    "%LOCALAPPDATA%\\Google\\Chrome\\Application\\chrome.exe",
)


def find_chromium() -> str | None:
    """Return the path of a Chromium or Chrome: `SAGALAB_CHROMIUM`, the PATH, the usual places; else None."""
    chosen = settings.chromium()
    if chosen:
        return str(chosen) if chosen.is_file() else None
    for name in _NAMES:
        if found := shutil.which(name):
            return found
    places = (Path(os.path.expandvars(place)) for place in _USUAL_PLACES)
    return next((str(place) for place in places if place.is_file()), None)
