// The page is made by lvsd; this asks for it again when something happens, and every few seconds
// for the counters, and puts what is new in the place of what was. Nothing is worded here that lvsd
// words. What is the script's own (lines of the past, the state of the connection, the dialog) bears
// data-own or stands in cells that come empty.
"use strict";
(() => {
  const root = document.documentElement;
  const live = document.getElementById("live");
  const remembered = 60;           // readings a line of the past shows
  const least_pause = 2000;        // between two askings for counters, in ms
  const news_pause = 150;          // after an event, for those that come with it
  const patience = 15000;          // for an answer
  const past = new Map();          // key -> the last rates
  let newest = Number(document.body.dataset.newest);
  let asking = null;               // the request under way
  let timer = 0;
  let due = 0;                     // when it rings
  let pause = least_pause;
  let answered = Date.now();
  let source = null;
  let again = 0;                   // when it is tried again
  let is_streaming = false;
  let message = "";                // is said in the place of "live"
  let message_ends = 0;

  root.classList.add("live");
  // The script does it better.
  const refresh = document.querySelector("meta[http-equiv=refresh]");
  if (refresh) refresh.remove();

  // ---- what is new in the place of what was

  const key_of = (node) => (node.nodeType === 1 ? node.getAttribute("data-key") : null);

  function take_attributes(old, now) {
    for (const { name, value } of now.attributes)
      if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    for (const { name } of [...old.attributes])
      if (!now.hasAttribute(name)) old.removeAttribute(name);
  }

  function is_same_kind(old, now) {
    return old.nodeType === now.nodeType && old.nodeName === now.nodeName && key_of(old) === key_of(now);
  }

  function take(old, now) {
    if (old.nodeType !== 1) {
      if (old.nodeValue !== now.nodeValue) old.nodeValue = now.nodeValue;
      return;
    }
    if (old.hasAttribute("data-own")) return;
    take_attributes(old, now);
    if (!old.classList.contains("past")) take_children(old, now);
  }

  // Nodes with a key stay the same nodes wherever they move, so that focus and selection stay.
  function take_children(old, now) {
    const keyed = new Map();
    for (const child of old.children)
      if (key_of(child) !== null) keyed.set(key_of(child), child);
    let at = old.firstChild;
    for (const wanted of [...now.childNodes]) {
      const key = key_of(wanted);
      let found = key !== null ? keyed.get(key) : at && is_same_kind(at, wanted) ? at : null;
      if (found && !is_same_kind(found, wanted)) found = null;
      if (found) {
        keyed.delete(key);
        if (found === at) at = at.nextSibling;
        else old.insertBefore(found, at);
        take(found, wanted);
      } else {
        old.insertBefore(document.importNode(wanted, true), at);
      }
    }
    while (at) {
      const next = at.nextSibling;
      at.remove();
      at = next;
    }
    for (const child of keyed.values()) if (child.parentNode === old) child.remove();
  }

  // ---- lines of the past

  function draw_past() {
    for (const row of document.querySelectorAll("tr[data-rate]")) {
      const rates = past.get(key_of(row)) || [];
      const cell = row.querySelector("td.past");
      if (!cell || rates.length < 2) continue;
      const most = Math.max(1, ...rates);
      const points = rates.map((rate, i) => `${(100 * i) / (remembered - 1)},${19 - (18 * rate) / most}`);
      if (!cell.firstChild) {
        const space = "http://www.w3.org/2000/svg";
        const svg = document.createElementNS(space, "svg");
        svg.setAttribute("viewBox", "0 0 100 20");
        svg.setAttribute("preserveAspectRatio", "none");
        svg.setAttribute("role", "img");
        svg.append(document.createElementNS(space, "polyline"));
        cell.append(svg);
      }
      cell.firstChild.setAttribute("aria-label", `new connections a second: ${Math.min(...rates)} to ${most} lately`);
      cell.firstChild.firstChild.setAttribute("points", points.join(" "));
    }
  }

  function note_rates() {
    const seen = new Set();
    for (const row of document.querySelectorAll("tr[data-rate]")) {
      const key = key_of(row);
      seen.add(key);
      const rates = past.get(key) || [];
      rates.push(Number(row.dataset.rate));
      if (rates.length > remembered) rates.shift();
      past.set(key, rates);
    }
    for (const key of past.keys()) if (!seen.has(key)) past.delete(key);
    draw_past();
  }

  // ---- asking

  function say_live() {
    const silence = Date.now() - answered;
    const lost = silence > patience + pause;
    const text = lost
      ? `lost: no answer for ${Math.round(silence / 1000)} s; this is how it was`
      : Date.now() < message_ends ? message
      : is_streaming ? "live" : "live, without events";
    if (live.textContent !== text) live.textContent = text;
    live.classList.toggle("lost", lost);
  }

  function say(text) {
    message = text;
    message_ends = Date.now() + 10000;
    say_live();
  }

  function show(text, address) {
    const now = new DOMParser().parseFromString(text, "text/html");
    if (!now.body.dataset.newest) return false;
    document.title = now.title;
    document.body.dataset.newest = now.body.dataset.newest;
    take(document.querySelector("header"), now.querySelector("header"));
    take(document.querySelector("main"), now.querySelector("main"));
    if (address !== undefined)
      for (const field of document.querySelectorAll("main form input, main form select")) {
        const wanted = now.querySelector(`main form [name="${field.name}"]`);
        if (!wanted || field === document.activeElement) continue;
        field.value = wanted.value;
        field.checked = wanted.checked;
      }
    answered = Date.now();
    note_rates();
    return true;
  }

  // With an address: that view of the page is shown from now on.
  async function ask(address) {
    if (asking && address === undefined) return;
    if (asking) asking.abort();
    const mine = new AbortController();
    asking = mine;
    clearTimeout(timer);
    const begin = Date.now();
    const deadline = setTimeout(() => mine.abort(), patience);
    try {
      const answer = await fetch(address || location.href, { signal: mine.signal, cache: "no-store" });
      const text = await answer.text();
      if (answer.ok && asking === mine && show(text, address) && address !== undefined && address !== location.href)
        history.pushState(null, "", address);
    } catch (_) {
      // Said by say_live when it lasts.
    }
    clearTimeout(deadline);
    if (asking !== mine) return;
    asking = null;
    // A table that takes long to look through is looked through less often.
    pause = Math.max(least_pause, 10 * (Date.now() - begin));
    say_live();
    ask_in(pause);
  }

  function ask_in(wait) {
    clearTimeout(timer);
    due = Date.now() + wait;
    timer = setTimeout(() => (document.hidden ? ask_in(pause) : ask()), wait);
  }

  function follow() {
    if (source) source.close();
    clearTimeout(again);
    // A browser has few connections to one place, and other pages of ours want one as well.
    if (document.hidden) return;
    source = new EventSource(`/api/v1/events?after=${newest}`);
    source.onopen = () => { is_streaming = true; say_live(); };
    source.onerror = () => {
      is_streaming = false;
      say_live();
      // A refusal ends it for good; who follows may have made room by then.
      if (source.readyState === EventSource.CLOSED) again = setTimeout(follow, patience);
    };
    const news = (event) => {
      const { severity, text } = JSON.parse(event.data);
      if (severity !== "info" && severity !== "notice") say(text);
      if (Number(event.lastEventId) > newest) newest = Number(event.lastEventId);
      if (asking) setTimeout(() => ask_in(news_pause), news_pause);
      else if (due - Date.now() > news_pause) ask_in(news_pause);
    };
    source.onmessage = news;
    for (const kind of "server service wish reload drift check checker kernel tuning notifier daemon gap".split(" "))
      source.addEventListener(kind, news);
  }

  // ---- links and the form, without loading the page anew

  document.addEventListener("click", (event) => {
    const part = event.target.closest("a[data-part]");
    if (!part || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    ask(part.href);
  });

  function form_address(form) {
    const words = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value !== "" && !(name === "sort" && value === "file")) words.set(name, value);
    const text = words.toString();
    return location.origin + "/" + (text ? "?" + text : "");
  }
  let typing = 0;
  document.addEventListener("submit", (event) => {
    if (event.target.getAttribute("role") !== "search") return;
    event.preventDefault();
    clearTimeout(typing);
    ask(form_address(event.target));
  });
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[role=search]");
    if (!form) return;
    clearTimeout(typing);
    typing = setTimeout(() => ask(form_address(form)), event.target.type === "search" ? 350 : 0);
  });
  addEventListener("popstate", () => ask(location.href));
  document.addEventListener("visibilitychange", () => {
    follow();
    if (!document.hidden) ask_in(0);
  });

  // ---- changes

  const dialog = document.getElementById("wish");
  if (dialog) {
    const part = (name) => document.getElementById("wish-" + name);
    const form = dialog.querySelector("form");
    const fields = form.elements;
    const held = { get: () => sessionStorage.getItem("lvsd-token") || "", put: (token) => sessionStorage.setItem("lvsd-token", token) };
    let button = null;             // that opened it
    let key = null;                // of its row, where another button may be by then
    const what = {
      Drain: "It gets no new connections and keeps those it has.",
      Enable: "It takes new connections again.",
      Weight: "This weight holds in the place of the file's.",
    };

    const open = (from) => {
      button = from;
      key = key_of(from.closest("tr"));
      const wish = from.dataset.wish;
      form.reset();
      part("title").textContent = `${wish} ${from.dataset.of}`;
      part("what").textContent = what[wish];
      part("weight").hidden = fields.weight.disabled = wish !== "Weight";
      fields.weight.value = from.dataset.weight;
      fields.weight.required = wish === "Weight";
      part("token").hidden = held.get() !== "";
      part("force").hidden = true;
      part("answer").textContent = "";
      part("do").textContent = wish;
      part("do").disabled = false;
      dialog.showModal();
      (wish === "Weight" ? fields.weight : fields.reason).focus();
    };

    const send = async () => {
      if (!part("token").hidden && fields.token.value !== "") held.put(fields.token.value);
      const words = new URLSearchParams({ reason: fields.reason.value });
      if (button.dataset.wish === "Weight") words.set("value", fields.weight.value);
      if (fields.force.checked) words.set("force", "1");
      part("do").disabled = true;
      part("answer").textContent = "";
      try {
        const answer = await fetch(`${button.dataset.path}?${words}`, {
          method: "POST", headers: { Authorization: `Bearer ${held.get()}` },
        });
        const body = await answer.json();
        if (answer.ok) {
          dialog.close();
          say(body.text);
          ask_in(0);
          return;
        }
        if (answer.status === 401) {
          held.put("");
          part("token").hidden = false;
          fields.token.value = "";
          fields.token.focus();
        }
        if (answer.status === 409) part("force").hidden = false;
        part("answer").textContent = body.detail || body.title;
      } catch (failure) {
        part("answer").textContent = "no answer: " + failure.message;
      }
      part("do").disabled = false;
    };

    document.addEventListener("click", (event) => {
      const from = event.target.closest("button[data-wish]");
      if (from) open(from);
    });
    form.addEventListener("submit", (event) => {
      if (!event.submitter || event.submitter.value !== "do") return;
      event.preventDefault();
      send();
    });
    // To where it was, also when that button has become another one.
    dialog.addEventListener("close", () => {
      const row = [...document.querySelectorAll("tr[data-key]")].find((one) => key_of(one) === key);
      const back = document.contains(button) ? button : row && row.querySelector("button[data-wish]");
      if (back) back.focus();
    });
  }

  note_rates();
  follow();
  say_live();
  setInterval(say_live, 1000);
  ask_in(least_pause);
})();
