// A program as people write them, with the official library: it gets tokens and prints what is in them.
import {
  ClientCertificateCredential,
  ClientSecretCredential,
  DefaultAzureCredential,
  ManagedIdentityCredential,
} from '@azure/identity'
import type { TokenCredential } from '@azure/identity'

const { AUTHORITY = '', TENANT = '', CLIENT = '', SECRET = '', CERTIFICATE = '' } = process.env
const options = { authorityHost: AUTHORITY, disableInstanceDiscovery: true }
const scope = 'api://orders-api/.default'

const told = {
  secret: await claimsOf(new ClientSecretCredential(TENANT, CLIENT, SECRET, options), scope),
  wrongSecret: await claimsOf(new ClientSecretCredential(TENANT, CLIENT, 'wrong', options), scope),
  certificate: await claimsOf(
    new ClientCertificateCredential(TENANT, CLIENT, { certificate: CERTIFICATE }, options),
    scope,
  ),
  system: await claimsOf(new ManagedIdentityCredential(), 'https://vault.azure.net/.default'),
  user: await claimsOf(
    new ManagedIdentityCredential({ clientId: process.env['IDENTITY'] ?? '' }),
    'https://servicebus.azure.net//.default',
  ),
  default: await claimsOf(new DefaultAzureCredential(), 'https://storage.azure.com/.default'),
}
process.stdout.write(JSON.stringify(told))

async function claimsOf(credential: TokenCredential, wanted: string): Promise<unknown> {
  try {
    const { token } = (await credential.getToken(wanted)) ?? { token: '' }
    const [, payload = ''] = token.split('.')
    return JSON.parse(Buffer.from(payload, 'base64url').toString())
  } catch (error) {
    return { error: String(error) }
  }
}
