"""Streams that fail before their first block are answered like any other crash.

The first block of a streaming response is taken before the response gets its headers. If that
fails, Django's own error page takes the response's place, and can be read by the page that asked.
"""

from collections.abc import AsyncIterator
from itertools import chain
from typing import TypeGuard

from asgiref.sync import sync_to_async
from django.core.handlers.exception import response_for_exception
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase


def start_stream(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Take the first block of a streaming response; return the response to send."""
    if not _has_first_block(response):
        return response
    blocks = iter(response)
    try:
        first = [next(blocks)]
    except StopIteration:
        first = []
    except Exception as error:
        response.close()
        return response_for_exception(request, error)
    response.streaming_content = chain(first, blocks)
    return response


async def start_stream_async(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Take the first block of a streaming response under ASGI; return the response to send.

    An event stream is left alone. Django starts it before its first event is there, and nobody
    may have to wait for that event to learn that the stream is open.
    """
    if not _has_first_block(response) or _is_event_stream(response):
        return response
    if not response.is_async:
        return await sync_to_async(start_stream)(request, response)
    blocks = aiter(response)
    try:
        first = [await anext(blocks)]
    except StopAsyncIteration:
        first = []
    except Exception as error:
        await sync_to_async(response.close)()
        return await sync_to_async(response_for_exception)(request, error)
    response.streaming_content = _chained(first, blocks)
    return response


def _has_first_block(response: HttpResponseBase) -> TypeGuard[StreamingHttpResponse]:
    """Tell whether a response is a stream, and not a file, which servers send in their own way."""
    return isinstance(response, StreamingHttpResponse) and not isinstance(response, FileResponse)


def _is_event_stream(response: HttpResponseBase) -> bool:
    return response.headers.get("Content-Type", "").startswith("text/event-stream")


async def _chained(first: list[bytes], blocks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    for block in first:
        yield block
    async for block in blocks:
        yield block
