import { html } from "./vendor/preact.js";

/** @typedef {{ id: string, name: string, status: string }} Known a task of this session */

const KEY = "tasks";
const MOST = 20;

/** The tasks of this session of the browser, newest first. @returns {Known[]} */
export const readTasks = () => JSON.parse(sessionStorage.getItem(KEY) ?? "[]");

/** Add a task, or replace it. @param {Known[]} tasks @param {Known} task @returns {Known[]} */
export function withTask(tasks, task) {
  const others = tasks.filter(({ id }) => id !== task.id);
  const known = tasks.some(({ id }) => id === task.id);
  const all = known ? tasks.map((each) => (each.id === task.id ? task : each)) : [task, ...others].slice(0, MOST);
  sessionStorage.setItem(KEY, JSON.stringify(all));
  return all;
}

/** @param {{ tasks: Known[], shown: string | undefined, onShow: (task: Known) => void }} properties */
export function TaskList({ tasks, shown, onShow }) {
  if (!tasks.length) return null;
  return html`
    <section aria-labelledby="tasks-title">
      <h2 id="tasks-title">Your tasks</h2>
      <ol class="tasks">
        ${tasks.map(
          (task) =>
            html`<li key=${task.id}>
              <button
                type="button"
                class="quiet"
                aria-pressed=${String(task.id === shown)}
                onClick=${() => onShow(task)}
              >
                ${task.name} <span class=${`status ${task.status}`}>${task.status}</span>
              </button>
            </li>`,
        )}
      </ol>
    </section>
  `;
}
