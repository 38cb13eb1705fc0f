// An identity provider that says what it is told to: POST /lie with a JSON object changes its next answers. Unlike a real one it asks nobody
// for a password. Says "READY <issuer>" when it answers.
import { createServer } from 'node:http';
import { createHash } from 'node:crypto';
import { generateKeyPair, exportJWK, SignJWT, CompactSign } from 'jose';

let lie = {};
const codes = new Map();
const server = createServer();
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const issuer = `http://127.0.0.1:${server.address().port}`;
const make = async (alg, kid) => {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { alg, kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
};
const first = await make('RS256', 'first'), second = await make('RS256', 'second'), stranger = await make('RS256', 'first');
let keys = [first.jwk];
let asked = 0;

const body = (request) => new Promise((done) => { let text = ''; request.on('data', (d) => { text += d; }); request.on('end', () => done(text)); });
const json = (response, status, value) => { response.writeHead(status, { 'Content-Type': 'application/json', 'Set-Cookie': 'spy=1; Path=/' }); response.end(JSON.stringify(value)); };

async function token(code) {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: issuer, aud: 'stoa', sub: 'ada', nonce: code.nonce, iat: now, exp: now + 300, email: 'ada@liar.example', name: 'Ada', ...lie.claims };
  for (const name of lie.without ?? []) delete claims[name];
  if (lie.unsigned) return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.`;
  if (lie.hmac) return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'first' }).sign(new TextEncoder().encode(JSON.stringify(first.jwk)));
  if (lie.garbage) return new CompactSign(new TextEncoder().encode('no object')).setProtectedHeader({ alg: 'RS256', kid: 'first' }).sign(first.privateKey);
  const key = lie.key === 'stranger' ? stranger : lie.key === 'second' ? second : first;
  return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: key.kid }).sign(key.privateKey);
}

const routes = {
  '/lie': async (request, response) => {
    lie = JSON.parse(await body(request));
    keys = [lie.rotate ? second.jwk : first.jwk];
    json(response, 200, { asked });
  },
  '/.well-known/openid-configuration': (request, response) => {
    if (lie.redirect === 'discovery') { response.writeHead(302, { Location: `${issuer}/elsewhere` }); response.end(); return; }
    const base = { issuer, authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/keys`, userinfo_endpoint: `${issuer}/me`,
      id_token_signing_alg_values_supported: ['RS256'], code_challenge_methods_supported: ['S256'] };
    json(response, 200, { ...base, ...lie.discovery });
  },
  '/elsewhere': (request, response) => json(response, 200, { issuer }),
  '/keys': (request, response) => {
    asked += 1;
    if (lie.slow === 'keys') return;
    if (lie.huge) { response.writeHead(200, { 'Content-Type': 'application/json' }); response.end(`{"keys":[${'{"kty":"oct"},'.repeat(100000)}{}]}`); return; }
    json(response, 200, { keys });
  },
  '/auth': (request, response, query) => {
    const code = `code-${codes.size}`;
    codes.set(code, { nonce: query.get('nonce'), challenge: query.get('code_challenge'), redirect: query.get('redirect_uri') });
    const back = new URL(query.get('redirect_uri'));
    back.search = new URLSearchParams({ code, state: query.get('state'), ...lie.back }).toString();
    response.writeHead(302, { Location: back.href });
    response.end();
  },
  '/token': async (request, response) => {
    const form = new URLSearchParams(await body(request));
    const code = codes.get(form.get('code'));
    codes.delete(form.get('code'));
    const challenge = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url');
    if (!code || code.challenge !== challenge || code.redirect !== form.get('redirect_uri')) { json(response, 400, { error: 'invalid_grant' }); return; }
    if (lie.token) { response.writeHead(lie.token.status ?? 200, { 'Content-Type': 'text/html' }); response.end(lie.token.text); return; }
    json(response, 200, { access_token: 'an access token', token_type: 'Bearer', id_token: await token(code) });
  },
  '/me': (request, response) => json(response, 200, { sub: 'ada', ...lie.me }),
  '/logout_token': async (request, response) => {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: issuer, aud: 'stoa', sub: 'ada', iat: now, jti: `${now}-${Math.random()}`, events: { 'http://schemas.openid.net/event/backchannel-logout': {} }, ...lie.logout };
    json(response, 200, { token: await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'first', typ: 'logout+jwt' }).sign((lie.key === 'stranger' ? stranger : first).privateKey) });
  },
};
server.on('request', (request, response) => {
  const url = new URL(request.url, issuer);
  const route = routes[url.pathname];
  if (route) route(request, response, url.searchParams);
  else json(response, 404, {});
});
console.log(`READY ${issuer}`);
