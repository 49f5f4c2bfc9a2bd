import { html, useState } from "./vendor/preact.js";

const SHOWN_MS = 1500;

/**
 * Nothing where browsers give no clipboard: on pages that are served by http to other machines.
 *
 * @param {{ text: string }} properties
 */
export function CopyButton({ text }) {
  const [isCopied, setCopied] = useState(false);
  if (!navigator.clipboard) return null;
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), SHOWN_MS);
  };
  return html`<button type="button" class="quiet" onClick=${copy}>
    <span aria-live="polite">${isCopied ? "Copied" : "Copy"}</span>
  </button>`;
}
