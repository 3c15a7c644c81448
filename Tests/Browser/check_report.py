"""Checks finished report pages in a real browser.

    python3 check_report.py --shots FOLDER PAGE.html [PAGE.html ...]

For each page: the console stays empty, nothing but the file itself is requested, axe finds no WCAG 2.2 A/AA fault in
light, dark and at 390 px, the page never scrolls sideways at 390 px, a table that does says so, it is complete without JavaScript, the heat table
and the marks of drawings can be walked by keyboard, rows can be filtered and sorted, the theme switches and stays, and it prints on at most eight sheets. Where a
reader can choose a cell, keys alone choose, pin and compare; what follows the cell says what its field says, for every
cell and every fill; the figure of time follows or says that it does not; and a link leads to it. Screenshots and the PDF go to FOLDER.

Needs Debian's chromium and chromium-driver, and from PyPI selenium and axe-playwright-python (only for its axe file).
A page with faults is opened a second time in a new browser: a fault of the page comes back, a hiccup of the browser does not,
and what was seen only once is printed too. Exit code 0 when all checks hold, 1 when one does not; the faults stand last.
"""

import argparse
import base64
import importlib.util
import json
import pathlib
import re
import sys
import time
import urllib.parse
import xml.etree.ElementTree

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDE, PHONE = (1280, 900), (390, 844)
LONGEST_SHOT = 16000  # Chromium's software compositor draws no taller page.
PATIENCE = 5  # Seconds that the browser may take over what happens in its other processes.


def axe_source():
    """The text of axe.min.js as the PyPI package ships it."""
    package = pathlib.Path(importlib.util.find_spec("axe_playwright_python").origin).parent
    return next(package.rglob("axe.min.js")).read_text()


