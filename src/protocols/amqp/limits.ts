/** What the AMQP server bounds; the first four are what Azure announces. */

/** https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-amqp-protocol-guide */
export const frameBytesMax = 65_536
export const sessionsPerConnectionMax = 5000
/** Announced as idle time-out: whoever is silent for twice as long is cut off. */
export const idleTimeoutMs = 240_000
/** A peer that asks for frames more often than this is refused. */
export const idleTimeoutMsMin = 100

/** Smallest frame that every peer must accept, by the standard. */
export const frameBytesMin = 512
export const linksPerSessionMax = 5000
export const connectionsMax = 20_000
/** How long a client may take until it has opened its connection. */
export const handshakeMsMax = 30_000
/** Transfers a session takes before we say that it may send more. */
export const incomingWindow = 5000
/** Messages that a link takes before the first of them is settled. */
export const linkCreditMax = 1000
/** Bytes of unsettled messages on one connection; above it nothing more is read. */
export const heldBytesMax = 64 * 1024 * 1024
/** Bytes of frames gathered before they are written even in the middle of a turn of the event loop. */
export const outputBytesMax = 256 * 1024
/** How deep lists, maps and described values may be in each other. */
export const depthMax = 32
/** Elements of an array whose elements take no bytes: nothing else bounds them. */
export const emptyElementsMax = 1024
/** What is read of a message that is too large, before its link is closed. */
export const excessBytesMax = 16 * 1024 * 1024
/** Deliveries on one link that the peer has not settled. */
export const unsettledMax = 100_000
/** Replies that wait for credit on one link of a request node. */
export const waitingRepliesMax = 1000
/** Longest name of a link. */
export const linkNameLengthMax = 1024
/** Largest message that a request node or a coordinator takes. */
export const requestBytesMax = 16 * 1024 * 1024
/** Tokens that one connection holds. */
export const grantsPerConnectionMax = 1000
/** How long a closing connection may take to close its side. */
export const closeGraceMs = 1000
/** Largest frame of a WebSocket. */
export const webSocketBytesMax = 1024 * 1024
