import { ServiceError } from '../../base/errors.ts'
import { newUuid } from '../../base/ids.ts'
import type { HttpHandler } from '../../protocols/http/server.ts'
import { identityHeaderInvalid, identityRequestInvalid } from './errors.ts'
import type { ManagedIdentities } from './managed-identities.ts'
import { RequestParameters } from './token-request.ts'

const apiVersion = '2019-08-01'

/**
 * Answers at `IDENTITY_ENDPOINT`, over plain HTTP as in App Service; only this machine may reach it.
 * https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
 */
export function managedIdentityHandler(identities: ManagedIdentities): HttpHandler {
  return (request, response) => {
    try {
      const url = new URL(request.url ?? '/', 'http://localhost')
      if (request.method !== 'GET') throw identityRequestInvalid('The method must be GET.')
      const header = request.headers['x-identity-header']
      if (typeof header !== 'string') throw identityHeaderInvalid()
      send(200, tokenBody(identities, header, new RequestParameters(url.searchParams)))
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error
      const { status, message } = error
      send(status, { statusCode: status, message, correlationId: newUuid() })
    }
    function send(status: number, body: object): void {
      const text = JSON.stringify(body)
      response.writeHead(status, {
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(text),
        'cache-control': 'no-store',
        ...(request.complete ? {} : { connection: 'close' }),
      })
      response.end(text)
    }
  }
}

function tokenBody(
  identities: ManagedIdentities,
  header: string,
  parameters: RequestParameters,
): object {
  if (parameters.get('api-version') !== apiVersion) {
    throw identityRequestInvalid(`The api-version must be ${apiVersion}.`)
  }
  const resource = parameters.get('resource')
  if (resource === undefined) throw identityRequestInvalid("The parameter 'resource' is required.")
  const [clientId, principalId] = [parameters.get('client_id'), parameters.get('principal_id')]
  const resourceId = parameters.get('mi_res_id') ?? parameters.get('msi_res_id')
  const issued = identities.token(header, resource, {
    ...(clientId === undefined ? {} : { clientId }),
    ...(principalId === undefined ? {} : { principalId }),
    ...(resourceId === undefined ? {} : { resourceId }),
  })
  return {
    access_token: issued.token,
    expires_on: String(issued.expiresOnSeconds),
    resource,
    token_type: 'Bearer',
    client_id: issued.identity.clientId,
  }
}
