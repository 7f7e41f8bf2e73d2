// Weft in the browser: everything here makes pages nicer, none of it is needed for them to work.

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

document.body.classList.add("js-enabled", "govuk-frontend-supported");

// The reader's time zone, for dates written on the server. Who reads without a session is given no cookie: they read the network's zone.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if ($("meta[name=csrf]") && zone && !document.cookie.includes(`weft-zone=${encodeURIComponent(zone)}`)) {
  const secure = location.protocol === "https:" ? ";Secure" : "";
  document.cookie = `weft-zone=${encodeURIComponent(zone)};path=/;max-age=31536000;SameSite=Lax${secure}`;
}

// Every change that htmx sends carries the CSRF token of the page.
document.body.addEventListener("htmx:configRequest", (event) => {
  const csrf = $("meta[name=csrf]");
  if (csrf && event.detail.verb !== "get") event.detail.headers[csrf.dataset.header] = csrf.content;
});

// When a request fails, say so and keep what stands on the page.
const trouble = $("#weft-trouble");
const say = (shown) => { if (trouble) trouble.hidden = !shown; };
for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.body.addEventListener(name, (event) => {
    const status = event.detail.xhr?.status;
    if (status === 401) location.reload();
    else say(true);
  });
}
document.body.addEventListener("htmx:afterSwap", () => say(false));

// A list shows of what is chosen only as much as fits on its line. On a phone all of it stands below; whoever hears the page is told it by the list.
const chosen = (list) => {
  const told = $(`[data-chosen="${CSS.escape(list.id)}"]`);
  if (!told) return;
  told.textContent = list.value ? list.selectedOptions[0].textContent : "";
  told.hidden = !list.value;
};
document.addEventListener("change", (event) => { if (event.target.matches?.("select")) chosen(event.target); });
$$("select").forEach(chosen);

// A form is sent once: a second press within five seconds does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.role === "search") return;
  if (form.dataset.sent && Date.now() - form.dataset.sent < 5000) event.preventDefault();
  else form.dataset.sent = Date.now();
});
addEventListener("pageshow", () => $$("form[data-sent]").forEach((form) => delete form.dataset.sent));

// A form that met an ended session comes back as it was typed, after the same person has signed in again in this tab.
// Where the page of a form is made by an answer before it (which kind of help?), data-page names the page to begin at,
// and what was typed waits until the form itself is there.
const KEPT = "weft-typed";
const keptForm = () => { try { return JSON.parse(sessionStorage.getItem(KEPT)); } catch { return null; } };
const reader = document.body.dataset.reader;
const here = location.pathname + location.search;
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.role === "search" || !reader || form.action.endsWith("/sign-out")) return;
  const waiting = keptForm();
  if (waiting?.waits && here === waiting.page && form.getAttribute("action") !== waiting.action) return;
  const fields = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !name.startsWith("_"));
  sessionStorage.setItem(KEPT, JSON.stringify({ reader, page: form.dataset.page ?? here, action: form.getAttribute("action"), fields }));
});
const typed = keptForm();
if (typed && location.pathname === "/sign-in") {
  if (location.search.includes("lost")) sessionStorage.setItem(KEPT, JSON.stringify({ ...typed, lost: true }));
} else if (typed?.lost && typed.reader === reader) {
  const form = $$("form").find((f) => f.getAttribute("action") === typed.action);
  if (here !== typed.page && !typed.waits) location.replace(typed.page);
  else if (!form) sessionStorage.setItem(KEPT, JSON.stringify({ ...typed, waits: true }));
  else {
    sessionStorage.removeItem(KEPT);
    const values = typed.fields.slice();
    for (const input of form.elements) {
      const at = values.findIndex(([name, value]) => name === input.name && (!/radio|checkbox/.test(input.type) || value === input.value));
      if (/radio|checkbox/.test(input.type)) input.checked = at >= 0;
      else if (at >= 0 && input.type !== "hidden") input.value = values[at][1];
      if (at >= 0) values.splice(at, 1);
    }
    form.scrollIntoView({ block: "center" });
    // What was chosen of a long list may not stand there now: the page is asked for again with it.
    const again = $("[data-again]", form);
    const gone = values.filter(([name]) => name === again?.dataset.again);
    for (const [name, value] of gone) form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    if (gone.length) again.click();
  }
} else if (typed) sessionStorage.removeItem(KEPT);

// What must be read first takes the focus.
$("[data-focus]")?.focus();
$$(".govuk-error-summary a").forEach((link) => link.addEventListener("click", (event) => {
  const field = document.getElementById(link.hash.slice(1));
  const input = field?.matches("input,select,textarea") ? field : field?.querySelector("input,select,textarea");
  if (input) { event.preventDefault(); input.focus(); input.scrollIntoView({ block: "center" }); }
}));

