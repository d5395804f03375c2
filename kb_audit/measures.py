"""What the audit measures beside findings: what to mend first, what an agent would say, how well retrieval finds and abstains."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from probes.wording import counted


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Remedy(_Frozen):
    """Which article to change, whose it is, about how many minutes it takes, and a draft of the edit (unified diff)."""

    article: str
    owner: str = ""
    minutes: int = 0
    diff: str = ""


class MendFirst(_Frozen):
    """An article with evidence against it: `harm` = reach × doubt (0–1) × 2 where money is at stake."""

    article: str
    title: str
    owner: str = ""
    harm: float
    reach: float
    reach_is: Literal["views", "tickets", "links"]
    freshness: int
    money: bool
    why: tuple[str, ...] = ()


class Merge(_Frozen):
    """Two articles that should be one: `share` of the words of `drop` stand in `keep`; `move`: headings of what does not."""

    keep: str
    drop: str
    share: float
    move: tuple[str, ...] = ()
    why: str = ""


class WouldSay(_Frozen):
    """What an agent that answers from the best section would say to the first question of a workflow."""

    workflow: str
    question: str
    state: Literal["answerable", "partly", "not", ""]
    article: str = ""
    heading: str = ""
    passage: str = ""
    similarity: float = 0.0


class Share(_Frozen):
    """`hits` of `of`."""

    hits: int = 0
    of: int = 0

    @property
    def share(self) -> float | None:
        return self.hits / self.of if self.of else None


class Retrieval(_Frozen):
    """How well the right section is found, and how well the model abstains.

    `headings_1` and `headings_5`: a section is looked up by its title and heading, its article stands first / among five.
    `paraphrases_1` and `paraphrases_5`: an utterance finds the section that most other utterances of its workflow agree on.
    `abstains`: questions of other fields that stay below the threshold. `abstains_near`: with the article that answers taken
    away, the question stays below it.
    """

    headings_1: Share = Share()
    headings_5: Share = Share()
    paraphrases_1: Share = Share()
    paraphrases_5: Share = Share()
    abstains: Share = Share()
    abstains_near: Share = Share()


class SecondJudged(_Frozen):
    """What came of asking: `asked` calls went out, `remembered` answers of earlier runs were taken, `left_out` pairs beyond the
    bounds on calls, time and failures keep their verdict, as do those where it failed or could not tell."""

    model: str
    asked: int = 0
    remembered: int = 0
    confirmed: int = 0
    lowered: int = 0
    failed: int = 0
    left_out: int = 0
    why_failed: str = ""

    @property
    def says(self) -> str:
        earlier = f" ({self.remembered} of them in earlier runs)" if self.remembered else ""
        parts = [
            f"{counted(self.asked + self.remembered, 'conflict')} shown{earlier}",
            f"{self.confirmed} confirmed",
            f"{self.lowered} lowered to possible",
            f"{self.failed} without an answer ({self.why_failed})" if self.failed else "",
            f"{self.left_out} not shown" if self.left_out else "",
        ]
        return f"Second judge ({self.model}): {', '.join(filter(None, parts))}"
