#!/usr/bin/env python3
"""schema.py SEATRIAL: every scenario and policy of the tree holds against the JSON Schema that the
program prints, and files that it refuses for their shape do not. Exit 77: a module is missing."""
import json
import os
import subprocess
import sys

try:
    import jsonschema
    import yaml
except ImportError as missing:
    print(f"SKIP schema: python has no {missing.name}")
    sys.exit(77)


class Loader(yaml.SafeLoader):
    """YAML 1.2's booleans: `on` is a key of fault rules, not true."""


Loader.yaml_implicit_resolvers = {
    first: [row for row in rows if row[0] != "tag:yaml.org,2002:bool"]
    for first, rows in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for first in "tf":
    Loader.yaml_implicit_resolvers.setdefault(first, []).append(
        ("tag:yaml.org,2002:bool", __import__("re").compile("^(?:true|false)$")))

REFUSED = ["unknown-key", "missing-fate", "unknown-fate", "seed-is-negative", "disk-without-unit",
           "fault-without-do", "fault-unknown-kind", "fault-is-a-text", "wrong-format"]


def schema_of(program, name):
    text = subprocess.run([program, "schema", name], check=True, capture_output=True).stdout
    schema = json.loads(text)
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def load(path):
    with open(path, encoding="utf-8") as file:
        return yaml.load(file, Loader)


def main():
    validators = {name: schema_of(sys.argv[1], name) for name in ("scenario", "policy")}
    count = failures = 0
    for folder, _, names in sorted(os.walk("scenarios")):
        for name in sorted(names):
            path = os.path.join(folder, name)
            data = load(path) if name.endswith(".yaml") else None
            kind = data.get("seatrial", "").split("/")[0] if isinstance(data, dict) else None
            if kind not in validators:
                continue
            count += 1
            for error in validators[kind].iter_errors(data):
                failures += 1
                print(f"{path}: {'/'.join(map(str, error.absolute_path))}: {error.message[:200]}")
    for name in REFUSED:
        if validators["scenario"].is_valid(load(f"tests/cases/scenario/{name}.yaml")):
            failures += 1
            print(f"tests/cases/scenario/{name}.yaml: the schema takes what the program refuses")
    print(f"{count} files, {failures} failures")
    return failures > 0 or count < 40


sys.exit(main())
