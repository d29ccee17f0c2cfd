// SPDX-License-Identifier: MIT
// Shows the values under the pointer, highlights a mode, hides modes. The page is complete without it.
(() => {
  "use strict";
  const root = document.documentElement;
  addEventListener("error", (event) => { root.dataset.error = event.message; });
  const charts = JSON.parse(document.getElementById("data").textContent).charts;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const off = new Set();

  const make = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };

  const key = (slot) => {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    const use = document.createElementNS(space, "use");
    svg.setAttribute("class", `key s${slot}`);
    use.setAttribute("href", `#k${slot}`);
    svg.append(use);
    return svg;
  };

  const light = (within, slot) => {
    const lines = all(".line", within);
    const found = lines.some((line) => line.dataset.s === slot);
    for (const line of lines) line.classList.toggle("lit", found && line.dataset.s === slot);
    for (const chart of all(".chart", within)) chart.classList.toggle("dim", found);
  };

  // The nearest point of each line to a position on the x axis; null without a line.
  const nearest = (chart, place) => {
    const found = [];
    for (const [name, slot, points] of chart.lines) {
      if (slot !== null && off.has(String(slot))) continue;
      let best = null;
      for (const [which, y, value] of points) {
        const [x, text] = chart.x[which];
        const nearer = !best || Math.abs(x - place) < Math.abs(best.x - place);
        if (nearer) best = { name, slot, text, x, y, value };
      }
      if (best) found.push(best);
    }
    const closest = Math.min(...found.map((point) => Math.abs(point.x - place)));
    const head = found.find((point) => Math.abs(point.x - place) === closest);
    return head ? { head, points: found.filter((point) => Math.abs(point.x - head.x) <= 60) } : null;
  };

  const filled = (tip, { head, points }, near) => {
    tip.replaceChildren(make("b", "", head.text));
    const table = make("table");
    for (const point of [...points].sort((a, b) => a.y - b.y)) {
      const row = make("tr", point === near ? "near" : "");
      const name = make("th");
      if (point.slot !== null) name.append(key(point.slot));
      name.append(point.name);
      row.append(name, make("td", "", point.value));
      if (points.some((other) => other.text !== head.text)) row.append(make("td", "at", point.text));
      table.append(row);
    }
    tip.append(table);
  };

  const place = (plot, tip, cursor, at) => {
    const wide = plot.clientWidth;
    const x = (at / 1000) * wide;
    cursor.style.left = `${x}px`;
    const room = plot.getBoundingClientRect();
    const right = x + 14 + tip.offsetWidth <= root.clientWidth - room.left - 4;
    const left = right ? x + 14 : x - 14 - tip.offsetWidth;
    tip.style.left = `${Math.max(4 - room.left, left)}px`;
  };

  const watch = (plot) => {
    const chart = charts[Number(plot.dataset.chart)];
    const stops = chart.x.map(([x]) => x);
    const tip = make("div", "tip");
    const cursor = make("div", "cursor");
    tip.setAttribute("role", "status");
    let stop = -1;
    const hide = () => { tip.remove(); cursor.remove(); light(plot, null); stop = -1; };
    const show = (at, height) => {
      const found = nearest(chart, at);
      if (!found) return hide();
      const measured = found.points.filter((point) => point.slot !== null);
      const closer = (one, other) => (Math.abs(one.y - height) <= Math.abs(other.y - height) ? one : other);
      const near = height === null || !measured.length ? null : measured.reduce(closer);
      filled(tip, found, near);
      plot.append(cursor, tip);
      place(plot, tip, cursor, found.head.x);
      light(plot, near && Math.abs(near.y - height) < 120 ? String(near.slot) : null);
      stop = stops.indexOf(found.head.x);
    };
    const follow = (event) => {
      const box = plot.getBoundingClientRect();
      const share = (value, size) => Math.min(1000, Math.max(0, (1000 * value) / size));
      show(share(event.clientX - box.left, box.width), share(event.clientY - box.top, box.height));
    };
    plot.addEventListener("pointermove", follow);
    plot.addEventListener("pointerdown", follow);
    plot.addEventListener("pointerleave", (event) => { if (event.pointerType !== "touch") hide(); });
    plot.addEventListener("blur", hide);
    plot.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (event.key === "Escape") hide();
      if (!step) return;
      event.preventDefault();
      show(stops[Math.min(stops.length - 1, Math.max(0, stop + step))], null);
    });
    plot.tabIndex = 0;
  };

  const toggle = (slot) => {
    if (off.has(slot)) off.delete(slot); else off.add(slot);
    for (const line of all(".line")) line.classList.toggle("off", off.has(line.dataset.s));
    for (const item of all(".legend li")) item.setAttribute("aria-pressed", String(!off.has(item.dataset.s)));
  };

  const lights = (item, within) => {
    item.addEventListener("pointerenter", () => light(within, item.dataset.s));
    item.addEventListener("pointerleave", () => light(within, null));
  };

  for (const title of all(".chart title")) title.remove(); // the tip replaces them
  all(".plot").forEach(watch);
  for (const item of all(".legend li")) {
    item.setAttribute("role", "button");
    item.setAttribute("aria-pressed", "true");
    item.title = "Hide it in every chart, or show it again";
    item.tabIndex = 0;
    item.addEventListener("click", () => toggle(item.dataset.s));
    item.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      toggle(item.dataset.s);
    });
    lights(item, item.closest("figure"));
  }
  for (const row of all("article tr[data-s], #memory tr[data-s]")) lights(row, row.closest("article, section"));
  for (const block of all("pre.copy")) {
    const box = make("div", "copying");
    const button = make("button", "", "Copy");
    button.type = "button";
    block.replaceWith(box);
    box.append(block, button);
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(block.textContent);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(block);
        button.textContent = "Selected";
      }
    });
  }
  root.dataset.ready = "yes";
})();
