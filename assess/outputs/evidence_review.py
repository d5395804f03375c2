"""The review of what leaves the house, as a text that a person reads from top to bottom."""

from __future__ import annotations

from assess.evidence_review import Field, Review

WIDTH = 110


def as_text(found: Review) -> str:
    """Files by kind, what was redacted, what still looks personal, then every field with samples of free text."""
    said = [f"bundle {found.bundle}  {found.digest}", "", "What leaves, by kind of file"]
    for kind, (count, size) in found.files.items():
        said.append(f"  {kind:<24} {count:>5} files  {size / 1000:>9,.1f} kB")
    marks = ", ".join(f"{count} × {kind}" for kind, count in found.redacted.items()) or "nothing"
    said += ["", f"Redacted before it was written: {marks}", "", *_suspects(found)]
    for kind in found.files:
        said += ["", kind, *(line for one in found.fields if one.kind == kind for line in _field(one))]
    return "\n".join([*said, "", "Take a value out: cxready evidence strike TARGET PATH --reason WHY"])


def _suspects(found: Review) -> list[str]:
    if not found.checked:
        return ["Whether anything else looks personal was not checked: pip install 'cxready[collect]'"]
    if not found.suspects:
        return ["Nothing else looks like an e-mail address, telephone, card or account number"]
    head = "Looks personal and was not redacted (what users wrote goes along as written):"
    return [head, *(f"  {count} × {kind:<8} {path}" for path, kind, count in found.suspects)]


def _field(one: Field) -> list[str]:
    marks = "".join(f", {count} × ‹{kind}›" for kind, count in sorted(one.redacted.items()))
    lines = [
        f"  {one.path:<46} {one.count:>6} × {'/'.join(sorted(one.types))}, up to {one.longest:,} characters{marks}"
    ]
    for path, text in one.samples:
        flat = " ".join(text.split())
        cut = flat if len(flat) <= WIDTH else flat[: WIDTH - 1] + "…"
        lines += [f"      {path}", f"        “{cut}”"]
    return lines
