import { element, hueOf, svg } from './element.js'
import { layoutFlow, nodeHeight } from './flow-layout.js'
import { formatCount, formatMs, plural } from './format.js'
import { Pulses } from './pulses.js'

/** Narrower than this the map flows down instead of to the right. */
const verticalBelow = 720

/** Around the drawing, so that outlines are not cut off. */
const margin = 8

/** Narrower nodes have smaller names and fewer figures. */
const tightBelow = 140

/** A map that is too wide is drawn smaller, down to this; beyond it the page scrolls. */
const scaleMin = 0.8

/** Draws the flow map, keeps its counts up to date, and lets a pulse run along an arrow for new traffic. */
export class FlowView {
  constructor(container, { onChoose }) {
    this.container = container
    this.onChoose = onChoose
    this.pulses = new Pulses()
    this.graph = { nodes: [], arrows: [], omitted: 0 }
    this.shape = ''
    this.chosen = undefined
    new ResizeObserver(() => this.draw()).observe(container)
  }

  update(graph) {
    this.graph = graph
    this.draw()
    this.fillIn()
  }

  /** Marks the resource that the list is filtered by. */
  choose(resource) {
    this.chosen = resource
    for (const [id, group] of this.groups ?? []) {
      const node = this.graph.nodes.find((other) => other.id === id)
      group.setAttribute('aria-pressed', String(node?.resource === resource))
    }
  }

  draw() {
    const width = this.container.clientWidth
    const shape = JSON.stringify([
      width,
      this.graph.nodes.map((node) => node.id),
      this.graph.arrows.map((arrow) => [arrow.from, arrow.to]),
    ])
    if (shape === this.shape || width === 0) return
    this.shape = shape
    if (this.graph.nodes.length === 0) {
      const text = 'Nothing has happened yet. What moves between your services shows up here.'
      this.container.replaceChildren(element('p', { class: 'empty' }, text))
      return
    }
    const vertical = width < verticalBelow
    this.show(layoutFlow(this.graph, { vertical, length: width - 2 * margin }), width)
    this.fillIn()
    this.choose(this.chosen)
  }

  show(picture, width) {
    this.groups = new Map()
    this.lines = new Map()
    this.nodeWidth = picture.nodeWidth
    const fullWidth = Math.max(picture.width + 2 * margin, 1)
    const height = picture.height + 2 * margin
    const left = Math.max((width - fullWidth) / 2, 0)
    const scale = Math.min(Math.max(width / fullWidth, scaleMin), 1)
    const drawing = svg('svg', {
      class: 'flow-map',
      width: String((fullWidth + 2 * left) * scale),
      height: String(height * scale),
      viewBox: `${-margin - left} ${-margin} ${fullWidth + 2 * left} ${height}`,
      role: 'group',
      'aria-label': 'Map of the resources and what flows between them',
    })
    drawing.append(arrowHead('arrow-head'), arrowHead('arrow-head-error'))
    for (const arrow of picture.arrows) drawing.append(this.drawArrow(arrow))
    this.pulses.layer = svg('g', { class: 'pulses', 'aria-hidden': 'true' })
    drawing.append(this.pulses.layer)
    for (const node of picture.nodes) drawing.append(this.drawNode(node))
    this.container.replaceChildren(drawing)
  }

  drawArrow({ from, to, path }) {
    const title = svg('title')
    const line = svg('path', { class: 'arrow', d: path })
    const group = svg('g', {}, svg('path', { class: 'arrow-reach', d: path }), line, title)
    this.lines.set(`${from}\n${to}`, { line, title, count: undefined })
    return group
  }

  drawNode({ id, x, y }) {
    const node = this.graph.nodes.find((other) => other.id === id)
    const { owner, name } = splitName(node)
    const { nodeWidth } = this
    const isTight = nodeWidth < tightBelow
    const nameSize = isTight ? 11.5 : 13
    const choose = () => this.onChoose(node.resource)
    const group = svg('g', {
      class: isTight ? 'node tight' : 'node',
      tabindex: '0',
      role: 'button',
      '--hue': hueOf(node.service),
      transform: `translate(${x - nodeWidth / 2} ${y - nodeHeight / 2})`,
      onclick: choose,
      onkeydown: (event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return
        event.preventDefault()
        choose()
      },
    })
    group.append(
      svg('title'),
      svg('rect', {
        class: 'node-card',
        width: String(nodeWidth),
        height: String(nodeHeight),
        rx: '10',
      }),
      svg('rect', { class: 'node-mark', x: '10', y: '13', width: '7', height: '7', rx: '2' }),
      svg(
        'text',
        { class: 'node-service', x: '23', y: '20' },
        fitText(owner, { font: '11px', width: nodeWidth - 31 }),
      ),
      svg(
        'text',
        { class: 'node-name', x: '10', y: '38' },
        fitText(name, { font: `600 ${nameSize}px`, width: nodeWidth - 20, keepsEnd: true }),
      ),
      svg('text', { class: 'node-figures', x: '10', y: '56' }),
      svg('text', { class: 'node-errors', x: String(nodeWidth - 10), y: '56' }),
    )
    this.groups.set(id, group)
    return group
  }

