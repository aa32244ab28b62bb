/** Middleware for Express: use it before everything else, as `app.use(require("./cors.js"))`. */
function cors(req, res, next) {
  const policy = governing(req.originalUrl.replace(/\?.*$/s, ""));
  if (policy === undefined) return next();
  const preflight = isPreflight(req.method, req.headers);
  // Headers are written last, so that nothing that runs later can change them.
  const writeHead = res.writeHead;
  res.writeHead = function (status, ...rest) {
    const given = rest.find((part) => part !== null && typeof part === "object");
    // What it is given replaces what was set, and may name a header several times.
    for (const [name] of pairs(given)) res.removeHeader(name);
    for (const [name, value] of pairs(given)) res.appendHeader(name, value);
    replaceHeaders(res, policy, req.headers, preflight);
    return writeHead.call(this, status, ...rest.filter((part) => typeof part === "string"));
  };
  if (!preflight) return next();
  if (policy.status !== 204) res.setHeader("Content-Length", "0");
  res.writeHead(policy.status);
  return res.end();
}

/** Returns the headers that writeHead was given: an object, a list of pairs, or a flat list. */
function pairs(given) {
  if (!Array.isArray(given)) return Object.entries(given ?? {});
  if (Array.isArray(given[0])) return given;
  return given.flatMap((name, at) => (at % 2 === 0 ? [[name, given[at + 1]]] : []));
}

function replaceHeaders(res, policy, requestHeaders, preflight) {
  const given = [res.getHeader("Vary") ?? []].flat().map(String);
  for (const name of res.getHeaderNames()) if (isReplaced(name)) res.removeHeader(name);
  for (const [name, value] of corsHeaders(policy, requestHeaders, preflight)) {
    res.setHeader(name, value);
  }
  const vary = mergedVary(given, policy, preflight);
  if (vary !== "") res.setHeader("Vary", vary);
}

module.exports = cors;
