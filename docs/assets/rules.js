/* A filter by severity, backend and words over the tables of rules, and over the rules below them. Without it, all is shown. */
(function () {
  "use strict";
  const text = (cell) => (cell ? cell.textContent.trim() : "");
  const tables = [...document.querySelectorAll("article table")].filter(
    (table) => text(table.querySelector("th")) === "rule" && table.querySelectorAll("th").length === 4
  );
  if (!tables.length) return;

  /* What stands below the heading of a rule, up to the next heading. */
  const section = (link) => {
    const heading = link && link.getAttribute("href").startsWith("#") && document.getElementById(link.hash.slice(1));
    const found = heading ? [heading] : [];
    for (let next = heading && heading.nextElementSibling; next && !/^H[12]$/.test(next.tagName); next = next.nextElementSibling) {
      found.push(next);
    }
    return found;
  };

  const rules = tables.flatMap((table) => {
    table.dataset.rules = "";
    return [...table.querySelectorAll("tbody tr")].map((row) => {
      row.dataset.severity = text(row.cells[1]);
      return {
        table,
        row,
        words: text(row).toLowerCase(),
        severity: text(row.cells[1]),
        backends: text(row.cells[3]).split(", "),
        shown: [row, ...section(row.querySelector("a"))],
      };
    });
  });

  const choices = (values) => ["", ...values].map((value) => new Option(value || "all", value));
  const chosen = document.createElement("form");
  chosen.className = "rules-filter";
  const field = (label, input) => {
    const made = document.createElement("label");
    made.append(label, input);
    chosen.append(made);
    input.addEventListener("input", apply);
    return input;
  };
  const menu = (values) => {
    const made = document.createElement("select");
    made.append(...choices(values));
    return made;
  };
  const backends = [...new Set(rules.flatMap((rule) => rule.backends))].filter(Boolean).sort();
  const words = field("Words", Object.assign(document.createElement("input"), { type: "search" }));
  const severity = field("Severity", menu(["error", "warning", "note"]));
  const backend = field("With a fix for", menu(backends));
  const count = document.createElement("output");
  chosen.append(count);
  chosen.addEventListener("submit", (event) => event.preventDefault());

  function apply() {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let number = 0;
    for (const rule of rules) {
      const fits =
        (!severity.value || rule.severity === severity.value) &&
        (!backend.value || rule.backends.includes(backend.value)) &&
        wanted.every((word) => rule.words.includes(word));
      for (const part of rule.shown) part.hidden = !fits;
      number += fits;
    }
    for (const table of tables) {
      const empty = [...table.querySelectorAll("tbody tr")].every((row) => row.hidden);
      const frame = table.closest(".md-typeset__scrollwrap") || table;
      frame.hidden = empty;
      const heading = frame.previousElementSibling;
      if (heading && heading.tagName === "H2") heading.hidden = empty;
    }
    count.textContent = `${number} of ${rules.length} rules`;
  }

  const first = tables[0].closest(".md-typeset__scrollwrap") || tables[0];
  const before = first.previousElementSibling;
  (before && before.tagName === "H2" ? before : first).before(chosen);
  apply();
})();
