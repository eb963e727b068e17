// Prisma's schema engine in WebAssembly, over its adapter. What the two lack together is made up for here.
import { PrismaPg } from "@prisma/adapter-pg";
import Result from "pg/lib/result.js";
import { defineConfig } from "prisma/config";

// The engine reads PostgreSQL's types char and name, which the adapter does not know: both are text.
const addFields = Result.prototype.addFields;
Result.prototype.addFields = function (fields) {
  for (const field of fields) if ([18, 19].includes(field.dataTypeID)) field.dataTypeID = 25;
  return addFields.call(this, fields);
};

// Time limits that are never cleared would keep the process alive.
const later = globalThis.setTimeout;
globalThis.setTimeout = (act, milliseconds, ...rest) => {
  const timer = later(act, milliseconds, ...rest);
  return milliseconds >= 10_000 ? timer.unref() : timer;
};

const url = new URL(process.env.DIRECT_URL);

export default defineConfig({
  experimental: { adapter: true },
  engine: "js",
  schema: "prisma/schema.prisma",
  adapter: async () =>
    new PrismaPg({
      // In parts: with a connection string the adapter would take this database for the shadow database, too.
      host: url.hostname,
      port: Number(url.port),
      user: url.username,
      password: url.password,
      ssl: true,
      idleTimeoutMillis: 10, // it drops the shadow database while its own session is in it
    }),
});
