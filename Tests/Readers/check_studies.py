"""Holds the study schema and the program to one verdict on every study of a set.

    check_studies.py BELOWZERO

Each study is one that both take, with one part changed; what values only say together (ranges that rise, names that exist,
files) the schema does not know, so none of the studies depends on it. Prints what differs and ends with 1 if anything does.
"""
import concurrent.futures
import copy
import json
import pathlib
import subprocess
import sys
import tempfile

import jsonschema

root = pathlib.Path(__file__).resolve().parents[2]
program = str(pathlib.Path(sys.argv[1]).resolve())
schema = json.loads((root / "Data/Studies/study.schema.json").read_text())
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)

INF = float("inf")
BASE = {
    "version": 1,
    "name": "agree",
    "data": [{"asset": "A", "path": "a.csv"}],
    "grid": {"leverage": [1, 5], "horizon": ["1d"]},
    "platforms": {"typical": {"tiers": [{"to": INF, "rate": 0.005}]}},
}
ABSENT = object()
INPUT = {"asset": "A", "path": "a.csv"}
LIMIT = {"measure": "negative_equity_frac", "max": 0.05}

# Where, and the values to put there.
CHANGES = {
    "version": [1, 2, 0, "1", ABSENT, None, [1]],
    "name": ["x", "a.b-c_d", ".x", "-x", "", "a b", "x" * 64, "x" * 65, 7, None, ["x"], ABSENT],
    "nmae": ["x"],
    "data": [INPUT, [INPUT], [INPUT, {**INPUT, "asset": "B"}], [], {}, "a.csv", None, ABSENT, [INPUT, 5]],
    "data.0.asset": ["=1+1", "+x", "-x", "@x", "\uFF1Dx", "x@y", "x=1", " x", "x" * 64, "x" * 65, "", 42, True, None, ABSENT, ["A"]],
    "data.0.path": ["b.csv", ["a.csv", "b.csv"], [], "", [""], 5, None, ABSENT, {"a": 1}],
    "data.0.format": ["auto", "binance", None, ["auto"]],
    "data.0.header": ["auto", True, False, "true", "yes", 1, None],
    "data.0.kind": ["auto", "bars", "trades", "tick", None],
    "data.0.bar": ["1m", "0m", "1 m", 60, "m", None],
    "data.0.numbers": ["auto", "1,234.5", 1234.5, "1234.5", "12", 12, None],
    "data.0.delimiter": [",", ";", "\t", "|", "tab", "", None],
    "data.0.symbol": ["BTC", 5, "", None, ["BTC"]],
    "data.0.table": ["BTC_60", 5, "", None, ["BTC_60"]],
    "data.0.each": ["symbol", "table", "market", "", 5, None, ["symbol"]],
    "data.0.time": ["auto", "ms", "ISO 8601", "%d/%m/%Y", None, ["ms"]],
    "data.0.timezone": ["UTC", "Z", "+03:00", "-0300", "Europe/Berlin", None],
    "data.0.policy": [{"bad_ticks": "drop"}, {"bad_ticks": "delete"}, {"bad_tick": "drop"}, {"bad_row": "keep"}, {}, "drop", None],
    "data.0.columns": [
        {"time": 0, "price": 1}, {"time": "t", "open": 1, "high": 2, "low": 3, "close": 4, "volume": 5},
        {"time": [0, 1], "bid": 2, "ask": 3}, {"time": 0}, {"price": 1}, {"time": 0, "price": 1, "open": 2},
        {"time": 0, "bid": 1}, {"time": 1024, "price": 1}, {"time": -1, "price": 1}, {"time": 0, "price": ""},
        {"time": 0, "open": 1, "high": 2, "low": 3}, {"time": [], "price": 1}, [0, 1], None,
        {"time": 0, "bid": 1, "ask": 2, "open": 3}, {"time": 0, "pirce": 1}, {"symbol": "coin"}, {"symbol": 1024}, {},
        {"time": 0, "price": 1, "symbol": 2}, {"time": 0, "symbol": 2}, {"price": 1, "symbol": 2}, {"symbol": None},
    ],
    "data.0.funding": [
        {"path": "f.csv"}, {"path": ["f.csv"], "shift": "-3h"}, {"rate": 0.0001, "interval": "8h"}, {"rate": 0.0001},
        {"rate": 0.2, "interval": "8h"}, {"path": "f.csv", "rate": 0.0001}, {}, "f.csv", None,
        {"path": "f.csv", "columns": {"time": 0, "rate": "r"}}, {"path": "f.csv", "columns": {"time": 0}},
        {"rate": 0.0001, "interval": "8h", "shift": "1h"},
    ],
    "data.0.mark": [{"path": "m.csv"}, {"path": "m.csv", "asset": "A"}, {}, "m.csv", None],
    "data.0.reference": [{"path": "m.csv", "columns": {"time": 0, "price": 1}}, {"format": "auto"}],
    "grid": [{}, None, [], ABSENT],
    "grid.contract": ["linear", ["linear", "inverse"], "linear,inverse", ["linear, spot"], "linaer", [], None, ["both"]],
    "grid.side": ["long", "both", ["both"], ["long", "short"], "long,short", "lang", "Both", [], None, True, ["long", 5]],
    "grid.leverage": [
        1, 1000, 1000.5, 0.5, 0, -1, "5", "1:125", "1:100:5", "1,5,20", "1:10,20", ["1:10", 20], [1.5], [], ["x"], "x",
        "1:", ":5", "1:2:3:4", "1,,2", "0:5", "1:1001", {"from": 1, "to": 125}, {"from": 1, "to": 3, "step": 0.5},
        {"from": 1}, {"from": 0.5, "to": 3}, {"from": 1, "to": 1001}, {"from": 1, "to": 3, "step": 0},
        {"from": 1, "to": 3, "setp": 1}, None, True, ABSENT, [[1]], "1, 5", "1.5:3:0.5",
    ],
    "grid.horizon": [
        "7d", ["4h", "7d"], "1d,7d", ["1d,7d", "30d"], "1d, 7d", "1d,", "7", 7, "0d", "-1d", "1.5d", [], None, ABSENT, "2w", "1y",
    ],
    "grid.platform": ["typical", ["typical"], [], None, {"typical": 1}],
    "position": [{}, None, []],
    "position.notional": [1, 1e15, 1e16, 0, -1, "x", "100", None],
    "position.stride": [1, 10**9, 10**9 + 1, 0, 1.5, "2", None],
    "position.max_gap": ["auto", "off", False, "10m", "0m", "never", True, None],
    "position.strid": [1],
    "statistics.confidence": [0.5, 0.99, 0.4, 1, "0.95", None],
    "statistics.resamples": [0, 99, 100, 100000, 100001, -1, "100", None],
    "statistics.block": ["1d", "0d", 1, None],
    "statistics.seed": [0, 5, -1, 1.5, None],
    "statistics.max_frequency": [0.01, 0.5, 0.6, 0, None],
    "statistics.look_back_margin": [
        {}, {"look_back": "182d"}, {"look_back": ["182d"], "frequency": 0.01, "hour": [0, 12], "as_of": "2025-08-23"},
        {"hour": 24}, {"frequency": 0.6}, {"as_of": "soon"}, [], None,
    ],
    "platforms": [{}, None, [], ABSENT],
    "platforms.typical": [{}, None, [], 5],
    "platforms.typical.fees": [{}, {"open": 0.1}, {"open": 0.2}, {"opne": 0}, {"open": "x"}, None],
    "platforms.typical.slippage": [0, 0.99, 1, -0.1, {"base": 0, "kappa": 100}, {"base": 0}, {"base": 0, "kappa": 101}, None],
    "platforms.typical.tiers": [
        [{"to": INF, "rate": 0.005, "amount": 0, "max_leverage": 20}], [{"to": INF}], [{"rate": 0.005}], [], "x",
        [{"to": INF, "rate": 2}], [{"to": INF, "rate": 0.1, "max_leverage": 1001}], [{"to": -1, "rate": 0.1}], None,
        {"file": "t.json", "symbol": "X"}, {"file": "t.csv", "contract_size": 5}, {"file": "t.json"},
        {"file": "t", "symbol": "X", "contract_size": 5}, {"symbol": "X"},
    ],
    "platforms.typical.liquidation": [
        {}, {"enabled": False}, {"enabled": "no"}, {"trigger": "close"}, {"trigger": "open"}, {"fill": "bounds"}, {"fill": "soon"},
        {"fill": "next", "latency": 2}, {"latency": 0}, {"latency": 10001}, {"partial": 1}, {"bounds": True}, None,
    ],
    "platforms.typical.borrow": [
        {"rate": 0.1, "margin_level": 1.1}, {"rate": 0.1}, {"rate": 11, "margin_level": 1.1}, {"rate": 0.1, "margin_level": 0.9}, None,
    ],
    "limits": [
        LIMIT, [LIMIT], [LIMIT, {**LIMIT, "side": "short"}], [], {}, None, "x", [{"max_age": "36h"}],
        [{"max_age": "36h", "asset": "A"}], [{"max_age": "36h", "side": "long"}], [{"max_age": "36h", "not_shown": "ok"}], [{"max_age": "36h", **LIMIT}], [{"max_age": 36}],
        [{"measure": "negative_equity_frac"}], [{"max": 0.05}], [{**LIMIT, "min": 0}], [{**LIMIT, "measure": "negative"}],
        [{**LIMIT, "bound": "upper"}], [{**LIMIT, "bound": "middle"}], [{**LIMIT, "leverage": 0.5}], [{**LIMIT, "leverage": "5"}],
        [{**LIMIT, "horizon": 1}], [{**LIMIT, "sied": "long"}], [{**LIMIT, "max": "x"}], [{**LIMIT, "side": "both"}],
        [{"measure": "negative_equity_frac", "drift": {"max_change": 0.01}}],
        [{"measure": "negative_equity_frac", "drift": {"runs": 20, "half_widths": 2}}],
        [{"measure": "negative_equity_frac", "drift": {"runs": 2, "max_change": 0.01}}],
        [{"measure": "negative_equity_frac", "drift": {"runs": 1001, "max_change": 0.01}}],
        [{"measure": "negative_equity_frac", "drift": {"runs": 20}}],
        [{"measure": "negative_equity_frac", "drift": {"max_change": 0.01, "half_widths": 2}}],
    ],
    "headline": [{}, {"side": "long"}, {"side": "both"}, {"leverage": 5}, {"leverage": 1001}, {"horizon": "1d"}, {"sied": "long"}, None, []],
    "archive": [{"base": "https://host.example/path"}, {"base": "ftp://host"}, {}, {"base": "https://u:p@host"}, "https://host", None],
    "retention": [{"days": 90}, {"runs": 60}, {"days": 90, "runs": 60}, {}, {"days": 0}, {"days": 36526}, {"runs": 1.5}, None],
    "on_breach": [
        {"command": ["x"]}, {"command": ["x", 5, True], "timeout": "30s"}, {"command": "x"}, {"command": []}, {"timeout": "30s"}, {}, None,
    ],
    "metrics_file": ["x.prom", "/a/b.prom", "x.txt", ".prom", "a/.x.prom", "x.prom/", 5, None],
    "ledger": [
        {"population": "ftx-2021"}, {"population": "ftx"}, {}, None, {"population": {"preset": "ftx-2021"}}, {"population": {}},
        {"population": {"preset": "ftx-2021", "classes": [{"side": "long", "leverage": 2}]}},
        {"population": {"classes": {"side": "both", "leverage": "1:3", "weight": 2}}}, {"population": {"classes": []}},
    ],
    "ledger.population": ["ftx-2021"],
    "ledger.fund": [{}, {"amount": 5, "floor": 1}, {"top_up": "off"}, {"top_up": {"below": 1}}, {"amount": -1}, None],
    "behaviours": [
        "panic seller", ["panic seller", {"name": "b", "stop_loss": "5%"}], "panic", [], {"name": 7}, {"name": ""}, {"stop_loss": 0.1},
        {"name": "b", "take_profit": 0.1, "exits": [{"at": 0.1, "part": 1}]}, {"name": "b", "enter_after": {"bars": 7}},
        {"name": "b", "enter_after": {"gain": 0.1, "fall": 0.1, "bars": 7}}, {"name": "b", "reenter": {"after": "0s", "times": 3}},
    ],
    "baskets": [
        {"name": 7, "legs": [{"asset": "A", "side": "long", "share": 1}]}, {"name": True, "legs": {"asset": "A", "side": "long", "share": "100%"}},
        {"name": "b", "legs": [{"asset": "A", "side": "long", "share": 1}], "mode": "cross"},
        {"name": "b", "legs": [{"asset": "A", "side": "long", "share": 1}], "mode": ["cross", "cross"]},
        {"name": "b", "legs": [{"asset": "A", "side": "up", "share": 1}]}, {"name": "b", "legs": []}, {"legs": []}, [], None,
    ],
    "on_failure": [{"command": ["", "x"]}, {"command": ["x", ""]}, {"command": ["x"], "timeout": 5}],
    "job": [{}, {"timeout": "10m"}, {"memory": "2G"}, {"memory": "1.5g"}, {"memory": "2"}, {"memory": 2}, {"timeout": 5}, {"memroy": "2G"}, None],
}


