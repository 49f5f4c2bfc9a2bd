import { html } from "./vendor/preact.js";

/**
 * A field for an option: a list of its choices, or a text.
 *
 * @param {{ option: import("./options.js").Option, value: string, error: string | undefined,
 *   onChange: (value: string) => void }} properties
 */
export function OptionField({ option, value, error, onChange }) {
  const id = `option-${option.name}`;
  const onInput = (/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) =>
    onChange(currentTarget.value);
  const described = {
    id,
    value,
    onInput,
    "aria-describedby": error ? `${id}-error ${id}-hint` : `${id}-hint`,
    "aria-invalid": error ? "true" : "false",
  };
  return html`
    <div class="field">
      <label for=${id}>${title(option.name)}</label>
      ${option.choices.length
        ? html`<select ...${described}>
            <option value="">default</option>
            ${option.choices.map((choice) => html`<option value=${choice}>${choice}</option>`)}
          </select>`
        : html`<input
            ...${described}
            inputmode=${option.isNumber ? "decimal" : "text"}
            placeholder=${option.example}
            autocomplete="off"
          />`}
      ${error && html`<p class="error" id=${`${id}-error`}>${error}</p>`}
      <p class="hint" id=${`${id}-hint`}>${option.description}</p>
    </div>
  `;
}

/** @param {string} name such as `max_width` */
const title = (name) => (name.charAt(0).toUpperCase() + name.slice(1)).replaceAll("_", " ");
