import { BlockList, isIPv4, isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'

const own = new BlockList()
own.addSubnet('127.0.0.0', 8, 'ipv4')
own.addSubnet('169.254.0.0', 16, 'ipv4')
own.addSubnet('0.0.0.0', 8, 'ipv4')
// Where Azure answers the machine that asks: https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
own.addAddress('168.63.129.16', 'ipv4')
own.addAddress('::1', 'ipv6')
own.addAddress('::', 'ipv6')
own.addSubnet('fe80::', 10, 'ipv6')

/** True for loopback, link-local and unspecified addresses and those of this machine, also where IPv6 holds an IPv4 address. */
export function isOwnAddress(address: string): boolean {
  const plain = address.replace(/%.*$/, '')
  if (isIPv4(plain)) return own.check(plain, 'ipv4') || isOfInterface(plain)
  if (!isIPv6(plain)) return false
  const embedded = embeddedIn(plain)
  if (embedded !== undefined) return isOwnAddress(embedded)
  return own.check(plain, 'ipv6') || isOfInterface(plain)
}

function isOfInterface(address: string): boolean {
  return Object.values(networkInterfaces()).some((each) =>
    each?.some((known) => known.address === address),
  )
}

// Mapped, compatible, and through NAT64 or 6to4: https://www.rfc-editor.org/rfc/rfc4291#section-2.5.5
function embeddedIn(address: string): string | undefined {
  const { hostname } = new URL(`http://[${address}]/`)
  const [, mapped, natted, compatible, six] =
    /^\[(?:::ffff:([\da-f]+:[\da-f]+)|64:ff9b::([\da-f]+:[\da-f]+)|::([\da-f]+:[\da-f]+)|2002:([\da-f]+:[\da-f]+):.*)\]$/.exec(
      hostname,
    ) ?? []
  const groups = mapped ?? natted ?? compatible ?? six
  if (groups === undefined) return undefined
  const [high = 0, low = 0] = groups.split(':').map((each) => Number.parseInt(each, 16))
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}
