import { BlockList, isIP } from 'node:net'
import type { GatewayCall } from '../gateway/gateway-call.ts'
import { PolicyError } from '../gateway/policy-error.ts'
import type { PolicySource } from '../gateway/policy-source.ts'
import type { PolicyDefinition } from '../gateway/policy-step.ts'

/** https://learn.microsoft.com/azure/api-management/ip-filter-policy */
export const ipFilter: PolicyDefinition = {
  name: 'ip-filter',
  sections: ['inbound'],
  attributes: ['action'],
  elements: ['address', 'address-range'],
  compile(source) {
    const action = source.choice('action', ['allow', 'forbid'])
    if (!action) throw source.fault("The required attribute 'action' is missing.")
    const addresses = source.children('address').map((each) => each.contentText())
    const ranges = source.children('address-range').map(compileRange)
    return (call) => {
      const { ipAddress } = call.request
      const isListed =
        addresses.some((each) => each.read(call).trim() === ipAddress) ||
        ranges.some((isInside) => isInside(call))
      if (isListed === (action.read(call) === 'allow')) return
      throw new PolicyError({
        source: source.name,
        reason: isListed ? 'CallerIpBlocked' : 'CallerIpNotAllowed',
        message: isListed
          ? 'Caller IP address is blocked. Access denied.'
          : `Caller IP address ${ipAddress} is not allowed. Access denied.`,
        status: 403,
        answer: 'Forbidden',
      })
    }
  },
}

function compileRange(source: PolicySource): (call: GatewayCall) => boolean {
  const from = source.requiredText('from')
  const to = source.requiredText('to')
  return (call) => {
    const { ipAddress } = call.request
    const [first, last] = [from.read(call).trim(), to.read(call).trim()]
    const family = isIP(ipAddress) === 6 ? 'ipv6' : 'ipv4'
    if (isIP(first) !== isIP(ipAddress) || isIP(last) !== isIP(ipAddress)) return false
    const list = new BlockList()
    list.addRange(first, last, family)
    return list.check(ipAddress, family)
  }
}
