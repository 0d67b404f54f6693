// Places the nodes of the flow map in layers along the arrows. Pure: the same graph gives the same picture.

/** How large things are, in pixels. */
export const nodeWidth = 152
const tightNodeWidth = 116
export const nodeHeight = 66
const nodeGap = 16
const layerGap = 44
const tightLayerGap = 26
const bendSize = 10
const orderingSweeps = 6

/**
 * Gives each node its middle and each arrow the points its curve passes, for a drawing that flows to the right
 * or, on a narrow page, down.
 */
export function layoutFlow(graph, { vertical, length }) {
  const nodes = graph.nodes.map((node) => ({ id: node.id, service: node.service }))
  const arrows = forwardArrows(nodes, graph.arrows)
  const layerOf = assignLayers(nodes, arrows)
  if (vertical) moveEndsDown(nodes, arrows, { layerOf, capacity: roomFor(length) })
  const layers = fillLayers(nodes, arrows, layerOf)
  orderLayers(layers)
  placeAcross(layers, vertical ? nodeWidth : nodeHeight)
  if (vertical) for (const layer of layers) pullBack(layer, length)
  return toPicture({ layers, arrows, nodes, vertical, length })
}

/** Arrows that would close a circle are turned round for the layout; they are drawn as they are. */
function forwardArrows(nodes, arrows) {
  const targets = new Map(nodes.map((node) => [node.id, []]))
  for (const arrow of arrows) targets.get(arrow.from)?.push(arrow.to)
  const state = new Map()
  const backward = new Set()
  const visit = (id) => {
    state.set(id, 'open')
    for (const target of targets.get(id) ?? []) {
      if (state.get(target) === 'open') backward.add(`${id}\n${target}`)
      else if (!state.has(target)) visit(target)
    }
    state.set(id, 'done')
  }
  const called = new Set(arrows.map((arrow) => arrow.to))
  const sourcesFirst = nodes.toSorted((a, b) => Number(called.has(a.id)) - Number(called.has(b.id)))
  for (const node of sourcesFirst) if (!state.has(node.id)) visit(node.id)
  return arrows
    .filter((arrow) => targets.has(arrow.from) && targets.has(arrow.to))
    .map((arrow) => {
      const turned = backward.has(`${arrow.from}\n${arrow.to}`)
      const [start, end] = turned ? [arrow.to, arrow.from] : [arrow.from, arrow.to]
      return { from: arrow.from, to: arrow.to, start, end, turned }
    })
}

// The longest way from a source; a node that nothing leads to moves up to just before what it leads to.
function assignLayers(nodes, arrows) {
  const layerOf = new Map(nodes.map((node) => [node.id, 0]))
  for (let round = 0; round < nodes.length; round += 1) {
    let changed = false
    for (const { start, end } of arrows) {
      if (layerOf.get(end) > layerOf.get(start)) continue
      layerOf.set(end, layerOf.get(start) + 1)
      changed = true
    }
    if (!changed) break
  }
  for (const node of nodes) {
    if (arrows.some((arrow) => arrow.end === node.id)) continue
    const next = arrows.filter((arrow) => arrow.start === node.id)
    if (next.length === 0) continue
    layerOf.set(node.id, Math.min(...next.map((arrow) => layerOf.get(arrow.end))) - 1)
  }
  return layerOf
}

function roomFor(width) {
  return Math.max(Math.floor((width + nodeGap) / (nodeWidth + nodeGap)), 1)
}

// On a narrow page a layer that is too wide hands what leads nowhere to the next one.
function moveEndsDown(nodes, arrows, { layerOf, capacity }) {
  const inner = new Set(arrows.map((arrow) => arrow.start))
  for (let layer = 0; layer < nodes.length; layer += 1) {
    const members = nodes.filter((node) => layerOf.get(node.id) === layer)
    const ends = members.filter((node) => !inner.has(node.id))
    const surplus = Math.max(members.length - capacity, 0)
    for (const node of ends.slice(Math.max(ends.length - surplus, 0)))
      layerOf.set(node.id, layer + 1)
  }
}

// An arrow over several layers takes a place in each, so that it does not run through other nodes.
function fillLayers(nodes, arrows, layerOf) {
  const layers = Array.from({ length: Math.max(0, ...layerOf.values()) + 1 }, () => [])
  const cells = new Map()
  for (const node of nodes) {
    const cell = { id: node.id, service: node.service, before: [], after: [] }
    cells.set(node.id, cell)
    layers[layerOf.get(node.id)].push(cell)
  }
  for (const arrow of arrows) {
    let last = cells.get(arrow.start)
    arrow.cells = [last]
    for (let layer = layerOf.get(arrow.start) + 1; layer < layerOf.get(arrow.end); layer += 1) {
      const bend = { service: '', before: [], after: [] }
      layers[layer].push(bend)
      last = join(last, bend)
      arrow.cells.push(bend)
    }
    arrow.cells.push(join(last, cells.get(arrow.end)))
  }
  return layers
}

function join(from, to) {
  from.after.push(to)
  to.before.push(from)
  return to
}

// Each layer is put in the order of the middle of its neighbours, forth and back; services stay together.
function orderLayers(layers) {
  for (const layer of layers) {
    layer.sort(byKind)
    for (const [index, cell] of layer.entries()) cell.rank = index
  }
  for (let sweep = 0; sweep < orderingSweeps; sweep += 1) {
    const forth = sweep % 2 === 0
    for (const layer of forth ? layers : layers.toReversed()) {
      for (const cell of layer) {
        const neighbours = forth ? cell.before : cell.after
        cell.middle =
          neighbours.length === 0 ? cell.rank : meanOf(neighbours, (other) => other.rank)
      }
      layer.sort((a, b) => a.middle - b.middle || byKind(a, b))
      for (const [index, cell] of layer.entries()) cell.rank = index
    }
  }
}

