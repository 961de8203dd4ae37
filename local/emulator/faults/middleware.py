"""Applies injected faults to AWS calls on their way to MiniStack."""

import asyncio
import logging

from local.emulator.faults.aws_call import identify
from local.emulator.faults.fault import Fault
from local.emulator.faults.injected import FAULTS
from local.emulator.http.asgi import App, Message, Receive, Scope, Send, read_body, replay, respond

logger = logging.getLogger("local.emulator")


def with_faults(emulator: App) -> App:
    """Apply injected faults to the calls of an application."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and FAULTS.has_pending:
            await _apply_fault(emulator, scope, receive, send)
        else:
            await emulator(scope, receive, send)

    return app


async def _apply_fault(emulator: App, scope: Scope, receive: Receive, send: Send) -> None:
    """One request while faults are pending: identify the call, then apply its fault."""
    body = await read_body(receive)
    call = identify(scope, body)
    fault = FAULTS.take(call.service, call.action, function=call.function)
    receive = replay(body, receive)
    if fault is None:
        await emulator(scope, receive, send)
        return
    logger.warning("fault: %s %s:%s", fault.effect, fault.service, fault.action)
    if fault.effect == "drop":
        await respond(send, 200, call.success(), call.content_type)
    elif fault.effect == "delay":
        await _delay(fault, emulator, scope, receive, send)
    else:
        if fault.after:
            await emulator(scope, receive, _discard)
        status, content, headers = call.failure(fault)
        await respond(send, status, content, call.content_type, headers)


async def _delay(fault: Fault, emulator: App, scope: Scope, receive: Receive, send: Send) -> None:
    if not fault.after:
        await asyncio.sleep(fault.seconds)
        await emulator(scope, receive, send)
        return
    messages: list[Message] = []

    async def keep(message: Message) -> None:
        messages.append(message)

    await emulator(scope, receive, keep)
    await asyncio.sleep(fault.seconds)
    for message in messages:
        await send(message)


async def _discard(_message: Message) -> None:
    """Ignore a part of a response."""
