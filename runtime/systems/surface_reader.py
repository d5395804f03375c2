"""Loads the surface of a system from the description that the engagement names."""

from __future__ import annotations

from pathlib import Path

from runtime.errors import BadInput
from runtime.systems.json_rpc_surface import surface_of_openrpc
from runtime.systems.mcp_surface import surface_of_mcp
from runtime.systems.recorded_calls import recording_in
from runtime.systems.settings import SystemSettings
from runtime.systems.surface import Surface

MAX_BYTES = 30_000_000


def load_surface(name: str, settings: SystemSettings, folder: Path) -> Surface:
    """The surface of a system; without a description `Surface(format="none")`, without operations.

    What is wrong *inside* a description is a `Problem` of the surface; a description that cannot be read at all is an
    error.

    Raises:
        BadInput: the file is missing, outside the folder, empty or larger than 30 MB.
    """
    if settings.description is None:
        return Surface(name, "none", "")
    raw, path = _read(name, settings.description, folder)
    if settings.protocol == "soap" or _is_wsdl(raw):
        from runtime.systems.wsdl_surface import surface_of_wsdl

        return surface_of_wsdl(name, path, folder)
    if settings.protocol == "graphql":
        from runtime.systems.graphql_surface import surface_of_graphql

        return surface_of_graphql(name, raw, path)
    if settings.protocol == "json-rpc":
        return surface_of_openrpc(name, raw, path)
    if settings.protocol == "mcp":
        return surface_of_mcp(name, raw, path)
    if kind := recording_in(raw):
        from runtime.systems.examples_surface import surface_of_examples

        addresses = [place.url for place in settings.environments.values()]
        return surface_of_examples(name, kind, path, folder, addresses)
    from runtime.systems.openapi import surface_of_openapi

    return surface_of_openapi(name, raw, path, folder)


def described(name: str, settings: SystemSettings, folder: Path) -> Surface | None:
    """The surface, or None where there is no description that can be read."""
    try:
        surface = load_surface(name, settings, folder)
    except BadInput:
        return None
    return surface if surface.operations else None


def _read(name: str, description: str, folder: Path) -> tuple[bytes, Path]:
    where = f"systems.{name}.description {description}"
    root = folder.resolve()
    path = (root / description).resolve()
    if not path.is_relative_to(root):
        raise BadInput("the description lies outside the folder", where, "copy it into the folder")
    if not path.is_file():
        raise BadInput("the description is missing", where, "put the file there or correct the name")
    if path.stat().st_size > MAX_BYTES:
        raise BadInput(f"the description has more than {MAX_BYTES:,} bytes", where, "split it")
    raw = path.read_bytes()
    if not raw.strip():
        raise BadInput("the description is empty", where, "export it again")
    return raw, path


def _is_wsdl(raw: bytes) -> bool:
    return raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
