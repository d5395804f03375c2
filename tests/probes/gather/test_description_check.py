"""What stands against an OpenAPI document: the standard's schemas and its other rules, each fault with its place."""

import time

import pytest
import yaml

from probes.gather.description_check import faults_of

GOOD = """
openapi: 3.1.0
info: {title: Billing, version: '1'}
paths:
  /credits/{id}:
    get:
      operationId: getCredit
      parameters: [{name: id, in: path, required: true, schema: {type: string, default: a}}]
      responses: {200: {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Credit'}}}}}
components:
  schemas: {Credit: {type: object, properties: {id: {type: string, pattern: '^[a-z]+$'}}}}
"""


def faults(folder, text, name="a.yaml"):
    (folder / name).write_text(text)
    return faults_of(folder / name, folder)


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0", "3.2.0"])
def test_a_sound_document_has_none(tmp_path, version):
    assert faults(tmp_path, GOOD.replace("3.1.0", version)) == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("version: '1'", "version: 1", "info/version: 1 is not of type"),
        ("name: id, in: path", "name: other, in: path", "the path parameter id is not declared"),
        ("name: id, in: path", "name: other, in: path", "the path parameter other does not stand in the path"),
        ("required: true, schema", "required: false, schema", "required"),
        ("'#/components/schemas/Credit'", "'#/components/schemas/Gone'", "refers to #/components/schemas/Gone, which does not exist"),
        ("'#/components/schemas/Credit'", "'http://evil.example/a#/B'", "outside the folder"),
        ("'#/components/schemas/Credit'", "'file:///etc/passwd'", "outside the folder"),
        ("'#/components/schemas/Credit'", "'../../etc/passwd'", "outside the folder"),
        ("'#/components/schemas/Credit'", "'gone.yaml#/A'", "which is missing"),
        ("type: string, default: a", "type: integer, default: a", "refuses the default 'a'"),
        ("'^[a-z]+$'", "'[a-'", "no regular expression"),
        ("type: object, prop", "type: objekt, prop", "components/schemas/Credit/type"),
        ("openapi: 3.1.0", "openapi: 4.0.0", "no schema to check it against"),
        ("openapi: 3.1.0\n", "openapi: 3.1.0\ntags: [{name: a}, {name: a}]\n", "the tag a stands 2 times"),
    ],
)  # fmt: skip
def test_each_fault_is_named_with_its_place(tmp_path, old, new, says):
    assert old in GOOD
    assert any(says in fault for fault in faults(tmp_path, GOOD.replace(old, new)))


def test_of_alternatives_the_nearest_one_speaks(tmp_path):
    old = GOOD.replace("3.1.0", "3.0.3").replace("{type: string, default: a}", "{type: strin}")
    found = faults(tmp_path, old)
    assert len(found) == 1 and "parameters/0/schema/type" in found[0] and '"strin"' in found[0]


def test_two_operations_of_one_name_are_one_fault(tmp_path):
    document = yaml.safe_load(GOOD)
    document["paths"]["/b/{id}"] = document["paths"]["/credits/{id}"]
    assert faults(tmp_path, yaml.safe_dump(document)) == ["paths: the operationId getCredit stands at 2 operations"]


def test_a_file_of_the_folder_may_be_referred_to(tmp_path):
    (tmp_path / "parts.yaml").write_text("Credit: {type: object}")
    assert faults(tmp_path, GOOD.replace("'#/components/schemas/Credit'", "'parts.yaml#/Credit'")) == []


def test_what_stands_in_examples_is_no_reference_and_no_schema(tmp_path):
    more = GOOD.replace("properties: {id:", "example: {$ref: nowhere, default: 1, type: string}, properties: {id:")
    assert faults(tmp_path, more) == []


@pytest.mark.parametrize(
    "text", ["- a", "a: [", "{" * 3000, "openapi: 3.1.0\ninfo: .inf", "openapi: 3.1.0\npaths: [1]"]
)
def test_what_is_no_document_is_said_and_ends_nothing(tmp_path, text):
    assert faults(tmp_path, text)


def test_a_schema_that_holds_itself_a_thousand_times_is_checked_at_once(tmp_path):
    document = yaml.safe_load(GOOD)
    parts = {
        f"S{n}": {"type": "object", "properties": {"next": {"$ref": f"#/components/schemas/S{(n + 1) % 1000}"}}}
        for n in range(1000)
    }
    document["components"]["schemas"] |= parts
    began = time.perf_counter()
    assert faults(tmp_path, yaml.safe_dump(document)) == []
    assert time.perf_counter() - began < 10
