"""Streams that fail before their first block are answered like any other crash.

The first block of a streaming response is taken before the response gets its headers. If that
fails, Django's own error page takes the response's place, and can be read by the page that asked.
"""

from asyncio import CancelledError
from collections.abc import AsyncIterator
from itertools import chain, islice
from typing import TypeGuard

from asgiref.sync import sync_to_async
from django.core.handlers.exception import response_for_exception
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase


def start_stream(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Take the first block of a streaming response; return the response to send."""
    if not _is_stream(response) or _is_left_to_django(request, response):
        return response
    # Under ASGI, Django takes them all at once, in one context (`contextvars`).
    wanted = None if _is_under_asgi(request) else 1
    try:
        blocks = iter(response)
        first = [*islice(blocks, wanted)]
    except BaseException as error:
        response.close()
        if not isinstance(error, Exception):
            raise
        return response_for_exception(request, error)
    # What has ended is not asked once more, which could take for ever.
    response.streaming_content = chain(first, blocks) if len(first) == wanted else first
    return response


async def start_stream_async(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Take the first block of a streaming response under ASGI; return the response to send.

    An event stream is left alone. Django starts it before its first event is there, and nobody
    may have to wait for that event to learn that the stream is open.
    """
    if not _is_stream(response) or _is_event_stream(response):
        return response
    if not response.is_async:
        return await sync_to_async(start_stream)(request, response)
    try:
        blocks = aiter(response)
        first = [await anext(blocks)]
    except StopAsyncIteration:
        first = []
    except (Exception, CancelledError) as error:  # cancelled, since the client has gone
        await sync_to_async(response.close)()
        if not isinstance(error, Exception):
            raise
        return await sync_to_async(response_for_exception)(request, error)
    response.streaming_content = _chained(first, blocks)
    return response


def _is_stream(response: HttpResponseBase) -> TypeGuard[StreamingHttpResponse]:
    """Tell whether a response is a stream, and not a file, which servers send in their own way."""
    is_file = getattr(response, "file_to_stream", None) is not None  # as Django's handlers ask
    return isinstance(response, StreamingHttpResponse) and not is_file


def _is_left_to_django(request: HttpRequest, response: StreamingHttpResponse) -> bool:
    """Tell whether a synchronous middleware leaves a stream alone, as it may under ASGI.

    There, a middleware that is not asynchronous makes all those outside it synchronous. To iterate
    an asynchronous stream would take it to its end, which an event stream does not have. And it may
    need one task, from its first block to its last (`asyncio.timeout`).
    """
    is_open_ended = response.is_async or _is_event_stream(response)
    return is_open_ended and _is_under_asgi(request)


def _is_under_asgi(request: HttpRequest) -> bool:
    """Tell an ASGIRequest, without loading its module under WSGI."""
    return hasattr(request, "scope")


def _is_event_stream(response: HttpResponseBase) -> bool:
    return response.headers.get("Content-Type", "").lower().startswith("text/event-stream")


async def _chained(first: list[bytes], blocks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    for block in first:
        yield block
    async for block in blocks:
        yield block
