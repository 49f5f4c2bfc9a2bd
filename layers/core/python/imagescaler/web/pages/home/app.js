import { html, render, useEffect, useMemo, useState } from "./vendor/preact.js";
import { Api } from "./api.js";
import { OptionField } from "./option-field.js";
import { MOST_USED, presetOption, readGroups, renditionsOf } from "./options.js";
import { PictureField } from "./picture-field.js";
import { Problem } from "./problem.js";
import { ResultView } from "./result-view.js";
import { Snippets } from "./snippets.js";
import { readTasks, TaskList, withTask } from "./task-list.js";
import { sizeText } from "./texts.js";

/**
 * @typedef {import("./api.js").Task} Task
 * @typedef {import("./options.js").Group} Group
 * @typedef {import("./options.js").Option} Option
 * @typedef {import("./task-list.js").Known} Known
 */

const KEY = "api-key";
const PLAN_AFTER_MS = 300;
const START = { width: "800" };

/** @param {{ groups: Group[] }} properties */
function App({ groups }) {
  const [key, setKey] = useState(sessionStorage.getItem(KEY) ?? "");
  const [asksForKey, setAsksForKey] = useState(key !== "");
  const api = useMemo(() => new Api(key), [key]);
  const [file, setFile] = useState(/** @type {File | null} */ (null));
  const url = useMemo(() => (file ? URL.createObjectURL(file) : ""), [file]);
  const [values, setValues] = useState(/** @type {Record<string, string>} */ (START));
  const [widths, setWidths] = useState("");
  const [problem, setProblem] = useState(/** @type {Problem | null} */ (null));
  const [progress, setProgress] = useState("");
  const [part, setPart] = useState(0);
  const [task, setTask] = useState(/** @type {Task | null} */ (null));
  const [original, setOriginal] = useState(/** @type {{ id: string, url: string } | null} */ (null));
  const [tasks, setTasks] = useState(readTasks);
  const presets = usePresets(api);
  const fields = useMemo(() => ({ ...given(values), ...renditionsOf(widths) }), [values, widths]);
  const plan = usePlan(api, file, fields, setProblem);

  /** @param {unknown} error */
  const onError = (error) => {
    if (!(error instanceof Problem)) throw error;
    setAsksForKey((asks) => asks || error.status === 401);
    setProblem(error);
  };
  const onPicture = (/** @type {File} */ chosen) => (setFile(chosen), setProblem(null));
  const onKey = (/** @type {string} */ text) => (sessionStorage.setItem(KEY, text), setKey(text), setProblem(null));
  const remember = (/** @type {Known} */ known) => setTasks((all) => withTask(all, known));

  /** @param {Known} known */
  async function follow(known) {
    remember(known);
    setProgress("Scaling…");
    const ended = await api.ended(known.id);
    remember({ ...known, status: ended.status });
    setTask(ended);
    document.getElementById("result-title")?.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }

  /** @param {() => Promise<void>} work */
  async function run(work) {
    setProblem(null);
    setTask(null);
    await work().catch(onError);
    setProgress("");
    setPart(0);
  }

  const onSubmit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!file) return setProblem(new Problem(0, { errors: [{ field: "file", detail: "choose a picture first" }] }));
    return run(async () => {
      setProgress("Sending…");
      const { id, status } = await api.createTask(file, fields, setPart);
      setOriginal({ id, url });
      await follow({ id, name: file.name, status });
    });
  };

  const options = groups.flatMap((group) => group.options);
  const shown = new Set([...options.map(({ name }) => name), "file", "renditions", "preset"]);
  const field = (/** @type {Option} */ option) =>
    html`<${OptionField}
      key=${option.name}
      option=${option}
      value=${values[option.name] ?? ""}
      error=${problem?.at(option.name)}
      onChange=${(/** @type {string} */ value) => (setValues({ ...values, [option.name]: value }), setProblem(null))}
    />`;
  const first = MOST_USED.flatMap((name) => options.filter((option) => option.name === name));
  return html`
    <form onSubmit=${onSubmit} novalidate aria-label="Scale a picture">
      ${asksForKey && html`<${KeyField} value=${key} onChange=${onKey} />`}
      <${PictureField} file=${file} url=${url} error=${problem?.at("file")} onPicture=${onPicture} />
      <section aria-labelledby="options-title">
        <h2 id="options-title">Options</h2>
        <div class="fields">
          ${first.map(field)} ${presets.length > 0 && field(presetOption(presets))}
          <${WidthsField}
            value=${widths}
            error=${problem?.at("renditions")}
            onChange=${(/** @type {string} */ value) => (setWidths(value), setProblem(null))}
          />
        </div>
        ${groups.map(
          (group) => html`<${MoreOptions} key=${group.name} group=${group} values=${values} field=${field} />`,
        )}
      </section>
      <div class="submit">
        <button type="submit" class="primary" disabled=${progress !== ""}>Scale</button>
        <p role="status">${progress || planText(plan)}</p>
        ${progress === "Sending…" && html`<progress value=${part} aria-label="Upload"></progress>`}
        ${problem && html`<p class="error" role="alert">${problem.elsewhere(shown) || "See the marked fields."}</p>`}
      </div>
    </form>
    <div class="results">
      <section aria-labelledby="result-title">
        <h2 id="result-title">Result</h2>
        ${task
          ? html`<${ResultView}
              task=${task}
              api=${api}
              original=${original?.id === task.id ? original.url : undefined}
            />`
          : html`<p class="empty">${progress || "The scaled picture will be here."}</p>`}
      </section>
      <${Snippets} file=${file?.name ?? "photo.jpg"} fields=${fields} origin=${location.origin} hasKey=${key !== ""} />
      <${TaskList}
        tasks=${tasks}
        shown=${task?.id}
        onShow=${(/** @type {Known} */ known) => run(() => follow(known))}
      />
    </div>
  `;
}

