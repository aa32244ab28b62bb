// Express APIs: cors after the routes, no cors, an allow-list that throws, an error or a limiter before
// cors, cors on the routes alone.
const express = require("express");
const cors = require("cors");

const fixed = process.env.BROKEN_SERVERS === "fixed";
const kind = process.env.KIND;
const local = /^http:\/\/localhost:\d+$/;
const throwing = (origin, callback) =>
  !origin || (fixed && local.test(origin))
    ? callback(null, true)
    : callback(new Error("Not allowed by CORS"));

const app = express();
const refused = (request, response) => response.set("Retry-After", "60").sendStatus(429);
const policy = cors({ origin: kind === "throws" ? throwing : local, maxAge: 600 });
const fails = (request, response, next) => next(new Error("the body cannot be parsed"));
if (kind === "error" && !fixed) app.use(fails);
if (kind === "limited" && !fixed) app.use(refused);
if (fixed || kind === "throws" || kind === "error") app.use(policy);
if (kind === "error" && fixed) app.use(fails);
if (kind === "routes") app.use("/data", (request, response, next) =>
  request.method === "OPTIONS" ? next() : policy(request, response, next));
app.get("/data", (request, response) => response.json({ answer: 42 }));
app.put("/data", (request, response) => response.json({ answer: 42 }));
if (kind === "after" && !fixed) app.use(policy);
app.listen(Number(process.env.PORT), "127.0.0.1");
