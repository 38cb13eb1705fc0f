// An identity provider of SAML (npm samlify) on this machine. Argument: a JSON object with key, cert, other_key, other_cert (PEM) and sp (our
// metadata). GET /metadata gives its own; GET /sso answers a request at once, with a JSON object of what a browser would post. The parameter
// `lie` is a JSON object that changes the answer. Says "READY <address>" when it answers.
import { createServer } from 'node:http';
import { randomUUID } from 'node:crypto';
import samlify from 'samlify';

samlify.setSchemaValidator({ validate: async () => 'good' });
const wanted = JSON.parse(process.argv[2]);
const server = createServer();
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const address = `http://127.0.0.1:${server.address().port}`;
const PERSISTENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';

const response = `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{ID}" Version="2.0" IssueInstant="{IssueInstant}" Destination="{Destination}" InResponseTo="{InResponseTo}"><saml:Issuer>{Issuer}</saml:Issuer><samlp:Status><samlp:StatusCode Value="{StatusCode}"/></samlp:Status><saml:Assertion ID="{AssertionID}" Version="2.0" IssueInstant="{IssueInstant}"><saml:Issuer>{AssertionIssuer}</saml:Issuer><saml:Subject><saml:NameID Format="{NameIDFormat}">{NameID}</saml:NameID><saml:SubjectConfirmation Method="{Method}"><saml:SubjectConfirmationData NotOnOrAfter="{SubjectNotOnOrAfter}" Recipient="{Recipient}" InResponseTo="{SubjectInResponseTo}"/></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="{NotBefore}" NotOnOrAfter="{NotOnOrAfter}"><saml:AudienceRestriction><saml:Audience>{Audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="{IssueInstant}" SessionIndex="{AssertionID}"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement><saml:Attribute Name="urn:oid:0.9.2342.19200300.100.1.3" FriendlyName="mail"><saml:AttributeValue>{mail}</saml:AttributeValue></saml:Attribute><saml:Attribute Name="givenName"><saml:AttributeValue>{givenName}</saml:AttributeValue></saml:Attribute><saml:Attribute Name="sn"><saml:AttributeValue>{sn}</saml:AttributeValue></saml:Attribute><saml:Attribute Name="groups"><saml:AttributeValue>staff</saml:AttributeValue><saml:AttributeValue>maps</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion></samlp:Response>`;

