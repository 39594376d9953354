// The map of templates/admin/includes/map.html: countries shaded by count, cities as points.
//
// A page that changes its data tells so, with the same object as the template's `map`:
//   document.dispatchEvent(new CustomEvent("map:update", { detail: map }));
// Choosing a place dispatches "map:choose" at the figure, which bubbles and can be cancelled, with
// detail {country, city, count, url} (city is null for a country); uncancelled it follows `url`.

const SVG = "http://www.w3.org/2000/svg";
const SHADES = 5;
const MARGIN = 24; // pixels between the counted places and the edge
const MOST = 60; // times the whole world
const TINY = 7; // pixels below which a country gets a dot, or nobody would see its shade
const STEP = 1.6; // of a zoom
const ARROWS = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };

const figure = document.querySelector(".crm-map");
const frame = figure.querySelector(".crm-map-frame");
const svg = figure.querySelector("svg");
const tip = figure.querySelector(".crm-map-tip");
const legend = figure.querySelector(".crm-map-legend");
const rows = figure.querySelector("tbody");
const number = new Intl.NumberFormat(document.documentElement.lang || "de");

const land = document.createElementNS(SVG, "g");
const marks = document.createElementNS(SVG, "g");
svg.append(land, marks);

let map = JSON.parse(document.getElementById("crm-map-data").textContent);
let shapes = []; // of the countries, as GeoJSON with the code as id
let path; // from GeoJSON to the outline in pixels
let size = { width: 0, height: 0 };
let view = { k: 1, x: 0, y: 0 }; // pixel on the screen = k * pixel of the world + x or y
let moved = false; // by the user, whose view then stays
let items = []; // what can be chosen, in the order of the arrow keys

function element(name, attributes, parent) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  parent?.append(made);
  return made;
}

// Lower bounds of the shades: whole numbers that grow by about the same factor.
function bounds(counts) {
  const most = Math.max(1, ...counts);
  const found = [1];
  for (let step = 1; step < SHADES; step += 1) {
    const exact = most ** (step / SHADES);
    const power = 10 ** Math.floor(Math.log10(exact));
    const round = most <= SHADES ? step + 1 : Math.round(exact / power) * power;
    if (round > found.at(-1) && round <= most) {
      found.push(round);
    }
  }
  return found;
}

// The part of a country that says where it is: France is not where French Polynesia is.
function mainland(shape) {
  if (shape.geometry.type !== "MultiPolygon") {
    return shape;
  }
  const parts = shape.geometry.coordinates.map((coordinates) => ({ type: "Polygon", coordinates }));
  return parts.reduce((a, b) => (path.area(b) > path.area(a) ? b : a));
}

function draw() {
  const width = Math.round(frame.clientWidth);
  if (!width || !shapes.length) {
    return;
  }
  size = { width, height: Math.round(Math.min(460, Math.max(240, width * 0.5))) };
  svg.setAttribute("viewBox", `0 0 ${size.width} ${size.height}`);
  svg.style.height = `${size.height}px`;
  // Cut through the Bering Strait, so that no country lies at both edges.
  const projection = d3.geoEqualEarth().rotate([-11, 0]);
  projection.fitSize([size.width, size.height], {
    type: "FeatureCollection",
    features: shapes,
  });
  path = d3.geoPath(projection).digits(2);

  const focused = document.activeElement?.dataset?.place;
  const limits = bounds(Object.values(map.countries).map((country) => country.count));
  const shade = (count) => limits.findLastIndex((limit) => count >= limit) + 1;
  land.replaceChildren();
  marks.replaceChildren();
  items = [];

  const counted = [];
  for (const shape of shapes) {
    const country = map.countries[shape.id];
    if (country?.count) {
      counted.push({ shape, country, code: shape.id });
    } else {
      element("path", { d: path(shape), class: "crm-map-land" }, land);
    }
  }
  // Most first: so the arrow keys go, and so small countries inside large ones stay on top.
  counted.sort((a, b) => b.country.count - a.country.count);
  for (const { shape, country, code } of counted) {
    const main = mainland(shape);
    const [[left, top], [right, bottom]] = path.bounds(main);
    const choice = { country: code, city: null, count: country.count, url: country.url ?? null };
    const link = item(choice, country.name, land, path.centroid(main), path.bounds(main));
    link.classList.add(`crm-map-shade-${shade(country.count)}`);
    element("path", { d: path(shape) }, link);
    const dot = element("circle", { cx: link.at[0], cy: link.at[1] }, link);
    dot.world = Math.max(right - left, bottom - top);
  }
  const points = (map.points ?? []).filter((point) => point.lat != null && point.lon != null);
  const most = Math.max(1, ...points.map((point) => point.count));
  for (const point of points.sort((a, b) => b.count - a.count)) {
    const at = projection([point.lon, point.lat]);
    const choice = {
      country: point.country, city: point.name, count: point.count, url: point.url ?? null,
    };
    const country = map.countries[point.country]?.name;
    const name = country ? `${point.name}, ${country}` : point.name;
    const link = item(choice, name, marks, at, [at, at]);
    link.classList.add("crm-map-point");
    const dot = element("circle", { cx: at[0], cy: at[1] }, link);
    dot.radius = 2.5 + (size.width < 500 ? 4 : 6) * Math.sqrt(point.count / most);
  }
  const again = items.find((one) => one.dataset.place === focused) ?? items[0];
  again?.setAttribute("tabindex", "0");
  if (focused) {
    again?.focus({ preventScroll: true });
  }
  drawLegend(limits);
  if (moved) {
    look(view);
  } else {
    fit();
  }
}

