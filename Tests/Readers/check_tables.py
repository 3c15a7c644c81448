"""Reads a run's folder with pandas, polars and DuckDB without options, and holds its JSON to the schemas.

    check_tables.py RUN [DATABASE.sqlite RESULTS.npy RESULTS.csv.gz TABLE.parquet]... [STUDY.yaml]... [nights.json explain.json diff.json]...

Prints what is wrong, one line each, and ends with 1 when something is.
"""

import csv
import datetime
import gzip
import json
import math
import pathlib
import sqlite3
import sys

import duckdb
import jsonschema
import numpy
import pandas
import polars
import pyarrow.parquet
import yaml

problems = []
root = pathlib.Path(__file__).resolve().parents[2]


def wrong(*words):
    problems.append(" ".join(map(str, words)))


def check_types(run, columns, rows):
    """A column that has a value has the type that the dictionary promises, in every reader."""
    for file, described in columns.items():
        path = str(run / file)
        try:
            frames = {"pandas": pandas.read_csv(path), "polars": polars.read_csv(path), "duckdb": duckdb.read_csv(path)}
        except Exception as error:
            wrong(file, "cannot be read without options:", error)
            continue
        types = dict(zip(frames["duckdb"].columns, map(str, frames["duckdb"].types)))
        for name, kind in described.items():
            # Nothing can tell what a column without any value was meant to be, nor polars one whose first hundred rows are empty.
            if not any(row[name] for row in rows[file]):
                continue
            own = frames["pandas"][name]
            is_number = {
                # To pandas truth values are numbers.
                "pandas": pandas.api.types.is_numeric_dtype(own) and not pandas.api.types.is_bool_dtype(own),
                "polars": frames["polars"][name].dtype.is_numeric(),
                "duckdb": types[name] in ("BIGINT", "DOUBLE"),
            }
            if not any(row[name] for row in rows[file][:100]):
                del is_number["polars"]
            for reader, found in is_number.items():
                if found != (kind in ("integer", "number")):
                    wrong(file, name, "is", kind, "and", reader, "reads", types[name] if reader == "duckdb" else frames[reader][name].dtype)
        count = len(rows[file])
        if not len(frames["pandas"]) == len(frames["polars"]) == len(frames["duckdb"]) == count:
            wrong(file, "has", count, "rows, and the readers see other numbers")


def check_dictionary(run, columns, dictionary):
    """columns.csv speaks of every column of every CSV, with a unit wherever a number has one."""
    files = {path.name for path in run.glob("*.csv")}
    if files != set(columns):
        wrong("columns.csv and the folder differ:", files ^ set(columns))
    for file in files & set(columns):
        with open(run / file, newline="") as handle:
            header = next(csv.reader(handle))
        if header != list(columns[file]):
            wrong(file, "has other columns than its description")
    suffixes = {"_frac": ("fraction", "of margin", "of notional", "of the price", "of price"), "_h": ("h",), "_s": ("s",), "_x": ("x",), "_utc": ("UTC",)}
    for row in dictionary:
        if not row["meaning"] or row["type"] not in ("text", "integer", "number", "time"):
            wrong("columns.csv does not describe", row["file"], row["column"])
        for suffix, units in suffixes.items():
            if row["column"].endswith(suffix) and row["unit"] == "":
                wrong(row["file"], row["column"], "has no unit")
        if row["type"] == "integer" and row["column"].endswith("_count") and row["unit"] == "":
            wrong(row["file"], row["column"], "counts what?")


