// IPX as a library, with a storage that hands it the bytes.

import { createRequire } from "node:module";
import { serve } from "./loop.mjs";

const { createIPX } = createRequire(process.cwd() + "/")("ipx");
let current;
const ipx = createIPX({ storage: { name: "memory", getMeta: () => ({}), getData: () => current } });

await serve(async (data, { widths, format, knob }) => {
  current = data;
  // For PNG its quality means a palette: there it has no knob.
  const quality = knob === null || format === "png" ? {} : { quality: String(knob) };
  const scaled = await Promise.all(widths.map((width) => ipx("picture", { width: String(width), format, ...quality }).process()));
  return scaled.map((each) => each.data);
});