function item(choice, name, parent, at, box) {
  const link = element("a", { href: choice.url ?? "#", tabindex: "-1" }, parent);
  link.dataset.place = `${choice.country} ${choice.city ?? ""}`;
  link.choice = choice;
  link.at = at;
  link.box = box;
  link.text = `${name}: ${number.format(choice.count)}`;
  link.setAttribute("aria-label", link.text);
  items.push(link);
  return link;
}

function drawLegend(limits) {
  legend.replaceChildren(
    ...(items.length ? limits : []).map((limit, index) => {
      const next = limits[index + 1];
      const entry = document.createElement("li");
      const swatch = document.createElement("span");
      swatch.className = `crm-map-swatch crm-map-shade-${index + 1}`;
      const single = next === limit + 1;
      const text = next ? `${number.format(limit)}–${number.format(next - 1)}` : `≥ ${number.format(limit)}`;
      entry.append(swatch, single ? number.format(limit) : text);
      return entry;
    }),
  );
}

function drawTable() {
  const row = (place, name, isCity) => {
    const line = document.createElement("tr");
    const head = document.createElement("th");
    const count = document.createElement("td");
    head.scope = "row";
    head.className = isCity ? "crm-map-city" : "";
    if (place.url) {
      const link = document.createElement("a");
      link.href = place.url;
      link.textContent = name;
      head.append(link);
    } else {
      head.textContent = name;
    }
    count.className = "crm-num";
    count.textContent = number.format(place.count);
    line.append(head, count);
    return line;
  };
  const byCount = (a, b) => b.count - a.count || a.name.localeCompare(b.name);
  const countries = Object.entries(map.countries).map(([code, country]) => ({ ...country, code }));
  rows.replaceChildren(
    ...countries.sort(byCount).flatMap((country) => [
      row(country, country.name, false),
      ...(map.points ?? [])
        .filter((point) => point.country === country.code)
        .sort(byCount)
        .map((point) => row(point, point.name, true)),
    ]),
  );
}

// --- The view ----------------------------------------------------------------------------------

function look({ k, x, y }) {
  k = Math.min(MOST, Math.max(1, k));
  // The world never leaves the frame.
  x = Math.min(0, Math.max(size.width * (1 - k), x));
  y = Math.min(0, Math.max(size.height * (1 - k), y));
  view = { k, x, y };
  for (const group of [land, marks]) {
    group.setAttribute("transform", `translate(${x} ${y}) scale(${k})`);
  }
  for (const dot of svg.querySelectorAll("circle")) {
    const radius = dot.radius ?? (dot.world * k < TINY ? TINY / 2 + 1 : 0);
    dot.setAttribute("r", radius / k);
  }
  svg.classList.toggle("crm-map-near", k > 1);
  hideTip();
}

// Zoom by `factor` around a point of the screen, by default the middle.
function zoom(factor, px = size.width / 2, py = size.height / 2) {
  const k = Math.min(MOST, Math.max(1, view.k * factor));
  const scale = k / view.k;
  moved = true;
  look({ k, x: px - (px - view.x) * scale, y: py - (py - view.y) * scale });
}

function move(dx, dy) {
  moved = true;
  look({ k: view.k, x: view.x + dx, y: view.y + dy });
}

function fit() {
  moved = false;
  if (!items.length) {
    look({ k: 1, x: 0, y: 0 });
    return;
  }
  const left = Math.min(...items.map((one) => one.box[0][0]));
  const top = Math.min(...items.map((one) => one.box[0][1]));
  const right = Math.max(...items.map((one) => one.box[1][0]));
  const bottom = Math.max(...items.map((one) => one.box[1][1]));
  const k = Math.max(1, Math.min(
    12, // One small country is shown with its neighbours.
    (size.width - 2 * MARGIN) / Math.max(1, right - left),
    (size.height - 2 * MARGIN) / Math.max(1, bottom - top),
  ));
  look({
    k,
    x: size.width / 2 - (k * (left + right)) / 2,
    y: size.height / 2 - (k * (top + bottom)) / 2,
  });
}

const VIEWS = {
  in: () => zoom(STEP),
  out: () => zoom(1 / STEP),
  fit,
  world: () => {
    moved = true;
    look({ k: 1, x: 0, y: 0 });
  },
  left: () => move(size.width / 4, 0),
  right: () => move(-size.width / 4, 0),
  up: () => move(0, size.height / 4),
  down: () => move(0, -size.height / 4),
};

for (const button of figure.querySelectorAll("[data-view]")) {
  button.addEventListener("click", () => VIEWS[button.dataset.view]());
}

