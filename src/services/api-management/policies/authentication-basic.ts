import type { PolicyDefinition } from '../gateway/policy-step.ts'

/** https://learn.microsoft.com/azure/api-management/authentication-basic-policy */
export const authenticationBasic: PolicyDefinition = {
  name: 'authentication-basic',
  sections: ['inbound'],
  attributes: ['username', 'password'],
  compile(source) {
    const username = source.requiredText('username')
    const password = source.requiredText('password')
    return (call) => {
      const pair = `${username.read(call)}:${password.read(call)}`
      const value = `Basic ${Buffer.from(pair).toString('base64')}`
      call.request.headers.set('Authorization', [value])
    }
  },
}
