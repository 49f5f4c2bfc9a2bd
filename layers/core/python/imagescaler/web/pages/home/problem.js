/** @typedef {{ field: string, detail: string }} FieldError */

/** A refusal of the service: problem details (RFC 9457), or the message of a gateway. */
export class Problem extends Error {
  /**
   * @param {number} status HTTP status; 0 if there was no response
   * @param {Record<string, any>} body
   * @param {number} [retryAfterS]
   */
  constructor(status, body, retryAfterS) {
    super(body.detail ?? body.message ?? `The server answered ${status}.`);
    this.status = status;
    /** @type {FieldError[]} */
    this.fields = body.errors ?? [];
    this.retryAfterS = retryAfterS;
  }

  /** What no field of the page shows. @param {Set<string>} shown names of fields */
  elsewhere(shown) {
    const others = this.fields.filter(({ field }) => !shown.has(fieldOf(field)));
    if (!this.fields.length) return this.message;
    return others.map(({ field, detail }) => (field === "body" ? detail : `${field}: ${detail}`)).join("; ");
  }

  /** The message for a field of the page, if there is one. @param {string} name */
  at(name) {
    return this.fields.find(({ field }) => fieldOf(field) === name)?.detail;
  }
}

/** The option of `renditions.0.width` is `renditions`. @param {string} field */
const fieldOf = (field) => field.split(".")[0] ?? field;
