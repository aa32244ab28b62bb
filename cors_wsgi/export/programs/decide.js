// What governs paths that can be read in two ways: nobody is allowed.
const NOBODY = {
  status: 204,
  any_origin: 0,
  origins: [],
  pattern: "",
  headers: {},
  vary: [],
  preflight_vary: [],
  max_age: "0",
};

/** Returns the policy that governs a path, encoded as it came; nothing where CORS is off. */
function governing(rawPath) {
  if (POLICY.by_path && new RegExp(POLICY.ambiguous).test(rawPath)) return NOBODY;
  let path;
  try {
    path = decodeURIComponent(rawPath);
  } catch {
    return NOBODY; // It is no UTF-8, so nobody knows how the application reads it.
  }
  for (const { prefix, policy } of POLICY.rules) {
    const start = prefix.replace(/\/$/, "");
    if (path === start || path.startsWith(`${start}/`)) {
      return "origins" in policy ? policy : undefined;
    }
  }
  return undefined;
}

/** Tells whether a request is a CORS preflight; the headers' names are in lower case. */
function isPreflight(method, headers) {
  return (
    method === "OPTIONS" &&
    headers.origin !== undefined &&
    headers["access-control-request-method"] !== undefined
  );
}

/** Returns the headers of a response, except for Vary. */
function corsHeaders(policy, headers, preflight) {
  const origin = headers.origin ?? "";
  if (!allows(policy, origin)) return [];
  const sent = [["Access-Control-Allow-Origin", policy.any_origin ? "*" : origin]];
  sent.push(...Object.entries(policy.headers));
  if (preflight) {
    for (const [kind, requested, form] of [
      ["Methods", headers["access-control-request-method"], POLICY.token],
      ["Headers", headers["access-control-request-headers"] ?? "", POLICY.tokens],
    ]) {
      const names = [...policy[`allow_${kind.toLowerCase()}`]];
      const isList = requested.length <= 8190 && fullMatch(form, requested);
      if (policy[`any_${kind.toLowerCase()}`] && isList && !names.includes(requested)) {
        names.push(requested);
      }
      if (names.length > 0) sent.push([`Access-Control-Allow-${kind}`, names.join(", ")]);
    }
    sent.push(["Access-Control-Max-Age", policy.max_age]);
  }
  return sent;
}

function allows(policy, origin) {
  if (policy.any_origin || policy.origins.includes(origin)) return true;
  return policy.pattern !== "" && origin.length <= 294 && fullMatch(policy.pattern, origin);
}

function fullMatch(expression, text) {
  return new RegExp(`^(?:${expression})$`).test(text);
}

/** Returns the value of Vary: what the application sent, and what the policy adds. */
function mergedVary(given, policy, preflight) {
  const names = new Map();
  for (const value of [...given, ...(preflight ? policy.preflight_vary : policy.vary)]) {
    for (const name of value.split(",").map((part) => part.trim())) {
      if (name !== "" && !names.has(name.toLowerCase())) names.set(name.toLowerCase(), name);
    }
  }
  return names.has("*") ? "*" : [...names.values()].join(", ");
}

/** Tells whether a response header of the application's is replaced. */
function isReplaced(name) {
  return name.toLowerCase() === "vary" || name.toLowerCase().startsWith("access-control-");
}
