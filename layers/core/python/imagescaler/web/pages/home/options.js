/**
 * @typedef {{
 *   name: string, description: string, choices: string[], example: string, isNumber: boolean,
 *   minimum?: number, maximum?: number
 * }} Option
 * @typedef {{ name: string, options: Option[] }} Group
 */

/** The options that are shown first. */
export const MOST_USED = ["width", "height", "fit", "format", "quality"];

/** The options in their groups, read from the OpenAPI document. @param {any} document @returns {Group[]} */
export function readGroups(document) {
  const { schemas } = document.components;
  return Object.entries(document["x-option-groups"]).map(([name, names]) => ({
    name,
    options: names.map((/** @type {string} */ each) => describe(each, schemas.TaskForm.properties[each], schemas)),
  }));
}

/** An option with the names of the operator's presets. @param {string[]} presets @returns {Option} */
export const presetOption = (presets) => ({
  name: "preset",
  description: "options of the operator; options beside it replace its own",
  choices: presets,
  example: "",
  isNumber: false,
});

/** @param {string} name @param {any} schema @param {Record<string, any>} schemas @returns {Option} */
function describe(name, schema, schemas) {
  const referenced = schema.$ref ? schemas[schema.$ref.split("/").pop()] : {};
  const { type, enum: choices = [], minimum, maximum } = { ...referenced, ...schema };
  return {
    name,
    description: schema.description ?? referenced.description ?? "",
    choices: type === "boolean" ? ["true", "false"] : choices,
    example: String(schema.examples?.[0] ?? ""),
    isNumber: type === "integer" || type === "number",
    minimum,
    maximum,
  };
}

/**
 * The renditions of a list of widths, as the field of a task; nothing for a text without any width.
 *
 * @param {string} widths such as "400, 800"
 * @returns {import("./api.js").Fields}
 */
export function renditionsOf(widths) {
  const numbers = widths.split(/[\s,;]+/).filter(Boolean);
  const renditions = numbers.map((width) => ({
    name: `w${width}`,
    width: /^\d+$/.test(width) ? Number(width) : width,
  }));
  return renditions.length ? { renditions: JSON.stringify(renditions) } : {};
}
