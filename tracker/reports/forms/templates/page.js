"use strict";
(() => {
  const tables = [...document.querySelectorAll("table.data")];
  const value = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.sort ?? cell.textContent;
  };
  const compare = (one, other) => {
    const a = Number(one), b = Number(other);
    if (one !== "" && other !== "" && !Number.isNaN(a) && !Number.isNaN(b)) return a - b;
    return one.localeCompare(other, undefined, { numeric: true, sensitivity: "base" });
  };
  const sort = (table, column) => {
    const heading = table.tHead.rows[0].cells[column];
    const down = heading.getAttribute("aria-sort") === "ascending";
    for (const cell of table.tHead.rows[0].cells) cell.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    const body = table.tBodies[0];
    const rows = [...body.rows].sort((a, b) => compare(value(a, column), value(b, column)) * (down ? -1 : 1));
    body.append(...rows);
  };
  for (const table of tables) {
    [...table.tHead.rows[0].cells].forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = heading.textContent;
      heading.replaceChildren(button);
      button.addEventListener("click", () => sort(table, column));
    });
  }
  const find = document.getElementById("find");
  const owner = document.getElementById("owner");
  const found = document.getElementById("found");
  const rows = tables.flatMap((table) => [...table.tBodies[0].rows]);
  const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  const filter = () => {
    const wanted = find.value.trim().toLowerCase();
    let shown = 0;
    for (const row of rows) {
      const fits = texts.get(row).includes(wanted) && (!owner.value || row.dataset.owner === owner.value);
      row.classList.toggle("none", !fits);
      shown += fits;
    }
    found.textContent = wanted || owner.value ? `${shown} of ${rows.length} rows` : "";
  };
  find.addEventListener("input", filter);
  owner.addEventListener("change", filter);
  document.getElementById("filter").hidden = rows.length === 0;
})();
