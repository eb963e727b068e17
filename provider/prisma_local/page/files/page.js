// Shows, and makes a connection where one is to be copied. Every value is inserted as text: nothing here parses HTML.
"use strict";

const OVERVIEW_MS = 2000;
const SAID_MS = 8000;
const BUCKET_S = 2;
const BUCKETS = 60;
const REQUESTS_MS = 700;
const UNITS = ["B", "KiB", "MiB", "GiB"];
const opened = new Set();
const shown = {};
const latest = {};

const $ = (id) => document.getElementById(id);

function make(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children.filter((child) => child !== null));
  return node;
}

const cell = (content, kind = "") => make("td", kind ? { class: kind } : {}, content ?? "–");
const body = (...cells) => make("tbody", {}, make("tr", {}, ...cells));
const code = (text) => make("code", {}, text);

// In a narrow window each row is a card, and each cell says what it is.
function table(columns, bodies) {
  for (const body of bodies) {
    [...body.rows[0].cells].forEach((each, index) => { each.dataset.title = columns[index][0]; });
  }
  const head = columns.map(([title, kind]) => make("th", { scope: "col", ...(kind ? { class: kind } : {}) }, title));
  return make("table", {}, make("thead", {}, make("tr", {}, ...head)), ...bodies);
}

function size(bytes) {
  if (bytes === null) return null;
  let unit = 0;
  for (; bytes >= 1024 && unit < UNITS.length - 1; unit += 1) bytes /= 1024;
  return `${bytes.toFixed(unit ? 1 : 0)} ${UNITS[unit]}`;
}

// What is open stays open when the page is drawn again.
function folded(key, summary, ...content) {
  const node = make("details", { "data-key": key, ...(opened.has(key) ? { open: "" } : {}) },
    make("summary", {}, summary), ...content);
  node.addEventListener("toggle", () => (node.open ? opened.add(key) : opened.delete(key)));
  return node;
}

function connection(each) {
  const strings = each.pooled === each.direct
    ? [["pooled and direct", each.direct]] : [["pooled", each.pooled], ["direct", each.direct]];
  return folded(each.id, each.name,
    make("dl", {}, ...strings.flatMap(([title, text]) => [make("dt", {}, title), make("dd", {}, code(text))])),
    make("p", {}, "The password is shown nowhere: only the response that created or rotated the connection had it. " +
      "In a stack: pulumi stack output --show-secrets."));
}

// A connection of its own for each copy: of the others the password is shown nowhere.
function copies(database) {
  const ways = [["Copy connection string", (url) => url], ["Copy psql command", (url) => `psql '${url}'`]];
  return make("p", { class: "copies" }, ...ways.map(([title, text]) => {
    const button = make("button", { type: "button", "data-key": `${title} ${database.id}` }, title);
    button.title = "Makes a new connection: the passwords of the others are shown nowhere.";
    button.addEventListener("click", () => copy(database, text));
    return button;
  }), "makes a new connection");
}

async function copy(database, text) {
  try {
    const response = await fetch(`/_page/connections/${database.id}`, { method: "POST" });
    const made = await response.json();
    if (!response.ok) throw new Error(made.error.message);
    await navigator.clipboard.writeText(text(made.direct));
    say(`Copied, with a new connection of ${database.name}.`);
  } catch (error) {
    say(`Nothing was copied: ${error.message}`);
  }
}

function say(text) {
  $("said").textContent = text;
  setTimeout(() => { if ($("said").textContent === text) $("said").textContent = ""; }, SAID_MS);
}

function backups(database) {
  if (!database.backups.length) return null;
  const rows = database.backups.map((each) => body(cell(code(each.id)), cell(each.createdAt),
    cell(each.status), cell(size(each.size), "number")));
  return folded(`backups of ${database.id}`, `Backups: ${rows.length}`,
    table([["Id"], ["Created"], ["Status"], ["Size", "number"]], rows));
}

function database(each) {
  const status = { ready: "", failure: "bad" }[each.status] ?? "waiting";
  const row = make("tr", {},
    cell(make("span", {}, each.name, make("br", {}), code(each.id))), cell(each.status, status),
    cell(each.isDefault ? "default" : null), cell(each.branch), cell(each.region), cell(size(each.size), "number"));
  const details = make("td", { colspan: COLUMNS.length }, ...each.connections.map(connection),
    backups(each) ?? "", each.status === "ready" ? copies(each) : "");
  return make("tbody", { "data-id": each.id }, row, make("tr", { class: "details" }, details));
}

// Their values are shown nowhere.
function variables(project) {
  if (!project.variables.length) return "";
  const rows = project.variables.map((each) => body(cell(code(each.key), "text"), cell(each.class), cell(each.branch),
    cell(each.isManagedBySystem ? "managed by Prisma" : null), cell(each.updatedAt)));
  return folded(`variables of ${project.id}`, `Environment variables: ${rows.length}`,
    table([["Key"], ["Class"], ["Branch"], ["Managed"], ["Changed"]], rows));
}

const COLUMNS = [["Database"], ["Status"], ["Default"], ["Branch"], ["Region"], ["Size", "number"]];

function fits(...texts) {
  const wanted = $("filter").value.trim().toLowerCase();
  return texts.some((text) => String(text ?? "").toLowerCase().includes(wanted));
}

