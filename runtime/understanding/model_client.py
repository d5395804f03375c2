"""The way to a language model that is not trusted: one wall clock, a bound on tokens and bytes, and a short name for each way to fail.

A time-out for each read, as HTTP clients have it, does not end an answer that drips for ever; here the whole question has one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, TypeVar

from runtime.errors import BadInput

SECONDS = 30.0
MOST_BYTES = 2_000_000
MOST_TOKENS = 20_000
MOST_REQUESTS = 3
"""A first try, and what is asked again when an answer cannot be used; a server that refuses is not asked twice."""
Result = TypeVar("Result")


class ModelFailed(Exception):
    """The model gave nothing usable; `why` is a few words for the log, without anything of its answer."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def asked(ask: Callable[[], Awaitable[Result]], seconds: float = SECONDS) -> Result:
    """What a model answers, within the time.

    Raises:
        ModelFailed: too slow, too much, out of reach, or nothing usable.
    """

    async def within() -> Result:
        return await asyncio.wait_for(ask(), seconds)

    try:
        return asyncio.run(within())
    except Exception as error:
        raise ModelFailed(_why(error)) from error


def limits() -> Any:
    """Requests and tokens of one question (a `pydantic_ai.usage.UsageLimits`)."""
    from pydantic_ai.usage import UsageLimits

    return UsageLimits(request_limit=MOST_REQUESTS, total_tokens_limit=MOST_TOKENS)


def open_model(name: str, url: str, key: str = "", *, most_bytes: int = MOST_BYTES) -> Any:
    """A model behind an OpenAI-compatible address, of the company's own or rented (a `pydantic_ai.models.Model`).

    Raises:
        BadInput: the address is none.
    """
    from openai import AsyncOpenAI
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    if not url.startswith(("http://", "https://")):
        raise BadInput(
            "the model's address does not start with http:// or https://",
            "--model-url",
            "write it like http://localhost:8000/v1",
        )
    client = AsyncOpenAI(
        base_url=url, api_key=key or "none", max_retries=0, timeout=SECONDS, http_client=_bounded(most_bytes)
    )
    return OpenAIChatModel(name, provider=OpenAIProvider(openai_client=client))


def model_of(environment: Mapping[str, str]) -> Any:
    """The model that CXREADY_MODEL and CXREADY_MODEL_URL name, so that every process of a pilot has it; None without them."""
    name, url = environment.get("CXREADY_MODEL", ""), environment.get("CXREADY_MODEL_URL", "")
    return open_model(name, url, environment.get("CXREADY_MODEL_KEY", "")) if name and url else None


def _bounded(most: int) -> Any:
    """An HTTP client that reads no more than so many bytes of an answer, follows no redirect and unpacks nothing."""
    import httpx2

    class Counted(httpx2.AsyncByteStream):
        def __init__(self, inner: Any) -> None:
            self._inner = inner

        async def __aiter__(self) -> AsyncIterator[bytes]:
            left = most
            async for part in self._inner:
                left -= len(part)
                if left < 0:
                    raise ModelFailed("an answer that is too large")
                yield part

        async def aclose(self) -> None:
            await self._inner.aclose()

    class Bounded(httpx2.AsyncHTTPTransport):
        async def handle_async_request(self, request: Any) -> Any:
            request.headers["Accept-Encoding"] = "identity"
            answer = await super().handle_async_request(request)
            if answer.headers.get("content-encoding", "identity") != "identity":
                raise ModelFailed("a packed answer, which was not asked for")
            return httpx2.Response(
                answer.status_code, headers=answer.headers, stream=Counted(answer.stream), extensions=answer.extensions
            )

    return httpx2.AsyncClient(transport=Bounded(), timeout=SECONDS, follow_redirects=False)


def _why(error: BaseException) -> str:
    """A few words, by the first error of the chain that says something."""
    from openai import APIConnectionError, APITimeoutError
    from pydantic_ai.exceptions import ModelHTTPError, UnexpectedModelBehavior, UsageLimitExceeded

    chain: list[BaseException] = []
    found: BaseException | None = error
    while found is not None and found not in chain:
        chain.append(found)
        found = found.__cause__ or found.__context__
    for one in chain:
        if isinstance(one, ModelFailed):
            return one.why
    for one in chain:
        if isinstance(one, TimeoutError | APITimeoutError):
            return "too slow"
        if isinstance(one, ModelHTTPError):
            return f"status {one.status_code}"
        if isinstance(one, UsageLimitExceeded):
            return "too many tokens or tries"
        if isinstance(one, APIConnectionError):
            return "out of reach"
        if isinstance(one, UnexpectedModelBehavior):
            return "no usable answer"
    return f"no usable answer ({type(error).__name__})"
