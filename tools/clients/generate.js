// Write the types of the document's paths, with a Blob for each file: openapi-typescript itself has a string.
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";

const [document, output] = process.argv.slice(2);
const blob = ts.factory.createTypeReferenceNode("Blob");
const types = await openapiTS(pathToFileURL(document), {
  transform: (schema) => (schema.format === "binary" ? blob : undefined),
});
writeFileSync(output, astToString(types));
