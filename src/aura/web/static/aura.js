// Everything here is a convenience: each page is complete without it.
// Pages bring their own numbers; nothing is computed, only shown where the pointer is.

const main = () => document.getElementById("main");
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// ---- menus: one at a time, closed by Escape or a click elsewhere
document.addEventListener("click", (event) => {
  for (const menu of all("details.menu[open], details.info[open]"))
    if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of all("details.menu[open], details.info[open]")) {
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    menu.open = false;
  }
});

// ---- the chart's day cursor, by pointer and by arrow keys
function equipChart(chart) {
  const rows = all("[data-rows] tbody tr", chart.parentElement);
  const names = all("[data-rows] thead th", chart.parentElement).map((cell) => cell.textContent);
  const plot = chart.querySelector(".plot");
  const line = chart.querySelector(".cursor");
  if (!rows.length || !line) return;
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.setAttribute("aria-live", "polite");
  tip.hidden = true;
  chart.append(tip);
  let at = rows.length - 1;

  const words = () => [...rows[at].cells].map((cell) => cell.textContent);
  function show(position) {
    at = Math.max(0, Math.min(rows.length - 1, position));
    const share = ((at + 0.5) / rows.length) * 100;
    line.setAttribute("x1", `${share}%`);
    line.setAttribute("x2", `${share}%`);
    line.style.visibility = "visible";
    const [day, ...values] = words();
    const title = document.createElement("b");
    title.textContent = day;
    const parts = values.map((value, n) => {
      const part = document.createElement("span");
      const figure = document.createElement("i");
      figure.textContent = value;
      part.append(names[n + 1], figure);
      return part;
    });
    tip.replaceChildren(title, ...parts);
    tip.hidden = false;
    const box = plot.getBoundingClientRect(), outer = chart.getBoundingClientRect();
    const x = box.left - outer.left + (box.width * share) / 100;
    const left = share > 55 ? x - tip.offsetWidth - 12 : x + 12;
    tip.style.left = `${Math.max(0, left)}px`;
    chart.setAttribute("aria-valuenow", String(at + 1));
    chart.setAttribute("aria-valuetext", [day, ...values.map((v, n) => `${names[n + 1]} ${v}`)].join(", "));
  }
  function hide() {
    tip.hidden = true;
    line.style.visibility = "hidden";
  }
  const position = (event) => {
    const box = plot.getBoundingClientRect();
    return Math.floor(((event.clientX - box.left) / box.width) * rows.length);
  };
  const keys = { ArrowLeft: -1, ArrowRight: 1, ArrowDown: -1, ArrowUp: 1, PageDown: -7, PageUp: 7 };

  chart.setAttribute("role", "slider");
  chart.setAttribute("tabindex", "0");
  chart.setAttribute("aria-valuemin", "1");
  chart.setAttribute("aria-valuemax", String(rows.length));
  chart.setAttribute("aria-valuenow", String(rows.length));
  chart.setAttribute("aria-valuetext", "Arrow keys move from day to day");
  chart.addEventListener("pointermove", (event) => show(position(event)));
  chart.addEventListener("pointerdown", (event) => show(position(event)));
  chart.addEventListener("pointerleave", hide);
  chart.addEventListener("focus", () => show(at));
  chart.addEventListener("blur", hide);
  chart.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key in keys) show(at + keys[event.key]);
    else if (event.key === "Home") show(0);
    else if (event.key === "End") show(rows.length - 1);
    else if (event.key === "Escape") hide();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}

