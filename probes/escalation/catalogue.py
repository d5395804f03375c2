"""The escalation probes, their artifacts, gatherer and derivers, in one list each for the catalogue to take."""

from __future__ import annotations

from probes.artifact import Artifact
from probes.derive import capacity as capacity_deriver
from probes.derive import demand, human_times, route_plan, todays_handoffs, understanding_drill
from probes.derive.demand import Demand
from probes.derive.run import Deriver
from probes.escalation.agent_stays_silent import AgentStaysSilent
from probes.escalation.alerts import Alerts
from probes.escalation.artifacts import (
    AnswerDrill,
    HandoffDrill,
    HumanTimes,
    OutageDrill,
    RoutePlan,
    SilenceDrill,
    TodaysHandoffs,
    UnderstandingDrill,
)
from probes.escalation.artifacts import Capacity as Load
from probes.escalation.capacity import Capacity
from probes.escalation.delivered import Delivered
from probes.escalation.delivered_once import DeliveredOnce
from probes.escalation.human_on_request import HumanOnRequest
from probes.escalation.interface_named import InterfaceNamed
from probes.escalation.nothing_lost import NothingLost
from probes.escalation.payload_complete import PayloadComplete
from probes.escalation.readable import Readable
from probes.escalation.return_path import ReturnPath
from probes.escalation.route_defined import RouteDefined
from probes.escalation.sensitive_routed import SensitiveRouted
from probes.escalation.time_to_human import TimeToHuman
from probes.escalation.todays_handoffs_readable import TodaysHandoffsReadable
from probes.probe import Probe

PROBES: tuple[type[Probe], ...] = (
    RouteDefined,
    InterfaceNamed,
    PayloadComplete,
    Readable,
    Delivered,
    DeliveredOnce,
    Alerts,
    HumanOnRequest,
    AgentStaysSilent,
    Capacity,
    NothingLost,
    ReturnPath,
    SensitiveRouted,
    TimeToHuman,
    TodaysHandoffsReadable,
)
ARTIFACTS: tuple[type[Artifact], ...] = (
    RoutePlan,
    HandoffDrill,
    OutageDrill,
    AnswerDrill,
    SilenceDrill,
    HumanTimes,
    UnderstandingDrill,
    Load,
    Demand,
    TodaysHandoffs,
)
DERIVERS: tuple[Deriver, ...] = (
    route_plan.DERIVER,
    understanding_drill.DERIVER,
    demand.DERIVER,
    capacity_deriver.DERIVER,
    todays_handoffs.DERIVER,
    human_times.DERIVER,
)
