"""References to values that stand in no file:
`${NAME}` from the environment, `keyring:service/user` from the system's key store.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from runtime.errors import BadInput

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class NotSet(BadInput):
    """A reference that leads to no value on this machine."""


def resolve(text: str, secrets: Mapping[str, str], where: str) -> str:
    """The text with its references replaced; the values handed in win over the environment.

    Raises:
        NotSet: a variable is not set, or the key store does not hold the entry. The message names it, never a value.
        BadInput: the key store cannot be read.
    """
    if text.startswith("keyring:"):
        return _from_keyring(text.removeprefix("keyring:"), where)
    return _VARIABLE.sub(lambda found: _variable(found[1], secrets, where), text)


def _variable(name: str, secrets: Mapping[str, str], where: str) -> str:
    value = secrets.get(name) or os.environ.get(name)
    if not value:
        raise NotSet(f"the environment variable {name} is not set", where, f"set {name}, then run the command again")
    return value


def _from_keyring(entry: str, where: str) -> str:
    import keyring
    from keyring.errors import KeyringError

    service, _, user = entry.partition("/")
    try:
        value = keyring.get_password(service, user)
    except KeyringError as error:
        raise BadInput(
            f"the key store cannot be read ({type(error).__name__})", where, "unlock it, or use ${NAME}"
        ) from None
    if not value:
        raise NotSet(f"the key store holds no {service}/{user}", where, f"`keyring set {service} {user}` puts it there")
    return value
