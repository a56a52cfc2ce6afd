// Sort by the column whose name is clicked, the other way round at the next click; empty cells last.
const table = document.getElementById("maps"), body = table.tBodies[0];
table.tHead.querySelectorAll("button").forEach((button, column) => button.addEventListener("click", () => {
  const head = button.parentElement, down = head.getAttribute("aria-sort") === "ascending";
  const numbers = head.classList.contains("number"), sign = down ? -1 : 1;
  const key = row => row.cells[column]?.dataset.key ?? "";
  const compare = (x, y) => !x || !y ? !x - !y : sign * (numbers ? x - y : x.localeCompare(y, undefined, {numeric: true}));
  table.tHead.querySelectorAll("th").forEach(other => other.removeAttribute("aria-sort"));
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  body.append(...[...body.rows].sort((a, b) => compare(key(a), key(b))));
}));