def check_json(path):
    """A file holds what the schema of its name says, and nothing else."""
    schema = json.loads((root / f"Data/Schemas/{path.stem}.schema.json").read_text())
    document = json.loads(path.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    for error in jsonschema.Draft202012Validator(closed(schema)).iter_errors(document):
        wrong(path.name, error.json_path, error.message[:200])


def check_studies():
    schema = json.loads((root / "Data/Studies/study.schema.json").read_text())
    validator = jsonschema.Draft202012Validator(schema)
    for path in sorted((root / "Data/Studies").glob("*.yaml")) + [pathlib.Path(p) for p in sys.argv[1:] if p.endswith(".yaml")]:
        for error in validator.iter_errors(yaml.load(path.read_text(), Loader)):
            wrong(path.name, error.json_path, error.message[:200])
    for bad in ("version: 2", "version: 1\nnmae: x", "version: 1\ndata: [{asset: A}]\ngrid: {leverage: [1], horizon: 1d}"):
        if validator.is_valid(yaml.load(bad, Loader)):
            wrong("the study schema accepts", bad)


class Loader(yaml.SafeLoader):
    """Dates stay texts, as in the program."""


Loader.yaml_implicit_resolvers = {
    key: [(tag, test) for tag, test in tests if tag != "tag:yaml.org,2002:timestamp"]
    for key, tests in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def closed(schema):
    """The schema with no key allowed that it does not describe: in the tests it has to know all of them."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: closed(value) for key, value in schema.items()}
    if "properties" in result and "additionalProperties" not in result:
        result["additionalProperties"] = False
    return result


PARQUET_TYPES = {"text": "string", "integer": "int64", "number": "double", "time": "timestamp[ms, tz=UTC]"}


def check_parquet(path, file, described, units, wanted):
    """Every reader sees every field of the CSV, nothing where it is empty, in the type and with the unit of the dictionary."""
    table = pyarrow.parquet.read_table(path)
    types = {field.name: str(field.type) for field in table.schema}
    if types != {name: PARQUET_TYPES[kind] for name, kind in described.items()}:
        wrong(path, "has other columns or types than", file)
    notes = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
    if {name: unit for name, unit in units.items() if unit} != {key[5:]: value for key, value in notes.items() if key.startswith("unit:")}:
        wrong(path, "has other units than columns.csv")
    relation = duckdb.connect().execute("SET TimeZone = 'UTC'").read_parquet(path)
    readers = {
        "pyarrow": {name: table.column(name).to_pylist() for name in described},
        "polars": polars.read_parquet(path).to_dict(as_series=False),
        "duckdb": dict(zip(relation.columns, map(list, zip(*relation.fetchall()) or [[]] * len(described)))),
    }
    for reader, fields in readers.items():
        for name, kind in described.items():
            found = fields.get(name, [])
            if len(found) != len(wanted):
                wrong(path, name, "has", len(found), "fields for", reader, "instead of", len(wanted))
                continue
            for line, (row, value) in enumerate(zip(wanted, found)):
                if not same_field(row[name], kind, value):
                    wrong(path, "row", line + 1, name, "is", repr(value), "for", reader, "and not", repr(row[name]))
                    break
    if table.num_rows:
        statistics = pyarrow.parquet.read_metadata(path)
        for place, name in enumerate(described):
            nulls = sum(statistics.row_group(group).column(place).statistics.null_count for group in range(statistics.num_row_groups))
            if nulls != sum(row[name] == "" for row in wanted):
                wrong(path, name, "counts", nulls, "fields without a value")


def same_field(text, kind, value):
    """Whether a reader's value is exactly what a field says; an empty one is nothing, and nothing else is."""
    if text == "" or value is None:
        return text == "" and value is None
    if kind == "integer":
        return type(value) is int and value == int(text)
    if kind == "number":
        return type(value) is float and value == float(text) and math.copysign(1, value) == math.copysign(1, float(text))
    if kind == "time":
        return value.timestamp() == datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
    return value == text


def check_exports(run, columns, units, rows, exports):
    kinds = columns["results.csv"]
    for path in exports:
        if path.endswith(".sqlite"):
            database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
            for file, described in columns.items():
                table = file.removesuffix(".csv")
                stored = database.execute(f'SELECT * FROM "{table}"').fetchall()
                compare(path, file, described, rows[file], stored)
        elif path.endswith(".npy"):
            array = numpy.load(path, allow_pickle=False)
            if array.dtype.names != tuple(kinds):
                wrong(path, "has other fields than results.csv")
            compare(path, "results.csv", kinds, rows["results.csv"], array.tolist())
        elif path.endswith(".parquet"):
            file = pathlib.Path(path).stem + ".csv"
            check_parquet(path, file, columns[file], units[file], rows[file])
        elif path.endswith(".csv.gz"):
            if gzip.open(path, "rb").read() != (run / "results.csv").read_bytes():
                wrong(path, "is not results.csv")
            if open(path, "rb").read(8)[4:8] != bytes(4):
                wrong(path, "has a time in it")
            if len(pandas.read_csv(path)) != len(rows["results.csv"]) or len(duckdb.read_csv(path)) != len(rows["results.csv"]):
                wrong(path, "cannot be read as it is")


def compare(path, file, described, wanted, stored):
    if len(wanted) != len(stored):
        return wrong(path, file, "has", len(stored), "rows instead of", len(wanted))
    for line, (row, values) in enumerate(zip(wanted, stored)):
        for (name, kind), value in zip(described.items(), values):
            text = row[name]
            if text == "":
                same = value is None or value == "" or isinstance(value, float) and math.isnan(value)
            elif kind in ("integer", "number"):
                same = isinstance(value, (int, float)) and float(text) == value
            elif kind == "time" and not isinstance(value, str):
                same = str(value).startswith(text[:10])
            else:
                same = value == text
            if not same:
                return wrong(path, file, "row", line + 1, name, "is", repr(value), "and not", repr(text))


def main():
    run = pathlib.Path(sys.argv[1])
    with open(run / "columns.csv", newline="") as handle:
        dictionary = list(csv.DictReader(handle))
    columns, units = {}, {}
    for row in dictionary:
        columns.setdefault(row["file"], {})[row["column"]] = row["type"]
        units.setdefault(row["file"], {})[row["column"]] = row["unit"]
    rows = {}
    for file in columns:
        with open(run / file, newline="") as handle:
            rows[file] = list(csv.DictReader(handle))
    check_dictionary(run, columns, dictionary)
    check_types(run, columns, rows)
    for path in [run / "summary.json", run / "run.json"] + [pathlib.Path(p) for p in sys.argv[2:] if p.endswith(".json")]:
        check_json(path)
    check_studies()
    check_exports(run, columns, units, rows, [path for path in sys.argv[2:] if not path.endswith((".yaml", ".json"))])
    for problem in problems:
        print(problem)
    print(f"{len(columns)} tables read by pandas {pandas.__version__}, polars {polars.__version__}, DuckDB {duckdb.__version__}, Arrow {pyarrow.__version__}: {len(problems)} problems")
    return 1 if problems else 0


sys.exit(main())
