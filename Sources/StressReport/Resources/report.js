// Everything here is comfort: the page is complete without it.
// Texts that differ in few numbers, as the program writes them: a function that gives the texts of one block after the other.
function unpacker(patterns) {
  "use strict";
  var followers = {}, before = {};
  return function (block) {
    var now = {}, last = -1;
    var texts = block.split(";").map(function (code) {
      var at = code.indexOf(":"), own = at < 0 ? followers[last] : +code.slice(0, at), fields = code.slice(at + 1).replace(/\//g, "<").split(",");
      var used = now[own] = now[own] || [], old = (before[own] || [])[used.length] || used[used.length - 1] || [];
      var words = patterns[own].split("#"), numbers = words.slice(1).map(function (x, i) { return fields[i] || old[i]; });
      followers[last] = own;
      last = own;
      used.push(numbers);
      return words.map(function (part, i) { return i ? numbers[i - 1] + part : part; }).join("");
    });
    Object.assign(before, now);
    return texts;
  };
}
(function () {
  "use strict";
  var d = document, root = d.documentElement, key = "belowzero-theme", tip, current = null;
  root.classList.add("js");
  // A summary for paper: the answer, the grid and the two figures beside it.
  if (location.search === "?summary") root.classList.add("summary");
  // A stored choice must be in place before the first paint; storage may be forbidden for files.
  try { var stored = localStorage.getItem(key); if (stored) root.dataset.theme = stored; } catch (e) {}

  function isDark() {
    var theme = root.dataset.theme;
    return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }
  function labelTheme(button) {
    button.textContent = isDark() ? "Light" : "Dark";
    button.setAttribute("aria-pressed", String(isDark()));
  }
  function hide() {
    if (current) current.removeAttribute("aria-describedby");
    current = null;
    tip.hidden = true;
  }
  function show(cell, x, y) {
    if (current !== cell) {
      hide();
      current = cell;
      tip.textContent = "";
      cell.getAttribute("data-tip").split("\n").forEach(function (line, i) {
        var part = d.createElement(i ? "div" : "b");
        part.textContent = line;
        tip.appendChild(part);
      });
      cell.setAttribute("aria-describedby", "tip");
      tip.hidden = false;
    }
    var box = tip.getBoundingClientRect();
    var left = Math.min(x + 14, innerWidth - box.width - 8), top = y + 18;
    if (top + box.height > innerHeight - 8) top = y - box.height - 14;
    tip.style.left = Math.max(8, left) + "px";
    tip.style.top = Math.max(8, top) + "px";
  }
  // The cell an arrow key leads to: heads are not cells, so the walk stays among the numbers.
  function neighbour(cell, arrow) {
    var row = cell.parentNode, column = cell.cellIndex, next = null;
    if (arrow === "ArrowRight") next = cell.nextElementSibling;
    if (arrow === "ArrowLeft") next = cell.previousElementSibling;
    if (arrow === "ArrowDown") { do row = row.nextElementSibling; while (row && row.hidden); if (row) next = row.cells[column]; }
    if (arrow === "ArrowUp") { do row = row.previousElementSibling; while (row && row.hidden); if (row) next = row.cells[column]; }
    return next && next.tagName === "TD" ? next : null;
  }
  // The mark of a drawing that an arrow key leads to, in the order in which they are drawn.
  function nextMark(mark, arrow) {
    var marks = Array.prototype.slice.call(mark.closest(".chart").querySelectorAll("[data-tip]")), place = marks.indexOf(mark);
    if (arrow === "ArrowRight" || arrow === "ArrowDown") return marks[place + 1] || null;
    if (arrow === "ArrowLeft" || arrow === "ArrowUp") return marks[place - 1] || null;
    if (arrow === "Home") return marks[0];
    return arrow === "End" ? marks[marks.length - 1] : null;
  }
  function onKey(e) {
    if (e.key === "Escape") return hide();
    var mark = d.activeElement && d.activeElement.closest(".chart [data-tip]");
    var other = mark && nextMark(mark, e.key);
    if (other) {
      e.preventDefault();
      mark.setAttribute("tabindex", "-1");
      other.setAttribute("tabindex", "0");
      return other.focus();
    }
    var cell = d.activeElement && d.activeElement.closest(".heat td");
    var next = cell && neighbour(cell, e.key);
    if (!next) return;
    e.preventDefault();
    cell.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }
  function onFocus(e) {
    var cell = e.target;
    if (!cell.hasAttribute("data-tip")) return hide();
    var box = cell.getBoundingClientRect();
    show(cell, box.left + box.width / 2, box.bottom - 14);
  }
  function onPointer(e) {
    var cell = e.target.closest && e.target.closest("[data-tip]");
    if (cell) show(cell, e.clientX, e.clientY); else if (current && current !== d.activeElement) hide();
  }
  // The explanations of a table's cells, which the table keeps in few bytes.
  function giveTips(table) {
    var unpack = unpacker(table.dataset.words.split("|")), codes = table.dataset.tips.split("|"), rows = Array.from(table.tBodies[0].rows);
    codes.forEach(function (code, place) {
      if (code === "-") return;
      var row = rows[place % rows.length], column = Math.floor(place / rows.length) + 1, cell = row.cells[column], small = cell.querySelector("small");
      var texts = { "@": row.cells[0].textContent, "$": table.tHead.rows[0].cells[column].textContent, "~": small && small.textContent };
      cell.setAttribute("data-tip", unpack(code)[0].replace(/[@$~]/g, function (sign) { return texts[sign]; }));
    });
  }
  // One tab stop a table, on the headline cell where there is one.
  function makeStops(table) {
    var first = table.querySelector("td.hl") || table.querySelector("tbody td");
    table.querySelectorAll("tbody td").forEach(function (cell) { cell.tabIndex = cell === first ? 0 : -1; });
  }
  // One tab stop a drawing, on its first mark. A picture as a whole has no parts to a reader of screens; one that can be walked has.
  function makeMarks(chart) {
    chart.querySelectorAll("[data-tip]").forEach(function (mark, i) {
      if (!i) chart.setAttribute("role", "group");
      mark.setAttribute("role", "img");
      mark.setAttribute("aria-label", mark.getAttribute("data-tip").replace(/\n/g, ", "));
      mark.setAttribute("tabindex", i ? "-1" : "0");
    });
  }
  // Hides the rows whose name does not hold the words; a table stays in its order.
  function filterRows(words) {
    var parts = words.toLowerCase().split(/\s+/), shown = 0;
    d.querySelectorAll(".sortable tbody tr, .filtered tbody tr").forEach(function (row) {
      var name = row.cells[0].textContent.toLowerCase();
      row.hidden = !parts.every(function (part) { return name.indexOf(part) >= 0; });
      if (!row.hidden && row.closest(".sortable")) shown++;
    });
    d.querySelectorAll(".card").forEach(function (card) {
      var name = card.textContent.toLowerCase();
      card.hidden = !parts.every(function (part) { return name.indexOf(part) >= 0; });
      if (!card.hidden) shown++;
    });
    // The curves of a table's rows; a group without any is hidden with its title.
    d.querySelectorAll(".minis li").forEach(function (item) {
      var name = item.firstChild.textContent.toLowerCase();
      item.hidden = !parts.every(function (part) { return /^(long|short)$/.test(part) || name.indexOf(part) >= 0; });
    });
    d.querySelectorAll(".group").forEach(function (group) { group.hidden = !group.querySelector("li:not([hidden])"); });
    d.getElementById("found").textContent = words ? shown + " found" : "";
  }
  // A field as it is sorted: numbers by size, times in hours; what is no number comes last.
  var hours = { s: 1 / 3600, min: 1 / 60, h: 1, d: 24 };
  function rank(cell) {
    var text = cell && cell.firstChild ? cell.firstChild.textContent.replace(/[\u202F\u00A0]/g, "").replace("−", "-").replace(/^≤/, "") : "";
    if (text[0] === "<") return parseFloat(text.slice(1)) / 2;
    if (text[0] === ">") return parseFloat(text.slice(1)) + 0.01;
    var value = parseFloat(text), unit = /^[-+0-9.]+(s|min|h|d)$/.exec(text);
    return isNaN(value) ? -Infinity : unit ? value * hours[unit[1]] : value;
  }
  function compare(a, b) {
    var x = rank(a), y = rank(b);
    return x === y ? a.textContent.localeCompare(b.textContent, "en", { numeric: true }) : x < y ? -1 : 1;
  }
  function sortRows(table, column, head) {
    var body = table.tBodies[0], rows = Array.prototype.slice.call(body.rows), sign;
    var falls = column > 0 ? head.getAttribute("aria-sort") !== "descending" : head.getAttribute("aria-sort") === "ascending";
    sign = falls ? -1 : 1;
    rows.sort(function (a, b) {
      if (!column) return a.cells[0].textContent.localeCompare(b.cells[0].textContent, "en", { numeric: true }) * sign;
      return compare(a.cells[column], b.cells[column]) * sign;
    });
    table.querySelectorAll("[aria-sort]").forEach(function (x) { x.removeAttribute("aria-sort"); });
    head.setAttribute("aria-sort", falls ? "descending" : "ascending");
    rows.forEach(function (row) { body.appendChild(row); });
  }
  // Tables of one line a row, whose heads stand over every column.
  function isSortable(table) {
    var rows = table.tBodies[0] ? Array.from(table.tBodies[0].rows) : [];
    if (table.classList.contains("checks-t") || rows.length < 3 || !table.tHead || table.tHead.rows.length !== 1) return false;
    var width = table.tHead.rows[0].cells.length;
    return rows.every(function (row) { return row.cells.length === width; });
  }
  function makeSortable(table) {
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (head, column) {
      var button = d.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.textContent = head.textContent;
      head.textContent = "";
      head.appendChild(button);
      button.addEventListener("click", function () { sortRows(table, column, head); });
    });
  }
  function copy(button) {
    var text = d.getElementById(button.getAttribute("data-copy")).textContent;
    var copied = navigator.clipboard ? navigator.clipboard.writeText(text) : Promise.reject();
    copied.then(function () { button.textContent = "Copied"; }, function () { window.prompt("Copy:", text); });
  }

  d.addEventListener("DOMContentLoaded", function () {
    tip = d.getElementById("tip");
    d.querySelectorAll("table[data-tips]").forEach(giveTips);
    d.querySelectorAll(".heat").forEach(makeStops);
    d.querySelectorAll("svg.chart").forEach(makeMarks);
    d.querySelectorAll(".sortable").forEach(makeSortable);
    Array.from(d.querySelectorAll("table.tbl:not(.sortable)")).filter(isSortable).forEach(makeSortable);
    var filter = d.getElementById("filter");
    if (filter) filter.addEventListener("input", function () { filterRows(filter.value.trim()); });
    d.addEventListener("pointermove", onPointer);
    d.addEventListener("pointerdown", onPointer);
    d.addEventListener("keydown", onKey);
    d.addEventListener("focusin", onFocus);
    // A walk by keyboard may scroll its table; only then does the explanation stay.
    d.addEventListener("scroll", function () { if (current && current !== d.activeElement) hide(); }, true);
    d.getElementById("print").addEventListener("click", function () { print(); });
    d.querySelectorAll("[data-copy]").forEach(function (b) { b.addEventListener("click", function () { copy(b); }); });
    var theme = d.getElementById("theme");
    labelTheme(theme);
    theme.addEventListener("click", function () {
      root.dataset.theme = isDark() ? "light" : "dark";
      try { localStorage.setItem(key, root.dataset.theme); } catch (e) {}
      labelTheme(theme);
    });
  });
  // Printed pages show what is folded away on screen, and fold it again afterwards.
  addEventListener("beforeprint", function () {
    d.querySelectorAll("details:not([open])").forEach(function (x) { x.open = true; x.dataset.folded = "1"; });
  });
  addEventListener("afterprint", function () {
    d.querySelectorAll("details[data-folded]").forEach(function (x) { x.open = false; delete x.dataset.folded; });
  });
})();
