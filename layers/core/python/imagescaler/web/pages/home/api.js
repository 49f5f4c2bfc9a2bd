import { Problem } from "./problem.js";

/**
 * The fields of answers that the page uses; /openapi.json describes all of them.
 *
 * @typedef {{ format: string, url: string, width: number, height: number, bytes: number, receipt: Receipt }} Result
 * @typedef {{ seconds: number, cpu_seconds: number, peak_memory_bytes: number }} Usage
 * @typedef {{ operations: string[], usage: Usage }} Receipt
 * @typedef {{ type: string, title: string, detail: string }} TaskError
 * @typedef {{ name: string, status: string, result: Result | null, error: TaskError | null }} Rendition
 * @typedef {{
 *   id: string, status: string, created_at: string, started_at: string | null, completed_at: string | null,
 *   source: { format: string, width: number, height: number, bytes: number },
 *   result: Result | null, renditions: Rendition[] | null, srcset: string | null, warnings: string[],
 *   error: TaskError | null
 * }} Task
 * @typedef {{ result: { width: number, height: number, format: string } }} OnePlan
 * @typedef {OnePlan | { renditions: { name: string, plan: OnePlan }[] }} Plan
 * @typedef {Record<string, string>} Fields options by name, as texts
 * @typedef {(part: number) => void} OnProgress receives the part that was sent, from 0 to 1
 */

const TASKS = "/api/v1/tasks";
// A function's event may have 6 MB, with the body in base64; a larger file is uploaded first.
const MAX_FORM_BYTES = 4_400_000;
// Of a photograph, the beginning tells size and orientation.
const MAX_PLAN_BYTES = 262_144;
const WAIT_S = 10;
const MAX_TRIES = 5;
const ENDED = new Set(["completed", "failed", "expired", "deleted"]);

/** The API of this server. Every method throws a Problem. */
export class Api {
  /** @param {string} key an API key; empty if there is none */
  constructor(key) {
    /** @type {Record<string, string>} */
    this.headers = key ? { Authorization: `Bearer ${key}` } : {};
  }

  /** The presets of the operator, by name. @returns {Promise<string[]>} */
  async presets() {
    const { presets } = await this.#json("GET", "/api/v1/presets");
    return presets.map((/** @type {{ name: string }} */ { name }) => name);
  }

  /**
   * The exact result of a task, before it is created.
   * @param {File} file
   * @param {Fields} fields
   * @returns {Promise<Plan>}
   */
  plan(file, fields) {
    const body = file.slice(0, MAX_PLAN_BYTES);
    return this.#json("POST", `/api/v1/plan?${new URLSearchParams(fields)}`, body, "application/octet-stream");
  }

  /**
   * Create a task; a large file is uploaded first.
   * @param {File} file
   * @param {Fields} fields
   * @param {OnProgress} onProgress
   * @returns {Promise<Task>}
   */
  async createTask(file, fields, onProgress) {
    const headers = { ...this.headers, "Idempotency-Key": randomKey() };
    if (file.size <= MAX_FORM_BYTES) {
      const form = new FormData();
      form.append("file", file);
      for (const [name, value] of Object.entries(fields)) form.append(name, value);
      return send("POST", TASKS, headers, form, onProgress);
    }
    // Browsers have no type for IMG_0001.HEIC, and a wrong one for other names.
    const type = file.type.startsWith("image/") ? file.type : "application/octet-stream";
    const wanted = { bytes: file.size, media_type: type };
    const upload = await this.#json("POST", "/api/v1/uploads", JSON.stringify(wanted), "application/json");
    await send(upload.method, upload.url, upload.headers, file, onProgress);
    const renditions = fields.renditions ? { renditions: JSON.parse(fields.renditions) } : {};
    const body = JSON.stringify({ ...fields, ...renditions, upload_id: upload.id });
    return send("POST", TASKS, { ...headers, "Content-Type": "application/json" }, body, () => {});
  }

  /** A task, whatever its status. @param {string} id @returns {Promise<Task>} */
  task(id) {
    return this.#json("GET", `${TASKS}/${id}`);
  }

  /** A task that has ended. @param {string} id @returns {Promise<Task>} */
  async ended(id) {
    for (;;) {
      const task = await this.#patient("GET", `${TASKS}/${id}`, { Prefer: `wait=${WAIT_S}` });
      const found = await task.json();
      if (ENDED.has(found.status)) return found;
      await seconds(Number(task.headers.get("Retry-After")) || 1);
    }
  }

  /** The picture of a result. @param {string} url path of the result @returns {Promise<Blob>} */
  async picture(url) {
    return (await this.#patient("GET", url, { Accept: "image/*" })).blob();
  }

  /** @param {string} method @param {string} url @param {BodyInit} [body] @param {string} [type] */
  async #json(method, url, body, type) {
    return (await this.#fetch(method, url, type ? { "Content-Type": type } : {}, body)).json();
  }

  /**
   * Repeat a request for as long as the service is only busy.
   * @param {string} method
   * @param {string} url
   * @param {Record<string, string>} headers
   */
  async #patient(method, url, headers) {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#fetch(method, url, headers);
      } catch (error) {
        const wait = error instanceof Problem && [429, 503].includes(error.status) && tries < MAX_TRIES;
        if (!wait) throw error;
        await seconds(error.retryAfterS ?? tries);
      }
    }
  }

  /** @param {string} method @param {string} url @param {Record<string, string>} headers @param {BodyInit} [body] */
  async #fetch(method, url, headers, body) {
    const init = { method, headers: { ...this.headers, ...headers }, ...(body === undefined ? {} : { body }) };
    const response = await fetch(url, init).catch(() => {
      throw new Problem(0, { detail: UNREACHABLE });
    });
    if (response.ok) return response;
    const retryAfter = Number(response.headers.get("Retry-After")) || undefined;
    throw new Problem(response.status, await response.json().catch(() => ({})), retryAfter);
  }
}

const UNREACHABLE = "The server cannot be reached. Is it running?";

/** 128 random bits in hex; `crypto.randomUUID` is missing where a page is served by http to other machines. */
const randomKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** @param {number} count */
const seconds = (count) => new Promise((resolve) => setTimeout(resolve, count * 1000));

/**
 * Send a body by XMLHttpRequest, since `fetch` does not tell how much of it was sent.
 *
 * @param {string} method @param {string} url @param {Record<string, string>} headers
 * @param {XMLHttpRequestBodyInit} body @param {OnProgress} onProgress
 * @returns {Promise<any>} the JSON of the response, if there is any
 */
function send(method, url, headers, body, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    request.responseType = "text";
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => onProgress(loaded / total);
    request.onerror = () => reject(new Problem(0, { detail: UNREACHABLE }));
    request.onload = () => {
      const answer = parsed(request.responseText);
      const retryAfter = Number(request.getResponseHeader("Retry-After")) || undefined;
      if (request.status < 300) resolve(answer);
      else reject(new Problem(request.status, answer, retryAfter));
    };
    request.send(body);
  });
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {}; // of an upload, which is answered with nothing or with the XML of the store
  }
}
