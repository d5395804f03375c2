"""What people write about, proposed: clusters of a sample's subjects, named by their telling words. People name them.

About one ticket in three lies in a wrong cluster (purity 0.64 measured on public queries with known intents), so clusters
propose intents and never decide a volume, and never high stakes. Words are shown, sentences never.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from probes.derive.ticket_file import Ticket
from runtime.metrics import wilson
from runtime.understanding.encode import Encode

SEED = 7
FEWEST, MOST_CLUSTERS = 40, 24
ALIKE = 0.85  # centroids closer than this are one cluster
RARE = 5  # a word of fewer tickets is not printed: it may be a name
_WORD = re.compile(r"[^\W\d_]{3,24}")


class Cluster(BaseModel):
    """A proposed intent. `examples` are shortened checksums of ticket ids; share and interval are of the sample."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    words: tuple[str, ...]
    tickets: int
    share: float
    low: float
    high: float
    mostly: str = ""
    mostly_share: float = 0.0
    examples: tuple[str, ...] = ()


def mix(tickets: Sequence[Ticket], places: Sequence[str], encode: Encode | None) -> list[Cluster]:
    """Clusters of a sample, the largest first; none below 40 tickets.

    Args:
        places: the workflow that each ticket was counted to, to say what a cluster mostly is.
        encode: sentence embeddings; without it letters of the subjects are compared.
    """
    texts = [" ".join((t.subject or t.body[:200]).lower().split()) for t in tickets]
    distinct = list(dict.fromkeys(text for text in texts if text))
    if len(tickets) < FEWEST or len(distinct) < 8:
        return []
    group_of = dict(zip(distinct, _groups(_vectors(distinct, encode), Counter(texts), distinct), strict=True))
    members: dict[int, list[int]] = defaultdict(list)
    for i, text in enumerate(texts):
        if text:
            members[group_of[text]].append(i)
    words = _telling({group: [texts[i] for i in own] for group, own in members.items()})
    found = [_cluster(own, words[group], tickets, places, len(texts)) for group, own in members.items()]
    return sorted(found, key=lambda c: (-c.tickets, c.words))


def _cluster(
    own: Sequence[int], words: tuple[str, ...], tickets: Sequence[Ticket], places: Sequence[str], of: int
) -> Cluster:
    share = wilson(len(own), of)
    mostly, count = Counter(places[i] for i in own).most_common(1)[0]
    return Cluster(
        words=words,
        tickets=len(own),
        share=round(share.value, 4),
        low=round(share.low, 4),
        high=round(share.high, 4),
        mostly=mostly,
        mostly_share=round(count / len(own), 3),
        examples=tuple(redacted_id(tickets[i].id) for i in own[:2] if tickets[i].id),
    )


def redacted_id(text: str) -> str:
    """Eight characters of a digest: whoever has the export can find the ticket, nobody else learns anything."""
    import hashlib

    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]


def _vectors(texts: list[str], encode: Encode | None) -> Any:
    if encode is not None:
        return encode(texts)
    from sklearn.decomposition import TruncatedSVD  # type: ignore[import-untyped, unused-ignore]
    from sklearn.feature_extraction.text import TfidfVectorizer  # type: ignore[import-untyped, unused-ignore]
    from sklearn.preprocessing import normalize  # type: ignore[import-untyped, unused-ignore]

    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, max_features=30_000)
    matrix = letters.fit_transform(texts)
    size = min(96, matrix.shape[1] - 1, len(texts) - 1)
    return normalize(TruncatedSVD(n_components=size, random_state=SEED).fit_transform(matrix))


def _groups(vectors: Any, counts: Mapping[str, int], distinct: Sequence[str]) -> list[int]:
    """Group of each distinct text: k-means, then groups whose middles are alike become one."""
    import numpy as np
    from sklearn.cluster import MiniBatchKMeans  # type: ignore[import-untyped, unused-ignore]

    k = max(4, min(MOST_CLUSTERS, int(math.sqrt(len(distinct)) * 1.2)))
    weights = np.array([counts[text] for text in distinct], dtype=float)
    fitted = MiniBatchKMeans(n_clusters=k, random_state=SEED, n_init=5, batch_size=1024)
    labels = fitted.fit_predict(vectors, sample_weight=weights)
    middles = fitted.cluster_centers_ / (np.linalg.norm(fitted.cluster_centers_, axis=1, keepdims=True) + 1e-9)
    same = list(range(k))
    for i in range(k):
        for j in range(i):
            if float(middles[i] @ middles[j]) > ALIKE:
                same[i] = same[j]
                break
    return [same[label] for label in labels]


def _telling(texts: Mapping[int, Sequence[str]]) -> dict[int, tuple[str, ...]]:
    """Three words of each group that it has and the others lack: tf(t, c)/|c| × ln(1 + A/f(t)) (class-based TF-IDF)."""
    counts = {group: Counter(word for text in own for word in set(_WORD.findall(text))) for group, own in texts.items()}
    overall: Counter[str] = sum(counts.values(), Counter())
    average = sum(overall.values()) / max(1, len(counts))
    spread = Counter(word for own in counts.values() for word in own)

    def weight(group: int, word: str) -> float:
        return counts[group][word] / len(texts[group]) * math.log(1 + average / overall[word])

    found: dict[int, tuple[str, ...]] = {}
    for group, own in counts.items():
        usable = [word for word in own if overall[word] >= RARE]
        telling = [word for word in usable if len(word) > 3 and spread[word] <= 0.6 * len(counts)] or usable
        found[group] = tuple(sorted(telling, key=lambda word: (-weight(group, word), word))[:3])
    return found
