// Makes legcrm/static/legcrm/vendor/world-atlas/countries.json: the countries of the world, small.
//
//   npm install d3-geo@3.1.2 world-atlas@2.0.2 topojson-client@3.1.0 topojson-simplify@3.0.3
//   node tools/map_shapes.mjs codes.json > legcrm/static/legcrm/vendor/world-atlas/countries.json
//
// codes.json: {"398": "KZ", …}, the numeric and the two-letter codes of ISO 3166-1:
//   manage.py shell -c "import json; from django_countries import countries; \
//     print(json.dumps({countries.numeric(c, padded=True): c for c, _ in countries}))"
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

// The packages are those of the directory in which the script is called.
const require = createRequire(join(process.cwd(), "package.json"));
const { geoContains } = require("d3-geo");
const client = require("topojson-client");
const { presimplify, quantile, simplify, filter, filterAttachedWeight } = require("topojson-simplify");

const codes = JSON.parse(readFileSync(process.argv[2]));
codes.Kosovo = "XK"; // has no number
let world = JSON.parse(readFileSync(require.resolve("world-atlas/countries-50m.json")));
const shapes = world.objects.countries;
// Nobody has partners in Antarctica; without it the inhabited world is drawn larger.
shapes.geometries = shapes.geometries.filter((shape) => shape.id !== "010");

// Natural Earth draws who holds an area. To the Federal Republic, and so to the agency, these
// belong to the countries that claim them.
const CRIMEA = [34.1, 45.2];
const code = (shape) => codes[shape.id] ?? codes[shape.properties.name];
const named = (name) => shapes.geometries.find((shape) => shape.properties.name === name);
const russia = named("Russia");
const crimea = russia.arcs.find((polygon) =>
  geoContains(client.feature(world, { type: "Polygon", arcs: polygon }), CRIMEA),
);
russia.arcs = russia.arcs.filter((polygon) => polygon !== crimea);
for (const [whole, ...parts] of [
  [named("Ukraine"), { type: "Polygon", arcs: crimea }],
  [named("Cyprus"), named("N. Cyprus")],
  [named("Somalia"), named("Somaliland")],
]) {
  Object.assign(whole, client.mergeArcs(world, [whole, ...parts]));
}
// What is left without a code is a glacier and some rocks.
shapes.geometries = shapes.geometries.filter(code);

const weighed = presimplify(world);
world = simplify(weighed, quantile(weighed, 0.22));
// Islands go that are too small to be seen, but no country's last one.
world = filter(world, filterAttachedWeight(world, 0.02)); // in square degrees
world.objects = {
  countries: {
    type: "GeometryCollection",
    geometries: world.objects.countries.geometries.map((shape) => ({
      type: shape.type,
      arcs: shape.arcs,
      id: code(shape),
    })),
  },
};
console.log(JSON.stringify(client.quantize(world, 1e4)));
