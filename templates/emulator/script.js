"use strict";

// Everything here is a convenience: without it the pages work by forms and links alone.

const ROOT = "/_emu";
const PAUSE = 1000;
const MOST_ROWS = 500;

const find = (selector, within = document) => within.querySelector(selector);
const findAll = (selector, within = document) => [...within.querySelectorAll(selector)];

async function page(url, options) {
  const answer = await fetch(url, { headers: { Accept: "text/html" }, ...options });
  if (!answer.ok) throw new Error(answer.status);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

// The list of calls: newcomers appear by themselves.

function watchCalls() {
  const rows = find("#rows");
  const live = find(".live");
  if (!rows || !live) return;
  const pause = find("#pause");
  const news = find("#news");
  let paused = false;
  live.hidden = false;

  function tell(text, state) {
    if (news.textContent !== text) news.textContent = text;
    live.className = `live ${state}`;
  }

  pause.addEventListener("click", () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", paused);
    pause.textContent = paused ? "Go on" : "Pause";
    tell(paused ? "paused" : "live", paused ? "paused" : "");
  });

  async function look() {
    const query = new URLSearchParams(rows.dataset.query);
    query.set("after", rows.dataset.last);
    const fresh = find("#rows", await page(`${ROOT}/rows?${query}`));
    rows.dataset.last = fresh.dataset.last;
    const first = Number(fresh.dataset.first);
    for (const row of findAll("tr", rows)) if (Number(row.dataset.number) < first) row.remove();
    const newcomers = [...fresh.children].map((row) => document.adoptNode(row));
    for (const row of newcomers) row.classList.add("new");
    rows.prepend(...newcomers);
    for (const row of [...rows.children].slice(MOST_ROWS)) row.remove();
    find("#empty").hidden = rows.children.length > 0;
    tell("live", "");
  }

  async function turn() {
    if (!paused && !document.hidden) {
      try {
        await look();
      } catch {
        tell("the server does not answer", "lost");
      }
    }
    setTimeout(turn, PAUSE);
  }
  setTimeout(turn, PAUSE);
}

// Small helpers.

function offerCopying(within = document) {
  for (const button of findAll("button.copy", within)) {
    const text = find("pre", button.closest(".code"));
    if (!text || !navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(text.textContent);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
  }
}

function filterAtOnce() {
  for (const choice of findAll(".filter select")) {
    choice.addEventListener("change", () => choice.form.requestSubmit());
  }
}

function askBefore() {
  for (const form of findAll("form[data-confirm]")) {
    form.addEventListener("submit", (event) => {
      if (!confirm(form.dataset.confirm)) event.preventDefault();
    });
  }
}

function searchBySlash() {
  const search = find('input[type="search"]');
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
    if (search && event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      search.focus();
    }
  });
}

// The form that plans a fault: only what its kind needs.

function fitFaultForm() {
  const kind = find("#kind");
  if (!kind) return;
  const stage = find("#stage");
  function fit() {
    for (const field of findAll("[data-kinds]")) {
      field.hidden = !field.dataset.kinds.split(" ").includes(kind.value);
      find("input", field).disabled = field.hidden;
    }
    const stages = kind.selectedOptions[0].dataset.stages.split(" ");
    for (const option of stage.options) {
      option.disabled = option.value !== "" && !stages.includes(option.value);
    }
    if (stage.selectedOptions[0].disabled) stage.value = "";
  }
  kind.addEventListener("change", fit);
  fit();
}

// The gencsr form: the call is spelt again while one types.

function spellWhileTyping() {
  const form = find("#try");
  if (!form) return;
  let waiting;
  find("#show").hidden = true;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const body = new URLSearchParams(new FormData(form));
      const fresh = find("#spellings", await page(form.action, { method: "POST", body }));
      find("#spellings").replaceWith(document.adoptNode(fresh));
      offerCopying(fresh);
    }, 200);
  });
}

watchCalls();
offerCopying();
filterAtOnce();
askBefore();
searchBySlash();
fitFaultForm();
spellWhileTyping();