const provider = (privateKey, signingCert) => samlify.IdentityProvider({
  entityID: `${address}/metadata`, privateKey, signingCert, isAssertionEncrypted: false, nameIDFormat: [PERSISTENT], wantAuthnRequestsSigned: false,
  requestSignatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  singleSignOnService: [{ Binding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect', Location: `${address}/sso` }],
  loginResponseTemplate: { context: response, attributes: [] },
});
const idp = provider(wanted.key, wanted.cert), stranger = provider(wanted.other_key, wanted.other_cert);
const portal = (more) => samlify.ServiceProvider({ metadata: wanted.sp, ...more });
let last = '';

const when = (seconds) => new Date(Date.now() + seconds * 1000).toISOString();

function words(request, lie) {
  const id = lie.assertion_id ?? `_${randomUUID()}`;
  const acs = /Location="([^"]+)"/.exec(wanted.sp)[1], entity = /entityID="([^"]+)"/.exec(wanted.sp)[1];
  const all = {
    ID: `_${randomUUID()}`, AssertionID: id, IssueInstant: when(0), Destination: acs, InResponseTo: request, Issuer: `${address}/metadata`,
    StatusCode: 'urn:oasis:names:tc:SAML:2.0:status:Success', NameIDFormat: PERSISTENT, NameID: 'person-1', Method: 'urn:oasis:names:tc:SAML:2.0:cm:bearer',
    SubjectNotOnOrAfter: when(300), Recipient: acs, NotBefore: when(-5), NotOnOrAfter: when(300), Audience: entity, mail: 'sam@saml.example',
    givenName: 'Sam', sn: 'Öztürk', ...lie.words,
  };
  for (const name of ['SubjectNotOnOrAfter', 'NotOnOrAfter', 'NotBefore']) if (typeof all[name] === 'number') all[name] = when(all[name]);
  all.AssertionIssuer ??= all.Issuer;
  all.SubjectInResponseTo ??= all.InResponseTo;
  return [id, all];
}

// What a forger does to a document that was signed.
const forgeries = {
  unsigned: (x) => x.replace(/<ds:Signature[\s\S]*<\/ds:Signature>/, ''),
  changed: (x) => x.replace('sam@saml.example', 'root@isoc.example'),
  name: (x) => x.replace('>person-1<', '>person-2<'),
  // A second assertion, unsigned, in front of or behind the signed one, or around it.
  before: (x) => x.replace(/(<saml:Assertion[\s\S]*<\/saml:Assertion>)/, (a) => forged(a) + a),
  after: (x) => x.replace(/(<saml:Assertion[\s\S]*<\/saml:Assertion>)/, (a) => a + forged(a)),
  around: (x) => x.replace(/(<saml:Assertion[\s\S]*<\/saml:Assertion>)/, (a) => forged(a).replace('</saml:Assertion>', `<saml:Advice>${a}</saml:Advice></saml:Assertion>`)),
  object: (x) => x.replace(/(<saml:Assertion[\s\S]*<\/saml:Assertion>)/, (a) => { const s = /<ds:Signature[\s\S]*<\/ds:Signature>/.exec(a)[0]; const bare = a.replace(s, '');
    return forged(a).replace('<saml:Subject>', `${s.replace('</ds:Signature>', `<ds:Object>${bare}</ds:Object></ds:Signature>`)}<saml:Subject>`); }),
  doctype: (x) => `<!DOCTYPE x [<!ENTITY e "boom">]>${x}`,
  bomb: (x) => `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>${x.replace('Sam', '&c;')}`,
  deep: (x) => x.replace('<saml:Advice>', '').replace('</samlp:Status>', `${'<a>'.repeat(5000)}${'</a>'.repeat(5000)}</samlp:Status>`),
  cut: (x) => x.slice(0, x.length / 2),
  none: () => '',
  noise: () => 'no xml at all \u0000\u0001',
  encrypted: (x) => x.replace(/<saml:Assertion[\s\S]*<\/saml:Assertion>/, '<saml:EncryptedAssertion><x/></saml:EncryptedAssertion>'),
};
const forged = (a) => a.replace(/<ds:Signature[\s\S]*<\/ds:Signature>/, '').replace(/ID="[^"]+"/, 'ID="_forged"').replaceAll('person-1', 'person-2').replaceAll('sam@saml.example', 'root@isoc.example');

server.on('request', async (request, answer) => {
  const url = new URL(request.url, address);
  try {
    if (url.pathname === '/metadata') { answer.setHeader('Content-Type', 'application/xml'); answer.end(idp.getMetadata()); return; }
    const lie = JSON.parse(url.searchParams.get('lie') ?? '{}');
    const query = { SAMLRequest: url.searchParams.get('SAMLRequest'), RelayState: url.searchParams.get('RelayState') };
    const parsed = await idp.parseLoginRequest(portal({}), 'redirect', { query });
    const [id, all] = words(parsed.extract.request.id, lie);
    const replace = (template) => ({ id, context: samlify.SamlLib.replaceTagsByValue(template, all) });
    const sp = portal(lie.sign === 'message' ? { wantMessageSigned: true } : {});
    let { context } = await (lie.stranger ? stranger : idp).createLoginResponse(sp, parsed, 'post', {}, replace);
    if (lie.forge) context = Buffer.from(forgeries[lie.forge](Buffer.from(context, 'base64').toString())).toString('base64');
    if (lie.again) context = last;
    last = context;
    answer.setHeader('Content-Type', 'application/json');
    answer.end(JSON.stringify({ SAMLResponse: context, RelayState: query.RelayState, request: parsed.extract }));
  } catch (e) {
    answer.statusCode = 500;
    answer.end(String(e?.stack ?? e));
  }
});
console.log(`READY ${address}`);
