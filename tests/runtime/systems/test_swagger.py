"""OpenAPI 2.0 is read as 3.0: parameters, bodies, answers, references and security find their new places, and it is said."""

import json

import jsonschema
from loopback import WHY, settings, system

from runtime.systems.document_text import parse_document
from runtime.systems.surface_reader import load_surface
from runtime.systems.swagger import as_openapi_3

OLD = """
swagger: '2.0'
info: {title: Billing, version: '7', description: 60 requests a minute}
host: billing.example
basePath: /v1
schemes: [https]
consumes: [application/json]
produces: [application/json, text/xml]
securityDefinitions:
  key: {type: apiKey, in: header, name: X-Key}
  plain: {type: basic}
  code: {type: oauth2, flow: accessCode, authorizationUrl: 'https://a', tokenUrl: 'https://t', scopes: {read: reads}}
security: [{code: [read]}]
parameters:
  Account: {name: account_id, in: query, type: string, required: true, description: whose}
  Body: {name: body, in: body, required: true, schema: {$ref: '#/definitions/Credit'}}
responses:
  Gone: {description: gone, schema: {$ref: '#/definitions/Problem'}}
paths:
  /accounts/{id}/credits:
    parameters: [{name: id, in: path, required: true, type: string}]
    get:
      operationId: listCredits
      parameters: [{$ref: '#/parameters/Account'}, {name: tags, in: query, type: array, items: {type: string}, collectionFormat: pipes}]
      responses:
        '200': {description: ok, headers: {X-Left: {type: integer}}, schema: {type: array, items: {$ref: '#/definitions/Credit'}}}
        '410': {$ref: '#/responses/Gone'}
    post:
      operationId: createCredit
      parameters: [{$ref: '#/parameters/Body'}]
      responses: {'201': {description: made, schema: {$ref: '#/definitions/Credit'}}}
  /files:
    post:
      operationId: upload
      consumes: [multipart/form-data]
      parameters: [{name: file, in: formData, type: file, required: true}, {name: note, in: formData, type: string}]
      responses: {'204': {description: done}}
definitions:
  Credit:
    type: object
    required: [amount]
    discriminator: kind
    properties:
      amount: {type: string}
      kind: {type: string}
      default: {$ref: '#/definitions/Problem'}
      parent: {$ref: '#/definitions/Credit'}
      closed: {type: string, x-nullable: true}
  Problem: {type: object, properties: {title: {type: string}}}
"""


def surface(tmp_path, text=OLD):
    (tmp_path / "old.yaml").write_text(text)
    return load_surface("billing", settings("http://127.0.0.1:9", description="old.yaml"), tmp_path)


def test_every_part_finds_its_place(tmp_path):
    found = surface(tmp_path)
    assert (found.format, found.title, found.text) == ("openapi 2.0", "Billing", "60 requests a minute")
    assert set(found.operations) == {"listCredits", "createCredit", "upload"}
    listed = found.operations["listCredits"]
    assert [(p.name, p.where, p.required, p.documented) for p in listed.parameters] == [
        ("id", "path", True, False),
        ("account_id", "query", True, True),
        ("tags", "query", False, False),
    ]
    assert listed.parameters[2].schema["items"] == {"type": "string"} and listed.security == ("code",)
    assert listed.answers["410"]["properties"] == {"title": {"type": "string"}}
    assert listed.answer_headers["200"] == ("X-Left",)
    assert found.security_schemes["plain"] == {"type": "http", "scheme": "basic"}
    assert set(found.security_schemes["code"]["flows"]) == {"authorizationCode"}


def test_bodies_stand_where_3_has_them(tmp_path):
    found = surface(tmp_path).operations
    create, upload = found["createCredit"], found["upload"]
    assert create.body_required and create.body_schema["required"] == ["amount"]
    assert create.body_schema["properties"]["default"]["properties"] == {"title": {"type": "string"}}
    assert create.body_schema["properties"]["closed"]["type"] == ["string", "null"]
    assert upload.body_type == "multipart/form-data" and upload.body_schema["required"] == ["file"]
    validator = jsonschema.Draft202012Validator(create.body_schema)
    assert validator.is_valid({"amount": "1", "parent": {"amount": "2"}}) and not validator.is_valid({"parent": {}})


def test_the_conversion_is_said_and_the_file_is_left_alone(tmp_path):
    found = surface(tmp_path)
    assert [(p.grade, "OpenAPI 2.0" in p.what) for p in found.problems] == [("note", True)]
    written = parse_document(OLD.encode())
    before = json.dumps(written)
    as_openapi_3(written)
    assert json.dumps(written) == before


def test_the_result_is_valid_by_its_own_standard(tmp_path):
    from probes.gather.description_check import faults_of

    (tmp_path / "new.json").write_text(json.dumps(as_openapi_3(parse_document(OLD.encode()))))
    (tmp_path / "old.yaml").write_text(OLD)
    assert faults_of(tmp_path / "new.json", tmp_path) == [] == faults_of(tmp_path / "old.yaml", tmp_path)


def test_its_operations_can_be_called(server, tmp_path):
    (tmp_path / "old.yaml").write_text(OLD)
    server.answers["POST /accounts/A/credits"] = (201, {}, {"amount": "1.00"})
    billing = system(server.url, tmp_path, description="old.yaml")
    assert billing.call("createCredit", {"id": "A", "amount": "1.00"}, why=WHY).ok
    assert json.loads(server.seen[0]["body"]) == {"amount": "1.00"}


def test_a_reference_that_leads_nowhere_is_a_problem_after_the_conversion_too(tmp_path):
    found = surface(tmp_path, OLD.replace("#/definitions/Problem", "http://evil.example/x#/P"))
    assert any("another address" in p.what for p in found.problems)


def test_openapi_3_2_with_methods_of_its_own_is_read(tmp_path):
    found = surface(
        tmp_path,
        """
openapi: 3.2.0
info: {title: B, version: '1'}
paths:
  /credits:
    query: {operationId: findCredits, requestBody: {content: {application/json: {schema: {type: object}}}}, responses:
        {'200': {description: ok, content: {application/jsonl: {itemSchema: {type: object, properties: {id: {type: string}}}}}}}}
    additionalOperations: {COPY: {operationId: copyCredit, responses: {'201': {description: made}}}}
""",
    )
    assert found.format == "openapi 3.2" and not [p for p in found.problems if p.grade == "blocker"]
    assert found.operations["findCredits"].reads and not found.operations["copyCredit"].reads
    assert found.operations["findCredits"].answers["200"]["properties"] == {"id": {"type": "string"}}
    assert found.operations["copyCredit"].method == "COPY"
