// Lists the operations of /openapi.json and tries them. Everything is put in as text, never as markup.
"use strict";

const page = document.documentElement.dataset;

function element(name, text, parent) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (parent) parent.append(made);
  return made;
}

function field(form, parameter) {
  const label = element("label", "", form);
  element("code", parameter.name + (parameter.required ? " *" : ""), label);
  const input = element("input", "", label);
  input.name = parameter.name;
  input.dataset.in = parameter.in;
  const about = [parameter.description, (parameter.schema.enum || []).join(" | ")].filter(Boolean).join("  ");
  element("small", about, label);
}

async function attempt(form, method, path, output) {
  const headers = {};
  const query = new URLSearchParams();
  for (const input of form.querySelectorAll("input")) {
    if (!input.value) continue;
    if (input.dataset.in === "path") path = path.replace(`{${input.name}}`, encodeURIComponent(input.value));
    else if (input.dataset.in === "header") headers[input.name] = input.value;
    else query.set(input.name, input.value);
  }
  const body = form.querySelector("textarea");
  if (body) headers["content-type"] = "application/json";
  const url = query.size ? `${path}?${query}` : path;
  output.textContent = `${method} ${url}\n…`;
  try {
    const answer = await fetch(url, { method, headers, body: body ? body.value : undefined });
    let text = await answer.text();
    try { text = JSON.stringify(JSON.parse(text), null, 2); } catch { /* not JSON */ }
    output.textContent = `${method} ${url}\n${answer.status}\n\n${text}`;
  } catch (error) {
    output.textContent = `${method} ${url}\n${error}`;
  }
}

function operation(path, method, described, parent) {
  const details = element("details", "", parent);
  const summary = element("summary", "", details);
  element("b", method.toUpperCase(), summary).className = method;
  element("code", ` ${path} `, summary);
  element("span", described.summary, summary);
  const form = element("form", "", details);
  for (const parameter of described.parameters) field(form, parameter);
  if (described.requestBody) {
    element("p", page.body, form);
    const examples = Object.values(described.requestBody.content["application/json"].examples || {});
    element("textarea", "", form).value = JSON.stringify(examples.length ? examples[0].value : {}, null, 2);
  }
  const output = document.createElement("pre");
  const live = described.responses["200"]?.content?.["text/event-stream"];
  if (!live) {
    element("button", page.try, form);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!output.isConnected) details.append(output);
      attempt(form, method.toUpperCase(), path, output);
    });
  }
  element("small", Object.entries(described.responses).map(([status, it]) => `${status} ${it.description}`).join("  ·  "), details);
}

async function start() {
  const contract = await (await fetch("/openapi.json")).json();
  document.getElementById("about").textContent = contract.info.description;
  const parent = document.getElementById("operations");
  for (const [path, operations] of Object.entries(contract.paths)) {
    for (const [method, described] of Object.entries(operations)) operation(path, method, described, parent);
  }
}

start();
