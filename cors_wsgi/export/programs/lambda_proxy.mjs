/**
 * Wraps a handler for events of the payload formats 1.0 and 2.0.
 *
 * Events that are no requests, such as those of a schedule or a queue, reach the handler as
 * they are, and so do its answers to them.
 */
export function cors(handler) {
  return async (event, context) => {
    const policy = isRequest(event) ? governing(rawPath(event)) : undefined;
    if (policy === undefined) return handler(event, context);
    const headers = requestHeaders(event);
    const method = event.httpMethod ?? event.requestContext.http.method;
    const preflight = isPreflight(method, headers);
    const response = preflight
      ? { statusCode: policy.status, body: "" }
      : await answer(handler, event, context);
    return withHeaders(response, event, policy, headers, preflight);
  };
}

function isRequest(event) {
  return event?.httpMethod !== undefined || event?.rawPath !== undefined;
}

function rawPath(event) {
  if (event.rawPath === undefined) return event.path;
  const stage = event.requestContext?.stage ?? "$default";
  const isInStage = stage !== "$default" && event.rawPath.startsWith(`/${stage}/`);
  return isInStage ? event.rawPath.slice(stage.length + 1) : event.rawPath;
}

function requestHeaders(event) {
  const headers = {};
  for (const [name, value] of Object.entries(event.headers ?? {})) {
    headers[name.toLowerCase()] = value;
  }
  for (const [name, values] of Object.entries(event.multiValueHeaders ?? {})) {
    headers[name.toLowerCase()] = values.join(",");
  }
  return headers;
}

/** Calls the handler; returns what the gateway would make of its answer. */
async function answer(handler, event, context) {
  try {
    const response = await handler(event, context);
    if (response?.statusCode !== undefined) return { ...response };
    // It may be something that JSON does not have.
    const body = typeof response === "string" ? response : JSON.stringify(response);
    return { statusCode: 200, headers: { "content-type": "application/json" }, body };
  } catch (error) {
    console.error(error);
    return { statusCode: 500, body: '{"message": "Internal Server Error"}' };
  }
}

function withHeaders(response, event, policy, headers, preflight) {
  const given = [];
  for (const part of ["headers", "multiValueHeaders"]) {
    const own = Object.entries(response[part] ?? {});
    for (const [name, value] of own) if (name.toLowerCase() === "vary") given.push(value);
    if (part in response) {
      response[part] = Object.fromEntries(own.filter(([name]) => !isReplaced(name)));
    }
  }
  const sent = corsHeaders(policy, headers, preflight);
  const vary = mergedVary(given.flat(), policy, preflight);
  if (vary !== "") sent.push(["Vary", vary]);
  // A load balancer with multi-value headers reads no others.
  if (event.headers == null && event.multiValueHeaders != null) {
    const several = Object.fromEntries(sent.map(([name, value]) => [name, [value]]));
    return { ...response, multiValueHeaders: { ...response.multiValueHeaders, ...several } };
  }
  return { ...response, headers: { ...response.headers, ...Object.fromEntries(sent) } };
}
