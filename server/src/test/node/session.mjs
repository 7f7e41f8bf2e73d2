// A session of fhir-kit-client against a running Weft: node session.mjs BASE TOKEN. Ends with 0 when every step did what it should.
import assert from 'node:assert/strict';
import { Client } from 'fhir-kit-client';

const [baseUrl, token] = process.argv.slice(2);
const client = new Client({ baseUrl, bearerToken: token });

const statement = await client.capabilityStatement();
assert.equal(statement.fhirVersion, '4.0.1');

const made = await client.create({
  resourceType: 'Patient',
  body: { resourceType: 'Patient', name: [{ family: 'Kit', given: ['Ana'] }], birthDate: '1980-02-03' },
});
assert.ok(made.id);
const read = await client.read({ resourceType: 'Patient', id: made.id });
assert.equal(read.name[0].family, 'Kit');

const changed = await client.update({ resourceType: 'Patient', id: made.id, body: { ...read, gender: 'female' } });
assert.equal(changed.meta.versionId, '2');
const patched = await client.patch({
  resourceType: 'Patient',
  id: made.id,
  jsonPatch: [{ op: 'replace', path: '/gender', value: 'other' }],
});
assert.equal(patched.gender, 'other');
const first = await client.vread({ resourceType: 'Patient', id: made.id, version: '1' });
assert.equal(first.gender, undefined);

const sent = await client.transaction({
  body: {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: Array.from({ length: 12 }, (_, i) => ({
      resource: {
        resourceType: 'Observation',
        status: 'final',
        code: { text: `n${i}` },
        subject: { reference: `Patient/${made.id}` },
      },
      request: { method: 'POST', url: 'Observation' },
    })),
  },
});
assert.equal(sent.entry.length, 12);

let page = await client.search({ resourceType: 'Observation', searchParams: { patient: made.id, _count: 5 } });
let found = 0;
while (page) {
  found += page.entry.length;
  page = await client.nextPage({ bundle: page });
}
assert.equal(found, 12);
const inside = await client.search({
  resourceType: 'Observation',
  compartment: { resourceType: 'Patient', id: made.id },
  searchParams: { _summary: 'count' },
});
assert.equal(inside.total, 12);

const everything = await client.operation({ name: '$everything', resourceType: 'Patient', id: made.id, method: 'GET' });
assert.equal(everything.entry.length, 13);
const history = await client.history({ resourceType: 'Patient', id: made.id });
assert.equal(history.entry.length, 3);

const gone = sent.entry[0].response.location.match(/Observation\/([^/]+)/)[1];
await client.delete({ resourceType: 'Observation', id: gone });
await assert.rejects(client.read({ resourceType: 'Observation', id: gone }), (e) => e.response.status === 410);
console.log('all steps done');