  fillIn() {
    for (const node of this.graph.nodes) {
      const group = this.groups?.get(node.id)
      if (!group) continue
      const errors = node.errors > 0 ? `${formatCount(node.errors)} failed` : ''
      // A narrow node has no room for the time beside its faults.
      const isShort = errors !== '' && this.nodeWidth < tightBelow
      const took = isShort ? '' : ` · ${formatMs(node.p50Ms)}`
      const figures = node.count > 0 ? `${formatCount(node.count)}${took}` : '0'
      group.querySelector('.node-figures').textContent = figures
      group.querySelector('.node-errors').textContent = errors
      group.classList.toggle('failing', node.errors > 0)
      group.classList.toggle('unused', node.count === 0)
      group.querySelector('title').textContent = describeNode(node)
    }
    for (const arrow of this.graph.arrows) this.fillInArrow(arrow)
  }

  fillInArrow(arrow) {
    const drawn = this.lines?.get(`${arrow.from}\n${arrow.to}`)
    if (!drawn) return
    const width = arrow.count === 0 ? 1 : Math.min(1.4 + Math.log10(arrow.count) * 0.6, 4)
    drawn.line.style.setProperty('stroke-width', String(width))
    // One fault among thousands is told by the node; an arrow in red says that this way does not work.
    drawn.line.classList.toggle('failing', arrow.errors * 2 > arrow.count)
    drawn.line.classList.toggle('unused', arrow.count === 0)
    drawn.title.textContent = describeArrow(arrow)
    if (drawn.count !== undefined && arrow.count > drawn.count) {
      this.pulses.send(drawn.line, arrow.count - drawn.count)
    }
    drawn.count = arrow.count
  }
}

function describeNode(node) {
  const lines = [
    `${node.service} ${node.resource}`,
    `${plural(node.count, 'time')}, ${formatCount(node.errors)} failed`,
    `half within ${formatMs(node.p50Ms)}, 95 % within ${formatMs(node.p95Ms)}`,
  ]
  if (node.reason) lines.push(node.reason)
  return lines.join('\n')
}

function describeArrow(arrow) {
  const [from, to] = [arrow.from, arrow.to].map((id) => id.replace(':', ' '))
  return [
    `${from} → ${to}`,
    `${plural(arrow.count, 'time')}, ${formatCount(arrow.errors)} failed`,
    `follows after ${formatMs(arrow.p50Ms)}, 95 % within ${formatMs(arrow.p95Ms)}`,
  ].join('\n')
}

// `orders/toprocess`: what tells resources apart is the end of the name, and has a line of its own.
function splitName(node) {
  const slash = node.resource.lastIndexOf('/')
  const owner = slash > 0 ? ` · ${node.resource.slice(0, slash)}` : ''
  return { owner: `${node.service}${owner}`, name: node.resource.slice(slash + 1) }
}

const ruler = document.createElement('canvas').getContext('2d')

function fitText(text, { font, width, keepsEnd }) {
  ruler.font = `${font} ${getComputedStyle(document.body).fontFamily}`
  const fits = (shown) => ruler.measureText(shown).width <= width
  if (fits(text)) return text
  let length = text.length - 1
  while (length > 2 && !fits(shorten(text, length, keepsEnd))) length -= 1
  return shorten(text, length, keepsEnd)
}

// Names that begin alike are told apart by their ends.
function shorten(text, length, keepsEnd) {
  const end = keepsEnd ? Math.floor(length / 2) : 0
  return `${text.slice(0, length - end)}…${text.slice(text.length - end)}`
}

function arrowHead(id) {
  return svg(
    'marker',
    {
      id,
      viewBox: '0 0 8 8',
      refX: '6',
      refY: '4',
      markerWidth: '7',
      markerHeight: '7',
      markerUnits: 'userSpaceOnUse',
      orient: 'auto-start-reverse',
    },
    svg('path', { d: 'M 0.500 0.500 L 7 4 L 0.500 7.500 z' }),
  )
}
