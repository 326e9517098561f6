// A room: by WebSocket, or where none can be opened, by server-sent events and POST.
"use strict";

const base = document.currentScript.dataset.base;
const element = (id) => document.getElementById(id);
const forced = new URLSearchParams(location.search).get("transport");

let last = "";      // the id of the last message that is shown
let send = null;    // a function that says something; null while there is no connection
let leave = null;   // a function that ends the connection

function state(text) {
  element("state").textContent = text;
}

function problem(text) {
  element("problem").textContent = text;
  element("problem").hidden = !text;
}

const kinds = {
  welcome: (message, way) => state(`connected by ${way} to process ${message.process}`),
  refused: (message) => problem(message.reason),
  said: (message) => line(message, `${message.name}: ${message.text}`),
  came: (message) => { line(message, `${message.name} came`, "note"); members(message.members); },
  left: (message) => { line(message, `${message.name} left`, "note"); members(message.members); },
};

function line(message, text, kind) {
  const list = element("messages"), item = document.createElement("li");
  const time = document.createElement("time");
  time.dateTime = message.at;
  time.textContent = new Date(message.at).toLocaleTimeString([], { timeStyle: "short" });
  if (kind) item.className = kind;
  item.append(time, text);
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  list.append(item);
  if (atEnd) list.scrollTop = list.scrollHeight;
}

function members(names) {
  element("members").replaceChildren(...names.map((name) => {
    const item = document.createElement("li");
    item.textContent = name;
    return item;
  }));
}

function take(message, way) {
  if (message.id) last = message.id;
  kinds[message.kind]?.(message, way);
}

function bySocket(opened) {
  const url = new URL(`${base}/socket?since=${encodeURIComponent(last)}`, location);
  url.protocol = url.protocol.replace("http", "ws");
  const socket = new WebSocket(url);
  socket.onopen = () => { opened = true; send = (text) => socket.send(text); };
  socket.onmessage = (event) => take(JSON.parse(event.data), "WebSocket");
  leave = () => { socket.onclose = null; socket.close(); };
  socket.onclose = () => {
    send = null;
    if (!opened) return byEvents();
    state("connecting again …");
    const timer = setTimeout(() => bySocket(opened), 1000);
    leave = () => clearTimeout(timer);
  };
}

function byEvents() {
  const source = new EventSource(`${base}/events?since=${encodeURIComponent(last)}`);
  leave = () => source.close();
  source.onopen = () => { send = post; };
  source.onmessage = (event) => {
    take({ ...JSON.parse(event.data), id: event.lastEventId }, "events");
  };
  // The browser connects again by itself, and says what it had last.
  source.onerror = () => { send = null; state("connecting again …"); };
}

async function post(text) {
  const response = await fetch(`${base}/messages`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ text }),
  });
  if (!response.ok) {
    const answer = await response.json().catch(() => ({}));
    problem(answer.error ?? `The server answered ${response.status}.`);
  }
}

element("form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (!send) return problem("There is no connection at the moment.");
  problem("");
  send(element("text").value);
  element("text").value = "";
});

function connect() {
  if (forced === "events") byEvents(); else bySocket(false);
}

// A page that one can come back to is kept by the browser, with its connection.
addEventListener("pagehide", () => { leave(); send = null; });
addEventListener("pageshow", (event) => { if (event.persisted) connect(); });
connect();