// ---- another range: fetch the page and put its content in place
let latest = 0;
let shown = location.pathname + location.search;
async function go(address, { push = true } = {}) {
  const ticket = ++latest;
  main().setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { headers: { accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const content = page.getElementById("main");
    if (ticket !== latest) return;
    if (answer.redirected || !content) return location.assign(answer.url);
    const open = all("details[open]", main()).map((one) => one.querySelector("summary")?.textContent);
    const focus = document.activeElement?.closest("[data-days], [data-step], [data-metric], [data-slide]");
    main().replaceWith(content);
    document.title = page.title;
    if (push) history.pushState(null, "", answer.url);
    shown = location.pathname + location.search;
    for (const one of all("details.table-toggle, details.more", content))
      one.open = open.includes(one.querySelector("summary")?.textContent);
    equip();
    if (focus) {
      const name = ["days", "step", "metric", "slide"].find((one) => one in focus.dataset);
      const box = focus.closest("[id]")?.id;
      const kind = `[data-${name}="${focus.dataset[name]}"]`;
      (document.getElementById(box)?.querySelector(kind) ?? content.querySelector(kind))?.focus({ preventScroll: true });
    }
  } catch {
    location.assign(address);
  }
}
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-range] a[href]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  // the address that is left names its range, so that Back finds these days, not those remembered
  const here = main().querySelector("[data-address]")?.dataset.address;
  if (here && !/[?&](days|range|from)=/.test(location.search)) history.replaceState(null, "", here);
  go(link.href);
});
addEventListener("popstate", () => {
  // a jump within the page is not another page
  if (location.pathname + location.search !== shown) go(location.href, { push: false });
});

// ---- the row of mornings becomes one slider
function equipMornings() {
  for (const row of all(".slider:not([data-ready])")) {
    row.dataset.ready = "";
    const days = all("a", row), slide = document.createElement("input"), said = document.createElement("output");
    const say = () => {
      said.textContent = days[slide.value].textContent.trim();
      slide.setAttribute("aria-valuetext", said.textContent);
    };
    slide.type = "range";
    slide.dataset.slide = "";
    slide.max = days.length - 1;
    slide.value = Math.max(0, days.findIndex((day) => day.ariaCurrent));
    slide.setAttribute("aria-label", row.getAttribute("aria-label"));
    let wait = 0;
    slide.addEventListener("input", say);
    slide.addEventListener("change", () => {
      clearTimeout(wait);
      wait = setTimeout(() => go(days[slide.value].href), 200);
    });
    say();
    row.firstElementChild.hidden = true;
    row.append(slide, said);
  }
}

// ---- while something is being read, look again and put what has moved in place
const SOON = 2000, LATER = 15000;
let pause = SOON;
const lives = (card) => all("[data-live]", card);
const names = (card) => lives(card).map((one) => one.dataset.live).join();
const holdsFocus = (element) => element.contains(document.activeElement);
function bring(card, fresh) {
  // a card is never taken from under somebody's fingers; what is live in it moves all the same
  if (!holdsFocus(card) && (card.dataset.word !== fresh.dataset.word || names(card) !== names(fresh))) {
    const open = all("details", card).map((one) => one.open);
    if (open.length === all("details", fresh).length) all("details", fresh).forEach((one, n) => (one.open = open[n]));
    card.replaceWith(fresh);
    equipCopies(fresh);
    return true;
  }
  if (names(card) !== names(fresh)) return false;
  const moved = lives(card).filter((one, n) => !holdsFocus(one) && one.innerHTML !== lives(fresh)[n].innerHTML && !one.querySelector("details[open]"));
  for (const one of moved) {
    one.replaceChildren(...fresh.querySelector(`[data-live="${one.dataset.live}"]`).childNodes);
    equipCopies(one);
  }
  card.dataset.said = fresh.dataset.said;
  return moved.length > 0;
}
async function look() {
  const box = document.querySelector("[data-refresh]");
  if (!box) return;
  let moved = false, left = false;
  try {
    const answer = await fetch(box.dataset.refresh, { headers: { accept: "text/html" } });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(box.id);
    if (answer.redirected || !fresh) return location.reload();
    const said = [];
    for (const card of [...box.children]) {
      const next = card.id && fresh.querySelector(`#${card.id}`);
      if (!next) continue;
      if (card.dataset.said !== next.dataset.said) said.push(next.dataset.said);
      moved = bring(card, next) || moved;
      left ||= card.isConnected && card.dataset.word !== next.dataset.word;
    }
    const spoken = document.querySelector("[data-spoken]");
    if (spoken && said.length) spoken.textContent = said.join(". ");
    if (!fresh.dataset.refresh && !left) delete box.dataset.refresh;
  } catch {
    // the server is away for a moment
  }
  pause = moved ? SOON : Math.min(pause * 1.5, LATER);
  refresh();
}
let timer = 0;
function refresh() {
  clearTimeout(timer);
  if (document.querySelector("[data-refresh]") && !document.hidden) timer = setTimeout(look, pause);
}
document.addEventListener("visibilitychange", () => {
  pause = SOON;
  refresh();
});

