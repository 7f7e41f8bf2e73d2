// A small app on fhirclient: begins a standalone launch, or comes back from one and says what it could read.
const said = document.getElementById('said');
const asked = new URLSearchParams(location.search);
const failed = (e) => { said.textContent = 'failed: ' + (e && e.message ? e.message : e); };
if (asked.has('begin')) {
  FHIR.oauth2.authorize({
    clientId: asked.get('client'),
    iss: asked.get('begin'),
    scope: 'launch/patient openid fhirUser patient/Patient.rs patient/Observation.rs offline_access',
    redirectUri: location.origin + '/',
    pkceMode: 'required',
  }).catch(failed);
} else {
  FHIR.oauth2.ready()
    .then(async (client) => {
      const patient = await client.patient.read();
      const found = await client.request('Observation?patient=' + client.patient.id);
      const before = client.state.tokenResponse.access_token;
      await client.refresh();
      const again = await client.patient.read();
      said.textContent = [
        'read ' + patient.name[0].family,
        'observations ' + (found.entry || []).length,
        'renewed ' + (client.state.tokenResponse.access_token !== before && again.id === patient.id),
        'user ' + client.user.fhirUser,
      ].join('; ');
    })
    .catch(failed);
}
