// Scale a photograph: node scale.js URL PHOTO RESULT [WIDTH]
import { readFile, writeFile } from "node:fs/promises";
import { ImageScaler, ProblemError } from "./imagescaler.js";

const [url = "", photo = "", output = "", width = "800"] = process.argv.slice(2);
const scaler = new ImageScaler(url, process.env.IMAGESCALER_KEY);
try {
  const image = new Blob([await readFile(photo)]);
  const { result, picture } = await scaler.scale(image, { width: Number(width), format: "webp" });
  await writeFile(output, new Uint8Array(await picture.arrayBuffer()));
  console.log(`${output}: ${result.width} x ${result.height}, ${result.bytes} bytes`);
} catch (error) {
  if (!(error instanceof ProblemError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
