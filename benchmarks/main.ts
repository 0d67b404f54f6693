/** `npm run bench -- NAME...`: each benchmark prints its medians and their ratio to a floor of the same run. */
const benchmarks: Readonly<Record<string, () => Promise<void>>> = {
  store: async () => (await import('./store.ts')).benchmarkStore(),
  functions: async () => (await import('./functions.ts')).benchmarkFunctions(),
  chain: async () => (await import('./chain.ts')).benchmarkChain(),
  uploads: async () => (await import('./chain.ts')).benchmarkUploads(),
  blobs: async () => (await import('./blobs.ts')).benchmarkBlobs(),
  queues: async () => (await import('./queues.ts')).benchmarkQueues(),
  'cosmos-db': async () => (await import('./cosmos-db.ts')).benchmarkCosmosDb(),
  'service-bus': async () => (await import('./service-bus.ts')).benchmarkServiceBus(),
  workflows: async () => (await import('./workflows.ts')).benchmarkWorkflows(),
  memory: async () => (await import('./chain.ts')).benchmarkMemory(),
  bicep: async () => (await import('./bicep.ts')).benchmarkBicep(),
  gateway: async () => (await import('./gateway.ts')).benchmarkGateway(),
  expressions: async () => (await import('./policy-expressions.ts')).benchmarkPolicyExpressions(),
}

const names = process.argv.slice(2)
for (const name of names.length > 0 ? names : Object.keys(benchmarks)) {
  const benchmark = benchmarks[name]
  if (!benchmark)
    throw new Error(`no benchmark '${name}': there are ${Object.keys(benchmarks).join(', ')}`)
  process.stdout.write(`\n${name}\n`)
  await benchmark()
}
process.exit(0)
