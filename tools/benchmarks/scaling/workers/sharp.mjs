// sharp, one pipeline for each width; `full` as argument switches its coarser scaled decode off.

import { createRequire } from "node:module";
import { serve } from "./loop.mjs";

const sharp = createRequire(process.cwd() + "/")("sharp");
const fastShrinkOnLoad = process.argv[2] !== "full";

sharp.cache(false); // the same picture comes again and again here, which it does not in life

// A level of ten and more is that level less ten, with a filter chosen for each row.
const png = (knob) => ({ compressionLevel: knob % 10, adaptiveFiltering: knob >= 10 });

await serve((data, { widths, format, knob }) => {
  const options = knob === null ? {} : format === "png" ? png(knob) : { quality: knob };
  return Promise.all(
    widths.map((width) => sharp(data).rotate().resize({ width, fastShrinkOnLoad }).toFormat(format, options).toBuffer()),
  );
});