// Arrow keys walk from a search box through its results and back.
document.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp" && event.key !== "Escape") return;
  const box = event.target.closest?.("[data-arrows]");
  const list = box ? document.getElementById(box.dataset.arrows) : event.target.closest?.(".weft-search__results");
  if (!list) return;
  const links = $$(".weft-results__link", list);
  const at = links.indexOf(document.activeElement);
  const back = $(`[data-arrows="${list.id}"]`);
  if (event.key === "Escape") {
    if (at >= 0) { back?.focus(); event.preventDefault(); }
    return;
  }
  const next = event.key === "ArrowDown" ? at + 1 : at - 1;
  if (box && event.key === "ArrowUp") return;
  if (next < 0) back?.focus();
  else links[Math.min(next, links.length - 1)]?.focus();
  event.preventDefault();
});

// A filter box hides the rows of its section that do not hold its words.
const plain = (words) => words.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const filter = (input) => {
  const area = document.getElementById(input.dataset.filter);
  if (!area) return;
  const wanted = plain(input.value.trim());
  $$("[data-row]", area).forEach((row) => { row.hidden = wanted !== "" && !plain(row.textContent).includes(wanted); });
  if (wanted !== "") $$("details[data-more]", area).forEach((more) => { more.open = true; });
};
document.addEventListener("input", (event) => { if (event.target.dataset?.filter) filter(event.target); });
$$("[data-filter]").forEach((input) => { input.closest("[hidden]")?.removeAttribute("hidden"); if (input.value) filter(input); });

// Buttons that only a browser with scripts can carry out.
document.addEventListener("click", (event) => { if (event.target.closest?.("[data-print]")) print(); });
$$("[data-print]").forEach((button) => { button.hidden = false; });

// Quick words fill the field they are for.
$$("[data-scripted]").forEach((part) => { part.hidden = false; });
document.addEventListener("click", (event) => {
  const quick = event.target.closest?.("[data-fill]");
  const field = quick && document.getElementById(quick.dataset.fill);
  if (field) field.value = $("span", quick).textContent;
});

// Single keys, shown in a list beside the work and turned off there: j and k step through links, other keys press what carries them.
const keys = $("[data-keys]");
if (keys) {
  const KEYS_OFF = "weft-keys-off";
  const off = () => localStorage.getItem(KEYS_OFF) === "1";
  const show = () => { $("[data-keys-off]", keys).hidden = off(); $("[data-keys-on]", keys).hidden = !off(); };
  keys.hidden = false;
  show();
  keys.addEventListener("click", (event) => {
    if (!event.target.closest("[data-keys-off],[data-keys-on]")) return;
    localStorage.setItem(KEYS_OFF, off() ? "0" : "1");
    show();
    $(off() ? "[data-keys-on]" : "[data-keys-off]", keys).focus();
  });
  document.addEventListener("keydown", (event) => {
    if (off() || event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input,textarea,select")) return;
    const press = $(`[data-key="${CSS.escape(event.key)}"]`);
    if (press) { event.preventDefault(); press.click(); return; }
    const steps = $$("[data-step]");
    if (steps.length === 0 || (event.key !== "j" && event.key !== "k")) return;
    event.preventDefault();
    const at = steps.indexOf(document.activeElement) + (event.key === "j" ? 1 : -1);
    steps[Math.min(Math.max(at, 0), steps.length - 1)].focus();
  });
}

// The list of sections marks the one in view.
const sections = $$(".weft-tabs__link").map((link) => [link, document.getElementById(link.hash.slice(1))]).filter((pair) => pair[1]);
if (sections.length && "IntersectionObserver" in window) {
  const seen = new Set();
  const observer = new IntersectionObserver((entries) => {
    for (const entry of entries) entry.isIntersecting ? seen.add(entry.target) : seen.delete(entry.target);
    const here = sections.find(([, section]) => seen.has(section));
    for (const [link] of sections) link.removeAttribute("aria-current");
    if (here) {
      here[0].setAttribute("aria-current", "true");
      const list = here[0].closest("ul");
      if (list.scrollWidth > list.clientWidth) list.scrollTo({ left: here[0].offsetLeft - list.offsetLeft - 24 });
    }
  }, { rootMargin: "-15% 0px -70% 0px" });
  sections.forEach(([, section]) => observer.observe(section));
}

// Live topics: the server names what changed, the page fetches its own part again on the event live:<topic>.
const topics = (document.body.dataset.live ?? "").split(" ").filter(Boolean);
if (topics.length) {
  const lost = $("#weft-live-lost");
  const tell = (topic) => document.body.dispatchEvent(new CustomEvent(`live:${topic}`));
  let timer, missed = false, wait = 1000;
  // What somebody is typing is never swapped away: the part stays, and the page says that it changed.
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const live = event.detail.requestConfig?.triggeringEvent?.type?.startsWith("live:");
    const typing = $$("textarea,select,input:not([type=hidden])", event.detail.target).some((field) =>
      field === document.activeElement || (/radio|checkbox/.test(field.type) ? field.checked !== field.defaultChecked
        : field.tagName === "SELECT" ? field.value !== "" : field.value !== field.defaultValue));
    if (live && typing) {
      event.detail.shouldSwap = false;
      $("#weft-live-changed").hidden = false;
    }
  });
  const connect = () => {
    const source = new EventSource("/live");
    source.onopen = () => {
      clearTimeout(timer);
      wait = 1000;
      lost.hidden = true;
      if (missed) { missed = false; topics.forEach(tell); }
    };
    source.onerror = () => {
      missed = true;
      clearTimeout(timer);
      timer = setTimeout(() => { lost.hidden = false; }, 3000);
      if (source.readyState === EventSource.CLOSED) {
        setTimeout(connect, wait);
        wait = Math.min(wait * 2, 30000);
      }
    };
    topics.forEach((topic) => source.addEventListener(topic, () => tell(topic)));
    source.addEventListener("resync", () => topics.forEach(tell));
    addEventListener("pagehide", () => { clearTimeout(timer); source.close(); }, { once: true });
  };
  connect();
  addEventListener("pageshow", (event) => { if (event.persisted) { topics.forEach(tell); connect(); } });
}

