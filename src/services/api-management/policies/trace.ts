import type { PolicyDefinition } from '../gateway/policy-step.ts'

const levels = { verbose: 'debug', information: 'information', error: 'error' } as const

/** https://learn.microsoft.com/azure/api-management/trace-policy */
export const trace: PolicyDefinition = {
  name: 'trace',
  sections: ['inbound', 'backend', 'outbound', 'on-error'],
  attributes: ['source', 'severity'],
  elements: ['message', 'metadata'],
  hasText: true,
  compile(source) {
    const origin = source.requiredText('source')
    const severity = source.choice('severity', ['verbose', 'information', 'error'])
    const message = source.child('message')?.contentText() ?? source.contentText()
    const metadata = source.children('metadata').map((each) => ({
      name: each.requiredText('name'),
      value: each.requiredText('value'),
    }))
    return (call) => {
      const text = message.read(call)
      const named = metadata.map(({ name, value }) => [name.read(call), value.read(call)])
      call.tracing?.add(call.section, origin.read(call), {
        message: text,
        severity: severity?.read(call) ?? 'verbose',
        metadata: Object.fromEntries(named),
      })
      const facts = named.map(([name, value]) => ` ${name}=${value}`)
      call.parts.telemetry.log({
        context: call.trace,
        source: `${call.parts.service.name}/${origin.read(call)}`,
        timeMs: call.parts.clock.now(),
        level: levels[severity?.read(call) ?? 'verbose'],
        message: `${text}${facts.join('')}`,
      })
    }
  },
}
