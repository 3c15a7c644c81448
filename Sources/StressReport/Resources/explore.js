
// Choosing a cell of the grid. Every word comes from the page's own data and is set as text; nothing is computed here.
(function () {
  "use strict";
  var d = document, book, chosen, home, pins = [], kept = {}, drawn = { speeds: {}, columns: {} }, names = ["A", "B"];
  var tags = { k: "em", f: "strong", q: "span", n: "bdi", d: "span" }, styles = { q: "ci", d: "nb" };
  var apart = ["safeguards", "causes", "sensitivity", "events", "calendar", "conditions", "margin"];

  function make(tag, text, style) {
    var made = d.createElement(tag);
    if (text) made.textContent = text;
    if (style) made.className = style;
    return made;
  }
  function sentence(box, parts) {
    parts.forEach(function (part) {
      var kind = part[0], words = part.slice(1);
      box.appendChild(tags[kind] ? make(tags[kind], words, styles[kind]) : d.createTextNode(words));
    });
    return box;
  }
  function stored(id) { return JSON.parse(d.getElementById(id).textContent); }
  // Headline, words of no liquidation, paragraphs, key figures, title and mean of the shortfalls: the parts of the texts of a cell.
  function parts(texts) {
    var found = ["", "", [], [], "", ""], kinds = "hwpftm";
    texts.forEach(function (text) {
      var kind = kinds.indexOf(text[0]), words = text.slice(1), many = words.split("\n");
      if (kind === 0) found[0] = many; else if (kind === 2 || kind === 3) found[kind].push(many); else found[kind] = words;
    });
    return found;
  }
  // Cells as they stand down the columns, in the order of the grid.
  function inOrder(codes, unpack) {
    var height = book.leverages.length, found = [];
    codes.split("|").forEach(function (code, at) {
      found[(at % height) * book.horizons.length + Math.floor(at / height)] = code === "-" ? null : parts(unpack(code));
    });
    return found;
  }
  // In the order in which they were written: each text knows the one before.
  function read() {
    book = stored("cells");
    var unpack = unpacker(book.patterns);
    book.grids.forEach(function (own) {
      if (!own) return;
      own.scope = unpack(own.scope)[0].split("\n");
      own.columns = own.columns.map(function (code) { return code && unpack(code); });
      own.cells = inOrder(own.cells, unpack);
      own.filled = {};
      own.fills.forEach(function (fill) { own.filled[fill[0]] = inOrder(fill[1], unpack); });
    });
    var figures = stored("figures"), draw = unpacker(figures.patterns);
    function markup(code) { return code === "-" ? "" : "<" + draw(code).join("<"); }
    figures.speeds.forEach(function (speed) { drawn.speeds[speed[0]] = markup(speed[1]); });
    figures.columns.forEach(function (own) { drawn.columns[own[0]] = { leverage: markup(own[1]), severity: markup(own[2]) }; });
  }
  // The page's own markup; a parsed document runs nothing.
  function parse(markup) { return d.adoptNode(new DOMParser().parseFromString(markup, "text/html").body); }
  function grid(ref) { return book.grids[ref.grid]; }
  function cell(ref) { return grid(ref).cells[ref.place]; }
  // The cell under the fill that is looked at; what no fill changes is its own.
  function content(ref) {
    var own = cell(ref), look = fill(), other = look && (grid(ref).filled[look.tab] || [])[ref.place];
    if (!other) return own;
    var figures = own[3].map(function (figure) { return other[3].find(function (x) { return x[0] === figure[0]; }) || figure; });
    return [other[0], own[1], other[2], figures, own[4], own[5]];
  }
  function row(ref) { return Math.floor(ref.place / book.horizons.length); }
  function column(ref) { return ref.place % book.horizons.length; }
  function same(a, b) { return a && b && a.grid === b.grid && a.place === b.place; }
  function address(ref) { return book.leverages[row(ref)] + "-" + book.horizons[column(ref)] + "-" + grid(ref).tail; }
  function name(ref) {
    var where = grid(ref).name;
    return book.levels[row(ref)] + " " + book.side + ", held up to " + book.spans[column(ref)] + (where ? " (" + where + ")" : "");
  }
  // The cell that an address names; null when it names none of this page.
  function find(words) {
    var found = null;
    book.grids.forEach(function (own, place) {
      if (own) own.cells.forEach(function (content, at) {
        var ref = { grid: place, place: at };
        if (content && address(ref) === words) found = ref;
      });
    });
    return found;
  }
  function tables() { return Array.from(d.querySelectorAll("#grid .pane")).map(function (pane) { return pane.querySelectorAll(".heat"); }); }
  // The cell's place in each of the grid's tabs.
  function fields(ref) {
    return tables().map(function (list) { return list[ref.grid].tBodies[0].rows[row(ref)].querySelectorAll("td")[column(ref)]; });
  }
  function place(field) {
    var table = field.closest("table"), body = table.tBodies[0], number = Array.prototype.indexOf;
    var ref = {
      grid: number.call(field.closest(".pane").querySelectorAll(".heat"), table),
      place: number.call(body.rows, field.parentNode) * book.horizons.length + field.cellIndex - 1
    };
    return grid(ref) && cell(ref) ? ref : null;
  }

  function figures(content) {
    var list = make("dl", "", "kpi");
    content[3].forEach(function (figure, at) {
      var box = make("div", "", at === 1 ? "main" : "side"), number = make("dd", figure[1], "num");
      if (figure[2]) number.appendChild(make("small", "\u00A0" + figure[2]));
      box.append(make("dt", figure[0]), number);
      figure.slice(3).forEach(function (note) { box.appendChild(make("dd", note, "sub")); });
      list.appendChild(box);
    });
    return list;
  }
  function answer(ref) {
    var words = content(ref), head = sentence(make("h1"), words[0]), shown;
    head.id = "h-answer";
    shown = [sentence(make("p", "", "kicker"), grid(ref).scope), head];
    if (words[1]) shown.push(make("p", words[1], "lede"));
    words[2].forEach(function (paragraph) { shown.push(sentence(make("p", "", "lede worst"), paragraph)); });
    if (words[3].length) shown.push(figures(words));
    return shown;
  }
  function showAnswer(ref) {
    var box = d.getElementById("cell");
    d.getElementById("now").replaceChildren();
    kept.answer = kept.answer || Array.from(box.childNodes);
    box.replaceChildren.apply(box, same(ref, home) && content(ref) === cell(ref) ? kept.answer : answer(ref));
    sentence(d.getElementById("now"), content(ref)[0]);
  }

  function mark(ref) {
    d.querySelectorAll("#grid .on").forEach(function (field) {
      field.classList.remove("on");
      field.setAttribute("aria-selected", "false");
    });
    fields(ref).forEach(function (field) {
      field.closest("table").querySelectorAll("td[tabindex='0']").forEach(function (stop) { stop.tabIndex = -1; });
      field.classList.add("on");
      field.setAttribute("aria-selected", "true");
      field.tabIndex = 0;
    });
    d.getElementById("grid").classList.toggle("away", !same(ref, home));
  }

  // The mark on the curve: its places are the drawing's own.
  function moveSpot(drawing, ref) {
    var spot = drawing && drawing.querySelector(".spot"), figure = cell(ref)[3][1], found;
    if (!spot) return;
    var look = fill(), field = look ? fields(ref)[look.place] : null;
    found = ((look ? spot.dataset[look.name] : spot.dataset.spots) || "").split(",").map(function (part) { return part.split(" "); })
      .find(function (part) { return part[0] === book.leverages[row(ref)]; });
    spot.classList.toggle("off", !found || !figure);
    if (!found || !figure) return;
    var line = spot.children[0], dot = spot.children[1], words = spot.children[2], isLeft = +found[1] > +spot.dataset.turn;
    line.setAttribute("d", "M" + found[1] + " " + found[2] + line.getAttribute("d").replace(/^[^V]*/, ""));
    dot.setAttribute("cx", found[1]);
    dot.setAttribute("cy", found[2]);
    words.setAttribute("x", +found[1] + (isLeft ? -8 : 8));
    words.setAttribute("text-anchor", isLeft ? "end" : "start");
    words.textContent = book.levels[row(ref)] + " · " + (field ? field.firstChild.textContent + "\u202F%" : figure[1] + (figure[2] ? "\u202F" + figure[2] : ""));
  }
  // The fill that is looked at beside the study's own: the name of its places on a curve, its tab and the place of that; null for the study's.
  var lines = {};
  function fill() {
    var on = d.querySelector("#pick input[name='fill']:checked");
    if (!on || !lines[on.value]) return null;
    var tabs = Array.from(d.querySelectorAll("#grid .tabs > input"));
    return { name: lines[on.value], tab: on.value, place: tabs.indexOf(d.getElementById(on.value)), words: on.parentNode.textContent };
  }
  // What the chosen cell says under that fill, from its field of the grid; what does not follow is named.
  function showFill(ref) {
    var box = d.getElementById("fill-now"), look = fill(), field = look && fields(ref)[look.place];
    box.hidden = !field;
    if (!field) return;
    var number = field.firstChild.textContent, says = (field.getAttribute("data-tip") || "").split("\n").slice(1).join("; ");
    box.textContent = "Filled " + look.words + ": " + number + (/[0-9]/.test(number) ? "\u202F%" : "") + " ended below zero; " + says
      + ". What stands below the key figures, and the figure of shortfalls, stay with the study’s own fill.";
  }
  function moveLabel(drawing, ref) {
    if (drawing) drawing.querySelectorAll("text[text-anchor='end']").forEach(function (label) {
      if (book.levels.indexOf(label.textContent) < 0) return;
      label.setAttribute("class", label.textContent === book.levels[row(ref)] ? "nm s1t" : "tl");
    });
  }
  function section(id) {
    var box = d.getElementById(id);
    if (!kept[id]) {
      var figure = box.querySelector("figure"), link = box.querySelector(".src a[href$='.svg']");
      kept[id] = { figure: figure, link: link, address: link && link.getAttribute("href"), drawing: figure && figure.firstElementChild, title: box.querySelector("h2").textContent,
        words: box.querySelector(".def").textContent };
    }
    return box;
  }
  // The drawing of a holding time; undefined where the page has none.
  function drawing(id, ref) {
    if (ref.grid === home.grid && column(ref) === column(home)) return kept[id].drawing;
    var own = drawn.columns[ref.grid + "-" + column(ref)];
    return own ? own[id] ? parse(own[id]).firstElementChild : null : undefined;
  }
  // Time to liquidation, where the run has the curve of the chosen cell; else it stays the headline's, and says so.
  function showSpeed(ref) {
    if (!d.getElementById("speed")) return;
    var box = section("speed"), isHome = same(ref, home), own = kept.speed;
    var markup = ref.grid === home.grid && column(ref) === column(home) && drawn.speeds[book.leverages[row(ref)]];
    var parts = !isHome && markup && own.figure ? parse(markup) : null, shown = own.drawing;
    if (parts) shown = parts.querySelector("svg");
    if (own.figure) own.figure.firstElementChild.replaceWith(shown);
    box.querySelector("h2").textContent = parts ? parts.querySelector("h2").textContent : own.title;
    box.querySelector(".def").textContent = parts ? parts.querySelector("p").textContent : own.words;
    if (own.figure) offer("speed", shown, !parts, ref);
    say("speed", !isHome && !parts);
  }
  // A section that speaks of the headline while another cell is chosen says so.
  function say(id, isApart) {
    var box = d.getElementById(id), note = box && box.querySelector(".apart");
    if (note) note.remove();
    if (box && isApart) box.querySelector(".head").appendChild(make("p", "About the study’s headline, " + name(home) + ", not the chosen cell.", "key apart"));
  }
  // The link to the drawing as a file: the run's own for the headline's holding time, else made of what is shown, with its colours.
  function offer(id, shown, isOwn, ref) {
    var link = kept[id].link;
    if (!link) return;
    if (isOwn || !shown) {
      link.href = kept[id].address;
      link.removeAttribute("download");
      return;
    }
    var copy = shown.cloneNode(true), look = getComputedStyle(d.documentElement), style = d.createElementNS(copy.namespaceURI, "style");
    var used = Array.from(copy.querySelectorAll("[class]")).map(function (x) { return x.getAttribute("class"); }).join(" ").split(" ");
    style.textContent = Array.from(d.styleSheets[0].cssRules).filter(function (rule) {
      var parts = /^\.(?:chart )?(text|\.?[a-z0-9-]+)(\.[a-z0-9]+)?$/.exec(rule.selectorText || "");
      return parts && [parts[1], parts[2] || "text"].every(function (name) {
        name = name.replace(".", "");
        return name === "text" || name === "off" || used.indexOf(name) >= 0;
      });
    }).map(function (rule) { return rule.cssText; }).join("\n").replace(/var\((--[a-z0-9]+)\)/g, function (whole, name) {
      return look.getPropertyValue(name).trim();
    });
    copy.prepend(style);
    var size = copy.getAttribute("viewBox").split(" "), words = d.createElementNS(copy.namespaceURI, "title");
    copy.setAttribute("width", size[2]);
    copy.setAttribute("height", size[3]);
    copy.setAttribute("font-family", "Inter, system-ui, sans-serif");
    words.textContent = copy.getAttribute("aria-label").replace(" Every value is in the table below.", "") + " " + name(ref) + ".";
    copy.prepend(words);
    link.href = "data:image/svg+xml," + encodeURIComponent(new XMLSerializer().serializeToString(copy));
    link.download = address(ref) + "-" + id + ".svg";
  }
  function showFigure(id, ref, title, words) {
    var box = section(id), own = kept[id], isOwn = ref.grid === home.grid && column(ref) === column(home), shown = drawing(id, ref);
    var none = box.querySelector(".none"), table = box.querySelector("details");
    if (table) table.hidden = !isOwn;
    if (shown === undefined) {
      // No drawing of this holding time is on the page: what is shown stays the headline's, and says so.
      shown = own.drawing;
      title = own.title;
      words = own.words;
    }
    if (!own.figure && shown) {
      own.figure = make("figure");
      box.querySelector(".head").after(own.figure);
    }
    if (own.figure) {
      var before = own.figure.firstElementChild, hatch = before && before.querySelector("pattern");
      if (hatch && shown && !shown.querySelector("pattern")) shown.prepend(hatch);
      if (before && shown) before.replaceWith(shown); else if (before) before.remove(); else if (shown) own.figure.prepend(shown);
    }
    if (none) none.hidden = Boolean(shown);
    box.querySelector("h2").textContent = title;
    box.querySelector(".def").textContent = words;
    return shown;
  }
  function showFigures(ref) {
    var own = cell(ref), words = grid(ref).columns[column(ref)], isHome = same(ref, home);
    if (!d.getElementById("leverage") || !words) return;
    section("leverage");
    section("severity");
    var curve = showFigure("leverage", ref, words[0], words[1]);
    var shortfalls = showFigure("severity", ref, isHome ? kept.severity.title : own[4], words[2]);
    moveSpot(curve, ref);
    moveLabel(shortfalls, ref);
    offer("leverage", curve, isHome, ref);
    offer("severity", shortfalls, isHome, ref);
    var mean = d.querySelector("#severity .mean");
    if (mean) mean.textContent = own[5];
    showSpeed(ref);
    apart.forEach(function (id) { say(id, !isHome); });
  }

  function showPins() {
    var box = d.getElementById("compare"), shown = pins.length === 1 && !same(pins[0], chosen) ? pins.concat(chosen) : pins;
    d.querySelectorAll("#grid [data-pin]").forEach(function (field) { field.removeAttribute("data-pin"); });
    pins.forEach(function (ref, at) { fields(ref).forEach(function (field) { field.setAttribute("data-pin", names[at]); }); });
    var isPinned = pins.some(function (ref) { return same(ref, chosen); });
    d.getElementById("pin").textContent = isPinned ? "Unpin" : "Pin to compare";
    box.hidden = !pins.length;
    box.replaceChildren(comparison(shown));
  }
  function comparison(refs) {
    var table = make("table", "", "tbl"), head = make("tr"), body = make("tbody"), titles = [];
    head.appendChild(make("th", "Figure"));
    refs.forEach(function (ref, at) {
      head.appendChild(make("th", (at < pins.length ? names[at] + ": " : "Chosen: ") + name(ref)));
      content(ref)[3].forEach(function (figure) { if (titles.indexOf(figure[0]) < 0) titles.push(figure[0]); });
    });
    Array.from(head.children).forEach(function (title) { title.scope = "col"; });
    titles.forEach(function (title) {
      var line = make("tr"), first = make("th", title);
      first.scope = "row";
      line.appendChild(first);
      refs.forEach(function (ref) { line.appendChild(compared(content(ref)[3].find(function (figure) { return figure[0] === title; }))); });
      body.appendChild(line);
    });
    var line = make("tr"), first = make("th", "In words");
    first.scope = "row";
    line.appendChild(first);
    refs.forEach(function (ref) { line.appendChild(sentence(make("td"), content(ref)[0])); });
    body.appendChild(line);
    var top = make("thead");
    top.appendChild(head);
    table.append(make("caption", "Cells side by side", "vh"), top, body);
    return table;
  }
  function compared(figure) {
    if (!figure) return make("td", "none: no entry");
    var field = make("td");
    field.appendChild(make("b", figure[1] + (figure[2] ? "\u00A0" + figure[2] : "")));
    figure.slice(3).forEach(function (note) {
      field.append(make("br"), make("small", note));
    });
    return field;
  }
  function pin() {
    var at = pins.findIndex(function (ref) { return same(ref, chosen); });
    if (at >= 0) pins.splice(at, 1); else pins = pins.concat(chosen).slice(-2);
    showPins();
  }

  function choose(ref) {
    if (same(ref, chosen)) return;
    chosen = ref;
    mark(ref);
    showAnswer(ref);
    showFigures(ref);
    var twin = d.getElementById("twin");
    if (twin) twin.href = "../reports/" + book.twin + "#" + twinAddress(ref);
    var own = d.querySelector("#pick input[name='grid'][value='" + ref.grid + "']");
    if (own) own.checked = true;
    showFill(ref);
    showPins();
  }
  // Another fill: its tab of the grid, first sentence and key figures, the line below the grid and the mark on the curve.
  function turn() {
    var on = d.querySelector("#pick input[name='fill']:checked");
    d.getElementById(on.value).checked = true;
    showFill(chosen);
    showAnswer(chosen);
    showPins();
    var box = d.getElementById("leverage"), curve = box && box.querySelector("figure svg");
    if (curve) moveSpot(curve, chosen);
  }
  // Another contract or platform: the same leverage and holding time there.
  function move(e) {
    var ref = { grid: +e.target.value, place: chosen.place };
    if (!cell(ref)) return;
    choose(ref);
    tell(ref);
  }
  function twinAddress(ref) {
    var other = book.side === "long" ? "short" : "long";
    return book.leverages[row(ref)] + "-" + book.horizons[column(ref)] + "-" + other + grid(ref).tail.slice(book.side.length);
  }
  // Files may not change their whole address; the part behind # they may.
  function tell(ref) {
    try { history.replaceState(null, "", "#" + address(ref)); } catch (e) { location.replace("#" + address(ref)); }
  }
  function follow() {
    var words = decodeURIComponent(location.hash.slice(1));
    if (!/^[0-9.]+x-/.test(words)) return;
    var ref = find(words);
    if (ref) return choose(ref);
    d.getElementById("now").textContent = "This page has no cell " + words + ".";
  }
  function onFocus(e) {
    var field = e.target.closest && e.target.closest("#grid .heat td"), ref = field && place(field);
    if (!ref || same(ref, chosen)) return;
    choose(ref);
    tell(ref);
    field.focus();
  }
  function onClick(e) {
    var field = e.target.closest && e.target.closest("#grid .heat td");
    if (field) field.focus();
  }
  function onKey(e) {
    var field = d.activeElement && d.activeElement.closest("#grid .heat td");
    if (!field || e.key !== "Home" && e.key !== "End") return;
    var all = field.parentNode.querySelectorAll("td");
    e.preventDefault();
    all[e.key === "Home" ? 0 : all.length - 1].focus();
  }
  function copyLink(button) {
    var words = button.textContent, whole = location.href.split("#")[0] + "#" + address(chosen);
    var copied = navigator.clipboard ? navigator.clipboard.writeText(whole) : Promise.reject();
    copied.then(function () {
      button.textContent = "Copied";
      setTimeout(function () { button.textContent = words; }, 2000);
    }, function () { window.prompt("Copy:", whole); });
  }

  d.addEventListener("DOMContentLoaded", function () {
    if (!d.getElementById("cells")) return;
    read();
    home = find(book.home);
    if (!home) return;
    chosen = home;
    tables().forEach(function (list) {
      list.forEach(function (table, at) {
        if (!book.grids[at]) return;
        table.setAttribute("role", "grid");
        table.querySelectorAll("tbody td").forEach(function (field) { field.setAttribute("aria-selected", "false"); });
      });
    });
    mark(home);
    d.addEventListener("focusin", onFocus);
    d.addEventListener("click", onClick);
    d.addEventListener("keydown", onKey);
    addEventListener("hashchange", follow);
    d.getElementById("pin").addEventListener("click", pin);
    d.getElementById("copy-cell").addEventListener("click", function (e) { copyLink(e.currentTarget); });
    d.getElementById("go-home").addEventListener("click", function () { choose(home); tell(home); });
    d.querySelectorAll("#pick input[name='fill']").forEach(function (input) {
      lines[input.value] = { "at once": "gap", best: "best", worst: "worst" }[input.parentNode.textContent.trim()];
      input.addEventListener("change", turn);
    });
    d.querySelectorAll("#pick input[name='grid']").forEach(function (input) { input.addEventListener("change", move); });
    // The tabs of the grid are switches, too.
    d.querySelectorAll("#grid .tabs > input").forEach(function (tab) {
      tab.addEventListener("change", function () {
        var own = d.querySelector("#pick input[name='fill'][value='" + tab.id + "']");
        if (!own) return;
        own.checked = true;
        turn();
      });
    });
    follow();
  });
})();