class Browser:
    """One headless Chromium, with the few things the checks ask of it."""

    def __init__(self):
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        # A window that is still opening has no focus, and the first page would get no event of it.
        self.send("Emulation.setFocusEmulationEnabled", enabled=True)
        self.driver.get("about:blank")

    def send(self, command, **arguments):
        return self.driver.execute_cdp_cmd(command, arguments)

    def open(self, page, size=WIDE, theme="light", scripts=True, bypass=False):
        self.send("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.send("Page.setBypassCSP", enabled=bypass)
        self.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])
        self.send("Emulation.setDeviceMetricsOverride", width=size[0], height=size[1], deviceScaleFactor=1, mobile=False)
        self.driver.get(page.resolve().as_uri())

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def holds(self, script, *arguments):
        """Whether the script's condition becomes true before patience ends."""
        end = time.monotonic() + PATIENCE
        while not self.run("return " + script, *arguments):
            if time.monotonic() > end:
                return False
            time.sleep(0.05)
        return True

    def height(self):
        metrics = self.send("Page.getLayoutMetrics")
        return metrics["cssContentSize"]["height"], metrics["cssContentSize"]["width"]

    def shoot(self, path):
        height, width = self.height()
        clip = {"x": 0, "y": 0, "width": width, "height": min(height, LONGEST_SHOT), "scale": 1}
        shot = self.send("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        path.write_bytes(base64.b64decode(shot["data"]))

    def forget(self):
        """Passes over what was logged so far."""
        self.driver.get_log("performance")
        self.driver.get_log("browser")

    def requests(self, page):
        """Addresses asked for since the last call; waits until the page's own is among them."""
        found, end = [], time.monotonic() + PATIENCE
        while page.resolve().as_uri() not in found and time.monotonic() < end:
            found += self.logged_requests()
        return found

    def logged_requests(self):
        found = []
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                found.append(message["params"]["request"]["url"])
        return found


def axe_faults(browser, axe):
    """What axe has to say about the open page, one line a rule."""
    browser.run(axe)
    result = browser.driver.execute_async_script(
        "const done = arguments[arguments.length - 1];"
        "axe.run(document, {runOnly: arguments[0]}).then(done, e => done({error: String(e)}))",
        AXE_TAGS,
    )
    if "error" in result:
        return ["axe: " + result["error"]]
    return [
        f"axe {fault['id']} ({len(fault['nodes'])}×): {fault['nodes'][0]['html'][:120]} {fault['nodes'][0]['failureSummary'][:160]}"
        for fault in result["violations"]
    ]


def walk_by_keyboard(browser):
    """Arrow keys move between the numbers of the first heat table; Escape hides the explanation."""
    cell = browser.driver.find_elements(By.CSS_SELECTOR, ".heat td[tabindex='0']")
    if not cell:
        # The page of all nights has lines and no heat table.
        tables = browser.driver.find_elements(By.CSS_SELECTOR, ".heat")
        return ["no heat cell is a tab stop"] if tables else []
    browser.run("arguments[0].focus()", cell[0])
    is_shown = browser.holds("document.getElementById('tip').textContent !== ''")
    # A cell at an edge has fewer neighbours; a table of one cell has none.
    cells = browser.run("return arguments[0].closest('table').querySelectorAll('tbody td').length", cell[0])
    for key in (Keys.ARROW_LEFT, Keys.ARROW_UP, Keys.ARROW_RIGHT, Keys.ARROW_DOWN):
        browser.driver.switch_to.active_element.send_keys(key)
        if browser.run("return document.activeElement !== arguments[0]", cell[0]):
            break
    has_moved = browser.run("return document.activeElement !== arguments[0] && document.activeElement.matches('.heat td')", cell[0])
    browser.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    is_hidden = browser.holds("document.getElementById('tip').hidden")
    faults = [] if is_shown else ["focus does not show the explanation"]
    faults += [] if has_moved or cells == 1 else ["arrow keys do not move between cells"]
    return faults + ([] if is_hidden else ["Escape does not hide the explanation"])


def sort_tables(browser):
    """Every table with buttons in its heads: a press puts its largest number first, another its smallest, and the head says so."""
    browser.run("document.querySelectorAll('details').forEach(x => x.open = true)")
    faults = []
    for table in browser.driver.find_elements(By.CSS_SELECTOR, "table.tbl"):
        heads = table.find_elements(By.CSS_SELECTOR, "thead th .sort")
        if not heads:
            continue
        for place in range(len(heads)):
            orders = []
            for _ in range(2):
                browser.run("arguments[0].click()", heads[place])
                head = heads[place].find_element(By.XPATH, "..")
                texts = browser.run(
                    "return Array.from(arguments[0].tBodies[0].rows).map(r => { const c = r.cells[arguments[1]];"
                    " return (c.firstChild ? c.firstChild.textContent : '').replace(/[\u202f\u00a0]/g, ''); })", table, place)
                orders.append((head.get_attribute("aria-sort"), texts))
            if sorted(direction for direction, _ in orders) != ["ascending", "descending"]:
                faults.append(f"{heads[place].text}: says {[direction for direction, _ in orders]}")
            for direction, texts in orders:
                # Plain numbers alone; times, bounds and words have an order of their own.
                if place and all(re.fullmatch(r"[−-]?[0-9.]+", text) for text in texts):
                    values = [float(text.replace("−", "-")) for text in texts]
                    if values != sorted(values, reverse=direction == "descending"):
                        faults.append(f"{heads[place].text}: {direction} gives {values}")
    return faults[:5]


# What a page shows of its chosen cell: address, first sentence, key figure, the outlined cells, the mark on the curve.
CHOSEN = """
const on = Array.from(document.querySelectorAll('#grid .on')), kpi = document.querySelector('#cell .kpi .main .num');
const spot = document.querySelector('#leverage .spot:not(.off) text'), first = on[0];
return {
  hash: decodeURIComponent(location.hash.slice(1)), head: document.getElementById('h-answer').textContent,
  figure: kpi ? kpi.firstChild.textContent : '', fields: on.length,
  panes: document.querySelectorAll('#grid .pane').length,
  number: first ? first.firstChild.textContent : '', range: first && first.children.length ? first.children[0].textContent : '',
  level: first ? first.parentNode.cells[0].textContent : '', spot: spot ? spot.textContent : '',
  stops: document.querySelectorAll("#grid .heat td[tabindex='0']").length,
  selected: document.querySelectorAll("#grid .heat td[aria-selected='true']").length,
  focused: document.activeElement === first, now: document.getElementById('now').textContent,
};
"""


def focus_cell(browser):
    """Puts the focus on the chosen cell, where the Tab key leads."""
    browser.run("Array.from(document.querySelectorAll('#grid .on')).find(x => x.offsetParent).focus()")


def press(browser, *keys):
    for key in keys:
        browser.driver.switch_to.active_element.send_keys(key)


def chosen_faults(shown, where):
    """What the parts of a page that follow the chosen cell say differently."""
    faults = []
    if shown["number"] not in ("n/a", "no data", "rejected"):
        if shown["figure"] != shown["number"]:
            faults.append(f"key figure {shown['figure']} beside cell {shown['number']}")
        interval = shown["range"].lstrip("≤")
        if interval != "too few" and shown["range"] and interval not in shown["head"]:
            faults.append(f"the sentence lacks {interval}: {shown['head']}")
    if shown["level"] not in shown["head"]:
        faults.append(f"the sentence lacks {shown['level']}: {shown['head']}")
    if shown["spot"] and not shown["spot"].startswith(f"{shown['level']} · {shown['figure']}"):
        faults.append(f"the curve marks {shown['spot']}, the cell is {shown['level']} · {shown['figure']}")
    if shown["fields"] != shown["panes"] or shown["selected"] != shown["panes"] or shown["stops"] != shown["panes"]:
        faults.append(f"{shown['fields']} outlined, {shown['selected']} selected, {shown['stops']} tab stops on {shown['panes']} tabs")
    return [f"{where}: {fault}" for fault in faults]


def every_cell(browser):
    """Each cell of the grid in turn: everything that follows it says the same, and going back gives the page as it was."""
    browser.run("document.getElementById('go-home').click()")
    parts = ("cell", "leverage", "severity")
    before = [browser.run("return document.getElementById(arguments[0]).innerHTML", part) for part in parts]
    tables = "document.querySelector('#grid .pane:first-of-type, #grid .pane').querySelectorAll('.heat')"
    count = browser.run(f"return Array.from({tables}).map(t => t.querySelectorAll('tbody td').length)")
    faults = []
    for table, cells in enumerate(count):
        for place in range(cells):
            # The same field in the tab that is shown.
            browser.run(f"{tables}[arguments[0]].querySelectorAll('tbody td')[arguments[1]].focus()", table, place)
            shown = browser.run(CHOSEN)
            faults += chosen_faults(shown, f"cell {place} of grid {table}")
            if shown["hash"] and shown["now"] and shown["now"] != shown["head"]:
                faults.append(f"cell {place}: the panel and the first sentence differ")
    faults += drawing_as_file(browser)
    browser.run("document.getElementById('go-home').click()")
    after = [browser.run("return document.getElementById(arguments[0]).innerHTML", part) for part in parts]
    return faults[:5] + [f"#{part} is not as it was" for part, a, b in zip(parts, before, after) if a != b]


def drawing_as_file(browser):
    """The drawing of a chosen holding time can be had as a file: XML of its own, in plain colours."""
    links = browser.run(
        "return Array.from(document.querySelectorAll('#leverage a[download], #severity a[download]')).map(a => [a.href, a.download])")
    faults = []
    for address, name in links:
        text = urllib.parse.unquote(address.split(",", 1)[1])
        root = xml.etree.ElementTree.fromstring(text)
        if not name.endswith(".svg") or "var(" in text or root.find("{http://www.w3.org/2000/svg}title") is None:
            faults.append(f"{name} is no drawing of its own: {text[:200]}")
        if "stroke" not in (root.findtext("{http://www.w3.org/2000/svg}style") or ""):
            faults.append(f"{name} has no colours")
    return faults


def explore_by_keys(browser, page):
    """Keys alone choose a cell, pin two, compare them and lead back; the address names the cell, and opens it again."""
    browser.open(page)
    start = browser.run(CHOSEN)
    focus_cell(browser)
    press(browser, Keys.ARROW_UP)
    upper = browser.run(CHOSEN)
    faults = chosen_faults(start, "headline") + chosen_faults(upper, "arrow up")
    if upper["head"] == start["head"] or not upper["focused"] or not upper["hash"]:
        faults.append(f"the arrow key chooses nothing: {upper}")
    press(browser, Keys.HOME)
    first = browser.run(CHOSEN)
    press(browser, Keys.END)
    last = browser.run(CHOSEN)
    if not first["hash"].split("-")[0] == last["hash"].split("-")[0] == upper["hash"].split("-")[0]:
        faults.append(f"Home and End leave the row: {first['hash']} {last['hash']}")
    for key in (Keys.ARROW_LEFT, Keys.ARROW_DOWN):
        browser.run("document.getElementById('pin').focus()")
        press(browser, Keys.ENTER)
        focus_cell(browser)
        press(browser, key)
    heads = browser.run("return Array.from(document.querySelectorAll('#compare thead th')).map(x => x.textContent)")
    if len(heads) != 3 or not heads[1].startswith("A: ") or not heads[2].startswith("B: ") or heads[1][3:] == heads[2][3:]:
        faults.append(f"two pinned cells are not side by side: {heads}")
    address = page.resolve().as_uri() + "#" + upper["hash"]
    browser.driver.get("about:blank")
    browser.driver.get(address)
    again = browser.run(CHOSEN)
    if again["head"] != upper["head"] or again["hash"] != upper["hash"]:
        faults.append(f"the link opens {again['head']} and not {upper['head']}")
    browser.driver.get(page.resolve().as_uri() + "#999x-7d-nowhere")
    if not browser.holds("document.getElementById('now').textContent.includes('no cell')"):
        faults.append("a link to no cell says nothing")
    return faults


def explore(browser, page):
    """Choosing cells, where a page lets its reader choose."""
    browser.open(page)
    if not browser.run("return Boolean(document.getElementById('pick'))"):
        return []
    faults = explore_by_keys(browser, page)
    faults += switch_fills(browser, page) + switch_grids(browser, page) + follow_time(browser, page)
    browser.open(page)
    faults += every_cell(browser)
    return faults + [f"console: {entry['message']}" for entry in browser.driver.get_log("browser")]


# What follows the switch of the fill, and what the field of its tab says.
SWITCHED = """
const on = document.querySelector("#pick input[name='fill']:checked"), tab = document.querySelector('#grid .tabs > input:checked');
const at = Array.from(document.querySelectorAll('#grid .tabs > input')).indexOf(tab);
const field = document.querySelectorAll('#grid .pane')[at].querySelector('.on'), spot = document.querySelector('#leverage .spot:not(.off) text');
const now = document.getElementById('fill-now');
return {
  fill: on.value, tab: tab.id, number: field.firstChild.textContent, count: (field.dataset.tip || '').split('\\n')[1] || '',
  spot: spot ? spot.textContent : '', words: now.hidden ? '' : now.textContent, level: field.parentNode.cells[0].textContent,
  speed: document.querySelector('#speed .def') ? document.querySelector('#speed .def').textContent : '',
  apart: Boolean(document.querySelector('#speed .apart')), hash: location.hash,
  head: document.getElementById('h-answer').textContent, range: field.children.length ? field.children[0].textContent : '',
  figure: document.querySelector('#cell .kpi .main .num') ? document.querySelector('#cell .kpi .main .num').firstChild.textContent : '',
  notes: Array.from(document.querySelectorAll('#cell .kpi .main .sub')).map(x => x.textContent), said: document.getElementById('now').textContent,
  focused: document.activeElement.value || '',
};
"""


def fill_faults(shown, fill, is_own):
    """What the first sentence and the key figure say differently from the field of the fill's tab."""
    number, where = shown["number"], f"fill {fill} of {shown['hash'] or 'the headline'}"
    faults = []
    if ("with liquidations filled" in shown["head"]) == is_own:
        faults.append(f"{where}: the sentence is of another fill: {shown['head']}")
    if number in ("n/a", "no data", "rejected"):
        return faults
    if shown["figure"] != number:
        faults.append(f"{where}: key figure {shown['figure']} beside field {number}")
    interval = shown["range"].lstrip("≤")
    if interval and interval != "too few" and interval not in shown["head"]:
        faults.append(f"{where}: the sentence lacks {interval}: {shown['head']}")
    count = shown["count"].replace("\u00a0", " ")
    if count and not any(count in note.replace("\u00a0", " ") for note in shown["notes"]):
        faults.append(f"{where}: the key figure's notes {shown['notes']} lack {shown['count']}")
    if shown["said"] and shown["said"] != shown["head"]:
        faults.append(f"{where}: the panel and the first sentence differ: {shown['said']}")
    return faults


def switch_fills(browser, page):
    """Keys alone lead to each fill: its tab, first sentence, key figures, the line below the grid and the mark on the curve say what its
    field says, for the headline and the cells above it; and back at the study's own fill the page is as it was."""
    browser.open(page)
    fills = browser.run("return Array.from(document.querySelectorAll(\"#pick input[name='fill']\")).map(x => x.value)")
    before = browser.run("return document.getElementById('cell').innerHTML")
    faults = []
    if fills:
        browser.run("document.querySelector(\"#pick input[name='fill']\").focus()")
    for place, fill in enumerate(fills + fills[:1]):
        if place:
            # The focus is on the switch; an arrow leads to the next fill, and from the last to the first.
            press(browser, Keys.ARROW_RIGHT)
        shown = browser.run(SWITCHED)
        if shown["focused"] != fill:
            faults.append(f"keys lead to {shown['focused']} and not to fill {fill}")
        is_own = place in (0, len(fills))
        faults += fill_faults(shown, fill, is_own)
        if is_own and browser.run("return document.getElementById('cell').innerHTML") != before:
            faults.append("the study's own fill does not give the page as it was")
    for place, fill in enumerate(fills):
        browser.run("document.querySelector(`#pick input[value='${arguments[0]}']`).click()", fill)
        for _ in range(3):
            shown = browser.run(SWITCHED)
            faults += fill_faults(shown, fill, not place)
            if shown["fill"] != fill or shown["tab"] != fill:
                faults.append(f"fill {fill} leads to tab {shown['tab']}")
            if place and not (shown["number"] in shown["words"] and shown["count"] in shown["words"]):
                faults.append(f"fill {fill}: '{shown['words']}' lacks {shown['number']} or {shown['count']}")
            if not place and shown["words"]:
                faults.append("the study's own fill has a line beside itself")
            if shown["spot"] and not shown["spot"].startswith(f"{shown['level']} · {shown['number']}"):
                faults.append(f"fill {fill}: the curve marks {shown['spot']}, the field says {shown['number']}")
            focus_cell(browser)
            press(browser, Keys.ARROW_UP)
    return faults


def switch_grids(browser, page):
    """Contract and platform lead to the same leverage and holding time there."""
    browser.open(page)
    faults = []
    for grid in browser.run("return Array.from(document.querySelectorAll(\"#pick input[name='grid']\")).map(x => x.value)"):
        browser.run("document.querySelector(`#pick input[name='grid'][value='${arguments[0]}']`).click()", grid)
        at = browser.run("const pane = document.querySelector('#grid .pane'); return Array.from(pane.querySelectorAll('.heat')).indexOf(pane.querySelector('.on').closest('table'))")
        if str(at) != grid:
            faults.append(f"grid {grid} leads to grid {at}")
    return faults


def follow_time(browser, page):
    """The figure of time speaks of the chosen cell, or says that it does not."""
    browser.open(page)
    if not browser.run("return Boolean(document.getElementById('speed') && document.getElementById('pick'))"):
        return []
    home = browser.run(SWITCHED)["level"] if browser.run("return Boolean(document.querySelector(\"#pick input[name='fill']\"))") else None
    faults, followed = [], 0
    for place in range(browser.run("return document.querySelector('#grid .pane .heat').querySelectorAll('tbody td').length") if home else 0):
        browser.run("document.querySelector('#grid .pane .heat').querySelectorAll('tbody td')[arguments[0]].focus()", place)
        shown = browser.run(SWITCHED)
        names = shown["speed"].startswith(f"Share of entries of a {shown['level']} ")
        followed += names and not shown["apart"] and shown["level"] != home
        if not names and not shown["apart"]:
            faults.append(f"time speaks of another cell than {shown['hash']} and does not say so: {shown['speed'][:60]}")
    stored = browser.run("return JSON.parse(document.getElementById('figures').textContent).speeds.length")
    if followed < stored:
        faults.append(f"{stored} curves are on the page, {followed} were shown")
    return faults[:5]


def explored_looks(browser, page, axe, shots):
    """A page on which cells were chosen and pinned: no fault for axe, in forced colours, with less motion, on a phone."""
    faults = []
    looks = [
        ("chosen", WIDE, []), ("chosen-dark", WIDE, [("prefers-color-scheme", "dark")]), ("chosen-phone", PHONE, []),
        ("chosen-forced", WIDE, [("forced-colors", "active")]), ("chosen-still", WIDE, [("prefers-reduced-motion", "reduce")]),
    ]
    for name, size, features in looks:
        browser.open(page, size, bypass=True)
        if not browser.run("return Boolean(document.getElementById('pick'))"):
            return []
        browser.send("Emulation.setEmulatedMedia", features=[{"name": n, "value": v} for n, v in features])
        focus_cell(browser)
        press(browser, Keys.ARROW_UP)
        browser.run("document.getElementById('pin').click()")
        focus_cell(browser)
        press(browser, Keys.ARROW_RIGHT, Keys.ARROW_LEFT, Keys.ARROW_LEFT, Keys.ESCAPE)
        browser.shoot(shots / f"{page.stem}-{name}.png")
        faults += [f"{name}: {fault}" for fault in axe_faults(browser, axe)]
        width = browser.run("return document.documentElement.scrollWidth")
        if width > size[0]:
            faults.append(f"{name}: scrolls sideways, {width} px wide")
        outline = browser.run("return getComputedStyle(document.querySelector('#grid .on')).outlineStyle")
        if outline == "none":
            faults.append(f"{name}: the chosen cell has no outline")
        # What follows the way of a region stands still with it; time moves nothing.
        moving = browser.run("return document.getAnimations().filter(x => x.timeline === document.timeline).length")
        if moving:
            faults.append(f"{name}: {moving} animations")
    return faults


def walk_marks_by_keyboard(browser):
    """Each drawing with marks that say something is one tab stop; arrow keys, Home and End walk along them, and each says what it is."""
    faults = []
    for chart in browser.driver.find_elements(By.CSS_SELECTOR, "svg.chart:has([data-tip])"):
        marks = chart.find_elements(By.CSS_SELECTOR, "[data-tip]")
        name = chart.get_attribute("aria-label")[:60]
        stops = [mark for mark in marks if mark.get_attribute("tabindex") == "0"]
        if len(stops) != 1 or not all(mark.get_attribute("aria-label") for mark in marks):
            faults.append(f"{name}: {len(stops)} tab stops for {len(marks)} marks, or a mark without words")
            continue
        browser.run("arguments[0].focus()", stops[0])
        shown = "document.getElementById('tip').textContent === arguments[0].getAttribute('data-tip').split('\\n').join('')"
        if not browser.holds(shown, marks[0]):
            faults.append(f"{name}: focus does not show what the first mark is")
        for key, target in ((Keys.ARROW_RIGHT, marks[min(1, len(marks) - 1)]), (Keys.END, marks[-1]), (Keys.HOME, marks[0])):
            browser.driver.switch_to.active_element.send_keys(key)
            if not browser.holds("document.activeElement === arguments[0]", target):
                faults.append(f"{name}: {key!r} does not lead to its mark")
        browser.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    return faults


def switch_theme(browser, page):
    """The button changes the theme, and the choice outlives the page."""
    def background():
        return browser.run("return getComputedStyle(document.body).backgroundColor")

    light = background()
    browser.driver.find_element(By.ID, "theme").click()
    dark = background()
    browser.open(page)
    browser.holds("getComputedStyle(document.body).backgroundColor === arguments[0]", dark)
    kept = background()
    browser.run("localStorage.clear()")
    return [] if light != dark == kept else [f"the theme does not switch and stay: {light}, {dark}, {kept}"]


def filter_and_sort(browser):
    """The box leaves only the rows that hold its words; a head sorts its column, and again turns it round."""
    box = browser.driver.find_elements(By.ID, "filter")
    tables = browser.driver.find_elements(By.CSS_SELECTOR, "table.sortable")
    if not box or not tables:
        return []
    def rows():
        return browser.run(
            "return Array.from(arguments[0].tBodies[0].rows).filter(r => !r.hidden).map(r => r.cells[0].textContent)", tables[0])
    every = rows()
    box[0].send_keys(every[0].split()[0])
    kept = rows()
    box[0].send_keys(Keys.CONTROL, "a")
    box[0].send_keys(Keys.BACKSPACE)
    heads = tables[0].find_elements(By.CSS_SELECTOR, "th .sort")
    values = "return Array.from(arguments[0].tBodies[0].rows).map(r => parseFloat(r.cells[arguments[1]].firstChild.textContent.replace('<', '')) || 0)"
    heads[-1].click()
    down = browser.run(values, tables[0], len(heads) - 1)
    heads[-1].click()
    up = browser.run(values, tables[0], len(heads) - 1)
    faults = [] if 0 < len(kept) < len(every) and rows() != [] else [f"the filter keeps {len(kept)} of {len(every)} rows"]
    if down != sorted(down, reverse=True) or up != sorted(up):
        faults.append(f"heads do not sort: {down} {up}")
    return faults


def check_drawing(browser, path, shots):
    """A drawing that stands alone: no message, no request but the file, in light and dark."""
    faults = []
    for theme in ("light", "dark"):
        browser.forget()
        browser.open(path, theme=theme)
        browser.driver.save_screenshot(str(shots / f"{path.stem}-{theme}.png"))
        faults += [f"console: {entry['message']}" for entry in browser.driver.get_log("browser")]
        if browser.requests(path) != [path.resolve().as_uri()]:
            faults.append("asks for more than itself")
    return faults


def check_loading(browser, page):
    browser.forget()
    browser.open(page)
    faults = [f"console: {entry['message']}" for entry in browser.driver.get_log("browser")]
    requests = browser.requests(page)
    if requests != [page.resolve().as_uri()]:
        faults.append(f"requests: {requests}")
    faults += walk_by_keyboard(browser) + walk_marks_by_keyboard(browser) + filter_and_sort(browser) + switch_theme(browser, page)
    browser.open(page)
    return faults + sort_tables(browser) + explore(browser, page)


# The smallest text that is shown, in pixels of the screen: drawings are scaled.
SMALLEST_TEXT = """
let smallest = [99, ''];
for (const e of document.querySelectorAll('main *')) {
  if (!Array.from(e.childNodes).some(n => n.nodeType === 3 && n.textContent.trim()) || !e.getBoundingClientRect().width) continue;
  const drawing = e.closest('svg.chart');
  let size = parseFloat(getComputedStyle(e).fontSize);
  if (drawing) size *= drawing.getBoundingClientRect().width / drawing.viewBox.baseVal.width;
  if (size < smallest[0]) smallest = [size, e.textContent.trim().slice(0, 40)];
}
return smallest;
"""
# Tables of words and numbers that a wide window cuts off, with everything unfolded.
CUT_TABLES = """
document.querySelectorAll('details').forEach(x => x.open = true);
return Array.from(document.querySelectorAll('.scroll')).filter(x => x.querySelector('.tbl') && x.scrollWidth > x.clientWidth + 1)
  .map(x => x.getAttribute('aria-label'));
"""


# Regions that go on beyond their right edge and do not say so, or say so at the end of the way; and on paper, where all is shown, any sign.
SILENT_EDGES = """
return (async () => {
document.querySelectorAll('details').forEach(x => x.open = true);
const said = x => parseFloat(getComputedStyle(x).getPropertyValue('--goes-on'));
const faults = [];
for (const x of document.querySelectorAll('.scroll')) {
  const name = x.getAttribute('aria-label'), more = x.scrollWidth - x.clientWidth;
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  if (more > 1 !== said(x) > 0) faults.push(name + (more > 1 ? ' goes on in silence' : ' says that it goes on, and does not'));
  if (more < 2) continue;
  x.scrollLeft = more;
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  if (said(x) > 0.5) faults.push(name + ' says at its end that it goes on');
  x.scrollLeft = 0;
}
return faults;
})();
"""
SIGNS_ON_PAPER = """
return Array.from(document.querySelectorAll('.scroll')).filter(x => getComputedStyle(x).maskImage !== 'none'
  || getComputedStyle(x).backgroundImage !== 'none').map(x => x.getAttribute('aria-label') + ' has a shadow on paper');
"""

# Letters of drawings are larger on a narrow screen than their drawings are scaled down, and what leaves a drawing is cut off.
CUT_WORDS = """
return Array.from(document.querySelectorAll('svg')).flatMap(svg => {
  const box = svg.getBoundingClientRect();
  return Array.from(svg.querySelectorAll('text')).map(text => [text, text.getBoundingClientRect()])
    .filter(([, place]) => place.width && (place.left < box.left - 1 || place.right > box.right + 1))
    .map(([text]) => text.textContent + ' in ' + svg.closest('[id]').id);
});
"""


def small_or_cut(browser, size):
    """Text too small to read, words of drawings that are cut, and tables that are cut at the full width."""
    smallest, words = browser.run(SMALLEST_TEXT)
    faults = [] if smallest >= (11 if size == WIDE else 10) else [f"{smallest:.1f} px: {words}"]
    faults += [f"cut: {words}" for words in browser.run(CUT_WORDS)]
    return faults + ([f"cut: {name}" for name in browser.run(CUT_TABLES)] if size == WIDE else [])


def check_looks(browser, page, axe, shots):
    faults = []
    for name, size, theme in (("light", WIDE, "light"), ("dark", WIDE, "dark"), ("phone", PHONE, "light"), ("phone-dark", PHONE, "dark")):
        browser.open(page, size, theme)
        browser.shoot(shots / f"{page.stem}-{name}.png")
        width = browser.run("return document.documentElement.scrollWidth")
        if width > size[0]:
            faults.append(f"{name}: scrolls sideways, {width} px wide")
        faults += [f"{name}: {fault}" for fault in small_or_cut(browser, size)]
        faults += [f"{name}: {fault}" for fault in browser.run(SILENT_EDGES)]
        browser.open(page, size, theme, bypass=True)
        faults += [f"{name}: {fault}" for fault in axe_faults(browser, axe)]
    return faults


def check_without_scripts(browser, page, shots):
    """All words are there without scripts, and every tab of the grid can be reached."""
    browser.open(page)
    words = browser.run("return document.querySelector('main').textContent")
    browser.open(page, scripts=False)
    browser.shoot(shots / f"{page.stem}-noscript.png")
    source = browser.send("Runtime.evaluate", expression="document.querySelector('main').textContent")
    same = source.get("result", {}).get("value") == words
    browser.send("Emulation.setScriptExecutionDisabled", value=False)
    return [] if same else ["the page differs without scripts"]


def check_print(browser, page, shots):
    browser.open(page, theme="dark")
    browser.send("Emulation.setEmulatedMedia", media="print")
    signs = browser.run(SIGNS_ON_PAPER)
    browser.send("Emulation.setEmulatedMedia", media="")
    browser.open(page, theme="dark")
    pdf = base64.b64decode(browser.send("Page.printToPDF", preferCSSPageSize=True, printBackground=True)["data"])
    (shots / f"{page.stem}.pdf").write_bytes(pdf)
    sheets = len(re.findall(rb"/Type\s*/Page\b", pdf))
    faults = signs + ([] if 1 <= sheets <= 8 else [f"prints on {sheets} sheets"])
    if browser.run("return Boolean(document.getElementById('pick'))"):
        browser.driver.get(page.resolve().as_uri() + "?summary")
        pdf = base64.b64decode(browser.send("Page.printToPDF", preferCSSPageSize=True, printBackground=True)["data"])
        (shots / f"{page.stem}-summary.pdf").write_bytes(pdf)
        sheets = len(re.findall(rb"/Type\s*/Page\b", pdf))
        faults += [] if 1 <= sheets <= 2 else [f"its summary prints on {sheets} sheets"]
    return faults


def check(browser, page, axe, shots):
    """The faults of one page or drawing."""
    if page.suffix == ".svg":
        return check_drawing(browser, page, shots)
    faults = check_loading(browser, page) + check_looks(browser, page, axe, shots)
    faults += explored_looks(browser, page, axe, shots)
    return faults + check_without_scripts(browser, page, shots) + check_print(browser, page, shots)


def check_twice(browser, page, axe, shots):
    """The faults that come back in a new browser, and those that were seen only once."""
    first = check(browser, page, axe, shots)
    if not first:
        return [], []
    again = Browser()
    try:
        faults = check(again, page, axe, shots)
    finally:
        again.driver.quit()
    return faults, [fault for fault in first if fault not in faults]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shots", type=pathlib.Path, required=True, help="folder for screenshots and PDF files")
    parser.add_argument("pages", type=pathlib.Path, nargs="+")
    options = parser.parse_args()
    options.shots.mkdir(parents=True, exist_ok=True)
    axe = axe_source()
    browser = Browser()
    found = []
    try:
        for page in options.pages:
            faults, seen_once = check_twice(browser, page, axe, options.shots)
            print(f"{page.name}: {'not ok' if faults else 'ok'}", flush=True)
            for fault in seen_once:
                print(f"  only once: {fault}", flush=True)
            found += [f"{page.name}: {fault}" for fault in faults]
    finally:
        browser.driver.quit()
    for fault in found:
        print(fault, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
