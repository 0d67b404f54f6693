import type { PolicyDefinition } from '../gateway/policy-step.ts'

/** https://learn.microsoft.com/azure/api-management/emit-metric-policy */
export const emitMetric: PolicyDefinition = {
  name: 'emit-metric',
  sections: ['inbound', 'backend', 'outbound', 'on-error'],
  attributes: ['name', 'namespace', 'value'],
  elements: ['dimension'],
  compile(source) {
    const name = source.requiredText('name')
    const namespace = source.text('namespace')
    const value = source.text('value')
    const dimensions = source.children('dimension').map((each) => ({
      name: each.requiredText('name'),
      value: each.text('value'),
    }))
    return (call) => {
      const facts = dimensions.map(
        (each) => ` ${each.name.read(call)}=${each.value?.read(call) ?? ''}`,
      )
      const metric = `${namespace ? `${namespace.read(call)}/` : ''}${name.read(call)}`
      call.parts.telemetry.log({
        context: call.trace,
        source: `${call.parts.service.name}/metrics`,
        timeMs: call.parts.clock.now(),
        level: 'information',
        message: `${metric}=${value?.read(call) ?? '1'}${facts.join('')}`,
      })
    }
  },
}
