"""Holds every file of Data/Events to Data/Schemas/events.schema.json, and its figures to each other, without the program."""
import json
import pathlib
import sys

import jsonschema
import yaml

root = pathlib.Path(__file__).resolve().parents[2]
schema = json.loads((root / "Data/Schemas/events.schema.json").read_text())
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)


class Plain(yaml.SafeLoader):
    """Times stay texts."""


Plain.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}

wrong, count = [], 0
for file in sorted((root / "Data/Events").glob("*.yaml")):
    text = file.read_text()
    written = {e["event"]: e for e in yaml.load(text, Loader=yaml.BaseLoader)["events"]}
    events = yaml.load(text, Loader=Plain)
    wrong += [f"{file.name}: {e.json_path}: {e.message[:200]}" for e in validator.iter_errors(events)]
    for event in events["events"]:
        count += 1
        if "from" not in event:
            continue
        decimals = len(written[event["event"]]["size"].partition(".")[2])
        found = event["from"] * (1 + event["size"])
        room = 0.5 * 10**-decimals * event["from"] + event.get("rounded_to", 0) / 2 * (1 + abs(1 + event["size"]))
        if abs(found - event["extreme"]) > room + 1e-12 * event["from"]:
            wrong.append(f"{event['event']}: {found} is not {event['extreme']} within {room}")
print("\n".join(wrong) if wrong else f"{count} events are as the schema says, and their figures agree")
sys.exit(1 if wrong or count == 0 else 0)
