// Post a photograph, poll its task and fetch the picture, with the generated types: URL, photograph, result.
import { readFile, writeFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import createClient from "openapi-fetch";
import type { paths } from "./api.js";

const [baseUrl, photograph, output] = process.argv.slice(2) as [string, string, string];
const client = createClient<paths>({ baseUrl });

function toForm(fields: object): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value instanceof Blob ? value : String(value));
  return form;
}

const posted = await client.POST("/api/v1/tasks", {
  body: { file: new Blob([await readFile(photograph)]), width: 320, format: "webp" },
  bodySerializer: toForm,
});
let task = posted.data;
if (!task) throw new Error(`not accepted: ${JSON.stringify(posted.error)}`);
if (!("status" in task)) throw new Error("a picture, which only Accept: image/* asks for");

const path = { task_id: task.id };
while (task.status === "pending" || task.status === "processing") {
  const polled = await client.GET("/api/v1/tasks/{task_id}", { params: { path } });
  if (!polled.data) throw new Error(`no task: ${JSON.stringify(polled.error)}`);
  task = polled.data;
  await setTimeout(100);
}

const fetched = await client.GET("/api/v1/results/{task_id}", {
  params: { path },
  headers: { Accept: "image/*" },
  parseAs: "arrayBuffer",
});
if (!fetched.data) throw new Error(`no result: ${JSON.stringify(fetched.error)}`);
await writeFile(output, new Uint8Array(fetched.data));
