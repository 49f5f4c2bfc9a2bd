import { html, useState } from "./vendor/preact.js";
import { CopyButton } from "./copy-button.js";

/** @typedef {{ file: string, fields: import("./api.js").Fields, origin: string, hasKey: boolean }} Request */

/** The request in other languages, to be copied. @param {Request} request */
export function Snippets(request) {
  const [language, setLanguage] = useState("curl");
  const code = (LANGUAGES[language] ?? curl)(request);
  return html`
    <section aria-labelledby="request-title">
      <h2 id="request-title">Request</h2>
      <div class="row" role="group" aria-label="Language">
        ${Object.keys(LANGUAGES).map(
          (each) => html`
            <button
              type="button"
              class="quiet"
              aria-pressed=${String(each === language)}
              onClick=${() => setLanguage(each)}
            >
              ${each}
            </button>
          `,
        )}
        <${CopyButton} text=${code} />
      </div>
      <pre tabindex="0" aria-label="Request as ${language}"><code>${code}</code></pre>
    </section>
  `;
}

/** @param {Request} request */
function curl({ file, fields, origin, hasKey }) {
  const lines = [
    "curl --fail-with-body",
    ...(hasKey ? ['-H "Authorization: Bearer $IMAGESCALER_KEY"'] : []),
    "-H 'Prefer: wait=10'",
    `-F ${shell(`file=@${file}`)}`,
    ...Object.entries(fields).map(([name, value]) => `-F ${shell(`${name}=${value}`)}`),
    `${origin}/api/v1/tasks`,
  ];
  return lines.join(" \\\n    ");
}

/** @param {Request} request */
function python({ file, fields, origin }) {
  const options = Object.entries(fields).map(([name, value]) => `, ${name}=${pythonValue(name, value)}`);
  const call = `(${JSON.stringify(file)}${options.join("")})`;
  const results = fields.renditions
    ? `for name, picture in client.scale_to_renditions${call}.items():
        picture.save(f"{name}.{picture.format}")`
    : `picture = client.scale${call}
    picture.save(f"scaled.{picture.format}")`;
  return `from imagescaler_client import Client

with Client(${JSON.stringify(origin)}) as client:
    ${results}
`;
}

/** @param {Request} request */
function javascript({ fields, origin, hasKey }) {
  const appended = Object.entries(fields).map(
    ([name, value]) => `form.append(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
  );
  const key = hasKey ? 'const key = "YOUR_API_KEY";\n' : "";
  const authorization = hasKey ? ", Authorization: `Bearer ${key}`" : "";
  return `${key}const input = document.querySelector("input[type=file]");
const form = new FormData();
form.append("file", input.files[0]);
${appended.join("")}const response = await fetch("${origin}/api/v1/tasks", {
  method: "POST",
  headers: { Prefer: "wait=10"${authorization} },
  body: form,
});
const task = await response.json();
if (!response.ok) throw new Error(task.detail);
`;
}

/** @param {Request} request */
function commandLine({ file, fields, origin }) {
  const options = Object.entries(fields).map(([name, value]) => ` --${name.replaceAll("_", "-")} ${shell(value)}`);
  return `imagescaler --url ${origin} scale ${shell(file)}${options.join("")} --out scaled`;
}

/** @type {Record<string, (request: Request) => string>} */
const LANGUAGES = { curl, Python: python, JavaScript: javascript, CLI: commandLine };

/** Quote for a POSIX shell. @param {string} text */
const shell = (text) => (/^[\w@=:.,/+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** @param {string} name @param {string} value */
function pythonValue(name, value) {
  if (name === "renditions") return value; // a list in JSON is one in Python
  if (value === "true" || value === "false") return value === "true" ? "True" : "False";
  return /^-?\d+(\.\d+)?$/.test(value) ? value : JSON.stringify(value);
}
