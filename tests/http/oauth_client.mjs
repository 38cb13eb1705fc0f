// A program that comes as programs do, by a library it did not write (npm oauth4webapi): finds the addresses, sends somebody to the portal,
// takes the answer, uses what it got, gives it back. Arguments: a JSON object with issuer, port, client_id, client_secret (or none) and
// redirect_uri. Says where to send the person, reads where they came back to, and says what it found.
import { request } from 'node:http';
import { createInterface } from 'node:readline';
import * as oauth from 'oauth4webapi';

const wanted = JSON.parse(process.argv[2]);
const issuer = new URL(wanted.issuer);

// The portal stands behind a proxy that speaks HTTPS; here there is none.
const through = (url, options) => new Promise((done, failed) => {
  const to = new URL(url);
  const headers = { ...Object.fromEntries(new Headers(options.headers)), host: to.host, 'x-forwarded-proto': 'https', connection: 'close' };
  const body = options.body == null ? '' : String(options.body);
  const sent = request({ host: '127.0.0.1', port: wanted.port, path: to.pathname + to.search, method: options.method, headers }, (answer) => {
    const parts = [];
    answer.on('data', (part) => parts.push(part));
    answer.on('end', () => done(new Response(answer.statusCode === 204 ? null : Buffer.concat(parts), { status: answer.statusCode, headers: answer.headers })));
  });
  sent.on('error', failed);
  sent.end(body);
});
const by = { [oauth.customFetch]: through };
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...by }));
const client = { client_id: wanted.client_id };
const auth = wanted.client_secret ? oauth.ClientSecretBasic(wanted.client_secret) : oauth.None();
const verifier = oauth.generateRandomCodeVerifier();
const state = oauth.generateRandomState();
const to = new URL(server.authorization_endpoint);
to.search = new URLSearchParams({ client_id: client.client_id, redirect_uri: wanted.redirect_uri, response_type: 'code', scope: wanted.scope ?? 'read', state,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' });
console.log(to.href);

const back = new URL((await lines.next()).value);
const good = oauth.validateAuthResponse(server, client, back, state);
const first = await oauth.processAuthorizationCodeResponse(server, client, await oauth.authorizationCodeGrantRequest(server, client, auth, good, wanted.redirect_uri, verifier, by));
const ask = async (token) => (await oauth.protectedResourceRequest(token, 'GET', new URL(wanted.resource, issuer), undefined, undefined, by).catch((e) => e)).status;
const found = { scope: first.scope, before: await ask(first.access_token) };
const second = await oauth.processRefreshTokenResponse(server, client, await oauth.refreshTokenGrantRequest(server, client, auth, first.refresh_token, by));
found.refreshed = await ask(second.access_token);
found.another = second.refresh_token !== first.refresh_token;
if (wanted.client_secret) {
  found.worth = await oauth.processIntrospectionResponse(server, client, await oauth.introspectionRequest(server, client, auth, second.access_token, by));
  const alone = await oauth.clientCredentialsGrantRequest(server, client, auth, {}, by);
  found.alone = await ask((await oauth.processClientCredentialsResponse(server, client, alone)).access_token);
}
await oauth.processRevocationResponse(await oauth.revocationRequest(server, client, auth, second.refresh_token, by));
found.after = await ask(second.access_token);
console.log(JSON.stringify(found));
process.exit(0);
