import type { VerificationKey } from '../../../protocols/auth/key-set.ts'
import { signatureAlgorithms } from '../../../protocols/auth/signature-algorithm.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'
import {
  compileClaim,
  compileRefusal,
  compileTokenPlace,
  listOf,
  toPolicyJwt,
  verified,
} from './validate-jwt.ts'

/** https://learn.microsoft.com/azure/api-management/validate-azure-ad-token-policy */
export const validateAzureAdToken: PolicyDefinition = {
  name: 'validate-azure-ad-token',
  sections: ['inbound'],
  attributes: [
    'tenant-id',
    'header-name',
    'query-parameter-name',
    'token-value',
    'authentication-endpoint',
    'failed-validation-httpcode',
    'failed-validation-error-message',
    'output-token-variable-name',
  ],
  elements: ['client-application-ids', 'backend-application-ids', 'audiences', 'required-claims'],
  compile(source) {
    const tenant = source.requiredText('tenant-id')
    const authority = source.text('authentication-endpoint')
    const readToken = compileTokenPlace(source)
    const texts = (list: string, item: string) =>
      listOf(source, list, item).map((each) => each.contentText())
    const clients = texts('client-application-ids', 'application-id')
    const backends = texts('backend-application-ids', 'application-id')
    const audiences = texts('audiences', 'audience')
    const claims = listOf(source, 'required-claims', 'claim').map(compileClaim)
    const output = source.text('output-token-variable-name')
    const keys: readonly VerificationKey[] = []
    const refuse = compileRefusal(source)
    return async (call) => {
      const token = readToken(call)
      if (token === undefined) throw refuse(call, 'TokenNotPresent', 'JWT not present.')
      const host = (authority?.read(call) ?? 'login.microsoftonline.com').replace(
        /^https:\/\/|\/$/g,
        '',
      )
      const id = tenant.read(call).trim()
      const accepted = [
        ...audiences.map((each) => each.read(call).trim()),
        ...backends.flatMap((each) => [each.read(call).trim(), `api://${each.read(call).trim()}`]),
      ]
      const jwt = await verified(call, {
        token,
        sources: {
          metadataUrls: [`https://${host}/${id}/v2.0/.well-known/openid-configuration`],
          keys,
          issuers: [`https://${host}/${id}/v2.0`, `https://sts.windows.net/${id}/`],
        },
        rules: {
          algorithms: signatureAlgorithms,
          ...(accepted.length > 0 ? { audiences: accepted } : {}),
        },
        refuse,
      })
      const client = jwt.claims['appid'] ?? jwt.claims['azp']
      const allowed = clients.map((each) => each.read(call).trim())
      if (allowed.length > 0 && !allowed.some((each) => each === client)) {
        const message = 'The application of the token is not allowed. Access denied.'
        throw refuse(call, 'TokenClientNotAllowed', message)
      }
      for (const check of claims) {
        const fault = check(jwt, call)
        if (fault) throw refuse(call, fault.reason, fault.message)
      }
      if (output) call.variables.set(output.read(call), toPolicyJwt(jwt))
    }
  },
}
