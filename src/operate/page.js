"use strict";
// What the pages share. A page has its words in WORDS (`token`, `gone` among them), a button #lang and a line #say for what went wrong;
// one that is drawn from a single state has show(state).
const at = id => document.getElementById(id);
// The token stands behind # in the page's own address and therefore never travels in a request line.
const token = new URLSearchParams(location.hash.slice(1)).get("token");
const headers = token ? { Authorization: `Bearer ${token}` } : {};
let lang = localStorage.getItem("lang") || (navigator.language.startsWith("en") ? "en" : "ja");
let lost = false;

// "日本語 / English", as everywhere in the program.
const half = text => { const parts = text.split(" / "); return parts.length === 2 ? parts[lang === "ja" ? 0 : 1] : text; };
const pause = milliseconds => new Promise(over => setTimeout(over, milliseconds));
// A fetch that reaches nobody is a TypeError.
const why = error => error instanceof TypeError ? WORDS[lang].gone : error.message;

function complain(text) {
  at("say").textContent = text;
  at("say").hidden = !text;
}

async function call(path, body) {
  const how = body === undefined ? { headers }
    : { method: "POST", headers: { ...headers, "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(path, how);
  if (answer.status === 401) throw new Error(WORDS[lang].token);
  const said = await answer.json();
  if (!answer.ok) throw new Error(half(said.detail) + (said.remedy ? ` (${half(said.remedy)})` : ""));
  return said;
}

// Asks and shows the answer. What was asked earlier and comes later tells of a screen that is gone, and would take what was typed with it.
let asks = 0, shown = 0;
async function showFrom(path, body) {
  const mine = ++asks, now = await call(path, body);
  if (mine < shown) return;
  shown = mine;
  show(now);
}

// Does what asks for the state and shows it; says so when nobody answers, until somebody does.
async function seen(look) {
  try {
    await look();
    if (lost) complain("");
    lost = false;
  } catch (error) {
    complain(why(error));
    lost = true;
  }
}

// The stream says that something changed; what it was is asked for. fetch and not EventSource, which can send no token.
async function follow(changes, look) {
  for (;;) {
    await look();
    try {
      const stream = (await fetch(changes, { headers })).body.getReader();
      for (let piece = await stream.read(); !piece.done; piece = await stream.read()) await look();
    } catch { /* told by the look that follows */ }
    await pause(1000);
  }
}

function speak(draw) {
  at("lang").addEventListener("click", () => { lang = lang === "ja" ? "en" : "ja"; localStorage.setItem("lang", lang); draw(); });
}
