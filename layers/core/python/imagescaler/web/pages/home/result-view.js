import { html, useEffect, useState } from "./vendor/preact.js";
import { CopyButton } from "./copy-button.js";
import { bytesText, secondsText, sizeText } from "./texts.js";

/**
 * @typedef {import("./api.js").Api} Api
 * @typedef {import("./api.js").Result} Result
 * @typedef {import("./api.js").Task} Task
 */

// Ratios that differ by less are those of the same picture, rounded to pixels.
const SAME_RATIO = 0.01;

/**
 * What became of a task: the picture beside the original, or a table of renditions, or the error.
 *
 * @param {{ task: Task, api: Api, original: string | undefined }} properties
 */
export function ResultView({ task, api, original }) {
  if (task.error) return html`<p class="error" role="alert">${task.error.title}. ${task.error.detail}</p>`;
  return html`
    ${task.renditions
      ? html`<${Renditions} task=${task} api=${api} />`
      : task.result && html`<${Picture} task=${task} result=${task.result} api=${api} original=${original} />`}
    ${task.warnings.length > 0 &&
    html`<ul class="warnings">
      ${task.warnings.map((each) => html`<li>${each}</li>`)}
    </ul>`}
  `;
}

/** @param {{ task: Task, result: Result, api: Api, original: string | undefined }} properties */
function Picture({ task, result, api, original }) {
  const url = usePicture(api, result.url);
  if (url === undefined) return html`<p class="hint">Loading the picture…</p>`;
  const { source } = task;
  const isSame = Math.abs((result.width * source.height) / (result.height * source.width) - 1) < SAME_RATIO;
  return html`
    ${original && isSame
      ? html`<img-comparison-slider>
          <img slot="first" src=${original} alt="The original" />
          <img slot="second" src=${url} alt="The result" />
        </img-comparison-slider>`
      : html`<img class="result" src=${url} alt="The result" />`}
    <dl>
      <dt>Original</dt>
      <dd>${sizeText(source)}, ${source.format}, ${bytesText(source.bytes)}</dd>
      <dt>Result</dt>
      <dd>${sizeText(result)}, ${result.format}, ${bytesText(result.bytes)}</dd>
      <dt>Time</dt>
      <dd>${timing(task, result)}</dd>
      <dt>Steps</dt>
      <dd>${result.receipt.operations.join("; ")}</dd>
    </dl>
    <p class="row">
      <a class="button" href=${url} download=${`scaled.${result.format}`}>Download</a>
    </p>
    <details>
      <summary>Receipt</summary>
      <pre tabindex="0"><code>${JSON.stringify(result.receipt, null, 2)}</code></pre>
    </details>
  `;
}

/** @param {Task} task @param {Result} result */
function timing(task, { receipt: { usage } }) {
  const total = (Date.parse(task.completed_at ?? "") - Date.parse(task.created_at)) / 1000;
  return `${secondsText(total)} from request to result, of which scaling took ${secondsText(usage.seconds)}`;
}

/** @param {{ task: Task, api: Api }} properties */
function Renditions({ task, api }) {
  const srcset = `<img srcset="${(task.srcset ?? "").replaceAll("/api/", `${location.origin}/api/`)}" sizes="100vw" alt="">`;
  return html`
    <div class="scrolled" tabindex="0" role="region" aria-label="Renditions">
      <table>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Size</th>
            <th scope="col">Bytes</th>
            <th scope="col">Picture</th>
          </tr>
        </thead>
        <tbody>
          ${(task.renditions ?? []).map(
            ({ name, result, error }) =>
              html`<tr>
                <th scope="row">${name}</th>
                ${result
                  ? html`<td>${sizeText(result)}</td>
                      <td>${bytesText(result.bytes)}</td>
                      <td><${Download} api=${api} url=${result.url} name=${`${name}.${result.format}`} /></td>`
                  : html`<td colspan="3" class="error">${error?.detail}</td>`}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${task.srcset &&
    html`<div class="row">
        <h3>For your page</h3>
        <${CopyButton} text=${srcset} />
      </div>
      <pre tabindex="0"><code>${srcset}</code></pre>`}
  `;
}

/** @param {{ api: Api, url: string, name: string }} properties */
function Download({ api, url, name }) {
  const picture = usePicture(api, url);
  return picture && html`<a href=${picture} download=${name}><img class="small" src=${picture} alt="" /> Download</a>`;
}

/**
 * The object URL of a result, once it was fetched: an image element cannot send an API key.
 * @param {Api} api
 * @param {string} url
 */
function usePicture(api, url) {
  const [picture, setPicture] = useState(/** @type {string | undefined} */ (undefined));
  useEffect(() => {
    let made = "";
    let isNeeded = true;
    api.picture(url).then(
      (blob) => isNeeded && setPicture((made = URL.createObjectURL(blob))),
      () => setPicture(undefined),
    );
    return () => {
      isNeeded = false;
      URL.revokeObjectURL(made);
      setPicture(undefined);
    };
  }, [api, url]);
  return picture;
}