function drawDatabases({ api, certificate, workspaces }) {
  $("api").textContent = api;
  document.title = `${new URL(api).host} · prisma-local`;
  $("certificate").textContent = `NODE_EXTRA_CA_CERTS=${certificate}`;
  const blocks = workspaces.flatMap((workspace) => workspace.projects.map((project) => {
    const wanted = project.databases.filter((each) => fits(project.name, each.name, each.id, each.status, each.branch));
    if (!wanted.length && !fits(project.name, project.id, ...project.variables.map((each) => each.key))) return null;
    const title = make("h3", {}, `${project.name} `, code(project.id), ` in ${workspace.name}`);
    const content = wanted.length ? table(COLUMNS, wanted.map(database)) : nothing("No database.");
    return make("div", {}, title, content, variables(project));
  })).filter((block) => block !== null);
  return blocks.length ? blocks : [nothing("Nothing yet: run pulumi up.")];
}

const REQUEST_COLUMNS = [["At (UTC)"], ["Method"], ["Path"], ["Status", "number"], ["Fault"]];

function request(each) {
  const row = make("tr", {}, cell(each.at.slice(11, 23)), cell(each.method), cell(code(address(each)), "text"),
    cell(String(each.status ?? "…"), each.status >= 400 ? "bad number" : "number"), cell(each.fault));
  const sent = each.body === null ? null : make("tr", { class: "details" },
    make("td", { colspan: REQUEST_COLUMNS.length, class: "text" }, code(JSON.stringify(each.body))));
  return make("tbody", {}, row, sent);
}

function drawRequests({ data }) {
  const wanted = data.filter((each) => fits(each.method, each.path, each.status, each.fault)).reverse();
  if (!wanted.length) return [nothing("No request.")];
  return [table(REQUEST_COLUMNS, wanted.map(request))];
}

function drawn(tag, attributes, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

// Bars are requests, the line is how long they took on average: the two minutes before the newest one.
function drawChart({ data }) {
  const ended = data.filter((each) => each.seconds !== null);
  if (!ended.length) return [];
  const ends = Date.parse(ended[ended.length - 1].at);
  const buckets = Array.from({ length: BUCKETS }, () => ({ count: 0, failed: 0, seconds: 0 }));
  for (const each of ended) {
    const bucket = buckets[BUCKETS - 1 - Math.floor((ends - Date.parse(each.at)) / 1000 / BUCKET_S)];
    if (!bucket) continue;
    bucket.count += 1;
    bucket.failed += each.status >= 400 ? 1 : 0;
    bucket.seconds += each.seconds;
  }
  const most = Math.max(...buckets.map((each) => each.count));
  const slow = Math.max(...buckets.map((each) => (each.count ? each.seconds / each.count : 0)));
  const bar = (index, count, kind) => drawn("rect",
    { x: index, width: 0.8, y: 40 - (40 * count) / most, height: (40 * count) / most, ...(kind ? { class: kind } : {}) });
  const bars = buckets.flatMap((each, index) => [bar(index, each.count), bar(index, each.failed, "failed")]);
  const points = buckets.flatMap((each, index) => (each.count && slow
    ? [`${index + 0.4},${40 - (38 * each.seconds) / each.count / slow}`] : []));
  const text = `Two minutes: up to ${most / BUCKET_S} requests a second (bars; red: refused or failed), ` +
    `${Math.round(slow * 1000)} ms on average at the slowest (line).`;
  const svg = drawn("svg", { viewBox: `0 0 ${BUCKETS} 40`, preserveAspectRatio: "none", role: "img", "aria-label": text },
    ...bars, drawn("polyline", { points: points.join(" ") }));
  return [make("figure", {}, svg, make("figcaption", {}, text))];
}

function address({ path, query }) {
  const asked = new URLSearchParams(query).toString();
  return asked ? `${path}?${asked}` : path;
}

const nothing = (text) => make("p", { class: "nothing" }, text);

// Only what changed is drawn, and the keyboard focus stays.
function draw(id, build) {
  const text = JSON.stringify(latest[id]) + $("filter").value;
  if (!latest[id] || shown[id] === text) return;
  shown[id] = text;
  const held = document.activeElement?.closest("[data-key]")?.dataset.key;
  $(id).replaceChildren(...build(latest[id]));
  const again = held && document.querySelector(`[data-key="${CSS.escape(held)}"]`);
  if (again) (again.querySelector("summary") ?? again).focus();
}

const VIEWS = { databases: drawDatabases, requests: drawRequests, chart: drawChart };
const drawAll = () => Object.entries(VIEWS).forEach(([id, build]) => draw(id, build));

async function follow(id, path, pause) {
  try {
    if (!document.hidden) {
      const response = await fetch(path);
      if (!response.ok) throw new Error(`${path} responded ${response.status}`);
      latest[id] = await response.json();
      if (id === "requests") latest.chart = latest.requests;
      $("state").textContent = "";
      drawAll();
    }
  } catch (error) {
    $("state").textContent = `prisma-local does not respond; trying again. (${error.message})`;
  }
  setTimeout(follow, pause, id, path, pause);
}

document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== $("filter")) {
    event.preventDefault();
    $("filter").focus();
  } else if (event.key === "Escape" && document.activeElement === $("filter")) {
    $("filter").value = "";
    drawAll();
    $("filter").blur();
  }
});
$("filter").addEventListener("input", drawAll);

follow("databases", "/_page/overview", OVERVIEW_MS);
follow("requests", "/_page/requests", REQUESTS_MS);
