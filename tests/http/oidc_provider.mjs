// A real OpenID Connect provider (npm oidc-provider) on this machine, with its own pages for signing in and consenting. Arguments: a JSON
// object with redirect_uri, post_logout, alg and auth. Says "READY <issuer>" when it answers.
import { createServer } from 'node:http';
import { generateKeyPair, exportJWK } from 'jose';
import Provider from 'oidc-provider';

const wanted = JSON.parse(process.argv[2]);
const server = createServer();
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const issuer = `http://127.0.0.1:${server.address().port}`;

async function key(alg, more = {}) {
  const pair = await generateKeyPair(alg, { extractable: true, ...more });
  return { ...(await exportJWK(pair.privateKey)), alg, use: 'sig', kid: `${alg}-1` };
}

const people = {
  ada: { email: 'ada@people.example', email_verified: true, name: 'Ada Lovelace', given_name: 'Ada', family_name: 'Lovelace', groups: ['staff', 'maps'] },
  bob: { email: `bob-${wanted.alg.toLowerCase()}@people.example`, email_verified: true, name: 'Bob', groups: [] },
  eve: { email: 'ada@isoc.example', email_verified: true, name: 'Eve', groups: ['staff'] },
  linda: { name: 'Linda' },
  nemo: { name: 'Nemo', groups: ['staff'] },
};

const provider = new Provider(issuer, {
  clients: [{
    client_id: 'stoa', client_secret: 'a secret of the client', redirect_uris: [wanted.redirect_uri], response_types: ['code'], grant_types: ['authorization_code'],
    token_endpoint_auth_method: wanted.auth, id_token_signed_response_alg: wanted.alg, post_logout_redirect_uris: [wanted.post_logout],
  }],
  jwks: { keys: [await key('RS256'), await key('PS256'), await key('ES256'), await key('EdDSA', { crv: 'Ed25519' })] },
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'given_name', 'family_name', 'groups'] },
  pkce: { required: () => true, methods: ['S256'] },
  enabledJWA: { idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA'] },
  cookies: { keys: ['only for this test'] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: `people/${id}`, ...people[id] }) }),
  features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  ttl: { AccessToken: 600, AuthorizationCode: 60, IdToken: 600, Interaction: 600, Session: 600, Grant: 600 },
});
server.on('request', provider.callback());
console.log(`READY ${issuer}`);
