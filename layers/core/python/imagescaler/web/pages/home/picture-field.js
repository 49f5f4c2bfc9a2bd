import { html, useEffect, useState } from "./vendor/preact.js";
import { bytesText } from "./texts.js";

const SAMPLE = "/page/sample.jpg";

/**
 * Takes a picture that is dropped, pasted, chosen, or the sample.
 *
 * @param {{ file: File | null, url: string, error: string | undefined, onPicture: (file: File) => void }} properties
 */
export function PictureField({ file, url, error, onPicture }) {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const onPaste = (/** @type {ClipboardEvent} */ event) => take(event.clipboardData?.files, onPicture);
    addEventListener("paste", onPaste);
    return () => removeEventListener("paste", onPaste);
  }, [onPicture]);
  const over = (/** @type {Event} */ event) => (event.preventDefault(), setOver(event.type === "dragover"));
  const drop = (/** @type {DragEvent} */ event) => (over(event), take(event.dataTransfer?.files, onPicture));
  const choose = (/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) =>
    take(currentTarget.files, onPicture);
  return html`
    <section aria-labelledby="picture-title">
      <h2 id="picture-title">Picture</h2>
      <div class=${isOver ? "drop over" : "drop"} onDragOver=${over} onDragLeave=${over} onDrop=${drop}>
        ${file && html`<${Thumbnail} file=${file} url=${url} />`}
        <p>
          <label class="button" for="file">${file ? "Choose another picture" : "Choose a picture"}</label>
          <input
            id="file"
            type="file"
            class="visually-hidden"
            accept="image/*,.heic,.tif,.tiff,.jxl"
            aria-describedby=${error ? "file-error file-hint" : "file-hint"}
            onChange=${choose}
          />
          <button type="button" class="quiet" onClick=${() => sample().then(onPicture)}>Use the sample</button>
        </p>
        <p class="hint" id="file-hint">You can also drop a picture here, or paste one.</p>
        ${error && html`<p class="error" id="file-error">${error}</p>`}
      </div>
    </section>
  `;
}

/** @param {{ file: File, url: string }} properties */
function Thumbnail({ file, url }) {
  const [fails, setFails] = useState("");
  return html`
    <figure class="thumbnail">
      ${fails !== url && html`<img src=${url} alt="" onError=${() => setFails(url)} />`}
      <figcaption>${file.name}, ${bytesText(file.size)}</figcaption>
    </figure>
  `;
}

/** @param {FileList | null | undefined} files @param {(file: File) => void} onPicture */
function take(files, onPicture) {
  const file = files?.item(0);
  if (file) onPicture(file);
}

async function sample() {
  const picture = await (await fetch(SAMPLE)).blob();
  return new File([picture], "sample.jpg", { type: picture.type });
}
