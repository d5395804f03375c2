"""What is judged: a folder with its newest bundle, or a bundle alone; and where the outputs of a judgement lie."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel

from assess import issued
from assess import register as registers
from assess.catalogue import catalogue
from assess.engagement import Folder, load_folder
from assess.judge import Facts, Verdict, judge
from kb_audit.artifact import KnowledgeAudit
from probes.bundle import Bundle
from probes.finding import EVERYWHERE, Subject
from probes.gather.before import REACHED
from probes.gather.describe import Described
from probes.guardrails.evidence import Proof
from runtime.errors import BadInput
from runtime.whole_file import write_bytes, write_text


@dataclass(frozen=True)
class Opened:
    """A bundle and the written files that go with it. `home` is where outputs belong; `as_of` moves *now*."""

    folder: Folder
    bundle: Bundle
    home: Path
    register: Path
    as_of: datetime | None = None


@contextmanager
def opened(target: Path) -> Iterator[Opened]:
    """Opens DIR (its files, its newest bundle), BUNDLE (a folder or zip: its own `inputs/`) or an issued version.

    Raises:
        BadInput: none of them, or no bundle yet.
        Conflict: the bundle does not match its manifest, or an issued version its digests.
    """
    if (target / issued.FILE).is_file():
        yield _issued(target)
        return
    if (target / "engagement.yaml").is_file():
        bundle = Bundle.open(newest_bundle(target))
        yield Opened(load_folder(target), bundle, target / "assessments" / bundle.name, target / "register.yaml")
        return
    if not target.exists():
        raise BadInput(
            "there is no such folder or bundle", str(target), "give a folder with engagement.yaml, or a bundle"
        )
    bundle = Bundle.open(target)
    with tempfile.TemporaryDirectory(prefix="cxready-") as place:
        inputs = bundle.extract_inputs(Path(place))
        home = target.parent / f"{bundle.name}-assessment"
        yield Opened(load_folder(inputs), bundle, home, inputs / "register.yaml")


def _issued(target: Path) -> Opened:
    """A version with the files that were frozen with it; its outputs stay as they are, new ones lie elsewhere."""
    said = issued.read_issued(target)
    inputs = target / "inputs"
    home = target.resolve().parent.parent / "issued-judged-again" / target.name  # no gate that a pilot would find
    as_of = said.as_of if said.moved else None
    return Opened(load_folder(inputs), issued.bundle_of(target, said), home, inputs / "register.yaml", as_of)


def newest_bundle(folder: Path) -> Path:
    """The youngest bundle of a folder, by its UTC stamp."""
    found = sorted(p for p in (folder / "bundles").glob("*") if (p / "manifest.json").is_file())
    if not found:
        found = sorted((folder / "bundles").glob("*.zip"))
    if not found:
        raise BadInput("the folder holds no bundle yet", str(folder), f"measure first: `cxready collect {folder}`")
    return found[-1]


def judged(at: Opened, as_of: datetime | None = None) -> Verdict:
    """Judges what was opened; `as_of` moves *now* and is said on the cover."""
    return judge(at.folder, at.bundle, facts_of(at, as_of), catalogue(), registers.read(at.register))


def facts_of(at: Opened, as_of: datetime | None) -> Facts:
    """What the bundle says about itself."""
    as_of = as_of or at.as_of
    manifest = at.bundle.manifest
    everywhere = Subject(unit=EVERYWHERE)
    audit, proof = at.bundle.get(KnowledgeAudit, everywhere), at.bundle.get(Proof, everywhere)
    described = at.bundle.all(Described)
    return Facts(
        as_of=(as_of or manifest.as_of).astimezone(UTC),
        collected=manifest.as_of.astimezone(UTC),
        digest=manifest.digest,
        run=manifest.run,
        requests=manifest.requests,
        reversed=manifest.reversed,
        left_behind=manifest.left_behind,
        inventory=manifest.inventory,
        surfaces={d.subject.unit: d.digest for d in described if isinstance(d, Described)},
        knowledge=_knowledge(audit) if isinstance(audit, KnowledgeAudit) else {},
        proved=proof.proved_words() if isinstance(proof, Proof) else (),
        policy=proof.policy if isinstance(proof, Proof) else "",
        certificate=proof.digest if isinstance(proof, Proof) else "",
        moved=as_of is not None,
        gone=gone_of(manifest.gone, at.folder),
    )


def gone_of(lost: Mapping[str, Sequence[str]], folder: Folder) -> list[str]:
    """What the bundle before held and goals still need: operations that they call, limits, articles that answered them."""
    called = {operation for goal in folder.estate.goals.values() for operation in goal.operations()}
    operations = [f"operation {name}" for name in lost.get("operations", ()) if name in called]
    limits = [f"limit {name}" for name in lost.get("limits", ())]
    articles = {name for kind, names in lost.items() if kind.startswith(REACHED) for name in names}
    return [*operations, *limits, *(f"article {name}" for name in sorted(articles))]


def _knowledge(audit: KnowledgeAudit) -> dict[str, int]:
    return {
        "articles": len(audit.articles),
        "sections": len(audit.sections),
        "claims": audit.claims,
        "pairs": audit.pairs,
        "not read": len(audit.not_read),
        "conflicts": sum(f.verdict == "conflict" for f in audit.findings),
    }


def write_verdict(at: Opened, verdict: Verdict) -> list[Path]:
    """assessment.json, gate.json and the proof's certificate, each whole or not at all; the register only when a number was added."""
    at.home.mkdir(parents=True, exist_ok=True)
    outputs: dict[str, BaseModel] = {"assessment.json": verdict.assessment, "gate.json": verdict.gate}
    proof = at.bundle.get(Proof, Subject(unit=EVERYWHERE))
    if isinstance(proof, Proof):
        outputs["certificate.json"] = proof.certificate
    for name, model in outputs.items():
        write_text(at.home / name, json.dumps(model.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n")
    if verdict.register != registers.read(at.register) and not (at.folder.path.parent / issued.FILE).is_file():
        registers.write(at.register, verdict.register)
    return [at.home / name for name in outputs]


__all__ = ["Opened", "facts_of", "judged", "newest_bundle", "opened", "write_bytes", "write_text", "write_verdict"]
