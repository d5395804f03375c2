"""Reads documents of others in a process of their own, with a time and a memory limit: a trap ends the child, not the audit.

`Apart` starts the child with the first document and keeps it for the next ones.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from typing import IO, Any

from kb_audit.article import Article

SECONDS = 60
_MEMORY = 3_000_000_000
_FORMS = {".rst": "rst", ".rest": "rst", ".docx": "word", ".pdf": "pdf"}


class Apart:
    """`with Apart() as apart: apart.read(".pdf", name, raw, source)`; the child ends with the block."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Apart:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def read(self, suffix: str, name: str, raw: bytes, source: str) -> Article | str:
        """The article, or why there is none."""
        child = self._child or self._start()
        timer = threading.Timer(self._seconds, child.kill)
        timer.start()
        try:
            _send(child.stdin, (suffix, name, raw, source))
            answer = _receive(child.stdout)
        except (OSError, EOFError, pickle.UnpicklingError):
            slow = not timer.is_alive()
            self._end()
            return f"takes more than {self._seconds:g} s to read" if slow else "needs more memory than a document may"
        finally:
            timer.cancel()
        return answer if isinstance(answer, Article) else str(answer)

    def _start(self) -> subprocess.Popen[bytes]:
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
        self._child = subprocess.Popen(
            [sys.executable, "-m", "kb_audit.sources.apart"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env,
        )  # fmt: skip
        return self._child

    def _end(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None


def parse(suffix: str, name: str, raw: bytes, source: str) -> Article | str:
    """The article, or why there is none; whatever a parser raises for a broken document is such a reason."""
    try:
        return _parsed(suffix, name, raw, source)
    except MemoryError:
        return "needs more memory than a document may"
    except RecursionError:
        return "cannot be parsed: it is nested too deeply"
    except ValueError as error:
        return str(error)
    except Exception as error:
        return f"cannot be parsed ({type(error).__name__}: {str(error)[:120]})"


def _parsed(suffix: str, name: str, raw: bytes, source: str) -> Article | str:
    form = _FORMS[suffix]
    if form == "rst":
        from kb_audit.sources import rst
        from kb_audit.sources.folder import decode

        text = decode(raw)
        return rst.parse(name, text, source) if isinstance(text, str) else text.why
    if form == "word":
        from kb_audit.sources import word

        return word.parse(name, raw, source)
    from kb_audit.sources import pdf

    return pdf.parse(name, raw, source)


def _send(to: IO[bytes] | None, what: Any) -> None:
    assert to is not None
    data = pickle.dumps(what)
    to.write(len(data).to_bytes(8, "big") + data)
    to.flush()


def _receive(source: IO[bytes] | None) -> Any:
    assert source is not None
    head = source.read(8)
    if len(head) < 8:
        raise EOFError
    return pickle.loads(source.read(int.from_bytes(head, "big")))  # noqa: S301  (our own child, not the document)


def _limit_memory() -> None:
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def main() -> None:
    """The child: documents come in, articles go out, until the pipe closes."""
    into, out = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not stand among the answers
    _limit_memory()
    while True:
        try:
            asked = _receive(into)
        except EOFError:
            return
        _send(out, parse(*asked))


if __name__ == "__main__":
    main()
