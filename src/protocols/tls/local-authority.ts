// Survives a crash: the authority and its server certificate, as files. A file is written whole under another name
// first; a key without its certificate, or the other way round, is not used but made anew.
import { X509Certificate, createPrivateKey } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock, Timer } from '../../base/clock.ts'
import { newUuid } from '../../base/ids.ts'
import { azureHostNames, localHostNames } from './azure-host-names.ts'
import { issueCertificate } from './certificate.ts'
import type { Credential } from './certificate.ts'
import {
  authorityLifeMs,
  backdatingMs,
  certificateLifeMs,
  renewalCheckMs,
  renewalMarginMs,
} from './limits.ts'

/** A certificate authority that only this machine knows, and one certificate of it for all local services. */
export interface LocalAuthority {
  /** What clients have to trust: the value of `NODE_EXTRA_CA_CERTS`. */
  readonly caPath: string
  readonly ca: string
  /** The chain and key that servers present. */
  readonly server: Credential
}

export interface LocalAuthorityOptions {
  /** Made when it does not exist, readable by its owner alone. */
  readonly dir: string
  readonly clock: Clock
  /** Host names and addresses; default this machine and the mapped names of Azure. */
  readonly names?: readonly string[]
}

/** Reads the authority of a folder; makes it, or a new server certificate, when there is none that will do. */
export async function openLocalAuthority(options: LocalAuthorityOptions): Promise<LocalAuthority> {
  const { dir, clock, names = [...localHostNames, ...azureHostNames] } = options
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const nowMs = clock.now()
  const ca = readCredential(dir, 'ca') ?? undefined
  const authority = ca && isFresh(ca, nowMs) ? ca : await newAuthority(dir, nowMs)
  const known = readCredential(dir, 'server')
  const isGood = known && isFresh(known, nowMs) && isFor(known, authority, names)
  const server = isGood ? known : await newServer({ dir, authority, names, nowMs })
  return {
    caPath: join(dir, 'ca.pem'),
    ca: authority.cert,
    server: { cert: server.cert + authority.cert, key: server.key },
  }
}

/** Looks at the certificate now and then, and tells of a new one; ends with the function that it returns. */
export function watchCertificate(
  options: LocalAuthorityOptions & { readonly onRenewed: (server: Credential) => void },
): () => void {
  let known = readCredential(options.dir, 'server')?.key
  let timer = schedule()
  return () => timer.cancel()
  function schedule(): Timer {
    return options.clock.after(renewalCheckMs, () => void check())
  }
  async function check(): Promise<void> {
    timer = schedule()
    const { server } = await openLocalAuthority(options)
    if (server.key === known) return
    known = server.key
    options.onRenewed(server)
  }
}

async function newAuthority(dir: string, nowMs: number): Promise<Credential> {
  const authority = await issueCertificate({
    // Two authorities of one name confuse clients that trust both.
    commonName: `Interline local authority ${newUuid().slice(0, 8)}`,
    purpose: 'authority',
    names: [],
    notBeforeMs: nowMs - backdatingMs,
    notAfterMs: nowMs + authorityLifeMs,
  })
  writeCredential(dir, 'ca', authority)
  return authority
}

async function newServer(options: {
  dir: string
  authority: Credential
  names: readonly string[]
  nowMs: number
}): Promise<Credential> {
  const server = await issueCertificate({
    commonName: 'Interline',
    purpose: 'server',
    names: options.names,
    notBeforeMs: options.nowMs - backdatingMs,
    notAfterMs: options.nowMs + certificateLifeMs,
    issuer: options.authority,
  })
  writeCredential(options.dir, 'server', server)
  return server
}

function isFresh({ cert }: Credential, nowMs: number): boolean {
  const { validFrom, validTo } = new X509Certificate(cert)
  return Date.parse(validFrom) <= nowMs && Date.parse(validTo) - renewalMarginMs > nowMs
}

function isFor(server: Credential, authority: Credential, names: readonly string[]): boolean {
  const certificate = new X509Certificate(server.cert)
  const ca = new X509Certificate(authority.cert)
  const isOurs = certificate.checkIssued(ca) && certificate.verify(ca.publicKey)
  const held = (certificate.subjectAltName ?? '').split(', ').map(plainName)
  return isOurs && held.length === names.length && names.every((name) => held.includes(name))
}

/** OpenSSL writes `DNS:localhost` and `IP Address:0:0:0:0:0:0:0:1`. */
function plainName(text: string): string {
  const name = text.slice(text.indexOf(':') + 1)
  return name === '0:0:0:0:0:0:0:1' ? '::1' : name
}

function readCredential(dir: string, name: string): Credential | undefined {
  try {
    const cert = readFileSync(join(dir, `${name}.pem`), 'utf8')
    const key = readFileSync(join(dir, `${name}-key.pem`), 'utf8')
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))
      ? { cert, key }
      : undefined
  } catch {
    // Missing or damaged: a new one is as good, since nothing else rests on it.
    return undefined
  }
}

function writeCredential(dir: string, name: string, { cert, key }: Credential): void {
  writeWhole(join(dir, `${name}-key.pem`), key, 0o600)
  writeWhole(join(dir, `${name}.pem`), cert, 0o644)
}

function writeWhole(file: string, text: string, mode: number): void {
  writeFileSync(`${file}.new`, text, { mode })
  renameSync(`${file}.new`, file)
}
