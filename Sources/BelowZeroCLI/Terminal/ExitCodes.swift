/// What the program ends with, and why: `--help`, the manual page and the README list these.
let exitCodes: [(code: String, meaning: String)] = [
    ("0", "done"),
    ("1", "a bug; from 'diff' that the runs differ, from 'store check' that something was found"),
    ("3", "a limit was breached, or not shown though it must be"),
    ("4", "partial: some inputs failed, or a limit has no value"), ("64", "usage"),
    ("65", "bad data"),
    ("66", "no input"), ("73, 74", "cannot write"), ("75", "try again"), ("78", "bad study, or too large"),
    ("130, 143", "interrupted"),
]
