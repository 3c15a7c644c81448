"""Opens a run's tables in LibreOffice without options, saves them as workbooks, and compares every field.

    check_spreadsheet.py RUN FOLDER

Numbers must come back to the 15 digits that a workbook keeps, texts as they are. Prints what is wrong, and ends with 1 when
something is. Needs soffice, and openpyxl from PyPI.
"""

import csv
import pathlib
import subprocess
import sys

import openpyxl


def read(path):
    with open(path, newline="") as file:
        return list(csv.reader(file))


def is_kept(text, value, kind):
    if text == "":
        return value in (None, "")
    if kind in ("integer", "number"):
        return isinstance(value, (int, float)) and abs(value - float(text)) <= 1e-14 * abs(float(text))
    # A spreadsheet takes a text of digits for a number, which loses zeros in front of it.
    return kind == "time" or str(value) == text or text.isdigit() and value == int(text)


def main():
    run, folder = map(pathlib.Path, sys.argv[1:3])
    kinds = {(row[0], row[1]): row for row in read(run / "columns.csv")[1:]}
    head = read(run / "columns.csv")[0]
    tables = sorted(run.glob("*.csv"))
    subprocess.run(
        ["soffice", f"-env:UserInstallation={folder.resolve().as_uri()}/profile", "--headless", "--convert-to", "xlsx", "--outdir", folder, *tables],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    problems = 0
    for table in tables:
        rows = read(table)
        sheet = openpyxl.load_workbook(folder / (table.stem + ".xlsx"), read_only=True).active
        cells = [list(row) for row in sheet.iter_rows(values_only=True)]
        for number, row in enumerate(rows):
            found = (cells[number] if number < len(cells) else []) + [None] * len(row)
            for name, text, value in zip(rows[0], row, found):
                kind = "text" if number == 0 else kinds[table.name, name][head.index("type")]
                if not is_kept(text, value, kind):
                    problems += 1
                    print(f"spreadsheet: {table.name} row {number + 1} {name}: {text!r} became {value!r}")
    print(f"{len(tables)} tables opened by a spreadsheet: {problems} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
