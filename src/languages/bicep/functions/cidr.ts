import { isIPv4, isIPv6 } from 'node:net'
import { type Arguments, type FunctionTable, takes } from '../frame.ts'

/** https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions-cidr */
export const cidrFunctions: FunctionTable = {
  parseCidr: takes(1, 1, (args) => {
    const network = parse(args, args.text(0))
    const last = network.first + size(network) - 1n
    const isHostRange = network.bits === 32 && network.prefix < 31
    return {
      network: write(network.first, network.bits),
      netmask: write(mask(network), network.bits),
      ...(network.bits === 32 ? { broadcast: write(last, 32) } : {}),
      firstUsable: write(network.first + (isHostRange ? 1n : 0n), network.bits),
      lastUsable: write(last - (isHostRange ? 1n : 0n), network.bits),
      cidr: network.prefix,
    }
  }),
  cidrSubnet: takes(3, 3, (args) => {
    const network = parse(args, args.text(0))
    const prefix = args.whole(1)
    const index = BigInt(args.whole(2))
    if (prefix < network.prefix || prefix > network.bits || index < 0n) {
      throw args.fail(`a network of /${network.prefix} has no subnet ${index} of /${prefix}.`)
    }
    const part = { ...network, prefix }
    const first = network.first + index * size(part)
    if (first >= network.first + size(network)) {
      throw args.fail(`a network of /${network.prefix} has no subnet ${index} of /${prefix}.`)
    }
    return `${write(first, network.bits)}/${prefix}`
  }),
  cidrHost: takes(2, 2, (args) => {
    const network = parse(args, args.text(0))
    const offset = BigInt(args.whole(1)) + (network.bits === 32 && network.prefix < 31 ? 1n : 0n)
    if (offset < 0n || offset >= size(network)) {
      throw args.fail(`"${args.text(0)}" has no host ${args.whole(1)}.`)
    }
    return write(network.first + offset, network.bits)
  }),
}

interface Network {
  readonly first: bigint
  readonly prefix: number
  readonly bits: 32 | 128
}

function parse(args: Arguments, text: string): Network {
  const [address = '', prefixText = ''] = text.split('/')
  const bits = isIPv4(address) ? 32 : isIPv6(address) ? 128 : undefined
  const prefix = Number(prefixText)
  if (bits === undefined || !/^\d+$/.test(prefixText) || prefix > bits) {
    throw args.fail(`"${text}" is not a valid CIDR notation.`)
  }
  const value = bits === 32 ? readGroups(address.split('.'), 8, 10) : readIpv6(address)
  const network = { first: value, prefix, bits } as const
  return { ...network, first: value & mask(network) }
}

function size(network: Network): bigint {
  return 1n << BigInt(network.bits - network.prefix)
}

function mask(network: Network): bigint {
  return (1n << BigInt(network.bits)) - size(network)
}

function readGroups(groups: readonly string[], groupBits: number, radix: number): bigint {
  let value = 0n
  for (const group of groups) {
    value = (value << BigInt(groupBits)) | BigInt(Number.parseInt(group || '0', radix))
  }
  return value
}

function readIpv6(text: string): bigint {
  const [left = '', right] = text.split('::')
  const before = left === '' ? [] : left.split(':')
  const after = right === undefined || right === '' ? [] : right.split(':')
  const missing = right === undefined ? 0 : 8 - before.length - after.length
  return readGroups([...before, ...Array.from({ length: missing }, () => '0'), ...after], 16, 16)
}

function write(value: bigint, bits: 32 | 128): string {
  if (bits === 32) {
    return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.')
  }
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((value >> BigInt(112 - index * 16)) & 0xffffn).toString(16),
  )
  return shorten(groups)
}

// The longest run of zero groups is written `::`.
function shorten(groups: readonly string[]): string {
  const runs = [...groups.join(':').matchAll(/(?<=^|:)0(?::0)+(?=:|$)/g)]
  const longest = runs.toSorted((left, right) => right[0].length - left[0].length)[0]
  const text = groups.join(':')
  if (!longest) return text
  const before = text.slice(0, longest.index).replace(/:$/, '')
  const after = text.slice(longest.index + longest[0].length).replace(/^:/, '')
  return `${before}::${after}`
}
