"""Makes the pictures of Reports/Examples from finished pages.

    python3 make_examples.py --to FOLDER --report REPORT.html --index INDEX.html --nights NIGHTS.html

The report in light, dark, on a phone and as the sheets of its PDF, the front page of the run and the page of all nights, as
WebP small enough to be checked in. Needs what check_report.py needs, and from PyPI pillow and pypdfium2.
"""

import argparse
import base64
import io
import pathlib

import pypdfium2
from PIL import Image

from check_report import LONGEST_SHOT, PHONE, WIDE, Browser

MOST_BYTES = 150_000


def save(image, path):
    """WebP of at most MOST_BYTES: coarser first, then smaller."""
    image = image.convert("RGB")
    for scale in (1, 0.8, 0.65, 0.5):
        sized = image if scale == 1 else image.resize((int(image.width * scale), int(image.height * scale)), Image.LANCZOS)
        for quality in (80, 65, 50):
            sized.save(path, "WEBP", quality=quality, method=6)
            if path.stat().st_size <= MOST_BYTES:
                print(f"{path.name}: {sized.width}×{sized.height}, {path.stat().st_size // 1000} kB")
                return
    raise SystemExit(f"{path} cannot be made small enough")


def picture(browser, page, size, theme, most_height):
    browser.open(page, size, theme)
    height, width = browser.height()
    clip = {"x": 0, "y": 0, "width": width, "height": min(height, most_height, LONGEST_SHOT), "scale": 1}
    shot = browser.send("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
    return Image.open(io.BytesIO(base64.b64decode(shot["data"])))


def sheets(browser, page):
    """The sheets of the PDF side by side, four a line."""
    browser.open(page)
    pdf = base64.b64decode(browser.send("Page.printToPDF", preferCSSPageSize=True, printBackground=True)["data"])
    pages = [sheet.render(scale=0.75).to_pil() for sheet in pypdfium2.PdfDocument(pdf)]
    width, height = pages[0].size
    columns = min(4, len(pages))
    rows = -(-len(pages) // columns)
    whole = Image.new("RGB", (columns * (width + 8) + 8, rows * (height + 8) + 8), "#888")
    for place, sheet in enumerate(pages):
        whole.paste(sheet, (8 + place % columns * (width + 8), 8 + place // columns * (height + 8)))
    return whole


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--to", type=pathlib.Path, required=True)
    for name in ("report", "index", "nights"):
        parser.add_argument("--" + name, type=pathlib.Path, required=True)
    options = parser.parse_args()
    options.to.mkdir(parents=True, exist_ok=True)
    browser = Browser()
    try:
        save(picture(browser, options.report, WIDE, "light", 5200), options.to / "report-light.webp")
        save(picture(browser, options.report, WIDE, "dark", 5200), options.to / "report-dark.webp")
        save(picture(browser, options.report, PHONE, "light", 3400), options.to / "report-phone.webp")
        save(picture(browser, options.report, WIDE, "light", 1180), options.to / "report-top.webp")
        save(picture(browser, options.index, WIDE, "light", 2400), options.to / "run-index.webp")
        save(picture(browser, options.nights, WIDE, "light", 1600), options.to / "all-nights.webp")
        save(sheets(browser, options.report), options.to / "report-print.webp")
    finally:
        browser.driver.quit()


if __name__ == "__main__":
    main()
