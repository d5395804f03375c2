"""The SOAP library, loaded from a WSDL in the folder, without any way to the network."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import zeep
import zeep.exceptions

from runtime.errors import BadInput


def load_client(wsdl: Path, folder: Path, where: str) -> zeep.Client:
    """Reads the WSDL and what it imports, from the folder only; no entity, no document type, no address is followed.

    Raises BadInput, at `where` of the engagement, when the library cannot use it.
    """
    rules = zeep.Settings(strict=True, forbid_dtd=True, forbid_entities=True, forbid_external=True, xml_huge_tree=False)
    try:
        return zeep.Client(str(wsdl), transport=_FilesOnly(folder), settings=rules)  # type: ignore[no-untyped-call]
    except Exception as error:  # zeep raises what its parts raise: KeyError, TypeError, XMLSyntaxError …
        raise BadInput(
            f"the WSDL cannot be used ({type(error).__name__}: {str(error)[:160]})",
            where,
            "see the problems of its description",
        ) from None


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