// --- Hover, focus, keys ------------------------------------------------------------------------

function showTip(link) {
  const [x, y] = [view.k * link.at[0] + view.x, view.k * link.at[1] + view.y];
  tip.textContent = link.text;
  tip.hidden = false;
  const half = tip.offsetWidth / 2;
  tip.style.left = `${Math.min(size.width - half - 4, Math.max(half + 4, x))}px`;
  tip.style.top = `${Math.min(size.height - 4, Math.max(tip.offsetHeight + 12, y - 8))}px`;
}

function hideTip() {
  tip.hidden = true;
}

function chosen(event) {
  return event.target.closest?.("a");
}

svg.addEventListener("pointerover", (event) => chosen(event) && showTip(chosen(event)));
svg.addEventListener("pointerout", (event) => {
  const focused = items.find((one) => one === document.activeElement);
  if (chosen(event)) {
    hideTip();
    if (focused?.matches(":focus-visible")) {
      showTip(focused);
    }
  }
});

svg.addEventListener("focusin", (event) => {
  const link = chosen(event);
  if (!link) {
    return; // the frame itself, by a click between the countries
  }
  for (const one of items) {
    one.setAttribute("tabindex", one === link ? "0" : "-1");
  }
  const [x, y] = [view.k * link.at[0] + view.x, view.k * link.at[1] + view.y];
  if (x < 0 || y < 0 || x > size.width || y > size.height) {
    move(size.width / 2 - x, size.height / 2 - y);
  }
  showTip(link);
});
svg.addEventListener("focusout", hideTip);

svg.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !items.length) {
    return;
  }
  const now = items.indexOf(document.activeElement);
  const direction = ARROWS[event.key];
  if (direction && event.shiftKey) {
    VIEWS[direction]();
  } else if (direction) {
    const step = direction === "left" || direction === "up" ? -1 : 1;
    items[(now + step + items.length) % items.length].focus();
  } else if (event.key === "Home") {
    items[0].focus();
  } else if (event.key === "End") {
    items.at(-1).focus();
  } else if (event.key === "+") {
    zoomAtFocus(STEP);
  } else if (event.key === "-") {
    zoomAtFocus(1 / STEP);
  } else if (event.key === "Escape") {
    hideTip();
    return;
  } else {
    return;
  }
  event.preventDefault();
});

function zoomAtFocus(factor) {
  const link = items.find((one) => one === document.activeElement) ?? items[0];
  zoom(factor, view.k * link.at[0] + view.x, view.k * link.at[1] + view.y);
  showTip(link);
}

svg.addEventListener("click", (event) => {
  const link = chosen(event);
  if (!link) {
    return;
  }
  const choose = new CustomEvent("map:choose", {
    bubbles: true, cancelable: true, detail: link.choice,
  });
  if (!figure.dispatchEvent(choose) || !link.choice.url) {
    event.preventDefault();
  }
});

// --- Mouse and finger --------------------------------------------------------------------------

let drag = null;

svg.addEventListener("pointerdown", (event) => {
  // A finger scrolls the page, unless the map is near.
  if (event.button === 0 && view.k > 1) {
    drag = { id: event.pointerId, x: event.clientX, y: event.clientY, far: false };
  }
});
svg.addEventListener("pointermove", (event) => {
  if (drag?.id !== event.pointerId) {
    return;
  }
  const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
  if (drag.far || Math.hypot(dx, dy) > 4) {
    if (!drag.far) {
      svg.setPointerCapture(event.pointerId);
    }
    Object.assign(drag, { far: true, x: event.clientX, y: event.clientY });
    move(dx, dy);
  }
});
for (const end of ["pointerup", "pointercancel"]) {
  svg.addEventListener(end, () => {
    // The click that ends a drag chooses nothing.
    if (drag?.far) {
      const stop = (event) => {
        event.stopPropagation();
        event.preventDefault();
      };
      svg.addEventListener("click", stop, { capture: true, once: true });
      setTimeout(() => svg.removeEventListener("click", stop, { capture: true }));
    }
    drag = null;
  });
}
svg.addEventListener("dragstart", (event) => event.preventDefault());
svg.addEventListener(
  "wheel",
  (event) => {
    if (event.ctrlKey) { // without it the wheel scrolls the page
      event.preventDefault();
      const box = svg.getBoundingClientRect();
      zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2, event.clientX - box.left, event.clientY - box.top);
    }
  },
  { passive: false },
);

// --- Data --------------------------------------------------------------------------------------

document.addEventListener("map:update", (event) => {
  map = event.detail;
  drawTable();
  draw();
});

async function start() {
  drawTable();
  const response = await fetch(figure.dataset.shapes);
  if (!response.ok) {
    figure.querySelector("details").open = true;
    return;
  }
  const world = await response.json();
  shapes = topojson.feature(world, world.objects.countries).features;
  frame.hidden = false;
  new ResizeObserver(() => {
    if (Math.round(frame.clientWidth) !== size.width) {
      draw();
    }
  }).observe(frame);
  draw();
}

start();