// A file is sent as it is, so that the server decides who may before it reads; the answer is the page to go on with.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.upload) return;
  event.preventDefault();
  const file = $("input[type=file]", form).files[0];
  const told = $("[data-upload-told]", form);
  if (!file) {
    told.textContent = form.dataset.uploadNone;
    told.classList.add("govuk-error-message");
    $("input[type=file]", form).focus();
    delete form.dataset.sent;
    return;
  }
  // A name that may tell something of a person has no place in an address.
  const named = form.dataset.uploadName === "header";
  const query = new URLSearchParams(named ? {} : { name: file.name });
  for (const [name, value] of new FormData(form)) if (typeof value === "string" && !name.startsWith("_")) query.set(name, value);
  sendFile(`${form.getAttribute("action")}?${query}`, file, named, form.dataset.upload, told, (ended, answer) => {
    delete form.dataset.sent;
    if (ended) location.assign(answer);
  });
});

// A file that answers a question of a form is sent once it is chosen; then the page is asked for anew with all that was typed.
document.addEventListener("change", (event) => {
  const field = event.target;
  const file = field.dataset && field.dataset.answer && field.files[0];
  if (!file) return;
  const query = new URLSearchParams({ _field: field.id });
  for (const name of ["_once", "_form", "_language", "_page"]) query.set(name, field.form.elements[name].value);
  const told = $("[data-upload-told]", field.parentElement);
  sendFile(`${field.dataset.answer}?${query}`, file, true, field.dataset.answerSending, told, (ended) => {
    if (ended) field.parentElement.dispatchEvent(new Event("weft:filed"));
    else field.value = "";
  });
});

// Sends the bytes, says how far they are, and what was refused; `then` gets whether they were taken, and the answer.
function sendFile(to, file, named, sending, told, then) {
  const request = new XMLHttpRequest();
  request.open("POST", to);
  const csrf = $("meta[name=csrf]");
  if (csrf) request.setRequestHeader(csrf.dataset.header, csrf.content);
  request.setRequestHeader("Accept", "text/html, text/plain");
  if (named) request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
  request.upload.addEventListener("progress", (sent) => {
    told.textContent = `${sending} ${Math.round((100 * sent.loaded) / sent.total)} %`;
  });
  request.addEventListener("load", () => {
    if (request.status === 200) { then(true, request.responseText); return; }
    const problem = $("main", new DOMParser().parseFromString(request.responseText, "text/html"));
    const words = problem && $("p", problem);
    told.textContent = words ? words.textContent.trim() : "";
    told.classList.add("govuk-error-message");
    say(!problem);
    then(false, "");
  });
  request.addEventListener("error", () => { then(false, ""); say(true); });
  told.textContent = sending;
  told.classList.remove("govuk-error-message");
  request.send(file);
}
