"""Descriptions become surfaces: whole, bounded, offline; hostile and broken ones become problems."""

import jsonschema
import pytest
import yaml
from loopback import settings

from runtime.errors import BadInput
from runtime.guardrails.effects import EffectsFile
from runtime.systems.draft import draft_effects
from runtime.systems.surface_reader import load_surface


def surface(tmp_path, text, name="a.yaml"):
    (tmp_path / name).write_text(text)
    return load_surface("billing", settings("http://127.0.0.1:9", description=name), tmp_path)


SMALL = """
openapi: 3.0.3
info: {title: Billing, version: 2020-01-01, description: 100 requests a minute}
security: [{oauth: []}]
paths:
  /credits:
    post:
      operationId: createCredit
      summary: Credit an account
      parameters: [{name: Idempotency-Key, in: header, description: key, schema: {type: string}}]
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Credit'}}}}
      responses: {'201': {description: ok, headers: {Location: {}}, content: {application/json: {schema: {$ref: '#/components/schemas/Tree'}}}}}
  /credits/{id}:
    delete: {operationId: deleteCredit, parameters: [{name: id, in: path, required: true}], responses: {'204': {description: gone}}}
    get: {responses: {'200': {content: {application/json: {schema: {type: object, properties: {email: {type: string}}}}}}}}
components:
  securitySchemes: {oauth: {type: oauth2}}
  schemas:
    Base: {type: object, required: [account_id], properties: {account_id: {type: string}}}
    Credit: {allOf: [{$ref: '#/components/schemas/Base'}, {type: object, properties: {amount: {type: string, nullable: true}}}]}
    Tree: {type: object, properties: {name: {type: string}, child: {$ref: '#/components/schemas/Tree'}}}
"""


def test_an_operation_keeps_what_its_description_says(tmp_path):
    found = surface(tmp_path, SMALL)
    create = found.operations["createCredit"]
    assert (found.format, found.title, found.version, found.text) == (
        "openapi 3.0",
        "Billing",
        "2020-01-01",
        "100 requests a minute",
    )
    assert create.body_schema["properties"] == {
        "account_id": {"type": "string"},
        "amount": {"type": ["string", "null"]},
    }
    assert create.body_schema["required"] == ["account_id"] and create.body_required and not create.reads
    assert (
        create.security == ("oauth",)
        and create.answer_headers["201"] == ("Location",)
        and create.parameters[0].documented
    )
    assert "GET /credits/{id}" in found.operations and found.operations["GET /credits/{id}"].parameters[0].required


def test_a_cyclic_schema_still_validates(tmp_path):
    schema = surface(tmp_path, SMALL).operations["createCredit"].answers["201"]
    validator = jsonschema.Draft202012Validator(schema)
    assert validator.is_valid({"name": "a", "child": {"child": {"child": {"name": "d"}}}})
    assert not validator.is_valid({"child": {"child": {"child": {"child": {"name": 1}}}}})


def test_the_digest_does_not_depend_on_line_ends(tmp_path):
    (tmp_path / "b.yaml").write_bytes(SMALL.replace("\n", "\r\n").encode())
    again = load_surface("billing", settings("http://127.0.0.1:9", description="b.yaml"), tmp_path)
    assert again.digest == surface(tmp_path, SMALL).digest


def test_a_drafted_effects_file_loads_and_is_not_confirmed(tmp_path):
    text = draft_effects(surface(tmp_path, SMALL))
    written = EffectsFile.model_validate(yaml.safe_load(text))
    create = written.operations["createCredit"]
    assert create.does == "create" and create.money_out.field == "amount" and create.undo == "deleteCredit"
    assert create.customer.field == "account_id" and create.repeat.key == "Idempotency-Key" and "# check" in text
    assert written.operations["GET /credits/{id}"].returns == ["email"] and written.effect("createCredit") is None


@pytest.mark.parametrize(
    "reference",
    [
        "http://evil.example/x.yaml#/A",
        "file:///etc/passwd",
        "/etc/passwd",
        "../../../etc/passwd",
        "#/nowhere",
        "gone.yaml#/A",
    ],
)
def test_a_reference_elsewhere_is_a_problem_and_never_followed(tmp_path, reference):
    found = surface(tmp_path, SMALL.replace("'#/components/schemas/Base'", f"'{reference}'"))
    assert found.problems and "createCredit" in found.operations and "root:" not in str(found)


@pytest.mark.parametrize(
    "parts",
    [
        "{Base: {$ref: '#/components/schemas/Base'}}",
        "{Base: {$ref: '#/components/schemas/B'}, B: {$ref: '#/components/schemas/Base'}}",
        "{Base: {allOf: [{$ref: '#/components/schemas/B'}]}, B: {allOf: [{$ref: '#/components/schemas/Base'}]}}",
    ],
)
def test_references_in_a_circle_end(tmp_path, parts):
    text = SMALL[: SMALL.index("  schemas:")] + f"  schemas: {parts}\n"
    found = surface(
        tmp_path, text.replace("schemas/Credit'", "schemas/Base'").replace("schemas/Tree'", "schemas/Base'")
    )
    assert set(found.operations) == {"createCredit", "deleteCredit", "GET /credits/{id}"}


def test_paths_and_parameters_that_refer_in_a_circle_end_with_a_problem(tmp_path):
    text = "openapi: 3.1.0\npaths:\n  /a: {$ref: '#/paths/~1b'}\n  /b: {$ref: '#/paths/~1a'}\n"
    assert any("does not end" in p.what for p in surface(tmp_path, text).problems)


def test_a_reference_to_a_file_of_the_folder_is_followed(tmp_path):
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "b.json").write_text(
        '{"Base": {"type": "object", "properties": {"from_file": {"type": "string"}}}}'
    )
    found = surface(tmp_path, SMALL.replace("'#/components/schemas/Base'", "'parts/b.json#/Base'"))
    assert "from_file" in found.operations["createCredit"].body_schema["properties"]
    assert not any("reference" in p.what for p in found.problems)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: [", "not YAML"),
        ('{"openapi": "3.1.0",', "not"),
        ("swagger: '1.2'", "Swagger 1.2"),
        ("openapi: 4.0.0", "OpenAPI 4.0.0 is not read"),
        ("just text", "no OpenAPI"),
        ("[" * 5000, "not"),
        ("openapi: 3.1.0\npaths: {}", "no operation"),
        ("openapi: 3.1.0\npaths: []", "no operation"),
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nopenapi: 3.1.0", "no operation"),
    ],
)
def test_a_broken_description_is_a_blocker_in_words(tmp_path, text, says):
    found = surface(tmp_path, text)
    assert not found.operations and found.problems[0].grade == "blocker" and says in found.problems[0].what


@pytest.mark.parametrize(
    ("name", "says"), [("gone.yaml", "missing"), ("../x.yaml", "outside"), ("empty.yaml", "empty")]
)
def test_a_description_that_cannot_be_read_is_an_error(tmp_path, name, says):
    (tmp_path / "empty.yaml").write_text(" \n")
    with pytest.raises(BadInput, match=says):
        load_surface("billing", settings("http://127.0.0.1:9", description=name), tmp_path)
