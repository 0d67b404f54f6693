// A web application, a device and an API as people write them, with the official library; it prints what they got.
import {
  ConfidentialClientApplication,
  CryptoProvider,
  PublicClientApplication,
} from '@azure/msal-node'
import type { AuthenticationResult } from '@azure/msal-node'

const { AUTHORITY = '', TENANT = '', WEB = '', WEB_SECRET = '' } = process.env
const { API = '', API_SECRET = '', DEVICE = '', PERSON = '' } = process.env
const authority = `${AUTHORITY}/${TENANT}`
const knownAuthorities = [new URL(AUTHORITY).host]
const redirectUri = 'http://localhost:3000/signed-in'
const scopes = ['api://flights/Flights.Read']

const web = new ConfidentialClientApplication({
  auth: { clientId: WEB, clientSecret: WEB_SECRET, authority, knownAuthorities },
})
const { verifier, challenge } = await new CryptoProvider().generatePkceCodes()
const asked = { scopes, redirectUri, state: 'here' }
const page = await fetch(
  await web.getAuthCodeUrl({ ...asked, codeChallenge: challenge, codeChallengeMethod: 'S256' }),
)
const redirect = new URL((await choosePerson(page)).headers.get('location') ?? '')
const signedIn = await web.acquireTokenByCode({
  code: redirect.searchParams.get('code') ?? '',
  scopes,
  redirectUri,
  codeVerifier: verifier,
})
const [account] = await web.getTokenCache().getAllAccounts()
const silent = account && (await web.acquireTokenSilent({ account, scopes }))
const refreshed = account && (await web.acquireTokenSilent({ account, scopes, forceRefresh: true }))

const api = new ConfidentialClientApplication({
  auth: { clientId: API, clientSecret: API_SECRET, authority, knownAuthorities },
})
const onBehalf = await api.acquireTokenOnBehalfOf({
  oboAssertion: signedIn.accessToken,
  scopes: ['https://graph.microsoft.com/User.Read'],
})

const device = new PublicClientApplication({
  auth: { clientId: DEVICE, authority, knownAuthorities },
})
const byCode = await device.acquireTokenByDeviceCode({
  scopes,
  deviceCodeCallback: ({ verificationUri, userCode }) => {
    void typeCode(verificationUri, userCode)
  },
})

process.stdout.write(
  JSON.stringify({
    account: account?.username,
    isSilentFromCache: silent?.fromCache,
    isRefreshFromCache: refreshed?.fromCache,
    signedIn: claimsOf(signedIn),
    onBehalf: claimsOf(onBehalf),
    byCode: claimsOf(byCode),
  }),
)

async function typeCode(verificationUri: string, userCode: string): Promise<void> {
  const body = new URLSearchParams({ user_code: userCode })
  await choosePerson(await fetch(verificationUri, { method: 'POST', body }))
}

async function choosePerson(shown: Response): Promise<Response> {
  const [, request = ''] = /name="request" value="([^"]+)"/.exec(await shown.text()) ?? []
  const body = new URLSearchParams({ request, user: PERSON })
  return fetch(`${authority}/login`, { method: 'POST', body, redirect: 'manual' })
}

function claimsOf(result: AuthenticationResult | null): unknown {
  const [, payload = ''] = (result?.accessToken ?? '').split('.')
  return JSON.parse(Buffer.from(payload, 'base64url').toString())
}
