// A client of the service for browsers and Node. TypeScript checks each path and field against the OpenAPI document.
import createClient from "openapi-fetch";

/**
 * @typedef {import("./api.js").components["schemas"]} Schemas
 * @typedef {Omit<Schemas["TaskForm"], "file" | "source_url" | "renditions">} Options
 */

// A request may have 6 MB with its body in base64; a larger picture is uploaded first.
const MAX_FORM_BYTES = 4_400_000;
const WAIT_S = 10;
const MAX_TRIES = 5;

/** A request that was refused, or a task that failed (RFC 9457). */
export class ProblemError extends Error {
  /** @param {Partial<Schemas["Problem"]>} problem */
  constructor(problem) {
    super(problem.detail ?? problem.title ?? "The service answers with an error.");
    this.problem = problem;
  }
}

export class ImageScaler {
  /**
   * @param {string} url address of the service
   * @param {string} [key] API key, where the service requires one
   */
  constructor(url, key) {
    const headers = key ? { Authorization: `Bearer ${key}` } : {};
    /** @type {import("openapi-fetch").Client<import("./api.js").paths>} */
    this.api = createClient({ baseUrl: url, headers, fetch: patientFetch });
  }

  /**
   * Scale a picture, and wait for the result; throws a ProblemError.
   *
   * @param {Blob} image
   * @param {Options} options
   */
  async scale(image, options) {
    let answer = await this.#createTask(image, options);
    let task = taskOf(answer);
    while (task.status === "pending" || task.status === "processing") {
      await seconds(retryAfterS(answer.response));
      const params = { path: { task_id: task.id }, header: { Prefer: `wait=${WAIT_S}` } };
      answer = await this.api.GET("/api/v1/tasks/{task_id}", { params });
      task = taskOf(answer);
    }
    if (!task.result) throw new ProblemError(task.error ?? { detail: `The task is ${task.status}.` });
    const picture = await this.api.GET("/api/v1/results/{task_id}", {
      params: { path: { task_id: task.id } },
      headers: { Accept: "image/*" },
      parseAs: "blob",
    });
    return { result: task.result, picture: accepted(picture) };
  }

  /** @param {Blob} image @param {Options} options */
  async #createTask(image, options) {
    const params = { header: { Prefer: `wait=${WAIT_S}`, "Idempotency-Key": crypto.randomUUID() } };
    if (image.size <= MAX_FORM_BYTES) {
      const body = { ...options, file: image };
      return this.api.POST("/api/v1/tasks", { params, body, bodySerializer: toForm });
    }
    return this.api.POST("/api/v1/tasks", { params, body: { ...options, upload_id: await this.#upload(image) } });
  }

  /** @param {Blob} image */
  async #upload(image) {
    /** @type {Schemas["UploadRequest"]} */
    const body = { bytes: image.size, media_type: "application/octet-stream" }; // the service recognizes the format
    const { id, url, method, headers } = accepted(await this.api.POST("/api/v1/uploads", { body }));
    const response = await fetch(url, { method, headers, body: image });
    if (!response.ok) throw new ProblemError({ detail: `The upload was refused (status ${response.status}).` });
    return id;
  }
}

/**
 * The content of an answer; throws a ProblemError if the request was refused.
 *
 * @template Content
 * @param {{ data?: Content, error?: unknown }} answer
 */
function accepted({ data, error }) {
  if (data === undefined) throw new ProblemError(/** @type {Partial<Schemas["Problem"]>} */ (error || {}));
  return data;
}

/** @param {object} fields */
function toForm(fields) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value instanceof Blob ? value : String(value));
  return form;
}

/** Repeat a request while the service is busy; its Idempotency-Key prevents a second task. @param {Request} request */
async function patientFetch(request) {
  for (let tries = 1; ; tries += 1) {
    const response = await fetch(request.clone()).catch(() => {
      throw new ProblemError({ detail: `${new URL(request.url).origin} cannot be reached.` });
    });
    const isBusy = [429, 503].includes(response.status) && retryAfterS(response) <= WAIT_S;
    if (!isBusy || tries === MAX_TRIES) return response;
    await seconds(retryAfterS(response));
  }
}

/** The task of an answer, which is no picture, since none was asked for. @param {{ data?: object, error?: unknown }} answer */
const taskOf = (answer) => /** @type {Schemas["TaskView"]} */ (accepted(answer));

/** @param {Response} response */
const retryAfterS = (response) => Number(response.headers.get("Retry-After")) || 1;

/** @param {number} count @returns {Promise<void>} */
const seconds = (count) => new Promise((resolve) => setTimeout(resolve, count * 1000));
