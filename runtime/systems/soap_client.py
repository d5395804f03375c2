"""The SOAP library, loaded from a WSDL in the folder, without any way to the network."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import zeep
import zeep.exceptions

from runtime.errors import BadInput


@dataclass(frozen=True)
class Bridge:
    """What the library made of a WSDL: a client, or `reason` why not; `said`: what it warned of."""

    client: zeep.Client | None
    reason: str = ""
    said: tuple[str, ...] = ()


def load_client(wsdl: Path, folder: Path, where: str) -> zeep.Client:
    """Reads the WSDL and what it imports, from the folder only; no entity, no document type, no address is followed.

    Raises BadInput, at `where` of the engagement, when the library cannot use it.
    """
    bridge = build_bridge(wsdl, folder)
    if bridge.client is None:
        raise BadInput(f"the WSDL cannot be used: {bridge.reason}", where, "see the problems of its description")
    return bridge.client


def build_bridge(wsdl: Path, folder: Path) -> Bridge:
    """Tries it; nothing is raised."""
    folder = folder.resolve()
    rules = zeep.Settings(strict=True, forbid_dtd=True, forbid_entities=True, forbid_external=True, xml_huge_tree=False)
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            client = zeep.Client(str(wsdl), transport=_FilesOnly(folder), settings=rules)  # type: ignore[no-untyped-call]
        except Exception as error:  # zeep raises what its parts raise: KeyError, TypeError, XMLSyntaxError …
            return Bridge(None, _plainly(error, folder))
    said = (str(one.message)[:200] for one in heard if issubclass(one.category, UserWarning))
    return Bridge(client, said=tuple(dict.fromkeys(said)))


def _plainly(error: Exception, folder: Path) -> str:
    """In one line, without a path of this machine."""
    if isinstance(error, zeep.exceptions.ExternalReferenceForbidden):
        return f"it imports {str(error.url)[:120]} from the network; put that file beside it and name it there"
    if isinstance(error, FileNotFoundError):
        return f"it imports {Path(str(error.filename)).name}, which is missing"
    text = " ".join(str(error).replace(f"file://{folder}/", "").replace(f"{folder}/", "").split())
    return f"{text[:200]} ({type(error).__name__})"


class _FilesOnly(zeep.Transport):
    """Reads imports from the folder; has no way to the network."""

    def __init__(self, folder: Path) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._folder = folder

    def load(self, url: str) -> bytes:
        place = unquote(urlsplit(url).path) if url.startswith("file:") else url
        path = Path(place).resolve()
        if "://" in place or not path.is_relative_to(self._folder):
            raise ValueError(f"an import leads out of the folder: {url[:120]}")
        return path.read_bytes()

    def post(self, address: str, message: Any, headers: Any) -> Any:
        raise RuntimeError("requests go through the system's own transport")

    get = post