// ---- ids that can be copied
function equipCopies(root = document) {
  for (const code of all("[data-copy]", root)) {
    if (!navigator.clipboard || code.nextElementSibling) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    });
    code.after(button);
  }
}

// ---- a file that is chosen or dropped is looked at first; the page says what it is
function equipUpload() {
  const form = document.querySelector("form[data-upload]:not([data-ready])");
  if (!form) return;
  form.dataset.ready = "";
  const field = form.elements.file;
  const send = async (name, value) => {
    const body = new FormData(form);
    if (name) body.append(name, value);
    form.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.action, { method: "POST", body });
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (answer.redirected || !fresh.getElementById("outcome")) return location.reload();
      for (const id of ["outcome", "imported"]) document.getElementById(id).replaceChildren(...fresh.getElementById(id).childNodes);
      document.getElementById("outcome").focus();
    } catch {
      HTMLFormElement.prototype.submit.call(form);
    } finally {
      form.removeAttribute("aria-busy");
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(event.submitter?.name, event.submitter?.value);
  });
  field.addEventListener("change", () => {
    // what was answered of another file goes with it
    document.getElementById("outcome").replaceChildren();
    if (field.files.length) send("step", "check");
  });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    field.files = event.dataTransfer.files;
    field.dispatchEvent(new Event("change"));
  });
}

// ---- single keys, which can be switched off
const KEYS = { w: "7 days", f: "28 days", n: "91 days", y: "365 days", "[": "Earlier", "]": "Later", t: "Chart as a table", "g o": "Overview", "g c": "Campaigns", "g i": "Insights", "g n": "Connections", "?": "These keys" };
const DAYS = { w: 7, f: 28, n: 91, y: 365 };
const keysAreOn = () => localStorage.getItem("keys") !== "off";
let before = "";
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, select, textarea, [contenteditable]");
  if (typing || event.metaKey || event.ctrlKey || event.altKey || event.isComposing) return;
  if (event.key === "?") return help();
  if (!keysAreOn() || document.querySelector("dialog[open]")) return;
  const key = event.key.toLowerCase();
  const target = before === "g"
    ? document.querySelector(`.sections [data-key="${CSS.escape(key)}"]`)
    : document.querySelector(
        key in DAYS ? `[data-days="${DAYS[key]}"]` : key === "[" ? '[data-step="earlier"]' : key === "]" ? '[data-step="later"]' : key === "t" ? ".table-toggle > summary" : "none");
  before = key;
  target?.click();
});
function help() {
  let box = document.querySelector("dialog");
  if (!box) {
    box = document.createElement("dialog");
    box.setAttribute("aria-label", "Keys");
    const title = document.createElement("h2");
    title.textContent = "Keys";
    const list = document.createElement("dl");
    list.className = "keys";
    for (const [key, what] of Object.entries(KEYS)) {
      const term = document.createElement("dt"), meaning = document.createElement("dd");
      for (const one of key.split(" ")) {
        const cap = document.createElement("kbd");
        cap.textContent = one.toUpperCase();
        term.append(cap, " ");
      }
      meaning.textContent = what;
      list.append(term, meaning);
    }
    const form = document.createElement("form");
    form.method = "dialog";
    form.className = "buttons";
    const close = document.createElement("button");
    close.className = "button";
    close.textContent = "Close";
    const toggle = document.createElement("button");
    toggle.type = "button";
    toggle.className = "button quiet";
    const name = () => (toggle.textContent = keysAreOn() ? "Switch keys off" : "Switch keys on");
    toggle.addEventListener("click", () => {
      localStorage.setItem("keys", keysAreOn() ? "off" : "on");
      name();
    });
    name();
    form.append(close, toggle);
    box.append(title, list, form);
    document.body.append(box);
  }
  if (!box.open) box.showModal();
}

// ---- small courtesies
function guessTimezone() {
  const field = document.querySelector("[data-guess-timezone]");
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (field && field.value === "UTC" && [...field.options].some((one) => one.value === zone)) field.value = zone;
}

function equip() {
  for (const chart of all("[data-chart]")) equipChart(chart);
  equipCopies();
  equipMornings();
  equipUpload();
}
equip();
guessTimezone();
refresh();
