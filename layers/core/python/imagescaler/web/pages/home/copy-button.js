import { html, useState } from "./vendor/preact.js";

const SHOWN_MS = 1500;

/** @param {{ text: string }} properties */
export function CopyButton({ text }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), SHOWN_MS);
  };
  return html`<button type="button" class="quiet" onClick=${copy}>
    <span aria-live="polite">${isCopied ? "Copied" : "Copy"}</span>
  </button>`;
}
