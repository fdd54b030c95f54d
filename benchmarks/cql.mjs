// What an engine for CQL needs for one tiny library on the same Bundle: two retrieves with a filter, no knowledge.
// node benchmarks/cql.mjs DIRECTORY-OF-NODE-MODULES ROUNDS < bundle.json  -> median CPU ms
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const require = createRequire(join(process.argv[2], "any.js"));
const cql = require("cql-execution");
const fhir = require("cql-exec-fhir");
const rounds = Number(process.argv[3]);

const retrieve = (type) => ({ type: "Retrieve", dataType: `{http://hl7.org/fhir}${type}` });
const member = (alias, path) => ({ type: "Property", path: "value", source: { type: "Property", path, scope: alias } });
const text = (value) => ({ type: "Literal", valueType: "{urn:hl7-org:elm-types:r1}String", value });
const any = (type, alias, path, value) => ({
  type: "Exists",
  operand: {
    type: "Query",
    source: [{ alias, expression: retrieve(type) }],
    relationship: [],
    where: { type: "Equal", operand: [member(alias, path), text(value)] },
  },
});
const library = new cql.Library({
  library: {
    identifier: { id: "Tiny", version: "1" },
    schemaIdentifier: { id: "urn:hl7-org:elm", version: "r1" },
    usings: { def: [{ localIdentifier: "FHIR", uri: "http://hl7.org/fhir", version: "4.0.1" }] },
    statements: {
      def: [
        { name: "Patient", context: "Patient", expression: { type: "SingletonFrom", operand: retrieve("Patient") } },
        { name: "Ordered", context: "Patient", expression: any("MedicationRequest", "M", "status", "active") },
        { name: "Resulted", context: "Patient", expression: any("Observation", "O", "status", "final") },
      ],
    },
  },
});
const body = readFileSync(0, "utf8");

// Its model is loaded once: that is what a service would do.
const source = fhir.PatientSource.FHIRv401();

async function once() {
  source.reset();
  source.loadBundles([JSON.parse(body)]);
  const results = await new cql.Executor(library).exec(source);
  return Object.values(results.patientResults)[0];
}

const told = await once();
if (told.Ordered !== true || told.Resulted !== true) throw new Error("the tiny library found nothing");
const times = [];
for (let round = 0; round < rounds; round++) {
  const start = process.cpuUsage();
  await once();
  const spent = process.cpuUsage(start);
  times.push((spent.user + spent.system) / 1000);
}
times.sort((one, other) => one - other);
console.log(times[Math.floor(times.length / 2)]);
