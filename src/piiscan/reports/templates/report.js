"use strict";
// Searching and sorting the list of items. Without JavaScript the list is there all the same, worst first.
document.querySelectorAll("table[data-sortable]").forEach((table) => {
  const groups = Array.from(table.tBodies);
  const rows = groups.flatMap((g) => Array.from(g.rows));
  const text = new Map(rows.map((r) => [r, r.textContent.normalize("NFKC").toLowerCase()]));

  const tools = document.createElement("div");
  tools.className = "tools";
  const input = document.createElement("input");
  input.type = "search";
  input.placeholder = table.dataset.search;
  input.setAttribute("aria-label", table.dataset.search);
  const count = document.createElement("span");
  count.setAttribute("role", "status");
  tools.append(input, count);
  table.before(tools);
  input.addEventListener("input", () => {
    const wanted = input.value.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const group of groups) {
      let any = false;
      for (const row of group.rows) {
        const box = row.classList.contains("box");
        const hit = wanted.every((word) => text.get(row).includes(word));
        row.hidden = !hit && !box;
        any = any || hit;
        if (hit && !box) shown += 1;
      }
      group.hidden = !any;
    }
    count.textContent = wanted.length ? table.dataset.hits.replace("{n}", shown) : "";
  });

  const value = (group, column) => {
    const cells = Array.from(group.rows, (r) => r.cells[column]).filter((c) => c && c.dataset.v !== undefined);
    const values = cells.map((c) => (isNaN(c.dataset.v) || c.dataset.v === "" ? c.dataset.v : Number(c.dataset.v)));
    return values.length === 0 ? "" : typeof values[0] === "number" ? Math.max(...values) : values[0];
  };
  Array.from(table.tHead.rows[0].cells).forEach((head, column) => {
    if (!head.hasAttribute("data-sort")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("aria-label", head.textContent);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") !== "descending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const order = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "ja"));
      groups.sort((a, b) => (down ? -1 : 1) * order(value(a, column), value(b, column)));
      table.append(...groups);
    });
  });
});
