"""Weighs pages of this program and of others, and times their first paint in headless Chromium.

    bench_pages.py NAME=PAGE.html ...

A QuantStats sheet and a line chart of Our World in Data's grapher are made of the same 730 invented days and stand beside the given
pages. All are handed out by a server on this machine, the grapher's script and style too, which its own source package on PyPI holds;
nothing is asked of any other machine. Weight is all that a page loads, uncompressed; paint is what Chromium calls first-contentful-paint.
"""

import functools
import http.server
import json
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import threading

import pandas
from selenium import webdriver

LOADS = 7
GRAPHER = "owid-grapher-py"


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Hands out files and says nothing of it."""

    def log_message(self, *_):
        pass


def days() -> pandas.Series:
    """Daily returns of an invented asset, two years of them."""
    draws = random.Random(22)
    index = pandas.date_range("2023-01-01", periods=730, freq="D")
    return pandas.Series([draws.gauss(0.001, 0.03) for _ in index], index=index, name="invented")


def quantstats_page(folder: pathlib.Path) -> None:
    import quantstats

    quantstats.reports.html(days(), output=str(folder / "quantstats.html"), title="Invented")


GRAPHER_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Invented</title><link rel="stylesheet" href="owid.css"></head>
<body class="StandaloneGrapherOrExplorerPage"><main><figure data-grapher-src></figure></main>
<script type="module" src="owid.mjs"></script>
<script type="module">
window.renderSingleGrapherOnGrapherPage({
    title: "Invented", version: 1, chartTypes: ["LineChart"], selectedEntityNames: ["invented"],
    dimensions: [{property: "y", variableId: 1}]}, location.origin + "/v1/indicators/");
</script></body></html>"""


def grapher_page(folder: pathlib.Path) -> None:
    """A chart on a page of its own, as the grapher's site shows it: its script asks for data and metadata of an indicator."""
    (folder / "grapher.html").write_text(GRAPHER_PAGE, encoding="utf-8")
    worth = (1 + days()).cumprod()
    data = {"values": [round(value, 6) for value in worth], "years": list(range(len(worth))), "entities": [1] * len(worth)}
    metadata = {
        "id": 1, "name": "worth", "unit": "", "shortUnit": "", "display": {"yearIsDay": True, "zeroDay": "2023-01-01"},
        "origins": [], "dimensions": {
            "years": {"values": [{"id": day} for day in range(len(worth))]},
            "entities": {"values": [{"id": 1, "name": "invented", "code": None}]}}}
    api = folder / "v1" / "indicators"
    api.mkdir(parents=True)
    (api / "1.data.json").write_text(json.dumps(data))
    (api / "1.metadata.json").write_text(json.dumps(metadata))
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest", folder, GRAPHER],
        check=True)
    with tarfile.open(next(folder.glob("owid_grapher_py-*.tar.gz"))) as archive:
        for member in archive.getmembers():
            name = pathlib.PurePath(member.name)
            if name.parent.name == "static" and name.name in ("owid.mjs", "owid.css"):
                (folder / name.name).write_bytes(archive.extractfile(member).read())


def browser() -> webdriver.Chrome:
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1280,900"):
        options.add_argument(argument)
    return webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))


# The page's own bytes are of its navigation entry, those of what it loads of the resource entries.
MEASURE = """
const done = arguments[0];
new PerformanceObserver((list, observer) => {
    const paint = list.getEntriesByName('first-contentful-paint')[0];
    if (!paint) return;
    observer.disconnect();
    setTimeout(() => {
        const loaded = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
        done([paint.startTime, loaded.reduce((sum, entry) => sum + entry.decodedBodySize, 0)]);
    }, 1500);
}).observe({type: 'paint', buffered: true});
"""


def measured(address: str) -> tuple[float, float]:
    """Milliseconds to the first paint and bytes of one load in a browser that has kept nothing."""
    driver = browser()
    try:
        driver.set_script_timeout(60)
        driver.get(address)
        return tuple(driver.execute_async_script(MEASURE))
    finally:
        driver.quit()


def row(name: str, address: str) -> str:
    loads = [measured(address) for _ in range(LOADS)]
    paints = [paint / 1000 for paint, _ in loads]
    return (f"| {name} | {max(size for _, size in loads) / 1e6:.2f} | {statistics.median(paints):.2f} "
            f"({min(paints):.2f}–{max(paints):.2f}) |")


def main(pages: list[tuple[str, pathlib.Path]]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        quantstats_page(folder)
        grapher_page(folder)
        for place, (_, page) in enumerate(pages):
            shutil.copy(page, folder / f"page-{place}.html")
        handler = functools.partial(QuietHandler, directory=scratch)
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            site = f"http://127.0.0.1:{server.server_port}/"
            print("| page | weight, MB | first paint, s |\n|---|--:|--:|")
            for place, (name, _) in enumerate(pages):
                print(row(name, f"{site}page-{place}.html"), flush=True)
            print(row("QuantStats, 730 days", site + "quantstats.html"), flush=True)
            print(row("Our World in Data's grapher, 730 days", site + "grapher.html"), flush=True)
            server.shutdown()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main([(name, pathlib.Path(page)) for name, _, page in (argument.partition("=") for argument in sys.argv[1:])])
