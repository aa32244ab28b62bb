// An Express API: the middleware `cors` after the routes, where no route comes by any more.
const express = require("express");
const cors = require("cors");

const app = express();
const policy = cors({ origin: /^http:\/\/localhost:\d+$/, maxAge: 600 });
if (process.env.BROKEN_SERVERS === "fixed") app.use(policy);
app.get("/data", (request, response) => response.json({ answer: 42 }));
if (process.env.BROKEN_SERVERS !== "fixed") app.use(policy);
app.listen(Number(process.env.PORT), "127.0.0.1");
