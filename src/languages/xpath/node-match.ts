import type { NodeMatch } from './axes.ts'
import type { Compilation } from './compilation.ts'
import type { Step } from './syntax-tree.ts'

/** The test of a step as a closure. https://www.w3.org/TR/xpath-10/#node-tests */
export function compileNodeTest(step: Step, compilation: Compilation): NodeMatch {
  const { test } = step
  const principal =
    step.axis === 'attribute' ? 'attribute' : step.axis === 'namespace' ? 'namespace' : 'element'
  switch (test.kind) {
    case 'node':
      return () => true
    case 'text':
    case 'comment': {
      const { kind } = test
      return (node) => node.kind === kind
    }
    case 'instruction': {
      const { target } = test
      return (node) =>
        node.kind === 'instruction' && (target === undefined || node.name.local === target)
    }
    case 'anyName':
      return (node) => node.kind === principal
    case 'anyLocal': {
      const { uri } = compilation.expand({ prefix: test.prefix, local: '*' }, step.offset)
      return (node) => node.kind === principal && node.name.uri === uri
    }
    case 'name': {
      const { uri, local } = compilation.expand(test, step.offset)
      return (node) => {
        if (node.kind !== principal) return false
        const { name } = node
        return name.local === local && name.uri === uri
      }
    }
  }
}