def changed(path, value):
    study = copy.deepcopy(BASE)
    node, steps = study, path.split(".")
    for step in steps[:-1]:
        if isinstance(node, list):
            node = node[int(step)]
        else:
            node = node.setdefault(step, {})
    if value is ABSENT:
        node.pop(steps[-1], None)
    else:
        node[steps[-1]] = value
    return study


def verdicts(case):
    place, path, value = case
    study = changed(path, value)
    # JSON is YAML, and says nothing by its style.
    file = pathlib.Path(folder) / f"{place}.yaml"
    file.write_text(json.dumps(study, indent=1).replace("Infinity", ".inf"))
    ran = subprocess.run([program, "run", str(file), "--print-study"], capture_output=True, text=True)
    if ran.returncode not in (0, 78):
        return f"{path} = {value!r}: the program ends with {ran.returncode}: {ran.stderr[:300]}"
    schema_takes, program_takes = validator.is_valid(study), ran.returncode == 0
    if schema_takes == program_takes:
        return None
    said = ran.stderr.split("\n")[0] if schema_takes else next(e.message for e in validator.iter_errors(study))
    who = "schema" if schema_takes else "program"
    shown = "nothing" if value is ABSENT else json.dumps(value)
    return f"{path}: {shown}: only the {who} takes it; the other says: {said[:200]}"


cases = [(n, path, value) for n, (path, value) in enumerate((p, v) for p, vs in CHANGES.items() for v in vs)]
with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(4) as pool:
    wrong = [found for found in pool.map(verdicts, cases) if found]
taken = sum(validator.is_valid(changed(path, value)) for _, path, value in cases)
print("\n".join(wrong[:40]) if wrong else f"schema and program agree on {len(cases)} studies, {taken} of them good")
sys.exit(1 if wrong or not 0 < taken < len(cases) else 0)
