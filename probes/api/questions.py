"""Every question about systems, and what gathers for them; the catalogue puts these lists together with the others."""

from __future__ import annotations

from probes.api.change_events import ChangeEvents
from probes.api.change_notice import ChangeNotice
from probes.api.contract_tests import ContractTests
from probes.api.deletes_stick import DeletesStick
from probes.api.deprecation_clear import DeprecationClear
from probes.api.described import Described
from probes.api.description_true import DescriptionTrue
from probes.api.description_valid import DescriptionValid
from probes.api.errors_structured import ErrorsStructured
from probes.api.joins import Joins
from probes.api.latency import Latency
from probes.api.least_privilege import LeastPrivilege
from probes.api.limits_stated import LimitsStated
from probes.api.machine_auth import MachineAuth
from probes.api.no_drift import NoDrift
from probes.api.no_lost_updates import NoLostUpdates
from probes.api.operations_tell_apart import OperationsTellApart
from probes.api.owner_named import OwnerNamed
from probes.api.pagination_complete import PaginationComplete
from probes.api.repeat_safe import RepeatSafe
from probes.api.session_survives import SessionSurvives
from probes.api.soap_callable import SoapCallable
from probes.api.tail_latency import TailLatency
from probes.api.throttling_recoverable import ThrottlingRecoverable
from probes.api.tls import Tls
from probes.api.tolerates_volume import ToleratesVolume
from probes.api.tool_budget import ToolBudget
from probes.api.writes_stick import WritesStick
from probes.crm.audit_trail import AuditTrail
from probes.crm.finds_customer import FindsCustomer
from probes.crm.history_readable import HistoryReadable
from probes.crm.notes_writable import NotesWritable
from probes.crm.sandbox_parity import SandboxParity
from probes.derive import surface_census
from probes.derive.run import Deriver
from probes.gather import (
    customer,
    describe,
    errors_provoked,
    joins,
    limits,
    privilege,
    read,
    repeat_pairs,
    session_trial,
    tail,
    versions,
    write_round_trip,
)
from probes.gather.gatherer import Gatherer
from probes.probe import Probe

PROBES: tuple[type[Probe], ...] = (
    Described,
    DescriptionValid,
    MachineAuth,
    SessionSurvives,
    Tls,
    Latency,
    OwnerNamed,
    FindsCustomer,
    DescriptionTrue,
    PaginationComplete,
    ErrorsStructured,
    WritesStick,
    DeletesStick,
    LeastPrivilege,
    OperationsTellApart,
    SoapCallable,
    Joins,
    HistoryReadable,
    NotesWritable,
    RepeatSafe,
    NoLostUpdates,
    LimitsStated,
    ThrottlingRecoverable,
    DeprecationClear,
    AuditTrail,
    SandboxParity,
    ToleratesVolume,
    ChangeNotice,
    ToolBudget,
    TailLatency,
    NoDrift,
    ChangeEvents,
    ContractTests,
)
GATHERERS: tuple[Gatherer, ...] = (
    describe.GATHERER,
    session_trial.GATHERER,
    read.GATHERER,
    customer.GATHERER,
    privilege.GATHERER,
    errors_provoked.GATHERER,
    write_round_trip.GATHERER,
    joins.GATHERER,
    limits.GATHERER,
    tail.GATHERER,
    repeat_pairs.GATHERER,
    versions.GATHERER,
)
DERIVERS: tuple[Deriver, ...] = (surface_census.DERIVER,)
