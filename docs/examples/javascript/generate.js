// Write the types of the service's OpenAPI document into api.d.ts: node generate.js URL
// A file in a form is a Blob here; without the transformation it is a string.
import { writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";

const [service = "http://127.0.0.1:8000"] = process.argv.slice(2);
const blob = ts.factory.createTypeReferenceNode("Blob");
const types = await openapiTS(new URL("/openapi.json", service), {
  transform: (schema) => (schema.format === "binary" ? blob : undefined),
});
writeFileSync("api.d.ts", astToString(types));
