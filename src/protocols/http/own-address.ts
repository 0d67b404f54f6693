import { BlockList, isIPv4, isIPv6 } from 'node:net'

const own = new BlockList()
own.addSubnet('127.0.0.0', 8, 'ipv4')
own.addSubnet('169.254.0.0', 16, 'ipv4')
own.addSubnet('0.0.0.0', 8, 'ipv4')
own.addAddress('::1', 'ipv6')
own.addAddress('::', 'ipv6')
own.addSubnet('fe80::', 10, 'ipv6')

/** True for loopback, link-local and unspecified addresses, also those written as IPv6. */
export function isOwnAddress(address: string): boolean {
  const plain = address.replace(/%.*$/, '')
  if (isIPv4(plain)) return own.check(plain, 'ipv4')
  if (!isIPv6(plain)) return false
  const [, embedded] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain) ?? []
  if (embedded !== undefined) return own.check(embedded, 'ipv4')
  return own.check(plain, 'ipv6')
}
