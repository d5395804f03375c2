"""Declared against measured: one matrix a system, what its document promises × what was seen.

Pure: made anew from the artifacts of a bundle whenever it is judged, so that evidence which is taken out, or was never
there, leaves cells that say so. A cell is agreed, contradicted, undocumented (there, but the document does not say it),
neither (not promised and not there) or not measured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from probes.artifact import Missing
from probes.derive import matrix_operations as of_operations
from probes.derive import matrix_system as of_system
from probes.derive.matrix_cells import Artifacts, Look, Matrix, MatrixCell, cell_of, looked_up
from probes.gather.describe import Described, OperationSeen
from probes.gather.pagination import Pagination
from probes.gather.promises import Promise, Promises, Property
from probes.gather.read import Answers
from runtime.systems.surface import names_one

OfOperation = Callable[[Artifacts, str, str, Promise | None], Look]
OfSystem = Callable[[Artifacts, str, Promise | None], Look]
OPERATION_RULES: dict[Property, OfOperation] = {
    "schema": of_operations.schema,
    "status": of_operations.status,
    "errors": of_operations.errors,
    "paging": of_operations.paging,
    "repeat": of_operations.repeat,
    "etag": of_operations.etag,
    "write": of_operations.written,
    "partial": of_operations.written,
    "delete": of_operations.written,
}
SYSTEM_RULES: dict[Property, OfSystem] = {
    "auth": of_system.auth,
    "limits": of_system.limits,
    "throttling": of_system.throttling,
    "deprecation": of_system.deprecation,
    "latency": of_system.latency,
    "events": of_system.events,
}
_BY_METHOD: dict[str, Property] = {"PATCH": "partial", "DELETE": "delete"}


def matrix(system: str, artifacts: Artifacts) -> Matrix | None:
    """The matrix of one system; None where nobody looked at its description."""
    promises = looked_up(artifacts, Promises, system)
    if isinstance(promises, Missing):
        return None
    described = looked_up(artifacts, Described, system)
    known = {op.id: op for op in described.operations} if isinstance(described, Described) else {}
    called = tuple(name for name in promises.described if name in known and known[name].called)
    operations = tuple(dict.fromkeys([*called, *promises.described]))
    lists = {name for name in _lists(artifacts, system) if name not in known or _lists_many(known[name])}
    cells = [
        cell_of(about, name, promise, OPERATION_RULES[about](artifacts, system, name, promise))
        for name in operations
        for about in _asked(name, promises, lists)
        for promise in [promises.of(about, name)]
    ]
    return Matrix(
        system=system,
        document=promises.document,
        operations=operations,
        called=called,
        cells=(*cells, *_whole(artifacts, system, promises)),
    )


def _asked(name: str, promises: Promises, lists: set[str]) -> Iterator[Property]:
    """The properties that make sense for an operation, in the order of print."""
    yield from ("schema", "status", "errors") if promises.of_http else ("schema", "errors")
    if name in promises.reads:
        if name in lists or promises.of("paging", name):
            yield "paging"
        return
    method = promises.methods.get(name, "POST")
    if method != "DELETE":
        yield "repeat"
    if promises.of_http and (method in ("PUT", "PATCH") or promises.of("etag", name)):
        yield "etag"
    yield _BY_METHOD.get(method, "write")


def _whole(artifacts: Artifacts, system: str, promises: Promises) -> Iterator[MatrixCell]:
    for about, rule in SYSTEM_RULES.items():
        promise = promises.of(about)
        yield cell_of(about, "", promise, rule(artifacts, system, promise))


def _lists_many(operation: OperationSeen) -> bool:
    """A read of one record may hold a list; it is no list of records."""
    return operation.method == "GET" and not names_one(operation.path)


def _lists(artifacts: Artifacts, system: str) -> set[str]:
    """Operations that answered with a list, or whose list was walked."""
    answers, walked = looked_up(artifacts, Answers, system), looked_up(artifacts, Pagination, system)
    found = {a.operation for a in answers.answers if a.records is not None} if isinstance(answers, Answers) else set()
    return found | ({walked.operation} if isinstance(walked, Pagination) and walked.operation else set())
