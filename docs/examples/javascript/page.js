// A page that scales a picture by a service of another origin.
import { ImageScaler, ProblemError } from "./imagescaler.js";

/** @type {<Type extends Element>(selector: string) => Type} */
const find = (selector) => /** @type {any} */ (document.querySelector(selector));
const form = /** @type {HTMLFormElement} */ (find("form"));
const image = /** @type {HTMLImageElement} */ (find("img"));
const [status, alert] = [find("[role=status]"), find("[role=alert]")];

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const fields = new FormData(form);
  [status.textContent, alert.textContent, image.hidden] = ["Scaling…", "", true];
  try {
    const scaler = new ImageScaler(String(fields.get("service")));
    const options = { width: Number(fields.get("width")) };
    const { result, picture } = await scaler.scale(/** @type {File} */ (fields.get("picture")), options);
    image.src = URL.createObjectURL(picture);
    image.hidden = false;
    status.textContent = `${result.width} × ${result.height}, ${result.bytes} bytes`;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    [status.textContent, alert.textContent] = ["", error.message];
  }
});