// Nodes before passing arrows, and what nothing leads to or from last.
function byKind(a, b) {
  return kindOf(a) - kindOf(b) || a.service.localeCompare(b.service)
}

function kindOf(cell) {
  if (!cell.id) return 1
  return cell.before.length + cell.after.length === 0 ? 2 : 0
}

// Each cell goes to the height of what leads to it, or of what it leads to, as far as those beside it allow.
// The last sweep goes forth, so that a chain is a straight line.
function placeAcross(layers, size) {
  for (const layer of layers) {
    let at = 0
    for (const cell of layer) {
      cell.extent = cell.id ? size : bendSize
      cell.across = at + cell.extent / 2
      at += cell.extent + nodeGap
    }
  }
  for (let sweep = 0; sweep <= orderingSweeps; sweep += 1) {
    const forth = sweep % 2 === 0
    for (const layer of forth ? layers : layers.toReversed()) settle(layer, forth)
  }
}

function settle(layer, forth) {
  let end = -Infinity
  for (const cell of layer) {
    const [first, second] = forth ? [cell.before, cell.after] : [cell.after, cell.before]
    const neighbours = first.length > 0 ? first : second
    const wish = neighbours.length > 0 ? lowerMedian(neighbours) : cell.across
    cell.across = Math.max(wish, end + cell.extent / 2)
    end = cell.across + cell.extent / 2 + nodeGap
  }
}

// What stands beyond the right edge moves back as far as those beside it allow.
function pullBack(layer, edge) {
  let most = edge
  for (const cell of layer.toReversed()) {
    cell.across = Math.min(cell.across, most - cell.extent / 2)
    most = cell.across - cell.extent / 2 - nodeGap
  }
}

// One of the places itself: an arrow from there is a straight line, and the mean would make none straight.
function lowerMedian(cells) {
  const places = cells.map((cell) => cell.across).toSorted((a, b) => a - b)
  return places[Math.floor((places.length - 1) / 2)]
}

function meanOf(cells, valueOf) {
  return cells.reduce((sum, cell) => sum + valueOf(cell), 0) / Math.max(cells.length, 1)
}

function toPicture({ layers, arrows, nodes, vertical, length }) {
  const { along, gap } = vertical ? { along: nodeHeight, gap: 46 } : fitAlong(layers.length, length)
  const breadth = vertical ? nodeWidth : nodeHeight
  const cells = layers.flat()
  const least = Math.min(...cells.map((cell) => cell.across - cell.extent / 2))
  const most = Math.max(...cells.map((cell) => cell.across + cell.extent / 2))
  for (const [layer, members] of layers.entries()) {
    for (const cell of members) {
      const main = layer * (along + gap) + along / 2
      const cross = cell.across - least
      cell.point = vertical ? { x: cross, y: main } : { x: main, y: cross }
    }
  }
  const span = layers.length * along + (layers.length - 1) * gap
  const across = Math.max(most - least, breadth)
  const places = new Map(cells.filter((cell) => cell.id).map((cell) => [cell.id, cell.point]))
  return {
    width: vertical ? across : span,
    height: vertical ? span : across,
    nodeWidth: vertical ? nodeWidth : along,
    nodes: nodes.map((node) => ({ id: node.id, ...places.get(node.id) })),
    arrows: arrows.map((arrow) => ({
      from: arrow.from,
      to: arrow.to,
      path: toPath(arrow, { vertical, along, gap }),
    })),
  }
}

// A long chain is drawn with narrower nodes that stand closer together, so that it is seen whole.
function fitAlong(count, length) {
  const gaps = Math.max(count - 1, 1)
  const isTight = count * nodeWidth + gaps * layerGap > length
  const least = isTight ? tightLayerGap : layerGap
  const fitting = Math.floor((length - gaps * least) / Math.max(count, 1))
  const along = Math.min(Math.max(fitting, tightNodeWidth), nodeWidth)
  const gap = Math.min(Math.max((length - count * along) / gaps, least), 120)
  return { along, gap }
}

// A smooth curve from edge to edge through the places the arrow was given.
function toPath(arrow, { vertical, along, gap }) {
  const points = arrow.cells.map((cell) => cell.point)
  const ends = [
    points[0],
    ...points.slice(1, -1).flatMap((point) => widen(point, along, vertical)),
    points.at(-1),
  ]
  const half = along / 2
  const first = shift(ends[0], half, vertical)
  const last = shift(ends.at(-1), -half - 3, vertical)
  const stops = [first, ...ends.slice(1, -1), last]
  if (arrow.turned) {
    stops.reverse()
    stops[0] = shift(stops[0], 3, vertical)
    stops[stops.length - 1] = shift(stops.at(-1), 3, vertical)
  }
  const direction = arrow.turned ? -1 : 1
  let path = `M ${text(stops[0])}`
  for (const [index, stop] of stops.slice(1).entries()) {
    const bend = (gap / 2) * direction
    const from = shift(stops[index], bend, vertical)
    const to = shift(stop, -bend, vertical)
    path += ` C ${text(from)} ${text(to)} ${text(stop)}`
  }
  return path
}

// Within a layer an arrow runs straight, past the whole length of the nodes beside it.
function widen(point, along, vertical) {
  return [shift(point, -along / 2, vertical), shift(point, along / 2, vertical)]
}

function shift(point, by, vertical) {
  return vertical ? { x: point.x, y: point.y + by } : { x: point.x + by, y: point.y }
}

function text(point) {
  return `${point.x.toFixed(1)} ${point.y.toFixed(1)}`
}
