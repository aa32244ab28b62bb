// Calls a handler as a gateway does; the handler answers what the backend answers.
import http from "node:http";
const [, , home, port, backend, format] = process.argv;
const { cors } = await import(`${home}/cors.mjs`);

const handler = cors(
  (event) =>
    new Promise((resolve, reject) => {
      const path = (event.rawPath ?? event.path).replace(/^\/prod/, "");
      const method = event.httpMethod ?? event.requestContext.http.method;
      const headers = { origin: event.headers.Origin ?? event.headers.origin ?? "" };
      const asked = http.request({ port: backend, path, method, headers }, (answer) => {
        const chunks = [];
        answer.on("data", (chunk) => chunks.push(chunk));
        answer.on("end", () => {
          const multiValueHeaders = {};
          for (let at = 0; at < answer.rawHeaders.length; at += 2) {
            (multiValueHeaders[answer.rawHeaders[at]] ??= []).push(answer.rawHeaders[at + 1]);
          }
          const body = Buffer.concat(chunks).toString();
          resolve({ statusCode: answer.statusCode, multiValueHeaders, body });
        });
      });
      asked.on("error", reject);
      asked.end();
    }),
);

http
  .createServer(async (req, res) => {
    const rawPath = req.url.replace(/\?.*/, "");
    const headers = {};
    for (let at = 0; at < req.rawHeaders.length; at += 2) {
      const name = format === "2.0" ? req.rawHeaders[at].toLowerCase() : req.rawHeaders[at];
      const value = req.rawHeaders[at + 1];
      headers[name] = name in headers ? `${headers[name]},${value}` : value;
    }
    const event =
      format === "2.0"
        ? {
            version: "2.0",
            rawPath: `/prod${rawPath}`,
            headers,
            requestContext: { stage: "prod", http: { method: req.method } },
          }
        : { version: "1.0", path: rawPath, httpMethod: req.method, headers };
    const answer = await handler(event, {});
    res.statusCode = answer.statusCode;
    for (const part of [answer.multiValueHeaders, answer.headers]) {
      for (const [name, value] of Object.entries(part ?? {})) res.appendHeader(name, value);
    }
    res.end(answer.body);
  })
  .listen(port, "127.0.0.1");