/**
 * The options of a group that are not shown first.
 *
 * @param {{ group: Group, values: Record<string, string>, field: (option: Option) => unknown }} properties
 */
function MoreOptions({ group, values, field }) {
  const options = group.options.filter(({ name }) => !MOST_USED.includes(name));
  const count = options.filter(({ name }) => values[name]).length;
  return html`<details class="more">
    <summary>${group.name} ${count > 0 && html`<span class="status">${count} set</span>`}</summary>
    <div class="fields">${options.map(field)}</div>
  </details>`;
}

/** @param {{ value: string, error: string | undefined, onChange: (value: string) => void }} properties */
function WidthsField({ value, error, onChange }) {
  const option = {
    name: "widths",
    description: "several results of one picture, such as for srcset, in place of one width",
    choices: [],
    example: "400, 800, 1600",
    isNumber: false,
  };
  return html`<${OptionField} option=${option} value=${value} error=${error} onChange=${onChange} />`;
}

/** @param {{ value: string, onChange: (value: string) => void }} properties */
function KeyField({ value, onChange }) {
  const onInput = (/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) =>
    onChange(currentTarget.value);
  return html`<section aria-labelledby="key-title">
    <h2 id="key-title"><label for="key">API key</label></h2>
    <input id="key" type="password" value=${value} onInput=${onInput} autocomplete="off" aria-describedby="key-hint" />
    <p class="hint" id="key-hint">This service asks for a key. It is kept until you close this tab.</p>
  </section>`;
}

/** The presets of the operator; none if they cannot be read. @param {Api} api */
function usePresets(api) {
  const [presets, setPresets] = useState(/** @type {string[]} */ ([]));
  useEffect(() => {
    api.presets().then(setPresets, () => setPresets([]));
  }, [api]);
  return presets;
}

/**
 * The plan of the task, a moment after the last change; what is wrong with the options is a problem.
 *
 * @param {Api} api
 * @param {File | null} file
 * @param {import("./api.js").Fields} fields
 * @param {(problem: Problem) => void} onProblem
 */
function usePlan(api, file, fields, onProblem) {
  const [plan, setPlan] = useState(/** @type {import("./api.js").Plan | null} */ (null));
  useEffect(() => {
    setPlan(null);
    if (!file) return undefined;
    let isCurrent = true;
    const timer = setTimeout(() => {
      api.plan(file, fields).then(
        (made) => isCurrent && setPlan(made),
        (error) => isCurrent && error.status === 422 && error.fields.length && onProblem(error),
      );
    }, PLAN_AFTER_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [api, file, fields]);
  return plan;
}

/** @param {import("./api.js").Plan | null} plan */
function planText(plan) {
  if (!plan) return "";
  const planned = "renditions" in plan ? plan.renditions.map(({ plan: { result } }) => result) : [plan.result];
  return `The result will be ${planned.map((each) => `${sizeText(each)} ${each.format}`).join(", ")}.`;
}

/** The fields that are not empty. @param {Record<string, string>} values @returns {import("./api.js").Fields} */
const given = (values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value.trim() !== ""));

const place = document.getElementById("app");
const description = await (await fetch("/openapi.json")).json();
if (place) render(html`<${App} groups=${readGroups(description)} />`, place);
