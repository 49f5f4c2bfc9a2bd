// Swagger UI fills each field of a form with an example, and sends empty fields, too: some 40 options, of which many
// contradict each other. Here only the fields in the example of a form are filled, and empty ones are not sent. The
// parameters of the query are left empty, too: they are for a body that is an image.
"use strict";

const FORM = "multipart/form-data";

function withEmptyForms(document) {
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
  for (const operation of operations.filter((operation) => operation.requestBody?.content?.[FORM])) {
    const form = operation.requestBody.content[FORM];
    const schema = document.components.schemas[form.schema.$ref.split("/").pop()];
    for (const [name, field] of Object.entries(schema.properties)) {
      if (field.format !== "binary") empty(field, form.example[name]);
    }
    for (const parameter of operation.parameters.filter(({ in: place }) => place === "query")) empty(parameter.schema);
  }
  return document;
}

function empty(field, example) {
  delete field.contentMediaType; // of a field with it, Swagger UI makes a file
  if (example !== undefined) {
    field.examples = [example];
  } else if (field.examples) {
    field.description += `, for example ${field.examples[0]}`;
    field.examples = [""];
  }
}

const emptyForms = () => ({
  statePlugins: {
    spec: { wrapActions: { updateJsonSpec: (update) => (document) => update(withEmptyForms(document)) } },
  },
  wrapComponents: {
    ParameterIncludeEmpty: (Original, { React }) => (properties) =>
      React.createElement(Original, {
        ...properties,
        isIncludedOptions: { ...properties.isIncludedOptions, defaultValue: false },
      }),
  },
});

SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  showCommonExtensions: true,
  tryItOutEnabled: true,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
  plugins: [emptyForms],
});
