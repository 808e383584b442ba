// A relying party in one file: npm install openid-client (6.x), node app.mjs, then open http://127.0.0.1:9501/
import * as oidc from 'openid-client'
import { createServer } from 'node:http'
import { randomUUID } from 'node:crypto'

const issuer = new URL(process.env.ISSUER ?? 'http://localhost:9400')
const client = { id: process.env.CLIENT_ID ?? 'web', secret: process.env.CLIENT_SECRET }
const here = 'http://127.0.0.1:9501'
const clinic = process.env.CLINIC // its slug, where one installation of the app serves one clinic

const config = await oidc.discovery(issuer, client.id, undefined, oidc.ClientSecretBasic(client.secret), {
  execute: issuer.protocol === 'http:' ? [oidc.allowInsecureRequests] : [], // only for a --dev issuer
})
const MFA = 'https://refeds.org/profile/mfa'
const under_way = new Map() // per browser: what must come back unchanged
const signed_in = new Map() // per browser: the tokens

createServer(async (request, response) => {
  const url = new URL(request.url, here)
  const browser = /app=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1] ?? randomUUID()
  response.setHeader('Set-Cookie', `app=${browser}; HttpOnly; SameSite=Lax; Path=/`)
  const redirect = (to) => response.writeHead(303, { Location: to }).end()
  const sign_in = async (more = {}) => {
    const visit = { verifier: oidc.randomPKCECodeVerifier(), state: oidc.randomState(), nonce: oidc.randomNonce() }
    under_way.set(browser, visit)
    redirect(oidc.buildAuthorizationUrl(config, {
      redirect_uri: `${here}/callback`,
      scope: 'openid profile email',
      state: visit.state,
      nonce: visit.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(visit.verifier),
      code_challenge_method: 'S256',
      ...(clinic && { tenant: clinic }),
      ...more,
    }).href)
  }
  try {
    if (url.pathname === '/callback') {
      const visit = under_way.get(browser)
      under_way.delete(browser)
      const tokens = await oidc.authorizationCodeGrant(config, url, {
        pkceCodeVerifier: visit?.verifier, expectedState: visit?.state, expectedNonce: visit?.nonce,
      })
      signed_in.set(browser, tokens)
      return redirect('/')
    }
    const tokens = signed_in.get(browser)
    if (!tokens) return await sign_in()
    const { sub, tenant_id, amr, acr, auth_time } = tokens.claims()
    if (url.pathname === '/payroll' && !amr.includes('otp')) {
      // Binding: this page is for people who showed a 6-digit code.
      return await sign_in({ claims: JSON.stringify({ id_token: { acr: { essential: true, value: MFA } } }) })
    }
    if (url.pathname === '/refresh') {
      signed_in.set(browser, Object.assign(tokens, await oidc.refreshTokenGrant(config, tokens.refresh_token)))
    }
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify({ sub, tenant_id, amr, acr, auth_time }))
  } catch (error) {
    // The clinic has ticked its box: nothing is lost, the person signs in again and comes back here.
    if (error.cause?.grant === 'suspended' || error.error === 'invalid_grant') {
      signed_in.delete(browser)
      return await sign_in()
    }
    response.writeHead(400).end(`${error.error ?? error.code}: ${error.error_description ?? error.message}`)
  }
}).listen(9501, '127.0.0.1', () => console.log(`${here}/`))
